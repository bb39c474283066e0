// The short ways out, as register moves. Every register that user space can read is written here:
// with what it is to have, or with 0.
#pragma once

#include "kernel/arch/contract/fast_return.h"

namespace tessera::arch {
namespace riscv64 {

// Words beyond the count are cleared: none of them, or those from where the jump goes into a row of
// two-byte instructions, from its beginning if there are no words. It begins 10 bytes after the
// auipc. t5: the count; t6 is used.
#define TESSERA_CLEAR_WORDS \
  "beqz t5, 1f\n"           \
  "slli t5, t5, 1\n"        \
  "auipc t6, 0\n"           \
  "c.add t5, t6\n"          \
  "jalr zero, 10(t5)\n"     \
  "1:\n"                    \
  "c.li a0, 0\n"            \
  "c.li a1, 0\n"            \
  "c.li a2, 0\n"            \
  "c.li a3, 0\n"            \
  "c.li a4, 0\n"            \
  "c.li a5, 0\n"
// t4: the thread. 0x88: kFrameOffset.
#define TESSERA_FRAME(n) "0x88+" #n "*8(t4)"
#define TESSERA_LOAD_PLACE \
  "ld t5, " TESSERA_FRAME(0) "\n"      \
  "csrw sepc, t5\n"                    \
  "ld sp, " TESSERA_FRAME(2) "\n"      \
  "ld tp, " TESSERA_FRAME(4) "\n"
static_assert(kFrameOffset == 0x88);

}  // namespace riscv64

[[gnu::always_inline]] inline void return_to_receiver(Frame& frame, Words words, unsigned count,
                                                      Delivery delivery) {
  register std::uint64_t a0 asm("a0") = words.w0;
  register std::uint64_t a1 asm("a1") = words.w1;
  register std::uint64_t a2 asm("a2") = words.w2;
  register std::uint64_t a3 asm("a3") = words.w3;
  register std::uint64_t a4 asm("a4") = words.w4;
  register std::uint64_t a5 asm("a5") = words.w5;
  register std::uint64_t t0 asm("t0") = delivery.badge;
  register std::uint64_t t1 asm("t1") = delivery.identity;
  register std::uint64_t t2 asm("t2") = delivery.tag;
  register std::uint64_t t3 asm("t3") = delivery.info;
  register std::uint64_t t4 asm("t4") = reinterpret_cast<std::uint64_t>(&frame) - kFrameOffset;
  register std::uint64_t t5 asm("t5") = count;
  asm volatile(TESSERA_CLEAR_WORDS TESSERA_LOAD_PLACE
               "li s0, 0\nli s1, 0\nli s2, 0\nli s3, 0\nli s4, 0\nli s5, 0\n"
               "li s6, 0\nli s7, 0\nli s8, 0\nli s9, 0\nli s10, 0\nli s11, 0\n"
               "li ra, 0\nli gp, 0\nli a6, 0\nli a7, 0\nli t4, 0\nli t5, 0\nli t6, 0\n"
               "sret" ::"r"(a0),
               "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(t0), "r"(t1), "r"(t2), "r"(t3),
               "r"(t4), "r"(t5)
               : "memory");
  __builtin_unreachable();
}

[[gnu::always_inline]] inline void return_to_caller(Frame& frame, Words words, unsigned count,
                                                    std::uint64_t status, std::uint64_t shape) {
  register std::uint64_t a0 asm("a0") = words.w0;
  register std::uint64_t a1 asm("a1") = words.w1;
  register std::uint64_t a2 asm("a2") = words.w2;
  register std::uint64_t a3 asm("a3") = words.w3;
  register std::uint64_t a4 asm("a4") = words.w4;
  register std::uint64_t a5 asm("a5") = words.w5;
  register std::uint64_t a6 asm("a6") = status;
  register std::uint64_t t0 asm("t0") = shape;
  register std::uint64_t t4 asm("t4") = reinterpret_cast<std::uint64_t>(&frame) - kFrameOffset;
  register std::uint64_t t5 asm("t5") = count;
  asm volatile(TESSERA_CLEAR_WORDS TESSERA_LOAD_PLACE
               "ld s0, " TESSERA_FRAME(8) "\n" "ld s1, " TESSERA_FRAME(9) "\n" "ld s2, " TESSERA_FRAME(18) "\n" "ld s3, " TESSERA_FRAME(19) "\n" "ld s4, " TESSERA_FRAME(20) "\n" "ld s5, " TESSERA_FRAME(21) "\n" "ld s6, " TESSERA_FRAME(22) "\n" "ld s7, " TESSERA_FRAME(23) "\n" "ld s8, " TESSERA_FRAME(24) "\n" "ld s9, " TESSERA_FRAME(25) "\n" "ld s10, " TESSERA_FRAME(26) "\n" "ld s11, " TESSERA_FRAME(27) "\n"
               "li ra, 0\nli gp, 0\nli a7, 0\nli t1, 0\nli t2, 0\nli t3, 0\nli t4, 0\n"
               "li t5, 0\nli t6, 0\n"
               "sret" ::"r"(a0),
               "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(t0), "r"(t4), "r"(t5)
               : "memory");
  __builtin_unreachable();
}

#undef TESSERA_CLEAR_WORDS
#undef TESSERA_LOAD_PLACE
#undef TESSERA_FRAME

}  // namespace tessera::arch
