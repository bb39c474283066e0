#include "bootimage/plugin/code.h"

#include <gtest/gtest.h>

namespace bootimage::plugin {
namespace {

TEST(Code, BelongsToTheKernelTheUserOrNeither) {
  EXPECT_TRUE(is_kernels(0xffff'ffff'8020'4000));
  EXPECT_FALSE(is_users(0xffff'ffff'8020'4000));
  for (const std::uint64_t address : {0x1000UL, 0x8000'0000UL, 0x8020'0000UL, 0x802f'fffeUL}) {
    EXPECT_FALSE(is_users(address)) << address;
    EXPECT_FALSE(is_kernels(address)) << address;
  }
  for (const std::uint64_t address : {0x1'0000UL, 0x8030'0000UL, 0x3f'ffff'fffeUL}) {
    EXPECT_TRUE(is_users(address)) << address;
  }
}

TEST(Code, LoadsStoresAndAtomicsAccessMemory) {
  for (const std::uint32_t code : {
           0x0005b503U,  // ld a0, 0(a1)
           0x00a5b023U,  // sd a0, 0(a1)
           0x0005b507U,  // fld fa0, 0(a1)
           0x00a5b027U,  // fsd fa0, 0(a1)
           0x0c05352fU,  // amoswap.d.aq... a0, zero, (a0)
           0x1005b52fU,  // lr.d a0, (a1)
           0x6188U,      // c.ld a0, 0(a1)
           0xe188U,      // c.sd a0, 0(a1)
           0x6502U,      // c.ldsp a0, 0(sp)
           0xe02aU,      // c.sdsp a0, 0(sp)
       }) {
    EXPECT_TRUE(accesses_memory(code)) << std::hex << code;
  }
}

TEST(Code, OthersDoNot) {
  for (const std::uint32_t code : {
           0x00000073U,  // ecall
           0x18055053U,  // no load: OP-FP
           0x00a58533U,  // add a0, a1, a0
           0x18a5b52fU,  // sc.d a0, a0, (a1)
           0x0ff0000fU,  // fence
           0x8082U,      // c.jr ra
           0x0505U,      // c.addi a0, 1
           0x050eU,      // c.slli a0, 3
           0x0808U,      // c.addi4spn a0, sp, 16
           0xbfc5U,      // c.j
       }) {
    EXPECT_FALSE(accesses_memory(code)) << std::hex << code;
  }
}

}  // namespace
}  // namespace bootimage::plugin
