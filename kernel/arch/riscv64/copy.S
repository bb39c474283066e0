// The words of a long message, from page to page, while the rest of it is in a0 to a5.
//
// void copy_pairs: t3: to; t4: from; t5: pairs of words, 1 or more; t0: the place to come back to. Changes t1 and t3 to t6.
// Eight pairs a turn; the first one begins so late in the row that what is left is a multiple of eight.
.text
.balign 4
.globl copy_pairs
copy_pairs:
    slli    t5, t5, 4
    neg     t6, t5
    add     t5, t5, t4                  // the end
    andi    t6, t6, 7*16
    sub     t3, t3, t6
    sub     t4, t4, t6
    lla     t1, 1f
    add     t1, t1, t6                  // a pair is 16 bytes of words, and of instructions
    jr      t1
.option push
.option norvc
.macro copy_pair at
    ld      t6, \at(t4)
    ld      t1, \at+8(t4)
    sd      t6, \at(t3)
    sd      t1, \at+8(t3)
.endm
1:  copy_pair 0*16
    copy_pair 1*16
    copy_pair 2*16
    copy_pair 3*16
    copy_pair 4*16
    copy_pair 5*16
    copy_pair 6*16
    copy_pair 7*16
.option pop
    addi    t4, t4, 8*16
    addi    t3, t3, 8*16
    bne     t4, t5, 1b
    jr      t0
