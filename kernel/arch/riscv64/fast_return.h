// The short ways out, as register moves. Every register that user space can read is written here:
// with what it is to have, or with 0.
#pragma once

#include "kernel/arch/contract/fast_return.h"
#include "kernel/arch/riscv64/asm.h"

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
// Loads a register from the frame of a thread, t4.
#define TESSERA_TEXT_OF(number) #number
#define TESSERA_TEXT(number) TESSERA_TEXT_OF(number)
#define TESSERA_LOAD(reg, n) "ld " #reg ", " TESSERA_TEXT(FRAME_OFFSET) "+" #n "*8(t4)\n"
#define TESSERA_LOAD_PLACE \
  TESSERA_LOAD(t5, 0) "csrw sepc, t5\n" TESSERA_LOAD(sp, 2) TESSERA_LOAD(tp, 4)
#define TESSERA_LOAD_SAVED \
  TESSERA_LOAD(s0, 8)      \
  TESSERA_LOAD(s1, 9)      \
  TESSERA_LOAD(s2, 18)     \
  TESSERA_LOAD(s3, 19)     \
  TESSERA_LOAD(s4, 20)     \
  TESSERA_LOAD(s5, 21)     \
  TESSERA_LOAD(s6, 22)     \
  TESSERA_LOAD(s7, 23)     \
  TESSERA_LOAD(s8, 24)     \
  TESSERA_LOAD(s9, 25)     \
  TESSERA_LOAD(s10, 26)    \
  TESSERA_LOAD(s11, 27)

}  // namespace riscv64

[[gnu::always_inline]] inline Words first_words(Words words, unsigned count) {
  register std::uint64_t a0 asm("a0") = words.w0;
  register std::uint64_t a1 asm("a1") = words.w1;
  register std::uint64_t a2 asm("a2") = words.w2;
  register std::uint64_t a3 asm("a3") = words.w3;
  register std::uint64_t a4 asm("a4") = words.w4;
  register std::uint64_t a5 asm("a5") = words.w5;
  register std::uint64_t t5 asm("t5") = count;
  asm volatile(TESSERA_CLEAR_WORDS
               : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(t5)::"t6");
  return {a0, a1, a2, a3, a4, a5};
}

[[gnu::always_inline]] inline void return_to_receiver(Frame& frame, Words words,
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
  asm volatile(TESSERA_LOAD_PLACE
               "li s0, 0\nli s1, 0\nli s2, 0\nli s3, 0\nli s4, 0\nli s5, 0\n"
               "li s6, 0\nli s7, 0\nli s8, 0\nli s9, 0\nli s10, 0\nli s11, 0\n"
               "li ra, 0\nli gp, 0\nli a6, 0\nli a7, 0\nli t4, 0\nli t5, 0\nli t6, 0\n"
               "sret" ::"r"(a0),
               "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(t0), "r"(t1), "r"(t2), "r"(t3),
               "r"(t4)
               : "memory");
  __builtin_unreachable();
}

[[gnu::always_inline]] inline void return_to_caller(Frame& frame, Words words, std::uint64_t status,
                                                    std::uint64_t shape) {
  register std::uint64_t a0 asm("a0") = words.w0;
  register std::uint64_t a1 asm("a1") = words.w1;
  register std::uint64_t a2 asm("a2") = words.w2;
  register std::uint64_t a3 asm("a3") = words.w3;
  register std::uint64_t a4 asm("a4") = words.w4;
  register std::uint64_t a5 asm("a5") = words.w5;
  register std::uint64_t a6 asm("a6") = status;
  register std::uint64_t t0 asm("t0") = shape;
  register std::uint64_t t4 asm("t4") = reinterpret_cast<std::uint64_t>(&frame) - kFrameOffset;
  asm volatile(TESSERA_LOAD_PLACE TESSERA_LOAD_SAVED
               "li ra, 0\nli gp, 0\nli a7, 0\nli t1, 0\nli t2, 0\nli t3, 0\nli t4, 0\n"
               "li t5, 0\nli t6, 0\n"
               "sret" ::"r"(a0),
               "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(t0), "r"(t4)
               : "memory");
  __builtin_unreachable();
}

[[gnu::always_inline]] inline void return_to_waiter(Frame& frame, std::uint64_t bits) {
  register std::uint64_t a0 asm("a0") = bits;
  register std::uint64_t t4 asm("t4") = reinterpret_cast<std::uint64_t>(&frame) - kFrameOffset;
  asm volatile(TESSERA_LOAD_PLACE TESSERA_LOAD_SAVED
               "li a1, 0\nli a2, 0\nli a3, 0\nli a4, 0\nli a5, 0\nli a6, 0\nli a7, 0\n"
               "li ra, 0\nli gp, 0\nli t0, 0\nli t1, 0\nli t2, 0\nli t3, 0\nli t4, 0\n"
               "li t5, 0\nli t6, 0\n"
               "sret" ::"r"(a0),
               "r"(t4)
               : "memory");
  __builtin_unreachable();
}

#undef TESSERA_CLEAR_WORDS
#undef TESSERA_LOAD_SAVED
#undef TESSERA_LOAD_PLACE
#undef TESSERA_LOAD
#undef TESSERA_TEXT
#undef TESSERA_TEXT_OF

}  // namespace tessera::arch
