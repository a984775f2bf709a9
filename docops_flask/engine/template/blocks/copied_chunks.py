"""What a copy of a block keeps of the template: ids stand once, ranges begin and end once.

The first copy keeps everything. The rules are in docs/analysis/blocks.md.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.oxml.markup import TOKEN, empty_end
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.copied_lists import NewLists
from docops_flask.engine.template.blocks.copied_notes import NewNotes, NoteKey
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.layout import Layout
from docops_flask.engine.template.blocks.merged_cells import with_value

_TRIGGER = re.compile(
    rb"bookmark|commentR|perm(?:Start|End)|docPr|cNvPr|[<:](?:id|ins|del)\s|moveFrom|moveTo|Change\s"
    rb"|paraId|textId|:spid|vMerge|numId|noteReference|note\s"
)
_MARKS = frozenset(b"bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd permStart permEnd".split())
_DRAWINGS = frozenset((b"docPr", b"cNvPr"))
_TRACKED = frozenset(
    b"ins del moveFrom moveTo pPrChange rPrChange sectPrChange tblPrChange trPrChange tcPrChange "
    b"tblGridChange tblPrExChange numberingChange cellIns cellDel cellMerge".split()
)
_ATTRIBUTE = re.compile(rb"\s+([^\s=\"'/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_VML = b"urn:schemas-microsoft-com:vml"
_VML_PREFIX = re.compile(rb"xmlns:([^\s=]+)\s*=\s*[\"']" + _VML + rb"[\"']")


class _Special(NamedTuple):
    """The bytes ``start``:``end`` of a chunk that copies do not keep as they are.

    ``kind`` is mark (of a range), merge (of a cell that begins a merged one) or list (the number of one that
    is counted anew), each with its byte ``at`` of the template; gone; drawing or tracked (the number of an
    id); or suffix (the end of the name of a VML shape).
    """

    kind: str
    start: int
    end: int
    at: int = -1


class Restarts(NamedTuple):
    """The blocks in whose copies lists count anew, by where a w:numId begins, and what takes the lists."""

    blocks: Mapping[int, Sequence[FoundBlock]]
    lists: NewLists


class NotesOfPart(NamedTuple):
    """What the references of a part refer to, the notes in it, by where they begin; what takes new notes."""

    references: Mapping[int, NoteKey]
    notes: Mapping[int, tuple[int, NoteKey]]
    new: NewNotes


class CopiedChunks:
    """The chunks of a part as its copies have them."""

    def __init__(self, part: StoryPart, layout: Layout, restarts: Restarts, notes: NotesOfPart) -> None:
        self._part = part.name
        self._content = part.text.content
        self._restarts, self._lists = restarts
        self._notes = notes
        self._marks = layout.marks
        self._merged = layout.merged
        self._vml = frozenset((b"v", *_VML_PREFIX.findall(self._content)))
        if part.text.root_scope.get(b"") == _VML:
            self._vml |= {b""}
        self._vml_tags = tuple(b"<" + prefix + b":" if prefix else b"<" for prefix in self._vml)
        self._specials: dict[int, Sequence[_Special]] = {}
        self._variants: dict[tuple[int, tuple[bool, ...]], tuple[Chunk, Sequence[_Special]]] = {}
        # The ids that a chunk of a copy has yet to get, by the identity of the chunk.
        self._open: dict[int, Sequence[_Special]] = {}

    def is_alike(self, chunk: Chunk) -> bool:
        """Say whether all copies have ``chunk`` as it is."""
        return not self._specials_of(chunk)

    def _specials_of(self, chunk: Chunk) -> Sequence[_Special]:
        specials = self._specials.get(id(chunk))
        if specials is None:
            specials = self._specials[id(chunk)] = (
                list(self._find(chunk)) if self._may_have_specials(chunk.content) else ()
            )
        return specials

    def _may_have_specials(self, content: bytes) -> bool:
        return _TRIGGER.search(content) is not None or any(tag in content for tag in self._vml_tags)

    def variant(self, chunk: Chunk, frame: Frame) -> Chunk:
        """Return ``chunk`` as the copy ``frame`` has it; its ids come with ``numbered``."""
        specials = self._specials_of(chunk)
        if not specials:
            return chunk
        stays = tuple(self._stays(each, frame) for each in specials)
        if all(stays):
            return chunk
        known = self._variants.get((id(chunk), stays))
        if known is None:
            known = self._variants[id(chunk), stays] = _without(chunk, specials, stays)
            if known[1]:
                self._open[id(known[0])] = known[1]
        return known[0]

    def _stays(self, special: _Special, frame: Frame) -> bool:
        if special.kind in ("merge", "list"):
            own = (self._merged.begun if special.kind == "merge" else self._restarts)[special.at]
            return all(each.found not in own or not each.copy for each in frame.around())
        if special.kind == "number":
            return self._notes.new.number(self._notes.notes[special.at][1], frame) is None
        if special.kind != "mark":
            return frame.is_original
        mark = self._marks.by_start[special.at]
        for each in frame.around():
            assert each.found is not None
            is_whole = mark.partner < 0 or each.found.first <= mark.partner < each.found.last
            if each.copy != (0 if is_whole or mark.is_start else each.count - 1):
                return False
        return True

    def _find(self, chunk: Chunk) -> Iterator[_Special]:
        names = {
            value
            for match in TOKEN.finditer(chunk.content)
            if match[2] is not None and match[2].rpartition(b":")[0] in self._vml
            for name, value, _, _ in _attributes(match[3], 0)
            if name == b"id"
        }
        for match in TOKEN.finditer(chunk.content):
            name = match[2]
            if name is None:
                continue
            prefix, _, local = name.rpartition(b":")
            place = chunk.in_template(match.start())
            if local in _MARKS:
                mark = self._marks.by_start.get(place)
                if mark is not None:
                    yield _Special("mark", match.start(), match.start() + mark.end - mark.start, place)
            elif local == b"vMerge":
                if place in self._merged.begun:
                    yield _Special("merge", *match.span(), place)
            elif local == b"commentReference" or (local == b"id" and b":val" in match[3]):
                end = empty_end(chunk.content, match)
                if end is not None:
                    yield _Special("gone", match.start(), end)
            else:
                for attribute in _attributes(match[3], match.start(3)):
                    yield from self._of_attribute(prefix, local, attribute, names, place)

    def _of_attribute(
        self,
        prefix: bytes,
        local: bytes,
        attribute: tuple[bytes, bytes, int, int],
        names: Container[bytes],
        place: int,
    ) -> Iterator[_Special]:
        name, value, start, end = attribute
        own = name.rpartition(b":")[2]
        first = end - len(value)
        if own in (b"paraId", b"textId") and name != own:
            yield _Special("gone", start, end + 1)
        elif name == b"id" and local in _DRAWINGS:
            yield _Special("drawing", first, end)
        elif own == b"id" and local in _TRACKED:
            yield _Special("tracked", first, end)
        elif own == b"val" and local == b"numId" and place in self._restarts:
            yield _Special("list", first, end, place)
        elif own == b"id" and place in self._notes.references:
            yield _Special("note", first, end, place)
        elif own == b"id" and place in self._notes.notes:
            yield _Special("number", first, end, place)
        elif prefix in self._vml and (
            name == b"id" or own == b"spid" or (value[:1] == b"#" and value[1:] in names)
        ):
            yield _Special("suffix", end, end)

    def numbered(self, spans: "Sequence[tuple[Chunk, Frame]]") -> list[Chunk] | None:
        """Return the chunks of ``spans``, each with ids of its own where it is a copy.

        ``None`` says that none of them has ids.
        """
        if not self._open and not self._notes.references:
            return None
        next_ids = {
            "drawing": _highest(self._content, _DRAWINGS) + 1,
            "tracked": _highest(self._content, _TRACKED) + 1,
        }
        chunks = []
        for chunk, frame in spans:
            specials = self._open.get(id(chunk))
            for each in self._specials.get(id(chunk), ()) if specials is None else specials:
                if each.kind == "kept" or (each.kind == "note" and specials is None):
                    self._notes.new.keep(self._notes.references[each.at], frame)
            if specials is None:
                chunks.append(chunk)
                continue
            splices = []
            for each in specials:
                if each.kind == "kept":
                    continue
                if each.kind == "suffix":
                    new = b"".join(
                        b"_c%d" % (outer.copy + 1)
                        for outer in reversed([*frame.around()])
                        if outer.found is not None and outer.found.block.opens_scope
                    )
                elif each.kind == "note":
                    new = b"%d" % self._notes.new.add(self._notes.references[each.at], frame)
                elif each.kind == "number":
                    number = self._notes.new.number(self._notes.notes[each.at][1], frame)
                    new = b"%d" % (number or 0)
                elif each.kind == "list":
                    blocks = self._restarts[each.at]
                    new = b"%d" % self._lists.number(self._part, each.at, blocks, frame)
                else:
                    new = b"%d" % next_ids[each.kind]
                    next_ids[each.kind] += 1
                splices.append((each.start, each.end, new))
            chunks.append(chunk.spliced(splices))
        return chunks


def _attributes(attributes: bytes, at: int) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Yield name, value, where each begins with its white space, and where its value ends."""
    for match in _ATTRIBUTE.finditer(attributes):
        group = 2 if match[2] is not None else 3
        yield match[1], match[group], at + match.start(), at + match.end(group)


def _without(
    chunk: Chunk, specials: Sequence[_Special], stays: Sequence[bool]
) -> tuple[Chunk, Sequence[_Special]]:
    """Return ``chunk`` without what goes, and where ids are to be put into it."""
    splices = []
    holes = []
    moved = 0
    for each, kept in zip(specials, stays, strict=True):
        if not kept and each.kind in ("mark", "gone"):
            splices.append((each.start, each.end, b""))
            moved += each.end - each.start
        elif not kept and each.kind == "merge":
            new = with_value(chunk.content[each.start : each.end], b"")
            splices.append((each.start, each.end, new))
            moved += each.end - each.start - len(new)
        elif kept and each.kind == "note":
            holes.append(_Special("kept", each.start - moved, each.end - moved, each.at))
        elif not kept:
            holes.append(each._replace(start=each.start - moved, end=each.end - moved))
    return (chunk.spliced(splices), holes)


def _highest(content: bytes, names: frozenset[bytes]) -> int:
    """Return the highest id of the elements ``names``."""
    highest = 0
    for match in re.finditer(rb"<(?:[^\s<>/:!?]+:)?(?:" + b"|".join(names) + rb")(?=\s)", content):
        tag = TOKEN.match(content, match.start())
        for name, value, _, _ in () if tag is None else _attributes(tag[3], 0):
            if name.rpartition(b":")[2] == b"id" and value.isdigit():
                highest = max(highest, int(value))
    return highest
