"""Where the paragraphs of a story lie in its bytes, by address: the proof's own walk, for plain parts.

All other parts, and text boxes in these, are walked as trees (``addresses``).
"""

import re
from collections.abc import Container
from itertools import pairwise

from docops_flask.engine.integrity.byte_steps import (
    CLOSES,
    NEXT_CELL,
    NEXT_ROW,
    NO_STEPS,
    SEEN_THROUGH,
    Leads,
    Step,
)
from docops_flask.engine.integrity.plain_part import PlainPart
from docops_flask.engine.opc.xml_part import holds

_MOST_DIGITS = 9
# The address of a paragraph, and where the bytes between its tags begin and end.
Range = tuple[str, int, int]


class _Open:
    """An open element: its role, what addresses in it begin with, what came before in it."""

    __slots__ = ("cells", "column", "is_told", "paragraphs", "path", "role", "rows", "tables")

    def __init__(self, role: str, path: str) -> None:
        self.role = role
        self.path = path
        self.paragraphs = 0
        self.tables = 0
        self.rows = 0
        self.cells = 0
        self.column = 0
        self.is_told = False


_NOTHING = _Open("", "")


class _Walk:
    """Follows the tags between paragraphs; ``at`` is the innermost open element that shows what is in it."""

    def __init__(self, kind: str, prefix: str) -> None:
        self._prefix = prefix
        role = "document" if kind == "" else "notes" if kind in ("footnotes", "endnotes") else "blocks"
        self.at = _Open(role, prefix)
        self._around: list[_Open] = []

    def step(self, steps: tuple[Step, ...]) -> None:
        """Take the tags of one gap between paragraphs."""
        around = self._around
        at = self.at
        is_next_row = steps is NEXT_ROW
        if (
            (is_next_row or steps is NEXT_CELL)
            and at.role == "blocks"
            and around
            and (row := around[-1]).role == "row"
            and not (is_next_row and around[-2].role != "table")
        ):
            # What is known of the cell that ends, and of the row, is of no use any more.
            if is_next_row:
                table = around[-2]
                row.path = f"{table.path}.r{table.rows}.c"
                table.rows += 1
                row.cells = row.column = 0
                row.is_told = False
            row.cells += 1
            at.path = f"{row.path}{row.column}."
            row.column += 1
            at.paragraphs = at.tables = 0
            at.is_told = False
            return
        for kind, role, value in steps:
            if kind == CLOSES:
                if around:
                    self.at = around.pop()
                continue
            around.append(self.at)
            inside = _INSIDE.get(self.at.role)
            self.at = _NOTHING if inside is None else inside(self, role, value)

    def _in_document(self, role: str, _value: str) -> _Open:
        if role == "body" and self._is_first():
            return _Open("blocks", self._prefix)
        return _NOTHING

    def _in_notes(self, role: str, value: str) -> _Open:
        return _Open("blocks", f"{self._prefix}n{value}.") if role == "note" else _NOTHING

    def _in_blocks(self, role: str, _value: str) -> _Open:
        at = self.at
        if role == "p":
            at.paragraphs += 1
            return _NOTHING
        if role == "tbl":
            at.tables += 1
            return _Open("table", f"{at.path}t{at.tables - 1}")
        if role == "tcPr" and not at.paragraphs and not at.tables and self._is_first():
            return _Open("cell properties", "")
        return self._wrapped(role)

    def _in_table(self, role: str, _value: str) -> _Open:
        at = self.at
        if role == "tr":
            at.rows += 1
            return _Open("row", f"{at.path}.r{at.rows - 1}.c")
        return self._wrapped(role)

    def _in_row(self, role: str, _value: str) -> _Open:
        at = self.at
        if role == "tc":
            at.cells += 1
            at.column += 1
            return _Open("blocks", f"{at.path}{at.column - 1}.")
        if role == "trPr" and not at.cells and self._is_first():
            return _Open("row properties", "")
        return self._wrapped(role)

    def _in_cell_properties(self, role: str, value: str) -> _Open:
        if role == "gridSpan" and self._is_first():
            self._row().column += max(1, _number(value, 1)) - 1
        return _NOTHING

    def _in_row_properties(self, role: str, value: str) -> _Open:
        if role == "gridBefore" and self._is_first():
            self._row().column = max(0, _number(value, 0))
        return _NOTHING

    def _in_sdt(self, role: str, _value: str) -> _Open:
        return self._around[-2] if role == "sdtContent" and self._is_first() else _NOTHING

    def _in_alternatives(self, role: str, _value: str) -> _Open:
        return self._around[-2] if role == "branch" else _NOTHING

    def _is_first(self) -> bool:
        """Say whether what counts once in the innermost element comes for the first time."""
        was_told, self.at.is_told = self.at.is_told, True
        return not was_told

    def _wrapped(self, role: str) -> _Open:
        at = self.at
        if role == SEEN_THROUGH:
            return at
        if role in ("sdt", "alternatives"):
            return _Open(role, "")
        return _NOTHING

    def _row(self) -> _Open:
        return next(each for each in reversed(self._around) if each.role == "row")


_INSIDE = {
    "document": _Walk._in_document,
    "notes": _Walk._in_notes,
    "blocks": _Walk._in_blocks,
    "table": _Walk._in_table,
    "row": _Walk._in_row,
    "cell properties": _Walk._in_cell_properties,
    "row properties": _Walk._in_row_properties,
    "sdt": _Walk._in_sdt,
    "alternatives": _Walk._in_alternatives,
}


def find_paragraphs(part: PlainPart, kind: str, prefix: str, wanted: Container[str]) -> list[Range] | None:
    """Return the paragraphs of a story at the addresses ``wanted``; several at one where ids of notes repeat.

    ``kind`` is the story's ("" is the body), ``prefix`` what addresses in it begin with. ``None`` where
    paragraphs lie in paragraphs, against the schema: a tree tells then.
    """
    walk = _Walk(kind, prefix)
    leads = Leads(part)
    boxes = _Boxes(part)
    if boxes.are_odd:
        return None
    found: list[Range] = []
    end_length = len(leads.end_tag)
    position = begin = part.start
    lead, steps = other, other_steps = b"", NO_STEPS
    # From the end, as ``holds``.
    pieces = part.content[position:].rsplit(leads.end_tag)
    # Behind the last end tag of a paragraph nothing has an address.
    pieces.pop()
    boxes_are_there, step = boxes.are_there, walk.step
    for piece in pieces:
        end = position + len(piece)
        if boxes_are_there and (boxes.open or boxes.mark in piece):
            # What lies in a text box belongs to the paragraph around it.
            if not boxes.open:
                told = leads.of(piece)
                if told is None or boxes.mark in told[0]:
                    return None
                lead, steps = told
                begin = position
            boxes.pass_over(piece)
            position = end + end_length
            if boxes.open:
                continue
        # Most paragraphs have the same before them as one of the last two kinds: in a table, cell or row.
        elif not lead or not piece.startswith(lead):
            lead, steps, other, other_steps = other, other_steps, lead, steps
            if not lead or not piece.startswith(lead):
                told = leads.of(piece)
                if told is None:
                    return None
                lead, steps = told
        if steps:
            step(steps)
        at = walk.at
        if at.role == "blocks":
            path = f"{at.path}p{at.paragraphs}"
            at.paragraphs += 1
            if path in wanted:
                found.append((path, begin + len(lead), end))
        position = begin = end + end_length
    return found


class _Everything:
    """Contains whatever is asked for."""

    def __contains__(self, item: object) -> bool:
        return True


_EVERYTHING = _Everything()


def find_all_paragraphs(part: PlainPart, kind: str, prefix: str) -> tuple[list[Range], list[Range]] | None:
    """Return all paragraphs of a story, and those that are one empty tag, which begin and end behind it.

    ``None`` where trees have to tell, as in ``find_paragraphs``.
    """
    content, name = part.content, part.prefix + b"p"
    ends = [match.end() for match in re.finditer(b"<" + re.escape(name) + rb"(?:\s[^<>]*)?/>", content)]
    if not ends:
        found = find_paragraphs(part, kind, prefix, _EVERYTHING)
        return None if found is None else (found, [])
    # The walk finds paragraphs by end tags: for it the empty ones have some.
    end_tag = b"></" + name + b">"
    pieces = [content[at : end - 2] for at, end in pairwise((0, *ends))]
    ended = end_tag.join((*pieces, content[ends[-1] :]))
    found = find_paragraphs(part._replace(content=ended), kind, prefix, _EVERYTHING)
    if found is None:
        return None
    added = len(end_tag) - 2
    begins = [end - 1 + number * added for number, end in enumerate(ends)]
    begins.append(len(ended))
    others: list[Range] = []
    in_one_tag: list[Range] = []
    before = 0
    for path, begin, end in found:
        while begins[before] < begin:
            before += 1
        if begins[before] == begin:
            in_one_tag.append((path, ends[before], ends[before]))
        else:
            others.append((path, begin - before * added, end - before * added))
    return others, in_one_tag


class _Boxes:
    """The text boxes of a part: how many are ``open`` where the walk is; ``are_odd``: their tags are."""

    def __init__(self, part: PlainPart) -> None:
        name = part.prefix + b"txbxContent"
        self.mark = name
        self.open = 0
        self.are_there = holds(part.content, name)
        self._tags = rb"<(/?)" + re.escape(name) + rb"(?:\s[^<>]*?)?(/?)>"
        self.are_odd = self.are_there and part.content.count(name) != len(
            re.findall(self._tags, part.content)
        )

    def pass_over(self, piece: bytes) -> None:
        """Count the tags in ``piece``."""
        for slash, empty in re.findall(self._tags, piece):
            self.open += -1 if slash else not empty


def _number(text: str, absent: int) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else absent
