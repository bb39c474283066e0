// What is more than a word, from the generated client through the loopback to the generated server
// and back: the values, and how they lie in the message.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "gen/bounded_impl.h"
#include "gen/loopback.h"
#include "gen/testdata/bounded.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"
#include "idl/bounded.h"

namespace tessera::gen {
namespace {

using bounding::Bounded;
using Words = std::array<std::uint64_t, 6>;

constexpr std::uint64_t kBadValue = 2;
constexpr std::uint64_t kMalformed = 3;

class BoundedTest : public ::testing::Test {
 protected:
  BoundedTest() {
    kernel.server = [this](const rt::Registers& message) {
      return bounding::BoundedServer<BoundedImpl>::dispatch(impl, rt::Slot{6}, message);
    };
  }

  // A message by hand. The words beyond the first six, and the tag's field for all of them.
  std::optional<Answer> send(std::uint64_t tag, const std::vector<std::uint64_t>& words,
                             unsigned code) {
    Words first{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      (i < 6 ? first[i] : kernel.server_buffer.at(i - 6)) = words[i];
    }
    return kernel.deliver(kernel.message(tag | code, first, true));
  }
  std::optional<Answer> send(std::uint64_t tag, const std::vector<std::uint64_t>& words) {
    return send(tag, words, abi::message_code(static_cast<unsigned>(words.size())));
  }
  void expect_refused(std::uint64_t tag, const std::vector<std::uint64_t>& words,
                      std::uint64_t status) {
    const int before = impl.executed;
    const auto answer = send(tag, words);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->shape, 0U);
    EXPECT_EQ(impl.executed, before) << "the method must not run";
  }
  const rt::Registers& last_call() const { return kernel.calls().at(kernel.calls().size() - 1); }

  Loopback kernel;
  BoundedImpl impl;
  const bounding::BoundedClient client{rt::Slot{20}};
};

std::vector<std::byte> bytes(std::size_t size) {
  std::vector<std::byte> result(size);
  for (std::size_t i = 0; i < size; ++i) result[i] = static_cast<std::byte>(i * 7 + 1);
  return result;
}

TEST_F(BoundedTest, AShortTextStaysInRegisters) {
  const auto answer = client.short_("hello, world", 7);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->view(), "hello, world");
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a6, 0x7ff10004U) << "two heads, two words of text";
  EXPECT_EQ(call.a0, 12U);
  EXPECT_EQ(call.a1, 7U);
  EXPECT_EQ(call.a2, 0x77202c6f6c6c6568U) << "lowest byte first";
  EXPECT_EQ(call.a3, 0x646c726fU) << "and zero behind the end";
}

TEST_F(BoundedTest, AsManyWordsAsAreUsed) {
  for (const auto& [size, code] :
       {std::pair<std::size_t, unsigned>{0, 2}, {1, 3}, {8, 3}, {9, 4}}) {
    const std::string text(size, 'x');
    EXPECT_EQ(client.short_(text, 1)->view(), text);
    EXPECT_EQ(kernel.calls().at(kernel.calls().size() - 2).a6 & abi::kTagWordsMask, code);
  }
}

TEST_F(BoundedTest, EveryLengthComesBack) {
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string name(size * 200 / 300, static_cast<char>('a' + size % 26));
    const auto data = bytes(size);
    const auto answer = client.long_(name, data);
    ASSERT_TRUE(answer.has_value()) << size;
    EXPECT_EQ(answer->name.view(), name);
    EXPECT_TRUE(std::ranges::equal(answer->data, data));
  }
}

TEST_F(BoundedTest, TheLongestMessageHasAllItsWords) {
  const auto data = bytes(952);
  const auto answer = client.full(data);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(std::ranges::equal(*answer, data));
  EXPECT_EQ(kernel.calls().at(0).a6 & abi::kTagWordsMask, 63U);
}

TEST_F(BoundedTest, WhatIsTooLongIsNotSent) {
  const std::string text(17, 'x');
  EXPECT_EQ(client.short_(text, 1).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadLength, 1)}));
  EXPECT_EQ(client.long_("", bytes(301)).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadLength, 2)}));
  EXPECT_TRUE(kernel.calls().empty());
}

TEST_F(BoundedTest, WithoutABufferOnlyShortMessagesAreSent) {
  rt::host::buffer = nullptr;
  EXPECT_TRUE(client.short_("x", 1).has_value());
  EXPECT_TRUE(client.plain(1, 2).has_value());
  const std::size_t before = kernel.calls().size();
  const rt::Error none{abi::kEinval, abi::detail(abi::Detail::kBadLength, 0)};
  EXPECT_EQ(client.note(std::string(41, 'x')).error(), none);
  EXPECT_TRUE(client.note(std::string(40, 'x')).has_value()) << "six words";
  EXPECT_EQ(client.long_("", {}).error(), none) << "the answer may be long";
  EXPECT_EQ(kernel.calls().size(), before + 2) << "send, and the server's receive";
}

TEST_F(BoundedTest, AServerWithoutABufferRefusesALongAnswer) {
  EXPECT_TRUE(client.nothing({}, {}).has_value());
  kernel.server_has_buffer = false;
  const auto answer = client.many(1, 2, 3, 4, 5, 6, 7);
  ASSERT_FALSE(answer.has_value()) << "the kernel would not have delivered the question";
}

TEST_F(BoundedTest, ListsComeBack) {
  const std::array<bool, 9> flags = {true, false, true, true, false, false, false, false, true};
  const std::array<std::int16_t, 7> small = {-32768, -1, 0, 1, 2, 3, 32767};
  const std::array<std::uint64_t, 5> wide = {0, ~std::uint64_t{0}, 2, 3, 4};
  std::array<bounding::Grade, 11> grades{};
  grades[10] = bounding::Grade::kHigh;
  const std::array<bounding::Option, 3> options = {bounding::Option{7}, bounding::Option{0},
                                                   bounding::Option::kSlow};
  const std::array<bounding::Colour, 3> colours = {bounding::Colour::kGreen,
                                                   bounding::Colour{0xffff}, bounding::Colour{2}};
  const auto answer = client.lists(flags, small, wide, grades, options, colours);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(std::ranges::equal(answer->flags, flags));
  EXPECT_TRUE(std::ranges::equal(answer->small, small));
  EXPECT_TRUE(std::ranges::equal(answer->wide, wide));
  EXPECT_TRUE(std::ranges::equal(answer->grades, grades));
  EXPECT_TRUE(std::ranges::equal(answer->options, options));
  EXPECT_TRUE(std::ranges::equal(answer->colours, colours)) << "flexible: kept as it came";
}

TEST_F(BoundedTest, StructsAreTheirDataSection) {
  const auto answer = client.structs(9, {.x = -2, .y = 3}, bounding::Grade::kHigh);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->point.x, -2);
  EXPECT_EQ(answer->point.y, 3);
  EXPECT_EQ(answer->colour, bounding::Colour{11});
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a6, 0x7ff10303U);
  EXPECT_EQ(call.a1, 0x00000003fffffffeU);
}

TEST_F(BoundedTest, TheFieldsOfEverythingComeBack) {
  bounding::Everything all{.flag = true,
                           .other = false,
                           .i8 = -128,
                           .i16 = -32768,
                           .i32 = -2147483647 - 1,
                           .i64 = -1,
                           .u8 = 255,
                           .u16 = 65535,
                           .u32 = 0xffffffff,
                           .u64 = ~std::uint64_t{0},
                           .grade = bounding::Grade::kMiddle,
                           .colour = bounding::Colour{700},
                           .options = bounding::Option::kLong,
                           .at = {.x = 1, .y = -1},
                           .ranged = 9,
                           .preset = 1,
                           .yes = false,
                           .signed_ = 5,
                           .best = bounding::Grade::kLow,
                           .to = {.x = -3, .y = 4}};
  const auto answer = client.everything(all);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->flag, true);
  EXPECT_EQ(answer->other, false);
  EXPECT_EQ(answer->i8, -128);
  EXPECT_EQ(answer->i16, -32768);
  EXPECT_EQ(answer->i32, -2147483647 - 1);
  EXPECT_EQ(answer->i64, -1);
  EXPECT_EQ(answer->u8, 255);
  EXPECT_EQ(answer->u16, 65535);
  EXPECT_EQ(answer->u32, 0xffffffff);
  EXPECT_EQ(answer->u64, ~std::uint64_t{0});
  EXPECT_EQ(answer->grade, bounding::Grade::kMiddle);
  EXPECT_EQ(answer->colour, bounding::Colour{700});
  EXPECT_EQ(answer->options, bounding::Option::kLong);
  EXPECT_EQ(answer->at.y, -1);
  EXPECT_EQ(answer->ranged, 9);
  EXPECT_EQ(answer->preset, 1);
  EXPECT_EQ(answer->yes, false);
  EXPECT_EQ(answer->signed_, 5);
  EXPECT_EQ(answer->best, bounding::Grade::kLow);
  EXPECT_EQ(answer->to.x, -3);
  EXPECT_EQ(answer->to.y, 4);
}

// A struct of defaults is words of zero, as in Cap'n Proto.
TEST_F(BoundedTest, ADefaultIsZeroOnTheWire) {
  bounding::Everything all{};
  all.ranged = 3;
  EXPECT_EQ(all.preset, 300);
  EXPECT_EQ(all.signed_, -5);
  EXPECT_EQ(all.best, bounding::Grade::kHigh);
  ASSERT_TRUE(client.everything(all).has_value());
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a0, 0U);
  EXPECT_EQ(call.a2, 0x300U);
  EXPECT_EQ(call.a4, 0U);
  EXPECT_EQ(call.a5, 0U);
}

TEST_F(BoundedTest, CapabilitiesGoBesideTheWords) {
  kernel.held[11] = {abi::ObjectType::kNotification, 1};
  const auto answer = client.give(kernel::Notification(rt::Slot{30}), "bell");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->name.view(), "bell");
  EXPECT_EQ(answer->who.slot(), rt::Slot{11});
  EXPECT_EQ(kernel.calls().at(0).t2, 30U);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7ff10842U);
}

TEST_F(BoundedTest, OneWayAndLater) {
  const std::string text(100, 'n');
  EXPECT_TRUE(client.note(text).has_value());
  EXPECT_EQ(impl.noted, text);
  const auto code = abi::message_code(1 + 13);
  Words first = {100, 0, 0, 0, 0, 0};
  for (std::size_t i = 1; i < 6; ++i) first[i] = 0x6c6c6c6c6c6c6c6c;
  for (std::size_t i = 0; i < 8; ++i) kernel.server_buffer[i] = 0x6c6c6c6c6c6c6c6c;
  kernel.server_buffer[7] = 0x6c6c6c6c;
  EXPECT_FALSE(kernel.deliver(kernel.message(Bounded::kLaterTag | code, first, true)).has_value());
  EXPECT_EQ(impl.noted, std::string(100, 'l'));

  // The completer, in the server's thread.
  rt::host::buffer = kernel.server_buffer.data();
  auto completer = Bounded::LaterCompleter::adopt(impl.kept);
  EXPECT_EQ(completer.complete(std::string(101, 'x'), 3).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadLength, 1)}));
  EXPECT_TRUE(kernel.kept_answers().empty()) << "it can still be answered";
  ASSERT_TRUE(completer.complete("done", 3).has_value());
  const Answer& answer = kernel.kept_answers().at(50);
  EXPECT_EQ(answer.shape, 3U);
  EXPECT_EQ(answer.words, (Words{4, 3, 0x656e6f64, 0, 0, 0}));
}

// --- Capabilities ---

constexpr std::uint8_t kSignal = 1;
constexpr std::uint8_t kSend = 1;

TEST_F(BoundedTest, AnOptionalCapabilityMayBeAbsent) {
  const kernel::Notification bell(rt::Slot{30});
  const bounding::ListenerClient listener(rt::Slot{31});
  kernel.held[11] = {abi::ObjectType::kNotification, kSignal};
  kernel.held[12] = {abi::ObjectType::kEndpoint, kSend};
  EXPECT_EQ(client.listen(bell, true, listener), 3);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7ff10e81U);
  EXPECT_EQ(kernel.calls().at(0).t3, 31U);
  EXPECT_EQ(client.listen(bell, true, {}), 1);
  const auto is_call = [](const rt::Registers& each) {
    return each.a7 == abi::word(abi::SystemCall::kEndpointCallWith);
  };
  const auto last = std::ranges::find_if(kernel.calls().rbegin(), kernel.calls().rend(), is_call);
  EXPECT_EQ(last->a6, 0x7ff10e41U);
  EXPECT_EQ(last->t3, 0U);
  expect_refused(Bounded::kListenTag - 0x80, {1}, kMalformed);
  expect_refused(Bounded::kListenTag + 0x40, {1}, kMalformed);

  kernel.held[11] = {abi::ObjectType::kEndpoint, kSend};
  const std::string text(80, 't');
  EXPECT_EQ(client.listen_to(listener, text), 2);
  EXPECT_EQ(impl.noted, text);
  EXPECT_EQ(client.listen_to({}, text), 0);
}

TEST_F(BoundedTest, AnAnswersOptionalCapabilityMayBeAbsent) {
  kernel.held[11] = {abi::ObjectType::kEndpoint, kSend};
  EXPECT_EQ(client.find(true)->listener.handle().endpoint(), rt::Slot{11});
  EXPECT_FALSE(client.find(false)->listener);
  EXPECT_EQ(client.find(false)->count, 9);
  EXPECT_TRUE(client.find_named(true)->listener);
  EXPECT_FALSE(client.find_named(false)->listener);
  EXPECT_EQ(client.find_named(false)->name.view(), "named");
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEbadf, abi::detail(abi::Detail::kBadType, 1)}));
  kernel.held[11] = {abi::ObjectType::kNotification, 3};
  EXPECT_TRUE(client.find_one(true).value());
  EXPECT_FALSE(client.find_one(false).value());
}

// Each type and each missing right, before the method runs.
TEST_F(BoundedTest, AServerLooksAtACapabilityFirst) {
  const std::vector<std::uint64_t> words = {1, 'x'};
  kernel.held[11] = {abi::ObjectType::kNotification, kSignal};
  EXPECT_EQ(send(Bounded::kGiveTag, words)->status, 0U);
  for (int type = 0; type <= static_cast<int>(abi::ObjectType::kBootInfo); ++type) {
    const auto other = static_cast<abi::ObjectType>(type);
    if (other == abi::ObjectType::kNotification) continue;
    kernel.held[11] = {other, 0xff};
    expect_refused(Bounded::kGiveTag, words, kMalformed);
  }
  kernel.held[11] = {abi::ObjectType::kNotification, static_cast<std::uint8_t>(~kSignal)};
  expect_refused(Bounded::kGiveTag, words, kMalformed);
}

TEST_F(BoundedTest, AClientLooksAtACapabilityFirst) {
  const kernel::Notification who(rt::Slot{30});
  kernel.held[11] = {abi::ObjectType::kNotification, 0xff};
  EXPECT_TRUE(client.give(who, "x").has_value());
  EXPECT_TRUE(client.find_one(true).has_value());
  kernel.held[11].rights = 1;
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEperm, abi::detail(abi::Detail::kBadRights, 1)}));
  kernel.held[11] = {};
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 1)}));
}

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
  const std::vector<std::uint64_t> good = {0, 0, 0x300, 0, 0, 0, 0, 0};
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
  with(2, 0xf00);                                                        // ranged
  with(4, 3);                                                            // grade
  with(4, std::uint64_t{8} << 32);                                       // options
  with(5, std::uint64_t{1} << 32);  // best, by its default: 2 ^ 1
}

// A word of the buffer is read once: what another thread writes there between the check and the use
// is not seen.
TEST(SourceTest, WhatIsCheckedIsWhatIsUsed) {
  constexpr std::uint64_t kGood = 0x0202020202020202;
  constexpr std::uint64_t kBad = 0x7f7f7f7f7f7f7f7f;
  static volatile std::uint64_t buffer[6];
  for (volatile std::uint64_t& word : buffer) word = kGood;
  const Words first = {0, 0, 0, 11, 0, 0};  // three heads of nothing, then eleven grades
  std::atomic<bool> stop = false;
  std::thread hostile([&stop] {
    while (!stop) {
      for (const std::uint64_t value : {kBad, kGood}) {
        buffer[0] = value;
        buffer[1] = value & 0xffffff;
      }
    }
  });
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 2'000'000 && (accepted < 10'000 || refused < 10'000); ++round) {
    abi::Source source(first, buffer, 8);
    bounding::bounded::ListsRequest message;
    if (decode(source, message)) {
      ++refused;
      continue;
    }
    ++accepted;
    for (const bounding::Grade each : message.grades) ASSERT_EQ(each, bounding::Grade::kHigh);
  }
  stop = true;
  hostile.join();
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
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

TEST_F(BoundedTest, APlainMethodIsWhatItWas) {
  EXPECT_EQ(client.plain(40, 2), 42U);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7ff10d02U);
}

}  // namespace
}  // namespace tessera::gen
