"""Reads Word's merge fields as tags: what to cut from a paragraph so that the shown text alone is left."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.oxml.markup import TOKEN, Splice, attributes_of, decoded
from docops_flask.engine.template.foreign.names import proposed_name
from docops_flask.engine.template.foreign.sections import names_of
from docops_flask.engine.template.foreign.tag import ForeignTag, Meant, left
from docops_flask.engine.template.native.instruction import MERGE_ONLY, NoTag, formats_of, read_instruction

_GUILLEMETS = re.compile(r"«([^«»\n\t\ufffc]{1,64})»")
_OF_MERGES = frozenset(("MERGEFIELD", *MERGE_ONLY))
# What stands before the colon of a name, in products that merge with merge fields.
_MEANT = {
    "tablestart": Meant.EACH, "tableend": Meant.END, "begingroup": Meant.EACH, "endgroup": Meant.END,
    "image": Meant.PICTURE,
}  # fmt: skip


class MergeField(NamedTuple):
    """A merge field: its instruction, the characters of the paragraph that it shows, the bytes to cut.

    ``cuts`` is empty for one that cannot be taken apart.
    """

    instruction: str
    start: int
    end: int
    cuts: tuple[Splice, ...]


# A field's code has ended, and the run of the mark that ends it has not.
_IN_THIS_RUN = -1


class _Open:
    """A complex field that has begun in the run at the byte ``first``.

    ``separate`` is the byte behind the run that ends its code; ``is_nested`` says that it lies in a field or
    has one in it.
    """

    __slots__ = ("code", "first", "is_nested", "separate")

    def __init__(self, first: int, *, is_nested: bool) -> None:
        self.first = first
        self.code: list[bytes] = []
        self.separate: int | None = None
        self.is_nested = is_nested


def merge_fields(place: ParagraphPlace) -> list[MergeField]:
    """Return the merge fields of a paragraph; takes time linear in its bytes."""
    content = place.own_bytes
    if b"fldChar" not in content and b"fldSimple" not in content:
        return []
    return list(_Finder(place, content).fields())


class _Finder:
    """Walks over the tags of a paragraph's bytes."""

    def __init__(self, place: ParagraphPlace, content: bytes) -> None:
        self._content = content
        self._prefix = place.part.text.root_prefix
        # Where the texts that count begin in the bytes, and their characters.
        offsets = place.reading.offsets
        self._pieces: list[tuple[int, ...]] = [
            (offsets[3 * piece.shown.number + 2], piece.start, piece.end) for piece in place.reading.pieces
        ]
        self._run = -1
        self._code_at: int | None = None
        self._fields: list[_Open] = []
        self._simple_fields: list[tuple[int, int, str]] = []

    def fields(self) -> Iterator[MergeField]:
        """Yield the fields in the order of their ends."""
        for token in TOKEN.finditer(self._content):
            if token[1] is not None:
                yield from self._take_end(token)
            elif token[2] is not None:
                yield from self._take_start(token, token[2].removeprefix(self._prefix), token[3])

    def _take_end(self, token: re.Match[bytes]) -> Iterator[MergeField]:
        ended = token[0][2:-1].strip().removeprefix(self._prefix)
        if ended == b"instrText" and self._code_at is not None and self._fields:
            self._fields[-1].code.append(self._content[self._code_at : token.start()])
            self._code_at = None
        elif ended == b"fldSimple" and self._simple_fields:
            first, behind, instruction = self._simple_fields.pop()
            if not self._simple_fields and not self._fields:
                yield self._simple(first, behind, token.start(), token.end(), instruction)
        elif ended == b"r" and self._fields and self._fields[-1].separate == _IN_THIS_RUN:
            self._fields[-1].separate = token.end()

    def _take_start(self, token: re.Match[bytes], local: bytes, attributes: bytes) -> Iterator[MergeField]:
        is_empty = attributes.endswith(b"/")
        if local == b"r":
            self._run = token.start()
        elif local == b"instrText" and not is_empty:
            self._code_at = token.end()
        elif local == b"fldSimple" and not is_empty:
            value = attributes_of(attributes).get(self._prefix + b"instr", b"")
            self._simple_fields.append((token.start(), token.end(), decoded(value)))
        elif local == b"fldChar":
            kind = attributes_of(attributes.rstrip(b"/")).get(self._prefix + b"fldCharType")
            yield from self._take_mark(kind, token.end())

    def _take_mark(self, kind: bytes | None, end: int) -> Iterator[MergeField]:
        fields = self._fields
        if kind == b"begin":
            if fields:
                fields[-1].is_nested = True
            fields.append(_Open(self._run, is_nested=bool(fields or self._simple_fields)))
        elif kind == b"separate" and fields:
            fields[-1].separate = _IN_THIS_RUN
        elif kind == b"end" and fields:
            yield from self._complex(fields.pop(), self._run, end)

    def _simple(self, first: int, behind: int, end: int, last: int, instruction: str) -> MergeField:
        start, stop = self._characters(behind, end)
        return MergeField(instruction, start, stop, (Splice(first, behind, b""), Splice(end, last, b"")))

    def _complex(self, field: _Open, end_run: int, mark_end: int) -> Iterator[MergeField]:
        instruction = decoded(b"".join(field.code))
        if read_instruction(instruction).type not in _OF_MERGES:
            return
        end = self._content.find(b">", self._content.find(b"</" + self._prefix + b"r", mark_end)) + 1
        separate = field.separate
        if separate is None or separate == _IN_THIS_RUN or field.is_nested or separate > end_run or not end:
            at = self._characters(field.first, mark_end)
            yield MergeField(instruction, *at, ())
            return
        own = self._between(field.first, separate) or self._between(end_run, end)
        start, stop = self._characters(separate, end_run)
        cuts = (Splice(field.first, separate, b""), Splice(end_run, end, b""))
        yield MergeField(instruction, start, stop, () if own else cuts)

    def _characters(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters of the paragraph in the bytes ``first``:``last``."""
        inside = self._between(first, last)
        return (inside[0][1], inside[-1][2]) if inside else (0, 0)

    def _between(self, first: int, last: int) -> Sequence[tuple[int, ...]]:
        """Return the texts in the bytes ``first``:``last``."""
        return self._pieces[bisect_left(self._pieces, (first,)) : bisect_left(self._pieces, (last,))]


def field_tag(field: MergeField) -> ForeignTag | None:
    """Return the tag that a field is; ``None`` for one that no mail merge gives a value."""
    read = read_instruction(field.instruction)
    shown = left(field.start, field.end, "merge_only")._replace(text=f"{{{field.instruction.strip()}}}")
    if read.type in MERGE_ONLY:
        return shown
    if read.type != "MERGEFIELD":
        return None
    name = " ".join(read.arguments)
    formats = formats_of(read)
    if not field.cuts or field.start == field.end:
        return shown._replace(why="field_markup", proposed=proposed_name(name))
    if isinstance(formats, NoTag):
        return left(field.start, field.end, "filter", proposed_name(name))
    return _named(field.start, field.end, name)._replace(formats=tuple(formats), cuts=field.cuts)


def shown_tags(text: str) -> list[ForeignTag]:
    """Return the names in « » in ``text``, as Word shows merge fields."""
    return [_named(*match.span(), match[1].strip()) for match in _GUILLEMETS.finditer(text)]


def _named(start: int, end: int, name: str) -> ForeignTag:
    kind, colon, rest = name.partition(":")
    path = names_of(rest) if colon else None
    meant = _MEANT.get(kind.lower())
    if path is not None and meant is not None:
        return ForeignTag(start, end, meant, path, name=path)
    path = names_of(name)
    if path is None:
        return left(start, end, "function", proposed_name(name))
    return ForeignTag(start, end, Meant.FIELD, path)
