# raw.h says what for. RawRegisters: in at 0, out at 256, saved at 512, done at 640.
#include "idl/abi_asm.h"

        .set    OUT, 256
        .set    SAVED, 512
        .set    DONE, 640

# x1 to x31 at \base(tp), but for tp itself.
        .macro  registers op, base
        .irp    n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        \op     x\n, (\base + 8 * \n)(tp)
        .endr
        .endm

# s0 to s11, ra, sp and gp.
        .macro  callers op
        \op     s0, (SAVED + 0)(tp)
        \op     s1, (SAVED + 8)(tp)
        \op     s2, (SAVED + 16)(tp)
        \op     s3, (SAVED + 24)(tp)
        \op     s4, (SAVED + 32)(tp)
        \op     s5, (SAVED + 40)(tp)
        \op     s6, (SAVED + 48)(tp)
        \op     s7, (SAVED + 56)(tp)
        \op     s8, (SAVED + 64)(tp)
        \op     s9, (SAVED + 72)(tp)
        \op     s10, (SAVED + 80)(tp)
        \op     s11, (SAVED + 88)(tp)
        \op     ra, (SAVED + 96)(tp)
        \op     sp, (SAVED + 104)(tp)
        \op     gp, (SAVED + 112)(tp)
        .endm

        .macro  enter
        mv      t0, tp
        mv      tp, a0
        sd      t0, (SAVED + 120)(tp)
        callers sd
        registers ld, 0
        .endm

        .macro  leave
        registers sd, OUT
        callers ld
        ld      tp, (SAVED + 120)(tp)
        ret
        .endm

        .text
        .globl  raw_call
        .type   raw_call, @function
raw_call:
        enter
        ecall
        leave
        .size   raw_call, . - raw_call

        .globl  raw_spin
        .type   raw_spin, @function
raw_spin:
        enter
1:      addi    t6, t6, -1
        bnez    t6, 1b
        leave
        .size   raw_spin, . - raw_spin

        .globl  raw_capture
        .type   raw_capture, @function
raw_capture:
        registers sd, OUT
        li      t0, 1
        sd      t0, DONE(tp)
1:      li      a7, ABI_NUMBER_SELF_YIELD
        ecall
        j       1b
        .size   raw_capture, . - raw_capture
