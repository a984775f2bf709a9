"""The elements in a piece of a part's bytes, with their namespaces, ranges and parents."""

from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, inner_scope

WORD_2010 = b"http://schemas.microsoft.com/office/word/2010/wordml"


class Element(NamedTuple):
    """An element whose bytes are ``start``:``end``; its start tag ends at ``tag_end``.

    ``namespace`` and ``local`` are its name; ``attributes`` are as written, ``scope`` the namespaces in scope
    in it. ``parent`` is the number of the element around it, -1 for the outermost.
    """

    namespace: bytes
    local: bytes
    start: int
    tag_end: int
    end: int
    parent: int
    attributes: bytes
    scope: Scope

    def attribute(self, namespace: bytes, local: bytes) -> str | None:
        """Return the value of an attribute with a prefix; ``None`` without it."""
        for name, value in attributes_of(self.attributes).items():
            prefix, colon, own = name.rpartition(b":")
            if own == local and colon and self.scope.get(prefix) == namespace:
                return decoded(value)
        return None


def elements_in(content: bytes, scope: Scope, start: int = 0) -> Sequence[Element]:
    """Return the element that begins at ``start`` and all elements in it, in the order of their start tags.

    ``scope`` are the namespaces in scope around it.
    """
    found: list[Element | None] = []
    # Of each open element: its number and what is known of it.
    opened: list[tuple[int, bytes, int, int, bytes, Scope]] = []
    inner = scope
    for match in TOKEN.finditer(content, start):
        slash, name, attributes = match.groups()
        if name is not None:
            if b"xmlns" in attributes:
                inner = inner_scope(inner, attributes)
            opened.append((len(found), name, *match.span(), attributes, inner))
            found.append(None)
        if slash or (name is not None and attributes.endswith(b"/")):
            number, own_name, first, tag_end, own, own_scope = opened.pop()
            prefix, _, local = own_name.rpartition(b":")
            parent = opened[-1][0] if opened else -1
            found[number] = Element(
                own_scope.get(prefix, b""), local, first, tag_end, match.end(), parent, own, own_scope
            )
            inner = opened[-1][-1] if opened else scope
            if not opened:
                break
    return [each for each in found if each is not None]
