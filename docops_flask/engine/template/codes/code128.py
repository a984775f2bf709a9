"""Code 128 (ISO/IEC 15417:2007) of printable ASCII: code sets B and C."""

import re

from docops_flask.engine.template.codes.symbol import CodeError, Symbol

QUIET_ZONE = 10
MAX_CHARACTERS = 80
_SWITCH_TO_C, _SWITCH_TO_B = 99, 100
_START_B, _START_C, _STOP = 104, 105, 106
# The widths of bars and spaces by symbol value (table 1).
_WIDTHS = re.findall(
    "[0-9]+",
    """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132
    122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212
    322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311
    112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321
    331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214
    112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212
    124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113
    411311 113141 114131 311141 411131 211412 211214 211232 2331112
""",
)
# Digits go in pairs where that takes fewer symbols: four at an end, six in the middle (annex E).
_PAIRS = re.compile(r"\A(?:[0-9]{2})+\Z|\A(?:[0-9]{2}){2,}|(?:[0-9]{2}){2,}\Z|(?:[0-9]{2}){3,}")


def check_code128(text: str) -> None:
    """Raise ``CodeError`` for a text that Code 128 does not take here."""
    odd = re.search("[^ -~]", text)
    if odd is not None:
        raise CodeError(f"letters, digits and signs of ASCII for Code 128, without U+{ord(odd[0]):04X}")
    if len(text) > MAX_CHARACTERS:
        raise CodeError(f"at most {MAX_CHARACTERS} characters for Code 128; it has {len(text)}")


def code128_symbol(text: str) -> Symbol:
    """Return the bars of ``text``, one row with its quiet zones. Raises ``CodeError``."""
    check_code128(text)
    values = _values(text)
    checksum = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(_WIDTHS[value] for value in (*values, checksum, _STOP))
    bars = b"".join(bytes([number % 2 == 0]) * int(width) for number, width in enumerate(widths))
    quiet = bytes(QUIET_ZONE)
    return Symbol([quiet + bars + quiet])


def _values(text: str) -> list[int]:
    """Return the symbol values of a text, the start among them."""
    values: list[int] = []
    done = 0
    for match in _PAIRS.finditer(text):
        values += _in_b(text[done : match.start()], values)
        values.append(_SWITCH_TO_C if values else _START_C)
        values += (int(match[0][at : at + 2]) for at in range(0, len(match[0]), 2))
        done = match.end()
    return values + _in_b(text[done:], values)


def _in_b(text: str, before: list[int]) -> list[int]:
    if not text:
        return []
    return [_SWITCH_TO_B if before else _START_B, *(ord(character) - 32 for character in text)]
