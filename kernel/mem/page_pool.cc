#include "kernel/mem/page_pool.h"

#include "kernel/arch/contract/arch.h"

namespace tessera {

void PagePool::init(PhysAddr base, std::uint32_t pages, std::uint16_t* counts) {
  CHECK(kMinPages <= pages && pages <= kMaxPages && is_aligned(base.value, kPageSize));
  base_ = base;
  counts_ = counts;
  pages_ = static_cast<std::uint16_t>(pages);
  used_ = fresh_ = retired_ = 0;
  free_ = retired_first_ = retired_last_ = kNone;
}

Result<PhysAddr> PagePool::take() {
  std::uint16_t index = free_;
  if (index != kNone) {
    free_ = counts_[index];
  } else if (fresh_ < pages_) {
    index = fresh_++;
    arch::zero(arch::direct_map(page(index)), kPageSize);
  } else {
    return Error{abi::kEnomem, abi::Detail::kNoMemory};
  }
  counts_[index] = 0;
  ++used_;
  return page(index);
}

void PagePool::give(PhysAddr page) {
  const std::uint16_t given = index(page);
  CHECK(counts_[given] == 0);
  counts_[given] = free_;
  free_ = given;
  --used_;
}

void PagePool::retire(PhysAddr page) {
  const std::uint16_t given = index(page);
  CHECK(counts_[given] == 0);
  if (retired_first_ == kNone) retired_last_ = given;
  counts_[given] = retired_first_;
  retired_first_ = given;
  ++retired_;
}

void PagePool::settle() {
  if (retired_ == 0) return;
  counts_[retired_last_] = free_;
  free_ = retired_first_;
  used_ = static_cast<std::uint16_t>(used_ - retired_);
  retired_ = 0;
  retired_first_ = retired_last_ = kNone;
}

}  // namespace tessera
