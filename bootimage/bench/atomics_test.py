#!/usr/bin/env python3
"""Fails when the short way of a call or of an answer has more atomic instructions than its budget, or
fewer, so that the budget is to be lowered: `atomics_test.py KERNEL_ELF BUDGETS`. Whoever writes to a line that another hart writes to waits
for it; the endpoint's lock is such a line, and there should be no other.
"""
import re
import subprocess
import sys

FUNCTIONS = {"call": "fast_call_path", "answer": "fast_reply_receive_path"}
ATOMIC = re.compile(r"^\s*[0-9a-f]+:\s+((?:amo|lr\.|sc\.)\S+)")
# A call is a way out of what is looked at; a jump to the long way is none of the short one.
CALL = re.compile(r"^\s*[0-9a-f]+:\s+(?:jal|jalr|call)\s+(?:ra\b|0x|<)")


def main():
    elf, budgets = sys.argv[1:]
    due = dict(line.split() for line in open(budgets) if line.strip() and not line.startswith("#"))
    wrong = False
    for name, function in FUNCTIONS.items():
        text = subprocess.run(
            ["llvm-objdump-19", "--disassemble", "--no-show-raw-insn", f"--disassemble-symbols={function}", elf],
            capture_output=True, text=True, check=True,
        ).stdout.splitlines()
        # A function that stands elsewhere, or under another name, must not count as none.
        if len(text) < 50:
            print(f"atomics_test: {function} is not in {elf}")
            wrong = True
        atomics = [match.group(1) for line in text if (match := ATOMIC.match(line))]
        calls = [line.strip() for line in text if CALL.match(line)]
        print(f"{name} {len(atomics)} ({' '.join(atomics)})")
        if len(atomics) != int(due[name]):
            print(f"atomics_test: {name}: the budget is {due[name]}")
            wrong = True
        for line in calls:
            print(f"atomics_test: {function} calls something, which is not counted: {line}")
            wrong = True
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
