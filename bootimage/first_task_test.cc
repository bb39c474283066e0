#include "bootimage/first_task.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "bootimage/bundle.h"
#include "bootimage/pack/bundle_writer.h"
#include "gtest/gtest.h"

namespace bundle {
namespace {

using bootimage::ByteVector;
using bootimage::store;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

void store_segment(ByteVector& file, std::uint32_t index, const Segment& segment) {
  const std::size_t at = kAtTaskSegments + kSegmentSize * index;
  store<std::uint64_t>(file, at + kAtSegmentVaddr, segment.vaddr);
  store<std::uint64_t>(file, at + kAtSegmentOffset, segment.bundle_offset);
  store<std::uint64_t>(file, at + kAtSegmentSize, segment.size);
  store<std::uint32_t>(file, at + kAtSegmentFlags, segment.flags);
}

// Code at 0x10000, one page; data at 0x20000, two pages.
ByteVector good_task() {
  ByteVector file(4 * kPageSize);
  store<std::uint64_t>(file, kAtTaskEntry, 0x10002);
  store<std::uint32_t>(file, kAtTaskSegmentCount, 2);
  store<std::uint64_t>(file, kAtTaskStackSize, 8192);
  store_segment(file, 0, {0x10000, 0x1000, 0x1000, kRead | kExecute});
  store_segment(file, 1, {0x20000, 0x2000, 0x2000, kRead | kWrite});
  return file;
}

std::string answer(const ByteVector& file) {
  const auto task = FirstTask::parse(file, 0x4000);
  return std::string(task ? "accepted" : describe(task.error()));
}

template <typename T>
std::string error_with(std::size_t at, T value) {
  ByteVector file = good_task();
  store<T>(file, at, value);
  return answer(file);
}

std::size_t segment(std::uint32_t index, std::size_t at) {
  return kAtTaskSegments + kSegmentSize * index + at;
}

std::string text(BundleError error) { return std::string(describe(error)); }

TEST(FirstTask, GoodOneIsRead) {
  const ByteVector file = good_task();
  const auto task = FirstTask::parse(file, 0x4000);
  ASSERT_TRUE(task) << describe(task.error());
  EXPECT_EQ(task->entry, 0x10002U);
  EXPECT_EQ(task->stack_size, 8192U);
  ASSERT_EQ(task->segments().size(), 2U);
  const Segment& code = task->segments()[0];
  EXPECT_EQ(code.vaddr, 0x10000U);
  EXPECT_EQ(code.bundle_offset, 0x5000U);
  EXPECT_EQ(code.size, 0x1000U);
  EXPECT_TRUE(code.readable() && code.executable() && !code.writable());
  EXPECT_TRUE(task->segments()[1].writable());
}

TEST(FirstTask, IsFoundThroughTheBundle) {
  const std::vector<bootimage::FileToPack> files = {
      {.name = "init", .kind = Kind::kFirstTask, .bytes = good_task()}};
  const ByteVector bytes = bootimage::write_bundle(files);
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened);
  const auto task = opened->first_task();
  ASSERT_TRUE(task);
  EXPECT_EQ(task->segments()[0].bundle_offset, opened->entry(0)->offset + 0x1000);
}

TEST(FirstTask, DescriptionDefects) {
  EXPECT_EQ(FirstTask::parse({}, 0).error(), BundleError::kFlatTooShort);
  EXPECT_EQ(error_with<std::uint32_t>(kAtTaskSegmentCount, 0),
            text(BundleError::kFlatBadSegmentCount));
  EXPECT_EQ(error_with<std::uint32_t>(kAtTaskSegmentCount, 9),
            text(BundleError::kFlatBadSegmentCount));
  EXPECT_EQ(error_with<std::uint32_t>(kAtTaskReserved, 1), text(BundleError::kFlatReservedNotZero));
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{4097}, kMaxStackSize + 4096}) {
    EXPECT_EQ(error_with<std::uint64_t>(kAtTaskStackSize, size),
              text(BundleError::kFlatBadStackSize));
  }
}

TEST(FirstTask, EntryDefects) {
  for (const std::uint64_t entry : {std::uint64_t{0}, std::uint64_t{0x10001},
                                    std::uint64_t{0x11000}, std::uint64_t{0x20000}, kHuge - 1}) {
    EXPECT_EQ(error_with<std::uint64_t>(kAtTaskEntry, entry),
              text(BundleError::kFlatEntryNotExecutable));
  }
  EXPECT_EQ(error_with<std::uint64_t>(kAtTaskEntry, 0x10ffe), "accepted");
}

TEST(FirstTask, FlagDefects) {
  const std::size_t at = segment(0, kAtSegmentFlags);
  for (const std::uint32_t flags : {6U, 7U, 15U}) {
    EXPECT_EQ(error_with<std::uint32_t>(at, flags), text(BundleError::kFlatWriteAndExecute));
  }
  for (const std::uint32_t flags : {0U, 2U, 8U, 9U, 0x80000005U}) {
    EXPECT_EQ(error_with<std::uint32_t>(at, flags), text(BundleError::kFlatBadFlags));
  }
  EXPECT_EQ(error_with<std::uint32_t>(at, kExecute), "accepted");
  EXPECT_EQ(error_with<std::uint32_t>(segment(0, kAtSegmentReserved), 1),
            text(BundleError::kFlatReservedNotZero));
}

TEST(FirstTask, UnalignedOrEmptySegment) {
  for (const std::size_t at : {kAtSegmentVaddr, kAtSegmentOffset, kAtSegmentSize}) {
    EXPECT_EQ(error_with<std::uint64_t>(segment(0, at), 0x1001),
              text(BundleError::kFlatUnalignedSegment));
  }
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentSize), 0),
            text(BundleError::kFlatEmptySegment));
}

TEST(FirstTask, SegmentOutsideItsFile) {
  const std::string outside = text(BundleError::kFlatSegmentOutsideFile);
  EXPECT_EQ(error_with<std::uint64_t>(segment(0, kAtSegmentOffset), 0), outside);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentOffset), 0x3000), outside);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentOffset), kHuge - 4095), outside);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentSize), 0x3000), outside);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentSize), kHuge - 4095), outside);
}

TEST(FirstTask, SegmentOutsideTheUserHalf) {
  const std::string outside = text(BundleError::kFlatSegmentOutsideUser);
  for (const std::uint64_t vaddr : {std::uint64_t{0}, kUserTop, kUserTop - 0x1000, kHuge - 4095}) {
    EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentVaddr), vaddr), outside);
  }
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentVaddr), kUserTop - 0x2000), "accepted");
}

TEST(FirstTask, SegmentsOverlapInMemoryOrInTheFile) {
  const std::string overlap = text(BundleError::kFlatSegmentsOverlap);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentVaddr), 0x10000), overlap);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentVaddr), 0xf000), overlap);
  // The same page once writable and once executable would undo W^X.
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentOffset), 0x1000), overlap);
  EXPECT_EQ(error_with<std::uint64_t>(segment(1, kAtSegmentVaddr), 0x11000), "accepted");
}

TEST(FirstTask, TruncatedAtEachLength) {
  const ByteVector good = good_task();
  for (std::size_t length = 0; length < good.size(); ++length) {
    const ByteVector file(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
    ASSERT_FALSE(FirstTask::parse(file, 0));
  }
}

TEST(FirstTask, MutationsNeverCrash) {
  const ByteVector good = good_task();
  std::mt19937 random(11);
  for (int round = 0; round < 50000; ++round) {
    ByteVector file = good;
    for (int i = 0; i < 1 + round % 3; ++i) {
      file[random() % (kAtTaskSegments + 2 * kSegmentSize)] = static_cast<std::byte>(random());
    }
    const auto task = FirstTask::parse(file, 0);
    if (!task) continue;
    for (const Segment& each : task->segments()) {
      EXPECT_LE(each.bundle_offset + each.size, file.size());
      EXPECT_LE(each.vaddr + each.size, kUserTop);
      EXPECT_FALSE(each.writable() && each.executable());
    }
  }
}

}  // namespace
}  // namespace bundle
