// Everything in a page table, counted and held against what must always be true of it. For the
// invariants of host tests; it takes as long as it takes.
#pragma once

#include <cstdint>

#include "kernel/mem/page_table.h"

namespace tessera {

struct Census {
  std::uint64_t pages = 0;        // leaves of kPageSize
  std::uint64_t large_pages = 0;  // leaves of kLargePageSize
  std::uint32_t tables = 0;       // with the root
  const char* unsound = nullptr;  // what is wrong, if anything
};

// Looks at the user's half. Sound is: each used entry is a user leaf of a mappable access, or
// points to a table that has entries, in the pool; the counts are right; all that the pool has
// given out and not had back is in the table.
Census take_census(const PageTable& table);

}  // namespace tessera
