// The way into the kernel as trap entry goes it on the target: for what plays user space on the
// host.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/frame.h"
#include "kernel/sched/hart.h"
#include "servers/runtime/ipc.h"

namespace tessera::testing {

// Causes of traps: RISC-V privileged 1.12, table 4.2.
inline constexpr std::uint64_t kSystemCall = 8;
inline constexpr std::uint64_t kLoadPageFault = 13;
inline constexpr std::uint64_t kSoftwareInterrupt = std::uint64_t{1} << 63 | 1;
inline constexpr std::uint64_t kTimerInterrupt = std::uint64_t{1} << 63 | 5;

// What a stub gives, into the frame of the thread that it acts for; and what it gets out of it.
void put_registers(const rt::Registers& from, arch::Frame& to);
void get_registers(const arch::Frame& from, rt::Registers& to);

// A trap of the thread that the hart runs, by the long way. Whose frame is to be gone on with.
arch::Frame* trap(Hart& hart, std::uint64_t cause, std::uint64_t value);

// The same by its short way. False: it has
// none, or that was not to be taken; nothing has changed, and the long way does it.
bool take_short_way(Hart& hart, std::uint64_t cause = kSystemCall, std::uint64_t value = 0);

}  // namespace tessera::testing
