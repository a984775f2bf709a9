"""The tables of QR Code, versions 1 to 40 (ISO/IEC 18004:2015, tables 1, 3, 9, D.1 and E.1)."""

LEVELS = "LMQH"
MAX_VERSION = 40
# Error correction codewords of each block, and the number of blocks, by level and version (table 9).
_CORRECTION = {
    "L": (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26,
          28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "M": (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28,
          28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
    "Q": (13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30,
          28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "H": (17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30,
          30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
}  # fmt: skip
_BLOCKS = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15,
          16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26,
          28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34,
          35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40,
          42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81),
}  # fmt: skip
_FORMAT_GENERATOR, _FORMAT_MASK = 0b10100110111, 0b101010000010010
_VERSION_GENERATOR = 0b1111100100101
_LEVEL_BITS = {"L": 1, "M": 0, "Q": 3, "H": 2}


def blocks_of(version: int, level: str) -> tuple[int, int]:
    """Return how many blocks a code has and how many error correction codewords each."""
    return _BLOCKS[level][version - 1], _CORRECTION[level][version - 1]


def codewords_of(version: int) -> int:
    """Return how many codewords a version holds (table 1)."""
    modules = (16 * version + 128) * version + 64
    if version >= 2:
        across = version // 7 + 2
        modules -= (25 * across - 10) * across - 55
    return (modules - (36 if version >= 7 else 0)) // 8


def alignment_places(version: int) -> list[int]:
    """Return the rows and columns of the centres of alignment patterns (annex E)."""
    if version == 1:
        return []
    count, size = version // 7 + 2, 17 + 4 * version
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *(size - 7 - step * each for each in range(count - 2, -1, -1))]


def format_bits(level: str, mask: int) -> int:
    """Return the 15 bits that tell level and mask (7.9)."""
    data = _LEVEL_BITS[level] << 3 | mask
    return (data << 10 | _remainder(data, _FORMAT_GENERATOR, 10)) ^ _FORMAT_MASK


def version_bits(version: int) -> int:
    """Return the 18 bits that tell the version, from 7 on (7.10)."""
    return version << 12 | _remainder(version, _VERSION_GENERATOR, 12)


def _remainder(data: int, generator: int, degree: int) -> int:
    rest = data << degree
    for place in range(rest.bit_length() - 1, degree - 1, -1):
        if rest >> place & 1:
            rest ^= generator << place - degree
    return rest
