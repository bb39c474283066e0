// From the firmware to C++ in the kernel's half, on the hart that the firmware started.
//
//   in: a0 the hart's id, a1 the device tree's physical address, paging off, S-mode
//   1. interrupts off, user memory and floating point out of reach
//   2. clear bss
//   3. the image's map, already as it stays: text R X, read-only data R, data R W, the stack apart
//   4. paging on. There is no identity map: the next fetch faults, and the trap vector is step 5
//   5. hart pointer, trap vector, stack; kernel_main(hart, dtb)
//
// The first hart to come here is that one. Others stay stopped in the firmware until it starts them, and come here too.
#include "kernel/arch/riscv64/asm.h"

// Maps the pages from \first to \end (symbols) with \flags in the image's level 0 table.
// Expects s1 = that table, s2 = IMAGE_PHYSICAL.
.macro map_pages first, end, flags
    lla     t0, \first
    lla     t1, \end
    sub     t2, t0, s2
    srli    t2, t2, 12 - 3
    add     t2, t2, s1
    srli    t0, t0, 12 - 10
    ori     t0, t0, \flags
    srli    t1, t1, 12 - 10
    li      t3, 1 << 10
1:  bgeu    t0, t1, 2f
    sd      t0, (t2)
    addi    t2, t2, 8
    add     t0, t0, t3
    j       1b
2:
.endm

// For kernel.ld, which cannot read asm.h: it holds its own numbers against these.
.globl layout_image_virtual, layout_image_offset, layout_image_most
.set layout_image_virtual, IMAGE_VIRTUAL
.set layout_image_offset, IMAGE_OFFSET
.set layout_image_most, IMAGE_MOST

.section .text.boot, "ax", @progbits
.globl _start
_start:
    csrw    sie, zero
    li      t0, SSTATUS_SIE | SSTATUS_FS | SSTATUS_SUM | SSTATUS_MXR
    csrc    sstatus, t0
    csrw    scounteren, zero
    lla     t0, first_hart_came
    li      t1, 1
    amoswap.w.aqrl t0, t1, (t0)
    bnez    t0, other_hart

    lla     t0, __bss_start             // both ends are multiples of 64 (kernel.ld)
    lla     t1, __bss_end
1:  sd      zero, 0(t0)
    sd      zero, 8(t0)
    sd      zero, 16(t0)
    sd      zero, 24(t0)
    sd      zero, 32(t0)
    sd      zero, 40(t0)
    sd      zero, 48(t0)
    sd      zero, 56(t0)
    addi    t0, t0, 64
    bltu    t0, t1, 1b

    lla     s1, image_l0
    li      s2, IMAGE_PHYSICAL
    map_pages __boot_text_start, __text_end, PTE_KERNEL_TEXT
    map_pages __rodata_start, __rodata_end, PTE_KERNEL_RODATA
    map_pages __data_start, __bss_end, PTE_KERNEL_DATA
    // Stack 0: its pages are mapped only here, with the guard below.
    lla     t0, __boot_stack
    srli    t0, t0, 12 - 10
    ori     t0, t0, PTE_KERNEL_DATA
    li      t1, (STACKS_L0_INDEX + 1) * 8
    add     t1, t1, s1
    sd      t0, (t1)

    lla     t0, image_l1
    srli    t1, s1, 12 - 10
    ori     t1, t1, PTE_V
    sd      t1, IMAGE_L1_INDEX * 8(t0)
    lla     t2, kernel_root
    srli    t1, t0, 12 - 10
    ori     t1, t1, PTE_V
    li      t3, IMAGE_ROOT_INDEX * 8
    add     t3, t3, t2
    sd      t1, (t3)

    lla     t0, high_half
// t0: where to go on, t2: the root table, both by their physical addresses.
paging_on:
    srli    t2, t2, 12
    li      t1, SATP_SV39
    slli    t1, t1, SATP_SV39_SHIFT
    or      t2, t2, t1
    li      t1, IMAGE_OFFSET
    add     t0, t0, t1
    csrw    stvec, t0
    sfence.vma
    csrw    satp, t2
    // Not reached: the fetch of the next instruction faults.
    j       .

// The same on a hart that another one has started. It comes by the same way as the first, knows
// itself by the id in a0, and finds its HartLocal in the list: OpenSBI 1.1 lets a hart go before it has
// noted where to, and with what, so that it may come here whatever it was told. One that nobody has
// asked for sleeps.
other_hart:
    lla     t0, other_harts
    li      t1, OTHER_HARTS_MOST
1:  ld      a1, 0(t0)
    beqz    a1, 2f
    ld      t2, 8(t0)
    beq     t2, a0, 3f
    addi    t0, t0, 16
    addi    t1, t1, -1
    bnez    t1, 1b
2:  wfi
    j       2b
3:  fence   r, rw
    lla     t2, kernel_root
    lla     t0, other_high_half
    j       paging_on

.balign 4
other_high_half:
    mv      tp, a1
    csrw    sscratch, tp
    ld      sp, HART_STACK_TOP(tp)
    lla     t0, trap_entry
    csrw    stvec, t0
    mv      ra, zero
    mv      s0, zero
    mv      a0, tp
    tail    other_main

.balign 4
high_half:
    lla     tp, boot_hart
    csrw    sscratch, tp
    li      sp, STACKS_VIRTUAL + STACK_STRIDE
    sd      sp, HART_STACK_TOP(tp)
    lla     t0, trap_entry
    csrw    stvec, t0
    mv      ra, zero                    // where a walk of the stack ends
    mv      s0, zero
    tail    kernel_main

// Written above with paging off, and by paging.cc.
.section .bss.page_tables, "aw", @nobits
.balign 4096
.globl kernel_root, image_l1, image_l0
kernel_root:
    .skip   4096
image_l1:
    .skip   4096
image_l0:
    .skip   4096

// start_other: of each hart that was asked for, its HartLocal and its id.
.bss
.balign 8
.globl other_harts
other_harts:
    .skip   OTHER_HARTS_MOST * 16

// Not in bss, which the first hart clears.
.data
.balign 4
first_hart_came:
    .word   0

.section .stack, "aw", @nobits
.balign 4096
.globl __boot_stack
__boot_stack:
    .skip   STACK_SIZE
