"""Replays the entries of the replace log that are about places outside the paragraphs of stories.

A place is the text of an element or the value of an attribute of any XML part. Its address counts elements of
one local name; the text of a paragraph of DrawingML is that of its a:t together (docs/analysis/places.md).
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.byte_replay import as_data, checked
from docops_flask.engine.integrity.byte_tags import TagMap, segments_behind
from docops_flask.engine.integrity.byte_text import bytes_at, plain_text
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.place_claims import PlaceReplacement
from docops_flask.engine.integrity.plan import is_placeholder
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.opc.xml_part import Encoding, encoded, encoding_of, parse_part, recoded

if TYPE_CHECKING:
    from docops_flask.engine.integrity.bound_controls import Controls

_ADDRESS = r"([^\[\]@]+)\[(0|[1-9][0-9]{0,8})\](?:@([^\[\]@]+))?"
_ATTRIBUTE = rb"([^\s=\"'<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')"
_DRAWING_ML = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}",
    "{http://purl.oclc.org/ooxml/drawingml/main}",
)
_QUOTED = (('"', "&quot;"), ("'", "&apos;"), ("\n", "&#10;"), ("\t", "&#9;"))


class _Piece(NamedTuple):
    """Characters of a place that stand together: where they begin in its text, their bytes, how written."""

    start: int
    characters: str
    first: int
    last: int
    is_cdata: bool = False
    line_break: bytes | None = None


class _Whole(NamedTuple):
    """The bytes of a whole text, and what stands around a new one."""

    first: int
    last: int
    before: bytes
    after: bytes
    is_attribute: bool


class PlacedPart(NamedTuple):
    """A part of the template with entries to replay: its bytes as UTF-8, the edits, how many entries."""

    content: bytes
    encoding: Encoding | None
    edits: Sequence[tuple[int, int, bytes]]
    replacements: int

    def written(self) -> bytes:
        """Return the part with the edits in, as the package has it; ``ValueError`` where edits overlap."""
        pieces: list[bytes] = []
        at = 0
        # Properties that are added stand at the same byte, in the order of the log.
        for start, end, new in sorted(self.edits, key=itemgetter(0, 1)):
            if start < at:
                raise ValueError("two edits of the same bytes")
            pieces += (self.content[at:start], new)
            at = end
        pieces.append(self.content[at:])
        return encoded(b"".join(pieces), self.encoding)

    def comes_to(self, written: bytes) -> bool:
        """Say whether the part with the edits in is ``written``; ``ValueError`` where edits overlap."""
        return self.written() == written


class Replayed(NamedTuple):
    """The parts by name, and the entries that do not fit, each with what does not."""

    parts: dict[str, PlacedPart]
    misfits: list[tuple[PlaceReplacement, str]]


def replay_places(template: Template, claims: Claims) -> Replayed:
    """Replay the entries of ``claims`` about places on the bytes of the template's parts."""
    by_part: dict[str, list[PlaceReplacement]] = {}
    for entry in claims.places:
        by_part.setdefault(entry.part, []).append(entry)
    replayed = Replayed({}, [])
    controls = None
    if any(entry.bound_control is not None for entry in claims.places):
        from docops_flask.engine.integrity.bound_controls import Controls

        inline = [each.replacement for each in claims.inline]
        controls = Controls(template, [*inline, *claims.replacements])
    for name, of_part in by_part.items():
        if not template.has(name) or not template.is_xml(name):
            replayed.misfits.extend((entry, "the template has no such XML part") for entry in of_part)
            continue
        _replay_part(template, name, of_part, controls, replayed)
    return replayed


def _replay_part(
    template: Template,
    name: str,
    entries: Sequence[PlaceReplacement],
    controls: "Controls | None",
    replayed: Replayed,
) -> None:
    content = template.read(name)
    try:
        root = parse_part(content, name)
        encoding = encoding_of(content, name)
    except InvalidTemplate:
        replayed.misfits.extend((entry, "the part cannot be read") for entry in entries)
        return
    reader = _PartReader(root, recoded(content, encoding))
    edits: list[tuple[int, int, bytes]] = []
    count = 0
    for address, of_place in _by_address(entries).items():
        pieces = reader.pieces(address)
        text = reader.text(pieces)
        done = 0
        fitting: list[PlaceReplacement] = []
        for entry in of_place:
            if entry.tells_run:
                replayed.misfits.append((entry, "only paragraphs have runs and mirrors"))
                continue
            if entry.bound_control is not None and controls is not None:
                added = controls.unstated(entry)
                whole = reader.whole(address) if added is None else reader.behind_all(added)
                if whole is None or len(of_place) > 1 or not controls.fits(entry, text):
                    replayed.misfits.append((entry, "no control shows this data, or it has another text"))
                    continue
                edits.append(reader.whole_edit(whole, entry.new_text))
                count += 1
                continue
            if pieces is None or not _fits(entry, text, done):
                replayed.misfits.append((entry, "the template has no such placeholder there"))
                continue
            done = entry.end
            fitting.append(entry)
        try:
            edits += reader.edits(fitting, pieces or (), is_attribute="@" in address)
        except ValueError:
            message = "a new_text of its place holds characters that XML cannot hold"
            replayed.misfits.extend((entry, message) for entry in fitting)
            continue
        count += len(fitting)
    replayed.parts[name] = PlacedPart(reader.content, encoding, edits, count)


def _by_address(entries: Sequence[PlaceReplacement]) -> dict[str, list[PlaceReplacement]]:
    found: dict[str, list[PlaceReplacement]] = {}
    for entry in entries:
        found.setdefault(entry.address, []).append(entry)
    return found


def _fits(entry: PlaceReplacement, text: str, done: int) -> bool:
    """Say whether an entry is about a placeholder of ``text`` behind the character ``done``."""
    start, end, original = entry.start, entry.end, entry.original_text
    # In a URL the brackets may be percent-encoded (RFC 3986, 2.1).
    plain = re.sub("(?i)%E3%80%9([01])", lambda match: "【】"[int(match[1])], original)
    return (
        done <= start < end == start + len(original)
        and text.startswith(original, start)
        and is_placeholder(plain, entry.field_name)
    )


class _PartReader:
    """Reads places of a part: what its tree says, and where that lies in the bytes."""

    def __init__(self, root: _Element, content: bytes) -> None:
        self.content = content
        self._by_name: dict[str, list[_Element]] = {}
        self._root = root
        for element in root.iter("*"):
            self._by_name.setdefault(element.tag.rpartition("}")[2], []).append(element)
        self._tags = TagMap(root, content)

    def pieces(self, address: str) -> list[_Piece] | None:
        """Return the pieces of the place at ``address``, ``None`` where there is none."""
        stated = re.fullmatch(_ADDRESS, address)
        elements = self._by_name.get(stated[1], ()) if stated is not None else ()
        if stated is None or int(stated[2]) >= len(elements):
            return None
        element = elements[int(stated[2])]
        if stated[3] is not None:
            return self._attribute(element, stated[3].encode())
        if element.tag in [f"{namespace}p" for namespace in _DRAWING_ML]:
            return self._paragraph(element)
        return list(self._own(element, 0))

    def whole(self, address: str) -> "_Whole | None":
        """Return the bytes of the text at ``address``; ``None`` where more than text stands there."""
        pieces = self.pieces(address)
        if pieces is None or "@" in address:
            return None if not pieces else _Whole(pieces[0].first, pieces[0].last, b"", b"", True)
        stated = re.fullmatch(_ADDRESS, address)
        assert stated is not None
        element = self._by_name[stated[1]][int(stated[2])]
        tag = self._tags[element]
        if len(element) or len(pieces) > 1:
            return None
        if pieces:
            return _Whole(pieces[0].first, pieces[0].last, b"", b"", False)
        name = re.split(rb"[\s/>]", self.content[tag.start + 1 : tag.end], maxsplit=1)[0]
        return _Whole(tag.end - 2, tag.end, b">", b"</" + name + b">", False)

    def behind_all(self, name: str) -> "_Whole | None":
        """Return where a child of the root called ``name`` is added: behind all others.

        It has the prefix of the root where that stands for its namespace, or else the first that the root
        declares for it (the default namespace has none), or else declares the namespace itself.
        """
        namespace, _, local = name[1:].partition("}")
        tag = self._tags[self._root]
        start_tag = self.content[tag.start : tag.end]
        of_root = re.split(rb"[\s/>]", start_tag[1:], maxsplit=1)[0]
        closed = re.search(rb"</" + re.escape(of_root) + rb"\s*>\s*\Z", self.content)
        if closed is None or start_tag.endswith(b"/>"):
            return None
        before, after = f'<{local} xmlns="{namespace}">', f"</{local}>"
        declared = {
            (match[1] or b":")[1:].decode(): plain_text(match[2][1:-1])
            for match in re.finditer(rb"\sxmlns(:[^\s=]+)?\s*=\s*(\"[^\"]*\"|'[^']*')", start_tag)
        }
        for prefix in (of_root.decode().rpartition(":")[0], *declared):
            if declared.get(prefix) == namespace:
                qualified = f"{prefix}:{local}" if prefix else local
                before, after = f"<{qualified}>", f"</{qualified}>"
                break
        return _Whole(closed.start(), closed.start(), before.encode(), after.encode(), False)

    @staticmethod
    def whole_edit(whole: "_Whole", value: str) -> tuple[int, int, bytes]:
        """Return the edit that puts ``value`` in the place of a whole text."""
        written = _written(checked(value), whole.is_attribute)
        return whole.first, whole.last, whole.before + written + whole.after

    def text(self, pieces: Sequence[_Piece] | None) -> str:
        """Return the text of a place: a line break of a paragraph is the newline between two pieces."""
        texts: list[str] = []
        at = 0
        for piece in pieces or ():
            texts += ("\n" * (piece.start - at), piece.characters)
            at = piece.start + len(piece.characters)
        return "".join(texts)

    def edits(
        self, entries: Sequence[PlaceReplacement], pieces: Sequence[_Piece], *, is_attribute: bool
    ) -> list[tuple[int, int, bytes]]:
        """Return the edits of entries that fit and are in text order, piece by piece."""
        waiting = deque((entry.start, entry.end, checked(entry.new_text)) for entry in entries)
        edits: list[tuple[int, int, bytes]] = []
        for piece in pieces:
            piece_end = piece.start + len(piece.characters)
            bounds: list[int] = []
            values: list[str] = []
            while waiting and waiting[0][0] < piece_end:
                start, end, value = waiting.popleft()
                bounds += (start - piece.start, min(end, piece_end) - piece.start)
                values.append(value)
                if end > piece_end:
                    # The pieces behind lose the rest of the placeholder.
                    waiting.appendleft((piece_end, end, ""))
                    break
            raw = self.content[piece.first : piece.last]
            found = bytes_at(raw, piece.characters, bounds, is_cdata=piece.is_cdata) if bounds else []
            edits += (
                (piece.first + first, piece.first + last, _written(value, is_attribute, piece))
                for value, first, last in zip(values, found[::2], found[1::2], strict=True)
            )
        return edits

    def _own(self, element: _Element, start: int) -> Iterator[_Piece]:
        tag = self._tags[element]
        if self.content[tag.end - 2] == 0x2F:
            return
        for first, last, is_cdata in segments_behind(self.content, tag.end):
            raw = self.content[first:last]
            lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            characters = lines.decode() if is_cdata else plain_text(raw)
            yield _Piece(start, characters, first, last, is_cdata)
            start += len(characters)

    def _paragraph(self, paragraph: _Element) -> list[_Piece]:
        pieces: list[_Piece] = []
        at = 0
        # A paragraph in this one is a place of its own.
        waiting = [*paragraph.iterchildren("*", reversed=True)]
        while waiting:
            element = waiting.pop()
            namespace, _, local = element.tag.rpartition("}")
            is_drawing = namespace + "}" in _DRAWING_ML
            if is_drawing and local == "p":
                continue
            waiting += element.iterchildren("*", reversed=True)
            if not is_drawing:
                continue
            if local == "br":
                at += 1
            elif local == "t":
                line_break = self._line_break(element)
                for piece in self._own(element, at):
                    # A text behind a comment or in a CDATA section has no run's start before it.
                    at_start = piece.first == self._tags[element].end
                    pieces.append(piece._replace(line_break=line_break if at_start else None))
                    at = piece.start + len(piece.characters)
        return pieces

    def _line_break(self, text: _Element) -> bytes | None:
        """Return what parts the run of an a:t: its end, an a:br, its beginning (21.1.2.2.1)."""
        run = text.getparent()
        before = list(text.itersiblings(preceding=True))
        if run is None or run.tag.rpartition("}")[2] != "r" or len(before) > 1:
            return None
        if before and str(before[0].tag).rpartition("}")[2] != "rPr":
            return None
        run_tag, text_tag = self._tags[run], self._tags[text]
        start = self.content[text_tag.start : text_tag.end]
        prefix = re.split(rb"t[\s/>]", start[1:], maxsplit=1)[0]
        properties = self.content[run_tag.end : text_tag.start].strip()
        mark = b"<%bbr>%b</%bbr>" % (prefix, properties, prefix) if properties else b"<%bbr/>" % prefix
        beginning = self.content[run_tag.start : run_tag.end] + properties + start
        return b"</%bt></%br>" % (prefix, prefix) + mark + beginning

    def _attribute(self, element: _Element, name: bytes) -> list[_Piece] | None:
        tag = self._tags[element]
        for match in re.finditer(_ATTRIBUTE, self.content[tag.start : tag.end]):
            if match[1] == name:
                first, last = tag.start + match.start(2) + 1, tag.start + match.end(2) - 1
                raw = self.content[first:last]
                # White space in a value is read as blanks (XML 1.0, 3.3.3), one for each line end.
                blank = re.sub(rb"\r\n|[\t\r\n]", b" ", raw)
                return [_Piece(0, plain_text(blank), first, last)]
        return None


def _written(value: str, is_attribute: bool, piece: _Piece | None = None) -> bytes:
    data = as_data(value)
    if is_attribute:
        for character, reference in _QUOTED:
            data = data.replace(character.encode(), reference.encode())
        return data
    if piece is not None and piece.line_break is not None:
        data = data.replace(b"\n", piece.line_break)
    return b"]]>" + data + b"<![CDATA[" if piece is not None and piece.is_cdata and value else data
