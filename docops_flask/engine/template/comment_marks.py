"""The marks of comments in a story: where they lie in its bytes (ECMA-376 part 1, 17.13.4)."""

from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, inner_scope
from docops_flask.engine.template.places.brackets import may_hold_bracket

_RANGES = (b"commentRangeStart", b"commentRangeEnd")
_REFERENCE = b"commentReference"
_MARKS = (*_RANGES, _REFERENCE)


class Mark(NamedTuple):
    """A mark of a comment in a story: its local name, its comment's id, the bytes that go with it."""

    name: str
    id: str
    start: int
    end: int


class _Open:
    """An open element: where it begins, what it is, the references directly in it, whether it holds more.

    ``in_properties`` says that it lies in the properties of a run.
    """

    __slots__ = ("attributes", "holds_more", "in_properties", "local", "references", "scope", "start")

    def __init__(self, local: bytes, start: int, attributes: bytes, scope: Scope) -> None:
        self.local = local
        self.start = start
        self.attributes = attributes
        self.scope = scope
        self.references: list[Mark] = []
        self.holds_more = False
        self.in_properties = False


def comment_marks(part: StoryPart) -> Iterator[Mark]:
    """Yield the marks of comments in a story: w:commentRangeStart and -End, w:commentReference (17.13.4).

    A run with nothing but a reference in it goes as a whole, unless a bracket in its properties may be a
    placeholder. Raises ``InvalidTemplate`` for a mark that is not empty.
    """
    text = part.text
    if b"comment" not in text.content:
        return
    around: list[_Open] = [_Open(b"", 0, b"", text.root_scope)]
    for match in TOKEN.finditer(text.content, text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            if len(around) == 1:
                return
            yield from _closed(around, match.end(), part)
        elif name is None:
            around[-1].holds_more = True
        else:
            outer = around[-1]
            scope = inner_scope(outer.scope, attributes) if b"xmlns" in attributes else outer.scope
            prefix, _, local = name.rpartition(b":")
            own = local if scope.get(prefix) == text.namespace else b""
            if own not in (b"rPr", _REFERENCE) or outer.local in _MARKS:
                outer.holds_more = True
            around.append(_Open(own, match.start(), attributes, scope))
            around[-1].in_properties = outer.in_properties or outer.local == b"rPr"
            if attributes.endswith(b"/"):
                yield from _closed(around, match.end(), part)


def _closed(around: list[_Open], end: int, part: StoryPart) -> Iterator[Mark]:
    """Close the innermost element, which ends at ``end``; yield the marks that are settled by that."""
    element, namespace = around.pop(), part.text.namespace
    if element.local in _MARKS and (element.holds_more or element.in_properties):
        raise InvalidTemplate(
            f"template: {part.name} has a mark of a comment that is not empty or stands in properties; "
            "open the template in Word and save it again.",
            part=part.name,
            reason="comment_mark",
        )
    if element.local in _RANGES:
        yield Mark(element.local.decode(), _id_of(element, namespace), element.start, end)
    elif element.local == _REFERENCE:
        mark = Mark(element.local.decode(), _id_of(element, namespace), element.start, end)
        if around[-1].local == b"r":
            around[-1].references.append(mark)
        else:
            yield mark
    elif element.references:
        if element.holds_more or may_hold_bracket(part.text.content[element.start : end]):
            yield from element.references
        else:
            # The first stands for all the bytes of the run, the others for none.
            first, *others = element.references
            yield first._replace(start=element.start, end=end)
            yield from (other._replace(start=end, end=end) for other in others)


def _id_of(element: _Open, namespace: bytes) -> str:
    for name, value in attributes_of(element.attributes).items():
        prefix, colon, local = name.rpartition(b":")
        if local == b"id" and colon and element.scope.get(prefix) == namespace:
            return decoded(value)
    return ""
