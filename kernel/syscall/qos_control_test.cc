// QosControl: the class of a task, and how each of its threads comes by it.
#include <gtest/gtest.h>

#include <vector>

#include "kernel/object/donation.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::QosClass;
using abi::QosOp;
using kernel::Self;

constexpr QosClass kClasses[] = {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive,
                                 QosClass::kPerfBurst};
constexpr std::uint64_t kIdentity = 0x14;

// The first task has a control that is bound to it.
class QosControlTest : public IpcTest {
 protected:
  QosControlTest() : IpcTest(64) {
    world.main().task()->identity = kIdentity;
    const kernel::CNode own(World::kNode);
    EXPECT_TRUE(own.mint(control.slot().index, own, World::kQos.index, abi::kAllQosControlRights,
                         kIdentity));
  }
  kernel::Task task_of(const Player& player) { return kernel::Task(rt::Slot{player.task_slot}); }
  rt::Result<void> set(const Player& player, QosClass c) {
    world.act_as(world.main());
    return control.set(task_of(player), c);
  }
  void expect_all(const std::vector<Player>& threads, QosClass c) {
    EXPECT_EQ(threads.front().task->qos.peek().of, c);
    for (const Player& each : threads) {
      EXPECT_EQ(each.thread->own_class.peek(), c);
      EXPECT_EQ(each.thread->effective_class.peek(), c);
    }
  }
  // The player's task has so many threads; all are ready.
  std::vector<Player> make_threads(const Player& player, unsigned count) {
    std::vector<Player> threads{player};
    while (threads.size() < count) threads.push_back(world.make_thread(player));
    return threads;
  }
  void lower(const Player& player) {
    as(player);
    EXPECT_TRUE(Self::qos(QosOp::kSet, 0, QosClass::kIdle));
    world.act_as(world.main());
  }

  kernel::QosControl control{rt::Slot{world.fresh_slot()}};
};

// Up and down, those that wait and those that have lowered themselves.
TEST_F(QosControlTest, SetIsForEachThreadOfTheTask) {
  const std::vector<Player> threads = make_threads(client, 4);
  start_call(threads[1]);
  world.give(client, 3, world.make<kernel::Endpoint>().slot());
  as(threads[3]);
  EXPECT_TRUE(world.waits([] { (void)kernel::Endpoint(rt::Slot{3}).receive(kForever); }));
  for (QosClass from : kClasses) {
    for (QosClass to : kClasses) {
      EXPECT_TRUE(set(client, from));
      expect_all(threads, from);
      lower(threads[2]);
      EXPECT_TRUE(set(client, to));
      expect_all(threads, to);
      EXPECT_EQ(server.thread->own_class.peek(), QosClass::kNormal) << "of another task";
    }
  }
}

// Which call it is made of is kept: it has no results, and clears what all calls clear.
TEST_F(QosControlTest, SetComesBackAsEachCallDoes) {
  EXPECT_TRUE(set(client, QosClass::kInteractive));
  const std::uint64_t* x = world.main().frame.x;
  for (unsigned i : {1, 3, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31}) {
    EXPECT_EQ(x[i], 0u) << "x" << i;
  }
}

TEST_F(QosControlTest, AThreadBeginsAtTheLowerOfItsTasksAndItsMakersClass) {
  for (QosClass of_task : kClasses) {
    for (QosClass of_maker : kClasses) {
      const Player player = world.make_task();
      EXPECT_TRUE(set(player, of_task));
      set_class(world.main(), of_maker);
      EXPECT_EQ(world.make_thread(player).thread->own_class.peek(), std::min(of_task, of_maker));
      set_class(world.main(), QosClass::kPerfBurst);
    }
  }
}

TEST_F(QosControlTest, WhatATaskWasGivenAThreadLowers) {
  EXPECT_TRUE(set(client, QosClass::kPerfBurst));
  as(client);
  EXPECT_EQ(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), QosClass::kInteractive);
  EXPECT_TRUE(refused(Self::qos(QosOp::kSet, 0, QosClass::kPerfBurst), abi::kEperm,
                      Detail::kNoAuthority, 3));
  world.act_as(world.main());
  EXPECT_EQ(Self::qos(QosOp::kGet, client.task_slot, QosClass::kIdle), QosClass::kPerfBurst)
      << "the task's";
}

// A thread that has not been told yet asks, or lowers itself, as one that has.
TEST_F(QosControlTest, AThreadKnowsBeforeItIsTold) {
  {
    const WithTree tree;
    set_task_class(*client.task, QosClass::kInteractive);
  }
  as(client);
  EXPECT_EQ(Self::qos(QosOp::kGet, 0, QosClass::kIdle), QosClass::kInteractive);
  {
    const WithTree tree;
    set_task_class(*client.task, QosClass::kNormal);
  }
  EXPECT_TRUE(refused(Self::qos(QosOp::kSet, 0, QosClass::kInteractive), abi::kEperm,
                      Detail::kNoAuthority, 3));
  EXPECT_EQ(client.thread->effective_class.peek(), QosClass::kNormal);
}

// A server that works for one whose class is set has the new one from it.
TEST_F(QosControlTest, WhatIsSetIsGivenOn) {
  start_receive(server);
  start_call(client);
  EXPECT_TRUE(set(client, QosClass::kPerfBurst));
  EXPECT_EQ(server.thread->effective_class.peek(), QosClass::kPerfBurst);
  EXPECT_TRUE(set(client, QosClass::kIdle));
  EXPECT_EQ(server.thread->effective_class.peek(), QosClass::kNormal);
}

// Each step tells a thread, whatever the threads do meanwhile: one of them lowers itself at each.
TEST_F(QosControlTest, EachStepCounts) {
  constexpr unsigned kThreads = 20;
  const std::vector<Player> threads = make_threads(client, kThreads);
  world.preemptions = 0;
  world.interrupt_always(true);
  world.on_preempted = [this, &threads] {
    const int step = world.preemptions;
    lower(threads.front());
    world.preemptions = step;
  };
  EXPECT_TRUE(set(client, QosClass::kInteractive));
  world.on_preempted = nullptr;
  world.interrupt_always(false);
  EXPECT_EQ(world.preemptions, static_cast<int>(kThreads));
  EXPECT_EQ(threads.front().thread->own_class.peek(), QosClass::kIdle) << "it may";
  for (unsigned i = 1; i < kThreads; ++i) {
    EXPECT_EQ(threads[i].thread->own_class.peek(), QosClass::kInteractive) << i;
  }
}

// Somebody else sets another class between two steps: that is the last one, and both come back.
TEST_F(QosControlTest, TheLastOneIsKept) {
  const std::vector<Player> threads = make_threads(client, 5);
  world.interrupt_always(true);
  world.on_preempted = [this] {
    if (world.preemptions != 2) return;
    const WithTree tree;
    set_task_class(*client.task, QosClass::kPerfBurst);
  };
  EXPECT_TRUE(set(client, QosClass::kIdle));
  world.on_preempted = nullptr;
  world.interrupt_always(false);
  expect_all(threads, QosClass::kPerfBurst);
}

// Whoever set it ends between two steps; who comes after settles it.
TEST_F(QosControlTest, SettleGoesOnWithWhatWasBegun) {
  const std::vector<Player> threads = make_threads(client, 5);
  const Player setter = world.make_task();
  setter.task->identity = kIdentity;
  world.give(setter, 10, control.slot());
  world.give(setter, 11, rt::Slot{client.task_slot});
  world.act_as(*setter.thread);
  world.interrupt_always(true);
  world.on_preempted = [this, &setter] {
    world.interrupt_always(false);
    world.act_as(world.main());
    EXPECT_TRUE(kernel::Task(rt::Slot{setter.task_slot}).kill());
  };
  EXPECT_TRUE(world.waits([] {
    (void)kernel::QosControl(rt::Slot{10}).set(kernel::Task(rt::Slot{11}), QosClass::kInteractive);
  }));
  world.on_preempted = nullptr;
  EXPECT_EQ(threads.back().thread->own_class.peek(), QosClass::kNormal) << "nobody has told it";
  world.act_as(world.main());
  EXPECT_TRUE(task_of(client).settle());
  expect_all(threads, QosClass::kInteractive);
}

TEST_F(QosControlTest, ATaskThatHasEndedHasAClass) {
  world.act_as(world.main());
  EXPECT_TRUE(task_of(client).kill());
  EXPECT_TRUE(set(client, QosClass::kPerfBurst));
  EXPECT_EQ(Self::qos(QosOp::kGet, client.task_slot, QosClass::kIdle), QosClass::kPerfBurst);
}

// Without the right, to the control or to the task.
TEST_F(QosControlTest, ItNeedsUseAndInspect) {
  constexpr auto kInspect = static_cast<std::uint8_t>(abi::TaskRight::kInspect);
  const kernel::CNode own(World::kNode);
  const std::uint32_t weak = world.fresh_slot(2);
  ASSERT_TRUE(own.mint(weak, own, control.slot().index, 0, 0));
  ASSERT_TRUE(own.mint(weak + 1, own, client.task_slot, abi::kAllTaskRights & ~kInspect, 0));
  const auto c = QosClass::kIdle;
  expect_refused(
      world, [&] { return kernel::QosControl(rt::Slot{weak}).set(task_of(client), c); },
      abi::kEperm, Detail::kBadRights, 0);
  expect_refused(
      world, [&] { return control.set(kernel::Task(rt::Slot{weak + 1}), c); }, abi::kEperm,
      Detail::kBadRights, 1);
  expect_refused(
      world, [&] { return kernel::Task(rt::Slot{weak + 1}).settle(); }, abi::kEperm,
      Detail::kBadRights, 0);
}

// It is not bound a second time, nor made of memory.
TEST_F(QosControlTest, ItIsBoundOnce) {
  const kernel::CNode own(World::kNode);
  const std::uint32_t to = world.fresh_slot();
  expect_refused(
      world,
      [&] { return own.mint(to, own, control.slot().index, abi::kAllQosControlRights, 0x99); },
      abi::kEinval, Detail::kOccupied, 5);
  EXPECT_TRUE(own.copy(to, own, control.slot().index));
  EXPECT_EQ(world.slot(to).badge, kIdentity);
}

}  // namespace
}  // namespace tessera::testing
