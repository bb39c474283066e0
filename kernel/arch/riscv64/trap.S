// Into the kernel and out of it again.
//
// While a hart is in the kernel, tp and sscratch both point to its HartLocal; while it runs a thread,
// sscratch does, and tp is the thread's. Traps in the kernel are not taken for interrupts (SIE is 0 in
// it), so one there is a bug, and ends in the epitaph (panic.cc) on a stack of its own: the cause may be
// the kernel stack's overflow.
#include "idl/abi_asm.h"
#include "kernel/arch/riscv64/asm.h"

// \op sd: saves; ld: loads registers at \base: the saved ones of the psABI; all others but sp, tp, a0 and t6.
.macro saved_registers op, base, at=0
    \op     s0,     \at + 8*8(\base)
    \op     s1,     \at + 9*8(\base)
    \op     s2,     \at + 18*8(\base)
    \op     s3,     \at + 19*8(\base)
    \op     s4,     \at + 20*8(\base)
    \op     s5,     \at + 21*8(\base)
    \op     s6,     \at + 22*8(\base)
    \op     s7,     \at + 23*8(\base)
    \op     s8,     \at + 24*8(\base)
    \op     s9,     \at + 25*8(\base)
    \op     s10,    \at + 26*8(\base)
    \op     s11,    \at + 27*8(\base)
.endm
.macro other_registers op, base, at=0
    \op     ra,     \at + 1*8(\base)
    \op     gp,     \at + 3*8(\base)
    \op     t0,     \at + 5*8(\base)
    \op     t1,     \at + 6*8(\base)
    \op     t2,     \at + 7*8(\base)
    \op     a1,     \at + 11*8(\base)
    \op     a2,     \at + 12*8(\base)
    \op     a3,     \at + 13*8(\base)
    \op     a4,     \at + 14*8(\base)
    \op     a5,     \at + 15*8(\base)
    \op     a6,     \at + 16*8(\base)
    \op     a7,     \at + 17*8(\base)
    \op     t3,     \at + 28*8(\base)
    \op     t4,     \at + 29*8(\base)
    \op     t5,     \at + 30*8(\base)
.endm

// With a Frame at \at of t6 and the interrupted t6 in scratch: saves all registers, and leaves tp and
// sscratch as the kernel has them. \past: what of the trapped code is done, in bytes.
.macro save_frame past, at=0
    other_registers sd, t6, \at
    saved_registers sd, t6, \at
    sd      sp, \at + 2*8(t6)
    sd      a0, \at + 10*8(t6)
    csrrw   t1, sscratch, tp
    sd      t1, \at + 4*8(t6)
    ld      t1, HART_SCRATCH(tp)
    sd      t1, \at + 31*8(t6)
    csrr    t1, sepc
    .if \past
    addi    t1, t1, \past
    .endif
    sd      t1, \at + 0*8(t6)
.endm

.text
.balign 4
.globl trap_entry
trap_entry:
    csrrw   tp, sscratch, tp
    sd      t6, HART_SCRATCH(tp)
    // An ecall from user mode, and which? No other trap has this cause (an ecall here goes to the firmware).
    csrr    t6, scause
    addi    t6, t6, -CAUSE_USER_ECALL
    bnez    t6, no_call
    addi    t6, a7, -ABI_NUMBER_ENDPOINT_CALL
    beqz    t6, fast_call
    addi    t6, a7, -ABI_NUMBER_ENDPOINT_REPLY_RECEIVE
    beqz    t6, fast_reply_receive
    addi    t6, a7, -ABI_NUMBER_SELF_NOW
    beqz    t6, fast_now
    addi    t6, a7, -ABI_NUMBER_NOTIFICATION_SIGNAL
    beqz    t6, fast_signal
    bltz    t6, other_message           // what is about messages has the numbers before
any_call:
    ld      t6, HART_CURRENT(tp)
    save_frame past=4, at=FRAME_OFFSET
    mv      a0, tp
    ld      sp, HART_STACK_TOP(tp)
    call    system_call
way_out:                                // by Load (kernel/syscall/trap.h)
    beqz    a1, completed
    addi    a1, a1, -1
    beqz    a1, resume_rest
    j       resume
completed:
    ld      t0, 0*8(a0)
    csrw    sepc, t0
    ld      sp, 2*8(a0)
    ld      tp, 4*8(a0)
    li      a0, 0
    j       return_result

no_call:
    csrr    t6, sstatus
    andi    t6, t6, SSTATUS_SPP
    bnez    t6, trap_in_kernel
    ld      t6, HART_CURRENT(tp)
    save_frame past=0, at=FRAME_OFFSET
    mv      a0, tp
    csrr    a1, scause
    ld      sp, HART_STACK_TOP(tp)
    bltz    a1, interrupt
    csrr    a2, stval
    call    fault_path
    j       resume
interrupt:
    call    interrupt_path

// a0: the frame to go on with.
resume:
    // Drops the hart's reservation: another thread's LR must not make this one's SC succeed. It cannot
    // store, the kernel having no reservation on a frame.
    sc.d    zero, zero, (a0)
    saved_registers ld, a0
// The same thread goes on, with the saved registers as they are.
resume_rest:
    ld      t0, 0*8(a0)
    csrw    sepc, t0
    other_registers ld, a0
    ld      t6, 31*8(a0)
    ld      sp, 2*8(a0)
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

// The short ways (kernel/syscall/fast_path.h). t1 to t6, ra, gp and a7 are free: these calls take nothing in them, but for the
// answer's shape, or the slot of callWith, in t1. The thread's frame gets what it must find again: place, sp, tp and, of a caller, the s registers.
// On go, with t2 = the thread, and a7 = the capability's address, out of t0.
.macro save_place
    ld      t2, HART_CURRENT(tp)
    csrrw   t4, sscratch, tp
    csrr    t5, sepc
    addi    t5, t5, 4
    sd      sp, FRAME_OFFSET + 2*8(t2)
    sd      t4, FRAME_OFFSET + 4*8(t2)
    sd      t5, FRAME_OFFSET + 0*8(t2)
    ld      sp, HART_STACK_TOP(tp)
    mv      a7, t0
.endm

fast_call:
    save_place
    saved_registers sd, t2, FRAME_OFFSET
    j       fast_call_path

other_message:
    addi    t6, a7, -ABI_NUMBER_ENDPOINT_CALL_WITH
    bnez    t6, any_call
    // The first slot (t2) alone, and no deadline (t1)?
    addi    t6, t1, 1
    or      t6, t6, t3
    or      t6, t6, t4
    bnez    t6, any_call
    mv      t1, t2
    save_place
    saved_registers sd, t2, FRAME_OFFSET
    j       fast_call_with_path

fast_reply_receive:
    save_place
    j       fast_reply_receive_path

// Self.now changes nothing: no frame. a0: the time; status and all others that the call ABI clobbers: 0.
fast_now:
    csrr    t6, sepc
    addi    t6, t6, 4
    csrw    sepc, t6
    sd      sp, HART_SCRATCH(tp)
    ld      sp, HART_STACK_TOP(tp)
    call    fast_now_path
    ld      sp, HART_SCRATCH(tp)
    csrrw   tp, sscratch, tp
// sp, tp, sepc and the saved registers are the thread's, sscratch the hart's; a0 is the result.
return_result:
    li      ra, 0
    li      gp, 0
    li      a1, 0
    li      a2, 0
    li      a3, 0
    li      a4, 0
    li      a5, 0
    li      a6, 0
    li      a7, 0
    li      t0, 0
    li      t1, 0
    li      t2, 0
    li      t3, 0
    li      t4, 0
    li      t5, 0
    li      t6, 0
    sret

// Notification.signal: on the caller goes, or to who waits, or the long way.
fast_signal:
    save_place
    saved_registers sd, t2, FRAME_OFFSET
    sd      t0, FRAME_OFFSET + 5*8(t2)
    mv      a0, t0
    call    fast_signal_path
    ld      t2, HART_CURRENT(tp)
    beqz    a0, long_way_signal
    addi    a0, t2, FRAME_OFFSET
    j       completed
// The short way has done nothing. No other register of the call means anything.
long_way_signal:
    li      t3, ABI_NUMBER_NOTIFICATION_SIGNAL
    sd      t3, FRAME_OFFSET + 17*8(t2)
    j       long_way

// void long_way_call(a0 to a7), and so on: the short way has done nothing; the whole call from its start, with the registers
// that it takes in the frame. The answer's shape and the slot of callWith are there already.
.globl long_way_reply_receive
long_way_reply_receive:
    ld      t2, HART_CURRENT(tp)
    li      t3, ABI_NUMBER_ENDPOINT_REPLY_RECEIVE
    j       1f
.globl long_way_call_with
long_way_call_with:
    ld      t2, HART_CURRENT(tp)
    li      t3, -1
    sd      t3, FRAME_OFFSET + 6*8(t2)
    sd      zero, FRAME_OFFSET + 28*8(t2)
    sd      zero, FRAME_OFFSET + 29*8(t2)
    li      t3, ABI_NUMBER_ENDPOINT_CALL_WITH
    j       1f
.globl long_way_call
long_way_call:
    ld      t2, HART_CURRENT(tp)
    li      t3, ABI_NUMBER_ENDPOINT_CALL
1:  sd      a7, FRAME_OFFSET + 5*8(t2)
    sd      t3, FRAME_OFFSET + 17*8(t2)
    sd      a0,     FRAME_OFFSET + 10*8(t2)
    sd      a1,     FRAME_OFFSET + 11*8(t2)
    sd      a2,     FRAME_OFFSET + 12*8(t2)
    sd      a3,     FRAME_OFFSET + 13*8(t2)
    sd      a4,     FRAME_OFFSET + 14*8(t2)
    sd      a5,     FRAME_OFFSET + 15*8(t2)
    sd      a6,     FRAME_OFFSET + 16*8(t2)
long_way:
    mv      a0, tp
    ld      sp, HART_STACK_TOP(tp)
    call    system_call
    j       way_out

trap_in_kernel:
    lla     t6, panic_owner
    amoswap.d.aqrl t6, tp, (t6)
    bnez    t6, trap_in_panic
    lla     t6, panic_frame
    save_frame past=0
    mv      a0, t6
    csrr    a1, scause
    csrr    a2, stval
    lla     sp, panic_stack_top
    mv      s0, zero
    call    kernel_trap_panic

// A fault in the epitaph stops the machine without another word; another hart's fault leaves the
// machine to the one that panicked first.
trap_in_panic:
    bne     t6, tp, 1f
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
