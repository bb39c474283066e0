// Messages in registers: call, send, receive, replyReceive. What arrives, and what does not.
#include "kernel/object/endpoint.h"

#include <vector>

#include "kernel/object/donation.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;

class EndpointTest : public IpcTest {
 protected:
  // What the server sees of the message of start_call.
  void expect_message(const Outcome& message, unsigned words) {
    EXPECT_TRUE(message.back);
    EXPECT_EQ(message.status, 0);
    EXPECT_EQ(message.tag, tag(words));
    EXPECT_EQ(message.badge, kBadge);
    EXPECT_EQ(message.info,
              static_cast<std::uint64_t>(abi::QosClass::kNormal) | abi::kInfoAnswerDue);
    for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(message.words[i], i < words ? kWords[i] : 0) << i;
  }
  void expect_answer(const Outcome& answer, const Words& words, std::int32_t status,
                     unsigned shape) {
    EXPECT_TRUE(answer.back);
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.detail, Detail::kNone);
    EXPECT_EQ(answer.shape, shape);
    for (unsigned i = 0; i < 6; ++i) EXPECT_EQ(answer.words[i], i < (shape & 63) ? words[i] : 0);
  }
};

constexpr std::array<std::uint64_t, 6> kAnswer{~std::uint64_t{0}, 2, 3, 4, 5, 1ull << 63};

TEST_F(EndpointTest, TheReceiverComesFirst) {
  start_receive(server);
  start_call(client);
  expect_message(result_of(server), 6);
  EXPECT_FALSE(result_of(client).back);
  reply_and_wait(server, kAnswer, 0, 6);
  expect_answer(result_of(client), kAnswer, 0, 6);
}

TEST_F(EndpointTest, TheSenderComesFirst) {
  start_call(client);
  EXPECT_TRUE(receive_now(server));
  expect_message(result_of(server), 6);
  EXPECT_FALSE(result_of(client).back);
  reply_and_wait(server, kAnswer, 0, 6);
  expect_answer(result_of(client), kAnswer, 0, 6);
}

// Registers beyond the counted words are the sender's own affair: zero at the other side, both
// ways, whoever comes first.
TEST_F(EndpointTest, WordsBeyondTheCountAreZero) {
  for (bool receiver_first : {true, false}) {
    for (unsigned words = 0; words <= 6; ++words) {
      if (receiver_first) start_receive(server);
      start_call(client, kWords, tag(words));
      if (!receiver_first) EXPECT_TRUE(receive_now(server));
      expect_message(result_of(server), words);
      reply_and_wait(server, kAnswer, 0, words);
      expect_answer(result_of(client), kAnswer, 0, words);
      as(client);
      EXPECT_TRUE(send(tag(0)));  // takes the server out of its wait
    }
  }
}

TEST_F(EndpointTest, TheStatusIsTheServersWord) {
  for (std::int32_t status : {0, 1, 0x7fff'ffff, -1, abi::kEpipe, std::int32_t{-0x7fff'ffff} - 1}) {
    start_call(client);
    EXPECT_TRUE(receive_now(server));
    reply_and_wait(server, kAnswer, status, 2);
    expect_answer(result_of(client), kAnswer, status, 2);
    EXPECT_EQ(client.thread->frame.x[16], abi::word(status)) << "sign-extended";
    as(client);
    EXPECT_TRUE(send(tag(0)));  // takes the server out of its wait
  }
}

TEST_F(EndpointTest, BadgeIdentityAndClassAreTheKernelsWord) {
  Player named = world.make_task();
  world.give(named, 2, made.slot(), kSend, 5);
  named.task->identity = 0x1234'5678'9abc'def0;
  set_class(*named.thread, abi::QosClass::kInteractive);
  start_receive(server);
  start_call(named);
  Outcome message = result_of(server);
  EXPECT_EQ(message.badge, 5u);
  EXPECT_EQ(message.identity, 0x1234'5678'9abc'def0u);
  EXPECT_EQ(message.info, static_cast<std::uint64_t>(abi::QosClass::kInteractive) |
                              std::uint64_t{abi::kInfoAnswerDue});
}

// What is in a register that no one said to send does not arrive.
TEST_F(EndpointTest, NothingElseOfTheSenderIsSeen) {
  for (bool receiver_first : {true, false}) {
    if (receiver_first) start_receive(server);
    for (unsigned i = 1; i < 32; ++i) client.thread->frame.x[i] = 0xdead'0000 + i;
    for (unsigned i = 1; i < 32; ++i) server.thread->frame.x[i] = 0xbeef'0000 + i;
    if (receiver_first) server.thread->frame.x[17] = abi::word(abi::SystemCall::kEndpointReceive);
    start_call(client, kWords, tag(1));
    if (!receiver_first) EXPECT_TRUE(receive_now(server));
    const arch::Frame& frame = server.thread->frame;
    for (unsigned i = 1; i < 32; ++i) {
      if (i == 2 || i == 4) {
        EXPECT_EQ(frame.x[i], 0xbeef'0000 + i) << "sp and tp are kept";
      } else if (i != 5 && i != 7 && i != 10 && i != 28) {  // badge, tag, w0, info
        EXPECT_EQ(frame.x[i], 0u) << "x" << i << ": s registers and temporaries are zero";
      }
    }
    reply_and_wait(server, kAnswer, 0, 1);
    const arch::Frame& answered = client.thread->frame;
    for (unsigned i : {1, 3, 6, 7, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31}) {
      EXPECT_EQ(answered.x[i], 0u) << "x" << i;
    }
    for (unsigned i : {2, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27}) {
      EXPECT_EQ(answered.x[i], 0xdead'0000 + i) << "x" << i << ": a call keeps it";
    }
    as(client);
    EXPECT_TRUE(send(tag(0)));
  }
}

TEST_F(EndpointTest, ASendComesBackWhenAReceiverHasIt) {
  as(client);
  EXPECT_TRUE(world.waits([&] { (void)send(tag(3)); }));
  EXPECT_FALSE(result_of(client).back);
  auto message = receive_now(server);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->tag, tag(3));
  EXPECT_EQ(message->info & abi::kInfoAnswerDue, 0u) << "nobody waits for an answer";
  EXPECT_EQ(message->w2, 13u);
  EXPECT_EQ(message->w3, 0u);
  EXPECT_TRUE(result_of(client).back);
  EXPECT_EQ(result_of(client).status, 0);
  for (unsigned i : {5, 6, 7, 10, 11, 12, 13, 14, 15, 17, 28, 29, 30, 31}) {
    EXPECT_EQ(client.thread->frame.x[i], 0u) << i;
  }
  as(server);
  expect_refused(
      world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0); }, abi::kEinval,
      Detail::kNoReply);
  start_receive(server);
  as(client);
  EXPECT_TRUE(send(tag(2))) << "a receiver waits: at once";
  EXPECT_EQ(result_of(server).words[1], 12u);
}

TEST_F(EndpointTest, SendersAreServedInOrder) {
  std::vector<Player> callers;
  for (unsigned i = 0; i < 4; ++i) {
    callers.push_back(world.make_task());
    world.give(callers.back(), 2, made.slot(), kSend, 100 + i);
    start_call(callers.back(), {i}, tag(1));
  }
  EXPECT_EQ(receive_now(server)->badge, 100u);
  for (unsigned i = 1; i < 4; ++i) {
    as(server);
    auto next = endpoint.reply_receive(i, 0, 0, 0, 0, 0, 0, 1);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->badge, 100 + i);
    EXPECT_EQ(next->w0, i);
    EXPECT_EQ(outcome(*callers[i - 1].thread).words[0], i);
  }
}

TEST_F(EndpointTest, ReceiversAreServedInOrder) {
  Player second = world.make_thread(server);
  start_receive(server);
  start_receive(second);
  start_call(client);
  EXPECT_TRUE(result_of(server).back);
  EXPECT_FALSE(result_of(second).back);
}

// A caller that was not answered is refused when its server receives again.
TEST_F(EndpointTest, AnUnansweredCallerIsRefused) {
  start_call(client);
  EXPECT_TRUE(receive_now(server));
  start_receive(server);
  EXPECT_TRUE(refused(result_of(client), abi::kEpipe, Detail::kPeerDied));
}

TEST_F(EndpointTest, AReceiverThatDiesRefusesItsCaller) {
  start_call(client);
  EXPECT_TRUE(receive_now(server));
  world.act_as(world.main());
  EXPECT_TRUE(kernel::Task(rt::Slot{server.task_slot}).kill());
  EXPECT_TRUE(refused(result_of(client), abi::kEpipe, Detail::kPeerDied));
}

TEST_F(EndpointTest, WhoWaitsAtAnEndpointThatDiesIsRefused) {
  Player second = world.make_task();
  world.give(second, 2, made.slot(), kSend, 0);
  start_call(client);
  start_call(second);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(made.slot().index));
  EXPECT_FALSE(result_of(client).back) << "the first capability is still there";
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(made.slot().index));
  EXPECT_TRUE(refused(result_of(client), abi::kEpipe, Detail::kPeerDied));
  EXPECT_TRUE(refused(result_of(second), abi::kEpipe, Detail::kPeerDied));
}

TEST_F(EndpointTest, ReceiversAtAnEndpointThatDiesAreRefused) {
  for (unsigned i = 8; i < 32; ++i) server.thread->frame.x[i] = 0x5a5a;
  start_receive(server);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(made.slot().index));
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(made.slot().index));
  EXPECT_TRUE(refused(result_of(server), abi::kEpipe, Detail::kPeerDied));
  EXPECT_EQ(result_of(server).tag, 0u);
  EXPECT_EQ(server.thread->frame.x[8], 0u) << "a receive that failed clears the s registers too";
  EXPECT_EQ(server.thread->frame.x[27], 0u);
}

TEST_F(EndpointTest, TagsAndShapesAreChecked) {
  as(client);
  auto refuse_tag = [&](std::uint32_t bad, Detail detail) {
    SCOPED_TRACE(bad);
    expect_refused(
        world, [&] { return endpoint.call(0, 0, 0, 0, 0, 0, bad); }, abi::kEinval, detail, 7);
    expect_refused(world, [&] { return call_with(bad, kForever); }, abi::kEinval, detail, 7);
    expect_refused(world, [&] { return send(bad); }, abi::kEinval, detail, 7);
  };
  for (std::uint32_t bad : {0u, 6u, 0x00ff'ffffu, 0x8000'0000u, ~0u})
    refuse_tag(bad, Detail::kBadRange);
  for (unsigned words : {7u, 63u}) refuse_tag(tag(words), Detail::kBadLength);
  expect_refused(
      world, [&] { return endpoint.call(0, 0, 0, 0, 0, 0, tag(0, 1)); }, abi::kEinval,
      Detail::kBadLength, 7);

  start_call(client);
  EXPECT_TRUE(receive_now(server));
  for (std::uint32_t shape : {7u, 63u, 0x100u, 0x106u, 0x8000'0000u, ~0u}) {
    expect_refused(
        world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape); }, abi::kEinval,
        Detail::kBadLength, 8);
    expect_refused(
        world,
        [&] { return endpoint.reply_receive_with(0, 0, 0, 0, 0, 0, 0, shape, 0, 0, 0, kForever); },
        abi::kEinval, Detail::kBadLength, 8);
  }
  expect_refused(
      world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0x40); }, abi::kEinval,
      Detail::kBadLength, 8);
  EXPECT_FALSE(result_of(client).back);
}

TEST_F(EndpointTest, RightsAreChecked) {
  as(client);
  expect_refused(
      world, [&] { return endpoint.receive(kForever); }, abi::kEperm, Detail::kBadRights);
  as(server);
  expect_refused(
      world, [&] { return endpoint.call(0, 0, 0, 0, 0, 0, tag(0)); }, abi::kEperm,
      Detail::kBadRights);
  expect_refused(world, [&] { return send(tag(0)); }, abi::kEperm, Detail::kBadRights);
  for (unsigned i = 8; i <= 9; ++i) server.thread->frame.x[i] = 1;
  as(client);
  expect_refused(
      world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0); }, abi::kEperm,
      Detail::kBadRights);
}

TEST_F(EndpointTest, NobodyToAnswerIsRefusedAndNothingReceived) {
  start_call(client);
  as(server);
  expect_refused(
      world, [&] { return endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0); }, abi::kEinval,
      Detail::kNoReply);
  expect_refused(
      world, [&] { return endpoint.reply_receive_with(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, kForever); },
      abi::kEinval, Detail::kNoReply);
  EXPECT_FALSE(result_of(client).back);
}

// The answer to a caller that has given up is dropped, and the server goes on.
TEST_F(EndpointTest, AnAnswerToACallerThatIsGoneIsDropped) {
  start_call_with(client, tag(0), 100);
  EXPECT_TRUE(receive_now(server));
  world.advance(100);
  EXPECT_TRUE(refused(result_of(client), abi::kEtimedout, Detail::kTimedOut));
  reply_and_wait(server, kAnswer, 0, 6);
  EXPECT_EQ(result_of(client).words[0], 0u);
  as(client);
  EXPECT_TRUE(send(tag(0)));
  as(server);
  EXPECT_TRUE(
      refused(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, 0), abi::kEinval, Detail::kNoReply))
      << "once";
}

TEST_F(EndpointTest, ACallerThatIsKilledIsGoneToo) {
  start_call(client);
  EXPECT_TRUE(receive_now(server));
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).revoke(client.quota_slot));
  reply_and_wait(server, kAnswer, 0, 6);
}

}  // namespace
}  // namespace tessera::testing
