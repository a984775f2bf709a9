"""A document with its repairs as tracked changes (ECMA-376 part 1, 17.13.5.29 and 17.13.5.31).

Repairs change properties of paragraphs and runs and nothing else, so that each paragraph and run that was
repaired has one change, which holds the properties as they were: a w:pPrChange or a w:rPrChange. The changes
carry no date (17.13.5, it is optional), so that the same job makes the same bytes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.errors import InvalidArgument, ResultRefused, echo
from docops_flask.engine.opc.xml_part import encoded
from docops_flask.engine.oxml.markup import TOKEN, Splice, element_end, name_at, spliced
from docops_flask.engine.oxml.names import Vocabulary, properties_of
from docops_flask.engine.review.comments import AUTHOR, free_ids

# What a w:pPrChange does not hold (CT_PPrBase): the properties of the mark and of the section, which may have
# changes of their own.
_NOT_TRACKED = (b"rPr", b"sectPr")
_OWN_CHANGES = (b"pPrChange", b"rPrChange")


class Change(NamedTuple):
    """A tracked change: its number, the address of the paragraph, the run's number if it is about one."""

    id: int
    path: str
    run: int | None


class TrackedParts(NamedTuple):
    """The parts with tracked changes by their names, and the changes in the order of the document."""

    changed: Mapping[str, bytes]
    changes: Sequence[Change]


class _Span(NamedTuple):
    start: int
    end: int


class _Owner(NamedTuple):
    """A paragraph (``None``) or a run by its number, with the bytes of its properties, ``None`` without."""

    run: int | None
    properties: _Span | None


def tracked_parts(document: Document, unfixed: Document, paths: Collection[str]) -> TrackedParts:
    """Return the parts of ``document`` with what differs from ``unfixed`` at ``paths`` as tracked changes.

    Both have the same paragraphs and runs. Raises ``InvalidArgument`` where a repair is about a paragraph or
    run whose properties have a tracked change already: there may be one (17.3.1.26, 17.3.2.28).
    """
    before = {place.path: place for place in unfixed.walk.paragraphs}
    repaired = [place for place in document.walk.paragraphs if place.path in paths]
    owners = [(place, owner, old) for place in repaired for owner, old in _changed(place, before[place.path])]
    ids = free_ids(document, len(owners))
    splices: dict[str, list[Splice]] = {}
    changes = []
    for number, (place, owner, old) in zip(ids, owners, strict=True):
        splices.setdefault(place.part.name, []).append(_splice(place, owner, old, number))
        changes.append(Change(number, place.path, owner.run))
    parts = {part.name: part for part in document.parts}
    return TrackedParts(
        {
            name: encoded(spliced(parts[name].content, sorted(of_part)), parts[name].encoding)
            for name, of_part in splices.items()
        },
        changes,
    )


def _changed(place: ParagraphPlace, before: ParagraphPlace) -> Iterator[tuple[_Owner, bytes]]:
    """Yield the owners of properties that differ, each with the properties that were there, as bytes."""
    now, then = list(_owners(place)), list(_owners(before))
    if len(now) != len(then):
        raise ResultRefused(inner=f"repairs changed the runs of {place.path}")
    for owner, old in zip(now, then, strict=True):
        was = _bytes(before, old.properties)
        if _bytes(place, owner.properties) == was:
            continue
        if any(local in _OWN_CHANGES for local, _ in _children(was)):
            what = "the paragraph" if owner.run is None else "a run"
            raise InvalidArgument(
                f"review: {what} at {echo(place.path)} has a tracked change of its formatting, and Word "
                "keeps one for each. Accept or reject it in the template, or use review=comments.",
                field="review",
                value="tracked",
                allowed=["comments"],
            )
        yield owner, was


def _bytes(place: ParagraphPlace, span: _Span | None) -> bytes:
    return b"" if span is None else place.part.content[span.start : span.end]


def _owners(place: ParagraphPlace) -> Iterator[_Owner]:
    """Yield a paragraph and its runs with the bytes of their properties."""
    part = place.part
    end = element_end(part.content, place.start)
    paragraph = part.parse(place.start, end, place.scope)
    spans = _elements(part.content, place.start, end)
    numbers = {element: number for number, element in enumerate(paragraph.iter("*"))}
    yield _Owner(None, _properties(paragraph, part.w, numbers, spans))
    for number, run in enumerate(runs_of(paragraph, part.w)):
        yield _Owner(number, _properties(run, part.w, numbers, spans))


def _properties(
    owner: _Element, w: Vocabulary, numbers: Mapping[_Element, int], spans: Sequence[_Span]
) -> _Span | None:
    found = properties_of(owner, w.pPr if owner.tag == w.p else w.rPr)
    return None if found is None else spans[numbers[found]]


def _elements(content: bytes, start: int, end: int) -> list[_Span]:
    """Return the bytes of each element between ``start`` and ``end``, in the order of their start tags."""
    begun: list[int] = []
    ends: dict[int, int] = {}
    opened: list[int] = []
    for match in TOKEN.finditer(content, start, end):
        slash, name, attributes = match.groups()
        if slash:
            ends[opened.pop()] = match.end()
        elif name is not None:
            if attributes.endswith(b"/"):
                ends[len(begun)] = match.end()
            else:
                opened.append(len(begun))
            begun.append(match.start())
    return [_Span(each, ends[number]) for number, each in enumerate(begun)]


def _splice(place: ParagraphPlace, owner: _Owner, old: bytes, number: int) -> Splice:
    """Return the insertion of a change, whose properties were ``old``, at the end of the properties."""
    content, span = place.part.content, owner.properties
    assert span is not None
    tag = TOKEN.match(content, span.start)
    assert tag is not None
    name = tag[2]
    prefix, colon, local = name.rpartition(b":")
    w = prefix + colon
    inner = _inner(old, is_paragraph=owner.run is None)
    declared, attribute = (b"", w) if colon else (_DECLARED % place.part.text.namespace, b"docops:")
    change = b'<%b%bChange%b %bid="%d" %bauthor="%b">%b</%b%bChange>' % (
        w, local, declared, attribute, number, attribute, AUTHOR.encode(),
        b"<%b>%b</%b>" % (name, inner, name) if inner else b"<%b/>" % name,
        w, local,
    )  # fmt: skip
    if content[span.end - 2 : span.end] == b"/>":
        return Splice(span.end - 2, span.end, b">" + change + b"</" + name + b">")
    at = content.rindex(b"</", span.start, span.end)
    return Splice(at, at, change)


_DECLARED = b' xmlns:docops="%b"'


def _inner(properties: bytes, *, is_paragraph: bool) -> bytes:
    """Return what stands between the tags of properties; of a paragraph's without what is not tracked."""
    tag = TOKEN.match(properties)
    if tag is None or properties[-2:] == b"/>":
        return b""
    start, end = tag.end(), properties.rindex(b"</")
    left_out = [
        (span.start - start, span.end - start, b"")
        for local, span in _children(properties)
        if is_paragraph and local in _NOT_TRACKED
    ]
    return spliced(properties[start:end], left_out)


def _children(properties: bytes) -> Iterator[tuple[bytes, _Span]]:
    """Yield the local name and the bytes of each child of the element whose bytes ``properties`` are."""
    at = 0
    for span in _elements(properties, 0, len(properties))[1:]:
        if span.start < at:
            continue
        at = span.end
        yield name_at(properties, span.start).rpartition(b":")[2], span
