"""Reads a QR code back (ISO/IEC 18004:2015), for the proof: strictly, as nothing is damaged.

Every module is looked at: the fixed patterns, both copies of the format, the data, the padding; and every
block has to be a codeword of its Reed-Solomon code. Nothing here is shared with the modules that draw
(``engine.template.codes``).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_QUIET = 4
_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_LEVELS = "MLHQ"
# Blocks x error correction codewords of each, by version (table 9).
_TABLE = {
    "L": (
        "1x7 1x10 1x15 1x20 1x26 2x18 2x20 2x24 2x30 4x18 4x20 4x24 4x26 4x30 6x22 6x24 6x28 6x30 "
        "7x28 8x28 8x28 9x28 9x30 10x30 12x26 12x28 12x30 13x30 14x30 15x30 16x30 17x30 18x30 19x30 "
        "19x30 20x30 21x30 22x30 24x30 25x30 "
    ),
    "M": (
        "1x10 1x16 1x26 2x18 2x24 4x16 4x18 4x22 5x22 5x26 5x30 8x22 9x22 9x24 10x24 10x28 11x28 "
        "13x26 14x26 16x26 17x26 17x28 18x28 20x28 21x28 23x28 25x28 26x28 28x28 29x28 31x28 33x28 "
        "35x28 37x28 38x28 40x28 43x28 45x28 47x28 49x28 "
    ),
    "Q": (
        "1x13 1x22 2x18 2x26 4x18 4x24 6x18 6x22 8x20 8x24 8x28 10x26 12x24 16x20 12x30 17x24 16x28 "
        "18x28 21x26 20x30 23x28 23x30 25x30 27x30 29x30 34x28 34x30 35x30 38x30 40x30 43x30 45x30 "
        "48x30 51x30 53x30 56x30 59x30 62x30 65x30 68x30 "
    ),
    "H": (
        "1x17 1x28 2x22 4x16 4x22 4x28 5x26 6x26 8x24 8x28 11x24 11x28 16x22 16x24 18x24 16x30 19x28 "
        "21x28 25x26 25x28 25x30 34x24 30x30 32x30 35x30 37x30 40x30 42x30 45x30 48x30 51x30 54x30 "
        "57x30 60x30 63x30 66x30 70x30 74x30 77x30 81x30 "
    ),
}
_FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")

Grid = Sequence[Sequence[int]]


class ReadCode(NamedTuple):
    """What a QR code says, and its error correction level."""

    text: str
    level: str


def read_qr(rows: Sequence[Sequence[int]]) -> ReadCode:
    """Return what the modules ``rows``, quiet zone included, say. Raises ``ValueError`` for no sound code."""
    edge = [
        *rows[:_QUIET],
        *rows[-_QUIET:],
        *(row[:_QUIET] for row in rows),
        *(row[-_QUIET:] for row in rows),
    ]
    if (
        len(rows) < 2 * _QUIET + 21
        or len({len(row) for row in rows} | {len(rows)}) != 1
        or any(map(any, edge))
    ):
        raise ValueError("no quiet zone")
    grid = [list(row[_QUIET:-_QUIET]) for row in rows[_QUIET:-_QUIET]]
    size = len(grid)
    version, rest = divmod(size - 17, 4)
    if rest or not 1 <= version <= 40:
        raise ValueError("no version")
    fixed = _fixed(version, size)
    if any(grid[row][column] != dark for (row, column), dark in fixed.items()):
        raise ValueError("a fixed pattern")
    level, mask, told = _format(grid, size)
    taken = fixed.keys() | told
    bits = [grid[row][column] ^ _inverts(mask, row, column) for row, column in _order(size, taken)]
    words = [_number(bits[at : at + 8]) for at in range(0, len(bits) - 7, 8)]
    if any(bits[8 * len(words) :]):
        raise ValueError("a remainder bit")
    return ReadCode(_text(_data(words, version, level), version), level)


def _number(bits: Sequence[int]) -> int:
    value = 0
    for bit in bits:
        value = 2 * value + bit
    return value


def _fixed(version: int, size: int) -> dict[tuple[int, int], int]:
    """Return the modules that are the same in all codes of a version, but for those of the format."""
    fixed: dict[tuple[int, int], int] = {}
    for place in range(8, size - 8):
        fixed[6, place] = fixed[place, 6] = 1 - place % 2
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(max(0, top - 1), min(size, top + 8)):
            for column in range(max(0, left - 1), min(size, left + 8)):
                inside = 0 <= row - top < 7 and 0 <= column - left < 7
                fixed[row, column] = int(_FINDER[row - top][column - left]) if inside else 0
    centres = _centres(version, size)
    for top in centres:
        for left in centres:
            if (top, left) in fixed and 6 not in (top, left):
                continue
            if (top < 9 and (left < 9 or left > size - 10)) or (top > size - 10 and left < 9):
                continue
            for row in range(-2, 3):
                for column in range(-2, 3):
                    ring = max(abs(row), abs(column))
                    fixed[top + row, left + column] = int(ring != 1)
    fixed[size - 8, 8] = 1
    if version >= 7:
        word = _with_rest(version, 0x1F25, 12)
        for place in range(18):
            bit = word >> place & 1
            fixed[place // 3, size - 11 + place % 3] = fixed[size - 11 + place % 3, place // 3] = bit
    return fixed


def _centres(version: int, size: int) -> list[int]:
    """Return the rows and columns of alignment patterns (annex E): evenly from the last one up."""
    if version == 1:
        return []
    count = version // 7 + 2
    last = size - 7
    gaps = count - 1
    # The distance is even, and the first one takes what is over; of version 32 it is 26.
    step = 26 if version == 32 else -(-(last - 6) // (2 * gaps)) * 2
    return [6, *(last - step * (gaps - each) for each in range(1, count))]


def _with_rest(data: int, generator: int, degree: int) -> int:
    word = data << degree
    while word.bit_length() > degree:
        word ^= generator << word.bit_length() - degree - 1
    return data << degree | word


def _format(grid: Grid, size: int) -> tuple[str, int, set[tuple[int, int]]]:
    """Return level and mask, and where they stand: twice, as one of 32 words."""
    first = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    second = [(size - 1 - each, 8) for each in range(7)] + [(8, size - 8 + each) for each in range(8)]
    words = {_number([grid[row][column] for row, column in places]) for places in (first, second)}
    for data in range(32):
        if words == {_with_rest(data, 0x537, 10) ^ 0x5412}:
            return _LEVELS[data >> 3], data & 7, {*first, *second}
    raise ValueError("no format")


def _inverts(mask: int, row: int, column: int) -> int:
    both = row * column
    rests = (
        (row + column) % 2, row % 2, column % 3, (row + column) % 3, (row // 2 + column // 3) % 2,
        both % 2 + both % 3, (both % 2 + both % 3) % 2, ((row + column) % 2 + both % 3) % 2,
    )  # fmt: skip
    return int(rests[mask] == 0)


def _order(size: int, taken: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the modules that hold data: pairs of columns from the right, up and down in turn."""
    pairs = [each for each in range(size - 1, 0, -1) if each != 6]
    for number, (right, left) in enumerate(zip(pairs[::2], [*pairs[1::2], 0], strict=False)):
        for step in range(size):
            row = step if number % 2 else size - 1 - step
            for column in (right, left):
                if (row, column) not in taken:
                    yield row, column


def _data(words: Sequence[int], version: int, level: str) -> bytes:
    """Return the data codewords of all blocks, each of which is checked."""
    count, correction = map(int, _TABLE[level].split()[version - 1].split("x"))
    short, longer = divmod(len(words), count)
    blocks: list[list[int]] = [[] for _ in range(count)]
    at = 0
    for place in range(short + 1):
        # The blocks at the end have one data codeword more, before the error correction of all.
        in_data, is_last = place < short - correction, place == short - correction
        for number, block in enumerate(blocks):
            is_in = in_data or not is_last or number >= count - longer
            if is_in and at < len(words):
                block.append(words[at])
                at += 1
    for number, block in enumerate(blocks):
        if len(block) != short + (number >= count - longer) or not _is_codeword(block, correction):
            raise ValueError("a block")
    return b"".join(bytes(block[: len(block) - correction]) for block in blocks)


def _is_codeword(block: Sequence[int], correction: int) -> bool:
    """Say whether a block is zero at the powers of the root of its generator (7.5.2)."""
    for exponent in range(correction):
        value = 0
        for word in block:
            for _ in range(exponent):
                value = value << 1 ^ (0x11D if value > 127 else 0)
            value ^= word
        if value:
            return False
    return True


def _text(data: bytes, version: int) -> str:
    bits = [byte >> place & 1 for byte in data for place in range(7, -1, -1)]
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        if at > len(bits):
            raise ValueError("the end of the data")
        return _number(bits[at - count : at])

    size = (version > 9) + (version > 26)
    is_utf_8 = False
    mode = take(4)
    if mode == 7:
        if take(8) != 26:
            raise ValueError("another interpretation than UTF-8")
        is_utf_8, mode = True, take(4)
    if mode not in (1, 2, 4):
        raise ValueError("a mode")
    count = take({1: (10, 12, 14), 2: (9, 11, 13), 4: (8, 16, 16)}[mode][size])
    text = ""
    if mode == 4:
        raw = bytes(take(8) for _ in range(count))
        text = raw.decode("utf-8" if is_utf_8 else "ascii")
    elif mode == 2:
        while count > 1:
            one, two = divmod(take(11), 45)
            text += _CHARACTERS[one] + _CHARACTERS[two]
            count -= 2
        text += _CHARACTERS[take(6)] if count else ""
    else:
        while count > 0:
            digits = min(count, 3)
            text += str(take((0, 4, 7, 10)[digits])).zfill(digits)
            count -= digits
    _refuse_other_padding(bits, at)
    return text


def _refuse_other_padding(bits: Sequence[int], at: int) -> None:
    """Raise ``ValueError`` unless a terminator, zeros and pad codewords follow (7.4.9 and 7.4.10)."""
    start = min(len(bits), at + 4)
    start += -start % 8
    pads = [_number(bits[place : place + 8]) for place in range(start, len(bits), 8)]
    if any(bits[at:start]) or pads != [(0xEC, 0x11)[number % 2] for number in range(len(pads))]:
        raise ValueError("padding")
