"""Runs an image with a plugin that traces it."""
import os
import subprocess
import tempfile

from samples import Wrong


def record(qemu, plugin, *flags):
    """Boots the image as the launcher `qemu` does, till its end; the trace's lines and what came on the console."""
    # Started in the runfiles' folder of the workspace; the image's files are beside it.
    environment = dict(os.environ, TEST_SRCDIR=os.path.dirname(os.getcwd()))
    with tempfile.TemporaryDirectory() as scratch:
        trace, log = os.path.join(scratch, "trace"), os.path.join(scratch, "log")
        command = [qemu, *flags, f"--log={log}", f"--plugin={os.path.abspath(plugin)},out={trace}"]
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="replace", check=False)
        if run.returncode != 0:
            raise Wrong("\n".join(["the image did not come to its end"] + run.stdout.splitlines()[-20:]))
        with open(trace, encoding="utf-8") as lines, open(log, encoding="utf-8", errors="replace", newline="") as text:
            return lines.readlines(), text.read()
