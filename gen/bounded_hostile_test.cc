// Messages from newer and older peers, and from hostile ones.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gen/bounded_fixture.h"
#include "idl/bounded.h"

namespace tessera::gen {
namespace {

// --- Structs that grow ---

TEST_F(BoundedTest, ANewerPeersFieldsAreNotLookedAt) {
  // count, kind, more (in Older's padding), level; then what stands behind the struct.
  const std::uint64_t head =
      std::uint64_t{5} | (std::uint64_t{2} ^ 1) << 32 | std::uint64_t{9} << 48;
  const auto answer = send(Bounded::kOlderTag, {2, 77, head, 1234});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 0U);
  EXPECT_EQ(impl.older_seen.count, 5U);
  EXPECT_EQ(impl.older_seen.kind, bounding::Grade::kHigh);
  EXPECT_EQ(impl.after_seen, 77U);
  EXPECT_EQ(answer->words[0], 1U) << "this side's own length";
}

TEST_F(BoundedTest, AnOlderPeersMissingFieldsAreTheirDefaults) {
  const auto answer = send(Bounded::kOlderTag, {0, 78});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 0U);
  EXPECT_EQ(impl.older_seen.count, 0U);
  EXPECT_EQ(impl.older_seen.kind, bounding::Grade::kMiddle);
  EXPECT_EQ(impl.after_seen, 78U);
}

TEST_F(BoundedTest, ANewerClientReadsAnOlderServersAnswer) {
  kernel.server = [this](const rt::Registers& message) {
    rt::Registers old = message;
    old.t2 = (message.t2 & 0xff) | Bounded::kOlderTag;
    return bounding::BoundedServer<BoundedImpl>::dispatch(impl, rt::Slot{6}, old);
  };
  const bounding::NewestClient newer{rt::Slot{20}};
  const auto answer =
      newer.older({.count = 3, .kind = bounding::Grade::kLow, .more = 99, .level = 98}, 5);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->count, 3U);
  EXPECT_EQ(answer->kind, bounding::Grade::kLow);
  EXPECT_EQ(answer->more, 7) << "its default: the older server does not know it";
  EXPECT_EQ(answer->level, 70U);
}

TEST_F(BoundedTest, AKnownFieldOfALongerStructIsStillChecked) {
  expect_refused(Bounded::kOlderTag, {1, 0, std::uint64_t{7} << 32}, kBadValue);
}

// --- Hostile messages ---

TEST_F(BoundedTest, LengthsMustBeTrue) {
  const std::uint64_t text = 0x6161616161616161;
  EXPECT_EQ(send(Bounded::kShortTag, {16, 1, text, text})->status, 0U);
  expect_refused(Bounded::kShortTag, {17, 1, text, text, 0x61}, kMalformed);
  expect_refused(Bounded::kShortTag, {~std::uint64_t{0}, 1, text, text}, kMalformed);
  expect_refused(Bounded::kShortTag, {8, 1, text, text}, kMalformed);
  expect_refused(Bounded::kShortTag, {8, 1}, kMalformed);
  expect_refused(Bounded::kShortTag, {0}, kMalformed);
  expect_refused(Bounded::kShortTag, {}, kMalformed);
  expect_refused(Bounded::kOlderTag, {121, 0}, kMalformed);
  expect_refused(Bounded::kOlderTag, {~std::uint64_t{0}, 0}, kMalformed);
  expect_refused(Bounded::kOlderTag, {2, 0, 0}, kMalformed);
}

TEST_F(BoundedTest, EveryOtherCountOfWordsIsMalformed) {
  for (unsigned code = 0; code < 64; ++code) {
    const auto answer = send(Bounded::kShortTag, {3, 1, 0x616161}, code);
    EXPECT_EQ(answer->status, code == 3 ? 0 : kMalformed) << code;
  }
}

TEST_F(BoundedTest, PaddingIsZero) {
  expect_refused(Bounded::kShortTag, {3, 1, 0x61616161}, kMalformed);
  expect_refused(Bounded::kShortTag, {7, 1, 0x8000000000000000}, kMalformed);
  // A message of seven words travels as eight.
  const rt::Registers message = kernel.message(Bounded::kNoteTag | 7, {41}, false);
  kernel.server_buffer = {};
  kernel.deliver(message);
  EXPECT_EQ(impl.executed, 1);
  kernel.server_buffer[1] = 1;
  kernel.deliver(message);
  EXPECT_EQ(impl.executed, 1);
}

TEST_F(BoundedTest, ElementsAreChecked) {
  const auto lists = [&](std::uint64_t flags, std::uint64_t grades, std::uint64_t options) {
    return std::vector<std::uint64_t>{1, 0, 0, 2, 1, 0, flags, grades, options, 0};
  };
  EXPECT_EQ(send(Bounded::kListsTag, lists(1, 0x0202, 7))->status, 0U);
  impl.executed = 0;
  expect_refused(Bounded::kListsTag, lists(2, 0x0202, 7), kBadValue);
  expect_refused(Bounded::kListsTag, lists(1, 0x0302, 7), kBadValue);
  expect_refused(Bounded::kListsTag, lists(1, 0x0203, 7), kBadValue);
  expect_refused(Bounded::kListsTag, lists(1, 0x0202, 8), kBadValue);
  expect_refused(Bounded::kListsTag, lists(1, 0x010202, 7), kMalformed);
}

TEST_F(BoundedTest, FieldsAreChecked) {
  const std::vector<std::uint64_t> good = {0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(send(Bounded::kEverythingTag, good, 0)->status, 0U);
  const auto with = [&](std::size_t word, std::uint64_t bits) {
    std::vector<std::uint64_t> bad = good;
    bad[word] |= bits;
    SCOPED_TRACE(testing::Message() << "word " << word << " bits " << bits);
    const int before = impl.executed;
    const auto answer = send(Bounded::kEverythingTag, bad, 0);
    EXPECT_EQ(answer->status, kBadValue);
    EXPECT_EQ(impl.executed, before);
  };
  for (int bit = 3; bit < 8; ++bit) with(0, std::uint64_t{1} << bit);    // between the fields
  for (int bit = 48; bit < 64; ++bit) with(5, std::uint64_t{1} << bit);  // and behind them
  with(2, 0xf00);                                                        // ranged: 3 ^ 15
  with(4, 3);                                                            // grade
  with(4, std::uint64_t{8} << 32);                                       // options
  with(5, std::uint64_t{1} << 32);  // best, by its default: 2 ^ 1
}

// A word of the buffer is read once: what a peer writes there between the check and the use is not
// seen. Here it writes during the check.
TEST(SourceTest, WhatIsCheckedIsWhatIsUsed) {
  volatile std::uint64_t buffer[2] = {0x0202020202020202, 0x020202};
  const Words first{};
  abi::Source source(first, buffer, 8);
  source.skip(first.size());
  abi::List<bounding::Grade, 11> grades;
  std::size_t looked_at = 0;
  const auto valid = [&](std::uint64_t raw) {
    buffer[looked_at++ / 8] = 0x7f7f7f7f7f7f7f7f;
    return bounding::valid_grade(raw);
  };
  EXPECT_EQ(source.take(grades, 11, valid, abi::Detail::kBadEnum), abi::Detail::kNone);
  EXPECT_EQ(looked_at, 11U);
  for (const bounding::Grade each : grades) EXPECT_EQ(each, bounding::Grade::kHigh);
}

TEST_F(BoundedTest, ALyingServersAnswerIsRefused) {
  static Words first;
  static std::uint64_t shape;
  rt::host::syscall = [](rt::Registers& out) {
    out = {};
    out.t0 = shape;
    out.a0 = first[0];
    out.a1 = first[1];
    out.a2 = first[2];
  };
  const rt::Error length{abi::kEinval, abi::detail(abi::Detail::kBadLength, 0)};
  first = {1, 'a', 0, 0, 0, 0};
  shape = 2;
  EXPECT_EQ(client.short_("x", 1)->view(), "a");
  shape = 3;
  EXPECT_EQ(client.short_("x", 1).error(), length);
  shape = 0x42;
  EXPECT_EQ(client.short_("x", 1).error(), length) << "a capability";
  shape = 2;
  first[1] = 0x6161;
  EXPECT_EQ(client.short_("x", 1).error().detail, abi::detail(abi::Detail::kBadLength, 1));
  first[0] = 17;
  EXPECT_EQ(client.short_("x", 1).error().detail, abi::detail(abi::Detail::kBadLength, 1));
  first = {};
  shape = 63;
  rt::host::buffer = nullptr;
  EXPECT_EQ(client.short_("x", 1).error(), length) << "words where there is no buffer";
}

}  // namespace
}  // namespace tessera::gen
