"""What the bench image executed in its samples: the trace (trace.h) beside the table that the image printed."""
import collections
import re

import riscv

KERNEL_BASE = 0xFFFFFFFF80000000  # as in bootimage/plugin/code.h

# A short instruction has two bytes.
Instruction = collections.namedtuple("Instruction", "address code page size")
# `values` are min, median, max and n; `samples` are pairs: how often, and the instructions, without the reads of the counter.
Row = collections.namedtuple("Row", "name values samples")

LINE = re.compile(r"bench: BENCH (\S+) min=(\d+) median=(\d+) max=(\d+) n=(\d+)")
# rdinstret: servers/bench/marks.h.
READ_MASK, READ = 0xFFFFF07F, 0xC0202073


class Wrong(Exception):
    """What was read is not what it should be; with what is wrong."""


def parse_trace(lines):
    """The samples of each row, as they were recorded: [[(times, [Instruction])]]. A last line that was cut off is none."""
    instructions, rows, samples = {}, [], []
    for line in lines:
        if not line.endswith("\n"):
            break
        kind, *words = line.split()
        try:
            if kind == "insn":
                address, code = int(words[1], 16), int(words[2], 16)
                instructions[words[0]] = Instruction(address, code, words[3], 4 if code & 3 == 3 else 2)
            elif kind == "sample":
                samples.append((int(words[0]), [instructions[number] for number in words[1:]]))
            elif kind == "row":
                rows.append(samples)
                samples = []
            else:
                raise ValueError
        except (ValueError, IndexError, KeyError):
            raise Wrong(f"the trace has a line that is none: {line.strip()[:60]}") from None
    return rows


def without_reads(recorded):
    """What lies between the two reads of the counter."""
    if len(recorded) < 2 or any(each.code & READ_MASK != READ for each in (recorded[0], recorded[-1])):
        raise Wrong("a sample of the trace does not lie between two reads of the counter")
    sample = recorded[1:-1]
    # Who waits for an interrupt reads again and again. An instruction after the last read, before the trap, is not counted: the trap is
    # the first that is (servers/bench/interrupts.cc).
    places = [each.address >= KERNEL_BASE for each in sample[:2]]
    return sample[1:] if places == [False, True] and sample[0].code != riscv.ECALL else sample


def parse_log(log):
    """The lines of the table: [(name, values)]; of one that failed, values are None."""
    lines = []
    for line in log.replace("\r", "").splitlines():
        if not line.startswith("bench: BENCH "):
            continue
        match = LINE.fullmatch(line)
        values = dict(zip(("min", "median", "max", "n"), map(int, match.groups()[1:]))) if match else None
        lines.append((line.split()[2], values))
    return lines


def rows_of(trace, log):
    """The rows of the table with their samples, in order; without those that failed."""
    recorded, printed = parse_trace(trace), parse_log(log)
    if len(recorded) != len(printed):
        raise Wrong(f"the trace has {len(recorded)} rows, the table {len(printed)}")
    return [
        Row(name, values, [(times, without_reads(sample)) for times, sample in samples])
        for samples, (name, values) in zip(recorded, printed)
        if values
    ]


def median_sample(row):
    """The instructions of a sample that took as many as the median; of several, the one that came most often."""
    fitting = [each for each in row.samples if len(each[1]) == row.values["median"]]
    if not fitting:
        raise Wrong(f"{row.name}: no sample of the trace has {row.values['median']} instructions, which the table has as median")
    return max(fitting, key=lambda each: each[0])[1]
