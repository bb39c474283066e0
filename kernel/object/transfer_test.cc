// Capabilities in messages and answers: all of them arrive in the window, or none and nothing is
// sent.
#include "kernel/object/transfer.h"

#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;
using abi::ObjectType;

class TransferTest : public IpcTest {
 protected:
  static constexpr std::uint32_t kKept = 40;
  kernel::CNode own_node{rt::Slot{1}};  // a player's own CSpace
};

TEST_F(TransferTest, CopiesArriveInTheWindow) {
  auto item = give_item(client, kItem);
  world.give(client, kItem + 1, item.slot(), 1, 0x99);
  world.give(client, kItem + 2, World::kTask, 4, 0);
  set_window(server);
  for (unsigned count = 1; count <= 3; ++count) {
    SCOPED_TRACE(count);
    start_receive(server);
    start_call_with(client, tag(2, count), kForever, kItem, count > 1 ? kItem + 1 : 0,
                    count > 2 ? kItem + 2 : 0);
    EXPECT_EQ(result_of(server).tag, tag(2, count));
    constexpr ObjectType kTypes[] = {ObjectType::kNotification, ObjectType::kNotification,
                                     ObjectType::kTask};
    for (unsigned i = 0; i < 3; ++i) {
      EXPECT_EQ(type_at(server, kWindow + i), i < count ? kTypes[i] : ObjectType::kNull);
    }
    EXPECT_EQ(type_at(client, kItem), ObjectType::kNotification) << "the sender keeps its own";
    EXPECT_EQ(server.cspace->slot(kWindow)->rights(), abi::kAllNotificationRights);
    if (count > 1) {
      EXPECT_EQ(server.cspace->slot(kWindow + 1)->badge, 0x99u);
      EXPECT_EQ(server.cspace->slot(kWindow + 1)->rights(), 1);
    }
    reply_and_wait(server, kWords, 0, 0);
    as(client);
    EXPECT_TRUE(send(tag(0)));
  }
}

// What the receiver holds is a child of what the sender has: taken back by revoke.
TEST_F(TransferTest, TheSenderCanRevokeWhatItSent) {
  give_item(client);
  set_window(server);
  start_receive(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  as(server);
  ASSERT_TRUE(own_node.move(kKept, own_node, kWindow));
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(type_at(server, kKept), ObjectType::kNotification);
  as(client);
  ASSERT_TRUE(own_node.revoke(kItem));
  EXPECT_EQ(type_at(server, kKept), ObjectType::kNull);
}

TEST_F(TransferTest, WhatIsNotKeptIsDeletedAtTheNextReceive) {
  give_item(client);
  world.give(client, kItem + 1, World::kTask);
  set_window(server);
  start_receive(server);
  start_call_with(client, tag(0, 2), kForever, kItem, kItem + 1);
  as(server);
  ASSERT_TRUE(own_node.move(kKept, own_node, kWindow + 1));
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNotification) << "until then it can be used";
  EXPECT_TRUE(kernel::Notification(rt::Slot{kWindow}).signal());
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNull);
  EXPECT_EQ(type_at(server, kKept), ObjectType::kTask);
}

// What the thread itself put into its window is its own.
TEST_F(TransferTest, TheThreadsOwnCapabilitiesInTheWindowStay) {
  give_item(client);
  set_window(server);
  start_receive(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  as(server);
  ASSERT_TRUE(own_node.move(kKept, own_node, kWindow));
  ASSERT_TRUE(own_node.move(kWindow, own_node, kKept));
  ASSERT_TRUE(own_node.copy(kWindow + 1, own_node, kWindow));
  reply_and_wait(server, kWords, 0, 0);
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNotification);
  EXPECT_EQ(type_at(server, kWindow + 1), ObjectType::kNotification);
}

TEST_F(TransferTest, ACallDeletesToo) {
  give_item(server);
  set_window(client);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  as(server);
  ASSERT_TRUE(world.waits([&] {
    (void)endpoint.reply_receive_with(0, 0, 0, 0, 0, 0, 0, 0x40, kItem, 0, 0, kForever);
  }));
  EXPECT_EQ(result_of(client).shape, 0x40u);
  EXPECT_EQ(type_at(client, kWindow), ObjectType::kNotification);
  as(client);
  EXPECT_TRUE(send(tag(0))) << "a send does not";
  EXPECT_EQ(type_at(client, kWindow), ObjectType::kNotification);
  start_call(client);
  EXPECT_EQ(type_at(client, kWindow), ObjectType::kNull);
}

TEST_F(TransferTest, ANewWindowDeletesWhatIsInTheOldOne) {
  give_item(client);
  set_window(server);
  start_receive(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  set_window(server, kWindow + 1);
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNull);
}

// enospc is the sender's; the receiver goes on waiting.
TEST_F(TransferTest, WithoutRoomNothingIsSent) {
  give_item(client);
  world.give(client, kItem + 1, World::kTask);
  start_receive(server);
  as(client);
  auto no_room = [&](std::uint32_t with_tag, Detail detail) {
    expect_refused(
        world,
        [&] { return call_with(with_tag, kForever, kItem, with_tag >> 6 & 2 ? kItem + 1 : 0); },
        abi::kEnospc, detail);
    expect_refused(
        world, [&] { return send(with_tag, kForever, kItem, with_tag >> 6 & 2 ? kItem + 1 : 0); },
        abi::kEnospc, detail);
    EXPECT_FALSE(result_of(server).back);
  };
  no_room(tag(0, 1), Detail::kBadCap);  // no window
  as(client);
  ASSERT_TRUE(send(tag(0)));
  set_window(server);
  world.give(server, kWindow + 1, World::kTask);
  start_receive(server);
  as(client);
  no_room(tag(0, 2), Detail::kOccupied);  // the second slot is taken
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNull);
  EXPECT_TRUE(send(tag(0, 1), kForever, kItem)) << "one fits";
}

// The same when the sender was there first: it is refused, and the receiver takes the next message,
// or waits.
TEST_F(TransferTest, QueuedSendersWithoutRoomAreRefused) {
  give_item(client);
  Player second = world.make_task();
  world.give(second, 2, made.slot(), kSend | kGrant, 5);
  world.give(second, kItem, World::kTask);
  start_call_with(client, tag(0, 1), kForever, kItem);
  start_call_with(second, tag(0, 1), kForever, kItem);
  start_receive(server);
  EXPECT_TRUE(refused(result_of(client), abi::kEnospc, Detail::kBadCap));
  EXPECT_TRUE(refused(result_of(second), abi::kEnospc, Detail::kBadCap));
  EXPECT_FALSE(result_of(server).back);
  as(client);
  ASSERT_TRUE(send(tag(1)));
  start_call_with(client, tag(0, 1), kForever, kItem);
  start_call(second, kWords, tag(1));
  EXPECT_EQ(receive_now(server)->badge, 5u);
  EXPECT_TRUE(refused(result_of(client), abi::kEnospc, Detail::kBadCap));
}

// However many senders are to be refused, an interrupt gets in between.
TEST_F(TransferTest, RefusingQueuedSendersIsPreempted) {
  constexpr unsigned kMany = 6;
  for (unsigned i = 0; i < kMany; ++i) {
    Player sender = world.make_task();
    world.give(sender, 2, made.slot(), kSend | kGrant, 5);
    world.give(sender, kItem, World::kTask);
    start_call_with(sender, tag(0, 1), kForever, kItem);
  }
  start_call(client);
  world.interrupt_always(true);
  EXPECT_EQ(receive_now(server)->badge, kBadge);
  world.interrupt_always(false);
  EXPECT_EQ(world.preemptions, static_cast<int>(kMany));
}

TEST_F(TransferTest, CapabilitiesAreCheckedAtTheSender) {
  give_item(client);
  client.cspace->slot(kItem + 1)->take(world.slot(world.make<kernel::Untyped>(4096).slot().index));
  client.cspace->slot(kItem + 2)->take(world.slot(world.make<kernel::Reply>().slot().index));
  set_window(server);
  start_receive(server);
  as(client);
  auto refuse = [&](std::uint32_t c0, std::uint32_t c1, std::uint32_t c2, unsigned count,
                    std::int32_t status, Detail detail, std::uint32_t argument) {
    SCOPED_TRACE(argument);
    expect_refused(
        world, [&] { return call_with(tag(0, count), kForever, c0, c1, c2); }, status, detail,
        argument);
    expect_refused(
        world, [&] { return send(tag(0, count), kForever, c0, c1, c2); }, status, detail, argument);
  };
  refuse(0, 0, 0, 1, abi::kEbadf, Detail::kBadCap, 9);
  refuse(64, 0, 0, 1, abi::kEbadf, Detail::kBadCap, 9);
  refuse(kItem, 50, 0, 2, abi::kEbadf, Detail::kBadCap, 10);
  refuse(kItem, kItem, ~0u, 3, abi::kEbadf, Detail::kBadCap, 11);
  refuse(kItem + 1, 0, 0, 1, abi::kEinval, Detail::kNotCopyable, 9);
  refuse(kItem, kItem + 2, 0, 2, abi::kEinval, Detail::kNotCopyable, 10);
  // Slots beyond the count must be 0.
  refuse(kItem, 0, 0, 0, abi::kEinval, Detail::kBadLength, 9);
  refuse(0, 1, 0, 0, abi::kEinval, Detail::kBadLength, 10);
  refuse(kItem, 0, kItem, 1, abi::kEinval, Detail::kBadLength, 11);
}

TEST_F(TransferTest, SendingThemNeedsGrant) {
  world.give(client, 3, made.slot(), kSend, 1);
  give_item(client);
  set_window(server);
  start_receive(server);
  as(client);
  const kernel::Endpoint plain(rt::Slot{3});
  expect_refused(
      world, [&] { return plain.call_with(0, 0, 0, 0, 0, 0, tag(0, 1), kForever, kItem, 0, 0); },
      abi::kEperm, Detail::kBadRights);
  expect_refused(
      world, [&] { return plain.send(0, 0, 0, 0, 0, 0, tag(0, 1), kForever, kItem, 0, 0); },
      abi::kEperm, Detail::kBadRights);
}

// A capability that the sender loses while it waits in the queue is not sent.
TEST_F(TransferTest, WhatIsGoneBeforeTheReceiverComesIsNotSent) {
  auto item = give_item(client);
  set_window(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(item.slot().index));
  ASSERT_TRUE(kernel::CNode(rt::Slot{client.node_slot}).delete_(kItem));
  start_receive(server);
  EXPECT_TRUE(refused(result_of(client), abi::kEbadf, Detail::kBadCap, 9));
}

TEST_F(TransferTest, AnswersCarryThemToo) {
  give_item(server);
  start_call(client);
  ASSERT_TRUE(receive_now(server));
  auto answer = [&](std::uint32_t shape, std::uint32_t c0, std::uint32_t c1 = 0) {
    return endpoint.reply_receive_with(7, 0, 0, 0, 0, 0, 0, shape, c0, c1, 0, kForever);
  };
  as(server);
  expect_refused(world, [&] { return answer(0x41, kItem); }, abi::kEnospc, Detail::kBadCap);
  EXPECT_FALSE(result_of(client).back) << "it waits on";
  client.thread->window = kWindow;
  expect_refused(world, [&] { return answer(0x41, 0); }, abi::kEbadf, Detail::kBadCap, 9);
  expect_refused(world, [&] { return answer(0x01, kItem); }, abi::kEinval, Detail::kBadLength, 9);
  expect_refused(
      world, [&] { return answer(0x41, kItem, kItem); }, abi::kEinval, Detail::kBadLength, 10);
  ASSERT_TRUE(world.waits([&] { (void)answer(0x81, kItem, kItem); }));
  EXPECT_EQ(result_of(client).shape, 0x81u);
  EXPECT_EQ(result_of(client).words[0], 7u);
  EXPECT_EQ(type_at(client, kWindow), ObjectType::kNotification);
  EXPECT_EQ(type_at(client, kWindow + 1), ObjectType::kNotification);
}

// An answer may pass on what came with the question: it is deleted only after.
TEST_F(TransferTest, AnAnswerMayReturnWhatWasReceived) {
  give_item(client);
  set_window(server);
  set_window(client);
  start_receive(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  as(server);
  ASSERT_TRUE(world.waits([&] {
    (void)endpoint.reply_receive_with(0, 0, 0, 0, 0, 0, 0, 0x40, kWindow, 0, 0, kForever);
  }));
  EXPECT_EQ(type_at(client, kWindow), ObjectType::kNotification);
  EXPECT_EQ(type_at(server, kWindow), ObjectType::kNull);
}

// A call cannot send on what it deletes first.
TEST_F(TransferTest, ACallCannotSendWhatItDeletes) {
  give_item(client);
  set_window(server);
  start_receive(server);
  start_call_with(client, tag(0, 1), kForever, kItem);
  world.give(server, 3, made.slot(), kSend | kGrant, 0);
  as(server);
  const kernel::Endpoint onward(rt::Slot{3});
  expect_refused(
      world, [&] { return onward.call_with(0, 0, 0, 0, 0, 0, tag(0, 1), kForever, kWindow, 0, 0); },
      abi::kEbadf, Detail::kBadCap, 9);
}

// A received endpoint is used in place and dies in the clean-up of that very call: nothing waits at
// it.
TEST_F(TransferTest, ACallOnACapabilityThatItsCleanUpDeletes) {
  auto other = world.make<kernel::Endpoint>();
  world.give(client, kItem, other.slot());
  for (bool receives : {true, false}) {
    set_window(server);
    start_receive(server);
    start_call_with(client, tag(0, 1), kForever, kItem);
    if (!receives) {  // the second time it is the last capability, too
      world.act_as(world.main());
      ASSERT_TRUE(kernel::CNode(rt::Slot{client.node_slot}).delete_(kItem));
      ASSERT_TRUE(kernel::CNode(World::kNode).delete_(other.slot().index));
    }
    as(server);
    const kernel::Endpoint received(rt::Slot{kWindow});
    if (receives) {
      EXPECT_TRUE(refused(received.receive(kForever), abi::kEbadf, Detail::kBadCap));
    } else {
      EXPECT_TRUE(refused(received.call(0, 0, 0, 0, 0, 0, tag(0)), abi::kEbadf, Detail::kBadCap));
    }
    EXPECT_EQ(type_at(server, kWindow), ObjectType::kNull);
    if (receives) reply_and_wait(server, kWords, 0, 0);
    as(client);
    if (receives) EXPECT_TRUE(send(tag(0)));
  }
}

TEST_F(TransferTest, WindowsMustLieInTheCSpace) {
  as(server);
  for (std::uint32_t first : {62u, 63u, 64u, ~0u, ~0u - 2}) {
    expect_refused(
        world, [&] { return kernel::Self::window(first); }, abi::kEbadf, Detail::kBadCap, 1);
  }
  EXPECT_TRUE(kernel::Self::window(61));
  EXPECT_TRUE(kernel::Self::window(0));
}

}  // namespace
}  // namespace tessera::testing
