#!/usr/bin/env python3
"""Stacks, functions and the picture, of a small trace that is made up."""
import unittest
import xml.etree.ElementTree

import flame
import programs
import show
import stacks
from samples import Instruction

NOP, CALL, RETURN, JUMP, ECALL, SRET = 0x13, 0x000500E7, 0x8067, 0x50067, 0x73, 0x10200073


def step(place, code=NOP, address=None):
    """`place` is "program function address": the address in hex."""
    program, function, address = place.split()
    return (program, function), Instruction(int(address, 16), code, "0", 4)


def count(*steps):
    places = {instruction: (program, (function,)) for (program, function), instruction in steps}
    return {" ".join(stack): n for stack, n in stacks.count([each for _, each in steps], places.__getitem__).items()}


class Stacks(unittest.TestCase):
    def test_a_call_stands_on_its_caller_until_it_returns(self):
        self.assertEqual(
            count(step("k a 100", CALL), step("k b 200", CALL), step("k c 300"), step("k c 304", RETURN), step("k b 204", RETURN),
                  step("k a 104")),
            {"k a": 2, "k a b": 2, "k a b c": 2})

    def test_recursion_is_a_call_too(self):
        self.assertEqual(count(step("k a 100", CALL), step("k a 0fc"), step("k a 108", RETURN), step("k a 104")),
                         {"k a": 2, "k a a": 2})

    def test_a_tail_call_takes_the_place(self):
        self.assertEqual(
            count(step("k a 100", CALL), step("k b 200", JUMP), step("k c 300", RETURN), step("k a 104")),
            {"k a": 2, "k a b": 1, "k a c": 1})

    def test_a_return_past_several_ends_them_all(self):
        self.assertEqual(
            count(step("k a 100", CALL), step("k b 200", CALL), step("k c 300", RETURN), step("k a 104")),
            {"k a": 2, "k a b": 1, "k a b c": 1})

    def test_a_return_to_who_had_called_before_the_trace(self):
        self.assertEqual(count(step("k b 200", RETURN), step("k a 104")), {"k b": 1, "k a": 1})

    def test_a_system_call_leaves_the_users_stack_for_the_kernels(self):
        self.assertEqual(
            count(step("u main 10", CALL), step("u stub 20", ECALL), step("k entry 100", CALL), step("k work 200", SRET),
                  step("u stub 24", RETURN), step("u main 14")),
            {"u main": 2, "u main stub": 2, "k entry": 1, "k entry work": 1})

    def test_each_thread_goes_on_with_its_own_stack(self):
        # Two threads of one program, in turn; the second has never been seen before.
        self.assertEqual(
            count(step("u main 10", CALL), step("u stub 20", ECALL), step("k entry 100", SRET), step("u start 40", ECALL),
                  step("k entry 100", SRET), step("u stub 24"), step("u stub 28", ECALL), step("k entry 100", SRET), step("u start 44")),
            {"u main": 1, "u main stub": 3, "k entry": 3, "u start": 2})

    def test_a_fault_goes_on_where_it_was_and_an_interrupt_in_its_function(self):
        for back in ("20", "24", "38"):
            self.assertEqual(
                count(step("u main 10", CALL), step("u f 20"), step("k entry 100", SRET), step(f"u f {back}")),
                {"u main": 1, "u main f": 2, "k entry": 1}, back)

    def test_a_trap_begins_anew_in_the_kernel(self):
        # What was left with sret is over, also where it was left in the function that traps begin in.
        self.assertEqual(
            count(step("u f 10", ECALL), step("k start 100", CALL), step("k entry 200", SRET), step("u f 14", ECALL), step("k entry 200")),
            {"u f": 2, "k start": 1, "k start entry": 1, "k entry": 1})

    def test_the_firmware_comes_back_to_the_kernels_stack(self):
        self.assertEqual(
            count(step("k a 100", CALL), step("k sbi 200", ECALL), step("firmware f 300", 0x30200073), step("k sbi 204", RETURN),
                  step("k a 104")),
            {"k a": 2, "k a sbi": 2, "firmware f": 1})

    def test_every_instruction_is_counted_once(self):
        steps = [step("u a 10", ECALL), step("k b 100", SRET), step("u a 14"), step("u a 18", RETURN), step("u c 90")]
        self.assertEqual(sum(count(*steps).values()), len(steps))


class Functions(unittest.TestCase):
    def setUp(self):
        code = (0x13).to_bytes(4, "little") + (0x8082).to_bytes(2, "little")
        self.kernel = programs.Program("kernel", [], [(0xFFFFFFFF80200000, "start"), (0xFFFFFFFF80200010, "go")])
        self.one = programs.Program("one", [(0x1000, code)], [(0x1000, "f"), (0x1004, "g")])
        self.two = programs.Program("two", [(0x1000, code[::-1])], [(0x1000, "h")])

    def places(self, *instructions):
        return programs.Places(instructions, self.kernel, [self.two, self.one])

    def test_a_page_is_of_the_program_with_its_instructions(self):
        first, second = Instruction(0x1000, 0x13, "7", 4), Instruction(0x1004, 0x8082, "7", 2)
        places = self.places(first, second)
        self.assertEqual((places(first), places(second)), (("one", ("f",)), ("one", ("g",))))

    def test_one_instruction_that_differs_is_another_program(self):
        first, second = Instruction(0x1000, 0x13, "7", 4), Instruction(0x1004, 0x8182, "7", 2)
        places = self.places(first, second)
        self.assertEqual(places(first), ("unknown", ("page 0x1",)))

    def test_the_kernel_before_paging_and_the_firmware(self):
        for address, place in ((0x80200014, ("kernel", ("go",))), (0xFFFFFFFF8020000E, ("kernel", ("start",))),
                               (0x80000000, ("firmware", ("firmware",)))):
            each = Instruction(address, 0x13, "7", 4)
            self.assertEqual(self.places(each)(each), place)

    def test_symbols_are_functions_before_labels(self):
        text = "label t 1000 \n_f T 1000 8\n__text_start T 1000 0\nlocal t 1008 0\ndata d 2000 8\nwhat T 1004 0\n"
        self.assertEqual(programs.parse_symbols(text), [(0x1000, "_f"), (0x1004, "what"), (0x1008, "local")])

    def test_names_lose_parameters_and_the_houses_namespace(self):
        self.assertEqual(programs.demangle(["_ZN7tessera12_GLOBAL__N_14workEi", "_start"]), ["work", "_start"])
        self.assertEqual(programs.demangle(["_ZN7tessera4workEi", "_ZN7tessera4workENS_4HartE", "_ZN7tessera4restEi"]),
                         ["work(int)", "work(Hart)", "rest"])

    def test_what_is_inlined_stands_on_its_function(self):
        text = '{"Address":"0x1000","Symbol":[{"FunctionName":"in"},{"FunctionName":"mid"},{"FunctionName":"f"}]}\n'
        frames = programs.parse_frames(text + '{"Address":"0x1004","Symbol":[]}\n')
        self.assertEqual(frames, {0x1000: ["mid", "in"], 0x1004: []})
        places = programs.Places([Instruction(0x1000, 0x13, "7", 4)], self.kernel, [self.one],
                                 lambda program, address: frames[address])
        self.assertEqual(places(Instruction(0x1000, 0x13, "7", 4)), ("one", ("f", "mid", "in")))


class Output(unittest.TestCase):
    COUNTS = {("kernel", "a"): 30, ("kernel", "a", "b<c>"): 60, ("user", "b<c>"): 9, ("user",): 1}

    def test_the_table_sums_to_all(self):
        lines = show.table({("k", "a"): 30, ("k", "b", "a"): 60, ("u", "a"): 10})
        self.assertEqual([line.split() for line in lines[1:]],
                         [["90", "90.0%", "k:", "a"], ["10", "10.0%", "u:", "a"], ["100", "100.0%", "all"]])

    def test_boxes_are_as_wide_as_what_they_stand_for(self):
        root = xml.etree.ElementTree.fromstring(flame.draw("row & row", self.COUNTS))
        name = "{http://www.w3.org/2000/svg}"
        boxes = {group.find(name + "title").text: group.find(name + "rect") for group in root.iter(name + "g")}
        self.assertEqual(
            {title: float(box.get("width")) for title, box in boxes.items()},
            {"row & row: 100 instructions, 100.0 %": 1200, "kernel: 90 instructions, 90.0 %": 1080, "a: 90 instructions, 90.0 %": 1080,
             "b<c>: 60 instructions, 60.0 %": 720, "user: 10 instructions, 10.0 %": 120, "b<c>: 9 instructions, 9.0 %": 108})
        # A callee begins no further left than its caller, and lies above it.
        caller, callee = (boxes[title] for title in ("a: 90 instructions, 90.0 %", "b<c>: 60 instructions, 60.0 %"))
        self.assertGreaterEqual(float(callee.get("x")), float(caller.get("x")))
        self.assertLess(float(callee.get("y")), float(caller.get("y")))
        self.assertTrue(all(0 <= float(box.get("y")) < float(root.get("height")) - flame.LINE for box in boxes.values()))

    def test_a_text_is_no_wider_than_its_box(self):
        root = xml.etree.ElementTree.fromstring(flame.draw("row", {("kernel", "x" * 500): 1}))
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            self.assertLessEqual(len(text.text) * flame.LETTER, flame.WIDTH)

    def test_names_come_from_the_budgets(self):
        self.assertEqual(show.names_of("# a comment\n\ncall 3\nanswer 4 5\n"), ["call", "answer", "boot_to_init"])

    def test_wrong_flags_are_refused(self):
        self.assertEqual(show.parse(["call", "--svg=x"], ["call"]).svg, "x")
        for flags in ([], ["calls"], ["call", "--sv=x"], ["call", "call"]):
            with self.assertRaises(SystemExit) as caught:
                show.parse(flags, ["call"])
            self.assertEqual(caught.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
