#!/usr/bin/env python3
"""What bench.py says of flags, budgets and a log, right or wrong; with an image that is none."""
import contextlib
import importlib.util
import io
import json
import os
import re
import tempfile
import unittest

# Started in the runfiles' folder of the workspace.
_SPEC = importlib.util.spec_from_file_location("bench", os.path.abspath("bootimage/bench/bench.py"))
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)

COLUMNS = "quick 0 0 0 0 0\nslow 1 0 0 0 1\n"
BUDGETS = "# names\n\nquick 10 20\nslow 300 200\n"
QUICK = "bench: BENCH quick min=9 median=10 max=12 n=200"
SLOW = "bench: BENCH slow min=300 median=300 max=300 n=200"
END = "bench: end"


# Of quick nothing special, of slow a write of satp and an atomic instruction.
INSTRUCTIONS = ["insn 0 0x10000 0xc0202573 1", "insn 1 0x10004 0x13 1", "insn 2 0xffffffff80204000 0x18079073 2",
                "insn 3 0xffffffff80204004 0x0c05352f 2"]
SPECIAL = {"slow": [3, 2]}


def trace_of(log):
    """What a trace has of a log: a row for each that was printed, with the median's instructions."""
    lines = INSTRUCTIONS[:]
    for line in log.splitlines():
        if not line.startswith("bench: BENCH"):
            continue
        if match := re.match(r"bench: BENCH (\S+) .*median=(\d+)", line):
            special = SPECIAL.get(match[1], [])
            numbers = [0] + special + [1] * (int(match[2]) - len(special)) + [0]
            lines.append("sample 200 " + " ".join(map(str, numbers)))
        lines.append("row")
    return "\n".join(lines) + "\n"


def log_of(*lines):
    return "\r\n".join(["init: start", *lines, "init: bench ended: exited status=0"]) + "\r\n"


class Case(unittest.TestCase):
    """Runs the whole script on a log, with a shell script for QEMU that keeps what it was told."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def run_bench(self, log, *flags, budgets=BUDGETS, columns=COLUMNS, trace=None, status=0):
        """(status, what it printed)"""
        self.write("console", log)
        self.write("recorded", trace_of(log) if trace is None else trace)
        self.write("columns", columns)
        self.write("budgets", budgets)
        self.write("qemu", f"""#!/bin/bash
echo "$@" >{self.path("told")}
for flag in "$@"; do [[ "$flag" != --log=* ]] || cp {self.path("console")} "${{flag#--log=}}"; done
for flag in "$@"; do [[ "$flag" != --plugin=/*/plugin,out=* ]] || cp {self.path("recorded")} "${{flag#*,out=}}"; done
echo "what QEMU says"
exit {status}
""")
        os.chmod(self.path("qemu"), 0o755)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            ended = bench.main([*map(self.path, ("qemu", "plugin", "budgets", "columns")), *flags])
        return ended, said.getvalue()


class Table(Case):
    def test_a_row_within_its_budget_is_fine(self):
        status, said = self.run_bench(log_of(QUICK, SLOW, END))
        self.assertEqual(status, 0)
        lines = [line.split() for line in said.splitlines()]
        self.assertEqual(lines[0], ["name", "min", "median", "max", "n", "satp", "sfence", "fence", "full", "atomic", "budget", "goal"])
        self.assertEqual(lines[1], ["quick", "9", "10", "12", "200", *"00000", "10", "20"])
        self.assertEqual(lines[2], ["slow", "300", "300", "300", "200", *"10001", "300", "200", "*"])  # above its goal
        self.assertEqual(len(lines), 3)
        self.assertNotIn("bootargs", self.read("told"))

    def test_one_above_its_budget_fails(self):
        status, said = self.run_bench(log_of(QUICK.replace("median=10", "median=11"), SLOW, END))
        self.assertEqual(status, 1)
        self.assertIn("bench: quick costs 11, budget 10\n", said)

    def test_one_below_its_budget_is_said_and_fine(self):
        status, said = self.run_bench(log_of(QUICK.replace("median=10", "median=9"), SLOW, END))
        self.assertEqual(status, 0)
        self.assertIn("bench: quick costs less: lower its budget to 9\n", said)

    def test_one_without_a_budget_fails(self):
        status, said = self.run_bench(log_of(QUICK, SLOW, SLOW.replace("slow", "new"), END))
        self.assertEqual(status, 1)
        self.assertIn("bench: new has no line in the budgets\n", said)
        self.assertIn("none", said)

    def test_a_missing_row_fails(self):
        status, said = self.run_bench(log_of(SLOW, END))
        self.assertEqual(status, 1)
        self.assertIn("bench: quick was not measured\n", said)

    def test_nothing_at_all_fails(self):
        status, said = self.run_bench(log_of())
        self.assertEqual(status, 1)
        self.assertIn("bench: the benchmarks did not come to their end\n", said)
        self.assertIn("bench: slow was not measured\n", said)


class Columns(Case):
    LOG = log_of(QUICK, SLOW, END)

    def test_one_above_its_budget_fails(self):
        status, said = self.run_bench(self.LOG, columns=COLUMNS.replace("slow 1", "slow 0"))
        self.assertEqual(status, 1)
        self.assertIn("bench: slow: satp is 1, its budget 0\n", said)

    def test_one_below_its_budget_is_said_and_fine(self):
        status, said = self.run_bench(self.LOG, columns=COLUMNS.replace("0 1\n", "0 2\n"))
        self.assertEqual(status, 0)
        self.assertIn("bench: slow: atomic is less than its budget: lower that to 1\n", said)

    def test_one_without_a_budget_fails(self):
        status, said = self.run_bench(self.LOG, columns="slow 1 0 0 0 1\n")
        self.assertEqual(status, 1)
        self.assertIn("bench: quick has no line in the budgets\n", said)

    def test_budgets_that_are_none_are_told(self):
        for columns in ("quick 1 2 3 4\n", "quick a 0 0 0 0\n", COLUMNS * 2):
            status, said = self.run_bench(self.LOG, columns=columns)
            self.assertEqual(status, 1)
            self.assertTrue(said.startswith("bench: the budgets have a line that is none: quick"), said)

    def test_a_trace_that_does_not_have_what_the_table_has_fails(self):
        for trace, why in ((trace_of(log_of(QUICK, END)), "the trace has 1 rows, the table 2"),
                           (trace_of(self.LOG).replace("sample 200 0 1", "sample 200 0"), "quick: no sample of the trace has 10 instructions")):
            status, said = self.run_bench(self.LOG, trace=trace)
            self.assertEqual(status, 1)
            self.assertIn(f"bench: {why}", said)
            self.assertIn("\nslow ", said)


class WrongLog(Case):
    def test_a_row_that_failed_is_told_with_its_error(self):
        failed = "bench: BENCH quick FAIL call: epipe peerDied"
        status, said = self.run_bench(log_of(failed, SLOW, END))
        self.assertEqual(status, 1)
        self.assertIn("bench: BENCH quick FAIL call: epipe peerDied\n", said)
        self.assertIn("\nslow ", said)  # the others are told all the same

    def test_a_line_that_was_cut_off_fails(self):
        for line in ("bench: BENCH quick min=9 median=10 max=12", "bench: BENCH quick min=9 median= max=12 n=200",
                     QUICK + " more=1", "bench: BENCH"):
            status, said = self.run_bench(log_of(line, SLOW, END))
            self.assertEqual(status, 1, line)
            self.assertIn(line + "\n", said)

    def test_a_row_that_comes_twice_fails(self):
        status, said = self.run_bench(log_of(QUICK, QUICK.replace("median=10", "median=1"), SLOW, END))
        self.assertEqual(status, 1)
        self.assertIn("bench: quick came twice\n", said)

    def test_what_others_print_is_no_row(self):
        status, said = self.run_bench(log_of("other: BENCH quick FAIL x", QUICK, SLOW, END))
        self.assertEqual((status, said.count("quick")), (0, 1))

    def test_an_end_that_did_not_come_fails(self):
        status, said = self.run_bench(log_of(QUICK, SLOW))
        self.assertEqual(status, 1)
        self.assertIn("bench: the benchmarks did not come to their end\n", said)

    def test_an_image_that_does_not_end_is_told_with_what_was_said(self):
        status, said = self.run_bench(log_of(QUICK, SLOW, END), status=1)
        self.assertEqual(status, 1)
        self.assertEqual(said, "bench: the image did not come to its end\nwhat QEMU says\n")


class Flags(Case):
    def test_json_has_what_was_measured(self):
        status, _ = self.run_bench(log_of(QUICK, SLOW, END), "--json=" + self.path("out"))
        self.assertEqual(status, 0)
        rows = json.loads(self.read("out"))
        none = {"satp": 0, "sfence": 0, "fence": 0, "full": 0, "atomic": 0}
        self.assertEqual(rows, [{"name": "quick", "min": 9, "median": 10, "max": 12, "n": 200, **none},
                                {"name": "slow", "min": 300, "median": 300, "max": 300, "n": 200, **none, "satp": 1, "atomic": 1}])

    def test_json_is_relative_to_where_the_user_stands(self):
        os.environ["BUILD_WORKING_DIRECTORY"] = self.folder
        self.addCleanup(os.environ.pop, "BUILD_WORKING_DIRECTORY")
        self.run_bench(log_of(QUICK, SLOW, END), "--json=here")
        self.assertEqual(len(json.loads(self.read("here"))), 2)

    def test_json_is_written_though_one_is_above_its_budget(self):
        status, _ = self.run_bench(log_of(QUICK, SLOW.replace("=300", "=301"), END), "--json=" + self.path("out"))
        self.assertEqual((status, json.loads(self.read("out"))[1]["median"]), (1, 301))

    def test_json_that_cannot_be_written_fails(self):
        status, said = self.run_bench(log_of(QUICK, SLOW, END), "--json=" + self.path("no/out"))
        self.assertEqual(status, 1)
        self.assertIn("no/out: No such file or directory", said)

    def test_only_one_row_is_measured(self):
        status, said = self.run_bench(log_of(SLOW, END), "--only=slow")
        self.assertEqual((status, said.count("\n")), (0, 2))
        self.assertIn("--bootargs=user_counters bench=slow --", self.read("told"))
        status, said = self.run_bench(log_of(END), "--only=slow")
        self.assertEqual(status, 1)
        self.assertIn("bench: slow was not measured\n", said)
        self.assertNotIn("quick", said)

    def test_an_unknown_row_is_an_error_that_lists_all(self):
        status, said = self.run_bench("", "--only=qui")
        self.assertEqual(status, 2)
        self.assertIn("bench: qui: no such row; there are quick slow\n", said)
        self.assertFalse(os.path.exists(self.path("told")))

    def test_an_unknown_flag_is_an_error(self):
        for flag in ("--jsn=x", "--json", "--json=", "--only=", "quick", "-only=quick", "--", ""):
            status, said = self.run_bench("", flag)
            self.assertEqual(status, 2, flag)
            self.assertIn(f"bench: {flag}: no such flag\nusage: ", said)

    def test_help_is_no_error(self):
        status, said = self.run_bench("", "--help")
        self.assertEqual(status, 0)
        self.assertTrue(said.startswith("usage: bazel run //bootimage:bench"))


class WrongBudgets(Case):
    def test_a_line_that_is_none_is_told(self):
        for line in ("quick", "quick 10", "quick 10 20 30", "quick ten 20", "quick 10 -1", "quick 10 20\nquick 9 20"):
            status, said = self.run_bench(log_of(QUICK, END), budgets=line)
            self.assertEqual(status, 1, line)
            self.assertEqual(said, f"bench: the budgets have a line that is none: {line.splitlines()[-1]}\n")


if __name__ == "__main__":
    unittest.main()
