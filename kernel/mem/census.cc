#include "kernel/mem/census.h"

#include "kernel/base/bits.h"
#include "kernel/mem/pte.h"

namespace tessera {
namespace {

void note(Census& census, bool holds, const char* what) {
  if (!holds && census.unsound == nullptr) census.unsound = what;
}

// Counts a leaf; false: the entry is none.
bool count_leaf(Census& census, Pte entry, unsigned level) {
  if (!entry.is_leaf()) return false;
  note(census, entry == Pte::leaf(entry.address(), entry.access()), "a leaf's flags");
  note(census, entry.access().mappable(), "a leaf's access");
  note(census, level < 2, "a leaf of 1 GiB");
  note(census, is_aligned(entry.address().value, kPageSize << (9 * level)), "a leaf's alignment");
  ++(level == 0 ? census.pages : census.large_pages);
  return true;
}

// Calls visit(entry) for each used one of the first `entries`, and holds their number against the
// pool's count.
template <class Visit>
void for_each_entry(Census& census, const PagePool& pool, PhysAddr table, std::uint32_t entries,
                    Visit visit) {
  const bool in_pool = table >= pool.base() && (table - pool.base()) / kPageSize < pool.touched() &&
                       is_aligned(table.value, kPageSize);
  note(census, in_pool, "a table outside the pool");
  if (!in_pool) return;
  ++census.tables;
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < entries; ++i) {
    const Pte entry = TableView(table).get(i);
    if (entry == Pte()) continue;
    note(census, entry.valid(), "an unused entry that is not 0");
    ++used;
    visit(entry);
  }
  note(census, used == pool.count(table), "a count");
  note(census, used > 0 || entries < TableView::kEntries, "an empty table");
}

}  // namespace

Census take_census(const PageTable& table) {
  Census census;
  const PagePool& pool = table.pool();
  constexpr std::uint32_t kUserHalf = TableView::kEntries / 2;
  for_each_entry(census, pool, table.root(), kUserHalf, [&](Pte upper) {
    if (count_leaf(census, upper, 2)) return;
    for_each_entry(census, pool, upper.address(), TableView::kEntries, [&](Pte middle) {
      if (count_leaf(census, middle, 1)) return;
      for_each_entry(census, pool, middle.address(), TableView::kEntries, [&](Pte lower) {
        note(census, count_leaf(census, lower, 0), "a table below the last level");
      });
    });
  });
  note(census, census.tables == pool.used() - pool.retired(),
       "pages given out but not in the table");
  return census;
}

}  // namespace tessera
