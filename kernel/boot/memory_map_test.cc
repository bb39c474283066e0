#include "kernel/boot/memory_map.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/base/bits.h"

namespace tessera::boot {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr PhysAddr kLimit{arch::riscv64::kDirectMapSize};
constexpr PhysRange kImage{{0x8020'0000}, 0x1'0000};

// As QEMU's virt machine has it: 64 MiB, the firmware first, the tree in the last 2 MiB.
Machine virt() {
  Machine machine;
  machine.ram.push({{0x8000'0000}, 64 * kMiB});
  machine.reserved.push({{0x8000'0000}, 0x8'0000});
  return machine;
}
constexpr Occupied kOccupied{kImage, {{0x83e0'0000}, 5278}, {{0x8220'0000}, 300'000}};

std::expected<MemoryMap, MapError> make(const Machine& machine,
                                        const Occupied& occupied = kOccupied,
                                        PhysAddr limit = kLimit) {
  MemoryMap map;
  const auto result = make_memory_map(machine, occupied, limit, map);
  if (!result) return std::unexpected(result.error());
  return map;
}

std::vector<PhysRange> list(const MemoryMap::Regions& regions) {
  return {regions.begin(), regions.end()};
}

TEST(MemoryMap, TakesOutEverybodysMemory) {
  const auto map = make(virt());
  ASSERT_TRUE(map.has_value()) << describe(map.error());
  EXPECT_EQ(list(map->mapped), (std::vector<PhysRange>{{{0x8008'0000}, 0x18'0000},
                                                       {{0x8021'0000}, 64 * kMiB - 0x21'0000}}));
  EXPECT_EQ(list(map->free), (std::vector<PhysRange>{{{0x8008'0000}, 0x18'0000},
                                                     {{0x8021'0000}, 0x1ff'0000},
                                                     {{0x8224'a000}, 0x1bb'6000},
                                                     {{0x83e0'2000}, 0x1f'e000}}));
  EXPECT_EQ(map->free_bytes(), 0x18'0000u + 0x1ff'0000 + 0x1bb'6000 + 0x1f'e000);
}

TEST(MemoryMap, SortsAndJoins) {
  Machine machine;
  machine.ram.push({{0x9000'0000}, 16 * kMiB});
  machine.ram.push({{0x8000'0000}, 16 * kMiB});
  machine.ram.push({{0x8100'0000}, 16 * kMiB});  // touches the second
  machine.ram.push({{0x8f00'0000}, 32 * kMiB});  // holds the first
  machine.ram.push({{0x8080'0000}, 8 * kMiB});   // within the second
  machine.ram.push({{0xa000'0000}, 16 * kMiB});
  const auto map = make(machine, {kImage, {}, {}});
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(list(map->free), (std::vector<PhysRange>{{{0x8000'0000}, 2 * kMiB},
                                                     {{0x8021'0000}, 32 * kMiB - 0x21'0000},
                                                     {{0x8f00'0000}, 32 * kMiB},
                                                     {{0xa000'0000}, 16 * kMiB}}));
}

TEST(MemoryMap, CountsWholePagesOnly) {
  Machine machine;
  machine.ram.push({{0x8000'0001}, 32 * kMiB});  // loses a part of its first page
  machine.ram.push({{0x9000'0fff}, 0x1001});     // a page exactly
  machine.ram.push({{0x9100'0001}, 0x1ffe});     // no whole page
  machine.reserved.push({{0x8100'0fff}, 2});     // two pages
  const auto map = make(machine, {kImage, {{0x8180'0123}, 1}, {}});
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(list(map->free), (std::vector<PhysRange>{{{0x8000'1000}, 0x1f'f000},
                                                     {{0x8021'0000}, 0xdf'0000},
                                                     {{0x8100'2000}, 0x7f'e000},
                                                     {{0x8180'1000}, 0x7f'f000},
                                                     {{0x9000'1000}, 0x1000}}));
}

TEST(MemoryMap, LeavesOutWhatIsBeyondTheLimit) {
  Machine machine = virt();
  machine.ram.push({{kLimit.value - kMiB}, 4 * kMiB});
  machine.ram.push({{kLimit.value + 16 * kMiB}, kMiB});
  machine.ram.push({{0xffff'ffff'fff0'0000}, 0xf'ffff});  // its end is the last byte there is
  machine.reserved.push({{0xffff'ffff'ffff'0000}, 0xffff});
  machine.reserved.push({{kLimit.value - 0x1000}, kMiB});
  const auto map = make(machine);
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->free[map->free.size() - 1], (PhysRange{{kLimit.value - kMiB}, kMiB - 0x1000}));
}

TEST(MemoryMap, FirmwareMayReserveTheTreeAndTheInitrd) {
  Machine machine = virt();
  machine.reserved.push(kOccupied.dtb);
  machine.reserved.push(kOccupied.initrd);
  const auto map = make(machine);
  ASSERT_TRUE(map.has_value()) << describe(map.error());
  // They stay readable, and are still nobody's.
  EXPECT_EQ(map->mapped.size(), 2u);
  EXPECT_EQ(map->free.size(), 4u);
}

TEST(MemoryMap, ATreeOutsideRamTakesNothing) {
  const auto map = make(virt(), {kImage, {{0x1000}, 5278}, {}});
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->free.size(), 2u);
}

TEST(MemoryMap, TheKernelMustBeInRamOfItsOwn) {
  Machine machine = virt();
  machine.reserved.push({{0x8020'f000}, 0x1000});
  EXPECT_EQ(make(machine).error(), MapError::kImageOutside);
  Machine elsewhere;
  elsewhere.ram.push({{0x9000'0000}, 64 * kMiB});
  EXPECT_EQ(make(elsewhere, {kImage, {}, {}}).error(), MapError::kImageOutside);
  EXPECT_EQ(make(Machine{}, {kImage, {}, {}}).error(), MapError::kImageOutside);
}

TEST(MemoryMap, TheInitrdMustBeInRamOfItsOwn) {
  const auto error = [](PhysRange initrd) {
    return make(virt(), {kImage, kOccupied.dtb, initrd}).error();
  };
  EXPECT_EQ(error({{0x1000}, 0x1000}), MapError::kInitrdOutside);
  EXPECT_EQ(error({{0x83ff'f000}, 0x2000}), MapError::kInitrdOutside);  // past the end of RAM
  EXPECT_EQ(error({{0x8000'0000}, 0x1000}), MapError::kInitrdOutside);  // the firmware
  EXPECT_EQ(error({{0x8020'f000}, 0x2000}), MapError::kInitrdOutside);  // the kernel
  EXPECT_EQ(error({{0x83df'f000}, 0x1000 + 5278}), MapError::kInitrdOutside);  // the tree
  EXPECT_EQ(error({{0x8000'0000}, 0x10'0000}), MapError::kInitrdOutside);  // all of the firmware
  EXPECT_EQ(error({kLimit, 0x1000}), MapError::kInitrdOutside);
  EXPECT_EQ(error({{kLimit.value - 0x1000}, 0x2000}), MapError::kInitrdOutside);
}

TEST(MemoryMap, FirmwareMayNotKeepAPartOfTheInitrd) {
  Machine machine = virt();
  machine.reserved.push({kOccupied.initrd.start + 0x2000, 0x1000});
  EXPECT_EQ(make(machine).error(), MapError::kInitrdOutside);
}

TEST(MemoryMap, TheInitrdBeginsWithAPage) {
  for (std::uint64_t off : {1, 8, 0x800, 0xfff}) {
    EXPECT_EQ(make(virt(), {kImage, kOccupied.dtb, {kOccupied.initrd.start + off, 0x5000}}).error(),
              MapError::kInitrdUnaligned);
  }
}

// The first task comes out of one piece.
TEST(MemoryMap, RamInSmallPiecesIsTooLittle) {
  const auto in_pieces = [](std::uint64_t bytes) {
    Machine machine = virt();
    machine.ram.pop();
    machine.ram.push({{0x8020'0000}, kImage.size});
    for (std::uint64_t i = 0; i < 8; ++i) machine.ram.push({{0x9000'0000 + i * 16 * kMiB}, bytes});
    return make(machine, {kImage, {}, {}});
  };
  EXPECT_EQ(in_pieces(kLeastPiece - 0x1000).error(), MapError::kTooLittleRam);
  const auto map = in_pieces(kLeastPiece);
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->largest(), 0u);
}

TEST(MemoryMap, TheLargestPieceIsKnown) {
  const auto map = make(virt());
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(map->largest(), 1u);
}

TEST(MemoryMap, TooLittleRamIsAnError) {
  const auto with_ram = [](std::uint64_t bytes) {
    Machine machine;
    machine.ram.push({{0x8020'0000}, bytes});
    return make(machine, {kImage, {}, {}});
  };
  EXPECT_TRUE(with_ram(kImage.size + kLeastFree).has_value());
  EXPECT_EQ(with_ram(kImage.size + kLeastFree - 0x1000).error(), MapError::kTooLittleRam);
  EXPECT_EQ(with_ram(kImage.size).error(), MapError::kTooLittleRam);
}

TEST(MemoryMap, TooManyPiecesAreAnError) {
  // Eight ranges of RAM, each cut into two or three by what is reserved.
  Machine machine;
  for (std::uint64_t i = 0; i < 8; ++i) {
    machine.ram.push({{0x8000'0000 + i * 0x1000'0000}, 64 * kMiB});
    machine.reserved.push({{0x8100'0000 + i * 0x1000'0000}, 0x1000});
  }
  EXPECT_EQ(make(machine, {kImage, {}, {}}).error(), MapError::kTooManyRegions);
  machine.ram.pop();
  machine.reserved.pop();
  EXPECT_TRUE(make(machine, {kImage, {}, {}}).has_value());
  EXPECT_TRUE(make(machine, {kImage, {{0x8200'0000}, 1}, {}}).has_value());
  EXPECT_EQ(make(machine, {kImage, {{0x8200'0000}, 1}, {{0x9200'0000}, 1}}).error(),
            MapError::kTooManyRegions);
}

TEST(MemoryMap, EveryErrorHasALineOfItsOwn) {
  std::set<std::string> lines;
  constexpr int kErrors = 5;
  for (int i = 0; i < kErrors; ++i) {
    const std::string line = describe(MapError(i));
    EXPECT_NE(line, "unknown");
    EXPECT_TRUE(lines.insert(line).second) << line;
  }
  EXPECT_STREQ(describe(MapError(kErrors)), "unknown");
}

// The specification, a page at a time, against random ranges in 64 pages.
TEST(MemoryMap, AgreesWithABitPerPage) {
  constexpr std::uint64_t kPages = 64;
  constexpr PhysAddr kStart{0x8020'0000};
  std::mt19937_64 random(1);
  const auto some = [&] {
    const std::uint64_t first = random() % (kPages * kPageSize);
    return PhysRange{kStart + first, 1 + random() % (8 * kPageSize)};
  };
  const auto page_of = [&](std::uint64_t page) {
    return PhysRange{kStart + page * kPageSize, kPageSize};
  };
  const auto touches = [](PhysRange a, PhysRange b) {
    return a.start < b.end() && b.start < a.end();
  };
  const PhysRange image{kStart, kPageSize};
  for (int round = 0; round < 5000; ++round) {
    // Pages count from whole ranges alone, so each range of RAM is made of whole pages here.
    Machine machine;
    machine.ram.push({kStart, kPageSize});
    for (std::uint64_t i = random() % 7; i > 0; --i) {
      machine.ram.push(
          {{align_down(some().start.value, kPageSize)}, (1 + random() % 20) * kPageSize});
    }
    // Enough to boot from, apart from the rest.
    machine.ram.push({{0x9000'0000}, kLeastFree});
    for (std::uint64_t i = random() % 8; i > 0; --i) {
      const PhysRange range = some();
      if (!touches(range, image)) machine.reserved.push(range);
    }
    PhysRange dtb = some();
    const auto map = make(machine, {image, dtb, {}});
    if (!map) {
      EXPECT_EQ(map.error(), MapError::kTooManyRegions);
      continue;
    }
    const PhysRange dtb_pages{
        {align_down(dtb.start.value, kPageSize)},
        align_up(dtb.end().value, kPageSize) - align_down(dtb.start.value, kPageSize)};
    for (std::uint64_t page = 0; page < kPages + 28; ++page) {
      const PhysRange bytes = page_of(page);
      bool mapped = false;
      for (const PhysRange& ram : machine.ram) mapped |= touches(ram, bytes);
      for (const PhysRange& range : machine.reserved) {
        const bool in_dtb = range.start >= dtb_pages.start && range.end() <= dtb_pages.end();
        if (!in_dtb && touches(range, bytes)) mapped = false;
      }
      if (touches(image, bytes)) mapped = false;
      const bool free = mapped && !touches(dtb, bytes);
      int in_mapped = 0;
      int in_free = 0;
      for (const PhysRange& region : map->mapped) in_mapped += touches(region, bytes) ? 1 : 0;
      for (const PhysRange& region : map->free) in_free += touches(region, bytes) ? 1 : 0;
      EXPECT_EQ(in_mapped, mapped ? 1 : 0) << "round " << round << " page " << page;
      EXPECT_EQ(in_free, free ? 1 : 0) << "round " << round << " page " << page;
    }
    for (std::size_t i = 1; i < map->free.size(); ++i) {
      EXPECT_LT(map->free[i - 1].end(), map->free[i].start);
    }
  }
}

}  // namespace
}  // namespace tessera::boot
