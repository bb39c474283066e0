#!/usr/bin/env python3
"""QEMU whose serial port is slow: in the place of qemu-system-riscv64, with its arguments.

What QEMU prints goes through a small pipe that is read when it is full: then QEMU's UART can send nothing, and has no
room for its guest. The file that SLOW_QEMU_REPORT names gets a line when that was so often enough.
"""

import array
import fcntl
import os
import sys
import termios
import time

# The least that Linux gives: a page.
PIPE_BYTES = 4096
# How often it looks, in seconds; and how often before it takes what there is, when no more comes.
PAUSE = 0.01
QUIET = 20
# A quarter of what a flood fills.
OFTEN = 20


def is_full(source):
    """Waits until it is, or nothing comes any more."""
    waiting = array.array("i", [0])
    before, quiet = -1, 0
    while waiting[0] < PIPE_BYTES and quiet < QUIET:
        time.sleep(PAUSE)
        fcntl.ioctl(source, termios.FIONREAD, waiting)
        quiet = quiet + 1 if waiting[0] == before else 0
        before = waiting[0]
    return waiting[0] == PIPE_BYTES


def pass_on(source, report):
    """Until QEMU has ended."""
    full = 0
    text = b" "
    while text:
        full += is_full(source)
        if full == OFTEN:
            with open(report, "w") as file:
                file.write("the UART had no room, %d times and more\n" % full)
        text = os.read(source, PIPE_BYTES)
        os.write(1, text)


def main():
    source, sink = os.pipe()
    fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    # QEMU is the process that was started: whoever stops that one stops QEMU.
    if os.fork() == 0:
        os.close(sink)
        pass_on(source, os.environ["SLOW_QEMU_REPORT"])
        return
    os.dup2(sink, 1)
    os.close(source)
    os.execvp("qemu-system-riscv64", ["qemu-system-riscv64"] + sys.argv[1:])


main()
