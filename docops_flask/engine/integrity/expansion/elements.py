"""The elements of a part down to its paragraphs, as the proof finds them in the bytes.

What is inside a paragraph is left out but for text boxes, whose elements lie in the paragraph's.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.plain_part import NAMESPACE

_MARKUP = re.compile(ANY_MARKUP, re.DOTALL)
_STRUCTURE = frozenset((b"p", b"tbl", b"tr", b"tc", b"body", b"txbxContent"))
Scope = Mapping[bytes, bytes]


class Element:
    """An element whose bytes are ``start``:``end``, the ``number``-th child of ``parent``.

    ``kind`` is its local name where that is one of p, tbl, tr, tc, body and txbxContent of WordprocessingML,
    else "". Its start tag ends at ``tag_end``, its end tag begins at ``last``.
    """

    __slots__ = ("children", "end", "kind", "last", "number", "parent", "start", "tag_end")

    def __init__(self, kind: str, start: int, tag_end: int, parent: "Element | None") -> None:
        self.kind = kind
        self.start = start
        self.tag_end = tag_end
        self.last = self.end = tag_end
        self.parent = parent
        self.children: list[Element] = []
        self.number = 0
        if parent is not None:
            self.number = len(parent.children)
            parent.children.append(self)

    def nearest(self, kind: str) -> "Element | None":
        """Return the innermost element of ``kind`` around it in its story; a text box begins a story."""
        around = self.parent
        while around is not None and around.kind != kind:
            around = None if around.kind == "p" else around.parent
        return around

    @property
    def is_of_table(self) -> bool:
        """Whether it is a table, a row, or what stands between one of these and its rows or cells."""
        element: Element | None = self
        while element is not None and not element.kind:
            element = element.parent
        return element is not None and element.kind in ("tbl", "tr")

    def inside(self) -> "Iterator[Element]":
        """Yield it and all elements in it, in the order of their start tags."""
        pending = [self]
        while pending:
            element = pending.pop()
            yield element
            pending.extend(reversed(element.children))


class Elements:
    """The elements of a part: ``root`` is its outermost, ``paragraphs`` are those of kind p by start."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.paragraphs: dict[int, Element] = {}
        self._root: Element | None = None
        self.scope: Scope = {}
        self.namespace = b""
        self._read()
        self._starts = list(self.paragraphs)

    @property
    def root(self) -> Element:
        """The outermost element."""
        assert self._root is not None
        return self._root

    def paragraphs_in(self, start: int, end: int) -> list[Element]:
        """Return the paragraphs that begin in the bytes ``start``:``end``."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return [self.paragraphs[each] for each in self._starts[first:last]]

    def _read(self) -> None:
        content = self.content
        end_tags: dict[bytes, bytes] = {}
        skips = not any(mark in content for mark in (b"txbxContent", b"<!", b"CDATA"))
        around: Element | None = None
        scopes: list[Scope] = [{}]
        at = 0
        while (match := _MARKUP.search(content, at)) is not None:
            at = match.end()
            name = match[3]
            if name is None:
                continue
            if match[2]:
                assert around is not None
                around.last, around.end = match.start(), at
                around = around.parent
                scopes.pop()
                if around is None:
                    break
                continue
            scope = scopes[-1]
            if b"xmlns" in match[4]:
                scope = {
                    **scope,
                    **{m[1] or b"": m[2] or m[3] or b"" for m in re.finditer(NAMESPACE, match[4])},
                }
            prefix, _, local = name.rpartition(b":")
            if self._root is None:
                self.scope, self.namespace = scope, scope.get(prefix, b"")
            is_known = local in _STRUCTURE and scope.get(prefix, b"") == self.namespace
            element = Element(local.decode() if is_known else "", match.start(), at, around)
            if self._root is None:
                self._root = element
            is_paragraph = element.kind == "p"
            if is_paragraph:
                self.paragraphs[element.start] = element
            if match[4].endswith(b"/"):
                continue
            if is_paragraph and skips:
                end_tag = end_tags.setdefault(name, b"</" + name)
                element.last = content.index(end_tag, at)
                # Properties have names that begin with that of a paragraph.
                while (
                    content[element.last + len(end_tag) : element.last + len(end_tag) + 1] not in b"> \t\r\n"
                ):
                    element.last = content.index(end_tag, element.last + 1)
                at = element.end = content.index(b">", element.last) + 1
                continue
            around = element
            scopes.append(scope)
