// Messages that do not fit the registers: whole on both sides, or nowhere.
#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

#include "idl/wire.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

using abi::Detail;

TEST(MessageLengthTest, TheFieldTellsAllLengths) {
  for (unsigned words = 0; words <= 6; ++words) EXPECT_EQ(abi::message_code(words), words);
  unsigned last = 0;
  for (unsigned code = 0; code <= abi::kTagWordsMask; ++code) {
    const unsigned words = abi::message_words(code);
    EXPECT_EQ(abi::message_code(words), code);
    if (code != 0) EXPECT_GT(words, last);
    for (unsigned fewer = last + 1; fewer < words; ++fewer) {
      EXPECT_EQ(abi::message_code(fewer), code) << "rounded up";
    }
    last = words;
  }
  EXPECT_EQ(last, abi::kMessageWordsMax);
  EXPECT_EQ(abi::message_words(abi::message_code(64)), 64u);
}

class LongMessageTest : public IpcTest {
 protected:
  static constexpr unsigned kMost = abi::kMessageWordsMax - abi::kMessageRegisters;
  static constexpr std::uint64_t kOld = 0x01d0'01d0'01d0'01d0;

  LongMessageTest() {
    for (std::uint64_t* words : {buffer(0), buffer(1)}) std::fill_n(words, 512, kOld);
    give_buffer(client, 0);
    give_buffer(server, 1);
  }
  void give_buffer(const Player& who, std::uint32_t page) {
    world.act_as(world.main());
    ASSERT_TRUE(kernel::Thread(rt::Slot{who.thread_slot}).buffer(memory, page));
  }
  void take_buffers() {
    world.act_as(world.main());
    ASSERT_TRUE(kernel::CNode(World::kNode).revoke(memory.slot().index));
  }
  std::uint64_t* buffer(std::uint32_t page) {
    const Slot& slot = world.slot(memory.slot().index);
    return static_cast<std::uint64_t*>(arch::direct_map({slot.object() + page * kPageSize}));
  }
  void fill(std::uint32_t page, std::uint64_t start) {
    std::iota(buffer(page), buffer(page) + 512, start);
  }
  // So many words of the page are what fill() put there from `start`, and the others old.
  void expect_words(std::uint32_t page, unsigned count, std::uint64_t start) {
    for (unsigned i = 0; i < 512; ++i) {
      ASSERT_EQ(buffer(page)[i], i < count ? start + i : kOld) << i;
    }
  }

  kernel::Vmo memory = world.make<kernel::Vmo>(2 * kPageSize);
};

TEST_F(LongMessageTest, EveryLengthArrivesWholeBothWays) {
  for (unsigned code = 0; code <= abi::kTagWordsMask; ++code) {
    const unsigned words = abi::message_words(code);
    const unsigned beyond = words > 6 ? words - 6 : 0;
    std::fill_n(buffer(1), 512, kOld);
    fill(0, 1000);
    start_receive(server);
    start_call(client, kWords, tag(code));
    for (unsigned i = 0; i < 6; ++i) {
      EXPECT_EQ(result_of(server).words[i], i < words ? kWords[i] : 0);
    }
    EXPECT_EQ(result_of(server).tag, tag(code));
    expect_words(1, beyond, 1000);

    std::fill_n(buffer(0), 512, kOld);
    fill(1, 5000);
    reply_and_wait(server, kWords, 3, code);
    EXPECT_EQ(result_of(client).shape, code);
    EXPECT_EQ(result_of(client).status, 3);
    expect_words(0, beyond, 5000);
    as(server);
    world.act_as(world.main());
    ASSERT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).suspend());
    ASSERT_TRUE(kernel::Thread(rt::Slot{server.thread_slot}).resume());
  }
}

TEST_F(LongMessageTest, TheSenderMayComeFirst) {
  fill(0, 1000);
  start_call(client, kWords, tag(63));
  expect_words(1, 0, 0);
  ASSERT_TRUE(receive_now(server));
  expect_words(1, kMost, 1000);
}

TEST_F(LongMessageTest, AKeptReplyToo) {
  world.give(client, 3, rt::Slot{client.thread_slot});
  server.cspace->slot(25)->take(world.slot(world.make<kernel::Reply>().slot().index));
  start_receive(server);
  start_call(client, kWords, tag(63));
  as(server);
  const kernel::Reply kept(rt::Slot{25});
  ASSERT_TRUE(kept.keep());
  fill(1, 7000);
  ASSERT_TRUE(kept.send(1, 2, 3, 4, 5, 6, 0, 20, 0, 0, 0));
  EXPECT_EQ(result_of(client).shape, 20u);
  expect_words(0, abi::message_words(20) - 6, 7000);
}

TEST_F(LongMessageTest, WithoutABufferOfOnesOwn) {
  take_buffers();
  give_buffer(server, 1);
  start_receive(server);
  as(client);
  Snapshot before(world);
  EXPECT_TRUE(refused(send(tag(7)), abi::kEinval, Detail::kBadLength, 7));
  EXPECT_EQ(before.changed(), "");
  EXPECT_TRUE(send(tag(6))) << "six words need none";
}

TEST_F(LongMessageTest, WithoutABufferOfTheReceivers) {
  take_buffers();
  give_buffer(client, 0);
  start_receive(server);
  as(client);
  Snapshot before(world);
  EXPECT_TRUE(refused(send(tag(7)), abi::kEnospc, Detail::kBadLength));
  EXPECT_EQ(before.changed(), "");
  EXPECT_EQ(server.thread->wait(), Wait::kReceiving) << "it goes on waiting";
  EXPECT_TRUE(send(tag(6)));
}

// The answer stays with the server, which can give another.
TEST_F(LongMessageTest, AnAnswerThatHasNoPlace) {
  take_buffers();
  start_receive(server);
  start_call(client);
  as(server);
  auto answer = [&](std::uint32_t shape) {
    return endpoint.reply_receive(1, 2, 3, 4, 5, 6, 0, shape);
  };
  EXPECT_TRUE(refused(answer(7), abi::kEinval, Detail::kBadLength, 8));
  give_buffer(server, 1);
  as(server);
  EXPECT_TRUE(refused(answer(7), abi::kEnospc, Detail::kBadLength));
  EXPECT_EQ(client.thread->wait(), Wait::kAnswer);
  reply_and_wait(server, kWords, 0, 6);
  EXPECT_EQ(result_of(client).words, kWords);
}

// What was queued with a buffer is refused when that is gone before a receiver came.
TEST_F(LongMessageTest, ABufferThatIsTakenWhileItsThreadWaits) {
  start_call(client, kWords, tag(63));
  take_buffers();
  give_buffer(server, 1);
  start_receive(server);
  EXPECT_TRUE(refused(result_of(client), abi::kEinval, Detail::kBadLength, 7));
  expect_words(1, 0, 0);
}

TEST_F(LongMessageTest, CapabilitiesAndWordsGoTogetherOrNotAtAll) {
  give_item(client);
  set_window(server);
  fill(0, 1000);
  start_receive(server);
  as(client);
  ASSERT_TRUE(send(tag(63, 1), kForever, kItem));
  EXPECT_EQ(type_at(server, kWindow), abi::ObjectType::kNotification);
  expect_words(1, kMost, 1000);

  std::fill_n(buffer(1), 512, kOld);
  set_window(server, 0);
  start_receive(server);
  as(client);
  EXPECT_TRUE(refused(send(tag(63, 1), kForever, kItem), abi::kEnospc, Detail::kBadCap));
  expect_words(1, 0, 0);
}

TEST_F(LongMessageTest, TheBufferIsAPageOfAVmo) {
  world.act_as(world.main());
  const kernel::Thread thread(rt::Slot{client.thread_slot});
  const kernel::CNode own(World::kNode);
  expect_refused(
      world, [&] { return thread.buffer(memory, 2); }, abi::kEinval, Detail::kBadRange, 2);
  expect_refused(
      world, [&] { return thread.buffer(memory, ~0u); }, abi::kEinval, Detail::kBadRange, 2);
  std::uint32_t device = world.fresh_slot(2);
  ASSERT_TRUE(
      kernel::Untyped(World::kDevice).retype(abi::ObjectType::kVmo, kPageSize, own, device, 1));
  expect_refused(
      world, [&] { return thread.buffer(kernel::Vmo(rt::Slot{device}), 0); }, abi::kEinval,
      Detail::kBadType, 1);
  ASSERT_TRUE(own.mint(device + 1, own, memory.slot().index, 3, 0));  // read and write alone
  expect_refused(
      world, [&] { return thread.buffer(kernel::Vmo(rt::Slot{device + 1}), 0); }, abi::kEperm,
      Detail::kBadRights, 1);
}

// The kernel writes to a buffer: neither does sealed memory become one, nor one sealed memory.
TEST_F(LongMessageTest, WhatIsSealedIsNoBuffer) {
  world.act_as(world.main());
  const kernel::Thread thread(rt::Slot{client.thread_slot});
  const kernel::CNode own(World::kNode);
  const kernel::Vmo code = world.make<kernel::Vmo>(kPageSize);
  ASSERT_TRUE(thread.buffer(code, 0));
  expect_refused(world, [&] { return code.seal(); }, abi::kEbusy, Detail::kHasChildren);
  expect_refused(
      world,
      [&] { return code.map(kernel::Task(World::kTask), 0x10000, kernel::Access::kExecute); },
      abi::kEperm, Detail::kWriteExecute, 3);
  give_buffer(client, 0);
  ASSERT_TRUE(code.seal());
  const std::uint32_t copy = world.fresh_slot();
  ASSERT_TRUE(own.copy(copy, own, code.slot().index));
  for (const kernel::Vmo& each : {code, kernel::Vmo(rt::Slot{copy})}) {
    expect_refused(
        world, [&] { return thread.buffer(each, 0); }, abi::kEperm, Detail::kBadRights, 1);
  }
}

TEST_F(LongMessageTest, AnotherBufferTakesItsPlace) {
  give_buffer(client, 1);
  fill(1, 300);
  start_receive(server);
  start_call(client, kWords, tag(7));
  EXPECT_EQ(buffer(1)[0], 300u) << "both have the same page";
  world.act_as(world.main());
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(memory.slot().index));
  EXPECT_FALSE(client.thread->buffer.empty()) << "the page is pinned by its own capability";
}

TEST_F(LongMessageTest, TheThreadsEndGivesThePageBack) {
  world.act_as(world.main());
  EXPECT_FALSE(kernel::Vmo(memory).seal()) << "somebody has a part of it";
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(client.thread_slot));
  ASSERT_TRUE(kernel::CNode(World::kNode).delete_(server.thread_slot));
  EXPECT_TRUE(kernel::Vmo(memory).seal());
}

}  // namespace
}  // namespace tessera::testing
