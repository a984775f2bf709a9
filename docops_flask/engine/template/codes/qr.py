"""QR codes, model 2 (ISO/IEC 18004:2015): one segment, numeric, alphanumeric or of UTF-8 bytes."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from docops_flask.engine.template.codes.qr_tables import (
    MAX_VERSION,
    alignment_places,
    blocks_of,
    codewords_of,
    format_bits,
    version_bits,
)
from docops_flask.engine.template.codes.symbol import CodeError, Symbol

QUIET_ZONE = 4
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Mode indicators and the bits of the character count in versions 1-9, 10-26 and 27-40 (tables 2 and 3).
_MODES = {"numeric": (1, (10, 12, 14)), "alphanumeric": (2, (9, 11, 13)), "byte": (4, (8, 16, 16))}
# The extended channel interpretation of UTF-8 (7.4.2, AIM ECI 000026): else bytes are read as Latin-1.
_UTF_8 = (7, 26)
_PADS = (0xEC, 0x11)
_MASKS: Sequence[Callable[[int, int], bool]] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,
    lambda row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


def qr_symbol(text: str, level: str) -> Symbol:
    """Return the smallest QR code that holds ``text`` at the error correction ``level``: L, M, Q or H.

    Its mask is that with the lowest penalty (7.8). Raises ``CodeError`` for a text that is too long.
    """
    mode, data = _encoded(text)
    count = len(text.encode()) if mode == "byte" else len(text)
    head = [] if text.isascii() else [*_bits(_UTF_8[0], 4), *_bits(_UTF_8[1], 8)]
    version, length_bits = _version_for(mode, count, len(head) + len(data), level)
    bits = [*head, *_bits(_MODES[mode][0], 4), *_bits(count, length_bits), *data]
    words = _interleaved(bytes(_padded(bits, version, level)), version, level)
    rows, free = _empty(version)
    _place(rows, free, words)
    best = min((_masked(rows, free, version, level, mask) for mask in range(8)), key=_penalty)
    edge = bytes(len(best) + 2 * QUIET_ZONE)
    side = bytes(QUIET_ZONE)
    return Symbol([*[edge] * QUIET_ZONE, *(side + bytes(row) + side for row in best), *[edge] * QUIET_ZONE])


def check_qr(text: str, level: str) -> None:
    """Raise ``CodeError`` for a text that is too long for a QR code."""
    mode, data = _encoded(text)
    count = len(text.encode()) if mode == "byte" else len(text)
    _version_for(mode, count, len(data) + (0 if text.isascii() else 12), level)


def _encoded(text: str) -> tuple[str, list[int]]:
    """Return the mode of a text and its bits (7.4.3 to 7.4.5)."""
    if re.fullmatch("[0-9]+", text):
        groups = [text[at : at + 3] for at in range(0, len(text), 3)]
        return "numeric", [bit for each in groups for bit in _bits(int(each), (0, 4, 7, 10)[len(each)])]
    if all(character in _ALPHANUMERIC for character in text):
        numbers = [_ALPHANUMERIC.index(character) for character in text]
        data = [bit for one, two in zip(numbers[::2], numbers[1::2], strict=False)
                for bit in _bits(45 * one + two, 11)]  # fmt: skip
        return "alphanumeric", data + (_bits(numbers[-1], 6) if len(numbers) % 2 else [])
    return "byte", [bit for byte in text.encode() for bit in _bits(byte, 8)]


def _bits(number: int, count: int) -> list[int]:
    return [number >> place & 1 for place in range(count - 1, -1, -1)]


def _version_for(mode: str, count: int, size: int, level: str) -> tuple[int, int]:
    """Return the smallest version for so many bits of data, and the bits of its character count."""
    for version in range(1, MAX_VERSION + 1):
        length_bits = _MODES[mode][1][(version > 9) + (version > 26)]
        blocks, correction = blocks_of(version, level)
        if 4 + length_bits + size <= 8 * (codewords_of(version) - blocks * correction):
            return version, length_bits
    # Mode, character count, and of other than ASCII what says that it is UTF-8.
    most = codewords_of(MAX_VERSION) - blocks * correction - 4
    unit = "bytes in UTF-8, a Chinese character has 3" if mode == "byte" else f"characters, {mode}"
    most = {"byte": most, "numeric": (most + 1) * 12 // 5, "alphanumeric": (most + 1) * 16 // 11}[mode]
    raise CodeError(f"at most {most} {unit}, for a QR code of level {level}")


def _padded(bits: list[int], version: int, level: str) -> bytearray:
    """Return the data codewords: terminator, zeros to a whole byte, pad codewords (7.4.9 and 7.4.10)."""
    blocks, correction = blocks_of(version, level)
    capacity = codewords_of(version) - blocks * correction
    bits += [0] * min(4, 8 * capacity - len(bits))
    bits += [0] * (-len(bits) % 8)
    words = bytearray(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8))
    words.extend(_PADS[number % 2] for number in range(capacity - len(words)))
    return words


def _interleaved(data: bytes, version: int, level: str) -> list[int]:
    """Return data and error correction codewords as they are placed (7.6)."""
    count, correction = blocks_of(version, level)
    short, longer = divmod(len(data), count)
    blocks, at = [], 0
    for number in range(count):
        size = short + (number >= count - longer)
        blocks.append(data[at : at + size])
        at += size
    ends = [_correction(block, correction) for block in blocks]
    words = [block[place] for place in range(short + 1) for block in blocks if place < len(block)]
    return words + [end[place] for place in range(correction) for end in ends]


@lru_cache(maxsize=1)
def _field() -> tuple[list[int], list[int]]:
    """Return powers and logarithms in GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1."""
    powers, logarithms, value = [], [0] * 256, 1
    for exponent in range(255):
        powers.append(value)
        logarithms[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return powers * 2, logarithms


@lru_cache(maxsize=40)
def _generator(degree: int) -> list[int]:
    """Return the logarithms of the coefficients of (x - 1)(x - a) … without the first, which is 1."""
    powers, logarithms = _field()
    made = [1]
    for exponent in range(degree):
        shifted = [*made, 0]
        for place, coefficient in enumerate(made):
            if coefficient:
                shifted[place + 1] ^= powers[logarithms[coefficient] + exponent]
        made = shifted
    return [logarithms[each] for each in made[1:]]


def _correction(block: bytes, degree: int) -> bytes:
    """Return the error correction codewords of a block: the remainder of a division (7.5.2)."""
    powers, logarithms = _field()
    generator = _generator(degree)
    rest = bytearray(block) + bytearray(degree)
    for place in range(len(block)):
        factor = rest[place]
        if factor:
            exponent = logarithms[factor]
            for offset, each in enumerate(generator, place + 1):
                rest[offset] ^= powers[exponent + each]
    return bytes(rest[len(block) :])


Rows = list[bytearray]


def _empty(version: int) -> tuple[Rows, Rows]:
    """Return the function patterns of a version (6.3), and which modules are free for data."""
    size = 17 + 4 * version
    rows = [bytearray(size) for _ in range(size)]
    free = [bytearray(b"\1" * size) for _ in range(size)]

    def take(row: int, column: int, dark: bool) -> None:
        if 0 <= row < size and 0 <= column < size:
            rows[row][column], free[row][column] = dark, 0

    for place in range(size):
        take(6, place, place % 2 == 0)
        take(place, 6, place % 2 == 0)
    for top, left in ((3, 3), (3, size - 4), (size - 4, 3)):
        for down in range(-4, 5):
            for right in range(-4, 5):
                ring = max(abs(down), abs(right))
                take(top + down, left + right, ring not in (2, 4))
    places = alignment_places(version)
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for top in places:
        for left in places:
            for down in range(-2, 3) if (top, left) not in corners else ():
                for right in range(-2, 3):
                    take(top + down, left + right, max(abs(down), abs(right)) != 1)
    for row, column in _format_places(size):
        take(row, column, False)
    take(size - 8, 8, True)
    if version >= 7:
        for number, bit in enumerate(reversed(_bits(version_bits(version), 18))):
            take(size - 11 + number % 3, number // 3, bool(bit))
            take(number // 3, size - 11 + number % 3, bool(bit))
    return rows, free


def _format_places(size: int) -> list[tuple[int, int]]:
    """Return where the bits that tell level and mask stand, the lowest first, twice (figure 25)."""
    beside = [(each, 8) for each in (0, 1, 2, 3, 4, 5, 7, 8)]
    above = [(8, each) for each in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(8, size - 1 - each) for each in range(8)] + [(size - 7 + each, 8) for each in range(7)]
    return [*beside, *above, *apart]


def _data_places(free: Rows) -> Iterator[tuple[int, int]]:
    """Yield the modules of data in the order of their bits (7.7.3)."""
    size = len(free)
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                if free[row][column]:
                    yield row, column
        upwards = not upwards


def _place(rows: Rows, free: Rows, words: Sequence[int]) -> None:
    bits = (bit for word in words for bit in _bits(word, 8))
    for (row, column), bit in zip(_data_places(free), bits, strict=False):
        rows[row][column] = bit


def _masked(rows: Rows, free: Rows, version: int, level: str, mask: int) -> Rows:
    """Return the code with a mask and the bits that tell of it (7.8.2)."""
    size, inverts = len(rows), _MASKS[mask]
    made = [
        bytearray(
            dark ^ (is_free and inverts(number, column))
            for column, (dark, is_free) in enumerate(zip(row, of_row, strict=True))
        )
        for number, (row, of_row) in enumerate(zip(rows, free, strict=True))
    ]
    places = _format_places(size)
    bits = list(reversed(_bits(format_bits(level, mask), 15)))
    for (row, column), bit in zip(places, bits * 2, strict=True):
        made[row][column] = bit
    return made


_ALIKE = re.compile(rb"\x00{5,}|\x01{5,}")
_LIKE_FINDER = re.compile(rb"(?=\x01\x00\x01{3}\x00\x01\x00{4}|\x00{4}\x01\x00\x01{3}\x00\x01)")


def _penalty(rows: Rows) -> int:
    """Return how hard a code is to read, by the four rules of 7.8.3."""
    size = len(rows)
    lines = [*map(bytes, rows), *map(bytes, zip(*rows, strict=True))]
    points = sum(len(match[0]) - 2 for line in lines for match in _ALIKE.finditer(line))
    points += 40 * sum(len(_LIKE_FINDER.findall(line)) for line in lines)
    numbers = [int("".join(map(str, row)), 2) for row in rows]
    for one, other in pairwise(numbers):
        across, down, beside = one ^ one >> 1, one ^ other, other ^ other >> 1
        differs = across | beside | down | down >> 1
        points += 3 * (size - 1 - (differs & (1 << size - 1) - 1).bit_count())
    dark = sum(map(sum, rows))
    return points + 10 * (abs(20 * dark - 10 * size * size) // (size * size))
