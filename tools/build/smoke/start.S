# The first instructions: a stack, then main. OpenSBI leaves one hart here in S-mode.
        .section .text.start, "ax"
        .globl  _start
_start:
        la      sp, stack_top
        tail    hello_main

        .section .bss
        .balign 16
        .space  4096
stack_top:
