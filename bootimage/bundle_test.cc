#include "bootimage/bundle.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "bootimage/pack/bundle_writer.h"
#include "gtest/gtest.h"

namespace bundle {
namespace {

using bootimage::ByteVector;
using bootimage::FileToPack;
using bootimage::store;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

ByteVector filled(std::size_t size, int value) { return ByteVector(size, std::byte(value)); }

ByteVector good_bundle() {
  const std::vector<FileToPack> files = {
      {.name = "init", .kind = Kind::kFirstTask, .bytes = filled(8192, 1)},
      {.name = "console", .kind = Kind::kElf, .bytes = filled(5000, 2)},
      {.name = "SELFTEST", .kind = Kind::kElf, .bytes = filled(1, 3)},
  };
  return bootimage::write_bundle(files);
}

// Offset of a field of the entry with that index.
std::size_t field(std::uint32_t index, std::size_t at) {
  return kHeaderSize + kEntrySize * index + at;
}

// What open says of the good bundle with one number changed and the header sealed again.
template <typename T>
std::string error_with(std::size_t at, T value) {
  ByteVector bytes = good_bundle();
  store<T>(bytes, at, value);
  bootimage::seal_header(bytes);
  const auto opened = Bundle::open(bytes);
  return std::string(opened ? "accepted" : describe(opened.error()));
}

std::string text(BundleError error) { return std::string(describe(error)); }

TEST(Bundle, RoundTrip) {
  const ByteVector bytes = good_bundle();
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(opened->file_count(), 3U);
  EXPECT_EQ(opened->total_size(), bytes.size());
  const auto console = opened->find("console");
  ASSERT_TRUE(console);
  EXPECT_EQ(console->name, "console");
  EXPECT_EQ(console->kind, Kind::kElf);
  EXPECT_EQ(console->bytes.size(), 5000U);
  EXPECT_EQ(console->offset % kPageSize, 0U);
  EXPECT_TRUE(std::ranges::equal(console->bytes, filled(5000, 2)));
  EXPECT_TRUE(console->content_is_intact());
  EXPECT_EQ(opened->entry(0)->name, "init");
  EXPECT_EQ(opened->entry(2)->name, "SELFTEST");
}

TEST(Bundle, LayoutIsTheDocumentedOne) {
  const ByteVector bytes = good_bundle();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), 8), "TESSBNDL");
  EXPECT_EQ(load<std::uint32_t>(bytes, 8), 1U);
  EXPECT_EQ(load<std::uint32_t>(bytes, 12), 3U);
  EXPECT_EQ(load<std::uint64_t>(bytes, 16), bytes.size());
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(&bytes[128])), "console");
  EXPECT_EQ(load<std::uint64_t>(bytes, 128 + 32), 4096U * 3);
  EXPECT_EQ(load<std::uint64_t>(bytes, 128 + 40), 5000U);
  EXPECT_EQ(load<std::uint32_t>(bytes, 64 + 52), 1U);
}

TEST(Bundle, MoreBytesThanTheBundleAreFine) {
  ByteVector bytes = good_bundle();
  const std::size_t size = bytes.size();
  bytes.resize(size + 4096 + 7, std::byte{0xff});
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->total_size(), size);
}

TEST(Bundle, AnyAlignmentOfTheBytesIsFine) {
  const ByteVector bytes = good_bundle();
  ByteVector shifted(bytes.size() + 3);
  std::ranges::copy(bytes, shifted.begin() + 3);
  EXPECT_TRUE(Bundle::open(Bytes(shifted).subspan(3)));
}

TEST(Bundle, NoSuchEntry) {
  const ByteVector bytes = good_bundle();
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->find("consol").error(), BundleError::kNoSuchEntry);
  EXPECT_EQ(opened->find("console2").error(), BundleError::kNoSuchEntry);
  EXPECT_EQ(opened->find("").error(), BundleError::kNoSuchEntry);
  EXPECT_EQ(opened->entry(3).error(), BundleError::kNoSuchEntry);
}

TEST(Bundle, HeaderDefects) {
  EXPECT_EQ(error_with<std::uint8_t>(0, 't'), text(BundleError::kBadMagic));
  EXPECT_EQ(error_with<std::uint32_t>(kAtVersion, 2), text(BundleError::kBadVersion));
  EXPECT_EQ(error_with<std::uint64_t>(kAtTotalSize, 0), text(BundleError::kBadTotalSize));
  EXPECT_EQ(error_with<std::uint64_t>(kAtTotalSize, 4097), text(BundleError::kBadTotalSize));
  EXPECT_EQ(error_with<std::uint64_t>(kAtTotalSize, kHuge - 4095), text(BundleError::kTruncated));
  EXPECT_EQ(error_with<std::uint8_t>(kHeaderSize - 1, 1), text(BundleError::kReservedNotZero));
}

TEST(Bundle, BadCount) {
  ByteVector bytes = good_bundle();
  for (const std::uint32_t count : {0U, 65U, 0xffffffffU}) {
    store<std::uint32_t>(bytes, kAtCount, count);
    EXPECT_EQ(Bundle::open(bytes).error(), BundleError::kBadCount);
  }
}

TEST(Bundle, SixtyFourFilesAndNoMore) {
  std::vector<FileToPack> files;
  files.reserve(64);
  for (int i = 0; i < 64; ++i) {
    files.push_back({.name = "f" + std::to_string(i), .bytes = filled(10, i)});
  }
  files[0].kind = Kind::kFirstTask;
  const ByteVector bytes = bootimage::write_bundle(files);
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_TRUE(opened->find("f63")->content_is_intact());
}

TEST(Bundle, EveryBitOfHeaderAndTableIsUnderTheCrc) {
  const ByteVector good = good_bundle();
  for (std::size_t bit = 0; bit < (kHeaderSize + 3 * kEntrySize) * 8; ++bit) {
    ByteVector bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_FALSE(Bundle::open(bytes)) << "bit " << bit;
  }
  ByteVector bytes = good;
  bytes[kAtHeaderCrc] ^= std::byte{1};
  EXPECT_EQ(Bundle::open(bytes).error(), BundleError::kBadHeaderCrc);
}

TEST(Bundle, ContentIsUnderTheFilesOwnCrc) {
  ByteVector bytes = good_bundle();
  bytes[3 * kPageSize + 4999] ^= std::byte{1};
  const auto opened = Bundle::open(bytes);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->entry(0)->content_is_intact());
  EXPECT_FALSE(opened->entry(1)->content_is_intact());
}

TEST(Bundle, NameDefects) {
  EXPECT_EQ(error_with<std::uint8_t>(field(1, 0), 0), text(BundleError::kBadName));
  EXPECT_EQ(error_with<std::uint8_t>(field(1, 0), '/'), text(BundleError::kBadName));
  EXPECT_EQ(error_with<std::uint8_t>(field(1, 0), 0xe4), text(BundleError::kBadName));
  EXPECT_EQ(error_with<std::uint8_t>(field(1, 30), 'x'), text(BundleError::kBadName));
  const std::vector<FileToPack> files = {
      {.name = std::string(32, 'n'), .kind = Kind::kFirstTask, .bytes = filled(1, 1)}};
  const ByteVector bytes = bootimage::write_bundle(files);
  EXPECT_EQ(Bundle::open(bytes).error(), BundleError::kBadName);
}

TEST(Bundle, DuplicateName) {
  const std::vector<FileToPack> files = {
      {.name = "init", .kind = Kind::kFirstTask, .bytes = filled(1, 1)},
      {.name = "a", .bytes = filled(1, 1)},
      {.name = "b", .bytes = filled(1, 1)},
      {.name = "a", .bytes = filled(1, 1)}};
  const ByteVector bytes = bootimage::write_bundle(files);
  EXPECT_EQ(Bundle::open(bytes).error(), BundleError::kDuplicateName);
}

TEST(Bundle, KindDefects) {
  EXPECT_EQ(error_with<std::uint32_t>(field(1, kAtKind), 2), text(BundleError::kBadKind));
  EXPECT_EQ(error_with<std::uint32_t>(field(0, kAtKind), 0), text(BundleError::kFirstIsNotFlat));
  EXPECT_EQ(error_with<std::uint32_t>(field(1, kAtKind), 1), text(BundleError::kFlatIsNotFirst));
  EXPECT_EQ(error_with<std::uint8_t>(field(1, 63), 1), text(BundleError::kReservedNotZero));
}

TEST(Bundle, PlaceDefects) {
  const std::size_t offset = field(1, kAtOffset);
  const std::size_t size = field(1, kAtSize);
  EXPECT_EQ(error_with<std::uint64_t>(size, 0), text(BundleError::kEmptyFile));
  EXPECT_EQ(error_with<std::uint64_t>(offset, 4097), text(BundleError::kUnalignedFile));
  EXPECT_EQ(error_with<std::uint64_t>(offset, 0), text(BundleError::kFileOutside));
  EXPECT_EQ(error_with<std::uint64_t>(offset, kHuge - 4095), text(BundleError::kFileOutside));
  EXPECT_EQ(error_with<std::uint64_t>(size, kHuge), text(BundleError::kFileOutside));
  EXPECT_EQ(error_with<std::uint64_t>(size, 4 * kPageSize), text(BundleError::kFileOutside));
  EXPECT_EQ(error_with<std::uint64_t>(size, 2 * kPageSize + 1), text(BundleError::kFilesOverlap));
  EXPECT_EQ(error_with<std::uint64_t>(offset, 4096), text(BundleError::kFilesOverlap));
}

TEST(Bundle, TruncatedAtEachLength) {
  const ByteVector good = good_bundle();
  for (std::size_t length = 0; length < good.size(); ++length) {
    // A copy of its own, so that a read past the end meets the sanitizer.
    const ByteVector bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length));
    const auto opened = Bundle::open(bytes);
    ASSERT_FALSE(opened);
    ASSERT_EQ(opened.error(), length < 64 ? BundleError::kTooShort : BundleError::kTruncated);
  }
}

TEST(Bundle, MutationsNeverCrash) {
  const ByteVector good = good_bundle();
  std::mt19937 random(7);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    ByteVector bytes = good;
    for (int i = 0; i < 1 + round % 4; ++i) {
      bytes[random() % (kHeaderSize + 3 * kEntrySize)] = static_cast<std::byte>(random());
    }
    if (load<std::uint32_t>(bytes, kAtCount) <= kMaxFiles) bootimage::seal_header(bytes);
    const auto opened = Bundle::open(bytes);
    if (!opened) continue;
    ++accepted;
    for (std::uint32_t i = 0; i < opened->file_count(); ++i) {
      EXPECT_EQ(opened->find(opened->entry(i)->name)->offset, opened->entry(i)->offset);
      EXPECT_LE(opened->entry(i)->offset, bytes.size());
      static_cast<void>(opened->entry(i)->content_is_intact());
    }
    EXPECT_FALSE(opened->first_task());  // its bytes are all 1
  }
  EXPECT_GT(accepted, 0);
}

TEST(BundleError, EachHasAnExplanationOfItsOwn) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(kLastBundleError); ++i) {
    const std::string_view explanation = describe(static_cast<BundleError>(i));
    EXPECT_NE(explanation, "unknown bundle error") << i;
    EXPECT_TRUE(seen.insert(explanation).second) << explanation;
  }
}

TEST(Crc32, KnownValue) {
  const std::string digits = "123456789";  // the check value of CRC-32/ISO-HDLC
  const Bytes bytes = std::as_bytes(std::span(digits));
  EXPECT_EQ(crc32(bytes), 0xcbf43926U);
  EXPECT_EQ(crc32(bytes.subspan(4), crc32(bytes.first(4))), 0xcbf43926U);
  EXPECT_EQ(crc32({}), 0U);
}

}  // namespace
}  // namespace bundle
