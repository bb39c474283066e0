#!/usr/bin/env python3
"""What a trace says of the rows of the table, and what each instruction counts as."""
import unittest

import columns
import riscv
import samples

READ = "0xc0202573"  # rdinstret a0
SAMPLE = [
    f"insn 0 0x10054 {READ} 7",
    "insn 1 0x10058 0x00000073 7",  # ecall
    "insn 2 0xffffffff80204000 0x18079073 9",  # csrw satp, a5
    "insn 3 0xffffffff80204004 0x8082 9",
]


def trace(*samples_of_rows):
    lines = SAMPLE[:]
    for each in samples_of_rows:
        lines += each + ["row"]
    return [line + "\n" for line in lines]


def log(*medians):
    lines = [f"bench: BENCH row{i} min=1 median={median} max=9 n=200" for i, median in enumerate(medians)]
    return "\r\n".join(["init: ready", *lines, "bench: end"]) + "\r\n"


class Rows(unittest.TestCase):
    def refused(self, lines, text, why):
        with self.assertRaises(samples.Wrong) as caught:
            for row in samples.rows_of(lines, text):
                samples.median_sample(row)
        self.assertIn(why, str(caught.exception))

    def test_the_median_sample_lies_between_the_reads(self):
        rows = samples.rows_of(trace(["sample 3 0 1 2 3 0", "sample 2 0 1 2 0", "sample 1 0 3 3 0"], ["sample 1 0 0"]), log(2, 0))
        self.assertEqual([each.code for each in samples.median_sample(rows[0])], [0x73, 0x18079073])
        self.assertEqual(samples.median_sample(rows[1]), [])
        self.assertEqual(rows[0].values, {"min": 1, "median": 2, "max": 9, "n": 200})

    def test_of_several_the_most_frequent(self):
        (row,) = samples.rows_of(trace(["sample 3 0 1 2 0", "sample 9 0 3 3 0"]), log(2))
        self.assertEqual([each.size for each in samples.median_sample(row)], [2, 2])

    def test_what_waits_for_an_interrupt_is_not_counted(self):
        lines = ["insn 4 0x1005c 0xbff5 7\n"] + trace(["sample 1 0 4 2 3 0"], ["sample 1 0 1 2 3 0"], ["sample 1 0 2 3 0"], ["sample 1 0 4 1 2 0"])
        rows = samples.rows_of(lines, log(2, 3, 2, 3))
        self.assertEqual([[each.code for each in samples.median_sample(row)] for row in rows],
                         [[0x18079073, 0x8082], [0x73, 0x18079073, 0x8082], [0x18079073, 0x8082], [0xBFF5, 0x73, 0x18079073]])

    def test_a_row_that_failed_is_left_out(self):
        text = log(1, 1).replace("row0 min=1 median=1 max=9 n=200", "row0 FAIL call: epipe")
        (row,) = samples.rows_of(trace([], ["sample 1 0 1 0"]), text)
        self.assertEqual((row.name, len(samples.median_sample(row))), ("row1", 1))

    def test_a_trace_that_disagrees_with_the_table_is_refused(self):
        self.refused(trace(["sample 1 0 1 0"]), log(2), "row0: no sample of the trace has 2 instructions")
        self.refused(trace(["sample 1 0 1 0"]), log(1, 1), "the trace has 1 rows, the table 2")
        self.refused(trace(["sample 1 1 2 0"]), log(1), "two reads")
        self.refused(trace(["sample 1 0 1"]), log(1), "two reads")
        self.refused(trace(["sample 1 0"]), log(0), "two reads")

    def test_a_line_that_is_none_is_refused(self):
        for line in ("sample", "sample x", "sample 1 17", "insn 5", "insn 5 zero 0 0", "rows"):
            self.refused(trace([line]), log(1), "a line that is none: " + line)

    def test_a_last_line_that_was_cut_off_is_left_out(self):
        rows = samples.rows_of(trace(["sample 1 0 1 0"]) + ["sample 1 0 1"], log(1))
        self.assertEqual(len(rows), 1)


class Columns(unittest.TestCase):
    def test_the_median_sample_is_counted(self):
        rows = columns.columns(trace(["sample 1 0 2 1 2 0", "sample 9 0 2 0"]), log(3))
        self.assertEqual(rows, [("row0", {"satp": 2, "sfence": 0, "fence": 0, "full": 0, "atomic": 0})])

    def test_each_kind(self):
        for code, kinds in {
            0x18079073: ("satp",),  # csrw satp, a5
            0x180FD073: ("satp",),  # csrwi satp, 31
            0x1807A7F3: ("satp",),  # csrrs a5, satp, a5
            0x180027F3: (),  # csrr a5, satp
            0x10579073: (),  # csrw stvec, a5
            0x12000073: ("sfence",),  # sfence.vma
            0x12A50073: ("sfence",),  # sfence.vma a0, a0
            0x0230000F: ("fence",),  # fence r, rw
            0x0310000F: ("fence",),  # fence rw, w
            0x8330000F: ("fence",),  # fence.tso
            0x0330000F: ("fence", "full"),  # fence rw, rw
            0x0FF0000F: ("fence", "full"),  # fence
            0x0000100F: ("fence", "full"),  # fence.i
            0x0100000F: (),  # pause
            0x0C05352F: ("atomic",),  # amoswap.d
            0x1005B52F: ("atomic",),  # lr.d
            0x18A5B52F: ("atomic",),  # sc.d
            0x00000073: (),  # ecall
            0x10200073: (),  # sret
            0x8082: (),  # ret
            0x202F: ("atomic",),  # amoadd.w zero, zero, (zero)
        }.items():
            self.assertEqual(riscv.kinds_of(code), kinds, hex(code))


class Jumps(unittest.TestCase):
    def test_calls_and_returns(self):
        for code, call, back in (
            (0x008000EF, True, False),  # jal ra
            (0x008002EF, True, False),  # jal t0
            (0x0080006F, False, False),  # j
            (0xA001, False, False),  # c.j
            (0x000500E7, True, False),  # jalr a0
            (0x00008067, False, True),  # ret
            (0x00050067, False, False),  # jr a0
            (0x9502, True, False),  # c.jalr a0
            (0x9002, False, False),  # c.ebreak
            (0x8082, False, True),  # c.jr ra
            (0x8502, False, False),  # c.jr a0
            (0x852A, False, False),  # c.mv
            (0x00000013, False, False),
        ):
            self.assertEqual((riscv.is_call(code), riscv.is_return(code)), (call, back), hex(code))


if __name__ == "__main__":
    unittest.main()
