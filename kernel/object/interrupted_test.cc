// What happens between two steps of a call that is preempted: others make calls, and whoever made
// it may not live to go on.
#include <functional>
#include <vector>

#include "kernel/object/notification.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;

class InterruptedTest : public ::testing::Test {
 protected:
  InterruptedTest() { world.make_immortal(); }

  void as_main() { world.act_as(world.main()); }
  // At the first preemption of what the actor does next, `other` happens once.
  void meanwhile(std::function<void()> other) {
    world.on_preempted = [this, other = std::move(other)] {
      if (happened_) return;
      happened_ = true;
      world.interrupt_always(false);
      Thread& before = world.actor();
      other();
      world.act_as(before);
    };
    world.interrupt_always(true);
  }

  // A table that takes many steps to destroy, with these of the first task's slots at its end.
  kernel::CNode make_grave(const std::vector<std::uint32_t>& slots) {
    const auto node = world.make<kernel::CNode>(128);
    const auto endpoint = world.make<kernel::Endpoint>();
    for (std::uint32_t i = 1; i < 100; ++i) {
      EXPECT_TRUE(node.copy(i, own, endpoint.slot().index));
    }
    std::uint32_t at = 110;
    for (const std::uint32_t slot : slots) EXPECT_TRUE(node.move(at++, own, slot));
    return node;
  }
  // A task whose only capabilities to itself are in such a table. Its slots 5 and 6: its quota, and
  // a CNode of the first task's.
  Player make_condemned() {
    Player player = world.make_task();
    player.cspace->slot(5)->take(world.slot(player.quota_slot));
    world.act_as(*player.thread);
    EXPECT_TRUE(kernel::CNode(rt::Slot{1}).delete_(1));
    as_main();
    target_ = world.make<kernel::CNode>(16);
    world.give(player, 6, target_.slot());
    grave_ = make_grave({player.thread_slot, player.task_slot, player.node_slot});
    return player;
  }
  // Threads of one task that wait for a Notification.
  std::vector<Player> make_waiting(unsigned count) {
    std::vector<Player> threads{world.make_task()};
    while (threads.size() < count) threads.push_back(world.make_thread(threads.front()));
    as_main();
    world.give(threads.front(), 2, world.make<kernel::Notification>().slot());
    for (const Player& each : threads) {
      world.act_as(*each.thread);
      EXPECT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{2}).wait(kForever); }));
    }
    as_main();
    return threads;
  }
  kernel::Notification supervise(const Player& player) {
    as_main();
    const auto bell = world.make<kernel::Notification>();
    EXPECT_TRUE(kernel::Task(rt::Slot{player.task_slot}).supervise(bell));
    return bell;
  }
  // Every thread of the task is stopped, and the supervisor was told.
  void expect_ended(const std::vector<Player>& threads, kernel::Notification bell) {
    world.interrupt_always(false);
    world.let_all_run();
    as_main();
    EXPECT_TRUE(bell.poll()) << "the supervisor was not told";
    for (const Player& each : threads) EXPECT_EQ(each.thread->wait(), Wait::kStopped);
  }

  World world;
  kernel::CNode own{World::kNode};
  kernel::CNode grave_, target_;

 private:
  bool happened_ = false;
};

// The child's call may be the one that buries the child.
TEST_F(InterruptedTest, WhoAsksForMemoryMayBeAmongTheDead) {
  const Player condemned = make_condemned();
  meanwhile([&] {
    ASSERT_NE(state.dying, nullptr);
    world.act_as(*condemned.thread);
    EXPECT_TRUE(world.waits([] {
      (void)kernel::Untyped(rt::Slot{5})
          .retype(ObjectType::kUntyped, std::uint64_t{1} << 30, kernel::CNode(rt::Slot{6}), 3, 1);
    }));
  });
  EXPECT_TRUE(own.delete_(grave_.slot().index));
  EXPECT_TRUE(CNode::of(world.slot(target_.slot().index).object()).slot(3)->empty());
}

TEST_F(InterruptedTest, WhoAsksHowMuchIsLeftMayBeAmongTheDead) {
  const Player condemned = make_condemned();
  meanwhile([&] {
    world.act_as(*condemned.thread);
    EXPECT_TRUE(world.waits([] { (void)kernel::Untyped(rt::Slot{5}).info(); }));
  });
  EXPECT_TRUE(own.delete_(grave_.slot().index));
}

TEST_F(InterruptedTest, WhoConfiguresATaskMayBeAmongTheDead) {
  const Player condemned = make_condemned();
  const auto task = world.make<kernel::Task>();
  world.give(condemned, 7, task.slot());
  meanwhile([&] {
    world.act_as(*condemned.thread);
    EXPECT_TRUE(world.waits([] {
      (void)kernel::Task(rt::Slot{7})
          .configure(kernel::CNode(rt::Slot{6}), kernel::Untyped(rt::Slot{5}), 4096);
    }));
  });
  EXPECT_TRUE(own.delete_(grave_.slot().index));
  EXPECT_FALSE(reinterpret_cast<Task*>(world.slot(task.slot().index).object())->configured());
}

// The memory that a thread asks for is its own; it is gone before it can have it.
TEST_F(InterruptedTest, AThreadIsNotGivenItsOwnMemory) {
  const Player player = world.make_task();
  as_main();
  const auto memory = world.make<kernel::Untyped>(4096);
  constexpr std::uint32_t kAll = 4096 / kThreadSize;  // nothing is left of it
  const std::uint32_t at = world.fresh_slot(kAll);
  ASSERT_TRUE(memory.retype(ObjectType::kThread, 0, own, at, kAll));
  const kernel::Thread second(rt::Slot{at});
  ASSERT_TRUE(second.configure(kernel::Task(rt::Slot{player.task_slot})));
  ASSERT_TRUE(second.start(0x1000, 0, 0, 0));
  auto& thread = *reinterpret_cast<Thread*>(world.slot(at).object());
  const auto grave = make_grave({at, at + 1, at + 2, at + 3, at + 4});
  player.cspace->slot(5)->take(world.slot(memory.slot().index));
  meanwhile([&] {
    world.act_as(thread);
    EXPECT_TRUE(world.waits([] {
      (void)kernel::Untyped(rt::Slot{5})
          .retype(ObjectType::kTask, 0, kernel::CNode(rt::Slot{1}), 10, 1);
    }));
  });
  EXPECT_TRUE(own.delete_(grave.slot().index));
  EXPECT_TRUE(player.cspace->slot(10)->empty());
}

TEST_F(InterruptedTest, AKillGoesOnWithoutItsKiller) {
  const std::vector<Player> victims = make_waiting(6);
  const auto bell = supervise(victims.front());
  const Player killer = world.make_task();
  as_main();
  world.give(killer, 2, rt::Slot{victims.front().task_slot});
  world.act_as(*killer.thread);
  meanwhile([&] {
    as_main();
    ASSERT_TRUE(own.revoke(killer.quota_slot));
  });
  EXPECT_TRUE(world.waits([] { (void)kernel::Task(rt::Slot{2}).kill(); }));
  expect_ended(victims, bell);
}

TEST_F(InterruptedTest, AnExitGoesOnWithoutWhoExits) {
  const std::vector<Player> threads = make_waiting(6);
  const Player exiting = world.make_thread(threads.front());
  const auto bell = supervise(threads.front());
  world.act_as(*exiting.thread);
  meanwhile([&] {
    as_main();
    ASSERT_TRUE(own.delete_(exiting.thread_slot));
  });
  EXPECT_TRUE(world.waits([] { (void)kernel::Self::exit(7); }));
  expect_ended(threads, bell);
  EXPECT_EQ(kernel::Task(rt::Slot{threads.front().task_slot}).info()->status, 7);
}

// All threads of a task that is being killed are destroyed, one by one, by somebody else.
TEST_F(InterruptedTest, AnEndIsToldWhenTheLastThreadIsDestroyed) {
  const std::vector<Player> victims = make_waiting(3);
  const auto bell = supervise(victims.front());
  const Player killer = world.make_task();
  as_main();
  world.give(killer, 2, rt::Slot{victims.front().task_slot});
  world.act_as(*killer.thread);
  meanwhile([&] {
    as_main();
    for (const Player& each : victims) ASSERT_TRUE(own.delete_(each.thread_slot));
    EXPECT_TRUE(bell.poll());
    ASSERT_TRUE(own.revoke(killer.quota_slot));
  });
  EXPECT_TRUE(world.waits([] { (void)kernel::Task(rt::Slot{2}).kill(); }));
}

// A fault that nobody handled ends the task, also when the thread that made it is destroyed first.
TEST_F(InterruptedTest, AFaultEndsTheTaskOfADestroyedThread) {
  const std::vector<Player> threads = make_waiting(2);
  const Player faulting = world.make_thread(threads.front());
  const auto bell = supervise(threads.front());
  faulting.thread->doomed = true;  // it has not run since
  faulting.thread->fault_cause = abi::FaultCause::kBreakpoint;
  as_main();
  ASSERT_TRUE(own.delete_(faulting.thread_slot));
  expect_ended(threads, bell);
  EXPECT_EQ(kernel::Task(rt::Slot{threads.front().task_slot}).info()->state,
            abi::TaskState::kFaulted);
}

// An ASID's last task is its last: a mapping that says so can never be taken for another's.
TEST_F(InterruptedTest, AnAsidHasALastGeneration) {
  Player first = world.make_task();
  as_main();
  const Asid asid = first.task->table.asid();
  state.generations[asid.value] = kLastGeneration;
  ASSERT_TRUE(own.revoke(first.quota_slot));
  for (int i = 0; i < 18; ++i) {  // once round
    const Player next = world.make_task();
    as_main();
    EXPECT_NE(next.task->table.asid(), asid);
    ASSERT_TRUE(own.revoke(next.quota_slot));
  }
}

}  // namespace
}  // namespace tessera::testing
