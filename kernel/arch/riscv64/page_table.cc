#include "kernel/arch/riscv64/page_table.h"

namespace tessera::arch::riscv64 {
namespace {

// The largest level whose leaf starts at `address` and is within `bytes`. Offsets are multiples of
// 1 GiB, so that the physical address tells the alignment of both.
unsigned level_for(PhysAddr address, std::uint64_t bytes) {
  for (unsigned level = 2; level > 0; --level) {
    if (is_aligned(address.value, leaf_size(level)) && bytes >= leaf_size(level)) return level;
  }
  return 0;
}

// The entry for `address` at `level`, its tables made on the way; null when the pool is empty.
Pte* entry_for(PageTable& root, VirtAddr address, unsigned level, TablePool& pool) {
  PageTable* table = &root;
  for (unsigned above = 2; above > level; --above) {
    Pte& entry = table->entries[index_at(address, above)];
    if (entry == 0) {
      PageTable* fresh = pool.take();
      if (fresh == nullptr) return nullptr;
      entry = branch(pool.physical(*fresh));
    }
    table = &pool.at(address_of(entry));
  }
  return &table->entries[index_at(address, level)];
}

}  // namespace

PageTable* TablePool::take() {
  if (next_ >= end_) return nullptr;
  PageTable& table = at(next_);
  next_ = next_ + kPageSize;
  for (Pte& entry : table.entries) entry = 0;
  return &table;
}

bool map_run(PageTable& root, PhysRange range, std::uint64_t offset, std::uint64_t flags,
             TablePool& pool) {
  PhysAddr at = range.start;
  while (at < range.end()) {
    const unsigned level = level_for(at, range.end() - at);
    const std::uint64_t size = leaf_size(level);
    const VirtAddr address{at.value + offset};
    Pte* entry = entry_for(root, address, level, pool);
    if (entry == nullptr) return false;
    // With its neighbours in the same table: a larger leaf begins only where a table does.
    std::uint64_t count = 512 - index_at(address, level);
    if (count > (range.end() - at) / size) count = (range.end() - at) / size;
    for (Pte pte = leaf(at, flags); count != 0; --count) {
      *entry++ = pte;
      pte += leaf(PhysAddr{size}, 0);
      at = at + size;
    }
  }
  return true;
}

}  // namespace tessera::arch::riscv64
