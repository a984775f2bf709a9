"""The tags between two paragraphs as steps of the proof's walk, taken apart once for each distinct text."""

import re
from collections.abc import Mapping

from docops_flask.engine.integrity.plain_part import ANY_TAG, COMPATIBILITY, NAMESPACE, PlainPart

_MOST_NOTE_ID_CHARACTERS = 16

# What an element is to the walk; "" for one that shows nothing of what is in it.
SEEN_THROUGH = "seen through"
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
    **dict.fromkeys(("customXml", "smartTag", "ins", "moveTo", "hyperlink"), SEEN_THROUGH),
}
OPENS, CLOSES = 1, 2
# One tag between two paragraphs: whether it opens or closes, its role, the attribute that matters.
Step = tuple[int, str, str]
NO_STEPS: tuple[Step, ...] = ()
# A cell ends and another begins.
NEXT_CELL: tuple[Step, ...] = ((CLOSES, "", ""), (OPENS, "tc", ""))
# The same where the row ends as well and another begins.
NEXT_ROW: tuple[Step, ...] = ((CLOSES, "", ""), (CLOSES, "", ""), (OPENS, "tr", ""), (OPENS, "tc", ""))
_SHORT = {NEXT_CELL: NEXT_CELL, NEXT_ROW: NEXT_ROW}


class Leads:
    """What stands before the content of paragraphs: the gap behind the last end tag and a start tag."""

    def __init__(self, part: PlainPart) -> None:
        w = part.prefix
        self.end_tag = b"</" + w + b"p>"
        self._plain, self._attributed = b"<" + w + b"p>", b"<" + w + b"p "
        self._roles = _roles(part)
        self._known: dict[bytes, tuple[Step, ...]] = {}

    def of(self, piece: bytes) -> tuple[bytes, tuple[Step, ...]] | None:
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
            steps = _before_paragraph(_steps(gap, self._roles))
            # One object, which is told sooner.
            self._known[gap] = steps = _SHORT.get(steps, steps)
        return piece[:inner], steps

    @staticmethod
    def _find(piece: bytes, tag: bytes, known: int, at: int) -> int:
        """Return where ``tag`` comes from ``at`` on, else the end; ``known`` is where it came before."""
        if known >= at:
            return known
        found = piece.find(tag, at)
        return len(piece) if found < 0 else found


def _before_paragraph(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return ``steps`` without properties of a cell that say nothing, right before a paragraph.

    Those that come behind the paragraph count for nothing either.
    """
    empty_properties = ((OPENS, "tcPr", ""), (CLOSES, "", ""))
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


def _steps(gap: bytes, roles: Mapping[bytes, str]) -> tuple[Step, ...]:
    """Return the tags of a gap; pairs of tags with nothing in them that matters are left out."""
    steps: list[Step] = []
    for slash, name, attributes, empty in re.findall(ANY_TAG, gap):
        role = roles.get(name, "")
        if slash:
            if steps and steps[-1] == (OPENS, "", ""):
                steps.pop()
            else:
                steps.append((CLOSES, "", ""))
            continue
        steps.append((OPENS, role, _attribute(role, attributes, roles)))
        if empty:
            if role:
                steps.append((CLOSES, "", ""))
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
