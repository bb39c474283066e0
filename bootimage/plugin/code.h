// Whose code an address has, and what a plugin asks of an instruction.
#ifndef BOOTIMAGE_PLUGIN_CODE_H_
#define BOOTIMAGE_PLUGIN_CODE_H_

#include <cstdint>

#include "idl/abi.h"

namespace bootimage::plugin {

inline constexpr std::uint64_t kKernelBase =
    0xffff'ffff'8000'0000;  // windows.h: the image is above
// Physical addresses of code that runs before the kernel's own: QEMU's reset code, the firmware,
// and the kernel's first instructions, with paging off. No task has code there.
inline constexpr std::uint64_t kResetLimit = 0x1'0000;
inline constexpr std::uint64_t kFirmwareBase = 0x8000'0000;
inline constexpr std::uint64_t kImagePhysical = 0x8020'0000;  // where the firmware jumps to
inline constexpr std::uint64_t kFirmwareLimit = 0x8030'0000;

constexpr bool is_kernels(std::uint64_t address) { return address >= kKernelBase; }
constexpr bool is_users(std::uint64_t address) {
  const bool firmware = address >= kFirmwareBase && address < kFirmwareLimit;
  return address >= kResetLimit && address < tessera::abi::kUserLimit && !firmware;
}

// The RISC-V Instruction Set Manual, volume I, "RV32/64G Instruction Set Listings".
constexpr bool is_short(std::uint32_t code) { return (code & 0b11) != 0b11; }

// Whether it reads or writes memory each time that it is executed and does not fault. An SC that
// finds no reservation does not.
constexpr bool accesses_memory(std::uint32_t code) {
  if (is_short(code)) {
    // Quadrants 0 and 2: all but funct3 000 (c.addi4spn, c.slli) and 100 (reserved, c.jr, c.mv,
    // c.add).
    const std::uint32_t funct3 = code >> 13 & 0b111;
    return (code & 0b11) != 0b01 && funct3 != 0b000 && funct3 != 0b100;
  }
  constexpr std::uint32_t kStoreConditional = 0b00011;
  switch (code & 0x7f) {
    case 0x03:  // LOAD
    case 0x07:  // LOAD-FP
    case 0x23:  // STORE
    case 0x27:  // STORE-FP
      return true;
    case 0x2f:  // AMO
      return code >> 27 != kStoreConditional;
    default:
      return false;
  }
}

}  // namespace bootimage::plugin

#endif  // BOOTIMAGE_PLUGIN_CODE_H_
