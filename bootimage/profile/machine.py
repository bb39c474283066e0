"""Runs an image, with a plugin that traces it or without."""
import os
import subprocess
import tempfile

from samples import Wrong


def boot(qemu, *flags):
    """Boots the image as the launcher `qemu` does, till its end; what came on the console."""
    # Started in the runfiles' folder of the workspace; the image's files are beside it.
    environment = dict(os.environ, TEST_SRCDIR=os.path.dirname(os.getcwd()))
    with tempfile.TemporaryDirectory() as scratch:
        log = os.path.join(scratch, "log")
        run = subprocess.run([qemu, *flags, f"--log={log}"], env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        if run.returncode != 0:
            raise Wrong("\n".join(["the image did not come to its end"] + run.stdout.splitlines()[-20:]))
        with open(log, encoding="utf-8", errors="replace", newline="") as text:
            return text.read()


def record(qemu, plugin, *flags):
    """The same with a plugin that traces it: the trace's lines, and what came on the console."""
    with tempfile.TemporaryDirectory() as scratch:
        trace = os.path.join(scratch, "trace")
        log = boot(qemu, *flags, f"--plugin={os.path.abspath(plugin)},out={trace}")
        with open(trace, encoding="utf-8") as lines:
            return lines.readlines(), log
