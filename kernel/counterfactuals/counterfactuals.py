"""Breaks the kernel's mechanisms one at a time, and sees which tests fail.

breaks.txt beside this has the list. Usage:

    counterfactuals.py check WORKSPACE            every break still fits the sources
    counterfactuals.py run WORKSPACE [NAME...]    each is applied to a copy of the sources, and every
                                                  test that it names must fail there

The copy and what Bazel makes of it lie in COUNTERFACTUALS_DIR, and stay there for the next run;
without it in a folder that is removed at the end.
"""

import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

Break = collections.namedtuple("Break", "name file before after tests")

# Of Bazel: all was built, and some test failed.
TESTS_FAILED = 3
# How its last lines say so. A break may make a test run for ever.
FAILURES = ("FAILED in", "TIMEOUT in")
TEST_SECONDS = 100


def read_breaks(path):
    """A paragraph each: a name, `in FILE`, lines with - that + replaces, `seen by TEST...`."""
    breaks = []
    text = "\n".join(l for l in path.read_text().split("\n") if not l.startswith("#"))
    for paragraph in text.strip().split("\n\n"):
        name, file, *edit, seen = paragraph.strip("\n").split("\n")
        if not (file.startswith("in ") and seen.startswith("seen by ")):
            sys.exit(f"breaks.txt: {name}: a line `in FILE` or `seen by TEST...` is missing")
        before = "".join(l[1:] + "\n" for l in edit if l.startswith("-"))
        after = "".join(l[1:] + "\n" for l in edit if l.startswith("+"))
        breaks.append(Break(name, file[len("in "):], before, after, seen[len("seen by "):].split()))
    return breaks


def broken(workspace, each):
    """The file's text with the break; None when it does not fit, or fits in several places."""
    text = (workspace / each.file).read_text()
    return text.replace(each.before, each.after) if text.count(each.before) == 1 else None


def check(workspace, breaks):
    misfits = [each.name for each in breaks if broken(workspace, each) is None]
    for name in misfits:
        print(f"does not fit the sources any more: {name}")
    print(f"{len(breaks)} breaks")
    return not misfits


def list_files(root):
    """The sources below a folder: no repository, nothing that Bazel links."""
    files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return {f for f in files if f.parts[0] != ".git" and not f.parts[0].startswith("bazel-")}


class Copy:
    def __init__(self, workspace, folder):
        self.root = folder / "workspace"
        self.bazel = ["tools/bazel", f"--output_base={folder / 'bazel'}"]
        self.root.mkdir(parents=True, exist_ok=True)
        sources = list_files(workspace)
        for gone in list_files(self.root) - sources:
            (self.root / gone).unlink()
        # Only what changed is written, so that Bazel builds no more than that anew.
        for file in sources:
            source, target = workspace / file, self.root / file
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)

    def test(self, targets):
        command = self.bazel + ["test", "--symlink_prefix=/", "--test_output=summary",
                                f"--test_timeout={TEST_SECONDS}", *targets]
        done = subprocess.run(command, cwd=self.root, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        failed = [t for t in targets if any(
            line.split()[0] == t and any(how in line for how in FAILURES)
            for line in done.stdout.split("\n") if line.strip())]
        if done.returncode not in (0, TESTS_FAILED):
            print(done.stdout[-4000:])
        return done.returncode, failed

    def stop(self):
        subprocess.run(self.bazel + ["shutdown"], cwd=self.root, check=False)


def run(workspace, breaks, folder):
    copy = Copy(workspace, folder)
    good = True
    everything = sorted({test for each in breaks for test in each.tests})
    code, failed = copy.test(everything)
    if code != 0:
        print(f"fails without a break: {' '.join(failed) or 'the build'}")
        return False
    for each in breaks:
        path = copy.root / each.file
        whole = path.read_text()
        path.write_text(broken(copy.root, each))
        code, failed = copy.test(each.tests)
        path.write_text(whole)
        unseen = [test for test in each.tests if test not in failed]
        good = good and code == TESTS_FAILED and not unseen
        verdict = "does not build" if code not in (0, TESTS_FAILED) else (
            f"NOT SEEN by {' '.join(unseen)}" if unseen else f"seen by {' '.join(failed)}")
        print(f"{each.name}: {verdict}", flush=True)
    copy.stop()
    return good


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("check", "run"):
        print("usage: counterfactuals.py check|run WORKSPACE_FILE [WORDS...]\n"
              "check: every break fits the sources. run: every break is seen by the tests it names.\n"
              "WORDS choose breaks by their names. Exit: 0 so it is, 1 not, 2 wrong arguments.",
              file=sys.stderr)
        return 2
    command, marker, *names = sys.argv[1:]
    # The real file behind Bazel's link stands in the source tree.
    workspace = pathlib.Path(marker).resolve().parent
    breaks = read_breaks(workspace / "kernel/counterfactuals/breaks.txt")
    if names:
        breaks = [each for each in breaks if any(name in each.name for name in names)]
    good = check(workspace, breaks)
    if command == "run" and good:
        kept = os.environ.get("COUNTERFACTUALS_DIR")
        folder = pathlib.Path(kept or tempfile.mkdtemp())
        os.environ.setdefault("HOME", str(folder))
        good = run(workspace, breaks, folder)
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
