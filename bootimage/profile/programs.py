"""Whose code an instruction is, and of which function: from the ELFs of the programs of an image."""
import bisect
import collections
import json
import struct
import subprocess

from samples import KERNEL_BASE

# As in bootimage/plugin/code.h.
FIRMWARE = range(0x80000000, 0x80300000)
IMAGE = range(0x80200000, FIRMWARE.stop)  # of the kernel, before paging is on
IMAGE_OFFSET = 0xFFFFFFFF00000000  # kernel.ld

NAMESPACES = ("(anonymous namespace)::", "tessera::")


def run(command, text=""):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def demangle(names):
    """As one reads them, without the namespaces that all have; without parameters, but for those that are the same without."""
    names = list(names)
    lines = "".join(name + "\n" for name in names)
    short, full = (_without_namespaces(run(["llvm-cxxfilt-19", *flags], lines)) for flags in (["--no-params"], []))
    times = collections.Counter(short)
    return [full[i] if times[name] > 1 else name for i, name in enumerate(short)]


def _without_namespaces(text):
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    return text.splitlines()


def executable_sections(data):
    """[(address, bytes)] of an ELF of 64 bits: the System V ABI's chapters "ELF Header" and "Sections"."""
    PROGBITS, EXECUTABLE = 1, 4
    (offset,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    sections = []
    for i in range(count):
        _, kind, flags, address, place, length = struct.unpack_from("<IIQQQQ", data, offset + i * size)
        if kind == PROGBITS and flags & EXECUTABLE:
            sections.append((address, data[place : place + length]))
    return sections


def parse_symbols(text):
    """What llvm-nm prints (posix): [(address, name)] in order, a name for each address: a function's before a mere label's."""
    best = {}
    for line in text.splitlines():
        name, kind, *numbers = line.split()
        # Text, and weak ones; a linker script's names are of no size and begin so.
        if kind not in "tTwW" or len(numbers) != 2 or name.startswith("__"):
            continue
        address, size = (int(number, 16) for number in numbers)
        if address not in best or size > best[address][0]:
            best[address] = (size, name)
    return sorted((address, name) for address, (_, name) in best.items())


class Program:
    """`sections` and `symbols` are those of its ELF, names as one reads them."""

    def __init__(self, name, sections, symbols, path=None):
        self.name = name
        self.path = path
        self._sections = sections
        self._addresses = [address for address, _ in symbols]
        self._names = [each for _, each in symbols]

    @staticmethod
    def load(name, path):
        with open(path, "rb") as file:
            sections = executable_sections(file.read())
        symbols = parse_symbols(run(["llvm-nm-19", "--defined-only", "--format=posix", path]))
        names = demangle(name for _, name in symbols)
        return Program(name, sections, [(address, each) for (address, _), each in zip(symbols, names)], path)

    def has(self, instruction):
        code = instruction.code.to_bytes(instruction.size, "little")
        return any(data[instruction.address - start :][: len(code)] == code
                   for start, data in self._sections if start <= instruction.address < start + len(data))

    def function(self, address):
        """The symbol that the address is at or behind."""
        i = bisect.bisect_right(self._addresses, address)
        return self._names[i - 1] if i else hex(address)


def load(listing):
    """The kernel, and the other programs, of what target_programs made (tools/build)."""
    with open(listing, encoding="utf-8") as file:
        elves = {each["label"].rpartition(":")[2]: each["elf"] for each in json.load(file)["programs"]}
    kernel = Program.load("kernel", elves.pop("kernel"))
    return kernel, [Program.load(name, path) for name, path in sorted(elves.items())]


class Places:
    """The program and the function of each instruction. `inlined` tells functions that were inlined there, too: from
    inlined_functions; without it, the symbol is the unit."""

    def __init__(self, instructions, kernel, programs, inlined=None):
        self._kernel = kernel
        self._places = {}
        by_page = collections.defaultdict(list)
        for each in set(instructions):
            if each.address >= KERNEL_BASE or each.address in FIRMWARE:
                self._places[each] = self._of_kernel(each.address, inlined)
            else:
                by_page[each.page].append(each)
        for page in by_page.values():
            self._add_page(page, programs, inlined)

    def __call__(self, instruction):
        return self._places[instruction]

    def _of_kernel(self, address, inlined):
        if address in FIRMWARE and address not in IMAGE:
            return "firmware", ("firmware",)
        if address in IMAGE:
            address += IMAGE_OFFSET
        return "kernel", functions_at(self._kernel, address, inlined)

    # All programs have the same addresses: a page of memory is of the program that has just these instructions there.
    def _add_page(self, page, programs, inlined):
        program = next((each for each in programs if all(map(each.has, page))), None)
        for each in page:
            if program:
                self._places[each] = program.name, functions_at(program, each.address, inlined)
            else:
                self._places[each] = "unknown", (f"page {each.address >> 12:#x}",)


def functions_at(program, address, inlined):
    function = program.function(address)
    if inlined is None:
        return (function,)
    return (function, *inlined(program, address))


def parse_frames(text):
    """What llvm-symbolizer prints as JSON: by address, the names of what is inlined there, outermost first."""
    frames = {}
    for line in text.splitlines():
        answer = json.loads(line)
        # Innermost first; the last is the function itself, which has a symbol.
        frames[int(answer["Address"], 16)] = [each["FunctionName"] for each in answer.get("Symbol", [])][-2::-1]
    return frames


def inlined_functions(instructions, kernel, programs):
    """A function for Places: reads the line tables of the ELFs once."""
    names = {}
    for program in (kernel, *programs):
        offset = IMAGE_OFFSET if program is kernel else 0
        addresses = sorted({each.address + (offset if each.address in IMAGE else 0) for each in instructions})
        if program is not kernel:
            addresses = [address for address in addresses if address < KERNEL_BASE]
        lines = "".join(f"{address:#x}\n" for address in addresses)
        frames = parse_frames(run(["llvm-symbolizer-19", f"--obj={program.path}", "--no-demangle", "--output-style=JSON"], lines))
        every = sorted({name for each in frames.values() for name in each})
        readable = dict(zip(every, demangle(every)))
        names[program.name] = {address: tuple(readable[name] for name in each) for address, each in frames.items()}
    return lambda program, address: names[program.name].get(address, ())
