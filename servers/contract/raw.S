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

        .globl  raw_break
        .type   raw_break, @function
raw_break:
        enter
        .option push
        .option norvc
        ebreak
        .option pop
        leave
        .size   raw_break, . - raw_break

        .globl  raw_spin
        .type   raw_spin, @function
raw_spin:
        enter
1:      addi    t6, t6, -1
        bnez    t6, 1b
        leave
        .size   raw_spin, . - raw_spin

        .globl  raw_churn
        .type   raw_churn, @function
raw_churn:
        enter
1:
        add     x1, x1, x30
        add     x2, x2, x1
        add     x3, x3, x2
        add     x5, x5, x3
        add     x6, x6, x5
        add     x7, x7, x6
        add     x8, x8, x7
        add     x9, x9, x8
        add     x10, x10, x9
        add     x11, x11, x10
        add     x12, x12, x11
        add     x13, x13, x12
        add     x14, x14, x13
        add     x15, x15, x14
        add     x16, x16, x15
        add     x17, x17, x16
        add     x18, x18, x17
        add     x19, x19, x18
        add     x20, x20, x19
        add     x21, x21, x20
        add     x22, x22, x21
        add     x23, x23, x22
        add     x24, x24, x23
        add     x25, x25, x24
        add     x26, x26, x25
        add     x27, x27, x26
        add     x28, x28, x27
        add     x29, x29, x28
        add     x30, x30, x29
        addi    x31, x31, -1
        bnez    x31, 1b
        leave
        .size   raw_churn, . - raw_churn

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
