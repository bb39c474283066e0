#!/usr/bin/env python3
"""scaling.py QEMU BUDGETS: boots the scaling image, prints what a second hart adds to calls beside what
it adds to user code, and fails when the median is below its budget.
"""
import os
import re
import statistics
import sys

# Started in the runfiles' folder of the workspace.
sys.path.append(os.path.abspath("bootimage/profile"))
import machine
from samples import Wrong

USAGE = """usage: bazel run //bootimage:scaling
Round trips a second of one pair of client and server (the mean of each of two harts alone), and of two on a hart
each; pieces of user code likewise. Wall clock: it wants two cores of the host with nothing else to do, and takes a quarter of a minute.
Exit: 0 the median is within its budget, 1 it is not or nothing could be measured, 2 wrong flags."""

ALTERNATIONS = 10  # servers/bench/schedule.h
PHASES = ("user_one", "calls_one", "user_two", "calls_two")
PAIRS = ("scaling-0", "scaling-1")
BUDGETS = ("quotient", "user_gain")
LINE = re.compile(r"(scaling-[01]): SCALING (\d+)((?: [a-z_]+=\d+)+)")


def parse_budgets(text):
    budgets = {}
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 2 or words[0] not in BUDGETS or words[0] in budgets or not words[1].isdigit():
            raise Wrong(f"the budgets have a line that is none: {line}")
        budgets[words[0]] = int(words[1]) / 1000
    for name in BUDGETS:
        if name not in budgets:
            raise Wrong(f"the budgets have no {name}")
    return budgets


def parse_pairs(log):
    """What each pair printed: {pair: {alternation: {phase: rate}}}, all that is due and no more."""
    pairs = {pair: {} for pair in PAIRS}
    ended = set()
    for line in log.replace("\r", "").splitlines():
        pair, _, text = line.partition(": ")
        if pair not in pairs:
            continue
        if text == "end":
            ended.add(pair)
            continue
        match = LINE.fullmatch(line)
        if not match:
            raise Wrong(line)
        rates = [each.split("=") for each in match[3].split()]
        if tuple(name for name, _ in rates) != PHASES or int(match[2]) in pairs[pair]:
            raise Wrong(f"not what is due: {line}")
        pairs[pair][int(match[2])] = {name: int(rate) for name, rate in rates}
    for pair, alternations in pairs.items():
        if pair not in ended or sorted(alternations) != list(range(ALTERNATIONS)):
            raise Wrong(f"{pair} did not come to its end")
    return pairs


def sums(pairs):
    """A row an alternation: rates of one (the mean of the two alone) and of both, the gains, and the quotient."""
    rows = []
    for i in range(ALTERNATIONS):
        if any(0 in pairs[pair][i].values() for pair in pairs):
            raise Wrong(f"nothing was done in a phase of alternation {i}")
        row = {phase: sum(pairs[pair][i][phase] for pair in pairs) for phase in PHASES}
        for phase in ("user_one", "calls_one"):
            row[phase] /= len(pairs)
        row["calls_gain"] = row["calls_two"] / row["calls_one"]
        row["user_gain"] = row["user_two"] / row["user_one"]
        row["quotient"] = row["calls_gain"] / row["user_gain"]
        rows.append(row)
    return rows


def medians(rows):
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def judge(median, budgets):
    """What is wrong with the medians; nothing when all is well."""
    if median["user_gain"] < budgets["user_gain"]:
        return (f"user code gains {median['user_gain']:.3f}, less than {budgets['user_gain']:.3f}: "
                "the host had no core for the second hart, so nothing was measured")
    if median["quotient"] < budgets["quotient"]:
        return f"the quotient is {median['quotient']:.3f}, at least {budgets['quotient']:.3f} is due"
    return None


def table_line(name, row):
    rates = "".join(f"{row[phase]:>11.0f}" for phase in ("calls_one", "calls_two", "user_one", "user_two"))
    return f"{name:>11}{rates}{row['calls_gain']:>7.3f}{row['user_gain']:>7.3f}{row['quotient']:>9.3f}"


def main(arguments):
    qemu, budget_file, *flags = arguments
    if flags:
        if flags[0] != "--help":
            print(f"scaling: {flags[0]}: no such flag", file=sys.stderr)
        print(USAGE, file=sys.stderr)
        return 0 if flags[0] == "--help" else 2
    try:
        cores = len(os.sched_getaffinity(0))
        if cores < 2:
            raise Wrong("the host has one core; two harts want two")
        with open(budget_file, encoding="utf-8") as file:
            budgets = parse_budgets(file.read())
        print(f"before it began the host's load was {os.getloadavg()[0]:.2f} on {cores} cores", flush=True)
        rows = sums(parse_pairs(machine.boot(qemu)))
    except Wrong as wrong:
        print(f"scaling: {wrong}", file=sys.stderr)
        return 1
    print(f"{'':>11}{'calls one':>11}{'two':>11}{'user one':>11}{'two':>11}{'gain':>7}{'gain':>7}{'quotient':>9}")
    for i, row in enumerate(rows):
        print(table_line(i + 1, row))
    median = medians(rows)
    print(table_line("median", median))
    complaint = judge(median, budgets)
    print(f"scaling: {complaint}" if complaint else f"scaling: at least {budgets['quotient']:.3f} is due: ok")
    return 1 if complaint else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
