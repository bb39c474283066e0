#include "kernel/mem/page_pool.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/arch/host/machine.h"

namespace tessera {
namespace {

// All RAM of the machine is garbage at first.
class PagePoolTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kPages = 5;

  void SetUp() override { pool.init(base, kPages, counts.data()); }
  static bool all_zero(PhysAddr page) {
    const auto* bytes = static_cast<const std::uint8_t*>(arch::direct_map(page));
    for (std::uint64_t i = 0; i < kPageSize; ++i) {
      if (bytes[i] != 0) return false;
    }
    return true;
  }
  PhysAddr take() {
    const Result<PhysAddr> page = pool.take();
    EXPECT_TRUE(page.has_value());
    return page.value_or(PhysAddr{});
  }

  arch::host::Machine machine;
  PhysAddr base = arch::host::Machine::kRamStart + kPageSize;
  std::vector<std::uint16_t> counts = std::vector<std::uint16_t>(kPages, 0xdead);
  PagePool pool;
};

TEST_F(PagePoolTest, EveryPageOnceAndZero) {
  std::set<PhysAddr> seen;
  for (std::uint32_t i = 0; i < kPages; ++i) {
    EXPECT_EQ(pool.available(), kPages - i);
    const PhysAddr page = take();
    EXPECT_TRUE(all_zero(page));
    EXPECT_EQ(pool.count(page), 0u);
    EXPECT_GE(page, base);
    EXPECT_LT(page - base, kPages * kPageSize);
    seen.insert(page);
  }
  EXPECT_EQ(seen.size(), kPages);
  EXPECT_EQ(pool.used(), kPages);
  const Result<PhysAddr> none = pool.take();
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error(), (Error{abi::kEnomem, abi::Detail::kNoMemory}));
  EXPECT_EQ(pool.used(), kPages);
}

TEST_F(PagePoolTest, OnlyTheFirstUseOfAPageTouchesIt) {
  for (int i = 0; i < 10; ++i) pool.give(take());
  EXPECT_EQ(pool.touched(), 1u);
  EXPECT_FALSE(all_zero(base + kPageSize));
}

// What makes the counterfactual of "take() never zeroes a page twice" visible: a page that comes
// back dirty goes out dirty.
TEST_F(PagePoolTest, AFreePageIsNotZeroedAgain) {
  const PhysAddr page = take();
  std::memset(arch::direct_map(page), 1, 1);
  pool.give(page);
  EXPECT_FALSE(all_zero(take()));
}

TEST_F(PagePoolTest, ARetiredPageIsInUseUntilSettled) {
  std::vector<PhysAddr> pages;
  for (std::uint32_t i = 0; i < kPages; ++i) pages.push_back(take());
  pool.retire(pages[1]);
  pool.retire(pages[3]);
  EXPECT_EQ(pool.used(), kPages);
  EXPECT_EQ(pool.retired(), 2u);
  EXPECT_FALSE(pool.take().has_value());
  pool.give(pages[0]);
  pool.settle();
  EXPECT_EQ(pool.used(), kPages - 3);
  EXPECT_EQ(pool.retired(), 0u);
  pool.settle();
  const std::set<PhysAddr> again = {take(), take(), take()};
  EXPECT_EQ(again, (std::set<PhysAddr>{pages[0], pages[1], pages[3]}));
  EXPECT_FALSE(pool.take().has_value());
}

TEST_F(PagePoolTest, CountsEntries) {
  const PhysAddr page = take();
  pool.add_entries(page, 512);
  EXPECT_EQ(pool.count(page), 512u);
  EXPECT_FALSE(pool.remove_entries(page, 511));
  EXPECT_TRUE(pool.remove_entries(page, 1));
}

TEST_F(PagePoolTest, InitForgetsWhatWas) {
  const PhysAddr page = take();
  pool.retire(take());
  pool.give(page);
  pool.init(base, 3, counts.data());
  EXPECT_EQ(pool.used(), 0u);
  EXPECT_EQ(pool.touched(), 0u);
  EXPECT_EQ(pool.available(), 3u);
  for (int i = 0; i < 3; ++i) take();
  EXPECT_FALSE(pool.take().has_value());
}

TEST(PagePool, TheLargestPool) {
  constexpr std::uint32_t kPages = PagePool::kMaxPages;
  arch::host::Machine machine(kPages * kPageSize);
  std::vector<std::uint16_t> counts(kPages);
  PagePool pool;
  pool.init(arch::host::Machine::kRamStart, kPages, counts.data());
  std::vector<PhysAddr> pages;
  for (std::uint32_t i = 0; i < kPages; ++i) pages.push_back(pool.take().value());
  EXPECT_FALSE(pool.take().has_value());
  for (const PhysAddr page : pages) pool.retire(page);
  pool.settle();
  EXPECT_EQ(pool.used(), 0u);
  for (std::uint32_t i = 0; i < kPages; ++i) EXPECT_TRUE(pool.take().has_value());
  EXPECT_FALSE(pool.take().has_value());
}

using PagePoolDeathTest = PagePoolTest;

TEST_F(PagePoolDeathTest, Misuse) {
  const PhysAddr page = take();
  EXPECT_DEATH(pool.give(page + kPageSize), "index < fresh_");
  EXPECT_DEATH(pool.give({base.value - kPageSize}), "index < fresh_");
  EXPECT_DEATH(pool.remove_entries(page, 1), "count >= entries");
  pool.add_entries(page, 1);
  EXPECT_DEATH(pool.give(page), "counts_");
  EXPECT_DEATH(pool.retire(page), "counts_");
  EXPECT_DEATH(pool.init(base, 2, counts.data()), "kMinPages");
  EXPECT_DEATH(pool.init(base, 4097, counts.data()), "kMaxPages");
  EXPECT_DEATH(pool.init(base + 64, 3, counts.data()), "is_aligned");
}

}  // namespace
}  // namespace tessera
