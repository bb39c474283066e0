#!/usr/bin/env python3
"""Fails when a file under kernel/, servers/ or bootimage/ encodes, decodes or numbers a message or a
system call by hand: that is what kidl generates. `ci/hand_messages_test.py WORKSPACE` lists what it
finds; ALLOWED has the files that may, each with the reason.

Tests (*_test.cc, *_fuzz.cc, testing/, testdata/) may set registers and tags: they hold what is
generated against something that is not. An ecall and a service's number are looked for there, too.
"""
import os
import re
import sys

FOLDERS = ("kernel", "servers", "bootimage")
ENDINGS = (".cc", ".h", ".S")

# Rule -> pattern, whether tests are looked at, what to do instead.
RULES = {
    "ecall": (r"\becall(_receiving)?\b(?=\s*[<\"(]|\s*$)", True, "use the generated stub"),
    "number": (r"\.a7\s*=[^=]|SystemCall::k\w+", False, "use the generated stub or decoder"),
    "tag-field": (
        r"\bkTag(Interface|Method|Words|Capabilities)\w*"
        r"|\b(interface|method|tag|shape|detail|argument)\w*(\(\))?[)>\s]*(<<|>>)\s*\d"
        r"|\ba7\s*>>",
        False,
        "use the generated tag, or abi::detail",
    ),
    "register": (r"\bx\[\d+\]", False, "use the generated decoder's arguments or a named register"),
}

# File -> rules that it may break, and why.
ALLOWED = {
    # Below what is generated.
    "servers/runtime/ipc.h": (("ecall", "tag-field"), "what every stub stands on"),
    "servers/runtime/incoming.h": (("tag-field",), "what every decoder of a long message stands on"),
    # The firmware's calls, not the kernel's.
    "kernel/arch/riscv64/sbi.cc": (("ecall",), "SBI"),
    "kernel/arch/riscv64/trap.S": (("ecall",), "SBI"),
    "bootimage/testdata/puppet.cc": (("ecall",), "SBI, from a kernel that is none"),
    "bootimage/stretch/plugin.cc": (("service",), "PAUSE, whose code is the number of a service"),
    # The kernel's side of a message: it looks at words and capabilities, never at what they mean.
    "kernel/ipc/message.h": (("tag-field", "register", "number"), "which register has what of a message, from the contracts"),
    "kernel/syscall/fast_path.h": (("tag-field",), "the words of a tag, on the fast path"),
    "kernel/syscall/fast_words.h": (("tag-field",), "which words a shape has, on the fast path"),
    "kernel/syscall/ipc_calls.cc": (("number",), "a replyReceive that goes on as a receive"),
    "kernel/syscall/qos_calls.cc": (("number",), "a QosControl.set that goes on as a Task.settle"),
    # Registers that are no message's.
    "kernel/arch/contract/frame.h": (("register",), "defines them"),
    "kernel/arch/riscv64/panic.cc": (("register",), "prints them"),
    "kernel/object/task.cc": (("register",), "a thread's first argument"),
    "kernel/arch/host/machine.cc": (("register",), "the host's fast path, in C++ for the tests"),
    # Tests that need registers as no stub sets them.
    "kernel/boot/testing/boot_user.S": (("ecall",), "user code before there is a runtime"),
    "kernel/testing/calls.h": (("service",), "a tag for tests of the kernel, to which it is a number"),
    "servers/contract/raw.S": (("ecall",), "looks at each register that a call leaves"),
    "servers/contract/registers.cc": (("number",), "looks at each register that a call leaves"),
    "servers/contract/secrets.cc": (("number",), "looks at each register that a call leaves"),
    "servers/contract/secrets_messages.cc": (("number",), "looks at each register that a call leaves"),
    "servers/contract/irq.cc": (("number",), "looks at each register that an interrupt leaves"),
    "servers/contract/fault.cc": (("ecall", "number"), "a system call that there is not"),
    "servers/contract/preemption.cc": (("number",), "names of calls, to find their counts"),
    "servers/selftest/policy_phase.cc": (("tag-field",), "messages as no stub makes them"),
    "servers/contract/messages.h": (("tag-field",), "messages of no interface"),
    "servers/bench/partner.h": (("tag-field",), "messages of no interface"),
    "servers/victims/junk_registers.cc": (("ecall", "number"), "junk in registers"),
    "servers/victims/unknown_syscall.cc": (("ecall", "number"), "a system call that there is not"),
}


def service_numbers(root):
    """The numbers of all services, with the names."""
    numbers = {}
    for folder, _, files in os.walk(os.path.join(root, "idl")):
        for file in files:
            if file.endswith(".idl"):
                with open(os.path.join(folder, file), encoding="utf-8") as stream:
                    for name, number in re.findall(
                        r"^interface (\w+)[^{]*?\$K\.service\((0x[0-9a-fA-F]+)\)", stream.read(), re.M
                    ):
                        numbers[int(number, 16)] = name
    return numbers


def without_comments(text):
    """The same lines: comments are blank."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    return re.sub(r"(?m)//.*$|^\s*#(?!\s*define).*$", blank, text)


def is_test(path):
    return bool(re.search(r"_(test|fuzz)\.cc$|/(testing|testdata)/", path))


def findings(path, text, numbers):
    """(line, rule, what) of each; a rule that is allowed is told, too."""
    for index, line in enumerate(without_comments(text).split("\n"), 1):
        for rule, (pattern, in_tests, instead) in RULES.items():
            if (in_tests or not is_test(path)) and re.search(pattern, line):
                yield index, rule, instead
        for literal in re.findall(r"\b0x([0-9a-fA-F']+)", line):
            digits = literal.replace("'", "")
            # A number of 16 bits as it is written in an .idl, or the upper half of a tag.
            upper = {4: digits, 7: "0" + digits[:3], 8: digits[:4]}.get(len(digits))
            is_tag = len(digits) > 4 and int(digits, 16) % (1 << 12) != 0
            if upper and (len(digits) == 4 or is_tag) and int(upper, 16) in numbers:
                yield index, "service", f"{numbers[int(upper, 16)]}::kInterface or its method's tag"


def sources(root):
    for top in FOLDERS:
        for folder, _, files in os.walk(os.path.join(root, top)):
            for file in sorted(files):
                if file.endswith(ENDINGS):
                    yield os.path.relpath(os.path.join(folder, file), root)


def main(root):
    numbers = service_numbers(root)
    used = set()
    bad = seen = 0
    for path in sources(root):
        seen += 1
        with open(os.path.join(root, path), encoding="utf-8") as stream:
            text = stream.read()
        for line, rule, instead in findings(path, text, numbers):
            if rule in ALLOWED.get(path, ((), ""))[0]:
                used.add((path, rule))
                continue
            bad += 1
            print(f"{path}:{line}: {rule}: {text.splitlines()[line - 1].strip()}\n    {instead}")
    for path, (rules, _) in ALLOWED.items():
        for rule in rules:
            if (path, rule) not in used:
                bad += 1
                print(f"{path}: {rule}: allowed in ci/hand_messages_test.py, and not there any more")
    if not numbers or not seen:
        print("no service or no source found")
        bad += 1
    print(f"{seen} files, {len(numbers)} services, {bad} findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(os.path.dirname(os.path.realpath(sys.argv[1]))))
