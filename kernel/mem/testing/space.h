// An address space for tests: a page table with its pool, and the machine's greediest TLB in front
// of it, from which the test can keep the kernel's flushes. After each operation what must hold is
// held.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/host/machine.h"
#include "kernel/mem/census.h"
#include "kernel/mem/page_pool.h"
#include "kernel/mem/page_table.h"
#include "kernel/mem/pte.h"

namespace tessera {

class Space {
 public:
  static constexpr Asid kAsid{7};

  explicit Space(std::uint32_t pool_pages) : counts_(pool_pages, 0xdead) {
    machine_.run_as(hart_);
    machine_.on_flush_page = [this](Asid asid, VirtAddr va) {
      ++page_flushes;
      if (flush_pages) tlb.flush_page(asid, va);
    };
    machine_.on_flush_space = [this](Asid asid) {
      ++space_flushes;
      if (flush_spaces) tlb.flush_space(asid);
    };
    pool.init(arch::host::Machine::kRamStart, pool_pages, counts_.data());
    EXPECT_TRUE(table.init(pool, kAsid).has_value());
  }

  // Maps all of it, or as much as there was until the error.
  Result<void> map(Run& run) {
    for (;;) {
      const std::uint32_t before = run.done;
      const Result<bool> done = table.map_step(run);
      EXPECT_LE(run.done - before, kMapWorkUnit * 512);
      if (!done.has_value()) return done.error();
      EXPECT_GT(run.done, before);
      EXPECT_EQ(*done, run.done == run.pages);
      ++steps;
      if (*done) return {};
    }
  }
  // The same, and nothing stays mapped after an error: what the system call does.
  Result<void> map_or_nothing(Run& run) {
    Result<void> result = map(run);
    if (!result.has_value()) unmap(run);
    return result;
  }
  void unmap(Run& run) {
    for (bool gone = false; !gone;) {
      const std::uint32_t before = run.done;
      gone = table.unmap_step(run);
      ++steps;
      EXPECT_LE(before - run.done, kMapWorkUnit * 512);
      EXPECT_EQ(gone, run.done == 0);
      if (before != 0) {
        EXPECT_LT(run.done, before);
      }
    }
    pool.settle();
  }

  Census census() const {
    const Census census = take_census(table);
    EXPECT_STREQ(census.unsound, nullptr);
    return census;
  }
  // Nothing is mapped, and all of the pool but the root is free and zero.
  void expect_empty() const {
    EXPECT_EQ(census().tables, 1u);
    EXPECT_EQ(pool.used(), 1u);
    static const std::uint8_t kZeros[kPageSize] = {};
    for (std::uint32_t i = 0; i < pool.touched(); ++i) {
      const PhysAddr page = pool.base() + i * kPageSize;
      const std::uint64_t half = page == table.root() ? kPageSize / 2 : kPageSize;
      EXPECT_EQ(std::memcmp(arch::direct_map(page), kZeros, half), 0) << "page " << i;
    }
  }
  // Where the hart, with what it still has cached, finds `va`; nullopt: a page fault.
  struct Seen {
    PhysAddr pa;
    Access access;
    bool operator==(const Seen&) const = default;
  };
  std::optional<Seen> translate(VirtAddr va) { return translate(va, tlb); }
  std::optional<Seen> translate(VirtAddr va, arch::host::Tlb& cache) const {
    const auto found = cache.translate(table.root(), kAsid, va);
    if (!found.has_value()) return std::nullopt;
    const Pte flags = Pte::from_bits(found->flags);
    EXPECT_TRUE(flags.user());
    return Seen{found->address, flags.access()};
  }

 private:
  arch::host::Machine machine_;
  arch::HartLocal hart_;
  std::vector<std::uint16_t> counts_;

 public:
  PagePool pool;
  PageTable table;
  arch::host::Tlb tlb;
  bool flush_pages = true;   // false: the kernel's flush of one page is lost
  bool flush_spaces = true;  // false: the kernel's flush of the space is lost
  int page_flushes = 0;
  int space_flushes = 0;
  int steps = 0;
};

}  // namespace tessera
