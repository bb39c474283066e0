#!/usr/bin/env python3
"""Fails when something on the target is not freestanding: dep_gate.py PROGRAMS_JSON [WORKSPACE].

PROGRAMS_JSON (tools/build/target_programs.bzl) names each program's ELF and sources. In no program
may be: an undefined symbol; a name of libc, libm or the compiler's library, but for a few of string.h
that the house has of its own (OWN); exceptions, RTTI, vtables, a heap, soft floating point; sections that
a loader or a start-up of libc would work through. In the kernel, no floating-point instruction either.
Its sources include standard headers of HEADERS alone, and files of KERNEL_ROOMS or USER_ROOMS.
With WORKSPACE, every source of the tree that is for the target must be in one of PROGRAMS_JSON.
"""
import json
import os
import re
import subprocess
import sys

CROSS = "/usr/riscv64-linux-gnu/lib"
CROSS_GCC = "/usr/lib/gcc-cross/riscv64-linux-gnu/12"
# Whose names no program may define or want: Debian's own for riscv64, so that no list falls behind.
LIBRARIES = {
    "libc": f"{CROSS}/libc.a",
    "libm": f"{CROSS}/libm.a",
    "the compiler's library": f"{CROSS_GCC}/libgcc.a",
}
# What a freestanding compiler and <string_view> call: the kernel and servers/runtime have their own.
OWN = {"memchr", "memcpy", "memmove", "memset", "memcmp", "strlen"}

# Before LIBRARIES, for C++, and for a name that says more than its library's.
SYMBOLS = (
    ("an exception", r"__cxa_|_Unwind_|__gxx_personality|_ZSt9terminatev$|_ZSt\d+__throw_"),
    ("RTTI", r"_ZT[IS]|__dynamic_cast$"),
    ("a vtable", r"_ZT[VT]"),
    ("a heap", r"_Zn[wa]|_Zd[la]|(malloc|calloc|realloc|free|aligned_alloc|posix_memalign)$"),
    ("floating point", r"__(\w+)([sdth]f|[sdth]c)[234]?$|__(fix|float|ext|trunc)\w*[sdth]f\w*$"),
)
SECTIONS = r"\.(eh_frame|gcc_except_table|(pre)?init_array|fini_array|ctors|dtors|t(data|bss)|dynamic|interp)"

HEADERS = set(
    "algorithm array atomic compare concepts cstddef cstdint cstring expected initializer_list new optional "
    "source_location span string_view type_traits utility".split()
)
# What a source may include by its path: the kernel's own, and what user space has beside that.
KERNEL_ROOMS = {"kernel", "bootimage", "idl", "gen"}
USER_ROOMS = {"servers", "bootimage", "idl", "gen", "docs"}
# A program of the kernel's has nothing of user space, and the other way round.
NOT_REACHED = {"kernel": "servers/", "": "kernel/"}

# Where the sources of programs lie, and what lies beside them for the host: tests, what they are written
# with, and tools. All other sources there must be in a program that was looked at.
TARGET_ROOMS = ("bootimage", "docs", "kernel", "servers")
FOR_HOST = (
    r"_(test|fuzz|nc)\.cc$|/testing/|^kernel/(testing|explore|arch/host)/|"
    r"^bootimage/(flags|ladder|pack|plugin|profile|runner|stretch|testdata)/|"
    r"^(kernel/mem/census|servers/manifest/names)\.cc$"
)


def run(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        sys.exit(f"dep_gate: {command[0]}: {error.strerror}")
    if done.returncode:
        sys.exit(f"dep_gate: {' '.join(command)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def library_names():
    """Each name that a library defines for others, and the library."""
    names = {}
    for library, path in LIBRARIES.items():
        for line in run("llvm-nm-19", "--defined-only", "--extern-only", "--format=posix", "--quiet", path):
            words = line.split()
            if len(words) > 1 and not words[0].startswith("_Z"):
                names.setdefault(words[0], library)
    if len(names) < 1000:
        sys.exit(f"dep_gate: only {len(names)} names in {', '.join(LIBRARIES.values())}")
    return names


def bad_symbols(elf, names):
    symbols = [line.split()[:2] for line in run("llvm-nm-19", "--format=posix", elf)]
    if not symbols:
        yield "no symbol: it was stripped, and cannot be judged"
    for name, kind in symbols:
        rule = next((rule for rule, pattern in SYMBOLS if re.match(pattern, name)), None)
        if kind in "Uwv":
            yield f"undefined symbol {name}"
        elif rule:
            yield f"{rule}: {name}"
        elif name in names and name not in OWN:  # the optimiser of the whole makes its own of all names
            yield f"a name of {names[name]}: {name}"


def bad_sections(elf):
    for line in run("llvm-readelf-19", "--section-headers", "--wide", elf):
        found = re.match(r"\s*\[ *\d+\] (\S+)\s+\S+\s+\S+\s+\S+\s+([0-9a-f]+)", line)
        if found and re.match(SECTIONS, found[1]) and int(found[2], 16):
            yield f"section {found[1]}"


def float_instructions(elf):
    for line in run("llvm-objdump-19", "-d", "--no-show-raw-insn", "--mattr=+m,+a,+f,+d,+c", elf):
        found = re.match(r"\s*([0-9a-f]+):\s+(f(?!ence)\S+.*)", line)
        if found:
            yield f"floating-point instruction at 0x{found[1]}: {' '.join(found[2].split())}"


def bad_includes(source):
    room = source.split("/")[0]
    rooms = KERNEL_ROOMS if room == "kernel" else USER_ROOMS
    with open(source, encoding="utf-8") as text:
        for number, line in enumerate(text, 1):
            found = re.match(r'\s*#\s*include\s*(<([^>]+)>|"([^"]+)")', line)
            if not found:
                continue
            if found[2] and found[2] not in HEADERS:
                yield f"{source}:{number}: <{found[2]}> is not freestanding"
            elif found[3] and found[3].split("/")[0] not in rooms:
                yield f"{source}:{number}: {room} may not include {found[3]}"


def judge(program, names):
    kernel = program["label"].startswith("//kernel")
    elf = program["elf"]
    yield from bad_symbols(elf, names)
    yield from bad_sections(elf)
    if kernel:
        yield from float_instructions(elf)
    barred = NOT_REACHED["kernel" if kernel else ""]
    for source in program["sources"]:
        if source.startswith(barred):
            yield f"is made of {source}"


def target_sources(workspace):
    """Sources of the tree that are for the target."""
    for room in TARGET_ROOMS:
        for folder, _, files in os.walk(os.path.join(workspace, room)):
            for path in (os.path.relpath(os.path.join(folder, name), workspace) for name in files):
                if path.endswith((".cc", ".S")) and not re.search(FOR_HOST, path):
                    yield path


def main():
    with open(sys.argv[1], encoding="utf-8") as text:
        programs = json.load(text)["programs"]
    if not programs:
        sys.exit("dep_gate: no program was looked at")
    names = library_names()
    bad = [f"{each['label']}: {what}" for each in programs for what in judge(each, names)]
    sources = {source for each in programs for source in each["sources"]}
    bad += [what for source in sorted(sources) for what in bad_includes(source)]
    if len(sys.argv) > 2:
        # The file itself stands in the source tree, behind Bazel's link.
        wanted = sorted(target_sources(os.path.dirname(os.path.realpath(sys.argv[2]))))
        bad += [f"{path}: in no program of //bootimage:programs" for path in wanted if path not in sources]
        if not wanted:
            bad.append("no source is for the target: the search has gone wrong")
    print("\n".join(bad + [f"dep_gate: {len(programs)} programs, {len(sources)} sources, {len(bad)} findings"]))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
