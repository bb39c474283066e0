// What runs out: bytes and pages of an Untyped, pages of a task's pool, ASIDs, slots, the
// receiver's window. Each operation that takes one is given just too little for its n-th, for every
// n: it is refused, nothing is taken, one more is enough, and all of it comes back.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kernel/base/bits.h"
#include "kernel/mem/census.h"
#include "kernel/object/delete.h"
#include "kernel/object/notification.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/object/untyped.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/ipc_fixture.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;
using kernel::Access;

class ExhaustionTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kQuota = 128 * kPageSize;
  static constexpr std::uint32_t kTo = 300;  // free slots from here on

  explicit ExhaustionTest(std::uint32_t asids = 16) : world(std::uint64_t{2} << 20, asids) {}

  std::uint64_t free() { return quota.info()->free; }

  // Gives the quota away but for so many bytes.
  void leave(std::uint64_t bytes) {
    ASSERT_TRUE(own.revoke(quota.slot().index));
    std::uint32_t slot = kTo + 100;
    const std::uint64_t given = kQuota - bytes;
    // Something is given in any case, so that a refused call finds nothing to tidy up.
    for (std::uint64_t left =
             std::max<std::uint64_t>(given % kPageSize / kGrain, given < kPageSize);
         left != 0;) {
      const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 16));
      ASSERT_TRUE(quota.retype(ObjectType::kReply, 0, own, slot, count));
      slot += count;
      left -= count;
    }
    const std::uint64_t pages = given / kPageSize * kPageSize;
    if (pages != 0) ASSERT_TRUE(quota.retype(ObjectType::kUntyped, pages, own, slot, 1));
    ASSERT_EQ(free(), bytes);
  }
  void expect_all_back() {
    ASSERT_TRUE(own.revoke(quota.slot().index));
    EXPECT_EQ(free(), kQuota);
  }
  // The call is refused with less than it needs, takes exactly that, and what is left over stays.
  void expect_takes(std::uint64_t needs, auto call, std::uint32_t argument) {
    for (std::uint64_t less : {kGrain, kPageSize, needs / 2 / kGrain * kGrain, needs}) {
      if (less == 0 || less > needs) continue;
      SCOPED_TRACE(std::to_string(less) + " too little of " + std::to_string(needs));
      leave(needs - less);
      expect_refused(world, call, abi::kEnomem, Detail::kNoMemory, argument);
      EXPECT_EQ(free(), needs - less);
    }
    for (std::uint64_t more : {std::uint64_t{0}, kGrain}) {
      leave(needs + more);
      EXPECT_TRUE(call());
      EXPECT_EQ(free(), more);
    }
    expect_all_back();
  }

  World world;
  kernel::CNode own{World::kNode};
  kernel::Untyped quota = world.make<kernel::Untyped>(kQuota);
};

// A destruction that its thread does not live to finish holds no memory: whoever asks for some, or
// how much there is, finishes it.
TEST_F(ExhaustionTest, WhatNobodyFinishedIsFree) {
  const kernel::CNode node = world.make<kernel::CNode>(16);
  for (int asks = 0; asks < 3; ++asks) {
    ASSERT_TRUE(quota.retype(ObjectType::kCnode, 64, own, kTo, 1));
    for (std::uint32_t first : {1u, 17u, 33u, 49u}) {
      ASSERT_TRUE(quota.retype(ObjectType::kNotification, 0, kernel::CNode(rt::Slot{kTo}), first,
                               first < 49 ? 16 : 15));
    }
    Player player = world.make_task();
    player.cspace->slot(2)->take(world.slot(kTo));
    world.on_preempted = [&] {
      if (state.dying == nullptr) return;
      world.on_preempted = nullptr;
      world.interrupt_always(false);
      world.act_as(world.main());
      EXPECT_TRUE(kernel::Task(rt::Slot{player.task_slot}).kill());
      world.act_as(*player.thread);
    };
    world.act_as(*player.thread);
    world.interrupt_always(true);
    EXPECT_TRUE(world.waits([] { (void)kernel::CNode(rt::Slot{1}).delete_(2); }));
    world.act_as(world.main());
    ASSERT_NE(state.dying, nullptr);
    if (asks == 0) EXPECT_EQ(free(), kQuota);
    if (asks == 1) EXPECT_TRUE(quota.retype(ObjectType::kVmo, kQuota, own, kTo, 1));
    if (asks == 2) {
      const kernel::Task task = world.make<kernel::Task>();
      EXPECT_TRUE(task.configure(node, quota, kQuota / kPageSize - 1));
    }
    expect_all_back();
  }
}

struct Made {
  ObjectType type;
  std::uint64_t size;
  std::uint64_t bytes;  // of one
};
constexpr Made kMade[] = {
    {ObjectType::kUntyped, kPageSize, kPageSize},
    {ObjectType::kVmo, 2 * kPageSize, 2 * kPageSize},
    {ObjectType::kCnode, 8, 8 * 64},
    {ObjectType::kCnode, 64, kPageSize},
    {ObjectType::kTask, 0, kTaskSize},
    {ObjectType::kThread, 0, kThreadSize},
    {ObjectType::kEndpoint, 0, 64},
    {ObjectType::kNotification, 0, 64},
    {ObjectType::kReply, 0, 64},
    {ObjectType::kAlarm, 0, kAlarmSize},
};

// Room for the first n - 1 of several objects, and for the last but for a little.
TEST_F(ExhaustionTest, RetypeNeedsRoomForAll) {
  constexpr std::uint32_t kCount = 5;
  for (const Made& made : kMade) {
    SCOPED_TRACE(to_string(made.type));
    auto call = [&] { return quota.retype(made.type, made.size, own, kTo, kCount); };
    const std::uint64_t bytes = made.bytes * kCount;
    const std::uint64_t needs = bytes < kPageSize ? bytes : align_up(bytes, kPageSize);
    for (std::uint32_t n = 1; n <= kCount; ++n) {
      const std::uint64_t room = made.bytes * (n - 1);
      leave(align_down(room, kGrain));
      expect_refused(world, call, abi::kEnomem, Detail::kNoMemory);
      EXPECT_EQ(free(), room);
    }
    expect_takes(needs, call, 0);
  }
}

// Its pool's counts are the first that Task.configure takes, the pages the second.
TEST_F(ExhaustionTest, ConfigureNeedsItsPoolAndTheCounts) {
  const std::uint32_t cspace = world.make<kernel::CNode>(16).slot().index;
  const kernel::CNode node(rt::Slot{cspace});
  std::uint32_t task = 0;
  for (std::uint32_t pages : {3u, 32u, 33u, 100u}) {
    auto call = [&] {
      task = world.make<kernel::Task>().slot().index;
      return kernel::Task(rt::Slot{task}).configure(node, quota, pages);
    };
    const std::uint64_t needs = pages * kPageSize + align_up(pages * 2, kGrain);
    for (std::uint64_t room : {std::uint64_t{0}, align_up(pages * 2, kGrain) - kGrain,
                               align_up(pages * 2, kGrain), pages * kPageSize, needs - kGrain}) {
      leave(room);
      const kernel::Task fresh = world.make<kernel::Task>();
      ASSERT_FALSE(fresh.configure(node, quota, pages)) << "what it zeroes in free memory is zero";
      expect_refused(
          world, [&] { return fresh.configure(node, quota, pages); }, abi::kEnomem,
          Detail::kNoMemory, 2);
      EXPECT_EQ(free(), room);
      EXPECT_EQ(fresh.info()->state, abi::TaskState::kFresh);
    }
    leave(needs);
    EXPECT_TRUE(call());
    EXPECT_EQ(free(), 0u);
    expect_all_back();
    EXPECT_TRUE(call());
    EXPECT_EQ(free(), kQuota - needs);
    ASSERT_TRUE(own.delete_(task));
    EXPECT_EQ(free(), kQuota) << "the pool and the counts come back with the task";
  }
}

// A run over the end of a GiB needs four tables. So many of the pool are left for it, for each n.
TEST_F(ExhaustionTest, MapNeedsAPageForEachTable) {
  constexpr std::uint64_t kAcross = 0x4000'0000 - 2 * kPageSize;
  constexpr std::uint32_t kTables = 4;
  const kernel::CNode node = world.make<kernel::CNode>(16);
  for (bool interrupted : {false, true}) {
    for (std::uint32_t left = 0; left <= kTables; ++left) {
      SCOPED_TRACE(std::to_string(left) + " pages left");
      const kernel::Task task = world.make<kernel::Task>();
      ASSERT_TRUE(task.configure(node, quota, 3 + left));
      const Task& object = *reinterpret_cast<Task*>(world.slot(task.slot().index).object());
      const kernel::Vmo filler = world.make<kernel::Vmo>(kPageSize);
      ASSERT_TRUE(filler.map(task, std::uint64_t{7} << 30, Access::kRead));
      ASSERT_EQ(object.pool.available(), left);

      const kernel::Vmo vmo = world.make<kernel::Vmo>(4 * kPageSize);
      world.interrupt_always(interrupted);
      const auto mapped = vmo.map(task, kAcross, Access::kRead);
      world.interrupt_always(false);
      const bool enough = left == kTables;
      if (enough) {
        EXPECT_TRUE(mapped);
      } else {
        EXPECT_TRUE(refused(mapped, abi::kEnomem, Detail::kNoMemory, 1));
      }
      EXPECT_EQ(object.pool.available(), enough ? 0 : left);
      EXPECT_EQ(take_census(object.table).pages, enough ? 5u : 1u);
      ASSERT_TRUE(filler.unmap());
      EXPECT_EQ(vmo.map(task, kAcross, Access::kRead).has_value(), left == 2 || left == 3)
          << "two more pages are enough, where it is not mapped yet";
      ASSERT_TRUE(vmo.unmap());
      EXPECT_EQ(object.pool.used(), 1u) << "all of the tables are back";
      ASSERT_TRUE(own.delete_(task.slot().index));
      expect_all_back();
    }
  }
}

class AsidsTest : public ExhaustionTest, public ::testing::WithParamInterface<std::uint32_t> {
 protected:
  AsidsTest() : ExhaustionTest(GetParam()) {}
};

TEST_P(AsidsTest, EachTaskNeedsOne) {
  const kernel::CNode node = world.make<kernel::CNode>(16);
  std::vector<kernel::Task> tasks;
  const std::uint32_t left = GetParam() - 2;  // 0 is the kernel's, the first task has one
  for (std::uint32_t i = 0; i < left; ++i) {
    tasks.push_back(world.make<kernel::Task>());
    ASSERT_TRUE(tasks.back().configure(node, quota, 3));
  }
  const kernel::Task more = world.make<kernel::Task>();
  ASSERT_FALSE(more.configure(node, quota, 3)) << "what it zeroes in free memory is zero now";
  const std::uint64_t before = free();
  expect_refused(
      world, [&] { return more.configure(node, quota, 3); }, abi::kEnomem, Detail::kNoMemory, 2);
  EXPECT_EQ(free(), before);
  if (left == 0) return;
  ASSERT_TRUE(own.delete_(tasks[left / 2].slot().index));
  EXPECT_TRUE(more.configure(node, quota, 3));
  for (kernel::Task task : tasks) ASSERT_TRUE(own.delete_(task.slot().index));
  ASSERT_TRUE(own.delete_(more.slot().index));
  EXPECT_EQ(free(), kQuota);
}

INSTANTIATE_TEST_SUITE_P(Few, AsidsTest, ::testing::Values(2, 3, 4, 7));

// The n-th of the slots is taken, whatever is to go there.
TEST_F(ExhaustionTest, EachSlotMustBeEmpty) {
  const std::uint32_t item = world.make<kernel::Endpoint>().slot().index;
  const kernel::Vmo vmo = world.make<kernel::Vmo>(kPageSize);
  const kernel::CNode node = world.make<kernel::CNode>(64);
  leave(kQuota / 2);
  constexpr std::uint32_t kCount = 6;
  for (std::uint32_t n = 0; n < kCount; ++n) {
    ASSERT_TRUE(node.copy(20 + n, own, item));
    for (const Made& made : kMade) {
      expect_refused(
          world, [&] { return quota.retype(made.type, made.size, node, 20, kCount); }, abi::kEexist,
          Detail::kOccupied, 4);
    }
    ASSERT_TRUE(node.delete_(20 + n));
  }
  ASSERT_TRUE(node.copy(20, own, item));
  auto taken = [&](auto call, std::uint32_t argument) {
    expect_refused(world, call, abi::kEexist, Detail::kOccupied, argument);
  };
  taken([&] { return node.copy(20, own, item); }, 1);
  taken([&] { return node.mint(20, own, item, 0, 0); }, 1);
  taken([&] { return node.move(20, own, item); }, 1);
  taken([&] { return vmo.slice(0, kPageSize, node, 20, 0); }, 4);
}

// Capabilities need the receiver's window: as many slots as there are capabilities, from its first.
class WindowTest : public IpcTest {};

TEST_F(WindowTest, EachCapabilityNeedsItsSlot) {
  constexpr std::uint32_t kItems[] = {kItem, kItem + 1, kItem + 2};
  for (std::uint32_t item : kItems) give_item(client, item);
  set_window(server);
  start_receive(server);
  for (std::uint32_t n = 0; n < abi::kMessageCapabilities; ++n) {
    world.give(server, kWindow + n, World::kTask);
    as(client);
    for (std::uint32_t count = n + 1; count <= abi::kMessageCapabilities; ++count) {
      const std::uint32_t c1 = count > 1 ? kItems[1] : 0;
      const std::uint32_t c2 = count > 2 ? kItems[2] : 0;
      expect_refused(
          world, [&] { return send(tag(0, count), kForever, kItems[0], c1, c2); }, abi::kEnospc,
          Detail::kOccupied);
      expect_refused(
          world, [&] { return call_with(tag(0, count), kForever, kItems[0], c1, c2); },
          abi::kEnospc, Detail::kOccupied);
    }
    const WithTree tree;
    ASSERT_TRUE(delete_capability(*server.cspace->slot(kWindow + n)).has_value());
  }
  ASSERT_TRUE(send(tag(0, 3), kForever, kItems[0], kItems[1], kItems[2]));
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(type_at(server, kWindow + i), ObjectType::kNotification);
  }
}

}  // namespace
}  // namespace tessera::testing
