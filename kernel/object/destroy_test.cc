// Destruction: what loses its last capability goes, with all that is in it, in steps; whoever does
// it may be among what goes.

#include <vector>

#include "kernel/base/bits.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/notification.h"
#include "kernel/object/untyped.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;

class DestroyTest : public ::testing::Test {
 protected:
  void as_main() { world.act_as(world.main()); }
  // A CNode out of the quota, in the first task's CSpace.
  kernel::CNode make_node(std::uint32_t slots = 16) {
    std::uint32_t slot = world.fresh_slot();
    EXPECT_TRUE(quota.retype(ObjectType::kCnode, slots, own, slot, 1));
    return kernel::CNode(rt::Slot{slot});
  }
  std::uint64_t free() { return quota.info()->free; }
  // Nothing that came from the quota is left; the rest of the world goes on.
  void expect_all_back() {
    as_main();
    EXPECT_EQ(free(), kQuota);
    EXPECT_EQ(state.dying, nullptr);
  }

  static constexpr std::uint64_t kQuota = 64 * kPageSize;
  World world;
  kernel::CNode own{World::kNode};
  kernel::Untyped quota = world.make<kernel::Untyped>(kQuota);
};

TEST_F(DestroyTest, NestedCNodes) {
  kernel::CNode outer = make_node();
  kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  auto& references =
      reinterpret_cast<Endpoint*>(world.slot(endpoint.slot().index).object())->references;
  for (std::uint32_t depth = 1; depth <= 5; ++depth) {
    kernel::CNode inner = make_node();
    for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(inner.copy(i, own, endpoint.slot().index));
    ASSERT_TRUE(inner.move(9, own, outer.slot().index));
    outer = inner;
  }
  EXPECT_EQ(references, 16u);
  ASSERT_TRUE(own.delete_(outer.slot().index));
  EXPECT_EQ(references, 1u);
  expect_all_back();
}

TEST_F(DestroyTest, WideCNodesInPreemptedSteps) {
  kernel::CNode outer = make_node(200);
  for (std::uint32_t i = 1; i < 20; ++i) {
    kernel::CNode inner = make_node(100);
    ASSERT_TRUE(quota.retype(ObjectType::kReply, 0, inner, 7, 5));
    ASSERT_TRUE(outer.move(i * 9, own, inner.slot().index));
  }
  world.interrupt_always(true);
  ASSERT_TRUE(own.delete_(outer.slot().index));
  world.interrupt_always(false);
  EXPECT_GT(world.preemptions, 100);
  expect_all_back();
}

// A CNode that holds the last capability to itself is out of reach, until its Untyped is revoked.
TEST_F(DestroyTest, ACNodeThatHoldsItself) {
  kernel::CNode node = make_node();
  ASSERT_TRUE(node.copy(3, own, node.slot().index));
  ASSERT_TRUE(own.delete_(node.slot().index));
  EXPECT_LT(free(), kQuota);
  ASSERT_TRUE(own.revoke(quota.slot().index));
  expect_all_back();
}

TEST_F(DestroyTest, ACNodeThatIsMovedIntoItself) {
  kernel::CNode node = make_node();
  ASSERT_TRUE(node.move(3, own, node.slot().index));
  EXPECT_EQ(own.query(node.slot().index)->type, ObjectType::kNull);
  ASSERT_TRUE(own.revoke(quota.slot().index));
  expect_all_back();
}

TEST_F(DestroyTest, TwoCNodesThatHoldEachOther) {
  for (bool preempted : {false, true}) {
    kernel::CNode a = make_node();
    kernel::CNode b = make_node();
    ASSERT_TRUE(b.copy(2, own, a.slot().index));
    ASSERT_TRUE(b.move(3, own, a.slot().index));
    const kernel::CNode keep(rt::Slot{World::kSlots - 1});
    ASSERT_TRUE(own.copy(keep.slot().index, b, 3));
    ASSERT_TRUE(keep.move(2, own, b.slot().index));
    ASSERT_TRUE(own.delete_(keep.slot().index));
    world.interrupt_always(preempted);
    ASSERT_TRUE(own.revoke(quota.slot().index));
    world.interrupt_always(false);
    expect_all_back();
  }
}

// While an object is being emptied its memory is not given out, though no capability names it any
// more.
TEST_F(DestroyTest, MemoryIsNotReusedBeforeTheLastStep) {
  kernel::CNode node = make_node(64);
  kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  for (std::uint32_t i = 1; i < 64; ++i) ASSERT_TRUE(node.copy(i, own, endpoint.slot().index));
  world.on_preempted = [&] {
    if (state.dying == nullptr) return;
    EXPECT_LT(free_bytes(world.slot(quota.slot().index)), kQuota);
  };
  world.interrupt_always(true);
  ASSERT_TRUE(own.delete_(node.slot().index));
  world.interrupt_always(false);
  EXPECT_GT(world.preemptions, 60);
  expect_all_back();
}

// Somebody else's delete goes on with what was left unfinished.
TEST_F(DestroyTest, AnyDeleteGoesOnWithTheDead) {
  kernel::CNode node = make_node(64);
  kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  for (std::uint32_t i = 1; i < 64; ++i) ASSERT_TRUE(node.copy(i, own, endpoint.slot().index));
  Player helper = world.make_task();
  world.on_preempted = [&] {
    world.on_preempted = nullptr;
    world.interrupt_always(false);
    EXPECT_NE(state.dying, nullptr);
    Thread& before = world.actor();
    world.act_as(*helper.thread);
    EXPECT_TRUE(kernel::CNode(rt::Slot{1}).delete_(50));
    EXPECT_EQ(state.dying, nullptr);
    world.act_as(before);
  };
  world.interrupt_always(true);
  ASSERT_TRUE(own.delete_(node.slot().index));
  expect_all_back();
}

// Many who wait at what dies are told in steps.
TEST_F(DestroyTest, ManyWaiters) {
  Player player = world.make_task();
  auto notification = world.make<kernel::Notification>();
  world.give(player, 2, notification.slot());
  std::vector<Player> waiters{player};
  for (int i = 0; i < 6; ++i) waiters.push_back(world.make_thread(player));
  for (const Player& waiter : waiters) {
    world.act_as(*waiter.thread);
    ASSERT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{2}).wait(kForever); }));
  }
  as_main();
  ASSERT_TRUE(kernel::CNode(rt::Slot{player.node_slot}).delete_(2));
  world.interrupt_always(true);
  ASSERT_TRUE(own.delete_(notification.slot().index));
  world.interrupt_always(false);
  EXPECT_GE(world.preemptions, 6);
  for (const Player& waiter : waiters) {
    EXPECT_TRUE(refused(outcome(*waiter.thread), abi::kEpipe, Detail::kPeerDied));
  }
}

// A thread's own end, by each of its capabilities; the first task finds everything in order.
class SuicideTest : public DestroyTest, public ::testing::WithParamInterface<bool> {
 protected:
  Player player = world.make_task();
  Player helper = world.make_task();  // somebody is ready when the player is gone
  const kernel::CNode theirs{rt::Slot{1}};

  void revoke_quota() {
    as_main();
    ASSERT_TRUE(own.revoke(player.quota_slot));
    EXPECT_EQ(kernel::Untyped(rt::Slot{player.quota_slot}).info()->free, 128u * 1024);
    EXPECT_EQ(state.dying, nullptr);
  }
  // The player makes a call out of which it does not come back.
  void last_call(const std::function<void()>& call) {
    world.act_as(*player.thread);
    world.interrupt_always(GetParam());
    EXPECT_TRUE(world.waits(call));
    world.interrupt_always(false);
    world.let_all_run();
    EXPECT_EQ(sched::run_state(*player.thread), sched::RunState::kWaiting);
  }
  // The player has the only capability to the object.
  void hand_over(std::uint32_t from, std::uint32_t to) {
    player.cspace->slot(to)->take(world.slot(from));
  }
};

TEST_P(SuicideTest, DeletesItsThread) {
  hand_over(player.thread_slot, 2);
  last_call([&] { (void)theirs.delete_(2); });
  revoke_quota();
}

TEST_P(SuicideTest, DeletesItsTask) {
  hand_over(player.task_slot, 2);
  world.act_as(*player.thread);
  EXPECT_TRUE(theirs.delete_(2)) << "its thread still holds it";
  EXPECT_TRUE(kernel::Self::now());
  revoke_quota();
}

TEST_P(SuicideTest, DeletesItsCSpace) {
  as_main();
  ASSERT_TRUE(own.delete_(player.node_slot));
  world.act_as(*player.thread);
  EXPECT_TRUE(theirs.delete_(1)) << "its task still holds it";
  EXPECT_TRUE(refused(theirs.query(1), abi::kEbadf, Detail::kBadCap));
  EXPECT_TRUE(kernel::Self::now());
  revoke_quota();
}

TEST_P(SuicideTest, RevokesItsCSpace) {
  hand_over(player.node_slot, 2);
  world.act_as(*player.thread);
  world.interrupt_always(GetParam());
  (void)theirs.revoke(2);
  world.interrupt_always(false);
  EXPECT_TRUE(kernel::Self::now()) << "it runs on without a CSpace";
  EXPECT_TRUE(refused(theirs.query(1), abi::kEbadf, Detail::kBadCap));
  revoke_quota();
}

TEST_P(SuicideTest, RevokesItsTask) {
  hand_over(player.task_slot, 2);
  last_call([&] { (void)theirs.revoke(2); });
  revoke_quota();
}

// Its Untyped lies in its own CSpace, which came from it: with the CSpace goes the capability that
// is being revoked, and with that the revoke ends. What is left stays, as children of the Untyped's
// parent.
TEST_P(SuicideTest, RevokesItsOwnQuota) {
  hand_over(player.quota_slot, 2);
  world.act_as(*player.thread);
  world.interrupt_always(GetParam());
  (void)theirs.revoke(2);
  world.interrupt_always(false);
  EXPECT_TRUE(refused(theirs.query(1), abi::kEbadf, Detail::kBadCap));
  as_main();
  EXPECT_EQ(state.dying, nullptr);
  EXPECT_EQ(own.query(player.node_slot)->type, ObjectType::kNull);
  EXPECT_TRUE(kernel::Task(rt::Slot{player.task_slot}).kill());
  EXPECT_TRUE(own.delete_(player.thread_slot));
  EXPECT_TRUE(own.delete_(player.task_slot));
}

INSTANTIATE_TEST_SUITE_P(Preempted, SuicideTest, ::testing::Bool());

// A quota is revoked while its task runs, and while others wait for it in each way there is.
class ReapTest : public IpcTest, public ::testing::WithParamInterface<bool> {};

TEST_P(ReapTest, WhoWaitsOnATaskThatIsReapedIsTold) {
  Player answered_never = world.make_task();
  Player kept = world.make_task();
  for (const Player& one : {answered_never, kept}) world.give(one, 2, made.slot(), kSend, 1);
  // The server's own endpoint and reply, out of its quota.
  world.act_as(world.main());
  const kernel::CNode own(World::kNode);
  const kernel::Untyped quota(rt::Slot{server.quota_slot});
  ASSERT_TRUE(quota.retype(abi::ObjectType::kEndpoint, 0, own, 300, 1));
  ASSERT_TRUE(quota.retype(abi::ObjectType::kReply, 0, own, 301, 1));
  server.cspace->slot(25)->take(world.slot(301));
  world.give(client, 3, rt::Slot{300}, kSend, 0);

  start_call(kept);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kernel::Reply(rt::Slot{25}).keep());
  start_call(answered_never);
  ASSERT_TRUE(receive_now(server));
  as(client);
  ASSERT_TRUE(
      world.waits([] { (void)kernel::Endpoint(rt::Slot{3}).call(0, 0, 0, 0, 0, 0, tag(0)); }));

  world.act_as(world.main());
  world.interrupt_always(GetParam());
  ASSERT_TRUE(own.revoke(server.quota_slot));
  world.interrupt_always(false);
  for (const Player& one : {client, answered_never, kept}) {
    EXPECT_TRUE(refused(result_of(one), abi::kEpipe, Detail::kPeerDied));
  }
  EXPECT_EQ(quota.info()->free, 128u * 1024);
  EXPECT_EQ(type_at(client, 3), abi::ObjectType::kNull) << "its capability went too";
}

TEST_P(ReapTest, ATaskThatWaitsIsReapedOutOfItsWait) {
  const kernel::CNode own(World::kNode);
  auto notification = world.make<kernel::Notification>();
  Player second = world.make_thread(client);
  Player third = world.make_thread(client);
  world.give(client, 3, notification.slot());
  start_call_with(client, tag(0), 1'000'000'000);
  as(second);
  ASSERT_TRUE(world.waits([] { (void)kernel::Notification(rt::Slot{3}).wait(2'000'000'000); }));
  start_call(third);
  ASSERT_TRUE(receive_now(server));  // has the first caller, the third waits in the queue
  world.act_as(world.main());
  world.interrupt_always(GetParam());
  ASSERT_TRUE(own.revoke(client.quota_slot));
  world.interrupt_always(false);
  EXPECT_EQ(kernel::Untyped(rt::Slot{client.quota_slot}).info()->free, 128u * 1024);
  EXPECT_EQ(world.hart.timers.earliest(), nullptr) << "their deadlines are off";
  reply_and_wait(server, kWords, 0, 0);
  world.act_as(world.main());
  EXPECT_TRUE(notification.signal());
  EXPECT_TRUE(notification.poll());
}

INSTANTIATE_TEST_SUITE_P(Preempted, ReapTest, ::testing::Bool());

// The first task revokes all memory there is, its own with it.
TEST(LastTest, TheFirstTaskRevokesEverything) {
  World world;
  Player other = world.make_task();
  (void)other;
  world.act_as(world.main());
  EXPECT_TRUE(world.waits([] { (void)kernel::CNode(World::kNode).revoke(World::kMemory.index); }));
  EXPECT_EQ(world.hart.current, nullptr);
  EXPECT_EQ(state.dying, nullptr);
}

}  // namespace
}  // namespace tessera::testing
