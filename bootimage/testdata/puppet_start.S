# The first hart that comes gets a stack and runs puppet_main; another one never comes, since OpenSBI
# starts one hart only.
    .section .text.start, "ax"
    .globl _start
_start:
    la sp, puppet_stack_top
    call puppet_main
1:  wfi
    j 1b

    .section .bss
    .balign 16
    .skip 65536
puppet_stack_top:
