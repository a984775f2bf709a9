"""What a copy of a block keeps of the template: the first keeps all, in others ids and marks differ.

The rules are those of docs/templates.md, chapter *Copies*, and docs/analysis/blocks.md.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.copied_lists import CopiedLists
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.layout import Layout
from docops_flask.engine.integrity.expansion.marks import EMPTY_END
from docops_flask.engine.integrity.expansion.merged_cells import rewritten
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.paragraphs import PartText

_MARKUP = re.compile(ANY_MARKUP, re.DOTALL)
_EMPTY_END = re.compile(EMPTY_END, re.DOTALL)
_ATTRIBUTE = re.compile(rb"\s+([^\s=\"'/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_MARKS = frozenset(b"bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd permStart permEnd".split())
_DRAWINGS = (b"docPr", b"cNvPr")
_TRACKED = (
    b"ins del moveFrom moveTo pPrChange rPrChange sectPrChange tblPrChange trPrChange tcPrChange "
    b"tblGridChange tblPrExChange numberingChange cellIns cellDel cellMerge".split()
)
# Without any of these names there is nothing that differs in copies, but for VML.
_MAY_DIFFER = re.compile(
    rb"[<:\s](?:"
    + b"|".join((*_MARKS, *_DRAWINGS, *_TRACKED))
    + rb"|vMerge|numId|id|paraId|textId|commentReference"
    rb"|(?:foot|end)note(?:Reference)?)[\s=/>]"
)
_VML = b"urn:schemas-microsoft-com:vml"


class _Hole(NamedTuple):
    """Bytes of a chunk that are not the same in all copies.

    ``kind`` is mark, merge, list, note or number (of a note), which depend on the copies of certain blocks
    and have the byte ``place`` of the template; gone, drawing, tracked or suffix, which differ in all copies
    but the first of all blocks.
    """

    kind: str
    start: int
    end: int
    place: int = -1


class CopiedChunks:
    """The chunks of a part as the copies of blocks have them, with the ids that are new."""

    def __init__(self, part: PartText, layout: Layout, lists: CopiedLists, notes: Notes) -> None:
        self._part = part.name
        self._content = part.content
        self._marks = layout.marks.by_start
        self._begun = layout.merged.begun
        self._notes_here = layout.notes
        self._lists = lists
        self._restarts = lists.by_part.get(part.name, {})
        self._notes = notes
        self._references: Mapping[int, tuple[str, str]] = notes.references.get(part.name, {})
        declared = re.findall(rb"xmlns:([^\s=]+)\s*=\s*(?:\"%b\"|'%b')" % (_VML, _VML), part.content)
        self._vml = {b"v", *declared}
        if part.elements.scope.get(b"") == _VML:
            self._vml.add(b"")
        self._holes: dict[int, Sequence[_Hole]] = {}
        self._highest: dict[str, int] = {}

    def is_alike(self, chunk: Chunk) -> bool:
        """Say whether a chunk has the same bytes in all copies."""
        return not self._holes_of(chunk)

    def _holes_of(self, chunk: Chunk) -> Sequence[_Hole]:
        holes = self._holes.get(id(chunk))
        if holes is None:
            may_differ = _MAY_DIFFER.search(chunk.content) or self._holds_vml(chunk.content)
            holes = self._holes[id(chunk)] = [*self._find(chunk)] if may_differ else ()
        return holes

    def written(self, chunk: Chunk, frame: Frame) -> tuple[bytes, Sequence[tuple[int, int, bytes]]]:
        """Return the bytes of a chunk in a copy, and where they differ from those of the chunk."""
        holes = self._holes_of(chunk)
        if not holes:
            return chunk.content, ()
        edits = [
            (hole.start, hole.end, new)
            for hole in holes
            for new in (self._new(hole, chunk, frame),)
            if new is not None
        ]
        if not edits:
            return chunk.content, ()
        pieces: list[bytes] = []
        at = 0
        for start, end, new in edits:
            pieces += (chunk.content[at:start], new)
            at = end
        pieces.append(chunk.content[at:])
        return b"".join(pieces), edits

    def _new(self, hole: _Hole, chunk: Chunk, frame: Frame) -> bytes | None:
        """Return what stands for a hole in a copy; ``None`` where it stays."""
        kind = hole.kind
        if kind == "mark":
            return None if self._mark_stays(hole.place, frame) else b""
        if kind in ("merge", "list"):
            blocks = self._begun[hole.place] if kind == "merge" else self._restarts[hole.place]
            if not any(each.copy for block, each in frame.around() if block in blocks):
                return None
            if kind == "merge":
                return rewritten(chunk.content[hole.start : hole.end], b"")
            return b"%d" % self._lists.number(self._part, hole.place, frame)
        if kind == "number":
            number = self._notes.number(self._notes_here[hole.place][1], frame)
            return None if number is None else b"%d" % number
        if kind == "note" and frame.is_first:
            self._notes.keep(self._references[hole.place], frame)
        if frame.is_first:
            return None
        if kind == "note":
            return b"%d" % self._notes.add(self._references[hole.place], frame)
        if kind == "suffix":
            copies = [each.copy for block, each in frame.around() if block.repeats]
            return b"".join(b"_c%d" % (copy + 1) for copy in reversed(copies))
        return b"" if kind == "gone" else self._next_id(kind)

    def _next_id(self, kind: str) -> bytes:
        if kind not in self._highest:
            self._highest[kind] = _highest(self._content, _DRAWINGS if kind == "drawing" else _TRACKED)
        self._highest[kind] += 1
        return b"%d" % self._highest[kind]

    def _mark_stays(self, place: int, frame: Frame) -> bool:
        mark = self._marks[place]
        for block, each in frame.around():
            is_whole = mark.partner < 0 or block.first <= mark.partner < block.last
            if each.copy != (0 if is_whole or mark.is_start else each.count - 1):
                return False
        return True

    def _find(self, chunk: Chunk) -> Iterator[_Hole]:
        content = chunk.content
        names = self._names_of_shapes(content)
        for match in _MARKUP.finditer(content):
            if match[3] is None or match[2]:
                continue
            local = match[3].rpartition(b":")[2]
            place = chunk.place_of(match.start())
            if local in _MARKS:
                if place in self._marks:
                    mark = self._marks[place]
                    yield _Hole("mark", match.start(), match.start() + mark.end - mark.start, place)
            elif local == b"vMerge":
                if place in self._begun:
                    yield _Hole("merge", *match.span(), place)
            elif local == b"commentReference" or (local == b"id" and b":val" in match[4]):
                ends = _EMPTY_END.match(
                    content, match.end() - len(b"/>" if match[4].endswith(b"/") else b">")
                )
                if ends is not None:
                    yield _Hole("gone", match.start(), ends.end())
            else:
                for attribute in _ATTRIBUTE.finditer(match[4]):
                    hole = self._of_attribute(match[3], attribute, match.start(4), names, place)
                    if hole is not None:
                        yield hole

    def _holds_vml(self, content: bytes) -> bool:
        return b"" in self._vml or any(b"<" + prefix + b":" in content for prefix in self._vml)

    def _names_of_shapes(self, content: bytes) -> set[bytes]:
        """Return the ids of VML elements."""
        names: set[bytes] = set()
        if not self._holds_vml(content):
            return names
        for match in _MARKUP.finditer(content):
            if match[3] is not None and not match[2] and match[3].rpartition(b":")[0] in self._vml:
                own = (each for each in _ATTRIBUTE.finditer(match[4]) if each[1] == b"id")
                names |= {each[2] if each[2] is not None else each[3] for each in own}
        return names

    def _of_attribute(
        self,
        element: bytes,
        attribute: "re.Match[bytes]",
        at: int,
        names: Collection[bytes],
        place: int,
    ) -> _Hole | None:
        group = 2 if attribute[2] is not None else 3
        name, value = attribute[1], attribute[group]
        start, end = at + attribute.start(group), at + attribute.end(group)
        prefix, _, local = element.rpartition(b":")
        own = name.rpartition(b":")[2]
        if own in (b"paraId", b"textId") and name != own:
            return _Hole("gone", at + attribute.start(), at + attribute.end())
        if name == b"id" and local in _DRAWINGS:
            return _Hole("drawing", start, end)
        if own == b"id" and local in _TRACKED:
            return _Hole("tracked", start, end)
        if own == b"val" and local == b"numId" and place in self._restarts:
            return _Hole("list", start, end, place)
        if own == b"id" and place in self._references:
            return _Hole("note", start, end, place)
        if own == b"id" and place in self._notes_here:
            return _Hole("number", start, end, place)
        is_name = name == b"id" or own == b"spid" or (value[:1] == b"#" and value[1:] in names)
        return _Hole("suffix", end, end) if prefix in self._vml and is_name else None


def _highest(content: bytes, names: Sequence[bytes]) -> int:
    """Return the highest id of elements with the local ``names`` in a part."""
    highest = 0
    for match in re.finditer(
        rb"<(?:[^\s<>/:!?]+:)?(?:" + b"|".join(names) + rb")(\s(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", content
    ):
        for attribute in _ATTRIBUTE.finditer(match[1]):
            value = attribute[2] if attribute[2] is not None else attribute[3]
            if attribute[1].rpartition(b":")[2] == b"id" and value.isdigit():
                highest = max(highest, int(value))
    return highest
