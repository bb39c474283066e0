// Page tables of Sv39 layout (RISC-V privileged architecture 1.12, section 4.4), and the filling of
// them with long runs of RAM. Pure: the host tests it as it is.
#pragma once

#include <cstdint>

#include "kernel/arch/contract/range.h"
#include "kernel/arch/riscv64/layout.h"

namespace tessera::arch::riscv64 {

using Pte = std::uint64_t;

struct alignas(kPageSize) PageTable {
  Pte entries[512];
};

constexpr Pte leaf(PhysAddr address, std::uint64_t flags) { return address.value >> 2 | flags; }
constexpr Pte branch(PhysAddr table) { return table.value >> 2 | PTE_V; }
constexpr bool is_leaf(Pte entry) { return (entry & (PTE_R | PTE_W | PTE_X)) != 0; }
// The PPN has 44 bits from bit 10 on; the bits above are not an address.
constexpr PhysAddr address_of(Pte entry) { return {(entry >> 10 & ((Pte{1} << 44) - 1)) << 12}; }

constexpr std::uint64_t leaf_size(unsigned level) { return kPageSize << (9 * level); }

// Pages, one after the other, that become tables. They are reached at their physical address plus
// an offset, which is a window's until the direct map stands.
class TablePool {
 public:
  TablePool(PhysRange pages, std::uint64_t to_virtual)
      : next_(pages.start), end_(pages.end()), to_virtual_(to_virtual) {}

  // A zeroed table, or null when none is left.
  PageTable* take();
  PageTable& at(PhysAddr table) const {
    return *reinterpret_cast<PageTable*>(table.value + to_virtual_);
  }
  PhysAddr physical(const PageTable& table) const {
    return {reinterpret_cast<std::uint64_t>(&table) - to_virtual_};
  }
  PhysAddr next() const { return next_; }

 private:
  PhysAddr next_;
  PhysAddr end_;
  std::uint64_t to_virtual_;
};

// Maps `range`, of whole pages, at its address + `offset`, with the largest leaves that fit. All
// tables under `root` there are of the pool. False when the pool is empty; then a part may be
// mapped.
bool map_run(PageTable& root, PhysRange range, std::uint64_t offset, std::uint64_t flags,
             TablePool& pool);

}  // namespace tessera::arch::riscv64
