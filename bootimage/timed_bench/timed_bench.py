#!/usr/bin/env python3
"""timed_bench.py QEMU BUDGETS: boots the image that measures timed, prints what it costs to register and to cancel a timer
with ten others pending and with a thousand, and fails when a row costs more than its budget, or more than twice as much
with a thousand, in the median or at worst.
"""
import importlib.util
import os
import sys

# Started in the runfiles' folder of the workspace.
_SPEC = importlib.util.spec_from_file_location("bench", os.path.abspath("bootimage/bench/bench.py"))
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)

OPERATIONS = ("timed_register", "timed_cancel")
FEW, MANY = "10", "1000"
MOST = 2  # times as much
COMPARED = ("median", "max")


def compare(rows):
    """What is wrong with the rows of many timers, beside those of few."""
    by_name = {row["name"]: row for row in rows}
    wrong = []
    for operation in OPERATIONS:
        few, many = (by_name.get(f"{operation}_{pending}") for pending in (FEW, MANY))
        if few is None or many is None:
            wrong.append(f"{operation} was not measured with {FEW} timers and with {MANY}")
            continue
        for of in COMPARED:
            print(f"{operation}: {many[of] / few[of]:.3f} times as much with {MANY} timers, {of}")
            if many[of] > MOST * few[of]:
                wrong.append(f"{operation} costs more than {MOST} times as much with {MANY} timers, {of}")
    return wrong


def main():
    qemu, budget_file = sys.argv[1:3]
    if len(sys.argv) > 3:
        known = sys.argv[3] == "--help"
        print(("" if known else f"timed_bench: {sys.argv[3]}: no such flag\n") + "usage: bazel run //bootimage:timed_bench\n"
              "Instructions, exact. Exit: 0 all within their budgets and their proportion, 1 not, 2 wrong flags.", file=sys.stderr)
        return 0 if known else 2
    with open(budget_file, encoding="utf-8") as file:
        budgets = bench.parse_budgets(file.read())
    rows, complaints = bench.parse_log(bench.machine.boot(qemu))
    wrong, notes = bench.judge(rows, budgets)
    print("\n".join(bench.table(rows, budgets)))
    wrong += compare(rows)
    for line in notes + complaints + wrong:
        print(f"timed_bench: {line}")
    return 1 if complaints + wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except bench.Wrong as wrong:
        sys.exit(f"timed_bench: {wrong}")
