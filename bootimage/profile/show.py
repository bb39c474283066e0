#!/usr/bin/env python3
"""show.py BENCH_QEMU SAMPLES_PLUGIN BOOT_QEMU BOOT_PLUGIN PROGRAMS BUDGETS: where the instructions of a row of the bench's
table go, or those of a boot; see --help."""
import argparse
import collections
import os
import sys

import boot
import flame
import machine
import programs
import samples
import stacks

EPILOG = """Counted is the median sample, as the table has it: the sum is the row's median. The unit is the symbol of the ELF: what the
compiler inlined is its caller's, without --inlined. In the graph, what a function had been called by before the sample began is not there.
A task that runs code of its own, of no program of the image, is called unknown.

exit: 0 shown, 1 it could not be, 2 a wrong flag or name"""


BOOT = "boot_to_init"


def parse(arguments, names):
    parser = argparse.ArgumentParser(
        prog="bazel run //bootimage:profile --", allow_abbrev=False, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Shows where a benchmark's instructions go: a table by function, and a flame graph as an SVG.")
    parser.add_argument("name", metavar="NAME", nargs="?", help=f"a row of the bench's table, or {BOOT}")
    parser.add_argument("--list", action="store_true", help="the names, and no more")
    parser.add_argument("--svg", metavar="FILE", help="where the flame graph goes (NAME.svg)")
    parser.add_argument("--inlined", action="store_true", help="by function also where the compiler inlined it")
    flags = parser.parse_args(arguments)
    if not flags.list and flags.name is None:
        parser.error("which row? One of: " + " ".join(names))
    if flags.name is not None and flags.name not in names:
        parser.error(f"{flags.name}: no such row. One of: " + " ".join(names))
    return flags


def names_of(budgets):
    """The first words of the budgets' lines, and the boot's."""
    lines = (line.split() for line in budgets.splitlines())
    return [words[0] for words in lines if words and not words[0].startswith("#")] + [BOOT]


def table(counts):
    """Lines: program and function with their instructions, most first, and the sum."""
    by_function = collections.Counter()
    for stack, count in counts.items():
        by_function[stack[0], stack[-1]] += count
    total = sum(by_function.values())
    lines = [f"{'instructions':>12}  {'share':>6}  function"]
    for (program, function), count in sorted(by_function.items(), key=lambda each: (-each[1], each[0])):
        lines.append(f"{count:>12}  {100 * count / total:>5.1f}%  {program}: {function}")
    return lines + [f"{total:>12}  {100:>5.1f}%  all"]


def sample_of(name, trace, log):
    for row in samples.rows_of(trace, log):
        if row.name == name:
            return samples.median_sample(row)
    raise samples.Wrong(f"{name} was not measured")


def main(arguments):
    bench_qemu, samples_plugin, boot_qemu, boot_plugin, listing, budgets, *rest = arguments
    with open(budgets, encoding="utf-8") as file:
        names = names_of(file.read())
    flags = parse(rest, names)
    if flags.list:
        print("\n".join(names))
        return 0
    # `bazel run` starts programs elsewhere: a relative path is meant from where the user stands.
    svg = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", "."), flags.svg or f"{flags.name}.svg")
    try:
        if flags.name == BOOT:
            sample = boot.way_to_init(machine.record(boot_qemu, boot_plugin, *boot.FLAGS)[0])
        else:
            sample = sample_of(flags.name, *machine.record(bench_qemu, samples_plugin))
        kernel, others = programs.load(listing)
        inlined = programs.inlined_functions(sample, kernel, others) if flags.inlined else None
        counts = stacks.count(sample, programs.Places(sample, kernel, others, inlined))
        print("\n".join(table(counts)))
        with open(svg, "w", encoding="utf-8") as file:
            file.write(flame.draw(flags.name, counts))
    except samples.Wrong as wrong:
        print(f"profile: {wrong}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"profile: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"flame graph: {svg}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
