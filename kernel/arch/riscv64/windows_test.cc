#include "kernel/arch/riscv64/windows.h"

#include "gtest/gtest.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/page_table.h"

namespace tessera::arch::riscv64 {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// Section 4.4.1: bits 63 to 39 of an Sv39 address equal bit 38.
bool is_canonical(VirtAddr address) {
  const std::uint64_t upper = address.value >> 38;
  return upper == 0 || upper == ~std::uint64_t{0} >> 38;
}
VirtAddr before(VirtAddr address) { return {address.value - 1}; }
bool is_of(const Window* found, const Window& window) {
  return found != nullptr && found->name == window.name;
}

TEST(Windows, AreWholePagesOfAddressesThatThereAre) {
  for (const Window& each : kWindows) {
    EXPECT_LT(each.base, each.end) << each.name;
    EXPECT_TRUE(is_aligned(each.base.value | each.end.value, kPageSize)) << each.name;
    EXPECT_TRUE(is_canonical(each.base)) << each.name;
    EXPECT_TRUE(is_canonical(before(each.end))) << each.name;
  }
}

// The first page, the last page, and one before and beyond.
TEST(Windows, EndWhereTheyEnd) {
  for (const Window& each : kWindows) {
    EXPECT_TRUE(is_of(window_of(each.base), each)) << each.name;
    EXPECT_TRUE(is_of(window_of({each.base.value + kPageSize - 1}), each)) << each.name;
    EXPECT_TRUE(is_of(window_of({each.end.value - kPageSize}), each)) << each.name;
    EXPECT_TRUE(is_of(window_of(before(each.end)), each)) << each.name;
    EXPECT_FALSE(is_of(window_of(before(each.base)), each)) << each.name;
    EXPECT_FALSE(is_of(window_of(each.end), each)) << each.name;
  }
  EXPECT_EQ(window_of({0}), nullptr);
  EXPECT_EQ(window_of({~std::uint64_t{0}}), nullptr);
}

TEST(Windows, HaveNoAddressInCommon) {
  for (const Window& one : kWindows) {
    for (const Window& other : kWindows) {
      if (one.name == other.name) continue;
      EXPECT_TRUE(one.end <= other.base || other.end <= one.base) << one.name << ", " << other.name;
    }
  }
}

// A task's table has the lower half of the root's entries, and the kernel's windows the upper.
TEST(Windows, OfTheUserAreTheLowerHalf) {
  const Window& user = window(Part::kUser);
  EXPECT_EQ(user.base.value, kPageSize) << "page 0 is never mapped";
  EXPECT_EQ(index_at(before(user.end), 2), 255u);
  EXPECT_EQ(user.end.value, 256 * kGiB) << "up to the last page of the half";
  for (const Window& each : kWindows) {
    if (each.name != user.name) EXPECT_GE(index_at(each.base, 2), 256u) << each.name;
  }
}

// What boot fills in one table of each level lies below that table's entries.
TEST(Windows, OfTheImageShareItsTables) {
  for (const Part which :
       {Part::kImage, Part::kStacks, Part::kDevices, Part::kDtb, Part::kTables}) {
    const Window& each = window(which);
    EXPECT_EQ(index_at(each.base, 2), std::uint64_t{IMAGE_ROOT_INDEX}) << each.name;
    EXPECT_EQ(index_at(before(each.end), 2), std::uint64_t{IMAGE_ROOT_INDEX}) << each.name;
    const bool at_boot = which == Part::kDtb || which == Part::kTables;
    if (at_boot) {
      EXPECT_TRUE(is_aligned(each.base.value, kLargePageSize)) << each.name;
      EXPECT_EQ(index_at(before(each.end), 1), index_at(each.base, 1) + 1) << each.name;
    } else {
      EXPECT_EQ(index_at(each.base, 1), std::uint64_t{IMAGE_L1_INDEX}) << each.name;
      EXPECT_EQ(index_at(before(each.end), 1), std::uint64_t{IMAGE_L1_INDEX}) << each.name;
    }
  }
}

TEST(Windows, OfTheDirectMapAreWholeRootEntries) {
  const Window& map = window(Part::kDirectMap);
  EXPECT_EQ(index_at(map.base, 2), kDirectMapRoot);
  EXPECT_EQ(map.size() % kGiB, 0u);
  EXPECT_LT(index_at(before(map.end), 2), std::uint64_t{IMAGE_ROOT_INDEX});
}

// A stack and the gap below it for each hart, from the window's first byte to its last.
TEST(Windows, OfTheStacksHoldOneAHart) {
  const Window& stacks = window(Part::kStacks);
  EXPECT_EQ(stacks.size(), kMostHarts * STACK_STRIDE);
  EXPECT_TRUE(is_stack_guard(stacks.base));
  EXPECT_FALSE(is_stack_guard(before(stacks.base)));
  EXPECT_FALSE(is_stack_guard(before(stacks.end)));
  EXPECT_FALSE(is_stack_guard(stacks.end));
  for (std::uint64_t hart = 0; hart < kMostHarts; ++hart) {
    EXPECT_TRUE(stacks.contains(before(stack_top(hart))));
    EXPECT_TRUE(stacks.contains({stack_top(hart).value - kStackSize}));
  }
}

}  // namespace
}  // namespace tessera::arch::riscv64
