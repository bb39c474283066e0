#!/usr/bin/env python3
"""ci/proof with a Bazel that only plays: proof_test.py PROOF."""
import os
import re
import signal
import subprocess
import sys

PROOF = os.path.abspath(sys.argv[1])
SCRATCH = os.environ["TEST_TMPDIR"]
BAZEL = os.path.join(SCRATCH, "bazel")
CALLS = os.path.join(SCRATCH, "calls")

# Says what the real ones say, and writes down its arguments. In the call that has PLAY_AT among its
# arguments it does PLAY first.
PLAYED = """#!/bin/bash
echo "$*" >>"$CALLS"
[[ -n "${PLAY_AT:-}" && " $* " == *" $PLAY_AT "* ]] && eval "$PLAY"
case "$1" in
  test) echo "Executed 3 out of 9 tests: 7 tests pass and 2 were skipped." ;;
  run) echo "tessera vers. 0"; echo "auditd: QOS-AUqemu: ok: 42 markers came in order after 0.9 s" ;;
esac
"""

# Step -> an argument that its call alone has.
STEPS = {
    "tests": "//...",
    "dep_gate": "//ci:dep_gate",
    "diag_os": "//ci:diag_os",
    "ladder-1": "--smp=1",
    "ladder-2": "--smp=2",
    "ladder-4": "--smp=4",
    "mmio": "--phase=mmio",
}


def prove(*flags, bazel=BAZEL, at="", play=""):
    """Status, output, and the calls of Bazel."""
    with open(CALLS, "w", encoding="utf-8"):
        pass
    env = dict(os.environ, PROOF_BAZEL=bazel, CALLS=CALLS, PLAY_AT=at, PLAY=play)
    done = subprocess.run([PROOF, *flags], capture_output=True, text=True, env=env, check=False)
    with open(CALLS, encoding="utf-8") as calls:
        return done.returncode, done.stdout + done.stderr, calls.read().splitlines()


def expect(got, status, *texts, calls=None):
    missing = [text for text in texts if text not in got[1]]
    if got[0] != status or missing or calls not in (None, len(got[2])):
        sys.exit(f"wanted status {status}, {calls} calls, {missing}; got {got[0]}, {len(got[2])} calls:\n{got[1]}")


with open(BAZEL, "w", encoding="utf-8") as script:
    script.write(PLAYED)
os.chmod(BAZEL, 0o755)

# All is well: every step is named, timed, and called for once, in this order.
whole = prove()
expect(whole, 0, "proof: passed, 7 of 7 steps, ", calls=7)
for number, (step, argument) in enumerate(STEPS.items(), 1):
    expect(whole, 0, f"proof: step {number} of 7, {step}: ")
    if not re.search(rf"proof: step {step} passed after \d+\.\d s\n", whole[1]):
        sys.exit(f"no time of {step}:\n{whole[1]}")
    if argument not in whole[2][number - 1].split():
        sys.exit(f"call {number} is not that of {step}: {whole[2]}")
if any("--require-smp" not in whole[2][at] for at in (3, 4, 5)):
    sys.exit(f"a ladder that is content with fewer harts: {whole[2]}")

# Each step's tool fails, dies, does nothing, or is not there when its turn comes.
for number, (step, argument) in enumerate(STEPS.items(), 1):
    for play, why in (
        ("exit 1", "status 1"),
        ("kill -9 $$", "killed by SIGKILL"),
        ("exit 0", "status 0, but nothing it said matches"),
        ("exec /nowhere/tool", "status 127"),
    ):
        got = prove(at=argument, play=play)
        expect(got, 1, f"proof: step {step} FAILED after ", f": {why}", f"proof: FAILED: {step}, {number} of 7 steps", calls=number)
        if not re.search(rf"proof: alone: {re.escape(BAZEL)} .*{re.escape(argument)}", got[1]):
            sys.exit(f"no command to run {step} alone:\n{got[1]}")
    # The tool goes after the step before has begun; what starts the step finds nothing.
    if number > 1:
        before = list(STEPS.values())[number - 2]
        got = prove(at=before, play=f'mv "{BAZEL}" "{BAZEL}.away"')
        os.rename(BAZEL + ".away", BAZEL)
        expect(got, 1, f"proof: step {step} FAILED", "cannot be started: No such file or directory", calls=number - 1)
    expect(prove("--only", step), 0, "proof: passed, 1 of 1 steps", calls=1)

expect(prove(bazel="/nowhere/bazel"), 1, "proof: step tests FAILED", "/nowhere/bazel cannot be started", calls=0)
os.chmod(BAZEL, 0o644)
expect(prove(), 1, "cannot be started: Permission denied", calls=0)
os.chmod(BAZEL, 0o755)

# A run that looked at nothing: no test passed; a ladder whose console nobody sees.
none = 'echo "Executed 0 out of 2 tests: 0 tests pass and 2 were skipped."; exit 0'
expect(prove(at="//ci:dep_gate", play=none), 1, "step dep_gate FAILED", "nothing it said matches: ^Executed", calls=2)
silent = 'echo "qemu: ok: 42 markers came in order after 0.9 s"; exit 0'
expect(prove(at="--smp=2", play=silent), 1, "step ladder-2 FAILED", "nothing it said matches: ^tessera", calls=5)

# A tool that takes too long is stopped, with what it has started, which holds the output open.
for play in ("sleep 100 & wait", "trap '' TERM; sleep 100"):
    got = prove("--limit=0.01", at="--smp=1", play=play)
    expect(got, 1, "step ladder-1 FAILED after ", "stopped: it took more than 0.01 minutes", calls=4)

# Whoever stops the proof stops its tool.
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    env = dict(os.environ, PROOF_BAZEL=BAZEL, CALLS=CALLS, PLAY_AT="//...", PLAY="echo at work $$; exec sleep 100")
    with subprocess.Popen([PROOF], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as stopped:
        tool = next(int(line.split()[-1]) for line in stopped.stdout if line.startswith("at work"))
        stopped.send_signal(number)
        said = stopped.communicate()[0]
    if stopped.returncode != 1 or "proof: FAILED: interrupted" not in said or os.path.exists(f"/proc/{tool}"):
        sys.exit(f"{number.name}: status {stopped.returncode}:\n{said}")

# With --keep-going the others are tried, and the end tells all that failed.
expect(prove("--keep-going", at="run", play="exit 1"), 1, "FAILED: ladder-1, ladder-2, ladder-4, mmio, 7 of 7", calls=7)

# Signatures in a ladder that reaches its end all the same.
for line, what in (
    ("PANIC load page fault in the kernel: cause=0xd stval=0x8", "a page fault in the kernel"),
    ("PANIC store access fault in the kernel: cause=0x7", "a page fault in the kernel"),
    ("PANIC kernel stack overflow in the kernel: cause=0xf", "a page fault in the kernel"),
    ("PANIC retype(memory, request, cspace, slot).has_value() at kernel/boot/first_task.cc:122", "an allocation failure in the kernel"),
    ("PANIC boot: too little RAM", "an allocation failure in the kernel"),
    ("init: PANIC page.ok() at kernel/mem/page.cc:3", "a panic of the kernel"),
):
    for step in ("ladder-1", "ladder-2", "ladder-4", "mmio"):
        expect(prove(at=STEPS[step], play=f'echo "{line}"'), 1, f"step {step} FAILED", f": {what}, in the output")
# Tests print such lines of their own making; they are judged by what they are tests of.
expect(prove(at="//...", play='echo "PANIC in the kernel"'), 0, "proof: passed")

expect(prove("--help"), 0, "steps:", "PROOF_BAZEL", "ladder-4", calls=0)
expect(prove("--fast"), 2, "--fast", calls=0)
expect(prove("--only=all"), 2, "'all'", calls=0)
for limit in ("0", "-1", "nan", "soon", "1e9"):
    expect(prove(f"--limit={limit}"), 2, "--limit: invalid minutes value", calls=0)
