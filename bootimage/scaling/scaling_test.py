#!/usr/bin/env python3
"""The sums of scaling.py, and what it says of a log or of budgets that are wrong."""
import importlib.util
import os
import unittest

# Started in the runfiles' folder of the workspace.
_SPEC = importlib.util.spec_from_file_location("scaling", os.path.abspath("bootimage/scaling/scaling.py"))
scaling = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scaling)

BUDGETS = {"quotient": 0.95, "user_gain": 1.5}


def log(second_calls=100, alternations=range(10)):
    """User code gains 2.0; calls gain 1.0 for the first hart and `second_calls` hundredths for the other."""
    lines = ["init: start"]
    for i in alternations:
        lines.append(f"scaling-1: SCALING {i} user_one=50 calls_one=100 user_two=50 calls_two={second_calls}")
    lines.append("scaling-1: end")
    for i in alternations:
        lines.append(f"scaling-0: SCALING {i} user_one=50 calls_one=100 user_two=50 calls_two=100")
    lines.append("scaling-0: end")
    return "\r\n".join(lines) + "\r\n"


def disturbed(text, alternation):
    """The second pair's calls of that alternation came to hardly any."""
    line = f"scaling-1: SCALING {alternation} user_one=50 calls_one=100 user_two=50 calls_two="
    return text.replace(line + "100", line + "1")


def median_of(text):
    return scaling.medians(scaling.sums(scaling.parse_pairs(text)))


class Sums(unittest.TestCase):
    def test_rates_of_both_pairs_are_added_and_gains_divided(self):
        median = median_of(log(second_calls=80))
        self.assertEqual([median[phase] for phase in scaling.PHASES], [50, 100, 100, 180])
        self.assertAlmostEqual(median["calls_gain"], 1.8)
        self.assertAlmostEqual(median["user_gain"], 2.0)
        self.assertAlmostEqual(median["quotient"], 0.9)

    def test_a_hart_that_is_slower_gains_nothing_by_it_and_loses_nothing(self):
        # Everything of the second pair at half the rate, alone or not.
        text = log()
        for pair_line in [line for line in text.splitlines() if line.startswith("scaling-1: SCALING")]:
            text = text.replace(pair_line, pair_line.replace("=100", "=50").replace("user_one=50", "user_one=25")
                                .replace("user_two=50", "user_two=25"))
        median = median_of(text)
        self.assertEqual([median[phase] for phase in scaling.PHASES], [37.5, 75, 75, 150])
        self.assertAlmostEqual(median["quotient"], 1.0)

    def test_the_median_is_of_the_quotients(self):
        # Six alternations at 1.0, four that the host disturbed; ten: between the fifth and the sixth.
        text = log()
        for i in range(4):
            text = disturbed(text, i)
        self.assertAlmostEqual(median_of(text)["quotient"], 1.0)
        text = disturbed(text, 4)
        self.assertAlmostEqual(median_of(text)["quotient"], (1.0 + 0.505) / 2)


class Judgement(unittest.TestCase):
    def test_the_budget_itself_is_within_it(self):
        self.assertIsNone(scaling.judge(median_of(log(second_calls=90)), BUDGETS))
        self.assertIn("0.945, at least 0.950", scaling.judge(median_of(log(second_calls=89)), BUDGETS))

    def test_without_a_second_core_there_is_no_verdict(self):
        # Both gain nothing: the quotient is fine, and says nothing.
        text = log(second_calls=50).replace("user_two=50", "user_two=25").replace("calls_two=100", "calls_two=50")
        self.assertAlmostEqual(median_of(text)["quotient"], 1.0)
        self.assertIn("nothing was measured", scaling.judge(median_of(text), BUDGETS))


class WrongLog(unittest.TestCase):
    def refused(self, text, why):
        with self.assertRaises(scaling.Wrong) as caught:
            median_of(text)
        self.assertIn(why, str(caught.exception))

    def test_a_pair_or_an_alternation_is_missing(self):
        self.refused("", "scaling-0 did not come to its end")
        self.refused(log(alternations=range(9)), "did not come to its end")
        self.refused(log(alternations=range(11)), "did not come to its end")
        self.refused(log().replace("scaling-1: end", ""), "scaling-1 did not come to its end")

    def test_a_failure_is_told(self):
        self.refused(log() + "scaling-1: SCALING FAIL epipe\n", "scaling-1: SCALING FAIL epipe")

    def test_a_line_is_not_what_is_due(self):
        self.refused(log().replace("user_one=50", "user_one=-5", 1), "user_one=-5")
        self.refused(log().replace("user_one=50", "user_onc=50", 1), "not what is due")
        self.refused(log().replace(" user_one=50", "", 1), "not what is due")
        self.refused(log().replace("SCALING 3", "SCALING 2"), "not what is due")

    def test_nothing_done_is_no_rate(self):
        self.refused(log(second_calls=0), "nothing was done in a phase of alternation 0")
        self.refused(log().replace("calls_one=100", "calls_one=0", 1), "nothing was done")


class WrongBudgets(unittest.TestCase):
    def test_they_are_thousandths(self):
        text = "# why\n\nquotient 950\nuser_gain 1500\n"
        self.assertEqual(scaling.parse_budgets(text), BUDGETS)

    def test_anything_else_is_refused(self):
        for text in ("quotient 950", "quotient\nuser_gain 1500", "quotient 0.95\nuser_gain 1500",
                     "quotient 950\nuser_gain 1500\nmore 1", "quotient 950\nquotient 1\nuser_gain 1500"):
            with self.assertRaises(scaling.Wrong, msg=text):
                scaling.parse_budgets(text)


if __name__ == "__main__":
    unittest.main()
