"""Who had called whom at each instruction of a trace: followed along calls, returns, traps and their ends.

A stack belongs to a program: a trap begins a new one in the kernel, and the way back finds the one that the trap came from by the
address where it goes on. A jump into another function takes the place of the one that it came from, as a tail call does. What had been
called before the trace began is not known: a stack begins with the function that the trace finds it in.
"""
import collections

import riscv


class Walk:
    """A step for each instruction; `place_of(instruction)` is its program and its functions, outermost first."""

    def __init__(self, place_of):
        self._place_of = place_of
        self._last = None
        # Of each function that has not returned, where it is: the last instruction of it. Beside it, where its caller goes on.
        self._stack = []
        self._left = collections.defaultdict(list)  # by program: where it goes on, and the stack

    def step(self, instruction):
        """The stack: the program, then functions, outermost first."""
        program, functions = self._place_of(instruction)
        if self._last is None:
            self._stack = [(instruction, None)]
        else:
            last_program, last_functions = self._place_of(self._last)
            if program != last_program:
                self._leave(last_program)
                self._stack = self._resume(program, instruction.address, functions[0])
            elif riscv.is_call(self._last.code):
                self._stack.append((self._last, self._last.address + self._last.size))
            elif riscv.is_return(self._last.code):
                self._return_to(instruction.address)
        self._stack[-1] = (instruction, self._stack[-1][1])
        self._last = instruction
        return (program, *(name for frame, _ in self._stack for name in self._place_of(frame)[1]))

    def _leave(self, program):
        if not riscv.is_trap_return(self._last.code):
            self._left[program].append((self._last, self._stack))

    def _resume(self, program, address, function):
        left = self._left[program]
        # Behind an ecall or at the instruction that faulted; an interrupt may come after a jump: then by the function.
        for fits in (
            lambda last: address in (last.address, last.address + last.size),
            lambda last: self._place_of(last)[1][0] == function,
        ):
            for i in reversed(range(len(left))):
                if fits(left[i][0]):
                    return left.pop(i)[1]
        return [(None, None)]

    def _return_to(self, address):
        for i in reversed(range(len(self._stack))):
            if self._stack[i][1] == address:
                del self._stack[i:]
                return


def count(instructions, place_of):
    """How many instructions each stack had at its top: {(program, function, ...): instructions}."""
    walk = Walk(place_of)
    return collections.Counter(walk.step(each) for each in instructions)
