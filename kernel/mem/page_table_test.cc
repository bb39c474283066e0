#include "kernel/mem/page_table.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "kernel/mem/testing/space.h"

namespace tessera {
namespace {

using PageRun = Run;  // in a test, Run alone is a function of GoogleTest
constexpr Access kReadWrite = kRead | kWrite;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr VirtAddr kLow{0x10000};
constexpr PhysAddr kMemory{0x9000'0000};  // 2 MiB-aligned; never touched
constexpr Error kEnomem{abi::kEnomem, abi::Detail::kNoMemory};
constexpr Error kOverlap{abi::kEexist, abi::Detail::kOverlap};

PageRun run_of(VirtAddr va, std::uint32_t pages, PhysAddr pa = kMemory,
               Access access = kReadWrite) {
  return {.va = va, .pa = pa, .pages = pages, .access = access};
}
void expect_error(const Result<void>& result, Error error) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error(), error);
}

TEST(PageTable, NewHasTheKernelsHalfOnly) {
  Space space(3);
  space.expect_empty();
  EXPECT_EQ(space.table.asid(), Space::kAsid);
  EXPECT_TRUE(TableView(space.table.root()).get(511).valid());
  EXPECT_EQ(space.table.lookup(kLow), std::nullopt);
}

TEST(PageTable, InitOfAnEmptyPool) {
  Space space(3);
  while (space.pool.take().has_value()) {
  }
  PageTable other;
  expect_error(other.init(space.pool, {8}), kEnomem);
  EXPECT_EQ(other.root(), PhysAddr{});
}

TEST(PageTable, OnePage) {
  Space space(3);
  PageRun run = run_of(kLow, 1);
  ASSERT_TRUE(space.map(run).has_value());
  const Leaf leaf{kLow, kMemory, kPageSize, kReadWrite};
  EXPECT_EQ(space.table.lookup(kLow), leaf);
  EXPECT_EQ(space.table.lookup(kLow + 4095), leaf);
  EXPECT_EQ(space.table.lookup(kLow + 4096), std::nullopt);
  EXPECT_EQ(space.translate(kLow + 5), (Space::Seen{kMemory + 5, kReadWrite}));
  EXPECT_EQ(space.census().pages, 1u);
  EXPECT_EQ(space.pool.used(), 3u);

  space.unmap(run);
  EXPECT_EQ(space.table.lookup(kLow), std::nullopt);
  EXPECT_EQ(space.translate(kLow), std::nullopt);
  space.expect_empty();
}

TEST(PageTable, EntriesAreAsTheSpecificationHasThem) {
  // RISC-V privileged 1.12, figure 4.17: PPN from bit 10; D A G U X W R V from bit 7 down to 0.
  EXPECT_EQ(Pte::leaf({0x8000'1000}, kReadWrite).bits(), 0x80001u << 10 | 0b1101'0111);
  EXPECT_EQ(Pte::leaf({0x8000'1000}, kRead | kExecute).bits(), 0x80001u << 10 | 0b1101'1011);
  EXPECT_EQ(Pte::leaf({0x8000'1000}, kExecute).bits(), 0x80001u << 10 | 0b1101'1001);
  EXPECT_EQ(Pte::table({0x8000'1000}).bits(), 0x80001u << 10 | 1);
  // The highest page of 56 bits, and bits above the PPN that are not of the address.
  const PhysAddr highest{(std::uint64_t{1} << 56) - kPageSize};
  EXPECT_EQ(Pte::leaf(highest, kRead).address(), highest);
  EXPECT_EQ(Pte::from_bits(std::uint64_t{0x3ff} << 54 | 0x80001u << 10).address().value,
            0x8000'1000u);
  EXPECT_EQ(Pte::leaf(kMemory, kRead).advanced(kLargePageSize).address(), kMemory + kLargePageSize);
}

TEST(PageTable, PermitsWhatTheLeafAllows) {
  for (const Access access : {kRead, kReadWrite, kExecute, kRead | kExecute}) {
    Space space(3);
    PageRun run = run_of(kLow, 1, kMemory, access);
    ASSERT_TRUE(space.map(run).has_value());
    for (const Access wanted : {kRead, kWrite, kExecute}) {
      EXPECT_EQ(space.table.permits(kLow, wanted), access.has(wanted));
      EXPECT_FALSE(space.table.permits(kLow + kPageSize, wanted));
    }
  }
}

TEST(PageTable, LookupOutsideTheUsersPart) {
  Space space(3);
  EXPECT_EQ(space.table.lookup({abi::kUserLimit}), std::nullopt);
  EXPECT_EQ(space.table.lookup({~std::uint64_t{0}}), std::nullopt);
  EXPECT_FALSE(space.table.permits({0xffff'ffc0'0000'0000}, kRead));
}

TEST(PageTable, BothEndsOfTheUsersPart) {
  Space space(5);
  PageRun first = run_of({abi::kUserBase}, 1);
  PageRun last = run_of({abi::kUserLimit - kPageSize}, 1);
  ASSERT_TRUE(space.map(first).has_value());
  ASSERT_TRUE(space.map(last).has_value());
  EXPECT_EQ(space.census().pages, 2u);
  EXPECT_TRUE(TableView(space.table.root()).get(256).valid());
  space.unmap(last);
  space.unmap(first);
  space.expect_empty();
}

TEST(PageTable, LargeLeavesWhereBothAddressesAllow) {
  Space space(8);
  // 3 pages, two times 2 MiB, 5 pages.
  const VirtAddr va{0x4000'0000 - 3 * kPageSize};
  PageRun run = run_of(va, 3 + 1024 + 5, {kMemory.value - 3 * kPageSize});
  ASSERT_TRUE(space.map(run).has_value());
  const Census census = space.census();
  EXPECT_EQ(census.pages, 8u);
  EXPECT_EQ(census.large_pages, 2u);
  EXPECT_EQ(space.table.lookup({0x4020'1234}),
            (Leaf{{0x4020'0000}, kMemory + kLargePageSize, kLargePageSize, kReadWrite}));
  space.unmap(run);
  space.expect_empty();
}

TEST(PageTable, SmallLeavesWhereTheAddressesDiffer) {
  Space space(8);
  PageRun run = run_of({0x4000'0000}, 1024, kMemory + kPageSize);
  ASSERT_TRUE(space.map(run).has_value());
  EXPECT_EQ(space.census().pages, 1024u);
  EXPECT_EQ(space.steps, 8);  // of 128 entries
  space.unmap(run);
  space.expect_empty();
}

TEST(PageTable, ManyLargeLeavesOverSeveralTables) {
  Space space(8);
  constexpr std::uint32_t kLarge = 3 * 512 + 10;
  PageRun run = run_of({5 * kGiB - 7 * kLargePageSize}, kLarge * 512);
  ASSERT_TRUE(space.map(run).has_value());
  EXPECT_EQ(space.census().large_pages, kLarge);
  EXPECT_EQ(space.census().tables, 1u + 5u);
  EXPECT_EQ(space.steps, 1 + 4 * 3 + 1);  // a step's entries are all of one table
  space.unmap(run);
  space.expect_empty();
}

TEST(PageTable, AStepIsBounded) {
  for (const std::uint64_t offset : {std::uint64_t{0}, kPageSize}) {
    Space space(32);
    PageRun run = run_of({kGiB}, 2000 * 512 / (offset != 0 ? 100 : 1), kMemory + offset);
    std::uint64_t entries = 0;
    for (bool done = false; !done;) {
      const std::uint32_t used = space.pool.used();
      const Result<bool> step = space.table.map_step(run);
      ASSERT_TRUE(step.has_value());
      done = *step;
      const Census census = space.census();
      EXPECT_LE(census.pages + census.large_pages - entries, kMapWorkUnit);
      EXPECT_LE(space.pool.used() - used, 2u);
      entries = census.pages + census.large_pages;
    }
    for (bool gone = false; !gone;) {
      gone = space.table.unmap_step(run);
      const Census census = space.census();
      EXPECT_LE(entries - (census.pages + census.large_pages), kMapWorkUnit);
      entries = census.pages + census.large_pages;
    }
    space.pool.settle();
    space.expect_empty();
  }
}

TEST(PageTable, UnmapStepOfNothing) {
  Space space(3);
  PageRun run = run_of(kLow, 1);
  EXPECT_TRUE(space.table.unmap_step(run));
  EXPECT_EQ(space.page_flushes + space.space_flushes, 0);
}

// --- Overlap -----------------------------------------------------------------------------------

// Maps `there`, then expects `other` to overlap it, with `mapped` pages of it mapped before it
// does.
void expect_overlap(PageRun there, PageRun other, std::uint32_t mapped) {
  Space space(16);
  ASSERT_TRUE(space.map(there).has_value());
  const Census before = space.census();
  expect_error(space.map(other), kOverlap);
  EXPECT_EQ(other.done, mapped);
  space.census();
  space.unmap(other);
  const Census after = space.census();
  EXPECT_EQ(after.pages, before.pages);
  EXPECT_EQ(after.large_pages, before.large_pages);
  EXPECT_EQ(after.tables, before.tables);
  space.unmap(there);
  space.expect_empty();
}

TEST(PageTableOverlap, PageOnPage) {
  expect_overlap(run_of(kLow, 1), run_of(kLow, 1), 0);
  expect_overlap(run_of(kLow, 1), run_of({kLow.value - 4 * kPageSize}, 9), 4);
  expect_overlap(run_of({0x20'0000}, 1), run_of({0x20'0000 - 300 * kPageSize}, 301), 300);
}

TEST(PageTableOverlap, PageOnLargePage) {
  expect_overlap(run_of({0x4000'0000}, 512), run_of({0x4000'0000}, 1), 0);
  expect_overlap(run_of({0x4000'0000}, 512), run_of({0x401f'f000}, 2), 0);
  expect_overlap(run_of({0x4000'0000}, 512), run_of({0x3fff'e000}, 3), 2);
}

TEST(PageTableOverlap, LargePageOnLargePage) {
  expect_overlap(run_of({0x4020'0000}, 512), run_of({0x4000'0000}, 1024), 512);
}

TEST(PageTableOverlap, LargePageOnTheTableOfOnePage) {
  expect_overlap(run_of({0x4010'0000}, 1), run_of({0x4000'0000}, 512), 0);
  expect_overlap(run_of({0x4030'0000}, 1), run_of({0x4000'0000}, 1024), 512);
}

TEST(PageTableOverlap, NoneWhereATableWasOnce) {
  Space space(4);
  PageRun page = run_of({0x4010'0000}, 1);
  ASSERT_TRUE(space.map(page).has_value());
  space.unmap(page);
  PageRun large = run_of({0x4000'0000}, 512);
  EXPECT_TRUE(space.map(large).has_value());
  EXPECT_EQ(space.census().large_pages, 1u);
}

// --- The pool ----------------------------------------------------------------------------------

TEST(PageTablePool, EachTakeFails) {
  // Head, large pages over a boundary of 1 GiB, tail: seven tables in all.
  const PageRun wanted = run_of({kGiB - 2 * kLargePageSize - 5 * kPageSize}, 5 + 4 * 512 + 9,
                                {kMemory.value - 5 * kPageSize});
  std::uint32_t pages = 3;
  for (;; ++pages) {
    Space space(pages);
    PageRun run = wanted;
    const Result<void> result = space.map(run);
    if (result.has_value()) break;
    EXPECT_EQ(result.error(), kEnomem);
    EXPECT_LT(run.done, run.pages);
    space.census();
    space.unmap(run);
    space.expect_empty();
  }
  EXPECT_EQ(pages, 5u);  // the root, two of the middle, one at each end
}

TEST(PageTablePool, OnePageLeftIsNotEnoughForTwoTables) {
  Space space(4);
  PageRun first = run_of(kLow, 1);
  ASSERT_TRUE(space.map(first).has_value());
  PageRun far = run_of({kGiB}, 1);
  expect_error(space.map_or_nothing(far), kEnomem);
  EXPECT_EQ(space.pool.used(), 3u);
  PageRun near = run_of({kLargePageSize}, 1);
  EXPECT_TRUE(space.map(near).has_value());
  PageRun none = run_of({2 * kLargePageSize}, 1);
  expect_error(space.map_or_nothing(none), kEnomem);
  space.census();
}

TEST(PageTablePool, NothingMoreForMappingForEver) {
  Space space(6);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    PageRun a = run_of({kGiB + i * kLargePageSize * 3}, 1);
    PageRun b = run_of({64 * kGiB + i * kGiB % (32 * kGiB)}, 5);
    ASSERT_TRUE(space.map(a).has_value());
    ASSERT_TRUE(space.map(b).has_value());
    space.unmap(a);
    space.unmap(b);
  }
  EXPECT_EQ(space.pool.touched(), 5u);
  space.expect_empty();
}

// --- What other harts and this one have cached -------------------------------------------------

TEST(PageTableFlush, AnUnmappedPageIsNotSeen) {
  Space space(3);
  PageRun keeps = run_of(kLow, 1);
  PageRun run = run_of(kLow + kPageSize, 1);
  for (const bool flush : {true, false}) {
    space.flush_pages = flush;
    if (flush) ASSERT_TRUE(space.map(keeps).has_value());
    ASSERT_TRUE(space.map(run).has_value());
    space.tlb.flush_space(Space::kAsid);
    EXPECT_TRUE(space.translate(run.va).has_value());
    space.unmap(run);
    EXPECT_EQ(space.translate(run.va).has_value(), !flush);
  }
}

TEST(PageTableFlush, FewPagesOneByOneManyAtOnce) {
  Space space(3);
  PageRun keeps = run_of(kLow, 1);
  ASSERT_TRUE(space.map(keeps).has_value());
  PageRun few = run_of(kLow + kPageSize, 8);
  ASSERT_TRUE(space.map(few).has_value());
  space.page_flushes = space.space_flushes = 0;
  space.unmap(few);
  EXPECT_EQ(space.page_flushes, 8);
  EXPECT_EQ(space.space_flushes, 0);
  PageRun many = run_of(kLow + kPageSize, 9);
  ASSERT_TRUE(space.map(many).has_value());
  space.page_flushes = space.space_flushes = 0;
  space.unmap(many);
  EXPECT_EQ(space.page_flushes, 0);
  EXPECT_EQ(space.space_flushes, 1);
}

TEST(PageTableFlush, AMappedPageIsSeenThoughItsAbsenceWasCached) {
  for (const bool flush : {true, false}) {
    Space space(3);
    PageRun keeps = run_of(kLow, 1);
    ASSERT_TRUE(space.map(keeps).has_value());
    PageRun run = run_of(kLow + kPageSize, 1);
    EXPECT_EQ(space.translate(run.va), std::nullopt);
    space.flush_pages = flush;
    ASSERT_TRUE(space.map(run).has_value());
    EXPECT_EQ(space.translate(run.va).has_value(), flush);
  }
}

TEST(PageTableFlush, ANewTableIsSeenThoughItsAbsenceWasCached) {
  for (const bool flush : {true, false}) {
    Space space(3);
    PageRun run = run_of(kLow, 1);
    EXPECT_EQ(space.translate(run.va), std::nullopt);
    space.flush_spaces = flush;
    ASSERT_TRUE(space.map(run).has_value());
    EXPECT_EQ(space.translate(run.va).has_value(), flush);
  }
}

TEST(PageTableFlush, ATableThatAPreemptedRunMadeIsSeenByAnother) {
  Space space(3);
  PageRun preempted = run_of({kLargePageSize + kPageSize}, 300);
  PageRun run = run_of({kLargePageSize + 400 * kPageSize}, 1);
  EXPECT_EQ(space.translate(run.va), std::nullopt);
  EXPECT_FALSE(space.table.map_step(preempted).value());
  ASSERT_TRUE(space.map(run).has_value());
  EXPECT_TRUE(space.translate(run.va).has_value());
}

// Section 4.2.1: a flush by address leaves what is cached of the tables above the leaf. The page of
// such a table becomes another table, and the old address would lead into it.
TEST(PageTableFlush, ATableThatWasReusedIsNotWalkedByItsOldAddress) {
  for (const bool flush : {true, false}) {
    Space space(4);
    PageRun keeps = run_of({kGiB - kPageSize}, 1);
    ASSERT_TRUE(space.map(keeps).has_value());
    PageRun old = run_of(kLow, 1);
    ASSERT_TRUE(space.map(old).has_value());
    EXPECT_TRUE(space.translate(kLow).has_value());
    space.flush_spaces = flush;
    space.unmap(old);
    space.tlb.flush_page(Space::kAsid, kLow);  // what a flush by address would have done
    PageRun other = run_of({kLargePageSize * 5 + kLow.value}, 1, kMemory + kPageSize);
    ASSERT_TRUE(space.map(other).has_value());
    EXPECT_EQ(space.pool.touched(), 4u);
    EXPECT_EQ(space.translate(kLow).has_value(), !flush);
  }
}

// Another hart has not flushed yet: until it has (settle), its way to the old table finds zeros.
TEST(PageTableFlush, ARetiredTableStaysZeroUntilSettled) {
  Space space(5);
  PageRun keeps = run_of({kGiB - kPageSize}, 1);
  ASSERT_TRUE(space.map(keeps).has_value());
  PageRun old = run_of(kLow, 1);
  ASSERT_TRUE(space.map(old).has_value());
  arch::host::Tlb other_hart;
  EXPECT_TRUE(space.translate(kLow, other_hart).has_value());
  EXPECT_TRUE(space.table.unmap_step(old));
  other_hart.flush_page(Space::kAsid, kLow);
  PageRun next = run_of({kLargePageSize * 5 + kLow.value}, 1);
  ASSERT_TRUE(space.map(next).has_value());
  EXPECT_EQ(space.translate(kLow, other_hart), std::nullopt);
  space.unmap(next);
  space.unmap(keeps);
  space.expect_empty();
}

// --- What the caller must have refused -----------------------------------------------------------

TEST(PageTableDeathTest, NotMappable) {
  Space space(3);
  const auto map = [&](PageRun run) { static_cast<void>(space.table.map_step(run)); };
  for (std::uint8_t bits = 0; bits < 16; ++bits) {
    const bool right = bits == 1 || bits == 3 || bits == 4 || bits == 5;
    EXPECT_EQ(Access{bits}.mappable(), right);
    if (!right) EXPECT_DEATH(map(run_of(kLow, 1, kMemory, Access{bits})), "mappable");
  }
  EXPECT_DEATH(map(run_of({0}, 1)), "kUserBase");
  EXPECT_DEATH(map(run_of({abi::kUserLimit}, 1)), "kUserLimit");
  EXPECT_DEATH(map(run_of({abi::kUserLimit - kPageSize}, 2)), "kUserLimit");
  EXPECT_DEATH(map(run_of({~std::uint64_t{0} - 4095}, 2)), "kUserLimit");
  EXPECT_DEATH(map(run_of(kLow, 0)), "run.done < run.pages");
  EXPECT_DEATH(map(run_of(kLow + 8, 1)), "is_aligned");
  EXPECT_DEATH(map(run_of(kLow, 1, kMemory + 64)), "is_aligned");
}

TEST(PageTableDeathTest, UnmappingWhatIsNotMapped) {
  Space space(3);
  PageRun run = run_of(kLow, 2);
  ASSERT_TRUE(space.map(run).has_value());
  const auto unmap = [&](VirtAddr va, std::uint32_t done) {
    PageRun wrong{.va = va, .pa = {}, .pages = done, .done = done, .access = {}};
    space.table.unmap_step(wrong);
  };
  EXPECT_DEATH(unmap({kGiB}, 1), "upper.valid");
  EXPECT_DEATH(unmap({2 * kLargePageSize}, 1), "entry.valid");
  EXPECT_DEATH(unmap(kLow + 2 * kPageSize, 1), "removed == most");
}

}  // namespace
}  // namespace tessera
