// An entry of an Sv39 page table, and a table of them in memory. All numbers: RISC-V privileged
// 1.12, section 4.3.1 (the flags) and 4.4.1 (Sv39).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "kernel/arch/contract/arch.h"
#include "kernel/base/types.h"
#include "kernel/mem/access.h"

namespace tessera {

class Pte {
 public:
  // Not valid; the only form that an unused entry has.
  constexpr Pte() = default;
  static constexpr Pte from_bits(std::uint64_t bits) { return Pte(bits); }
  static constexpr Pte table(PhysAddr address) { return Pte(address.value >> 2 | kValid); }
  // A user page. A and D are set, so the hardware has nothing to write and never faults for them.
  static constexpr Pte leaf(PhysAddr address, Access access) {
    return Pte(address.value >> 2 | std::uint64_t{access.bits} << kAccessShift | kUser | kAccessed |
               kDirty | kValid);
  }

  constexpr bool valid() const { return (bits_ & kValid) != 0; }
  constexpr bool is_leaf() const { return (bits_ & kAccessMask) != 0; }
  // It points to a table of the next level.
  constexpr bool is_table() const { return (bits_ & (kValid | kAccessMask)) == kValid; }
  constexpr bool user() const { return (bits_ & kUser) != 0; }
  // The PPN is bits 53 to 10; the bits above are none of the address.
  constexpr PhysAddr address() const { return {bits_ << 10 >> 20 << 12}; }
  // The same of one that points to a table: it has no other bits than that.
  constexpr PhysAddr table_address() const { return {(bits_ - kValid) << 2}; }
  constexpr Access access() const {
    return {static_cast<std::uint8_t>((bits_ & kAccessMask) >> kAccessShift)};
  }
  constexpr std::uint64_t bits() const { return bits_; }
  // The same leaf, `bytes` further in physical space.
  constexpr Pte advanced(std::uint64_t bytes) const { return Pte(bits_ + (bytes >> 2)); }

  constexpr bool operator==(const Pte&) const = default;

 private:
  explicit constexpr Pte(std::uint64_t bits) : bits_(bits) {}

  static constexpr std::uint64_t kValid = 1 << 0;
  static constexpr unsigned kAccessShift = 1;  // R, W, X are bits 1, 2, 3: Access in its own order
  static constexpr std::uint64_t kAccessMask = 7 << kAccessShift;
  static constexpr std::uint64_t kUser = 1 << 4;
  static constexpr std::uint64_t kAccessed = 1 << 6;
  static constexpr std::uint64_t kDirty = 1 << 7;

  std::uint64_t bits_ = 0;
};

// The entries of the table at a physical address. The walkers of other harts read them at any
// moment, so each is read and written whole.
class TableView {
 public:
  static constexpr std::uint32_t kEntries = 512;

  explicit TableView(PhysAddr table)
      : entries_(static_cast<std::uint64_t*>(arch::direct_map(table))) {}

  Pte get(std::size_t index) const {
    return Pte::from_bits(
        std::atomic_ref<std::uint64_t>(entries_[index]).load(std::memory_order_relaxed));
  }
  void set(std::size_t index, Pte entry) {
    std::atomic_ref<std::uint64_t>(entries_[index]).store(entry.bits(), std::memory_order_relaxed);
  }
  // Points to a table: a walker that sees the pointer sees the zeros that were written before it.
  void link(std::size_t index, PhysAddr table) {
    std::atomic_ref<std::uint64_t>(entries_[index])
        .store(Pte::table(table).bits(), std::memory_order_release);
  }

  // Which entry of a table of this level (2: the root) is on the way to `va`.
  static constexpr std::uint32_t index(VirtAddr va, unsigned level) {
    return static_cast<std::uint32_t>(va.value >> (12 + 9 * level)) % kEntries;
  }

 private:
  std::uint64_t* entries_;
};

}  // namespace tessera
