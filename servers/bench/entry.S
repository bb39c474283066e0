# Where threads of the bench begin, when their first instruction is what is waited for, or when each of
# their instructions counts. entry.h says what they do.

# a0: a function, which gets its own address, and what the counter was at the first instruction.
        .section .text.entry, "ax"
        .balign 16
        .globl  bench_enter
bench_enter:
        rdinstret a1
        jr      a0

# a0: an address. a1: what the counter was just before the load.
        .balign 16
        .globl  bench_fault
        .globl  bench_fault_load
bench_fault:
        rdinstret a1
bench_fault_load:
        ld      zero, 0(a0)
        j       bench_fault
