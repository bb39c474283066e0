// What a trap from user space was that is no system call, as the rest of the kernel needs to know
// it. The numbers are those of scause (RISC-V privileged 1.12, table 4.2); the host raises the same
// ones.
#pragma once

#include <cstdint>

#include "idl/abi.h"

namespace tessera::arch {

constexpr bool is_interrupt(std::uint64_t cause) { return static_cast<std::int64_t>(cause) < 0; }
// Supervisor external.
inline constexpr std::uint64_t kDeviceInterrupt = std::uint64_t{1} << 63 | 9;

// Of one that is no interrupt.
constexpr abi::FaultCause fault_of(std::uint64_t cause) {
  switch (cause) {
    case 0:
    case 4:
    case 6:
      return abi::FaultCause::kMisaligned;
    case 1:
    case 12:
      return abi::FaultCause::kExecuteFault;
    case 3:
      return abi::FaultCause::kBreakpoint;
    case 5:
    case 13:
      return abi::FaultCause::kReadFault;
    case 7:
    case 15:
      return abi::FaultCause::kWriteFault;
    default:
      return abi::FaultCause::kIllegalInstruction;
  }
}

}  // namespace tessera::arch
