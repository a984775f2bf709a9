"""Runs a seccomp filter (classic BPF, linux/filter.h) as the kernel would, for the instructions in use."""

import struct
from collections.abc import Callable

KILL, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_GREATER_OR_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_TESTS: dict[int, Callable[[int, int], bool]] = {
    _JUMP_EQUAL: lambda value, operand: value == operand,
    _JUMP_GREATER_OR_EQUAL: lambda value, operand: value >= operand,
    _JUMP_ANY_BIT: lambda value, operand: bool(value & operand),
}


def run(program: bytes, audit_number: int, number: int, *arguments: int) -> int:
    """Return what the filter answers for the call ``number`` with up to six 64-bit ``arguments``."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number, audit_number, 0, *(each & (1 << 64) - 1 for each in padded))
    instructions = list(struct.iter_unpack("=HBBI", program))
    at, value = 0, 0
    while True:
        code, if_true, if_false, operand = instructions[at]
        at += 1
        if code == _RETURN:
            found: int = operand
            return found
        if code == _LOAD_WORD:
            (value,) = struct.unpack_from("<I", data, operand)
        else:
            at += if_true if _TESTS[code](value, operand) else if_false
