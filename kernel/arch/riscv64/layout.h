// Where things are in the kernel's half of every address space; asm.h has the map and the reasons.
#pragma once

#include <cstdint>

#include "kernel/arch/riscv64/asm.h"
#include "kernel/base/bits.h"
#include "kernel/base/types.h"

namespace tessera::arch::riscv64 {

inline constexpr std::uint64_t kImageOffset = IMAGE_OFFSET;
inline constexpr PhysAddr kImagePhysical{IMAGE_PHYSICAL};

// RAM from physical 0 to this is in the direct map; what a machine has above is not used.
inline constexpr std::uint64_t kDirectMapBase = 0xffff'ffc0'0000'0000;
inline constexpr std::uint64_t kDirectMapSize = std::uint64_t{128} << 30;

inline constexpr std::uint64_t kStackSize = STACK_SIZE;
inline constexpr std::uint64_t kMostHarts = 8;

// The end of the stack of the index-th hart to start; sp starts there.
constexpr VirtAddr stack_top(std::uint64_t index) {
  return {STACKS_VIRTUAL + (index + 1) * STACK_STRIDE};
}
// Whether an access there is a kernel stack's overflow.
constexpr bool is_stack_guard(VirtAddr address) {
  return address.value >= STACKS_VIRTUAL && address.value < stack_top(kMostHarts - 1).value &&
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
static_assert(stack_top(kMostHarts - 1).value <= DEVICES_VIRTUAL);
static_assert(index_at({kDirectMapBase}, 2) == 256);

// The virtual address of a window's first byte.
constexpr std::uint64_t window_base(std::uint64_t l1_index) {
  return (IMAGE_VIRTUAL & ~std::uint64_t{0x3fff'ffff}) + l1_index * kLargePageSize;
}
inline constexpr std::uint64_t kWindowSize = 2 * kLargePageSize;

}  // namespace tessera::arch::riscv64
