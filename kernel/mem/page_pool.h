// A task's own pool of pages for its page tables: one physical run that its creator paid for. It is
// a member of the Task; the counts stand outside it, two bytes a page.
//
// A page of the pool is fresh (never taken), in use, retired (out of the tables, but some hart may
// still have it cached) or free. Every free page is all zero: a table leaves only when its last
// entry is gone. So only a fresh page is zeroed, when it is taken, and giving the pool costs
// nothing: the pages and the counts may hold anything then.
//
// Whoever holds the lock of the task's page table may call.
#pragma once

#include <cstdint>

#include "kernel/base/bits.h"
#include "kernel/base/check.h"
#include "kernel/base/result.h"
#include "kernel/base/types.h"

namespace tessera {

class PagePool {
 public:
  static constexpr std::uint32_t kMinPages = 3;  // a root and the two tables below it: one mapping
  static constexpr std::uint32_t kMaxPages = 4096;

  constexpr PagePool() = default;
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  // All pages are fresh then, whatever was before. `counts` has one element a page and lives as
  // long as the pool.
  void init(PhysAddr base, std::uint32_t pages, std::uint16_t* counts);

  // An all-zero page with a count of 0. enomem, noMemory: none is left.
  Result<PhysAddr> take();
  // Takes back a page that is all zero, has a count of 0, and that no hart can have cached.
  void give(PhysAddr page);
  // The same, but take() gives the page only after settle(): some hart may still walk it.
  void retire(PhysAddr page);
  // Every hart has flushed what it had of this address space since the last retire().
  void settle();

  // The number of used entries of a table that was taken. No scan ever finds out.
  std::uint32_t count(PhysAddr page) const { return counts_[index(page)]; }
  void add_entries(PhysAddr page, std::uint32_t entries) {
    std::uint16_t& count = counts_[index(page)];
    count = static_cast<std::uint16_t>(count + entries);
  }
  // True: none is left.
  bool remove_entries(PhysAddr page, std::uint32_t entries) {
    std::uint16_t& count = counts_[index(page)];
    CHECK(count >= entries);
    count = static_cast<std::uint16_t>(count - entries);
    return count == 0;
  }

  // Of a table that has entries. False, and nothing is done: there was one only.
  bool remove_but_last(PhysAddr page) {
    std::uint16_t& count = counts_[index(page)];
    if (count == 1) return false;
    --count;
    return true;
  }

  PhysAddr base() const { return base_; }
  std::uint32_t pages() const { return pages_; }
  // In use or retired; the others can be taken.
  std::uint32_t used() const { return used_; }
  std::uint32_t available() const { return std::uint32_t{pages_} - used_; }
  std::uint32_t retired() const { return retired_; }
  // The pages from the first one on that were taken at least once: the most that were used at once.
  std::uint32_t touched() const { return fresh_; }

 private:
  // Ends a list of pages; no index, since that is less than kMaxPages.
  static constexpr std::uint16_t kNone = 0xffff;

  std::uint16_t index(PhysAddr page) const {
    const std::uint64_t index = (page - base_) / kPageSize;
    CHECK(index < fresh_);
    return static_cast<std::uint16_t>(index);
  }
  PhysAddr page(std::uint32_t index) const { return base_ + index * kPageSize; }

  PhysAddr base_;
  std::uint16_t* counts_ =
      nullptr;  // used entries; of a free or retired page: the next of its list
  std::uint16_t pages_ = 0;
  std::uint16_t used_ = 0;
  std::uint16_t fresh_ = 0;  // this page and all after it were never taken
  std::uint16_t free_ = kNone;
  std::uint16_t retired_ = 0;  // how many
  std::uint16_t retired_first_ = kNone;
  std::uint16_t retired_last_ = kNone;
};
static_assert(sizeof(PagePool) == 32);

}  // namespace tessera
