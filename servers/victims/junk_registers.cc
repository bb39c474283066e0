// Passes good system calls with bits set beyond a field, one register at a time: each must be
// refused, with the argument named, and none may be cut to what fits. Exits with 0 when all were,
// else with the number of the first that was not.
//
// No stub can say what is said here, so the registers are set by hand: what a hostile task can do.
#include <array>
#include <cstdint>

#include "idl/abi.h"
#include "idl/service/console.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"
#include "servers/victims/act.h"

namespace tessera {

namespace {

using abi::Detail;
using abi::StartSlot;
using abi::SystemCall;

constexpr std::uint64_t kEveryRegister = 0x7fff;
constexpr std::uint64_t kBeyond32 = std::uint64_t{1} << 32;
constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;
constexpr std::uint64_t kFreeSlot = abi::kStartSlots;

struct Case {
  rt::Registers in;
  std::int32_t status;
  std::uint32_t detail;
};

constexpr std::uint64_t slot(StartSlot which) { return static_cast<std::uint64_t>(which); }
constexpr std::uint64_t number(SystemCall call) { return static_cast<std::uint64_t>(call); }

// The base calls: as they are, each would succeed, or wait.
constexpr rt::Registers on_cnode(SystemCall call) {
  rt::Registers in{};
  in.a7 = number(call);
  in.t0 = slot(StartSlot::kCnode);
  in.a0 = kFreeSlot;
  in.a1 = slot(StartSlot::kCnode);
  in.a2 = slot(StartSlot::kConsole);
  in.a3 = 1;
  return in;
}

constexpr rt::Registers call_console() {
  rt::Registers in{};
  in.a7 = number(SystemCall::kEndpointCallWith);
  in.t0 = slot(StartSlot::kConsole);
  in.a6 = service::Console::kWriteTag;
  in.a5 = 1;
  in.t1 = abi::kNoDeadline;
  return in;
}

constexpr rt::Registers itself(SystemCall call) {
  rt::Registers in{};
  in.a7 = number(call);
  return in;
}

template <class Change>
constexpr Case junk(rt::Registers in, Change change, Detail what, std::uint32_t argument,
                    std::int32_t status = abi::kEinval) {
  change(in);
  return {.in = in, .status = status, .detail = abi::detail(what, argument)};
}

constexpr std::array kCases = {
    junk(
        itself(SystemCall::kSelfExit), [](auto& in) { in.a0 = kBeyond32; }, Detail::kBadRange, 1),
    junk(
        itself(SystemCall::kSelfExit), [](auto& in) { in.a0 = kTopBit; }, Detail::kBadRange, 1),
    // 32 bits travel sign-extended: 0xffffffff with zeros above is no 32-bit value.
    junk(
        itself(SystemCall::kSelfExit), [](auto& in) { in.a0 = kBeyond32 - 1; }, Detail::kBadRange,
        1),
    junk(
        itself(SystemCall::kSelfWindow), [](auto& in) { in.a0 = kBeyond32 | 11; },
        Detail::kBadRange, 1),
    junk(
        on_cnode(SystemCall::kCNodeCopy), [](auto& in) { in.a0 |= kBeyond32; }, Detail::kBadRange,
        1),
    junk(
        on_cnode(SystemCall::kCNodeCopy), [](auto& in) { in.a2 |= kTopBit; }, Detail::kBadRange, 3),
    junk(
        on_cnode(SystemCall::kCNodeMint), [](auto& in) { in.a3 |= 0x100; }, Detail::kBadRange, 4),
    junk(
        on_cnode(SystemCall::kCNodeMint), [](auto& in) { in.a3 |= kTopBit; }, Detail::kBadRange, 4),
    junk(
        on_cnode(SystemCall::kCNodeQuery), [](auto& in) { in.a0 |= kBeyond32; }, Detail::kBadRange,
        1),
    junk(
        on_cnode(SystemCall::kCNodeDelete), [](auto& in) { in.a0 |= kBeyond32; }, Detail::kBadRange,
        1),
    junk(
        call_console(), [](auto& in) { in.a6 |= kBeyond32; }, Detail::kBadRange, 7),
    junk(
        call_console(), [](auto& in) { in.a6 |= 0x8000'0000; }, Detail::kBadRange, 7),
    junk(
        call_console(), [](auto& in) { in.t2 = kBeyond32; }, Detail::kBadRange, 9),
    junk(
        call_console(), [](auto& in) { in.t4 = kTopBit; }, Detail::kBadRange, 11),
    // A capability's address is compared whole with the CSpace's size.
    junk(
        on_cnode(SystemCall::kCNodeCopy), [](auto& in) { in.t0 |= kBeyond32; }, Detail::kBadCap, 0,
        abi::kEbadf),
    junk(
        on_cnode(SystemCall::kCNodeCopy), [](auto& in) { in.a1 |= kBeyond32; }, Detail::kBadCap, 2,
        abi::kEbadf),
    junk(
        call_console(), [](auto& in) { in.t0 |= kTopBit; }, Detail::kBadCap, 0, abi::kEbadf),
};

bool is_refused(const Case& each) {
  const rt::Registers out = rt::ecall<kEveryRegister>(each.in);
  return out.a6 == abi::word(each.status) && out.a7 == abi::word(each.detail);
}

}  // namespace

std::int32_t victims::act() {
  std::int32_t first_wrong = 1;
  for (const Case& each : kCases) {
    if (!is_refused(each)) return first_wrong;
    ++first_wrong;
  }
  return 0;
}

}  // namespace tessera
