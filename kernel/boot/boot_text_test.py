#!/usr/bin/env python3
"""Fails when code that stays refers to code that only boot runs, which is not mapped after it:
`boot_text_test.py KERNEL_ELF`. kernel.ld says which code that is; the disassembly shows every
jump and call from the one section into the other.
"""
import re
import subprocess
import sys

# What the disassembler puts after a jump or a call: `jal 0x... <name+0x..>`.
REFERENCE = re.compile(r"<([^>+]+)(?:\+0x[0-9a-f]+)?>\s*$")


def sections(elf):
    """The disassembly's lines of each section."""
    text = subprocess.run(
        ["llvm-objdump-19", "--disassemble", "--no-show-raw-insn", elf], capture_output=True, text=True, check=True
    ).stdout
    parts = re.split(r"^Disassembly of section (\S+):$", text, flags=re.M)
    return {name: body.splitlines() for name, body in zip(parts[1::2], parts[2::2])}


def labels(lines):
    """The names of functions in lines of a disassembly."""
    return {match.group(1) for line in lines if (match := re.match(r"[0-9a-f]+ <([^>]+)>:$", line))}


def main():
    """Prints what it finds; 0: nothing, and there was something to look at."""
    parts = sections(sys.argv[1])
    boot = labels(parts[".boot_text"])
    stays = labels(parts[".text"])
    if "_start" not in boot or "kernel_main" not in boot or "system_call" not in stays:
        print("boot_text_test: _start, kernel_main or system_call is not where it should be")
        return 1
    found = 0
    outward = 0
    function = ""
    for line in parts[".text"]:
        if match := re.match(r"[0-9a-f]+ <([^>]+)>:$", line):
            function = match.group(1)
        elif (match := REFERENCE.search(line)) and match.group(1) in boot:
            print(f"{function} refers to {match.group(1)}, which is not mapped after boot: {line.strip()}")
            found += 1
    for line in parts[".boot_text"]:
        if (match := REFERENCE.search(line)) and match.group(1) in stays:
            outward += 1
    print(f"boot_text_test: {len(boot)} functions of boot, which refer to the rest {outward} times; {found} references back")
    return 1 if found or not outward else 0


if __name__ == "__main__":
    sys.exit(main())
