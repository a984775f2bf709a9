"""The wording of a skill's starter template: the fixed text an author begins with."""

from typing import NamedTuple

LANGUAGES = ("zh", "en")


class Wording(NamedTuple):
    """The text of a starter template in one language; placeholders stand in it as ``【FIELD】``.

    The parts are given in the order they stand in. ``None`` leaves a part to the template's builder (the
    organisation's name, an undated date line) or, for ``number``, ``recipient`` and ``closing``, out.
    ``table`` holds rows of label and value, one or two pairs a row.
    """

    title: str
    letterhead: str | None = None
    number: str | None = None
    recipient: str | None = None
    body: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    after_table: tuple[str, ...] = ()
    closing: str | None = None
    signature: str | None = None
    date: str | None = None

    def texts(self) -> tuple[str, ...]:
        """Return every text of the wording, in the order of the document."""
        head = (self.letterhead, self.number, self.title, self.recipient)
        cells = tuple(cell for row in self.table for cell in row)
        tail = (self.closing, self.signature, self.date)
        parts = (*head, *self.body, *cells, *self.after_table, *tail)
        return tuple(part for part in parts if part is not None)
