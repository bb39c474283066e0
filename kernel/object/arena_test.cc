// All the memory there is, given out to the last page and taken back, again and again: as much each
// time, all of it zero, from the first page to the last, and none beyond.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;

constexpr std::uint64_t kRam = std::uint64_t{3} << 20;
constexpr std::uint32_t kTable = 1024;  // slots, more than there are pages
constexpr int kFills = 3;

class ArenaTest : public ::testing::Test {
 protected:
  std::uint64_t free() { return memory.info()->free; }
  bool no_memory(const rt::Result<void>& made) {
    return !made && made.error().status == abi::kEnomem &&
           made.error().detail == abi::detail(Detail::kNoMemory, 0);
  }
  // VMOs of `size` bytes into the table until no memory is left, as many a call as go.
  std::vector<PhysAddr> fill(std::uint64_t size) {
    std::uint32_t next = 1;
    for (std::uint32_t at_once = 16; at_once != 0;) {
      const auto made = memory.retype(ObjectType::kVmo, size, table, next, at_once);
      if (!made) EXPECT_TRUE(no_memory(made)) << made.error().status;
      if (made) next += at_once;
      if (!made) at_once /= 2;
    }
    auto& node = *reinterpret_cast<CNode*>(world.slot(table.slot().index).object());
    std::vector<PhysAddr> places;
    for (std::uint32_t i = 1; i < next; ++i) places.push_back({node.slot(i)->object()});
    return places;
  }
  // Was zero; is not now, for the next to see.
  void look_and_write(PhysAddr place, std::uint64_t size) {
    auto* bytes = static_cast<std::byte*>(arch::direct_map(place));
    EXPECT_TRUE(std::all_of(bytes, bytes + size, [](std::byte b) { return b == std::byte{0}; }));
    std::memset(bytes, 0x5a, size);
  }
  // The table comes from elsewhere, so that the arena is VMOs and nothing else.
  void give_back() { ASSERT_TRUE(own.revoke(memory.slot().index)); }

  World world{std::uint64_t{4} << 20};
  kernel::CNode own{World::kNode};
  kernel::CNode table = world.make<kernel::CNode>(kTable);
  kernel::Untyped memory = world.make<kernel::Untyped>(kRam);
};

TEST_F(ArenaTest, IsFilledToTheLastPage) {
  const auto whole = *memory.info();
  const std::uint64_t capabilities = capability_count;
  const auto objects = std::to_array(state.objects);
  for (int round = 0; round < kFills; ++round) {
    std::vector<PhysAddr> pages = fill(kPageSize);
    ASSERT_EQ(pages.size(), kRam / kPageSize) << "round " << round;
    EXPECT_EQ(free(), 0u);
    std::sort(pages.begin(), pages.end());
    for (std::size_t i = 0; i < pages.size(); ++i) {
      EXPECT_EQ(pages[i].value, whole.base + i * kPageSize);  // first to last, each once
      look_and_write(pages[i], kPageSize);
    }
    const std::uint32_t spare = world.fresh_slot();
    EXPECT_TRUE(no_memory(memory.retype(ObjectType::kEndpoint, 0, own, spare, 1)));
    give_back();
    EXPECT_EQ(free(), kRam);
    EXPECT_EQ(capability_count, capabilities);
    EXPECT_EQ(std::to_array(state.objects), objects);
  }
}

// Runs that do not divide it: what is left is less than one of them.
TEST_F(ArenaTest, IsFilledWithRunsOfAnyLength) {
  for (const std::uint64_t pages : {2u, 3u, 7u, 100u, 511u}) {
    const std::uint64_t size = pages * kPageSize;
    for (int round = 0; round < kFills; ++round) {
      const std::vector<PhysAddr> runs = fill(size);
      EXPECT_EQ(runs.size(), kRam / size);
      EXPECT_EQ(free(), kRam % size);
      for (const PhysAddr run : runs) look_and_write(run, size);
      give_back();
      EXPECT_EQ(free(), kRam);
    }
  }
}

// Pages from its end and small objects from its beginning, until they meet: not one byte between.
TEST_F(ArenaTest, IsFilledFromBothEnds) {
  constexpr std::uint32_t kSmall = 64;  // an Endpoint
  for (int round = 0; round < kFills; ++round) {
    const std::uint32_t in_a_page = kPageSize / kSmall;
    for (std::uint32_t i = 0; i < in_a_page; i += 16) {
      ASSERT_TRUE(memory.retype(ObjectType::kEndpoint, 0, table, kTable - in_a_page + i, 16));
    }
    EXPECT_EQ(fill(kPageSize).size(), kRam / kPageSize - 1);
    EXPECT_EQ(free(), 0u);
    give_back();
    EXPECT_EQ(free(), kRam);
    // One small object spoils one page, no more.
    ASSERT_TRUE(memory.retype(ObjectType::kReply, 0, table, kTable - 1, 1));
    EXPECT_EQ(fill(kPageSize).size(), kRam / kPageSize - 1);
    EXPECT_EQ(free(), kPageSize - kSmall);
    give_back();
  }
}

// While one page of it lives nothing is given twice; when it goes, all is there.
TEST_F(ArenaTest, ComesBackWithItsLastPage) {
  const std::size_t pages = fill(kPageSize).size();
  const std::uint32_t kept = world.fresh_slot();
  for (std::uint32_t i = 1; i <= pages; ++i) {
    if (i == pages / 2) {
      ASSERT_TRUE(own.move(kept, table, i));
    } else {
      ASSERT_TRUE(table.delete_(i));
    }
  }
  EXPECT_EQ(free(), 0u);
  EXPECT_TRUE(fill(kPageSize).empty());
  ASSERT_TRUE(own.delete_(kept));
  EXPECT_EQ(free(), kRam);
  EXPECT_EQ(fill(kPageSize).size(), pages);
}

}  // namespace
}  // namespace tessera::testing
