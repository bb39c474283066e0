// What the rest of this folder needs of the kernel's map.
#pragma once

#include <cstdint>

#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

// satp (RISC-V privileged architecture 1.12, section 4.1.11).
inline constexpr unsigned kSatpAsidShift = 44;
inline constexpr std::uint64_t kSatpAsidMask = std::uint64_t{0xffff} << kSatpAsidShift;

// Maps the page of device registers that holds `address`, instead of the one before.
volatile std::uint8_t* map_device(PhysAddr address);

// Maps 4 MiB of device registers that begin at a multiple of 2 MiB.
volatile std::uint32_t* map_plic(PhysAddr start);

// No source of interrupts is allowed at this hart, and whichever will be interrupts it. After the
// firmware has let the hart go, which masks all when it does (OpenSBI 1.1).
void clear_context();

}  // namespace tessera::arch::riscv64
