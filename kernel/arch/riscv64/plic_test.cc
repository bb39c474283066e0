#include "kernel/arch/riscv64/plic.h"

#include <vector>

#include "gtest/gtest.h"

namespace tessera::arch::riscv64 {
namespace {

class Plic : public ::testing::Test {
 protected:
  std::uint32_t& at(std::uint64_t offset) { return words_[offset / 4]; }

  std::vector<std::uint32_t> words_ = std::vector<std::uint32_t>(PlicRegisters::kWindow / 4);
  const PlicRegisters plic_{words_.data()};
};

// Chapter 3: priorities from 0, bits of a context 0x80 bytes apart from 0x2000, its threshold and
// its claims 0x1000 bytes apart from 0x200000.
TEST_F(Plic, HasItsRegistersWhereTheSpecificationHasThem) {
  plic_.enable_source(10);
  EXPECT_EQ(at(40), 1u);
  plic_.allow(3, 33, true);
  EXPECT_EQ(at(0x2184), 2u);
  at(0x20'5004) = 77;
  EXPECT_EQ(plic_.claim(5), 77u);
  plic_.complete(511, 9);
  EXPECT_EQ(at(0x3f'f004), 9u);
}

TEST_F(Plic, AllowsOneSourceAndLeavesTheOthers) {
  at(0x2084) = 0x8000'0001;
  plic_.allow(1, 40, true);
  EXPECT_EQ(at(0x2084), 0x8000'0101u);
  plic_.allow(1, 32, false);
  EXPECT_EQ(at(0x2084), 0x8000'0100u);
}

TEST_F(Plic, ClearsAContextAndNoOther) {
  for (std::uint64_t offset = 0x2000; offset < 0x2180; offset += 4) at(offset) = ~0u;
  at(0x20'1000) = 7;
  at(0x20'2000) = 7;
  plic_.clear(1, 95);
  for (std::uint64_t offset = 0x2000; offset < 0x2180; offset += 4) {
    EXPECT_EQ(at(offset), offset >= 0x2080 && offset < 0x208c ? 0 : ~0u) << offset;
  }
  EXPECT_EQ(at(0x20'1000), 0u);
  EXPECT_EQ(at(0x20'2000), 7u);
}

TEST(PlicRange, ReachesItsContexts) {
  constexpr PhysRange kVirt{{0xc00'0000}, 0x60'0000};
  EXPECT_TRUE(reaches(kVirt, 0));
  EXPECT_TRUE(reaches(kVirt, 511));
  EXPECT_FALSE(reaches(kVirt, 512)) << "beyond the window";
  EXPECT_FALSE(reaches({{0xc00'1000}, 0x60'0000}, 0)) << "not at a multiple of 2 MiB";
  EXPECT_TRUE(reaches({{0xc00'0000}, 0x20'2000}, 1));
  EXPECT_FALSE(reaches({{0xc00'0000}, 0x20'1fff}, 1));
  EXPECT_FALSE(reaches({}, 0));
}

}  // namespace
}  // namespace tessera::arch::riscv64
