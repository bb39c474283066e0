// Vmo.map and Vmo.unmap: what a task can reach afterwards, as the machine's own walk sees it, and
// what is refused.
#include "kernel/object/vmo.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "kernel/base/bits.h"
#include "kernel/mem/census.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using kernel::Access;

constexpr Access kR = Access::kRead;
constexpr Access kW = Access::kWrite;
constexpr Access kX = Access::kExecute;

class VmoTest : public ::testing::Test {
 protected:
  explicit VmoTest(std::uint64_t ram = std::uint64_t{4} << 20) : world(ram) {}

  // Where the player's hart, with what it still has cached, finds the address.
  std::optional<arch::host::Translation> translate(std::uint64_t address) {
    return world.machine.hart(world.hart.id)
        .tlb.translate(player.task->table.root(), player.task->table.asid(), {address});
  }
  bool maps(std::uint64_t address, kernel::Vmo what, std::uint64_t offset = 0) {
    auto found = translate(address);
    return found.has_value() && found->address.value == what.info()->base + offset;
  }
  std::uint64_t access_bits(std::uint64_t address) { return translate(address)->flags >> 1 & 7; }
  rt::Slot weaker(rt::Slot slot, std::uint8_t rights) {
    std::uint32_t copy = world.fresh_slot();
    EXPECT_TRUE(own.mint(copy, own, slot.index, rights, 0));
    return {copy};
  }
  std::uint32_t pool_used() { return player.task->pool.used(); }
  static std::uint8_t bit(abi::VmoRight r) { return std::to_underlying(r); }

  static constexpr std::uint64_t kAt = 0x10000;
  World world;
  kernel::CNode own{World::kNode};
  Player player = world.make_task();
  kernel::Task task{rt::Slot{player.task_slot}};
  kernel::Vmo vmo = world.make<kernel::Vmo>(3 * kPageSize);
};

TEST_F(VmoTest, MapsAndUnmapsAll) {
  std::uint32_t used = pool_used();
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(translate(kAt), std::nullopt);
    ASSERT_TRUE(vmo.map(task, kAt, kR | kW));
    for (unsigned i = 0; i < 3; ++i)
      EXPECT_TRUE(maps(kAt + i * kPageSize + 5, vmo, i * kPageSize + 5));
    EXPECT_EQ(translate(kAt + 3 * kPageSize), std::nullopt);
    EXPECT_EQ(translate(kAt - 1), std::nullopt);
    ASSERT_TRUE(vmo.unmap());
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(translate(kAt + i * kPageSize), std::nullopt);
    EXPECT_EQ(pool_used(), used) << "the tables are back in the pool";
    EXPECT_TRUE(vmo.unmap()) << "fine when there is none";
  }
}

TEST_F(VmoTest, EachAccessIsAsAsked) {
  for (Access access : {kR, kR | kW, kX, kR | kX}) {
    if (access == kX) ASSERT_TRUE(vmo.seal());
    ASSERT_TRUE(vmo.map(task, kAt, access));
    EXPECT_EQ(access_bits(kAt), static_cast<std::uint64_t>(access));
    ASSERT_TRUE(vmo.unmap());
  }
  for (Access access : {Access{}, kW, kW | kX, kR | kW | kX}) {
    expect_refused(
        world, [&] { return vmo.map(task, kAt, access); }, abi::kEinval, Detail::kWriteExecute, 3);
  }
  expect_refused(
      world, [&] { return vmo.map(task, kAt, static_cast<Access>(8)); }, abi::kEinval,
      Detail::kBadEnum, 3);
}

TEST_F(VmoTest, EachAccessNeedsItsRight) {
  using R = abi::VmoRight;
  struct {
    R right;
    Access access;
  } const kPairs[] = {{R::kRead, kR}, {R::kWrite, kR | kW}, {R::kExecute, kX}};
  for (const auto& [right, access] : kPairs) {
    auto without = static_cast<std::uint8_t>(abi::kAllVmoRights & ~bit(right));
    kernel::Vmo weak(weaker(vmo.slot(), without));
    expect_refused(
        world, [&] { return weak.map(task, kAt, access); }, abi::kEperm, Detail::kBadRights, 3);
  }
  kernel::Vmo no_map(weaker(vmo.slot(), bit(R::kRead)));
  expect_refused(world, [&] { return no_map.map(task, kAt, kR); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return no_map.unmap(); }, abi::kEperm, Detail::kBadRights);
  EXPECT_TRUE(no_map.info());
  kernel::Task no_task_map(weaker(task.slot(), std::to_underlying(abi::TaskRight::kManage)));
  expect_refused(
      world, [&] { return vmo.map(no_task_map, kAt, kR); }, abi::kEperm, Detail::kBadRights, 1);
  kernel::Vmo just(weaker(vmo.slot(), bit(R::kRead) | bit(R::kMap)));
  EXPECT_TRUE(just.map(task, kAt, kR));
}

TEST_F(VmoTest, DeviceMemoryIsNeverExecutable) {
  std::uint32_t slot = world.fresh_slot();
  ASSERT_TRUE(
      kernel::Untyped(World::kDevice).retype(abi::ObjectType::kVmo, kPageSize, own, slot, 1));
  kernel::Vmo device(rt::Slot{slot});
  for (Access access : {kX, kR | kX}) {
    expect_refused(
        world, [&] { return device.map(task, kAt, access); }, abi::kEperm, Detail::kWriteExecute,
        3);
  }
  expect_refused(world, [&] { return device.seal(); }, abi::kEinval, Detail::kBadType);
  ASSERT_TRUE(device.map(task, kAt, kR | kW));
  EXPECT_EQ(translate(kAt)->address.value, 0x1000'3000u);
}

TEST_F(VmoTest, TheWholeRunLiesInUserSpace) {
  auto refuse = [&](std::uint64_t address, Detail detail) {
    SCOPED_TRACE(address);
    expect_refused(world, [&] { return vmo.map(task, address, kR); }, abi::kEinval, detail, 2);
  };
  refuse(0, Detail::kBadRange);
  refuse(abi::kUserLimit, Detail::kBadRange);
  refuse(abi::kUserLimit - 2 * kPageSize, Detail::kBadRange);
  refuse(abi::kUserLimit - kPageSize, Detail::kBadRange);
  refuse(0xffff'ffc0'0000'0000, Detail::kBadRange);
  refuse(~std::uint64_t{0} << 12, Detail::kBadRange);
  refuse(std::uint64_t{1} << 63, Detail::kBadRange);
  for (std::uint64_t off : {1u, 8u, 0x800u, 0xfffu}) refuse(kAt + off, Detail::kBadAlignment);
  ASSERT_TRUE(vmo.map(task, abi::kUserBase, kR));
  EXPECT_TRUE(maps(abi::kUserBase, vmo));
  ASSERT_TRUE(vmo.unmap());
  ASSERT_TRUE(vmo.map(task, abi::kUserLimit - 3 * kPageSize, kR)) << "up to the last page";
  EXPECT_TRUE(maps(abi::kUserLimit - 1, vmo, 3 * kPageSize - 1));
}

TEST_F(VmoTest, OneMappingACapability) {
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  for (std::uint64_t address : {kAt, kAt + 0x10000}) {
    expect_refused(
        world, [&] { return vmo.map(task, address, kR); }, abi::kEexist, Detail::kOccupied);
  }
  Player other = world.make_task();
  expect_refused(
      world, [&] { return vmo.map(kernel::Task(rt::Slot{other.task_slot}), kAt, kR); },
      abi::kEexist, Detail::kOccupied);
  kernel::Vmo copy(weaker(vmo.slot(), abi::kAllVmoRights));
  EXPECT_TRUE(copy.map(kernel::Task(rt::Slot{other.task_slot}), kAt, kR)) << "a copy has its own";
  EXPECT_TRUE(maps(kAt, vmo));
}

TEST_F(VmoTest, OverlapLeavesNothing) {
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  std::uint32_t used = pool_used();
  kernel::Vmo large = world.make<kernel::Vmo>(8 * kPageSize);
  for (std::uint64_t address : {kAt - 7 * kPageSize, kAt - kPageSize, kAt, kAt + 2 * kPageSize}) {
    EXPECT_TRUE(refused(large.map(task, address, kR), abi::kEexist, Detail::kOverlap, 2));
    EXPECT_EQ(take_census(player.task->table).pages, 3u);
    EXPECT_EQ(pool_used(), used);
    EXPECT_EQ(translate(kAt - kPageSize), std::nullopt);
  }
  EXPECT_TRUE(large.map(task, kAt - 8 * kPageSize, kR)) << "beside it is room";
  EXPECT_TRUE(maps(kAt, vmo));
}

// The pool has eight pages: the root, and two tables a far-off mapping.
TEST_F(VmoTest, AnEmptyPoolLeavesNothingMapped) {
  std::vector<kernel::Vmo> copies;
  for (unsigned i = 0; i < 8; ++i) copies.emplace_back(weaker(vmo.slot(), abi::kAllVmoRights));
  unsigned mapped = 0;
  while (copies[mapped].map(task, 0x4000'0000 * (mapped + 1) - kPageSize, kR)) ++mapped;
  EXPECT_GT(mapped, 0u);
  std::uint32_t used = pool_used();
  auto census = take_census(player.task->table);
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(refused(copies[mapped].map(task, 0x4000'0000 * (mapped + 1) - kPageSize, kR),
                        abi::kEnomem, Detail::kNoMemory, 1));
    EXPECT_EQ(pool_used(), used) << "what it took is back";
    EXPECT_EQ(take_census(player.task->table).pages, census.pages);
  }
  for (unsigned i = 0; i < mapped; ++i) ASSERT_TRUE(copies[i].unmap());
  EXPECT_EQ(pool_used(), 1u);
}

TEST_F(VmoTest, DeleteAndRevokeUnmap) {
  kernel::Vmo copy(weaker(vmo.slot(), abi::kAllVmoRights));
  ASSERT_TRUE(copy.map(task, kAt, kR));
  EXPECT_TRUE(maps(kAt, vmo));
  ASSERT_TRUE(own.delete_(copy.slot().index));
  EXPECT_EQ(translate(kAt), std::nullopt);
  kernel::Vmo second(weaker(vmo.slot(), abi::kAllVmoRights));
  ASSERT_TRUE(second.map(task, kAt, kR));
  ASSERT_TRUE(vmo.map(task, 2 * kAt, kR));
  EXPECT_TRUE(translate(kAt) && translate(2 * kAt));
  ASSERT_TRUE(own.revoke(vmo.slot().index));
  EXPECT_EQ(translate(kAt), std::nullopt);
  EXPECT_TRUE(maps(2 * kAt, vmo)) << "its own mapping stays";
}

TEST_F(VmoTest, AMoveKeepsTheMapping) {
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  std::uint32_t to = world.fresh_slot();
  ASSERT_TRUE(own.move(to, own, vmo.slot().index));
  kernel::Vmo moved(rt::Slot{to});
  EXPECT_TRUE(maps(kAt, moved));
  EXPECT_TRUE(refused(moved.map(task, kAt, kR), abi::kEexist, Detail::kOccupied));
  ASSERT_TRUE(moved.unmap());
  EXPECT_EQ(translate(kAt), std::nullopt);
}

TEST_F(VmoTest, ATaskThatIsGoneTakesItsMappingsAlong) {
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  EXPECT_TRUE(maps(kAt, vmo));
  world.act_as(*player.thread);
  EXPECT_TRUE(kernel::Self::now());
  auto& hart = world.machine.hart(world.hart.id);
  ASSERT_EQ(hart.root, player.task->table.root()) << "the hart is in its address space";
  world.act_as(world.main());
  PhysAddr root = hart.root;
  world.machine.on_flush_space = [&](Asid asid) {
    EXPECT_EQ(asid.value, 2);
    EXPECT_NE(hart.root, root) << "the hart has left before what it cached is flushed";
  };
  std::uint64_t flushes = hart.space_flushes;
  ASSERT_TRUE(own.revoke(player.quota_slot));
  EXPECT_EQ(hart.space_flushes, flushes + 1);
  world.machine.on_flush_space = nullptr;
  EXPECT_TRUE(vmo.unmap());
  Player next = world.make_task();
  EXPECT_TRUE(vmo.map(kernel::Task(rt::Slot{next.task_slot}), kAt, kR)) << "it can be mapped anew";
}

TEST_F(VmoTest, OnlyATaskThatLivesIsMappedInto) {
  kernel::Task fresh = world.make<kernel::Task>();
  expect_refused(
      world, [&] { return vmo.map(fresh, kAt, kR); }, abi::kEbusy, Detail::kNotConfigured, 1);
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  ASSERT_TRUE(task.kill());
  EXPECT_TRUE(vmo.unmap()) << "but what is mapped in one that ended can be taken away";
  expect_refused(
      world, [&] { return vmo.map(task, kAt, kR); }, abi::kEbusy, Detail::kNotConfigured, 1);
}

// A call that is preempted at each of its steps maps, or fails, just the same.
TEST_F(VmoTest, MapAndUnmapArePreempted) {
  kernel::Vmo large = world.make<kernel::Vmo>(300 * kPageSize);
  world.interrupt_always(true);
  ASSERT_TRUE(large.map(task, kAt, kR));
  int steps = world.preemptions;
  EXPECT_GE(steps, 2);
  EXPECT_EQ(take_census(player.task->table).pages, 300u);
  ASSERT_TRUE(large.unmap());
  EXPECT_GT(world.preemptions, steps);
  EXPECT_EQ(take_census(player.task->table).pages, 0u);
  ASSERT_TRUE(vmo.map(task, kAt + 299 * kPageSize, kR));
  EXPECT_TRUE(refused(large.map(task, kAt, kR), abi::kEexist, Detail::kOverlap, 2));
  EXPECT_EQ(take_census(player.task->table).pages, 3u);
  EXPECT_EQ(pool_used(), 3u);
  world.interrupt_always(false);
}

// Whoever looks between two steps finds a capability with a mapping; it may be taken away under the
// call.
TEST_F(VmoTest, AMapThatIsPreemptedMayLoseItsCapability) {
  kernel::Vmo large = world.make<kernel::Vmo>(300 * kPageSize);
  world.on_preempted = [&] {
    world.on_preempted = nullptr;
    world.interrupt_always(false);
    world.slot(500).take(world.slot(large.slot().index));
  };
  world.interrupt_always(true);
  EXPECT_TRUE(refused(large.map(task, kAt, kR), abi::kEbadf, Detail::kBadCap));
  kernel::Vmo moved(rt::Slot{500});
  EXPECT_TRUE(refused(moved.map(task, 2 * kAt, kR), abi::kEexist, Detail::kOccupied));
  ASSERT_TRUE(moved.unmap());
  EXPECT_EQ(take_census(player.task->table).pages, 0u);
}

// The machine's cache keeps what it ever saw, also that nothing was there: what is not flushed
// would be seen.
TEST_F(VmoTest, WhatIsCachedIsFlushed) {
  EXPECT_EQ(translate(kAt), std::nullopt);
  ASSERT_TRUE(vmo.map(task, kAt, kR));
  EXPECT_TRUE(maps(kAt, vmo));
  ASSERT_TRUE(vmo.unmap());
  EXPECT_EQ(translate(kAt), std::nullopt);
  kernel::Vmo other = world.make<kernel::Vmo>(kPageSize);
  ASSERT_TRUE(other.map(task, kAt, kR | kW));
  EXPECT_TRUE(maps(kAt, other));
  EXPECT_EQ(access_bits(kAt), 3u);
}

TEST_F(VmoTest, ExecutableMappingsSynchroniseInstructions) {
  // A hart synchronises once when it first runs a task, too.
  const std::uint64_t before = world.machine.hart(world.hart.id).instruction_syncs;
  auto syncs = [&] { return world.machine.hart(world.hart.id).instruction_syncs - before; };
  ASSERT_TRUE(vmo.map(task, kAt, kR | kW));
  EXPECT_EQ(syncs(), 0u);
  ASSERT_TRUE(vmo.unmap());
  ASSERT_TRUE(vmo.seal());
  ASSERT_TRUE(vmo.map(task, kAt, kR | kX));
  EXPECT_EQ(syncs(), 1u);
}

TEST_F(VmoTest, InfoTellsTheRun) {
  EXPECT_EQ(vmo.info()->size, 3 * kPageSize);
  EXPECT_FALSE(vmo.info()->device);
  kernel::Vmo none(weaker(vmo.slot(), 0));
  EXPECT_TRUE(none.info()) << "it needs no right";
}

class LargeVmoTest : public VmoTest {
 protected:
  LargeVmoTest() : VmoTest(std::uint64_t{12} << 20) {}
};

TEST_F(LargeVmoTest, LargePagesWhereAlignmentAllows) {
  kernel::Vmo large = world.make<kernel::Vmo>(2 * kLargePageSize);
  ASSERT_TRUE(large.map(task, kLargePageSize, kR));
  auto census = take_census(player.task->table);
  EXPECT_EQ(census.large_pages, 2u);
  EXPECT_EQ(census.pages, 0u);
  EXPECT_TRUE(maps(kLargePageSize + 12345, large, 12345));
  EXPECT_TRUE(
      refused(vmo.map(task, kLargePageSize + kPageSize, kR), abi::kEexist, Detail::kOverlap, 2));
  ASSERT_TRUE(large.unmap());
  ASSERT_TRUE(large.map(task, kLargePageSize + kPageSize, kR));
  EXPECT_EQ(take_census(player.task->table).large_pages, 0u);
  ASSERT_TRUE(own.delete_(large.slot().index));
  EXPECT_EQ(take_census(player.task->table).pages, 0u);
}

}  // namespace
}  // namespace tessera::testing
