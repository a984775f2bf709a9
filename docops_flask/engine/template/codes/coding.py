"""Which code a field is drawn as: its modules, its size, what it cannot hold."""

from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.template.codes.code128 import check_code128, code128_symbol
from docops_flask.engine.template.codes.qr import check_qr, qr_symbol
from docops_flask.engine.template.codes.symbol import Symbol

QR = "qr"
DEFAULT_LEVEL = "M"
_EMU_PER_MILLIMETRE = 36_000
# The width of a module in EMU for QR codes (``True``) and Code 128: where a tag has no size, and the least
# that most scanners read.
_MODULE = {True: 18_000, False: 12_000}
_SMALLEST = {True: 9_000, False: 6_840}
_BAR_HEIGHT = 12 * _EMU_PER_MILLIMETRE


class Code(NamedTuple):
    """A code: whether it is a QR code or Code 128, and its modules."""

    is_qr: bool
    symbol: Symbol

    def extent(self, width: float | None, height: float | None, column: int | None) -> tuple[int, int]:
        """Return width and height in EMU, quiet zone included.

        ``width`` and ``height`` are those of its tag in millimetres: a QR code is the largest square in them.
        Without them it has that of its modules, and is at most as wide as its ``column`` (EMU), if known.
        """
        if width is None:
            across = self.symbol.columns * _MODULE[self.is_qr]
            across = min(across, column) if column is not None and column > 0 else across
        else:
            across = _emu(width)
        if not self.is_qr:
            return across, _BAR_HEIGHT if height is None else _emu(height)
        side = across if height is None else min(across, _emu(height))
        return side, side

    def note(self, width: int) -> str | None:
        """Return the warning that a code ``width`` EMU wide may be too small to read, if it may."""
        least = self.symbol.columns * _SMALLEST[self.is_qr]
        if width >= least:
            return None
        return (
            f"a module of the code is {width / self.symbol.columns / _EMU_PER_MILLIMETRE:.2f} mm wide, which "
            f"many scanners cannot read; make it {-(-least // _EMU_PER_MILLIMETRE)} mm wide or more"
        )


@lru_cache(maxsize=64)
def code_of(kind: str, level: str | None, text: str) -> Code:
    """Return the code of ``text``. Raises ``CodeError`` for one that it cannot hold."""
    if kind == QR:
        return Code(True, qr_symbol(text, level or DEFAULT_LEVEL))
    return Code(False, code128_symbol(text))


def check_text(kind: str, level: str | None, text: str) -> None:
    """Raise ``CodeError`` for a text that a code cannot hold."""
    if kind == QR:
        check_qr(text, level or DEFAULT_LEVEL)
    else:
        check_code128(text)


def _emu(millimetres: float) -> int:
    return max(1, int(millimetres * _EMU_PER_MILLIMETRE + 0.5))
