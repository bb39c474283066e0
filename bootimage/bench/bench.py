#!/usr/bin/env python3
"""bench.py QEMU PLUGIN BUDGETS COLUMN_BUDGETS [--json=FILE] [--only=NAME]: boots the bench image, prints what each operation costs
beside the most that it may cost, and fails when one costs more, when one failed, or when one is missing.
"""
import collections
import json
import os
import re
import sys

# Started in the runfiles' folder of the workspace.
sys.path.append(os.path.abspath("bootimage/profile"))
import budgets as column_budgets
import columns
import machine
import riscv
from samples import Wrong

USAGE = """usage: bazel run //bootimage:bench -- [--json=FILE] [--only=NAME]
What the kernel's operations cost: guest instructions, exact, the same in every run. docs/performance.md tells what each row is.
An asterisk: more than the goal, which is not reached yet. Beside it, of one that costs the median: writes of satp, sfence.vma, fences
(of which full ones), atomic instructions; ci/budgets/columns.txt holds them.
--json=FILE writes the table as a list of objects; --only=NAME measures that row alone.
Exit: 0 all within their budgets, 1 not, or not all could be measured, 2 wrong flags."""

# The kernel's command line: what the image has, and the row that bench is to measure.
ONLY_BOOTARGS = "user_counters bench={}"

MEASURED = ("min", "median", "max", "n")
ROW = re.compile(r"BENCH (\S+) " + " ".join(name + r"=(\d+)" for name in MEASURED))

Budget = collections.namedtuple("Budget", "most goal")


class WrongFlag(Exception):
    """With what is wrong."""


def parse_budgets(text):
    """{name: Budget}, in the order of the lines `name most goal`."""
    return {name: Budget(*figures) for name, figures in column_budgets.parse(text, len(Budget._fields)).items()}


def parse_log(log):
    """What bench printed: rows {"name": ..., "min": ...}, and the lines that are none, of rows that failed."""
    rows, complaints, ended = [], [], False
    for line in log.replace("\r", "").splitlines():
        task, _, text = line.partition(": ")
        if task != "bench":
            continue
        match = ROW.fullmatch(text)
        if text == "end":
            ended = True
        elif match is None:
            complaints.append(text)
        elif any(row["name"] == match[1] for row in rows):
            complaints.append(f"{match[1]} came twice")
        else:
            rows.append({"name": match[1], **dict(zip(MEASURED, map(int, match.groups()[1:])))})
    if not ended:
        complaints.append("the benchmarks did not come to their end")
    return rows, complaints


def judge(rows, budgets, only=None):
    """(what is wrong, what is good to know), of the rows beside what is due."""
    wrong, notes = [], []
    for row in rows:
        name, median = row["name"], row["median"]
        if name not in budgets:
            wrong.append(f"{name} has no line in the budgets")
        elif median > budgets[name].most:
            wrong.append(f"{name} costs {median}, budget {budgets[name].most}")
        elif median < budgets[name].most:
            notes.append(f"{name} costs less: lower its budget to {median}")
    measured = {row["name"] for row in rows}
    wrong += [f"{name} was not measured" for name in ([only] if only else budgets) if name not in measured]
    return wrong, notes


def table(rows, budgets):
    """A line each, under a head: what was measured, then what is due."""
    columns = [name for name in rows[0] if name != "name"] if rows else []
    lines = [f"{'name':<20}" + "".join(f"{column:>9}" for column in [*columns, "budget", "goal"])]
    for row in rows:
        due = budgets.get(row["name"])
        cells = [row[column] for column in columns] + ([due.most, due.goal] if due else ["none", "none"])
        mark = " *" if due and row["median"] > due.goal else ""
        lines.append(f"{row['name']:<20}" + "".join(f"{cell:>9}" for cell in cells) + mark)
    return lines


def parse_flags(flags, names):
    """{"json": FILE, "only": NAME}, those that are there."""
    chosen = {}
    for flag in flags:
        name, _, value = flag.removeprefix("--").partition("=")
        if not flag.startswith("--") or name not in ("json", "only") or not value:
            raise WrongFlag(f"{flag}: no such flag")
        chosen[name] = value
    if "only" in chosen and chosen["only"] not in names:
        raise WrongFlag(f"{chosen['only']}: no such row; there are {' '.join(names)}")
    return chosen


def boot(qemu, plugin, only=None):
    """The trace's lines, and what came on the console."""
    return machine.record(qemu, plugin, *(["--bootargs=" + ONLY_BOOTARGS.format(only)] if only else []))


def add_columns(rows, trace, log, due):
    """Adds to the rows what else the trace tells of them: (what is wrong, what is good to know) of that."""
    try:
        counted = dict(columns.columns(trace, log))
    except Wrong as wrong:
        return [str(wrong)], []
    for row in rows:
        row.update(counted[row["name"]])
    have = {row["name"]: [row[kind] for kind in riscv.KINDS] for row in rows}
    return column_budgets.judge(have, {name: figures for name, figures in due.items() if name in have}, riscv.KINDS)


def write_json(path, rows):
    # `bazel run` starts programs elsewhere: a relative path is meant from where the user stands.
    path = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", "."), path)
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.write("\n")
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(qemu, plugin, budget_file, column_budget_file, flags):
    budgets = parse_budgets(read(budget_file))
    due = column_budgets.parse(read(column_budget_file), len(riscv.KINDS))
    chosen = parse_flags(flags, list(budgets))
    only = chosen.get("only")
    trace, log = boot(qemu, plugin, only)
    rows, complaints = parse_log(log)
    wrong, notes = judge(rows, budgets, only)
    more_wrong, more_notes = add_columns(rows, trace, log, due)
    complaints += wrong + more_wrong
    print("\n".join(table(rows, budgets) + ["bench: " + line for line in notes + more_notes + complaints]))
    if "json" in chosen:
        write_json(chosen["json"], rows)
    return 1 if complaints else 0


def main(arguments):
    *files, flags = *arguments[:4], arguments[4:]
    if "--help" in flags:
        print(USAGE)
        return 0
    try:
        return run(*files, flags)
    except WrongFlag as wrong:
        print(f"bench: {wrong}\n{USAGE}", file=sys.stderr)
        return 2
    except Wrong as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
