"""Reads Code 128 back (ISO/IEC 15417:2007, code sets B and C), for the proof: every bar and the checksum.

Nothing here is shared with the modules that draw (``engine.template.codes``).
"""

from collections.abc import Sequence
from itertools import groupby

_QUIET = 10
# Modules of the symbols 0 to 105 as numbers, a dark one is 1 (table 1); the first of the eleven is dark.
_SYMBOLS = (
    0x6cc, 0x66c, 0x666, 0x498, 0x48c, 0x44c, 0x4c8, 0x4c4, 0x464, 0x648, 0x644, 0x624, 0x59c, 0x4dc, 0x4ce,
    0x5cc, 0x4ec, 0x4e6, 0x672, 0x65c, 0x64e, 0x6e4, 0x674, 0x76e, 0x74c, 0x72c, 0x726, 0x764, 0x734, 0x732,
    0x6d8, 0x6c6, 0x636, 0x518, 0x458, 0x446, 0x588, 0x468, 0x462, 0x688, 0x628, 0x622, 0x5b8, 0x58e, 0x46e,
    0x5d8, 0x5c6, 0x476, 0x776, 0x68e, 0x62e, 0x6e8, 0x6e2, 0x6ee, 0x758, 0x746, 0x716, 0x768, 0x762, 0x71a,
    0x77a, 0x642, 0x78a, 0x530, 0x50c, 0x4b0, 0x486, 0x42c, 0x426, 0x590, 0x584, 0x4d0, 0x4c2, 0x434, 0x432,
    0x612, 0x650, 0x7ba, 0x614, 0x47a, 0x53c, 0x4bc, 0x49e, 0x5e4, 0x4f4, 0x4f2, 0x7a4, 0x794, 0x792, 0x6de,
    0x6f6, 0x7b6, 0x578, 0x51e, 0x45e, 0x5e8, 0x5e2, 0x7a8, 0x7a2, 0x5de, 0x5ee, 0x75e, 0x7ae, 0x684, 0x690,
    0x69c,
)  # fmt: skip
_STOP = [2, 3, 3, 1, 1, 1, 2]
_START_B, _START_C, _TO_B, _TO_C = 104, 105, 100, 99


def read_code128(row: Sequence[int]) -> str:
    """Return what a row of modules, quiet zones included, says. Raises ``ValueError`` for no sound code."""
    bars = row[_QUIET:-_QUIET]
    if len(row) < 2 * _QUIET + 35 or any(row[:_QUIET]) or any(row[-_QUIET:]):
        raise ValueError("no quiet zone")
    if [len([*run]) for _, run in groupby(bars[-13:])] != _STOP or not bars[-13]:
        raise ValueError("no stop")
    words = ["".join(map(str, bars[at : at + 11])) for at in range(0, len(bars) - 13, 11)]
    values = [_SYMBOLS.index(int(word, 2)) for word in words if len(word) == 11]
    if len(values) != len(words) or len(values) < 3:
        raise ValueError("a symbol is cut")
    *data, checksum = values
    if (data[0] + sum(place * value for place, value in enumerate(data))) % 103 != checksum:
        raise ValueError("the checksum")
    start, *rest = data
    if start not in (_START_B, _START_C):
        raise ValueError("another code set")
    in_pairs, text = start == _START_C, ""
    for value in rest:
        if value in (_TO_B, _TO_C) and in_pairs == (value == _TO_B):
            in_pairs = not in_pairs
        elif in_pairs and value < 100:
            text += f"{value:02}"
        elif not in_pairs and value < 95:
            text += chr(value + 32)
        else:
            raise ValueError("a function")
    return text
