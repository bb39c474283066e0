#!/usr/bin/env python3
"""Counts the tests of one `bazel test` run: count_tests.py BUILD_EVENTS_JSON EXIT_STATUS.

Prints `N passed, N failed` and exits non-zero unless all passed. A GoogleTest counts by its cases,
every other test as one. What did not build, timed out or died counts as failed; so does a run that
Bazel calls failed for any other reason, or one without a single test.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree


def count_cases(path):
    """Passed and failed cases in a test.xml; (0, 0) when there is none to read."""
    try:
        cases = list(xml.etree.ElementTree.parse(path).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 0
    ran = [case for case in cases if case.get("status", "run") == "run"]
    skipped = [case for case in ran if case.find("skipped") is not None]
    failed = [
        case for case in ran if case.find("failure") is not None or case.find("error") is not None
    ]
    return len(ran) - len(skipped) - len(failed), len(failed)


def count_events(lines):
    """Passed and failed tests in the lines of a build event file."""
    results = {}
    broken = set()
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue  # a line cut off when Bazel was killed
        identity = event.get("id", {})
        if "testResult" in event:
            key = identity["testResult"]
            # A later attempt takes the place of an earlier one.
            results[key["label"], key.get("run"), key.get("shard")] = event["testResult"]
        elif identity.get("targetCompleted") and "success" not in event.get("completed", {}):
            # Not built, or left out; the latter says so.
            if event.get("aborted", {}).get("reason") != "SKIPPED":
                broken.add(identity["targetCompleted"]["label"])

    passed = failed = 0
    for result in results.values():
        outputs = {o["name"]: o.get("uri", "") for o in result.get("testActionOutput", [])}
        path = urllib.parse.unquote(urllib.parse.urlparse(outputs.get("test.xml", "")).path)
        good, bad = count_cases(path)
        if result.get("status") == "PASSED":
            passed += max(good, 1)
            failed += bad
        else:
            # The cases before a crash are not in the file: the crash itself is one failure.
            passed += good
            failed += max(bad, 1)
    failed += len(broken - {label for label, _, _ in results})
    return passed, failed


def main():
    passed = failed = 0
    try:
        with open(sys.argv[1], encoding="utf-8") as events:
            passed, failed = count_events(events)
    except OSError as error:
        print(error, file=sys.stderr)
    if failed == 0 and (sys.argv[2] != "0" or passed == 0):
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
