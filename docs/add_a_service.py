"""Does what add_a_service.md says.

    add_a_service.py check WORKSPACE_FILE KIDL    its files, edits and kidl commands, without Bazel;
                                                  and that `mine` is what docs/greeter is
    add_a_service.py run WORKSPACE_FILE           all of it

Both work in a copy of the sources. What a fenced block of the page is, its first line says:

    sh               commands, a line each: all must succeed
    sh fails         all must fail
    expect           what those before must have printed: these lines, in this order
    diff FILE        an edit: lines with - become lines with +, at the one place where they fit
    LANGUAGE FILE    a file to write

The Bazel inside begins with what the one around it has built of the same sources: its outputs and
its action cache, which knows by digests which of them still hold. Without that it builds all.

The copy and what Bazel makes of it lie in ADD_A_SERVICE_DIR, and stay there for the next run;
without it in a folder that is removed at the end.
"""

import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

Block = collections.namedtuple("Block", "line section info text")

PAGE = "docs/add_a_service.md"
OWN, SAMPLE = "mine", "docs/greeter"
OWN_SECTION = "## In a package of your own"
KIDL_COMMAND = "tools/bazel run //gen:kidl -- "
FREEZE_COMMAND = "tools/bazel run //idl:freeze"
BAZELRC = """startup --output_base={base}
build --curses=no --color=no --symlink_prefix=/
"""


class Wrong(Exception):
    """The page says what is not so."""


def read_blocks(text):
    blocks, section, start = [], "", None
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if start is None and line.startswith("## "):
            section = line
        if not line.startswith("```"):
            continue
        if start is None:
            start = number
            continue
        info = lines[start - 1][len("```"):].split()
        content = "".join(each + "\n" for each in lines[start:number - 1])
        if line != "```" or not content:
            raise Wrong(f"line {start}: a block without an end, or an empty one")
        if info not in (["sh"], ["sh", "fails"], ["expect"]) and (
                len(info) != 2 or info[0] in ("sh", "expect")):
            raise Wrong(f"line {start}: what is a block `{' '.join(info)}`?")
        blocks.append(Block(start, section, info, content))
        start = None
    if start is not None:
        raise Wrong(f"line {start}: a block without an end")
    return blocks


def edited(text, edit):
    lines = edit.rstrip("\n").split("\n")
    if not all(line[:1] in (" ", "-", "+") for line in lines):
        raise Wrong("a line of an edit begins with a space, - or +")
    before = "".join(line[1:] + "\n" for line in lines if line[0] != "+")
    after = "".join(line[1:] + "\n" for line in lines if line[0] != "-")
    if ("\n" + text).count("\n" + before) != 1:
        raise Wrong("the edit fits nowhere, or in several places")
    return ("\n" + text).replace("\n" + before, "\n" + after)[1:]


def missing_line(output, wanted):
    """The first line that does not come where it should, or None."""
    place = 0
    for line in wanted.rstrip("\n").split("\n"):
        found = output.find(line, place)
        if found < 0:
            return line
        place = found + len(line)
    return None


class Follower:
    """Goes through the blocks in a copy of the sources. Without `kidl` Bazel does it all."""

    def __init__(self, root, home, kidl=None):
        self.root, self.kidl = root, kidl
        # Nothing of a test around this is told to the Bazel inside: it would change what that does.
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"], "USER": "tutorial"}
        self.output = None  # of the commands before; None: not all of them were run

    def command(self, line):
        """How the command is run here; None when only Bazel can."""
        if self.kidl is None:
            return line
        if line.startswith(KIDL_COMMAND):
            return f"{self.kidl} {line[len(KIDL_COMMAND):]}"
        if line == FREEZE_COMMAND:
            return f"{self.kidl} freeze --under=idl $(find idl -name '*.idl' ! -name kidl.idl)"
        return None

    def run(self, line, fails=False):
        done = subprocess.run(["bash", "-c", line], cwd=self.root, env=self.env, text=True,
                              check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors="replace")
        if (done.returncode != 0) != fails:
            raise Wrong(f"{line}: status {done.returncode}\n{done.stdout[-8000:]}")
        return done.stdout

    def run_all(self, lines, fails):
        self.output = ""
        for line in lines:
            command = self.command(line)
            if command is None:
                self.output = None
                return
            print(f"  {line}", flush=True)
            self.output += self.run(command, fails)

    def follow(self, block):
        if block.info[0] == "sh":
            self.run_all(block.text.rstrip("\n").split("\n"), fails=len(block.info) > 1)
        elif block.info[0] == "expect":
            missing = None if self.output is None else missing_line(self.output, block.text)
            if missing is not None:
                raise Wrong(f"this did not come: {missing}\n{self.output[-8000:]}")
        else:
            path = self.root / block.info[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            is_edit = block.info[0] == "diff"
            path.write_text(edited(path.read_text(), block.text) if is_edit else block.text)


def check_sources(follower, blocks):
    """What the page leads to has the house's form, and the sample is the page's."""
    written = {block.info[1] for block in blocks if block.info[0] not in ("sh", "expect")}
    for block in blocks:
        if block.section == OWN_SECTION and len(block.info) == 2 and block.info[0] != "sh":
            if not block.info[1].startswith(OWN + "/"):
                raise Wrong(f"line {block.line}: {block.info[1]} is a file of the tree")
    for file in sorted(written):
        if file.endswith(".idl"):
            follower.run(f"{follower.kidl} fmt --check {file}")
            follower.run(f"{follower.kidl} lint {file}")
        elif file.endswith((".h", ".cc")):
            follower.run(f"clang-format-19 --dry-run -Werror {file}")
    names = {path.name for path in (follower.root / SAMPLE).iterdir()}
    if names != {path.name for path in (follower.root / OWN).iterdir()}:
        raise Wrong(f"{SAMPLE} has other files than the page")
    for name in sorted(names):
        sample = (follower.root / SAMPLE / name).read_text().replace(SAMPLE, OWN)
        if (follower.root / OWN / name).read_text() != sample:
            raise Wrong(f"{SAMPLE}/{name} is another than {OWN}/{name} of the page")


def copy_outputs(base, to):
    """What a Bazel has built, for another one in `to`. Links are left out, and runfiles: they lead
    to the sources and outputs of the first."""
    out = "execroot/tessera/bazel-out"
    if base is None or to.exists() or not (base / "action_cache").is_dir():
        return
    for root, folders, files in os.walk(base / out):
        folders[:] = [f for f in folders if f != "testlogs" and not f.endswith(".runfiles")]
        target = to / out / pathlib.Path(root).relative_to(base / out)
        target.mkdir(parents=True)
        for file in files:
            source = pathlib.Path(root) / file
            if not source.is_symlink() and not file.endswith(".runfiles_manifest"):
                shutil.copy2(source, target / file)
    shutil.copytree(base / "action_cache", to / "action_cache")


def outer_base():
    """Where the Bazel around this has its outputs; None without one."""
    base, found, _ = os.environ.get("TEST_SRCDIR", "").partition("/execroot/")
    return pathlib.Path(base) if found else None


def do_page(workspace, folder, kidl):
    root = folder / "workspace"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(workspace, root, symlinks=True,
                    ignore=shutil.ignore_patterns(".git", "bazel-*"))
    if kidl is None:
        copy_outputs(outer_base(), folder / "bazel")
    (folder / ".bazelrc").write_text(BAZELRC.format(base=folder / "bazel"))
    follower = Follower(root, folder, kidl)
    blocks = read_blocks((root / PAGE).read_text())
    try:
        for block in blocks:
            print(f"line {block.line}: {' '.join(block.info)}", flush=True)
            try:
                follower.follow(block)
            except Wrong as error:
                raise Wrong(f"line {block.line}: {error}") from None
        if kidl is not None:
            check_sources(follower, blocks)
    finally:
        if kidl is None:
            follower.run("tools/bazel shutdown")
    print(f"{len(blocks)} blocks")


def main():
    arguments = sys.argv[1:]
    if [len(arguments), *arguments[:1]] not in ([3, "check"], [2, "run"]):
        print(__doc__, file=sys.stderr)
        return 2
    # The real file behind Bazel's link stands in the source tree.
    workspace = pathlib.Path(arguments[1]).resolve().parent
    kidl = pathlib.Path(arguments[2]).resolve() if arguments[0] == "check" else None
    kept = os.environ.get("ADD_A_SERVICE_DIR") if kidl is None else None
    folder = pathlib.Path(kept or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    try:
        do_page(workspace, folder, kidl)
        return 0
    except Wrong as error:
        print(f"{PAGE}: {error}", file=sys.stderr)
        return 1
    finally:
        if not kept:
            subprocess.run(["chmod", "-R", "u+w", folder], check=False)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
