// What a trap from user space was, as the rest of the kernel needs to know it. The numbers are
// those of scause (RISC-V privileged 1.12, table 4.2); the host raises the same ones.
#pragma once

#include <cstdint>

#include "idl/abi.h"

namespace tessera::arch {

enum class TrapKind : std::uint8_t { kSystemCall, kFault, kInterrupt };

struct Trap {
  TrapKind kind{};
  abi::FaultCause fault = abi::FaultCause::kNone;
};

constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;

constexpr Trap classify(std::uint64_t cause) {
  switch (cause) {
    case 8:
      return {TrapKind::kSystemCall};
    case 0:
    case 4:
    case 6:
      return {TrapKind::kFault, abi::FaultCause::kMisaligned};
    case 1:
    case 12:
      return {TrapKind::kFault, abi::FaultCause::kExecuteFault};
    case 2:
      return {TrapKind::kFault, abi::FaultCause::kIllegalInstruction};
    case 3:
      return {TrapKind::kFault, abi::FaultCause::kBreakpoint};
    case 5:
    case 13:
      return {TrapKind::kFault, abi::FaultCause::kReadFault};
    case 7:
    case 15:
      return {TrapKind::kFault, abi::FaultCause::kWriteFault};
    default:
      break;
  }
  if ((cause & kInterrupt) != 0) return {TrapKind::kInterrupt};
  return {TrapKind::kFault, abi::FaultCause::kIllegalInstruction};
}

}  // namespace tessera::arch
