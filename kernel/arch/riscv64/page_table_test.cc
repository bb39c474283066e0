#include "kernel/arch/riscv64/page_table.h"

#include <cstdlib>
#include <memory>
#include <optional>

#include "gtest/gtest.h"

namespace tessera::arch::riscv64 {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// A root, and tables in memory of the host that stands for RAM at 0x8000'0000.
class Tables {
 public:
  explicit Tables(std::uint64_t pages)
      : memory_(static_cast<std::byte*>(std::aligned_alloc(kPageSize, pages * kPageSize))),
        pool({{0x8000'0000}, pages * kPageSize},
             reinterpret_cast<std::uint64_t>(memory_.get()) - 0x8000'0000) {}

  bool map(PhysRange range) { return map_run(root, range, kDirectMapBase, PTE_KERNEL_DATA, pool); }

  // As the machine walks (section 4.3.2): the leaf and its level.
  struct Found {
    Pte entry;
    unsigned level;
  };
  std::optional<Found> walk(PhysAddr address) const {
    const VirtAddr va{address.value + kDirectMapBase};
    const PageTable* table = &root;
    for (unsigned level = 2;; --level) {
      const Pte entry = table->entries[index_at(va, level)];
      if ((entry & PTE_V) == 0) return std::nullopt;
      if (is_leaf(entry)) {
        EXPECT_TRUE(is_aligned(address_of(entry).value, leaf_size(level)));
        return Found{entry, level};
      }
      // Section 4.4.1: A, D and U are reserved where there is no leaf.
      EXPECT_EQ(entry & 0x3fe, 0u);
      if (level == 0) return std::nullopt;
      table = &pool.at(address_of(entry));
    }
  }
  std::uint64_t used() const { return (pool.next().value - 0x8000'0000) / kPageSize; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

 public:
  PageTable root{};

 private:
  std::unique_ptr<std::byte, Free> memory_;

 public:
  TablePool pool;  // of memory_
};

void expect_mapped(const Tables& tables, PhysRange range) {
  for (PhysAddr at = range.start; at < range.end(); at = at + kPageSize) {
    const auto found = tables.walk(at);
    ASSERT_TRUE(found.has_value()) << std::hex << at.value;
    ASSERT_EQ(address_of(found->entry) + at.value % leaf_size(found->level), at);
    ASSERT_EQ(found->entry & 0x3ff, std::uint64_t{PTE_KERNEL_DATA});
  }
}
void expect_unmapped(const Tables& tables, PhysAddr at) {
  EXPECT_FALSE(tables.walk(at).has_value()) << std::hex << at.value;
}

TEST(PageTable, TakesTheLargestLeavesThatFit) {
  Tables tables(8);
  // 1 page, up to 2 MiB; 2 MiB leaves up to 1 GiB; one of 1 GiB; and the same down again.
  const PhysRange range{{0x8000'0000 - 4 * kMiB - kPageSize}, kGiB + 8 * kMiB + 2 * kPageSize};
  ASSERT_TRUE(tables.map(range));
  EXPECT_EQ(tables.walk(range.start)->level, 0u);
  EXPECT_EQ(tables.walk(range.start + kPageSize)->level, 1u);
  EXPECT_EQ(tables.walk({0x8000'0000})->level, 2u);
  EXPECT_EQ(tables.walk({0x8000'0000 + kGiB})->level, 1u);
  EXPECT_EQ(tables.walk({range.end().value - kPageSize})->level, 0u);
  EXPECT_EQ(tables.used(), 4u);
  expect_mapped(tables, range);
  expect_unmapped(tables, {range.start.value - kPageSize});
  expect_unmapped(tables, range.end());
}

TEST(PageTable, LeavesHolesUnmapped) {
  // As QEMU's virt machine with 128 MiB: the firmware, and the image with something on both sides.
  Tables tables(8);
  const PhysRange low{{0x8008'0000}, 0x18'0000};
  const PhysRange high{{0x8021'0000}, 128 * kMiB - 0x21'0000};
  ASSERT_TRUE(tables.map(low));
  ASSERT_TRUE(tables.map(high));
  EXPECT_EQ(tables.used(), 3u);
  expect_mapped(tables, low);
  expect_mapped(tables, high);
  for (const std::uint64_t hole :
       {0x8000'0000, 0x8007'f000, 0x8020'0000, 0x8020'f000, 0x8800'0000}) {
    expect_unmapped(tables, {hole});
  }
}

TEST(PageTable, SharesTablesBetweenRanges) {
  Tables tables(2);
  for (std::uint64_t page = 0; page < 512; page += 2) {
    ASSERT_TRUE(tables.map({{0x8000'0000 + page * kPageSize}, kPageSize}));
  }
  EXPECT_EQ(tables.used(), 2u);
  for (std::uint64_t page = 0; page < 512; ++page) {
    EXPECT_EQ(tables.walk({0x8000'0000 + page * kPageSize}).has_value(), page % 2 == 0);
  }
}

TEST(PageTable, SaysWhenThePoolIsEmpty) {
  for (std::uint64_t pages = 0; pages < 4; ++pages) {
    Tables tables(pages);
    const PhysRange range{{0x8000'0000 - kPageSize}, kGiB + 2 * kPageSize};
    EXPECT_FALSE(tables.map(range)) << pages;
    EXPECT_LE(tables.used(), pages);
  }
}

// RAM's first page and the last that the window has; the pages beside them stay unmapped.
TEST(PageTable, FillsTheDirectMapFromEndToEnd) {
  Tables tables(8);
  const PhysRange first{{0}, kPageSize};
  const PhysRange last{{kDirectMapSize - kPageSize}, kPageSize};
  ASSERT_TRUE(tables.map(first));
  ASSERT_TRUE(tables.map(last));
  expect_mapped(tables, first);
  expect_mapped(tables, last);
  EXPECT_FALSE(tables.walk({kPageSize}).has_value());
  EXPECT_FALSE(tables.walk({last.start.value - kPageSize}).has_value());
  EXPECT_FALSE(tables.walk({kDirectMapSize}).has_value());
  for (std::uint64_t i = 0; i < 512; ++i) {
    const bool used =
        i == kDirectMapRoot || i == index_at({window(Part::kDirectMap).end.value - 1}, 2);
    EXPECT_EQ(tables.root.entries[i] != 0, used) << i;
  }
}

TEST(PageTable, NothingIsMappedForNothing) {
  Tables tables(0);
  EXPECT_TRUE(tables.map({{0x8000'0000}, 0}));
}

TEST(Layout, KnowsItsGuards) {
  for (std::uint64_t hart = 0; hart < kMostHarts; ++hart) {
    const std::uint64_t top = stack_top(hart).value;
    EXPECT_FALSE(is_stack_guard({top - 8}));
    EXPECT_FALSE(is_stack_guard({top - kStackSize}));
    EXPECT_TRUE(is_stack_guard({top - kStackSize - 8}));
  }
  EXPECT_FALSE(is_stack_guard({STACKS_VIRTUAL - 8}));
  EXPECT_FALSE(is_stack_guard(stack_top(kMostHarts - 1)));
  EXPECT_FALSE(is_stack_guard({0}));
}

}  // namespace
}  // namespace tessera::arch::riscv64
