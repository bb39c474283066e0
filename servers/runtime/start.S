# The first instructions of a task: init, or the kernel for the first task, has set pc, sp and a0 (the argument).
# Every other register is zero; gp stays so, as nothing is linked relative to it.
        .section .text.start, "ax"
        .globl  _start
        .type   _start, @function
_start:
        tail    rt_start
        .size   _start, . - _start
