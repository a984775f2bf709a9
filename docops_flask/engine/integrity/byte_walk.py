"""Where the paragraphs of a story lie in its bytes, by address: the proof's own walk, for plain parts.

A part is plain when one prefix stands for WordprocessingML throughout and nothing is in it that bytes alone do
not tell: text boxes, comments, CDATA sections, processing instructions, namespaces declared anew. All others
are walked as trees (``byte_map``).
"""

import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from docops_flask.engine.integrity.blocks import NAMESPACES

_ROOT = (
    rb"(?:\xef\xbb\xbf)?(?:<\?xml [^>]*\?>)?\s*"
    rb"<(?:([A-Za-z_][\w.-]*):)?[A-Za-z_][\w.-]*((?:\s+[^\s=<>]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*>"
)
_NAMESPACE = rb"\sxmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_COMPATIBILITY = b"http://schemas.openxmlformats.org/markup-compatibility/2006"
_ONE_ATTRIBUTE = rb"\s([^\s=<>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_MOST_DIGITS = 9
_MOST_NOTE_ID_CHARACTERS = 16
_ANY_TAG = rb"<(/?)([^\s/>]+)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>"


class PlainPart(NamedTuple):
    """A plain part: the prefix of WordprocessingML with its colon, its namespace, where the root's content begins.

    ``declared`` are the declarations of all prefixes, as attributes.
    """

    content: bytes
    prefix: bytes
    namespace: str
    start: int
    declared: bytes


class Range(NamedTuple):
    """The content of a paragraph: the bytes between its tags."""

    start: int
    end: int


def plain_part(content: bytes) -> PlainPart | None:
    """Return ``content``, a well-formed part in UTF-8, as a plain part; ``None`` where it is none."""
    root = re.match(_ROOT, content)
    if root is None or not root[1]:
        return None
    start = root.end()
    prefix = root[1]
    if content.find(b"<!", start) >= 0 or content.find(b"<?", start) >= 0:
        return None
    bound: dict[bytes, bytes] = {}
    # Declarations below the root count where they say nothing else.
    for tag in (root[0][root[0].rindex(b"<") :], *_tags_with_declarations(content, start)):
        for name, one, other in re.findall(_ONE_ATTRIBUTE, tag):
            if name != b"xmlns" and not name.startswith(b"xmlns:"):
                continue
            if bound.setdefault(name[6:], one or other) != (one or other):
                return None
    namespace = bound.get(prefix, b"")
    uris = list(bound.values())
    if namespace.decode() not in NAMESPACES or uris.count(namespace) > 1 or uris.count(_COMPATIBILITY) > 1:
        return None
    w = prefix + b":"
    if b"<" + w + b"txbxContent" in content:
        return None
    if any(blank in content and b"<" + w + b"p" + blank in content for blank in (b"\t", b"\r", b"\n")):
        return None
    declared = b"".join(
        b' xmlns%s="%s"' % (b":" + name if name else b"", uri.replace(b'"', b"&quot;"))
        for name, uri in bound.items()
    )
    return PlainPart(content, w, namespace.decode(), start, declared)


def _tags_with_declarations(content: bytes, start: int) -> Iterator[bytes]:
    """Yield the start tags behind ``start`` in which namespaces may be declared."""
    at = content.find(b"xmlns", start)
    while at >= 0:
        tag = re.compile(_ANY_TAG).match(content, content.rindex(b"<", 0, at))
        # Else it stands in a text.
        if tag is not None and tag.end() > at:
            yield tag[0]
            at = tag.end()
        at = content.find(b"xmlns", at + 1)


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
    """An open element: its role, what addresses in it begin with, how many blocks, rows or cells came before."""

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
        for kind, role, value in steps:
            if kind == _CLOSES:
                if around:
                    self.at = around.pop()
                continue
            around.append(self.at)
            self.at = self._inside(role, value)

    def _inside(self, role: str, value: str) -> _Open:
        at = self.at
        if at.role == "blocks":
            if role == "p":
                at.paragraphs += 1
                return _NOTHING
            if role == "tbl":
                at.tables += 1
                return _Open("table", f"{at.path}t{at.tables - 1}")
            if role == "tcPr" and not at.paragraphs and not at.tables and not at.is_told:
                at.is_told = True
                return _Open("cell properties", "")
        elif at.role == "table" and role == "tr":
            at.rows += 1
            return _Open("row", f"{at.path}.r{at.rows - 1}.c")
        elif at.role == "row":
            if role == "tc":
                at.cells += 1
                at.column += 1
                return _Open("blocks", f"{at.path}{at.column - 1}.")
            if role == "trPr" and not at.cells and not at.is_told:
                at.is_told = True
                return _Open("row properties", "")
        elif at.role == "cell properties":
            if role == "gridSpan" and not at.is_told:
                at.is_told = True
                self._row().column += max(1, _number(value, 1)) - 1
            return _NOTHING
        elif at.role == "row properties":
            if role == "gridBefore" and not at.is_told:
                at.is_told = True
                self._row().column = max(0, _number(value, 0))
            return _NOTHING
        elif at.role == "sdt":
            if role == "sdtContent" and not at.is_told:
                at.is_told = True
                return self._around[-2]
            return _NOTHING
        elif at.role == "alternatives":
            return self._around[-2] if role == "branch" else _NOTHING
        elif at.role == "document":
            if role == "body" and not at.is_told:
                at.is_told = True
                return _Open("blocks", self._prefix)
            return _NOTHING
        elif at.role == "notes":
            return _Open("blocks", f"{self._prefix}n{value}.") if role == "note" else _NOTHING
        return self._wrapped(role)

    def _wrapped(self, role: str) -> _Open:
        at = self.at
        if not at.role:
            return _NOTHING
        if role == _SEEN_THROUGH:
            return at
        if role in ("sdt", "alternatives"):
            return _Open(role, "")
        return _NOTHING

    def _row(self) -> _Open:
        return next(each for each in reversed(self._around) if each.role == "row")


def find_paragraphs(
    part: PlainPart, kind: str, prefix: str, wanted: Container[str]
) -> dict[str, list[Range]]:
    """Return the paragraphs of a story at the addresses ``wanted``; several where ids of notes repeat.

    ``kind`` is the story's ("" is the body), ``prefix`` what addresses in it begin with.
    """
    walk = _Walk(kind, prefix)
    content, position = part.content, part.start
    end_tag = b"</" + part.prefix + b"p>"
    opened, opened_with = b"<" + part.prefix + b"p>", b"<" + part.prefix + b"p "
    roles = _roles(part)
    known: dict[bytes, tuple[_Step, ...]] = {}
    found: dict[str, list[Range]] = {}
    # Where the next start tag of either form is; each is looked for once.
    plain = attributed = -1
    size = len(content)
    while True:
        # To the next paragraph that has content, then over all of it.
        if plain < position:
            plain = content.find(opened, position)
            plain = size if plain < 0 else plain
        if attributed < position:
            attributed = content.find(opened_with, position)
            attributed = size if attributed < 0 else attributed
        start = min(plain, attributed)
        if start == size:
            return found
        inner = content.index(b">", start) + 1
        if start == attributed and _is_cut(content[start:inner]):
            whole = re.compile(_ANY_TAG).match(content, start)
            inner = inner if whole is None else whole.end()
        if content[inner - 2] == 0x2F:
            # An empty paragraph is a step as any other tag is.
            gap, position = content[position:inner], inner
        else:
            gap = content[position:start]
        steps = known.get(gap)
        if steps is None:
            steps = known[gap] = _steps(gap, roles)
        if steps:
            walk.step(steps)
        if position == inner:
            continue
        end = content.index(end_tag, inner)
        at = walk.at
        if at.role == "blocks":
            path = f"{at.path}p{at.paragraphs}"
            at.paragraphs += 1
            if path in wanted:
                found.setdefault(path, []).append(Range(inner, end))
        position = end + len(end_tag)


def _is_cut(tag: bytes) -> bool:
    """Say whether a tag that ends with its first ">" may go on: that may stand in an attribute's value."""
    return b"'" in tag or tag.count(b'"') % 2 == 1


def _roles(part: PlainPart) -> Mapping[bytes, str]:
    roles = {part.prefix + local.encode(): role for local, role in _ROLES.items()}
    for match in re.finditer(_NAMESPACE, part.declared):
        if match[2] == _COMPATIBILITY:
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
    for slash, name, attributes, empty in re.findall(_ANY_TAG, gap):
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
