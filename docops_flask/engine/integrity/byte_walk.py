"""Where the paragraphs of a story lie in its bytes, by address: the proof's own walk, for plain parts.

All other parts, and text boxes in these, are walked as trees (``addresses``).
"""

import re
from collections.abc import Container, Mapping

from docops_flask.engine.integrity.plain_part import ANY_TAG, COMPATIBILITY, NAMESPACE, PlainPart

_MOST_DIGITS = 9
_MOST_NOTE_ID_CHARACTERS = 16

# The address of a paragraph, and where the bytes between its tags begin and end.
Range = tuple[str, int, int]

# What an element is to the walk; "" for one that shows nothing of what is in it.
_SEEN_THROUGH = "seen through"
_ROLES = {
    "p": "p",
    "tbl": "tbl",
    "tr": "tr",
    "tc": "tc",
    "sdt": "sdt",
    "sdtContent": "sdtContent",
    "body": "body",
    "footnote": "note",
    "endnote": "note",
    "trPr": "trPr",
    "tcPr": "tcPr",
    "gridBefore": "gridBefore",
    "gridSpan": "gridSpan",
    **dict.fromkeys(("customXml", "smartTag", "ins", "moveTo", "hyperlink"), _SEEN_THROUGH),
}
_OPENS, _CLOSES = 1, 2
# One tag between two paragraphs: whether it opens or closes, its role, the attribute that matters.
_Step = tuple[int, str, str]


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

    def step(self, steps: tuple[_Step, ...]) -> None:
        """Take the tags of one gap between paragraphs."""
        around = self._around
        at = self.at
        if steps == _NEXT_CELL and at.role == "blocks" and around and around[-1].role == "row":
            # What is known of the cell that ends is of no use any more.
            row = around[-1]
            row.cells += 1
            row.column += 1
            at.path = f"{row.path}{row.column - 1}."
            at.paragraphs = at.tables = 0
            at.is_told = False
            return
        for kind, role, value in steps:
            if kind == _CLOSES:
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
        if role == _SEEN_THROUGH:
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
# A cell ends and another begins.
_NEXT_CELL: tuple[_Step, ...] = ((_CLOSES, "", ""), (_OPENS, "tc", ""))


def find_paragraphs(part: PlainPart, kind: str, prefix: str, wanted: Container[str]) -> list[Range] | None:
    """Return the paragraphs of a story at the addresses ``wanted``; several at one where ids of notes repeat.

    ``kind`` is the story's ("" is the body), ``prefix`` what addresses in it begin with. ``None`` where
    paragraphs lie in paragraphs, against the schema: a tree tells then.
    """
    walk = _Walk(kind, prefix)
    leads = _Leads(part)
    boxes = _Boxes(part)
    if boxes.are_odd:
        return None
    found: list[Range] = []
    end_length = len(leads.end_tag)
    position = begin = part.start
    lead, steps = other, other_steps = b"", _NO_STEPS
    pieces = part.content[position:].split(leads.end_tag)
    # Behind the last end tag of a paragraph nothing has an address.
    pieces.pop()
    for piece in pieces:
        end = position + len(piece)
        if boxes.are_there and (boxes.open or boxes.mark in piece):
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
            walk.step(steps)
        at = walk.at
        if at.role == "blocks":
            path = f"{at.path}p{at.paragraphs}"
            at.paragraphs += 1
            if path in wanted:
                found.append((path, begin + len(lead), end))
        position = begin = end + end_length
    return found


class _Boxes:
    """The text boxes of a part: how many are ``open`` where the walk is; ``are_odd``: their tags are."""

    def __init__(self, part: PlainPart) -> None:
        name = part.prefix + b"txbxContent"
        self.mark = name
        self.open = 0
        self.are_there = name in part.content
        self._tags = rb"<(/?)" + re.escape(name) + rb"(?:\s[^<>]*?)?(/?)>"
        self.are_odd = self.are_there and part.content.count(name) != len(
            re.findall(self._tags, part.content)
        )

    def pass_over(self, piece: bytes) -> None:
        """Count the tags in ``piece``."""
        for slash, empty in re.findall(self._tags, piece):
            self.open += -1 if slash else not empty


_NO_STEPS: tuple[_Step, ...] = ()


class _Leads:
    """What stands before the content of paragraphs: the gap behind the last end tag and a start tag."""

    def __init__(self, part: PlainPart) -> None:
        w = part.prefix
        self.end_tag = b"</" + w + b"p>"
        self._plain, self._attributed = b"<" + w + b"p>", b"<" + w + b"p "
        self._roles = _roles(part)
        self._known: dict[bytes, tuple[_Step, ...]] = {}

    def of(self, piece: bytes) -> tuple[bytes, tuple[_Step, ...]] | None:
        """Return the lead at the beginning of ``piece``, which an end tag follows, and its steps.

        ``None`` where no paragraph begins in it.
        """
        inner = 0
        # Where the next start tag of either form is; each is looked for once.
        plain = attributed = -1
        while not inner or piece[inner - 2] == 0x2F:
            # An empty paragraph belongs to the gap as any other tag does.
            plain = self._find(piece, self._plain, plain, inner)
            attributed = self._find(piece, self._attributed, attributed, inner)
            start = min(plain, attributed)
            if start == len(piece):
                return None
            inner = piece.index(b">", start) + 1
            if start == attributed and _is_cut(piece[start:inner]):
                whole = re.compile(ANY_TAG).match(piece, start)
                inner = inner if whole is None else whole.end()
        gap = piece[:start]
        steps = self._known.get(gap)
        if steps is None:
            steps = self._known[gap] = _before_paragraph(_steps(gap, self._roles))
        return piece[:inner], steps

    @staticmethod
    def _find(piece: bytes, tag: bytes, known: int, at: int) -> int:
        """Return where ``tag`` comes from ``at`` on, else the end; ``known`` is where it came before."""
        if known >= at:
            return known
        found = piece.find(tag, at)
        return len(piece) if found < 0 else found


def _before_paragraph(steps: tuple[_Step, ...]) -> tuple[_Step, ...]:
    """Return ``steps`` without properties of a cell that say nothing, right before a paragraph.

    Those that come behind the paragraph count for nothing either.
    """
    empty_properties = ((_OPENS, "tcPr", ""), (_CLOSES, "", ""))
    return steps[:-2] if steps[-2:] == empty_properties else steps


def _is_cut(tag: bytes) -> bool:
    """Say whether a tag that ends with its first ">" may go on: that may stand in an attribute's value."""
    return b"'" in tag or tag.count(b'"') % 2 == 1


def _roles(part: PlainPart) -> Mapping[bytes, str]:
    roles = {part.prefix + local.encode(): role for local, role in _ROLES.items()}
    for match in re.finditer(NAMESPACE, part.declared):
        if match[2] == COMPATIBILITY:
            mc = match[1] + b":" if match[1] else b""
            roles |= {
                mc + b"AlternateContent": "alternatives",
                mc + b"Choice": "branch",
                mc + b"Fallback": "branch",
            }
    roles[b""] = part.prefix.decode()
    return roles


def _steps(gap: bytes, roles: Mapping[bytes, str]) -> tuple[_Step, ...]:
    """Return the tags of a gap; pairs of tags with nothing in them that matters are left out."""
    steps: list[_Step] = []
    for slash, name, attributes, empty in re.findall(ANY_TAG, gap):
        role = roles.get(name, "")
        if slash:
            if steps and steps[-1] == (_OPENS, "", ""):
                steps.pop()
            else:
                steps.append((_CLOSES, "", ""))
            continue
        steps.append((_OPENS, role, _attribute(role, attributes, roles)))
        if empty:
            if role:
                steps.append((_CLOSES, "", ""))
            else:
                steps.pop()
    return tuple(steps)


def _attribute(role: str, attributes: bytes, roles: Mapping[bytes, str]) -> str:
    local = {"note": "id", "gridBefore": "val", "gridSpan": "val"}.get(role)
    if local is None:
        return ""
    name = re.escape((roles[b""] + local).encode())
    match = re.search(rb"\s" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", attributes)
    value = "" if match is None else (match[1] or match[2] or b"").decode()
    if "&" in value:
        # Nobody writes a number in references; a note's id by them has an address of its own.
        value = (
            value.replace("&quot;", '"')
            .replace("&apos;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
        )
    return value if role != "note" or len(value) <= _MOST_NOTE_ID_CHARACTERS else ""


def _number(text: str, absent: int) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else absent
