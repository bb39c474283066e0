// The registers of a PLIC (RISC-V Platform-Level Interrupt Controller 1.0.0, chapter 3), words of
// 32 bits. A context is a hart in one of its modes.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/range.h"
#include "kernel/base/bits.h"
#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

class PlicRegisters {
 public:
  static constexpr std::uint32_t kMostSources = 1023;
  static constexpr std::uint32_t kMostContexts = 512;  // whose registers are in our window
  static constexpr std::uint64_t kWindow = 2 * kLargePageSize;

  constexpr PlicRegisters() = default;
  explicit constexpr PlicRegisters(volatile std::uint32_t* registers) : registers_(registers) {}

  // Above the threshold 0; a source of priority 0 never interrupts (chapter 4).
  void enable_source(std::uint32_t source) const { registers_[source] = 1; }
  void allow(std::uint32_t context, std::uint32_t source, bool allowed) const {
    volatile std::uint32_t& word = registers_[enables(context) + source / 32];
    const std::uint32_t bit = 1u << source % 32;
    word = allowed ? word | bit : word & ~bit;
  }
  std::uint32_t claim(std::uint32_t context) const { return registers_[threshold(context) + 1]; }
  void complete(std::uint32_t context, std::uint32_t source) const {
    registers_[threshold(context) + 1] = source;
  }
  // Nothing is allowed there, and whatever will be interrupts.
  void clear(std::uint32_t context, std::uint32_t sources) const {
    for (std::uint32_t i = 0; i <= sources / 32; ++i) registers_[enables(context) + i] = 0;
    registers_[threshold(context)] = 0;
  }

 private:
  static constexpr std::uint64_t enables(std::uint32_t context) {
    return (0x2000 + std::uint64_t{context} * 0x80) / 4;
  }
  static constexpr std::uint64_t threshold(std::uint32_t context) {
    return (0x20'0000 + std::uint64_t{context} * 0x1000) / 4;
  }

  volatile std::uint32_t* registers_ = nullptr;
};

// Whether the registers of a context lie in the range and in our window of it.
constexpr bool reaches(PhysRange registers, std::uint32_t context) {
  return is_aligned(registers.start.value, kLargePageSize) &&
         context < PlicRegisters::kMostContexts &&
         registers.size >= 0x20'0000 + (std::uint64_t{context} + 1) * 0x1000;
}

}  // namespace tessera::arch::riscv64
