"""Word fields as the proof reads them on a tree: merge fields (ECMA-376 part 1, 17.16)."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.native.found import FoundMark, Source
from docops_flask.engine.integrity.native.switches import merge_field_tag

_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_RANGES = "bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd permStart permEnd"


class WholeField(NamedTuple):
    """A complex field whose runs are side by side and hold nothing else; it lies in no other and holds none.

    ``inside`` are all elements from its first run to its last; ``results`` and ``codes`` are the children of
    runs on both sides of its separator.
    """

    begin: _Element
    inside: Sequence[_Element]
    code: str
    codes: Sequence[_Element]
    results: Sequence[_Element]
    ranges: Sequence[_Element]


def merge_marks(source: Source) -> Iterator[FoundMark]:
    """Yield the merge fields of a part that a tag may take the place of."""
    names = source.names
    for field in whole_fields(source):
        look = [*field.results, *field.codes, field.begin][0].getparent()
        yield from _mark(source, field.code, look, field.inside[0], field.inside[-1], field.ranges)
    depth = 0
    for element in source.root.iter(names("fldChar"), names("fldSimple")):
        if element.tag == names("fldSimple"):
            if not depth:
                yield from _simple(source, element)
        else:
            change = {"begin": 1, "end": -1}.get(element.get(names("fldCharType")) or "", 0)
            depth = max(0, depth + change)


def whole_fields(source: Source) -> Iterator[WholeField]:
    """Yield the complex fields of a part that may be marks."""
    for begin, end in _pairs(source):
        inside = _siblings(begin.getparent(), end.getparent())
        field = None if inside is None else _whole(source.names, begin, end, inside)
        if _is_deleted(begin, source.names):
            continue
        if field is not None:
            yield field


def _is_deleted(element: _Element, names: Names) -> bool:
    """Say whether an element is there no more but for those who look at tracked changes."""
    return next(element.iterancestors(*names.all("del moveFrom")), None) is not None


def _pairs(source: Source) -> Iterator[tuple[_Element, _Element]]:
    """Yield begin and end (w:fldChar) of fields that lie in no other and hold no other."""
    names = source.names
    opened: list[_Element] = []
    outer: set[_Element] = set()
    for character in source.root.iter(names("fldChar")):
        kind = character.get(names("fldCharType"))
        if kind == "begin":
            outer.update(opened[-1:])
            opened.append(character)
        elif kind == "end" and opened:
            begin = opened.pop()
            if not opened and begin not in outer:
                yield begin, character


def _siblings(first: _Element | None, last: _Element | None) -> list[_Element] | None:
    """Return the elements from ``first`` to ``last``, which have one parent; ``None`` where they have not."""
    if first is None or last is None or first.getparent() is not last.getparent():
        return None
    inside = [first]
    while inside[-1] is not last:
        following = next(inside[-1].itersiblings("*"), None)
        if following is None:
            return None
        inside.append(following)
    return inside


def _whole(names: Names, begin: _Element, end: _Element, inside: Sequence[_Element]) -> WholeField | None:
    runs = [each for each in inside if each.tag == names.r]
    pieces = [piece for run in runs for piece in run.iterchildren("*") if piece.tag != names("rPr")]
    others = [each for each in inside if each.tag not in {names.r, names("proofErr"), *names.all(_RANGES)}]
    if others or not pieces or pieces[0] is not begin or pieces[-1] is not end or _holds(runs, names):
        return None
    kinds = [piece.get(names("fldCharType")) if piece.tag == names("fldChar") else None for piece in pieces]
    cut = kinds.index("separate") if "separate" in kinds else len(pieces) - 1
    signs = {names(local): sign for local, sign in _SIGNS.items()}
    code = "".join(
        _characters(piece) if piece.tag == names("instrText") else signs.get(piece.tag, "")
        for piece in pieces[:cut]
    )
    results = [piece for piece, kind in zip(pieces[cut:], kinds[cut:], strict=True) if kind is None]
    codes = [piece for piece, kind in zip(pieces[:cut], kinds[:cut], strict=True) if kind is None]
    ranges = [each for each in inside if each.tag in names.all(_RANGES)]
    return WholeField(begin, inside, code, codes, results, ranges)


def _characters(element: _Element) -> str:
    """Return the characters directly in an element; comments have none."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def _simple(source: Source, simple: _Element) -> Iterator[FoundMark]:
    names = source.names
    children = list(simple.iterchildren("*"))
    known = {names.r, names("proofErr"), names("fldData"), *names.all(_RANGES)}
    runs = [each for each in children if each.tag == names.r]
    is_inside = next(simple.iterancestors(names("fldSimple")), None) is not None
    has_fields = any(next(each.iter(names("fldChar")), None) is not None for each in runs)
    if is_inside or has_fields or _holds(runs, names) or _is_deleted(simple, names):
        return
    if any(each.tag not in known for each in children):
        return
    ranges = [each for each in children if each.tag in names.all(_RANGES)]
    code = simple.get(names("instr")) or ""
    yield from _mark(source, code, runs[0] if runs else None, simple, simple, ranges)


def _holds(runs: Sequence[_Element], names: Names) -> bool:
    objects = names.all("drawing pict object footnoteReference endnoteReference commentReference sectPr")
    return any(next(run.iter(*objects), None) is not None for run in runs)


def _mark(  # noqa: PLR0917
    source: Source,
    code: str,
    look: _Element | None,
    first: _Element,
    last: _Element,
    ranges: Sequence[_Element],
) -> Iterator[FoundMark]:
    named = merge_field_tag(code)
    if named is None:
        return
    name, tag = named
    start, end = source.span(first)[0], source.span(last)[1]
    bare = source.content[start:end]
    for each in reversed(ranges):
        from_, to = source.span(each)
        bare = bare[: from_ - start] + bare[to - start :]
    new = tagged(source, first if look is None else look, tag) + b"".join(map(source.bytes_of, ranges))
    paragraph = next(first.iterancestors(source.names.p), None)
    if paragraph is not None:
        yield FoundMark("merge_field", name, code.strip(), tag, paragraph, start, end, new, bare)


def tagged(source: Source, look: _Element, tag: str) -> bytes:
    """Return a run with the text ``tag`` and the properties of ``look`` where that is a run."""
    names = source.names
    qualified = re.match(rb"<([^\s/>]+)", source.content[source.tags[look].start :][:200])
    assert qualified is not None
    prefix = qualified[1][: qualified[1].rfind(b":") + 1]
    properties = look.find(names("rPr")) if look.tag == names.r else None
    own = b"" if properties is None else source.bytes_of(properties)
    text = tag.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    opening = b'<%br>%b<%bt xml:space="preserve">' % (prefix, own, prefix)
    return opening + text + b"</%bt></%br>" % (prefix, prefix)
