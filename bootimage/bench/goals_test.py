#!/usr/bin/env python3
"""goals_test.py PAGE BUDGETS: fails when the budgets and the page's table do not have the same rows with the same goals, in the same
order: a budget may be above its goal only where the goal stands beside it.
"""
import importlib.util
import os
import re
import sys

# Started in the runfiles' folder of the workspace.
_SPEC = importlib.util.spec_from_file_location("bench", os.path.abspath("bootimage/bench/bench.py"))
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)

ROW = re.compile(r"\| ([a-z0-9_]+) \|.*\| (\d+) \|")


def main():
    page, budgets = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
    due = [match.groups() for line in page.splitlines() if (match := ROW.fullmatch(line))]
    have = [(name, str(budget.goal)) for name, budget in bench.parse_budgets(budgets).items()]
    for name, goal in sorted(set(have) - set(due)):
        print(f"goals_test: {sys.argv[2]} has a row that {sys.argv[1]} has not: {name}, goal {goal}")
    for name, goal in sorted(set(due) - set(have)):
        print(f"goals_test: {sys.argv[1]} has a row that {sys.argv[2]} has not: {name}, goal {goal}")
    if have != due:
        print("goals_test: not the same rows in the same order")
    if not due:
        print(f"goals_test: {sys.argv[1]} has no row")
    return 0 if due and have == due else 1


if __name__ == "__main__":
    sys.exit(main())
