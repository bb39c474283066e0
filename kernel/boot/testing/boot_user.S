// The user's side of boot_image.cc: copied to a page of its own, so relative addresses only. Two threads:
// the first tells by ecall, with a7 = what, and a0 = 0 when it is as it must be; NOTHING goes to the other.

.equ NOTHING, 1000                       // numbers that no system call has
.equ REGISTERS, 1001
.equ TIMER, 1002
.equ COUNTERS, 1003
.equ FLOATING_POINT, 1004
.equ END, 1005

// \step: 0 sets every register but zero, sp, a0 and a7 to a value of its own; 1 adds the difference
// from that to a0.
.macro every_register step
    .set    number, 1
    .irp    register, ra, gp, tp, t0, t1, t2, s0, s1, a1, a2, a3, a4, a5, a6, s2, s3, s4, s5, s6, \
                      s7, s8, s9, s10, s11, t3, t4, t5, t6
    .if     \step
    addi    \register, \register, -number
    or      a0, a0, \register
    .else
    li      \register, number
    .endif
    .set    number, number + 1
    .endr
.endm

.section .rodata
.balign 4
.option norelax
.option norvc                       // copied in words
.globl user_code, user_other, user_code_end
user_code:
    sd      zero, -8(sp)
    every_register 0
    li      a0, 0
    li      a7, NOTHING
    ecall
    every_register 1
    li      a7, REGISTERS
    ecall

    li      a0, 1
1:  bnez    a0, 1b                      // until the timer's interrupt has cleared it
    li      a7, TIMER
    ecall

    li      a0, 1
    rdinstret t0                        // hidden: an illegal instruction, for which the kernel clears a0
    li      a7, COUNTERS
    ecall

    li      a0, 1
    .option push
    .option arch, +d
    fmv.d.x f0, zero                    // off: an illegal instruction too
    .option pop
    li      a7, FLOATING_POINT
    ecall

    li      a7, END
    ecall

// The other thread: has registers of its own, and makes them differ from all of the first's.
user_other:
    every_register 1
    li      a7, NOTHING
    ecall
user_code_end:
