"""What an instruction is, by its code: The RISC-V Instruction Set Manual, volume I ("RV32/64G Instruction Set Listings",
"Compressed Instructions") and volume II (CSRs, SFENCE.VMA)."""

# What the table has beside instructions: writes of satp, sfence.vma, fences, those of them that are full ones, atomic instructions.
KINDS = ("satp", "sfence", "fence", "full", "atomic")

ECALL = 0x00000073

_SYSTEM, _MISC_MEM, _AMO, _JAL, _JALR = 0x73, 0x0F, 0x2F, 0x6F, 0x67
_SFENCE_VMA = 0b0001001  # funct7
_FENCE_TSO = 0b1000  # fm
_SATP = 0x180
_PAUSE = 0x0100000F  # a hint, written as a fence
_LINKS = (1, 5)  # ra and t0: a jump that writes one is a call, one to one is a return


def is_short(code):
    return code & 3 != 3


def _is_full(code):
    """It orders all before it with all behind it: stores with later loads, too. fence.i does more."""
    is_fence_i = code >> 12 & 7 == 1
    return is_fence_i or code >> 28 != _FENCE_TSO and code >> 24 & 3 == 3 and code >> 20 & 3 == 3


def kinds_of(code):
    """The columns of the table that count it."""
    if is_short(code) or code == _PAUSE:
        return ()
    opcode, funct3 = code & 0x7F, code >> 12 & 7
    if opcode == _AMO:
        return ("atomic",)
    if opcode == _MISC_MEM:
        return ("fence", "full") if _is_full(code) else ("fence",)
    if opcode == _SYSTEM and funct3 == 0:
        return ("sfence",) if code >> 25 == _SFENCE_VMA else ()
    if opcode == _SYSTEM and code >> 20 == _SATP:
        # CSRRS and CSRRC with x0 (or 0) only read.
        is_write = funct3 & 3 == 1 or code >> 15 & 31 != 0
        return ("satp",) if is_write else ()
    return ()


def is_call(code):
    if is_short(code):
        # c.jalr: funct4 1001, rs1 not 0, rs2 0.
        return code & 0xF07F == 0x9002 and code >> 7 & 31 != 0
    return code & 0x7F in (_JAL, _JALR) and code >> 7 & 31 in _LINKS


def is_return(code):
    if is_short(code):
        # c.jr: funct4 1000, rs2 0.
        return code & 0xF07F == 0x8002 and code >> 7 & 31 in _LINKS
    return code & 0x7F == _JALR and code >> 7 & 31 == 0 and code >> 15 & 31 in _LINKS


def is_trap_return(code):
    return code in (0x10200073, 0x30200073)  # sret, mret
