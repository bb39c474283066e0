// System calls that carry more than scalars: what the kernel's generated decoder admits, and what
// the user's stub puts into registers.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <expected>

// Before their kin of //idl, which have the same guards and do not know shapes.idl.
#include "gen/shapes/idl/kernel_rights.h"
#include "gen/shapes/idl/system_call.h"
#include "gen/shapes/idl/wire.h"
//
#include "gen/shapes/idl/kernel_decode.h"
#include "gen/testdata/shapes.h"

namespace tessera::gen {
namespace {

struct Kernel {
  using Handle = Kernel&;
  struct Frame {
    std::uint64_t x[32] = {};
  };
  Frame& frame() const { return *registers; }
  struct Fault {};
  template <abi::ObjectType type>
  struct Ref {};
  template <abi::ObjectType type>
  std::expected<Ref<type>, Fault> lookup(std::uint64_t word, std::uint8_t rights, int) {
    looked_up = word;
    with = rights;
    return {};
  }
  template <class Call>
  std::expected<decode::ShapesListsResult, Fault> on(const Call& call) {
    ++performed;
    decode::ShapesListsResult result;
    if constexpr (requires { call.bell; }) {
      has_bell = call.bell.has_value();
    } else if constexpr (requires { call.small; }) {
      result.small = call.small;
    }
    return result;
  }
  void fail(Frame&, Fault) {}
  void fail(Frame&, std::int32_t, abi::Detail detail, std::uint32_t number) {
    why = detail;
    argument = number;
  }
  void complete(Frame& frame) { frame = {}; }
  template <class Results>
  void complete(Frame& frame, const Results& results) {
    complete(frame);
    decode::encode(frame, results);
  }
  void unknown(Frame&) {}

  Frame* registers = nullptr;
  int performed = 0;
  bool has_bell = false;
  std::uint64_t looked_up = 0;
  std::uint8_t with = 0;
  abi::Detail why{};
  std::uint32_t argument = 0;
};

// a0 to a2: lengths; a3 to a5: content.
Kernel perform(std::array<std::uint64_t, 6> words, Kernel::Frame& frame) {
  Kernel kernel{.registers = &frame};
  frame.x[17] = 900;
  for (int i = 0; i < 6; ++i) frame.x[10 + i] = words[static_cast<std::size_t>(i)];
  decode::internal::shapes_lists<Kernel>(kernel);
  return kernel;
}
Kernel perform(std::array<std::uint64_t, 6> words) {
  Kernel::Frame frame;
  return perform(words, frame);
}
void expect_refused(std::array<std::uint64_t, 6> words, abi::Detail why, std::uint32_t argument) {
  const Kernel kernel = perform(words);
  EXPECT_EQ(kernel.performed, 0);
  EXPECT_EQ(kernel.why, why);
  EXPECT_EQ(kernel.argument, argument);
}

TEST(ShapesTest, ElementsAreChecked) {
  Kernel::Frame frame;
  EXPECT_EQ(perform({2, 3, 4, 0x0001, 0x010001, 0x1122334455667788}, frame).performed, 1);
  EXPECT_EQ(frame.x[10], 4U);
  EXPECT_EQ(frame.x[12], 0x1122334455667788U) << "as it came";
  expect_refused({2, 0, 0, 0x0200, 0, 0}, abi::Detail::kBadRange, 1);
  expect_refused({0, 2, 0, 0, 0x0200, 0}, abi::Detail::kBadEnum, 2);
  expect_refused({1, 0, 0, 0x0100, 0, 0}, abi::Detail::kBadLength, 1);
  expect_refused({9, 0, 0, 0, 0, 0}, abi::Detail::kBadLength, 1);
  expect_refused({0, 4, 0, 0, 0, 0}, abi::Detail::kBadLength, 2);
  expect_refused({0, 0, ~std::uint64_t{0}, 0, 0, 0}, abi::Detail::kBadLength, 3);
  expect_refused({0, 0, 1, 0, 0, 0x10000}, abi::Detail::kBadLength, 3);
}

TEST(ShapesTest, AnOptionalCapabilityIsLookedUpWhenThereIsOne) {
  for (const std::uint64_t slot : {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 40}) {
    Kernel::Frame frame;
    Kernel kernel{.registers = &frame};
    frame.x[10] = slot;
    decode::internal::shapes_maybe<Kernel>(kernel);
    EXPECT_EQ(kernel.performed, 1);
    EXPECT_EQ(kernel.has_bell, slot != 0);
    EXPECT_EQ(kernel.looked_up, slot) << "the whole register";
    EXPECT_EQ(kernel.with, slot != 0 ? 1 : 0);
  }
}

TEST(ShapesTest, EachBitOfASetIsLookedAt) {
  const auto performed = [](std::uint64_t many, std::uint64_t full) {
    Kernel::Frame frame;
    Kernel kernel{.registers = &frame};
    frame.x[10] = many;
    frame.x[11] = full;
    decode::internal::shapes_sets<Kernel>(kernel);
    return kernel.performed;
  };
  const std::uint64_t all = ~std::uint64_t{0};
  EXPECT_EQ(performed(all >> 31, all), 1);
  EXPECT_EQ(performed(0, 0), 1);
  for (unsigned bit = 33; bit < 64; ++bit) {
    EXPECT_EQ(performed(std::uint64_t{1} << bit, 0), 0) << bit;
  }
}

TEST(ShapesTest, TheStubPacks) {
  static rt::Registers asked;
  rt::host::syscall = [](rt::Registers& registers) {
    asked = registers;
    registers = {};
    registers.a0 = 2;
    registers.a1 = 3;
    registers.a2 = 0x0002ffff;
    registers.a3 = 0x030201;
  };
  const std::array<bool, 3> flags = {true, false, true};
  const std::array<shaping::Grade, 2> grades = {shaping::Grade::kHigh, shaping::Grade::kLow};
  const std::array<std::int16_t, 1> small = {-2};
  const auto answer = shaping::Shapes::lists(flags, grades, small);
  const std::array<std::uint64_t, 6> words = {asked.a0, asked.a1, asked.a2,
                                              asked.a3, asked.a4, asked.a5};
  EXPECT_EQ(words, (std::array<std::uint64_t, 6>{3, 2, 1, 0x010001, 0x01, 0xfffe}));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->small[0], -1);
  EXPECT_EQ(answer->small[1], 2);
  EXPECT_EQ(answer->data.size(), 3U);
  const std::array<bool, 9> many{};
  EXPECT_EQ(shaping::Shapes::lists(many, grades, small).error(),
            (rt::Error{abi::kEinval, abi::detail(abi::Detail::kBadLength, 1)}));
  rt::host::syscall = nullptr;
}

}  // namespace
}  // namespace tessera::gen
