// Control and status registers by name (RISC-V privileged architecture 1.12, section 2.2; stimecmp:
// Sstc 1.0).
#pragma once

#include <cstdint>

namespace tessera::arch::riscv64 {

// Read and write; ordered among themselves and against memory, since most of them steer memory.
#define TESSERA_CSR(name, register_name)                                 \
  [[gnu::always_inline]] inline std::uint64_t read_##name() {            \
    std::uint64_t value;                                                 \
    asm volatile("csrr %0, " register_name : "=r"(value)::"memory");     \
    return value;                                                        \
  }                                                                      \
  [[gnu::always_inline]] inline void write_##name(std::uint64_t value) { \
    asm volatile("csrw " register_name ", %0" ::"rK"(value) : "memory"); \
  }

TESSERA_CSR(satp, "satp")
TESSERA_CSR(sie, "sie")
TESSERA_CSR(sip, "sip")
TESSERA_CSR(stvec, "stvec")
TESSERA_CSR(sscratch, "sscratch")
TESSERA_CSR(scounteren, "scounteren")
TESSERA_CSR(stimecmp, "0x14d")

#undef TESSERA_CSR

// The machine's timer, in its own ticks (unprivileged ISA, Zicntr).
[[gnu::always_inline]] inline std::uint64_t read_time() {
  std::uint64_t value;
  asm volatile("rdtime %0" : "=r"(value));
  return value;
}

// Bits of sie and sip.
inline constexpr std::uint64_t kSoftwareInterrupt = 1 << 1;
inline constexpr std::uint64_t kTimerInterrupt = 1 << 5;
inline constexpr std::uint64_t kExternalInterrupt = 1 << 9;

// Bits of scounteren.
inline constexpr std::uint64_t kCounterCycle = 1 << 0;
inline constexpr std::uint64_t kCounterInstret = 1 << 2;

}  // namespace tessera::arch::riscv64
