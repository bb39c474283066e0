// What is more than a word, from the generated client through the loopback to the generated server
// and back: the values, and how they lie in the message.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gen/bounded_fixture.h"
#include "idl/bounded.h"

namespace tessera::gen {
namespace {

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
  const bounding::Everything all{};
  EXPECT_EQ(all.ranged, 3);
  EXPECT_EQ(all.preset, 300);
  EXPECT_EQ(all.signed_, -5);
  EXPECT_EQ(all.best, bounding::Grade::kHigh);
  ASSERT_TRUE(client.everything(all).has_value());
  const rt::Registers& call = kernel.calls().at(0);
  EXPECT_EQ(call.a0, 0U);
  EXPECT_EQ(call.a2, 0U);
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

TEST_F(BoundedTest, APlainMethodIsWhatItWas) {
  EXPECT_EQ(client.plain(40, 2), 42U);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7ff10d02U);
}

}  // namespace
}  // namespace tessera::gen
