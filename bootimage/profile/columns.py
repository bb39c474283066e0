"""What instructions do not tell, of each row of the bench's table: writes of satp, sfence.vma, fences and atomic instructions."""
import collections

import riscv
import samples


def columns(trace, log):
    """[(name, {kind: how many the median sample has})] of a trace's lines and the console's text, in the table's order."""
    rows = []
    for row in samples.rows_of(trace, log):
        counts = collections.Counter(kind for each in samples.median_sample(row) for kind in riscv.kinds_of(each.code))
        rows.append((row.name, {kind: counts[kind] for kind in riscv.KINDS}))
    return rows
