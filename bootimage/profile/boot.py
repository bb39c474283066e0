#!/usr/bin/env python3
"""boot.py QEMU PLUGIN BUDGETS: how many instructions the stock image takes from the kernel's first one

  boot_to_init    to the first instruction of init, that one not included
  boot_to_ready   to the store to the UART of the last letter of "init: ready"

prints them, and fails when one is over its budget. Of one hart; what the firmware does for the kernel meanwhile is counted, too.
"""
import sys

import budgets
import machine
import samples

USAGE = """usage: bazel run //bootimage:boot
Instructions from the kernel's entry to init's first one, and to `init: ready`, exact.
Exit: 0 within the budgets of ci/budgets/boot.txt, 1 not, 2 wrong flags."""

FIRST = "tessera vers. "  # what the kernel prints first
READY = "init: ready"
FLAGS = ("--headless", "--icount", "--smp=1", "--no-ladder", f"--until={READY}")


def way_to_init(trace):
    """The instructions of the kernel, in order."""
    rows = samples.parse_trace(line for line in trace if not line.startswith("byte "))
    if len(rows) != 1 or len(rows[0]) != 1:
        raise samples.Wrong("the trace has no way from the kernel's entry to user space")
    return rows[0][0][1]


def figures(trace, log):
    """{name: [instructions]}: each byte of the console is beside the number of instructions before it."""
    printed = log[log.index(FIRST) :] if FIRST in log else ""
    if READY not in printed:
        raise samples.Wrong(f'the console has no "{READY}"')
    # Of a machine that is stopped the last line may be cut off.
    counts = [int(line.split()[1]) for line in trace if line.startswith("byte ") and line.endswith("\n")]
    last = printed.index(READY) + len(READY) - 1
    # The machine goes on until it is stopped: more may have gone out than was read. One byte may have been read before it was traced.
    if last >= len(counts) or len(printed) > len(counts) + 1:
        raise samples.Wrong(f"the console has {len(printed)} bytes, the trace {len(counts)}")
    return {"boot_to_init": [len(way_to_init(trace))], "boot_to_ready": [counts[last]]}


def main(arguments):
    qemu, plugin, budget_file, *flags = arguments
    if flags:
        if flags[0] != "--help":
            print(f"boot: {flags[0]}: no such flag", file=sys.stderr)
        print(USAGE, file=sys.stderr)
        return 0 if flags[0] == "--help" else 2
    try:
        with open(budget_file, encoding="utf-8") as file:
            due = budgets.parse(file.read(), 1)
        have = figures(*machine.record(qemu, plugin, *FLAGS))
    except samples.Wrong as wrong:
        print(f"boot: {wrong}", file=sys.stderr)
        return 1
    print(f"{'name':<16}{'instructions':>14}{'budget':>10}")
    for name, (count,) in have.items():
        print(f"{name:<16}{count:>14}{due[name][0] if name in due else 'none':>10}")
    wrong, _ = budgets.judge(have, due, ["it"])
    for sentence in wrong:
        print(f"boot: {sentence}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
