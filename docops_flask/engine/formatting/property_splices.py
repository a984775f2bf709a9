"""What repairs change in the bytes of one paragraph: attributes of elements in its w:pPr or in runs' w:rPr.

An attribute that stays keeps its place, one that goes goes with the white space before it, one that comes
stands behind the others. An element that is missing is made at its place in the schema's order, and so is the
w:pPr or w:rPr around it (ECMA-376 part 1, 17.3.1.26 and 17.3.2.28): the checks repair direct formatting alone
(``checks.safe_fix``), where it is there, but ``edit`` sets properties of any run or paragraph.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.document.shapes import parse_fragment
from docops_flask.engine.formatting.edit import PARAGRAPH_PROPERTIES, RUN_PROPERTIES
from docops_flask.engine.formatting.property_heads import heads_of
from docops_flask.engine.oxml.markup import TOKEN, Scope, Splice, tag_end
from docops_flask.engine.oxml.names import Vocabulary, properties_of

_PREFIX = rb"[<\s/]([^\s<>/:=\"']+):"
_ATTRIBUTE = rb"\s+([^\s=\"'/>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"


class Repair:
    """Attributes, by local name, of one element in a w:pPr, or with ``run_index`` in that run's w:rPr.

    ``before`` is what is there of those that change, ``after`` what is to be there.
    """

    __slots__ = ("after", "before", "element", "run_index")

    def __init__(
        self, run_index: int | None, element: str, before: Mapping[str, str], after: Mapping[str, str]
    ) -> None:
        self.run_index = run_index
        self.element = element
        self.before = before
        self.after = after

    @property
    def stated(self) -> tuple[object, ...]:
        """All it says but for the run."""
        return self.element, tuple(self.before.items()), tuple(self.after.items())


class _Tags:
    """Where the tags of the elements in a w:p lie in its content."""

    def __init__(self, paragraph: _Element, content: bytes) -> None:
        self._spans: list[tuple[int, int]] = []
        self._closes: dict[int, int] = {}
        opened: list[int] = []
        for match in TOKEN.finditer(content):
            slash, name, attributes = match.groups()
            if slash:
                self._closes[opened.pop()] = match.start()
            elif name is not None:
                if not attributes.endswith(b"/"):
                    opened.append(len(self._spans))
                self._spans.append(match.span())
        self._numbers = dict(zip(paragraph.iterdescendants("*"), range(len(self._spans)), strict=True))

    def of(self, element: _Element) -> "_Tag":
        """Return the tags of ``element``."""
        number = self._numbers[element]
        return _Tag(*self._spans[number], self._closes.get(number, -1))


class _Tag(NamedTuple):
    """A start tag: ``start``:``end`` are its bytes, ``close`` is where the end tag of its element begins."""

    start: int
    end: int
    close: int


_Key = tuple[object, ...]


class PropertySplices:
    """The splices of repairs in one part; those of paragraphs of one form are worked out once."""

    def __init__(self, w: Vocabulary, *, is_plain: bool) -> None:
        """``is_plain`` says that one prefix stands for WordprocessingML in all of the part."""
        self._w = w
        self._is_plain = is_plain
        self._known: dict[_Key, list[tuple[int, int, int, bytes]]] = {}
        # By the bytes of a w:pPr, or of the start of a w:r with its w:rPr, what repairs do to it.
        self._of_heads: dict[_Key, list[Splice]] = {}
        # The scopes, so that no other object gets the number of one that is a key.
        self._scopes: dict[int, Scope] = {}

    def of(
        self, paragraph: Paragraph, scope: Scope, prefix: bytes, repairs: Sequence[Repair]
    ) -> list[Splice]:
        """Return the splices of ``paragraph``'s bytes.

        ``scope`` are the namespaces in scope around it, ``prefix`` is that of its own tag, "" for none.
        ``scope`` and ``repairs`` that are alike should be the same objects: then they are known again.
        """
        self._scopes[id(scope)] = scope
        key = paragraph.form, id(scope), prefix, tuple(repairs)
        placed = self._known.get(key)
        if placed is None:
            markup = [each for number, each in enumerate(paragraph.parts) if number % 3 != 2]
            content = b"".join(markup)
            splices = self._by_heads(content, paragraph.shape.run_count, scope, prefix, repairs)
            if splices is None:
                fragment = parse_fragment(b"<p>" + content + b"</p>", scope)
                splices = _splices(content, fragment, prefix, self._w, repairs)
            placed = self._known[key] = list(_placed(splices, markup))
        begins = paragraph.offsets
        return [Splice(begins[part] + start, begins[part] + end, new) for part, start, end, new in placed]

    def _by_heads(
        self, content: bytes, run_count: int, scope: Scope, prefix: bytes, repairs: Sequence[Repair]
    ) -> list[Splice] | None:
        """Return the splices of ``content`` from its w:pPr and the starts of its runs alone.

        ``None`` where bytes do not tell where these are.
        """
        by_owner: dict[int | None, list[Repair]] = {}
        for repair in repairs:
            by_owner.setdefault(repair.run_index, []).append(repair)
        heads = heads_of(content, prefix, run_count, by_owner) if self._is_plain else None
        if heads is None:
            return None
        splices: list[Splice] = []
        for run_index, (start, end) in heads.items():
            of_owner = by_owner[run_index]
            head = content[start:end]
            key = head, id(scope), prefix, run_index is None, *[each.stated for each in of_owner]
            found = self._of_heads.get(key)
            if found is None:
                is_open = run_index is not None and not head.endswith(b"/>", 0, tag_end(head, 0))
                whole = head + b"</" + prefix + b":r>" if is_open else head
                alone = [
                    Repair(None if run_index is None else 0, each.element, each.before, each.after)
                    for each in of_owner
                ]
                fragment = parse_fragment(b"<p>" + whole + b"</p>", _used(scope, whole))
                found = self._of_heads[key] = _splices(whole, fragment, prefix, self._w, alone)
            splices += [Splice(start + first, start + last, new) for first, last, new in found]
        return sorted(splices, key=_position)


def _used(scope: Scope, markup: bytes) -> Scope:
    """Return what ``markup`` uses of ``scope``: most declarations take longer to parse than the rest."""
    used = {b"", *re.findall(_PREFIX, markup)}
    return {prefix: uri for prefix, uri in scope.items() if prefix in used}


def _placed(splices: Sequence[Splice], markup: Sequence[bytes]) -> list[tuple[int, int, int, bytes]]:
    """Return splices of joined ``markup`` by the number of the part they lie in, texts counted in."""
    begins = list(accumulate(map(len, markup), initial=0))
    placed = []
    for start, end, new in splices:
        index = bisect_right(begins, start) - 1
        # An insertion behind the last byte of a part belongs to it, as does what begins in it.
        index = min(index, len(markup) - 1)
        # Two parts of markup, then a text.
        part = index // 2 * 3 + index % 2
        placed.append((part, start - begins[index], end - begins[index], new))
    return placed


def _splices(
    content: bytes, paragraph: _Element, prefix: bytes, w: Vocabulary, repairs: Sequence[Repair]
) -> list[Splice]:
    tags = _Tags(paragraph, content)
    splices: list[Splice] = []
    runs = list(runs_of(paragraph, w))
    by_owner: dict[int | None, dict[str, list[Repair]]] = {}
    for repair in repairs:
        by_owner.setdefault(repair.run_index, {}).setdefault(repair.element, []).append(repair)
    for run_index, by_element in by_owner.items():
        owner = paragraph if run_index is None else runs[run_index]
        holder = "pPr" if run_index is None else "rPr"
        order = PARAGRAPH_PROPERTIES if run_index is None else RUN_PROPERTIES
        properties = properties_of(owner, getattr(w, holder))
        around = owner if properties is None else properties
        names = _names(around, prefix if around is paragraph else None, w)
        made: dict[int, list[bytes]] = {}
        for local in sorted(by_element, key=order.index):
            ends = _ends(by_element[local])
            element = None
            if properties is not None:
                element = next(properties.iterchildren(f"{{{w.namespace}}}{local}", reversed=True), None)
            if element is not None:
                splices += _attributes(content, tags.of(element), element, w, ends)
                continue
            later = {f"{{{w.namespace}}}{each}" for each in order[order.index(local) + 1 :]}
            follower = (
                None
                if properties is None
                else next((child for child in properties if child.tag in later), None)
            )
            at = -1 if follower is None else tags.of(follower).start
            made.setdefault(at, []).append(
                b"<" + names.of_elements + local.encode() + names.written(ends[1]) + b"/>"
            )
        for at, markups in made.items():
            new = b"".join(markups)
            if at >= 0:
                splices.append(Splice(at, at, new))
            elif properties is not None:
                splices.append(_inside(content, tags.of(properties), new, at_end=True))
            else:
                name = names.of_elements + holder.encode()
                new = b"<" + name + b">" + new + b"</" + name + b">"
                splices.append(
                    Splice(0, 0, new)
                    if run_index is None
                    else _inside(content, tags.of(owner), new, at_end=False)
                )
    return sorted(splices, key=_position)


def _position(splice: Splice) -> tuple[int, int]:
    return splice.start, splice.end


def _ends(repairs: Sequence[Repair]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the attributes before the first and after the last of ``repairs`` of one element."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    named: set[str] = set()
    for repair in repairs:
        for name, value in repair.before.items():
            if name not in named:
                before[name] = value
            after.pop(name, None)
        named.update(repair.before, repair.after)
        after.update(repair.after)
    return before, after


class _Names(NamedTuple):
    """What names of WordprocessingML begin with at a place.

    ``declaration`` is what the prefix of attributes needs where none stands for the namespace, else nothing.
    """

    of_elements: bytes
    of_attributes: bytes
    declaration: bytes

    def written(self, attributes: Mapping[str, str]) -> bytes:
        """Return ``attributes``, by local name, as they are written."""
        if not attributes:
            return b""
        pieces = [
            b' %b%b="%b"' % (self.of_attributes, name.encode(), _quoted(value))
            for name, value in attributes.items()
        ]
        return self.declaration + b"".join(pieces)


def _names(element: _Element, prefix: bytes | None, w: Vocabulary) -> _Names:
    """Return how names are written in ``element``: as its own is; ``prefix`` is its own if it is another.

    An attribute needs a prefix, the default namespace is none of its (Namespaces in XML 1.0, 6.2).
    """
    own = (element.prefix or "").encode() if prefix is None else prefix
    if own:
        return _Names(own + b":", own + b":", b"")
    bound = sorted(each for each, uri in element.nsmap.items() if each and uri == w.namespace)
    if bound:
        return _Names(b"", bound[0].encode() + b":", b"")
    return _Names(b"", b"docops:", b' xmlns:docops="' + w.namespace.encode() + b'"')


def _inside(content: bytes, tag: _Tag, new: bytes, *, at_end: bool) -> Splice:
    """Return the splice that puts ``new`` into an element, at its end or its beginning."""
    if tag.close >= 0:
        at = tag.close if at_end else tag.end
        return Splice(at, at, new)
    name = re.match(rb"<([^\s/>]+)", content[tag.start : tag.end])
    assert name is not None
    return Splice(tag.end - 2, tag.end, b">" + new + b"</" + name[1] + b">")


def _quoted(value: str) -> bytes:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return value.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;").encode()


def _attributes(
    content: bytes,
    tag: _Tag,
    element: _Element,
    w: Vocabulary,
    ends: tuple[Mapping[str, str], Mapping[str, str]],
) -> list[Splice]:
    """Return the splices of an element's start tag; ``ends`` are its attributes before and after."""
    before, after = ends
    splices: list[Splice] = []
    written = (
        match
        for match in re.finditer(_ATTRIBUTE, content[tag.start : tag.end])
        if match[1].partition(b":")[0] != b"xmlns"
    )
    # The parser keeps their order.
    for match, clark in zip(written, element.keys(), strict=True):
        namespace, _, name = str(clark).rpartition("}")
        if namespace[1:] != w.namespace or name not in before:
            continue
        if name not in after:
            splices.append(Splice(tag.start + match.start(), tag.start + match.end(), b""))
        elif after[name] != before[name]:
            first, last = match.span(2) if match[2] is not None else match.span(3)
            splices.append(Splice(tag.start + first, tag.start + last, _quoted(after[name])))
    added = [name for name in after if name not in before]
    if added:
        at = tag.end - (1 if tag.close >= 0 else 2)
        while content[at - 1 : at].isspace():
            at -= 1
        new = _names(element, None, w).written({name: after[name] for name in added})
        splices.append(Splice(at, at, new))
    return splices
