// The kernel's generated decoders, with a kernel that only notes what reaches it: what does not fit
// is refused with the argument's number, in the order of the method's parameters, and nothing is
// cut.
#include <gtest/gtest.h>

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "idl/abi.h"
#include "idl/kernel/vmo_types.h"
#include "idl/kernel_decode.h"
#include "idl/kernel_rights.h"
#include "idl/system_call.h"
#include "idl/wire.h"

namespace tessera::gen {
namespace {

struct Fault {
  std::int32_t status = 0;
  std::uint32_t detail = 0;
};

class Kernel {
 public:
  using Handle = Kernel&;
  struct Frame {
    std::uint64_t x[32] = {};
  };
  // Of the call that is decoded.
  Frame& frame() const { return *registers; }
  template <abi::ObjectType Type>
  struct Ref {
    std::uint64_t slot;
    Ref(Ref&&) = default;  // as in the kernel, where a reference is owned
    explicit Ref(std::uint64_t at) : slot(at) {}
  };
  struct Lookup {
    abi::ObjectType type;
    std::uint64_t slot;
    std::uint8_t rights;
    unsigned argument;
    friend bool operator==(const Lookup&, const Lookup&) = default;
  };

  template <abi::ObjectType Type>
  std::expected<Ref<Type>, Fault> lookup(std::uint64_t word, std::uint8_t rights,
                                         unsigned argument) {
    lookups.push_back({Type, word, rights, argument});
    if (word == kNoCapability) {
      return std::unexpected(Fault{abi::kEbadf, abi::detail(abi::Detail::kBadCap, argument)});
    }
    return Ref<Type>(word);
  }

  // Calls whose arguments the tests look at.
  std::expected<void, Fault> on(decode::UntypedRetype<Kernel> call) {
    performed = "retype";
    seen = {call.self.slot, static_cast<std::uint64_t>(call.type),
            call.size,      call.node.slot,
            call.first,     call.count};
    return {};
  }
  std::expected<void, Fault> on(decode::VmoMap<Kernel> call) {
    performed = "map";
    access = call.access;
    return {};
  }
  std::expected<decode::TaskInfoResult, Fault> on(decode::TaskInfo<Kernel>) {
    performed = "info";
    return decode::TaskInfoResult{.state = abi::TaskState::kFaulted,
                                  .status = -1,
                                  .cause = abi::FaultCause::kWriteFault,
                                  .address = ~std::uint64_t{0},
                                  .pc = 0x1000,
                                  .id = 0x80000000,
                                  .identity = ~std::uint64_t{1}};
  }
  std::expected<decode::EndpointReplyReceiveResult, Fault> on(
      decode::EndpointReplyReceive<Kernel> call) {
    performed = "replyReceive";
    seen = {call.w0, call.w5, static_cast<std::uint64_t>(call.status), call.shape};
    return decode::EndpointReplyReceiveResult{
        .w0 = 1, .w5 = 6, .badge = 7, .identity = 8, .tag = 9, .info = 0x102};
  }
  std::expected<void, Fault> on(decode::SelfExit<Kernel> call) {
    performed = "exit";
    seen = {static_cast<std::uint64_t>(call.status)};
    return std::unexpected(Fault{abi::kEbusy, 0});
  }

  // All others succeed, with results of 0.
  template <class Call>
  std::expected<typename Call::Result, Fault> on(Call) {
    performed = "other";
    return {};
  }

  void fail(Frame& frame, std::int32_t status, abi::Detail what, std::uint32_t argument) {
    fail(frame, Fault{status, abi::detail(what, argument)});
  }
  void fail(Frame& frame, Fault why) {
    frame.x[16] = abi::word(why.status);
    frame.x[17] = abi::word(why.detail);
  }
  void complete(Frame& frame) { frame = {}; }
  template <class Results>
  void complete(Frame& frame, const Results& results) {
    complete(frame);
    decode::encode(frame, results);
  }
  void unknown(Frame&) { performed = "unknown"; }

  static constexpr std::uint64_t kNoCapability = 99;
  Frame* registers = nullptr;
  std::string performed;
  std::vector<Lookup> lookups;
  std::vector<std::uint64_t> seen;
  kernel::Access access{};
};

constexpr int kT0 = 5;
constexpr int kT1 = 6;
constexpr int kT2 = 7;
constexpr int kT3 = 28;
constexpr int kA0 = 10;
constexpr int kA6 = 16;
constexpr int kA7 = 17;

class DecodeTest : public ::testing::Test {
 protected:
  // Registers by number; the others hold junk, which no decoder may look at.
  Kernel::Frame perform(abi::SystemCall call, const std::map<int, std::uint64_t>& registers) {
    Kernel::Frame frame;
    for (std::uint64_t& each : frame.x) each = 0xa5a5a5a5a5a5a5a5;
    frame.x[kA7] = abi::word(call);
    for (const auto& [number, value] : registers) frame.x[number] = value;
    kernel = Kernel();
    kernel.registers = &frame;
    decode::dispatch(kernel);
    return frame;
  }
  static void expect_fault(const Kernel::Frame& frame, std::int32_t status, abi::Detail what,
                           std::uint32_t argument) {
    EXPECT_EQ(frame.x[kA6], abi::word(status));
    EXPECT_EQ(frame.x[kA7], abi::detail(what, argument));
  }

  // retype(type, size, node, first, count)
  const std::map<int, std::uint64_t> retype = {
      {kT0, 14},    {kA0, 5},      {kA0 + 1, ~std::uint64_t{0}},
      {kA0 + 2, 1}, {kA0 + 3, 40}, {kA0 + 4, 16}};
  std::map<int, std::uint64_t> retype_with(int number, std::uint64_t value) const {
    std::map<int, std::uint64_t> registers = retype;
    registers[number] = value;
    return registers;
  }

  Kernel kernel;
};

TEST_F(DecodeTest, ArgumentsAreTyped) {
  const Kernel::Frame frame = perform(abi::SystemCall::kUntypedRetype, retype);
  EXPECT_EQ(frame.x[kA6], 0U);
  EXPECT_EQ(kernel.seen, (std::vector<std::uint64_t>{14, 5, ~std::uint64_t{0}, 1, 40, 16}));
  EXPECT_EQ(kernel.lookups, (std::vector<Kernel::Lookup>{{abi::ObjectType::kUntyped, 14, 1, 0},
                                                         {abi::ObjectType::kCnode, 1, 2, 3}}));
}

TEST_F(DecodeTest, EveryBitOfANarrowArgumentCounts) {
  for (int bit = 0; bit < 64; ++bit) {
    SCOPED_TRACE(bit);
    const std::uint64_t flip = std::uint64_t{1} << bit;
    if ((5 ^ flip) > std::to_underlying(abi::ObjectType::kIrqControl)) {
      expect_fault(perform(abi::SystemCall::kUntypedRetype, retype_with(kA0, 5 ^ flip)),
                   abi::kEinval, abi::Detail::kBadEnum, 1);
      EXPECT_EQ(kernel.performed, "");
    }
    if (bit >= 31) {
      expect_fault(perform(abi::SystemCall::kUntypedRetype, retype_with(kA0 + 3, 40 ^ flip)),
                   abi::kEinval, abi::Detail::kBadRange, 4);
      expect_fault(perform(abi::SystemCall::kUntypedRetype, retype_with(kA0 + 4, 64 ^ flip)),
                   abi::kEinval, abi::Detail::kBadRange, 5);
    }
  }
}

TEST_F(DecodeTest, RangesAreInclusive) {
  perform(abi::SystemCall::kUntypedRetype, retype_with(kA0 + 4, 1));
  EXPECT_EQ(kernel.performed, "retype");
  for (const std::uint64_t bad : {std::uint64_t{0}, std::uint64_t{17}, ~std::uint64_t{0}}) {
    expect_fault(perform(abi::SystemCall::kUntypedRetype, retype_with(kA0 + 4, bad)), abi::kEinval,
                 abi::Detail::kBadRange, 5);
  }
}

TEST_F(DecodeTest, Uint32IsSignExtended) {
  perform(abi::SystemCall::kUntypedRetype, retype_with(kA0 + 3, 0xffffffff80000000));
  EXPECT_EQ(kernel.seen[4], 0x80000000U);
}

TEST_F(DecodeTest, TheFirstWrongArgumentIsReported) {
  std::map<int, std::uint64_t> wrong = {
      {kT0, Kernel::kNoCapability}, {kA0, 77},   {kA0 + 1, 0}, {kA0 + 2, Kernel::kNoCapability},
      {kA0 + 3, 1ULL << 40},        {kA0 + 4, 0}};
  const std::uint32_t order[] = {0, 1, 3, 4, 5};
  const std::map<std::uint32_t, int> place = {
      {0, kT0}, {1, kA0}, {3, kA0 + 2}, {4, kA0 + 3}, {5, kA0 + 4}};
  for (const std::uint32_t argument : order) {
    const Kernel::Frame frame = perform(abi::SystemCall::kUntypedRetype, wrong);
    EXPECT_EQ(frame.x[kA7] >> 8, argument);
    EXPECT_EQ(kernel.performed, "");
    wrong[place.at(argument)] = retype.at(place.at(argument));
  }
  perform(abi::SystemCall::kUntypedRetype, wrong);
  EXPECT_EQ(kernel.performed, "retype");
}

TEST_F(DecodeTest, FlagsAreASet) {
  const auto map = [this](std::uint64_t access) {
    return perform(abi::SystemCall::kVmoMap,
                   {{kT0, 4}, {kA0, 2}, {kA0 + 1, 0x1000}, {kA0 + 2, access}});
  };
  EXPECT_EQ(map(7).x[kA6], 0U);
  EXPECT_TRUE(has(kernel.access, kernel::Access::kRead | kernel::Access::kExecute));
  expect_fault(map(8), abi::kEinval, abi::Detail::kBadEnum, 3);
  expect_fault(map(1ULL << 63), abi::kEinval, abi::Detail::kBadEnum, 3);
}

TEST_F(DecodeTest, SignedArguments) {
  perform(abi::SystemCall::kSelfExit, {{kA0, ~std::uint64_t{0}}});
  EXPECT_EQ(kernel.seen[0], ~std::uint64_t{0});
  expect_fault(perform(abi::SystemCall::kSelfExit, {{kA0, 0xffffffff}}), abi::kEinval,
               abi::Detail::kBadRange, 1);
}

TEST_F(DecodeTest, ResultsFillWholeRegisters) {
  const Kernel::Frame frame = perform(abi::SystemCall::kTaskInfo, {{kT0, 2}});
  EXPECT_EQ(frame.x[kA0], 3U);
  EXPECT_EQ(frame.x[kA0 + 1], ~std::uint64_t{0});
  EXPECT_EQ(frame.x[kA0 + 2], 2U);
  EXPECT_EQ(frame.x[kA0 + 3], ~std::uint64_t{0});
  EXPECT_EQ(frame.x[kA0 + 4], 0x1000U);
  EXPECT_EQ(frame.x[kA0 + 5], 0x80000000U);  // of 64 bits
  EXPECT_EQ(frame.x[kT0], ~std::uint64_t{1});
  EXPECT_EQ(frame.x[kA6], 0U);
}

TEST_F(DecodeTest, PlacedRegisters) {
  const Kernel::Frame frame =
      perform(abi::SystemCall::kEndpointReplyReceive,
              {{kT0, 6}, {kA0, 11}, {kA0 + 5, 16}, {kA6, abi::word(abi::kEinval)}, {kT1, 2}});
  EXPECT_EQ(kernel.seen, (std::vector<std::uint64_t>{11, 16, abi::word(abi::kEinval), 2}));
  EXPECT_EQ(frame.x[kA0], 1U);
  EXPECT_EQ(frame.x[kA0 + 5], 6U);
  EXPECT_EQ(frame.x[kT0], 7U);
  EXPECT_EQ(frame.x[kT1], 8U);
  EXPECT_EQ(frame.x[kT2], 9U);
  EXPECT_EQ(frame.x[kT3], 0x102U);
}

TEST_F(DecodeTest, AFailureOfTheCallIsTold) {
  EXPECT_EQ(perform(abi::SystemCall::kSelfExit, {{kA0, 0}}).x[kA6], abi::word(abi::kEbusy));
}

TEST_F(DecodeTest, NumbersAreComparedWhole) {
  for (std::uint64_t number = 0; number < 70; ++number) {
    Kernel::Frame frame;
    frame.x[kA7] = number;
    kernel = Kernel();
    kernel.registers = &frame;
    decode::dispatch(kernel);
    const bool known = abi::to_string(static_cast<abi::SystemCall>(number)) != "?";
    EXPECT_EQ(kernel.performed == "unknown", !known) << number;
    for (const int bit : {8, 16, 31, 32, 63}) {
      frame = {};
      frame.x[kA7] = number | std::uint64_t{1} << bit;
      decode::dispatch(kernel);
      EXPECT_EQ(kernel.performed, "unknown") << number << " bit " << bit;
    }
  }
}

}  // namespace
}  // namespace tessera::gen
