// Into the kernel and out of it again.
//
// While a hart is in the kernel, tp and sscratch both point to its HartLocal; while it runs a thread,
// sscratch does, and tp is the thread's. Traps in the kernel are not taken for interrupts (SIE is 0 in
// it), so one there is a bug, and ends in the epitaph (panic.cc) on a stack of its own: the cause may be
// the kernel stack's overflow.
#include "idl/abi_asm.h"
#include "kernel/arch/riscv64/asm.h"

// \op sd: saves; ld: loads x1, x3, x6 to x9 and x11 to x31 at \base: all but sp, tp, t0 and a0.
.macro most_registers op, base
    \op     ra, 1*8(\base)
    \op     gp, 3*8(\base)
    \op     t1, 6*8(\base)
    \op     t2, 7*8(\base)
    \op     s0, 8*8(\base)
    \op     s1, 9*8(\base)
    \op     a1, 11*8(\base)
    \op     a2, 12*8(\base)
    \op     a3, 13*8(\base)
    \op     a4, 14*8(\base)
    \op     a5, 15*8(\base)
    \op     a6, 16*8(\base)
    \op     a7, 17*8(\base)
    \op     s2, 18*8(\base)
    \op     s3, 19*8(\base)
    \op     s4, 20*8(\base)
    \op     s5, 21*8(\base)
    \op     s6, 22*8(\base)
    \op     s7, 23*8(\base)
    \op     s8, 24*8(\base)
    \op     s9, 25*8(\base)
    \op     s10, 26*8(\base)
    \op     s11, 27*8(\base)
    \op     t3, 28*8(\base)
    \op     t4, 29*8(\base)
    \op     t5, 30*8(\base)
    \op     t6, 31*8(\base)
.endm

// With t0 = a Frame and the interrupted t0 in scratch: saves all registers, and leaves tp and sscratch
// as the kernel has them.
.macro save_frame
    most_registers sd, t0
    sd      sp, 2*8(t0)
    sd      a0, 10*8(t0)
    csrrw   t1, sscratch, tp
    sd      t1, 4*8(t0)
    ld      t1, HART_SCRATCH(tp)
    sd      t1, 5*8(t0)
    csrr    t1, sepc
    sd      t1, 0*8(t0)
.endm

.text
.balign 4
.globl trap_entry
trap_entry:
    csrrw   tp, sscratch, tp
    sd      sp, HART_SCRATCH(tp)
    // An ecall from user mode, and which? No other trap has this cause (an ecall here goes to the firmware).
    csrr    sp, scause
    addi    sp, sp, -CAUSE_USER_ECALL
    bnez    sp, 1f
    addi    sp, a7, -ABI_NUMBER_ENDPOINT_CALL
    beqz    sp, fast_call
    addi    sp, a7, -ABI_NUMBER_ENDPOINT_REPLY_RECEIVE
    beqz    sp, fast_reply_receive
1:  ld      sp, HART_SCRATCH(tp)
long_way:
    sd      t0, HART_SCRATCH(tp)
    csrr    t0, sstatus
    andi    t0, t0, SSTATUS_SPP
    bnez    t0, trap_in_kernel
    ld      t0, HART_FRAME(tp)
    save_frame
    mv      a0, tp
    csrr    a1, scause
    csrr    a2, stval
    ld      sp, HART_STACK_TOP(tp)
    call    kernel_trap

// a0: the frame to go on with.
resume:
    ld      t0, 0*8(a0)
    csrw    sepc, t0
    // Drops the hart's reservation: another thread's LR must not make this one's SC succeed. It cannot
    // store, the kernel having no reservation on a frame.
    sc.d    zero, zero, (a0)
    most_registers ld, a0
    ld      sp, 2*8(a0)
    ld      t0, 5*8(a0)
    ld      tp, 4*8(a0)
    ld      a0, 10*8(a0)
    sret

// void enter_user(Frame*): the first way out on a hart. Later ways need no write of sstatus: each trap
// from user mode leaves it so that sret goes back there.
.globl enter_user
enter_user:
    li      t0, SSTATUS_SPP | SSTATUS_FS | SSTATUS_SUM | SSTATUS_MXR
    csrc    sstatus, t0
    li      t0, SSTATUS_SPIE
    csrs    sstatus, t0
    csrw    sscratch, tp
    j       resume

// The short ways (kernel/syscall/fast_path.h). t1 to t6, ra, gp and a7 are free: these two calls take nothing in them, but for
// the answer's shape in t1. The frame gets what the thread must find again: place, sp, tp and, of a caller, the s registers.
.macro save_place
    ld      t2, HART_FRAME(tp)
    ld      t3, HART_SCRATCH(tp)
    csrrw   t4, sscratch, tp
    csrr    t5, sepc
    addi    t5, t5, 4
    sd      t3, 2*8(t2)
    sd      t4, 4*8(t2)
    sd      t5, 0*8(t2)
    ld      sp, HART_STACK_TOP(tp)
.endm

fast_call:
    save_place
    sd      s0, 8*8(t2)
    sd      s1, 9*8(t2)
    sd      s2, 18*8(t2)
    sd      s3, 19*8(t2)
    sd      s4, 20*8(t2)
    sd      s5, 21*8(t2)
    sd      s6, 22*8(t2)
    sd      s7, 23*8(t2)
    sd      s8, 24*8(t2)
    sd      s9, 25*8(t2)
    sd      s10, 26*8(t2)
    sd      s11, 27*8(t2)
    sd      t0, 5*8(t2)
    mv      a7, t0
    j       fast_call_path

fast_reply_receive:
    save_place
    sd      t0, 5*8(t2)
    sd      t1, 6*8(t2)
    mv      a7, t0
    j       fast_reply_receive_path

// void long_way_call(a0 to a6), void long_way_reply_receive(a0 to a6): the short way has done nothing; the whole call from its
// start, with the registers that it takes in the frame.
.globl long_way_call
long_way_call:
    li      a7, ABI_NUMBER_ENDPOINT_CALL
    j       1f
.globl long_way_reply_receive
long_way_reply_receive:
    li      a7, ABI_NUMBER_ENDPOINT_REPLY_RECEIVE
1:  ld      t2, HART_FRAME(tp)
    sd      a0, 10*8(t2)
    sd      a1, 11*8(t2)
    sd      a2, 12*8(t2)
    sd      a3, 13*8(t2)
    sd      a4, 14*8(t2)
    sd      a5, 15*8(t2)
    sd      a6, 16*8(t2)
    sd      a7, 17*8(t2)
    ld      t3, 0*8(t2)
    addi    t3, t3, -4
    sd      t3, 0*8(t2)
    mv      a0, tp
    li      a1, CAUSE_USER_ECALL
    li      a2, 0
    ld      sp, HART_STACK_TOP(tp)
    call    kernel_trap
    j       resume

trap_in_kernel:
    lla     t0, panic_owner
    amoswap.d.aqrl t0, tp, (t0)
    bnez    t0, trap_in_panic
    lla     t0, panic_frame
    save_frame
    mv      a0, t0
    csrr    a1, scause
    csrr    a2, stval
    lla     sp, panic_stack_top
    mv      s0, zero
    call    kernel_trap_panic

// A fault in the epitaph stops the machine without another word; another hart's fault leaves the
// machine to the one that panicked first.
trap_in_panic:
    bne     t0, tp, 1f
    li      a7, SBI_EID_SRST
    li      a6, 0                       // function: system_reset
    li      a0, 0                       // type: shutdown
    li      a1, 1                       // reason: system failure
    ecall
1:  wfi
    j       1b

.bss
.balign 16
panic_frame:
    .skip   32*8
panic_stack:
    .skip   1792
panic_stack_top:
.globl panic_owner
panic_owner:                            // 0, or the HartLocal that panicked first
    .skip   8
