#include "kernel/mem/page_table.h"

#include <algorithm>

#include "idl/abi.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/base/bits.h"
#include "kernel/base/check.h"
#include "kernel/mem/pte.h"

namespace tessera {
namespace {

constexpr std::uint32_t kPagesPerLarge = kLargePageSize / kPageSize;
static_assert(kPagesPerLarge == TableView::kEntries);

// Up to so many pages are flushed one by one, more by a flush of the whole space. The price of that
// is the refill of what else the task had cached, on a U54 at most the 32 entries of its TLB
// (SiFive U54 manual, "MMU"): past a quarter of them it is taken to be the lesser one.
constexpr std::uint32_t kFlushEach = 8;

constexpr Error kPoolEmpty{abi::kEnomem, abi::Detail::kNoMemory};
constexpr Error kOverlap{abi::kEexist, abi::Detail::kOverlap};

// The level of the one leaf that maps the whole run; none: there are more.
std::optional<unsigned> level_of_leaf(const Run& run) {
  if (run.pages == 1) return 0;
  const bool large =
      run.pages == kPagesPerLarge && is_aligned(run.va.value | run.pa.value, kLargePageSize);
  return large ? std::optional<unsigned>(1) : std::nullopt;
}

// Writes `leaf` and the leaves that follow it into entries from `first` on, until `most` are
// written or one is in use. How many were written.
std::uint32_t fill(TableView table, std::size_t first, std::uint32_t most, Pte leaf,
                   std::uint64_t leaf_size) {
  std::uint32_t left = most;
  for (; left != 0; --left) {
    if (table.get(first).valid()) break;
    table.set(first++, leaf);
    leaf = leaf.advanced(leaf_size);
  }
  return most - left;
}

// Removes leaves from before entry `end` down, until `most` are removed or an entry is none. How
// many were removed.
std::uint32_t clear(TableView table, std::size_t end, std::uint32_t most) {
  std::uint32_t left = most;
  for (; left != 0; --left) {
    if (!table.get(--end).is_leaf()) break;
    table.set(end, Pte());
  }
  return most - left;
}

}  // namespace

Result<void> PageTable::init(PagePool& pool, Asid asid) {
  TRY_ASSIGN(root_, pool.take());
  pool_ = &pool;
  asid_ = asid;
  space_ = arch::address_space(root_, asid);
  arch::install_kernel_half(arch::direct_map(root_));
  return {};
}

// The table of `level`, 0 or 1, on the way to `va`; none where one is missing, or a large leaf is.
inline std::optional<PhysAddr> PageTable::find_table(VirtAddr va, unsigned level) const {
  const Pte upper = TableView(root_).get(TableView::index(va, 2));
  if (upper == Pte()) return std::nullopt;
  if (level == 1) return upper.table_address();
  const Pte entry = TableView(upper.table_address()).get(TableView::index(va, 1));
  if (!entry.is_table()) return std::nullopt;
  return entry.table_address();
}

[[clang::minsize]] Result<bool> PageTable::map_step(Run& run) {
  DCHECK(run.done < run.pages && run.access.mappable());
  const std::uint32_t remaining = run.pages - run.done;
  const VirtAddr va = run.va + run.done * kPageSize;
  const PhysAddr pa = run.pa + run.done * kPageSize;
  DCHECK(abi::kUserBase <= va.value && va.value < abi::kUserLimit);
  DCHECK(remaining <= (abi::kUserLimit - va.value) / kPageSize);
  DCHECK(is_aligned(va.value | pa.value, kPageSize));

  const bool large = is_aligned(va.value | pa.value, kLargePageSize) && remaining >= kPagesPerLarge;
  const unsigned level = large ? 1 : 0;
  const std::uint32_t pages_per_leaf = large ? kPagesPerLarge : 1;

  std::optional<PhysAddr> table = find_table(va, level);
  const bool made = !table.has_value();
  if (made) [[unlikely]] {
    TRY_ASSIGN(table, make_table(va, level));
  }
  // Where the table ends, the next 2 MiB begin, and the size of the leaves is chosen anew.
  const std::uint32_t first = TableView::index(va, level);
  const std::uint32_t most =
      std::min({remaining / pages_per_leaf, TableView::kEntries - first, kMapWorkUnit});
  const std::uint32_t written =
      fill(TableView(*table), first, most, Pte::leaf(pa, run.access), pages_per_leaf * kPageSize);
  pool_->add_entries(*table, written);
  run.done += written * pages_per_leaf;
  if (written < most) return kOverlap;

  // A page's own flush reaches what was cached of its leaf only, not of the tables above it
  // (section 4.2.1: rs1=x0 when a non-leaf entry was changed). A new table must not wait for it:
  // the next to map there may be another run, while this one is preempted.
  const bool done = run.done == run.pages;
  if (made || (done && run.pages > 1)) {
    arch::flush_space(asid_);
  } else if (done) {
    arch::flush_page(asid_, va);
  }
  return done;
}

bool PageTable::map_leaf(const Run& run) {
  const std::optional<unsigned> level = level_of_leaf(run);
  if (!level.has_value()) return false;
  const std::optional<PhysAddr> table = find_table(run.va, *level);
  if (!table.has_value()) return false;
  TableView view(*table);
  const std::uint32_t index = TableView::index(run.va, *level);
  if (view.get(index) != Pte()) return false;
  view.set(index, Pte::leaf(run.pa, run.access));
  pool_->add_entries(*table, 1);
  // That there was none may have been cached for every page of a large one.
  if (*level == 0) {
    arch::flush_page(asid_, run.va);
  } else {
    arch::flush_space(asid_);
  }
  return true;
}

bool PageTable::unmap_leaf(const Run& run) {
  const std::optional<unsigned> level = level_of_leaf(run);
  if (!level.has_value()) return false;
  const std::optional<PhysAddr> table = find_table(run.va, *level);
  if (!table.has_value() || !pool_->remove_but_last(*table)) return false;
  TableView view(*table);
  const std::uint32_t index = TableView::index(run.va, *level);
  CHECK(view.get(index).is_leaf());
  view.set(index, Pte());
  arch::flush_page(asid_, run.va);
  return true;
}

[[clang::minsize]] bool PageTable::unmap_step(Run& run) {
  if (run.done == 0) return true;
  const VirtAddr last = run.va + (run.done - 1) * kPageSize;
  const Pte upper = TableView(root_).get(TableView::index(last, 2));
  CHECK(upper.valid());
  const std::uint32_t middle_index = TableView::index(last, 1);
  const Pte entry = TableView(upper.address()).get(middle_index);
  CHECK(entry.valid());

  const bool large = entry.is_leaf();
  const std::uint32_t pages_per_leaf = large ? kPagesPerLarge : 1;
  const PhysAddr table = large ? upper.address() : entry.address();
  const std::uint32_t end = (large ? middle_index : TableView::index(last, 0)) + 1;
  const std::uint32_t most = std::min({run.done / pages_per_leaf, end, kMapWorkUnit});
  const std::uint32_t removed = clear(TableView(table), end, most);
  // Below the large leaves of the run may be its small ones: their table ends the step.
  CHECK(large ? removed > 0 : removed == most);
  run.done -= removed * pages_per_leaf;

  if (pool_->remove_entries(table, removed)) [[unlikely]] {
    retire_table(last, table);
    arch::flush_space(asid_);  // as in map_step: a page's own flush is not enough
  } else if (removed > kFlushEach) {
    arch::flush_space(asid_);
  } else {
    const std::uint64_t leaf_size = pages_per_leaf * kPageSize;
    for (std::uint32_t n = 0; n < removed; ++n) {
      arch::flush_page(asid_, {last.value - n * leaf_size});
    }
  }
  return run.done == 0;
}

std::optional<Leaf> PageTable::lookup(VirtAddr va) const {
  if (va.value >= abi::kUserLimit) return std::nullopt;
  PhysAddr table = root_;
  for (unsigned level = 2;; --level) {
    const Pte entry = TableView(table).get(TableView::index(va, level));
    if (!entry.valid()) return std::nullopt;
    if (entry.is_leaf()) {
      const std::uint64_t size = kPageSize << (9 * level);
      return Leaf{{align_down(va.value, size)}, entry.address(), size, entry.access()};
    }
    CHECK(level > 0);
    table = entry.address();
  }
}

bool PageTable::permits(VirtAddr va, Access access) const {
  const std::optional<Leaf> leaf = lookup(va);
  return leaf.has_value() && leaf->access.has(access);
}

// Makes the table that find_table did not find, and the one above it: all that is missing or, for
// want of pages, nothing. Kept apart, as most maps need none.
[[gnu::noinline, clang::minsize]] Result<PhysAddr> PageTable::make_table(VirtAddr va,
                                                                         unsigned level) {
  const std::uint32_t upper_index = TableView::index(va, 2);
  const Pte upper = TableView(root_).get(upper_index);
  PhysAddr middle = upper.address();
  if (!upper.valid()) {
    if (pool_->available() < 2 - level) return kPoolEmpty;
    TRY_ASSIGN(middle, link_new(root_, upper_index));
    if (level == 1) return middle;
  }
  const std::uint32_t middle_index = TableView::index(va, 1);
  if (TableView(middle).get(middle_index).valid()) return kOverlap;
  return link_new(middle, middle_index);
}

// A new table in an unused entry of `parent`. The caller gives it an entry before it returns.
Result<PhysAddr> PageTable::link_new(PhysAddr parent, std::uint32_t index) {
  TRY_ASSIGN(const PhysAddr table, pool_->take());
  TableView(parent).link(index, table);
  pool_->add_entries(parent, 1);
  return table;
}

// Takes `table`, which is on the way to `va` and has no entries left, out of the tree, and the one
// above it if that has none then.
[[gnu::noinline, clang::minsize]] void PageTable::retire_table(VirtAddr va, PhysAddr table) {
  const std::uint32_t upper_index = TableView::index(va, 2);
  const PhysAddr middle = TableView(root_).get(upper_index).address();
  if (table != middle) {
    TableView(middle).set(TableView::index(va, 1), Pte());
    pool_->retire(table);
    if (!pool_->remove_entries(middle, 1)) return;
  }
  TableView(root_).set(upper_index, Pte());
  pool_->retire(middle);
  pool_->remove_entries(root_, 1);
}

}  // namespace tessera
