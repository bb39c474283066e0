// Tasks and threads: how they are put together, started, named and ended.
#include "kernel/object/task.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "idl/kernel_rights.h"
#include "kernel/base/bits.h"
#include "kernel/object/state.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;
using abi::TaskState;

class TaskTest : public ::testing::Test {
 protected:
  explicit TaskTest(std::uint32_t asids = 16) : world(std::uint64_t{4} << 20, asids) {}
  kernel::Task fresh_task() { return world.make<kernel::Task>(); }
  kernel::Thread fresh_thread() { return world.make<kernel::Thread>(); }
  kernel::Task configured_task() {
    kernel::Task task = fresh_task();
    EXPECT_TRUE(task.configure(node, memory, 3));
    return task;
  }
  kernel::Thread configured_thread() {
    kernel::Thread thread = fresh_thread();
    EXPECT_TRUE(thread.configure(configured_task()));
    return thread;
  }
  void as_main() { world.act_as(world.main()); }
  Task& object(kernel::Task task) {
    return *reinterpret_cast<Task*>(world.slot(task.slot().index).object());
  }
  Thread& object(kernel::Thread thread) {
    return *reinterpret_cast<Thread*>(world.slot(thread.slot().index).object());
  }
  // A copy with these rights alone.
  rt::Slot weaker(rt::Slot slot, std::uint8_t rights, std::uint64_t badge = 0) {
    std::uint32_t copy = world.fresh_slot();
    EXPECT_TRUE(own.mint(copy, own, slot.index, rights, badge));
    return {copy};
  }

  World world;
  kernel::CNode own{World::kNode};
  kernel::CNode node = world.make<kernel::CNode>(16);
  kernel::Untyped memory = world.make<kernel::Untyped>(32 * kPageSize);
  kernel::IdentityControl identity{World::kIdentity};
};

TEST_F(TaskTest, ConfigureIsOnce) {
  kernel::Task task = fresh_task();
  std::uint64_t free = memory.info()->free;
  ASSERT_TRUE(task.configure(node, memory, 5));
  EXPECT_EQ(memory.info()->free, free - 5 * kPageSize - 64) << "the pool, and its counts";
  expect_refused(
      world, [&] { return task.configure(node, memory, 5); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(TaskTest, ConfigureChecksItsArguments) {
  kernel::Task task = fresh_task();
  ASSERT_TRUE(
      memory.retype(ObjectType::kEndpoint, 0, own, 300, 1));  // so that a refusal resets nothing
  for (std::uint32_t pages : {0u, 2u, 4097u, ~0u}) {
    expect_refused(
        world, [&] { return task.configure(node, memory, pages); }, abi::kEinval, Detail::kBadRange,
        3);
  }
  EXPECT_FALSE(task.configure(node, memory, 4096)) << "what it zeroes in free memory is zero now";
  for (std::uint32_t pages : {32u, 4096u}) {
    expect_refused(
        world, [&] { return task.configure(node, memory, pages); }, abi::kEnomem, Detail::kNoMemory,
        2);
  }
  for (std::uint8_t rights : {1, 2}) {
    rt::Slot weak = weaker(node.slot(), rights);
    expect_refused(
        world, [&] { return task.configure(kernel::CNode(weak), memory, 3); }, abi::kEperm,
        Detail::kBadRights, 1);
  }
  kernel::Task weak(weaker(task.slot(), 6));
  expect_refused(
      world, [&] { return weak.configure(node, memory, 3); }, abi::kEperm, Detail::kBadRights);
  EXPECT_TRUE(task.configure(node, memory, 31));
}

TEST_F(TaskTest, ThreadsAreConfiguredOnceAndIntoAConfiguredTask) {
  kernel::Thread thread = fresh_thread();
  kernel::Task task = fresh_task();
  expect_refused(
      world, [&] { return thread.configure(task); }, abi::kEinval, Detail::kNotConfigured, 1);
  expect_refused(
      world, [&] { return thread.start(0x1000, 0, 0, 0); }, abi::kEinval, Detail::kNotConfigured);
  ASSERT_TRUE(task.configure(node, memory, 3));
  ASSERT_TRUE(thread.configure(task));
  expect_refused(world, [&] { return thread.configure(task); }, abi::kEbusy, Detail::kBadState);
  kernel::Task other = configured_task();
  expect_refused(world, [&] { return thread.configure(other); }, abi::kEbusy, Detail::kBadState);
  kernel::Task weak(weaker(other.slot(), 6));
  kernel::Thread second = fresh_thread();
  expect_refused(world, [&] { return second.configure(weak); }, abi::kEperm, Detail::kBadRights, 1);
  ASSERT_TRUE(other.kill());
  expect_refused(
      world, [&] { return second.configure(other); }, abi::kEinval, Detail::kNotConfigured, 1);
}

TEST_F(TaskTest, StartSetsTheRegistersAndIsOnce) {
  kernel::Thread thread = configured_thread();
  ASSERT_TRUE(thread.start(0x1234, 0x7ff0, 42, 0xabc));
  arch::Frame& frame = object(thread).frame;
  for (unsigned i = 1; i < 32; ++i) {
    std::uint64_t expected = i == 2 ? 0x7ff0 : i == 4 ? 0xabc : i == 10 ? 42 : 0;
    EXPECT_EQ(frame.x[i], expected) << i;
  }
  EXPECT_EQ(frame.pc(), 0x1234u);
  EXPECT_EQ(object(thread).own_class.peek(), abi::QosClass::kNormal);
  EXPECT_EQ(sched::run_state(object(thread)), sched::RunState::kReady);
  expect_refused(
      world, [&] { return thread.start(0x1234, 0, 0, 0); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(TaskTest, StartChecksPcAndSp) {
  kernel::Thread thread = configured_thread();
  for (std::uint64_t pc :
       {std::uint64_t{0}, std::uint64_t{2}, abi::kUserBase - 2, abi::kUserLimit,
        abi::kUserLimit + 2, std::uint64_t{0xffff'ffc0'0000'0000}, ~std::uint64_t{1}}) {
    expect_refused(
        world, [&] { return thread.start(pc, 0, 0, 0); }, abi::kEinval, Detail::kBadRange, 1);
  }
  for (std::uint64_t pc : {abi::kUserBase + 1, ~std::uint64_t{0}}) {
    expect_refused(
        world, [&] { return thread.start(pc, 0, 0, 0); }, abi::kEinval, Detail::kBadAlignment, 1);
  }
  for (std::uint64_t sp : {1u, 8u, 0x7ff8u}) {
    expect_refused(
        world, [&] { return thread.start(0x1000, sp, 0, 0); }, abi::kEinval, Detail::kBadAlignment,
        2);
  }
  EXPECT_TRUE(
      thread.start(abi::kUserLimit - 2, ~std::uint64_t{15}, ~std::uint64_t{0}, ~std::uint64_t{0}));
}

TEST_F(TaskTest, IdentityIsSetOnceBeforeItRuns) {
  kernel::Task task = configured_task();
  EXPECT_EQ(object(task).identity, 0u);
  EXPECT_EQ(task.info()->identity, 0u);
  ASSERT_TRUE(task.identify(identity, 0x1234));
  EXPECT_EQ(object(task).identity, 0x1234u);
  EXPECT_EQ(task.info()->identity, 0x1234u);
  expect_refused(
      world, [&] { return task.identify(identity, 0x1234); }, abi::kEbusy, Detail::kBadState);
  kernel::Task running = configured_task();
  kernel::Thread thread = fresh_thread();
  ASSERT_TRUE(thread.configure(running));
  ASSERT_TRUE(thread.start(0x1000, 0, 0, 0));
  expect_refused(
      world, [&] { return running.identify(identity, 5); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(TaskTest, ABadgedIdentityControlAllowsThatIdentityAlone) {
  kernel::Task task = configured_task();
  kernel::IdentityControl narrow(weaker(World::kIdentity, 1, 77));
  expect_refused(
      world, [&] { return task.identify(narrow, 78); }, abi::kEperm, Detail::kNoAuthority, 1);
  expect_refused(
      world, [&] { return task.identify(narrow, 0); }, abi::kEperm, Detail::kNoAuthority, 1);
  kernel::IdentityControl none(weaker(World::kIdentity, 0));
  expect_refused(
      world, [&] { return task.identify(none, 77); }, abi::kEperm, Detail::kBadRights, 1);
  EXPECT_TRUE(task.identify(narrow, 77));
  EXPECT_EQ(object(task).identity, 77u);
}

// A badge below 2^32 is an image's, whose tasks differ in the upper half.
TEST_F(TaskTest, AnImagesIdentityControlAllowsEachTaskOfTheImage) {
  kernel::IdentityControl image(weaker(World::kIdentity, 1, 0xffff'ffff));
  for (const std::uint64_t instance : {0x0u, 0x1u, 0x8000'0000u, 0xffff'ffffu}) {
    kernel::Task task = configured_task();
    for (const std::uint64_t other : {0x0u, 0x1u, 0xffff'fffeu, 0x7fff'ffffu}) {
      expect_refused(
          world, [&] { return task.identify(image, instance << 32 | other); }, abi::kEperm,
          Detail::kNoAuthority, 1);
    }
    EXPECT_TRUE(task.identify(image, instance << 32 | 0xffff'ffff));
    EXPECT_EQ(object(task).identity, instance << 32 | 0xffff'ffff);
  }
}

TEST_F(TaskTest, AnIdentityControlOfOneTaskAllowsNoOther) {
  constexpr std::uint64_t kOne = std::uint64_t{1} << 32 | 77;
  kernel::IdentityControl narrow(weaker(World::kIdentity, 1, kOne));
  kernel::Task task = configured_task();
  for (const std::uint64_t other : {std::uint64_t{77}, kOne + 1, kOne + (std::uint64_t{1} << 32)}) {
    expect_refused(
        world, [&] { return task.identify(narrow, other); }, abi::kEperm, Detail::kNoAuthority, 1);
  }
  EXPECT_TRUE(task.identify(narrow, kOne));
}

TEST_F(TaskTest, QuotaTellsWhatItsPageTablesTake) {
  const kernel::Task task = fresh_task();
  EXPECT_EQ(task.quota()->pages, 0u);
  EXPECT_EQ(task.quota()->slots, 0u);
  ASSERT_TRUE(task.configure(node, memory, 5));
  EXPECT_EQ(task.quota()->pages, 5u);
  EXPECT_EQ(task.quota()->used, 1u) << "the root";
  EXPECT_EQ(task.quota()->slots, 16u);
  const auto vmo = world.make<kernel::Vmo>(kPageSize);
  ASSERT_TRUE(vmo.map(task, 0x10000, kernel::Access::kRead));
  EXPECT_EQ(task.quota()->used, 3u);
  ASSERT_TRUE(vmo.unmap());
  EXPECT_EQ(task.quota()->used, 1u);
  EXPECT_EQ(task.quota()->most, 3u);
}

TEST_F(TaskTest, InfoFollowsATasksLife) {
  Player player = world.make_task();
  kernel::Task task(rt::Slot{player.task_slot});
  EXPECT_EQ(fresh_task().info()->state, TaskState::kFresh);
  EXPECT_EQ(configured_task().info()->state, TaskState::kFresh);
  EXPECT_EQ(task.info()->state, TaskState::kRunning);
  world.act_as(*player.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(-7); }));
  as_main();
  auto info = task.info();
  EXPECT_EQ(info->state, TaskState::kExited);
  EXPECT_EQ(info->status, -7);
  EXPECT_EQ(info->cause, abi::FaultCause::kNone);
  EXPECT_EQ(info->address, 0u);
  EXPECT_EQ(info->pc, 0u);
  ASSERT_TRUE(task.kill()) << "fine when it has ended already";
  EXPECT_EQ(task.info()->state, TaskState::kExited) << "and the first end stays";
}

TEST_F(TaskTest, KillStopsAllThreads) {
  Player player = world.make_task();
  Player second = world.make_thread(player);
  Player third = world.make_thread(player);
  world.give(player, 2, world.make<kernel::Notification>().slot());
  world.act_as(*second.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{2}).wait(1000); }));
  as_main();
  kernel::Task task(rt::Slot{player.task_slot});
  ASSERT_TRUE(task.kill());
  for (const Player& one : {player, second, third}) {
    EXPECT_EQ(one.thread->wait(), Wait::kStopped);
    EXPECT_EQ(sched::run_state(*one.thread), sched::RunState::kWaiting);
    EXPECT_FALSE(one.thread->armed());
  }
  EXPECT_EQ(task.info()->state, TaskState::kKilled);
  world.advance(5000);
  EXPECT_EQ(second.thread->wait(), Wait::kStopped);
}

// Killing and exiting go a thread a step; whoever runs is the last.
TEST_F(TaskTest, TheEndIsPreempted) {
  for (bool exits : {false, true}) {
    Player player = world.make_task();
    std::vector<Player> threads{player};
    for (int i = 0; i < 5; ++i) threads.push_back(world.make_thread(player));
    int before = world.preemptions;
    if (exits) world.act_as(*threads[2].thread);
    world.interrupt_always(true);
    if (exits) {
      EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(3); }));
    } else {
      ASSERT_TRUE(kernel::Task(rt::Slot{player.task_slot}).kill());
      EXPECT_EQ(world.preemptions - before, 5);
    }
    world.interrupt_always(false);
    as_main();
    for (const Player& one : threads) EXPECT_EQ(one.thread->wait(), Wait::kStopped);
    auto info = kernel::Task(rt::Slot{player.task_slot}).info();
    EXPECT_EQ(info->state, exits ? TaskState::kExited : TaskState::kKilled);
    EXPECT_EQ(info->status, exits ? 3 : 0);
  }
}

TEST_F(TaskTest, ATaskKillsItself) {
  Player player = world.make_task();
  world.give(player, 2, rt::Slot{player.task_slot});
  world.act_as(*player.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Task(rt::Slot{2}).kill(); }));
  as_main();
  EXPECT_EQ(kernel::Task(rt::Slot{player.task_slot}).info()->state, TaskState::kKilled);
}

TEST_F(TaskTest, TheSupervisorIsToldOnce) {
  auto notification = world.make<kernel::Notification>();
  kernel::Notification badged(weaker(notification.slot(), 1, 0x20));
  Player player = world.make_task();
  kernel::Task task(rt::Slot{player.task_slot});
  ASSERT_TRUE(task.supervise(badged));
  expect_refused(world, [&] { return task.supervise(badged); }, abi::kEbusy, Detail::kBadState);
  EXPECT_FALSE(notification.poll());
  world.act_as(*player.thread);
  EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(1); }));
  as_main();
  EXPECT_EQ(*notification.poll(), 0x20u);
  ASSERT_TRUE(task.kill());
  EXPECT_FALSE(notification.poll()) << "a kill after the end says nothing";
  ASSERT_TRUE(own.revoke(player.quota_slot));
  EXPECT_FALSE(notification.poll()) << "nor does the reaping";
}

TEST_F(TaskTest, TheSupervisorIsToldOfARevokedQuota) {
  auto notification = world.make<kernel::Notification>();
  Player player = world.make_task();
  ASSERT_TRUE(kernel::Task(rt::Slot{player.task_slot}).supervise(notification));
  ASSERT_TRUE(own.revoke(player.quota_slot));
  EXPECT_EQ(*notification.poll(), 1u);
}

// Nobody else could end it, and its supervisor would wait for ever.
TEST_F(TaskTest, ATaskWhoseLastThreadIsDestroyedWasKilled) {
  auto notification = world.make<kernel::Notification>();
  Player player = world.make_task();
  Player second = world.make_thread(player);
  kernel::Task task(rt::Slot{player.task_slot});
  ASSERT_TRUE(task.supervise(notification));
  ASSERT_TRUE(own.delete_(player.thread_slot));
  EXPECT_EQ(task.info()->state, TaskState::kRunning);
  EXPECT_FALSE(notification.poll());
  ASSERT_TRUE(own.delete_(second.thread_slot));
  EXPECT_EQ(task.info()->state, TaskState::kKilled);
  EXPECT_EQ(*notification.poll(), 1u);
  kernel::Task fresh = configured_task();
  auto thread = world.make<kernel::Thread>();
  ASSERT_TRUE(thread.configure(fresh));
  ASSERT_TRUE(own.delete_(thread.slot().index));
  EXPECT_EQ(fresh.info()->state, TaskState::kFresh) << "it may still be given another";
}

TEST_F(TaskTest, SuperviseAfterTheEndIsRefused) {
  kernel::Task task = configured_task();
  auto notification = world.make<kernel::Notification>();
  kernel::Notification waits_only(weaker(notification.slot(), 2));
  expect_refused(
      world, [&] { return task.supervise(waits_only); }, abi::kEperm, Detail::kBadRights, 1);
  ASSERT_TRUE(task.kill());
  expect_refused(
      world, [&] { return task.supervise(notification); }, abi::kEbusy, Detail::kBadState);
}

TEST_F(TaskTest, TaskRightsAreSeparate) {
  kernel::Task task = configured_task();
  auto right = [](abi::TaskRight r) { return std::to_underlying(r); };
  kernel::Task inspects(weaker(task.slot(), right(abi::TaskRight::kInspect)));
  kernel::Task manages(weaker(task.slot(), right(abi::TaskRight::kManage)));
  EXPECT_TRUE(inspects.info());
  expect_refused(world, [&] { return inspects.kill(); }, abi::kEperm, Detail::kBadRights);
  expect_refused(world, [&] { return manages.info(); }, abi::kEperm, Detail::kBadRights);
  expect_refused(
      world, [&] { return inspects.identify(identity, 1); }, abi::kEperm, Detail::kBadRights);
  EXPECT_TRUE(manages.kill());
}

TEST_F(TaskTest, IdsAreNeverGivenTwice) {
  std::set<std::uint32_t> ids;
  std::uint64_t before = kernel::Untyped(World::kMemory).info()->free;
  for (int round = 0; round < 200; ++round) {
    ASSERT_TRUE(kernel::Untyped(World::kMemory).retype(ObjectType::kTask, 0, own, 400, 1));
    EXPECT_TRUE(ids.insert(kernel::Task(rt::Slot{400}).info()->id).second);
    ASSERT_TRUE(own.delete_(400));
  }
  EXPECT_EQ(before - kernel::Untyped(World::kMemory).info()->free, 200 * kTaskSize)
      << "an Untyped with other children gives nothing twice";
}

// R10: spawn and exit, again and again, and the memory is back to the byte.
TEST_F(TaskTest, RoundsOfTasksGiveEverythingBack) {
  Player first = world.make_task();
  ASSERT_TRUE(own.revoke(first.quota_slot));
  std::uint64_t quota = kernel::Untyped(rt::Slot{first.quota_slot}).info()->free;
  kernel::Untyped untyped(rt::Slot{first.quota_slot});
  for (int round = 0; round < 30; ++round) {
    ASSERT_TRUE(untyped.retype(ObjectType::kCnode, 64, own, 400, 1));
    ASSERT_TRUE(untyped.retype(ObjectType::kTask, 0, own, 401, 1));
    ASSERT_TRUE(untyped.retype(ObjectType::kThread, 0, own, 402, 1));
    ASSERT_TRUE(kernel::Task(rt::Slot{401}).configure(kernel::CNode(rt::Slot{400}), untyped, 8));
    ASSERT_TRUE(kernel::Thread(rt::Slot{402}).configure(kernel::Task(rt::Slot{401})));
    ASSERT_TRUE(kernel::Thread(rt::Slot{402}).start(0x1000, 0, 0, 0));
    world.act_as(*reinterpret_cast<Thread*>(world.slot(402).object()));
    EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(0); }));
    as_main();
    ASSERT_TRUE(own.revoke(first.quota_slot));
    ASSERT_EQ(untyped.info()->free, quota);
    ASSERT_EQ(own.query(402)->type, ObjectType::kNull);
  }
}

class FewAsidsTest : public TaskTest {
 protected:
  FewAsidsTest() : TaskTest(4) {}
};

TEST_F(FewAsidsTest, WithoutAnAsidConfigureIsRefusedCleanly) {
  kernel::Task second = configured_task();  // the first task has one of the three
  kernel::Task third = configured_task();
  kernel::Task fourth = fresh_task();
  EXPECT_FALSE(fourth.configure(node, memory, 3)) << "what it zeroes in free memory is zero now";
  std::uint32_t next = state.next_asid;
  expect_refused(
      world, [&] { return fourth.configure(node, memory, 3); }, abi::kEnomem, Detail::kNoMemory, 2);
  EXPECT_EQ(state.next_asid, next);
  ASSERT_TRUE(second.kill());
  EXPECT_TRUE(refused(fourth.configure(node, memory, 3), abi::kEnomem, Detail::kNoMemory, 2))
      << "a task that ended has its address space until it is reaped";
  ASSERT_TRUE(own.delete_(second.slot().index));
  EXPECT_TRUE(fourth.configure(node, memory, 3));
  EXPECT_FALSE(object(fourth).table.asid() == object(third).table.asid());
}

// An ASID comes back without what was cached under it.
TEST_F(FewAsidsTest, AsidsAreFlushedWhenTheyComeBack) {
  std::vector<Asid> flushed;
  world.machine.on_flush_space = [&](Asid asid) { flushed.push_back(asid); };
  kernel::Task task = configured_task();
  Asid asid = object(task).table.asid();
  flushed.clear();
  ASSERT_TRUE(own.delete_(task.slot().index));
  EXPECT_EQ(flushed, std::vector{asid});
  EXPECT_EQ(state.tasks[asid.value], nullptr);
}

}  // namespace
}  // namespace tessera::testing
