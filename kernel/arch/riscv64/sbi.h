// The firmware's services (RISC-V SBI 1.0). Errors are values; nothing here panics.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"

namespace tessera::arch::riscv64::sbi {

// Chapter 3. What the firmware answers; other values of its may come.
enum class Error : std::int64_t {
  kSuccess = 0,
  kFailed = -1,
  kNotSupported = -2,
  kInvalidParam = -3,
  kDenied = -4,
  kInvalidAddress = -5,
  kAlreadyAvailable = -6,
  kAlreadyStarted = -7,
  kAlreadyStopped = -8,
};

struct [[nodiscard]] Answer {
  Error error;
  std::uint64_t value;
};

// Chapter 5: the console of old, one byte. For the time before the device tree is read.
void console_putchar(char byte);

// Chapter 6: a timer interrupt on this hart once the timer has reached `ticks`; ~0: none.
Error set_timer(std::uint64_t ticks);

// Chapter 7: a software interrupt on one other hart.
Error send_ipi(HartId hart);

// Chapter 9: starts a stopped hart, paging off, at `entry`, with a0 = its id and a1 = `argument`.
Error hart_start(HartId hart, PhysAddr entry, std::uint64_t argument);
enum class HartState : std::uint64_t {
  kStarted = 0,
  kStopped = 1,
  kStartPending = 2,
  kStopPending = 3
};
Answer hart_status(HartId hart);

// Chapter 10: ends the machine. Comes back only when the firmware cannot.
enum class ResetType : std::uint32_t { kShutdown = 0, kColdReboot = 1, kWarmReboot = 2 };
enum class ResetReason : std::uint32_t { kNone = 0, kSystemFailure = 1 };
Error system_reset(ResetType type, ResetReason reason);

}  // namespace tessera::arch::riscv64::sbi
