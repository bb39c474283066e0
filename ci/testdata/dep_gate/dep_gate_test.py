#!/usr/bin/env python3
"""What ci/dep_gate.py lets pass and what it refuses: dep_gate_test.py GATE PROGRAMS_JSON."""
import json
import os
import subprocess
import sys

GATE, PROGRAMS = sys.argv[1:3]
SCRATCH = os.environ["TEST_TMPDIR"]

# Program -> a finding that it must have, in the kernel and in a server.
BROKEN = {
    "constructor": "section .init_array",
    "exception": "an exception: __cxa_throw",
    "header": "<limits> is not freestanding",
    "heap": "a heap: _Znwm",
    "libc": "a name of libc: puts",
    "rtti": "RTTI: _ZTI4Base",
    "soft_float": "floating point: __adddf3",
    "undefined": "undefined symbol nobody_has_it",
    "vtable": "a vtable: _ZTV4Base",
}

with open(PROGRAMS, encoding="utf-8") as text:
    programs = {each["label"].split(":")[1]: each for each in json.load(text)["programs"]}


def judge(listed, *more, env=None):
    path = os.path.join(SCRATCH, "programs.json")
    with open(path, "w", encoding="utf-8") as text:
        json.dump({"programs": listed}, text)
    done = subprocess.run([sys.executable, GATE, path, *more], capture_output=True, text=True, env=env, check=False)
    return done.returncode, done.stdout + done.stderr


def expect(status, says, said):
    if said[0] != status or says not in said[1]:
        sys.exit(f"wanted status {status} and {says!r}; got status {said[0]}:\n{said[1]}")


def as_part_of(room, name, **more):
    return dict(programs[name], label=f"//{room}:{name}", **more)


for room in ("kernel", "servers/some"):
    expect(0, "1 programs, 1 sources, 0 findings", judge([as_part_of(room, "clean")]))
    said = judge([as_part_of(room, name) for name in ["clean", *BROKEN]])
    for name, finding in BROKEN.items():
        expect(1, finding if name == "header" else f"//{room}:{name}: {finding}\n", said)
    if f"//{room}:clean" in said[1]:
        sys.exit(f"{room}: the clean program is not clean:\n{said[1]}")
assert set(programs) == set(BROKEN) | {"clean", "hard_float"}, programs.keys()

# Registers for floating point are the kernel's alone to leave be.
expect(0, "0 findings", judge([as_part_of("servers/some", "hard_float")]))
expect(1, "floating-point instruction at 0x1", judge([as_part_of("kernel", "hard_float")]))


def source(path, line):
    """A source of the tree that this test makes, below SCRATCH."""
    os.makedirs(os.path.join(SCRATCH, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(SCRATCH, path), "w", encoding="utf-8") as text:
        text.write(line + "\n")
    return path


GATE = os.path.abspath(GATE)
for program in programs.values():
    program["elf"] = os.path.abspath(program["elf"])
os.chdir(SCRATCH)

# Rooms: all in one judgement, for each reads the names of libc anew.
INCLUDES = (
    ("kernel/a.cc", '#include "servers/runtime/print.h"', "kernel may not include servers/runtime/print.h"),
    ("kernel/b.cc", '#include "absl/strings/str_cat.h"', "kernel may not include absl/strings/str_cat.h"),
    ("kernel/c.cc", "#include <vector>", "<vector> is not freestanding"),
    ("servers/a.cc", '  #  include "kernel/base/check.h"', "servers may not include kernel/base/check.h"),
    ("idl/a.h", '#include "kernel/base/check.h"', "idl may not include kernel/base/check.h"),
)
said = judge([as_part_of("idl", "clean", sources=[source(path, line) for path, line, _ in INCLUDES])])
for path, _, finding in INCLUDES:
    expect(1, f"{path}:1: {finding}\n", said)
said = judge([as_part_of(room, "clean", sources=[source(f"{other}/d.cc", "")])
              for room, other in (("kernel", "servers"), ("servers", "kernel"))])
expect(1, "//kernel:clean: is made of servers/d.cc\n", said)
expect(1, "//servers:clean: is made of kernel/d.cc\n", said)

# Sources that are in no program, in a tree of its own; what is for the host need be in none.
source("tree/WORKSPACE", "")
fresh = dict(programs["clean"], sources=[])
for path in ("servers/new/main_test.cc", "kernel/testing/a.cc", "servers/a/testing/b.cc", "bootimage/pack/c.cc"):
    source("tree/" + path, "")
expect(1, "no source is for the target", judge([fresh], "tree/WORKSPACE"))
ours = ["bootimage/rng/main.cc", "docs/x/start.S", "kernel/x/y.cc", "servers/new/main.cc"]
for path in ours:
    source("tree/" + path, "")
said = judge([fresh], "tree/WORKSPACE")
for path in ours:
    expect(1, f"{path}: in no program of //bootimage:programs\n", said)
expect(1, " 4 findings", said)
listed = [
    as_part_of(room, "clean", sources=[source(path, "") for path in ours if path.startswith("kernel") == (room == "kernel")])
    for room in ("kernel", "servers")
]
expect(0, " 0 findings", judge(listed, "tree/WORKSPACE"))

# Nothing to look at; a tool or a program that is not there.
expect(1, "no program was looked at", judge([]))
expect(1, "llvm-nm-19", judge([dict(fresh, elf="nowhere")]))
expect(1, "llvm-nm-19", judge([fresh], env={"PATH": "/nowhere"}))
