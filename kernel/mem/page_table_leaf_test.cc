// A run that is one leaf, mapped and unmapped at once: as the steps do it, or not at all.
#include <cstdint>

#include "gtest/gtest.h"
#include "kernel/mem/page_table.h"
#include "kernel/mem/testing/space.h"

namespace tessera {
namespace {

using PageRun = Run;  // in a test, Run alone is a function of GoogleTest
constexpr Access kReadWrite = kRead | kWrite;
constexpr VirtAddr kPage{0x4020'0000};
constexpr VirtAddr kNeighbour{kPage.value + kPageSize};  // of the same table
constexpr VirtAddr kLarge{0x4040'0000};
constexpr PhysAddr kMemory{0x9000'0000};  // 2 MiB-aligned; never touched
constexpr std::uint32_t kLargePages = kLargePageSize / kPageSize;

PageRun run_of(VirtAddr va, std::uint32_t pages, PhysAddr pa = kMemory) {
  return {.va = va, .pa = pa, .pages = pages, .access = kReadWrite};
}

class PageTableLeaf : public testing::Test {
 protected:
  PageTableLeaf() { EXPECT_TRUE(space.map(neighbour).has_value()); }

  // Nothing was done by what answered `done`.
  void expect_nothing(bool done) {
    EXPECT_FALSE(done);
    EXPECT_EQ(space.census().pages, 1u);
    EXPECT_EQ(space.census().large_pages, 0u);
  }

  Space space{8};
  PageRun neighbour = run_of(kNeighbour, 1, kMemory + kLargePageSize);
};

TEST_F(PageTableLeaf, OfAPageIsWhatTheStepsMap) {
  PageRun run = run_of(kPage, 1);
  EXPECT_EQ(space.translate(kPage), std::nullopt);  // which is cached
  ASSERT_TRUE(space.table.map_leaf(run));
  EXPECT_EQ(space.census().pages, 2u);
  EXPECT_EQ(space.table.lookup(kPage), (Leaf{kPage, kMemory, kPageSize, kReadWrite}));
  EXPECT_EQ(space.translate(kPage), (Space::Seen{kMemory, kReadWrite}));
  run.done = run.pages;
  space.unmap(run);
  expect_nothing(false);
}

TEST_F(PageTableLeaf, OfAPageGoesAsByTheSteps) {
  PageRun run = run_of(kPage, 1);
  ASSERT_TRUE(space.map(run).has_value());
  EXPECT_TRUE(space.translate(kPage).has_value());
  ASSERT_TRUE(space.table.unmap_leaf(run));
  EXPECT_EQ(space.translate(kPage), std::nullopt);
  expect_nothing(false);
  space.unmap(neighbour);
  space.expect_empty();
}

TEST_F(PageTableLeaf, OfALargePage) {
  const PageRun run = run_of(kLarge, kLargePages);
  EXPECT_EQ(space.translate(kLarge), std::nullopt);
  ASSERT_TRUE(space.table.map_leaf(run));
  EXPECT_EQ(space.census().large_pages, 1u);
  EXPECT_EQ(space.translate(kLarge + (kLargePageSize - 1)),
            (Space::Seen{kMemory + (kLargePageSize - 1), kReadWrite}));
  ASSERT_TRUE(space.table.unmap_leaf(run));
  EXPECT_EQ(space.translate(kLarge + (kLargePageSize - 1)), std::nullopt);
  expect_nothing(false);
}

TEST_F(PageTableLeaf, OfNoRunThatIsMore) {
  expect_nothing(space.table.map_leaf(run_of(kPage + 2 * kPageSize, 2)));
  expect_nothing(space.table.map_leaf(run_of(kLarge, kLargePages, kMemory + kPageSize)));
  expect_nothing(space.table.map_leaf(run_of(kLarge + kPageSize, kLargePages)));
  expect_nothing(space.table.map_leaf(run_of(kLarge, 2 * kLargePages)));
}

TEST_F(PageTableLeaf, NotWhereATableIsMissing) {
  expect_nothing(space.table.map_leaf(run_of(kLarge, 1)));
  expect_nothing(space.table.map_leaf(run_of({0x1'0000'0000}, 1)));
  expect_nothing(space.table.map_leaf(run_of({0x1'0000'0000}, kLargePages)));
  EXPECT_EQ(space.pool.used(), 3u);
}

TEST_F(PageTableLeaf, NotWhereSomethingIs) {
  expect_nothing(space.table.map_leaf(run_of(kNeighbour, 1)));
  expect_nothing(space.table.map_leaf(run_of(kPage, kLargePages)));  // a table is there
  ASSERT_TRUE(space.table.map_leaf(run_of(kLarge, kLargePages)));
  EXPECT_FALSE(space.table.map_leaf(run_of(kLarge, kLargePages)));
  EXPECT_FALSE(space.table.map_leaf(run_of(kLarge, 1)));
  EXPECT_EQ(space.census().large_pages, 1u);
}

// Its table, and the one above, would be empty: what retires them is unmap_step.
TEST_F(PageTableLeaf, TheLastOfATableStays) {
  EXPECT_FALSE(space.table.unmap_leaf(neighbour));
  expect_nothing(false);
  EXPECT_TRUE(space.translate(kNeighbour).has_value());
  space.unmap(neighbour);
  space.expect_empty();
}

}  // namespace
}  // namespace tessera
