// Who has which part of the address space: where each window begins and ends is said here and
// nowhere else. The numbers that assembly needs too are asm.h's, the user's are abi.idl's.
//
// The kernel's windows are the same in every address space. RAM, and with it every arena that user
// space is given, is seen through the direct map alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "idl/abi.h"
#include "kernel/arch/riscv64/asm.h"
#include "kernel/base/bits.h"
#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

inline constexpr std::uint64_t kMostHarts = 8;

struct Window {
  std::string_view name;
  VirtAddr base;
  VirtAddr end;  // the first byte after it

  constexpr std::uint64_t size() const { return end - base; }
  constexpr bool contains(VirtAddr address) const { return base <= address && address < end; }
};

enum class Part : std::uint8_t {
  kUser,       // a task's own; page 0 is nobody's
  kDirectMap,  // RAM, at its physical address from the window's base on; what lies beyond is not
               // used
  kImage,      // text, read-only data, data
  kStacks,     // a stack a hart, and below each as much that is never mapped
  kDevices,    // the page of the early console's UART
  kProbe,      // at boot: the page of the test of shootdowns
  kDtb,        // at boot: the device tree
  kTables,     // at boot: pages that become the direct map's tables
  kPlic,       // the interrupt controller
};

constexpr Window part(std::string_view name, std::uint64_t base, std::uint64_t size) {
  return {name, {base}, {base + size}};
}

// In the order of Part.
inline constexpr std::array kWindows = {
    part("user", abi::kUserBase, abi::kUserLimit - abi::kUserBase),
    part("direct map", 0xffff'ffc0'0000'0000, std::uint64_t{128} << 30),
    part("image", IMAGE_VIRTUAL, IMAGE_MOST),
    part("stacks", STACKS_VIRTUAL, kMostHarts* STACK_STRIDE),
    part("devices", DEVICES_VIRTUAL, kPageSize),
    part("probe", DEVICES_VIRTUAL + kPageSize, kPageSize),
    part("device tree", 0xffff'ffff'8080'0000, 2 * kLargePageSize),
    part("tables", 0xffff'ffff'80c0'0000, 2 * kLargePageSize),
    part("interrupt controller", 0xffff'ffff'8100'0000, 2 * kLargePageSize),
};

constexpr const Window& window(Part which) { return kWindows[std::to_underlying(which)]; }

// The window that an address lies in; null: nobody's.
constexpr const Window* window_of(VirtAddr address) {
  for (const Window& each : kWindows) {
    if (each.contains(address)) return &each;
  }
  return nullptr;
}

constexpr bool are_apart() {
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (kWindows[i].base < kWindows[j].end && kWindows[j].base < kWindows[i].end) return false;
    }
  }
  return true;
}
static_assert(are_apart());

}  // namespace tessera::arch::riscv64
