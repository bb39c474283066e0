#include "kernel/base/types.h"

#include <cstdint>
#include <type_traits>

#include "gtest/gtest.h"
#include "kernel/base/bits.h"

namespace tessera {
namespace {

TEST(Types, AddressesMoveByBytesAndDifferByBytes) {
  constexpr PhysAddr start{0x8000'0000};
  static_assert(start + 16 == PhysAddr{0x8000'0010});
  static_assert((start + 16) - start == 16);
  static_assert(start < start + 1);
  static_assert(VirtAddr{1} + 1 == VirtAddr{2});
  static_assert(VirtAddr{5} - VirtAddr{2} == 3);
}

TEST(Types, DefaultIsZero) {
  EXPECT_EQ(PhysAddr().value, 0u);
  EXPECT_EQ(VirtAddr().value, 0u);
  EXPECT_EQ(Asid().value, 0u);
}

TEST(Types, NeverIsAfterEverything) { EXPECT_GT(kNever, Nanoseconds{~std::uint64_t{0} - 1}); }

// As numbers in registers, at no cost.
template <class T>
constexpr bool kPlain = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t);
static_assert(kPlain<PhysAddr> && kPlain<VirtAddr> && kPlain<Nanoseconds> && kPlain<HartId> &&
              kPlain<Asid>);

TEST(Bits, Alignment) {
  static_assert(is_aligned(0, kPageSize) && is_aligned(8192, kPageSize));
  static_assert(!is_aligned(1, kPageSize) && !is_aligned(4095, kPageSize));
  static_assert(align_down(4097, kPageSize) == 4096 && align_down(4096, kPageSize) == 4096);
  static_assert(align_up(4097, kPageSize) == 8192 && align_up(4096, kPageSize) == 4096);
  static_assert(align_up(0, kPageSize) == 0 && align_up(1, kLargePageSize) == kLargePageSize);
  EXPECT_EQ(align_down(~std::uint64_t{0}, kPageSize), ~std::uint64_t{4095});
}

}  // namespace
}  // namespace tessera
