// Where things are within the kernel's windows (windows.h); asm.h has the map and the reasons.
#pragma once

#include <cstdint>

#include "kernel/arch/riscv64/asm.h"
#include "kernel/arch/riscv64/windows.h"
#include "kernel/base/bits.h"
#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

inline constexpr std::uint64_t kImageOffset = IMAGE_OFFSET;
inline constexpr PhysAddr kImagePhysical{IMAGE_PHYSICAL};

// RAM from physical 0 to this is in the direct map; what a machine has above is not used.
inline constexpr std::uint64_t kDirectMapBase = window(Part::kDirectMap).base.value;
inline constexpr std::uint64_t kDirectMapSize = window(Part::kDirectMap).size();

inline constexpr std::uint64_t kStackSize = STACK_SIZE;

// The end of the stack of the index-th hart to start; sp starts there.
constexpr VirtAddr stack_top(std::uint64_t index) {
  return {STACKS_VIRTUAL + (index + 1) * STACK_STRIDE};
}
// Whether an access there is a kernel stack's overflow.
constexpr bool is_stack_guard(VirtAddr address) {
  return window(Part::kStacks).contains(address) &&
         (address.value - STACKS_VIRTUAL) % STACK_STRIDE < STACK_STRIDE - STACK_SIZE;
}

constexpr std::uint64_t index_at(VirtAddr address, unsigned level) {
  return address.value >> (12 + 9 * level) & 511;
}
static_assert(index_at({IMAGE_VIRTUAL}, 2) == IMAGE_ROOT_INDEX);
static_assert(index_at({IMAGE_VIRTUAL}, 1) == IMAGE_L1_INDEX);
static_assert(index_at({IMAGE_VIRTUAL}, 0) == 0);
static_assert(IMAGE_VIRTUAL == IMAGE_PHYSICAL + IMAGE_OFFSET);
static_assert(index_at({STACKS_VIRTUAL}, 0) == STACKS_L0_INDEX);
static_assert(index_at({STACKS_VIRTUAL}, 1) == IMAGE_L1_INDEX);
static_assert(STACKS_VIRTUAL >= IMAGE_VIRTUAL + IMAGE_MOST);
static_assert(index_at({DEVICES_VIRTUAL}, 0) == DEVICES_L0_INDEX);
static_assert(stack_top(kMostHarts - 1) == window(Part::kStacks).end);
static_assert(index_at(window(Part::kProbe).base, 0) == DEVICES_L0_INDEX + 1);
static_assert(index_at(window(Part::kProbe).base, 1) == IMAGE_L1_INDEX);
// The first root entry of the kernel's half, and of the direct map.
inline constexpr std::uint64_t kDirectMapRoot = index_at({kDirectMapBase}, 2);
static_assert(kDirectMapRoot == 256);

}  // namespace tessera::arch::riscv64
