// A task's page table: Sv39 (RISC-V privileged 1.12, section 4.4), in pages of the task's own pool,
// reached through the direct map. A is set in every entry and D in every leaf from the start, so
// the hardware never writes one.
//
// Mapping and unmapping go in steps of bounded length (R3); the caller repeats them until they are
// done, and may stop between two to take an interrupt:
//
//   Run run{.va = va, .pa = pa, .pages = pages, .access = kRead | kWrite};
//   Result<bool> done = table.map_step(run);     // again while it gives false
//   bool gone = table.unmap_step(run);           // again while it gives false
//   pool.settle();                               // when every hart has flushed; see below
//
// When map_step fails, run.done pages are mapped, and unmap_step until it is true takes them away.
//
// Flushing. Both flush this hart. Other harts:
// - after map_step: need nothing at once, but may still have cached that nothing was there, and
//   fault (section 4.2.1 allows to flush only then): a fault of an access that permits() allows is
//   spurious; arch::flush_space, and the thread goes on;
// - after unmap_step: must do arch::flush_space(asid()) before the unmapped memory has another use
//   and before pool.settle(). With one hart, or none other that ran the task, that is at once.
//
// A task that ends needs no unmapping: when no hart has its table any more, a flush of its ASID is
// enough, and the pool's pages go back as they are.
//
// The caller holds the lock of the task's page table.
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/base/result.h"
#include "kernel/base/types.h"
#include "kernel/mem/access.h"
#include "kernel/mem/page_pool.h"

namespace tessera {

// The most entries that one step writes, or removes, all of them of one table. A step that also
// zeroes two fresh tables, the most that it can need, stays below 3000 instructions.
inline constexpr std::uint32_t kMapWorkUnit = 128;

// A run of physical pages and where it is, or is to be, mapped.
struct Run {
  VirtAddr va;              // page-aligned; all of it in the user's part, from abi::kUserBase on
  PhysAddr pa;              // page-aligned
  std::uint32_t pages = 0;  // at least one
  std::uint32_t done = 0;   // pages [0, done) are mapped
  Access access;            // mappable()
};

// One translation.
struct Leaf {
  VirtAddr va;  // where the leaf begins
  PhysAddr pa;
  std::uint64_t size = 0;  // kPageSize or kLargePageSize
  Access access;

  constexpr bool operator==(const Leaf&) const = default;
};

class PageTable {
 public:
  constexpr PageTable() = default;
  PageTable(const PageTable&) = delete;
  PageTable& operator=(const PageTable&) = delete;

  // Before anything else: takes the root from the pool and gives it the kernel's half.
  // enomem, noMemory: the pool is empty.
  Result<void> init(PagePool& pool, Asid asid);

  // Maps pages from run.done on, with 2 MiB leaves where both addresses and what remains allow.
  // True: all are mapped. enomem, noMemory: the pool is empty; eexist, overlap: something is mapped
  // where the next page would be. Then the step has left no table without an entry.
  Result<bool> map_step(Run& run);

  // All of a run that is one leaf, of which nothing is mapped yet, into a table that is there: what
  // most maps are. False, and nothing is done: it is none, or map_step knows why it cannot be
  // mapped.
  bool map_leaf(const Run& run);

  // Unmaps pages from run.done down. True: none is left. Uses run.va and run.done only. Tables that
  // became empty are retired to the pool.
  bool unmap_step(Run& run);
  // All of a run that is one leaf and mapped, out of a table that keeps others. False, and nothing
  // is done: unmap_step does it.
  bool unmap_leaf(const Run& run);

  // What `va` translates to. Any address; nullopt outside the user's part.
  std::optional<Leaf> lookup(VirtAddr va) const;
  // Whether an access of this kind by the user at `va` is in order.
  bool permits(VirtAddr va, Access access) const;

  PhysAddr root() const { return root_; }
  // For arch::activate.
  std::uint64_t space() const { return space_; }
  Asid asid() const { return asid_; }
  PagePool& pool() const { return *pool_; }

 private:
  std::optional<PhysAddr> find_table(VirtAddr va, unsigned level) const;
  Result<PhysAddr> make_table(VirtAddr va, unsigned level);
  Result<PhysAddr> link_new(PhysAddr parent, std::uint32_t index);
  void retire_table(VirtAddr va, PhysAddr table);

  PagePool* pool_ = nullptr;
  PhysAddr root_;
  std::uint64_t space_ = 0;  // root_ and asid_, as arch::activate takes them
  Asid asid_;
};

}  // namespace tessera
