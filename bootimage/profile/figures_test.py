#!/usr/bin/env python3
"""What boot.py makes of a trace and a console, and what is said of budgets."""
import unittest

import boot
import budgets
from samples import Wrong

TEXT = "tessera vers. 1\r\ninit: ready\r\n"


def trace(kernel=5, stores=len(TEXT)):
    lines = ["insn 0 0x80200000 0x00000013 1", "sample 1" + " 0" * kernel, "row"]
    # A byte each hundred instructions, after two from before user space.
    lines = ["byte 3", "byte 4"] + lines + [f"byte {100 * i}" for i in range(1, stores - 1)]
    return [line + "\n" for line in lines]


class Figures(unittest.TestCase):
    def refused(self, why, lines, log):
        with self.assertRaises(Wrong) as caught:
            boot.figures(lines, log)
        self.assertIn(why, str(caught.exception))

    def test_ready_is_its_last_letter(self):
        last = TEXT.index("ready") + 4
        self.assertEqual(boot.figures(trace(7), "firmware: init: ready\r\n" + TEXT),
                         {"boot_to_init": [7], "boot_to_ready": [100 * (last - 1)]})

    def test_the_end_may_be_cut_off(self):
        cut = trace()[:-1] + ["byte 29"]
        self.assertEqual(boot.figures(cut, TEXT), boot.figures(trace(), TEXT))

    def test_the_machine_may_have_gone_on(self):
        self.assertEqual(boot.figures(trace(stores=len(TEXT) + 100), TEXT), boot.figures(trace(), TEXT))

    def test_bytes_that_do_not_fit_the_console_are_refused(self):
        self.refused("the console has 30 bytes, the trace 28", trace(stores=28), TEXT)
        self.refused("the console has 28 bytes, the trace 27", trace(stores=27), TEXT[:-2])

    def test_a_boot_that_did_not_come_so_far_is_refused(self):
        self.refused('the console has no "init: ready"', trace(), "")
        self.refused('the console has no "init: ready"', trace(), TEXT.replace("ready", "start"))
        self.refused('the console has no "init: ready"', trace(), TEXT.replace("vers.", "versus"))
        self.refused("no way from the kernel's entry", [line for line in trace() if line != "row\n"], TEXT)


class Budgets(unittest.TestCase):
    def test_lines_have_a_name_and_figures(self):
        self.assertEqual(budgets.parse("# why\n\na 1 2\nb 3 4\n", 2), {"a": [1, 2], "b": [3, 4]})
        for text in ("a", "a 1", "a 1 2 3", "a 1 -2", "a 1 2\na 1 2", "a 1 2.0"):
            with self.assertRaises(Wrong, msg=text):
                budgets.parse(text, 2)

    def test_what_is_over_or_missing_is_wrong_and_what_is_under_is_told(self):
        due = {"a": [1, 2], "b": [3, 4]}
        self.assertEqual(budgets.judge(due, due, ["x", "y"]), ([], []))
        wrong, lower = budgets.judge({"a": [2, 1], "c": [0, 0]}, due, ["x", "y"])
        self.assertEqual(wrong, ["b was not measured", "a: x is 2, its budget 1", "c has no line in the budgets"])
        self.assertEqual(lower, ["a: y is less than its budget: lower that to 1"])


if __name__ == "__main__":
    unittest.main()
