#!/usr/bin/env python3
"""columns.py TRACE LOG: what instructions do not tell, of each row of the bench's table: how many writes of satp, sfence.vma,
fences (and of these, full ones) and atomic instructions its median sample has. Lines `name satp sfence fence full atomic`, in the table's order.
"""
import collections
import sys

import riscv
import samples


def columns(trace, log):
    """[(name, {kind: count})] of a trace's lines and the console's text."""
    rows = []
    for row in samples.rows_of(trace, log):
        counts = collections.Counter(kind for each in samples.median_sample(row) for kind in riscv.kinds_of(each.code))
        rows.append((row.name, {kind: counts[kind] for kind in riscv.KINDS}))
    return rows


def main(arguments):
    trace, log = arguments
    try:
        with open(trace, encoding="utf-8") as lines, open(log, encoding="utf-8", errors="replace") as text:
            for name, counts in columns(lines, text.read()):
                print(name, *counts.values())
    except samples.Wrong as wrong:
        print(f"columns: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
