// Waits and their ends: deadlines, kept replies, the bound Notification.
#include "kernel/object/reply.h"

#include <algorithm>

#include "kernel/sched/scheduler.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;

class WaitTest : public IpcTest {
 protected:
  static constexpr std::uint32_t kReply = 25;
  WaitTest() {
    server.cspace->slot(kReply)->take(world.slot(world.make<kernel::Reply>().slot().index));
  }
  void advance(std::uint64_t nanoseconds) { world.advance(nanoseconds); }
  // The wait of `player` ends at 1000, not before.
  void expect_timeout_at_1000(const Player& player) {
    advance(999 - world.machine.time().value);
    EXPECT_FALSE(result_of(player).back);
    advance(1);
    EXPECT_TRUE(refused(result_of(player), abi::kEtimedout, Detail::kTimedOut));
  }
  rt::Result<void> answer_kept(std::uint64_t w0, std::int32_t status = 0, std::uint32_t shape = 1) {
    return kept.send(w0, 0, 0, 0, 0, 0, status, shape, 0, 0, 0);
  }

  kernel::Reply kept{rt::Slot{kReply}};
};

TEST_F(WaitTest, ACallInTheQueueTimesOut) {
  start_call_with(client, tag(0), 1000);
  expect_timeout_at_1000(client);
  start_receive(server);
}

TEST_F(WaitTest, ACallThatIsNotAnsweredTimesOut) {
  start_receive(server);
  start_call_with(client, tag(0), 1000);
  EXPECT_TRUE(result_of(server).back);
  expect_timeout_at_1000(client);
}

// The deadline of a call is one for both of its waits.
TEST_F(WaitTest, ACallThatWaitedInTheQueueTimesOutUnanswered) {
  start_call_with(client, tag(0), 1000);
  advance(500);
  EXPECT_TRUE(receive_now(server));
  expect_timeout_at_1000(client);
}

TEST_F(WaitTest, ASendTimesOut) {
  as(client);
  ASSERT_TRUE(world.waits([&] { (void)send(tag(0), 1000); }));
  expect_timeout_at_1000(client);
  start_receive(server);
}

TEST_F(WaitTest, AReceiveTimesOut) {
  for (unsigned i : {8, 9, 18, 27}) server.thread->frame.x[i] = 0x5a;
  start_receive(server, 1000);
  expect_timeout_at_1000(server);
  EXPECT_EQ(result_of(server).tag, 0u);
  for (unsigned i : {8, 9, 18, 27}) EXPECT_EQ(server.thread->frame.x[i], 0u);
}

// The answer is given; only the wait for the next message ends.
TEST_F(WaitTest, AReplyReceiveTimesOut) {
  start_receive(server);
  start_call(client);
  as(server);
  ASSERT_TRUE(world.waits(
      [&] { (void)endpoint.reply_receive_with(1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 1000); }));
  EXPECT_EQ(result_of(client).status, 3);
  expect_timeout_at_1000(server);
  // One that is over already is the same.
  start_receive(server);
  start_call(client);
  as(server);
  EXPECT_TRUE(refused(endpoint.reply_receive_with(1, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 500),
                      abi::kEtimedout, Detail::kTimedOut));
  EXPECT_EQ(result_of(client).status, 4);
}

TEST_F(WaitTest, AnAnswerEndsTheDeadline) {
  start_receive(server);
  start_call_with(client, tag(0), 1000);
  reply_and_wait(server, kWords, 3, 0);
  EXPECT_EQ(result_of(client).status, 3);
  advance(2000);
  EXPECT_EQ(result_of(client).status, 3);
  EXPECT_FALSE(client.thread->armed());
}

TEST_F(WaitTest, AMessageEndsTheDeadlineOfAReceiveAndOfASend) {
  start_receive(server, 1000);
  as(client);
  ASSERT_TRUE(send(tag(0)));
  ASSERT_TRUE(world.waits([&] { (void)send(tag(0), 1000); }));
  ASSERT_TRUE(receive_now(server));
  advance(2000);
  EXPECT_EQ(result_of(server).status, 0);
  EXPECT_EQ(result_of(client).status, 0);
}

TEST_F(WaitTest, ADeadlineInThePastNeverWaits) {
  advance(500);
  for (std::uint64_t past : {std::uint64_t{0}, std::uint64_t{499}, std::uint64_t{500}}) {
    as(client);
    expect_refused(
        world, [&] { return call_with(tag(0), past); }, abi::kEtimedout, Detail::kTimedOut);
    expect_refused(world, [&] { return send(tag(0), past); }, abi::kEtimedout, Detail::kTimedOut);
    as(server);
    EXPECT_TRUE(refused(endpoint.receive(past), abi::kEtimedout, Detail::kTimedOut));
  }
  start_call(client);
  as(server);
  EXPECT_TRUE(endpoint.receive(0)) << "but takes what is there";
}

TEST_F(WaitTest, AKeptReplyIsAnsweredLater) {
  Player second = world.make_task();
  world.give(second, 2, made.slot(), kSend, 5);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kept.keep());
  start_receive(server);  // does not refuse it
  EXPECT_FALSE(result_of(client).back);
  start_call(second);
  reply_and_wait(server, {1}, 0, 1);
  EXPECT_EQ(result_of(second).words[0], 1u);
  start_call(second);
  as(server);
  ASSERT_TRUE(answer_kept(42, 9));
  EXPECT_EQ(result_of(client).words[0], 42u);
  EXPECT_EQ(result_of(client).status, 9);
  EXPECT_EQ(result_of(client).shape, 1u);
  EXPECT_TRUE(refused(answer_kept(42), abi::kEinval, Detail::kNoReply)) << "it is used once";
  ASSERT_TRUE(kept.keep()) << "and then empty again";
}

TEST_F(WaitTest, KeepIsRefused) {
  as(server);
  expect_refused(world, [&] { return kept.keep(); }, abi::kEinval, Detail::kNoReply);
  expect_refused(world, [&] { return answer_kept(1); }, abi::kEinval, Detail::kNoReply);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kept.keep());
  as(server);
  expect_refused(
      world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0); }, abi::kEinval,
      Detail::kNoReply);
  expect_refused(world, [&] { return kept.keep(); }, abi::kEbusy, Detail::kOccupied);
  expect_refused(world, [&] { return answer_kept(1, 0, 7); }, abi::kEinval, Detail::kBadLength, 8);
}

TEST_F(WaitTest, AKeptCallerThatGaveUpIsGone) {
  start_call_with(client, tag(0), 1000);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kept.keep());
  expect_timeout_at_1000(client);
  as(server);
  expect_refused(world, [&] { return answer_kept(1); }, abi::kEinval, Detail::kNoReply);
}

TEST_F(WaitTest, DestroyingAReplyRefusesItsCaller) {
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kept.keep());
  ASSERT_TRUE(kernel::CNode(rt::Slot{1}).delete_(kReply));
  EXPECT_TRUE(refused(result_of(client), abi::kEpipe, Detail::kPeerDied));
}

TEST_F(WaitTest, KeptRepliesCarryCapabilities) {
  give_item(server);
  set_window(client);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  ASSERT_TRUE(kept.keep());
  as(server);
  expect_refused(
      world, [&] { return kept.send(0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0); }, abi::kEbadf,
      Detail::kBadCap, 9);
  expect_refused(
      world, [&] { return kept.send(0, 0, 0, 0, 0, 0, 0, 0, kItem, 0, 0); }, abi::kEinval,
      Detail::kBadLength, 9);
  ASSERT_TRUE(kept.send(0, 0, 0, 0, 0, 0, 0, 0x40, kItem, 0, 0));
  EXPECT_EQ(type_at(client, kWindow), abi::ObjectType::kNotification);
}

// A call hands the hart to the server, an answer hands it back.
TEST_F(WaitTest, CallsAndAnswersHandTheHartOver) {
  Player bystander = world.make_task();
  start_receive(server);
  start_call(client);
  EXPECT_EQ(world.hart.current, server.thread) << "before those who were ready longer";
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(world.hart.current, client.thread);
  EXPECT_EQ(sched::run_state(*bystander.thread), sched::RunState::kReady);
}

class BoundTest : public WaitTest {
 protected:
  BoundTest() {
    world.act_as(world.main());
    EXPECT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).bind(signals));
    EXPECT_TRUE(kernel::CNode(World::kNode)
                    .mint(200, kernel::CNode(World::kNode), signals.slot().index, 1, 0x50));
  }
  void signal() {
    world.act_as(world.main());
    EXPECT_TRUE(kernel::Notification(rt::Slot{200}).signal());
  }
  void expect_signal(std::uint64_t bits) {
    Outcome seen = result_of(server);
    EXPECT_TRUE(seen.back);
    EXPECT_EQ(seen.status, 0);
    EXPECT_EQ(seen.tag, 0u);
    EXPECT_EQ(seen.info, 0u);
    EXPECT_EQ(seen.badge, 0u);
    EXPECT_EQ(seen.words, (Words{bits}));
    EXPECT_EQ(server.thread->frame.x[8], 0u);
  }

  kernel::Notification signals = world.make<kernel::Notification>();
};

TEST_F(BoundTest, ASignalEndsAReceive) {
  server.thread->frame.x[8] = 0x5a;
  start_receive(server, 1000);
  signal();
  expect_signal(0x50);
  advance(2000);
  expect_signal(0x50);
  world.act_as(world.main());
  EXPECT_TRUE(refused(signals.poll(), abi::kEagain, Detail::kNone)) << "the receive took it";
}

TEST_F(BoundTest, ASignalBeforeTheReceiveEndsItAtOnce) {
  signal();
  world.act_as(world.main());
  EXPECT_TRUE(signals.signal());
  start_call(client);
  auto first = receive_now(server);
  ASSERT_TRUE(first);
  expect_signal(0x51);
  EXPECT_EQ(receive_now(server)->tag, tag(6)) << "the message comes next";
}

TEST_F(BoundTest, ASignalEndsAReplyReceiveAfterTheAnswer) {
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  signal();
  as(server);
  ASSERT_TRUE(endpoint.reply_receive(4, 0, 0, 0, 0, 0, 0, 1));
  expect_signal(0x50);
  EXPECT_EQ(result_of(client).words[0], 4u);
}

TEST_F(BoundTest, ABoundThreadInACallIsNotDisturbed) {
  world.give(server, 3, made.slot(), kSend, 0);
  as(server);
  ASSERT_TRUE(
      world.waits([] { (void)kernel::Endpoint(rt::Slot{3}).call(0, 0, 0, 0, 0, 0, tag(0)); }));
  signal();
  EXPECT_FALSE(result_of(server).back);
  EXPECT_EQ(*signals.poll(), 0x50u);
}

TEST_F(BoundTest, OneEach) {
  world.act_as(world.main());
  const kernel::Thread bound(rt::Slot{server.thread_slot});
  const kernel::Thread unbound(rt::Slot{client.thread_slot});
  auto other = world.make<kernel::Notification>();
  expect_refused(world, [&] { return bound.bind(other); }, abi::kEbusy, Detail::kOccupied, 1);
  expect_refused(world, [&] { return unbound.bind(signals); }, abi::kEbusy, Detail::kOccupied, 1);
  ASSERT_TRUE(
      kernel::CNode(World::kNode).mint(201, kernel::CNode(World::kNode), other.slot().index, 1, 0));
  expect_refused(
      world, [&] { return unbound.bind(kernel::Notification(rt::Slot{201})); }, abi::kEperm,
      Detail::kBadRights, 1);
  EXPECT_TRUE(unbound.bind(other));
}

// A signal that was there before the two were bound ends a receive that waits already.
TEST_F(BoundTest, BindingDeliversWhatWasSignalled) {
  start_receive(server);
  Player second = world.make_thread(server);
  start_receive(second);
  world.act_as(world.main());
  auto other = world.make<kernel::Notification>();
  ASSERT_TRUE(other.signal());
  ASSERT_TRUE(kernel::Thread(rt::Slot{second.thread_slot}).bind(other));
  EXPECT_TRUE(result_of(second).back);
  EXPECT_EQ(result_of(second).words[0], 1u);
}

TEST_F(BoundTest, RevokingUnbinds) {
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(signals.slot().index));
  EXPECT_TRUE(kernel::Thread(rt::Slot{client.thread_slot}).bind(signals)) << "free for another";
  EXPECT_TRUE(
      kernel::Thread(rt::Slot{server.thread_slot}).bind(world.make<kernel::Notification>()));
}

}  // namespace
}  // namespace tessera::testing
