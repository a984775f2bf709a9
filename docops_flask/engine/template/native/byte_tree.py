"""Elements as byte ranges: what lies where in a stretch of a part, without changing or copying it."""

from collections.abc import Iterator

from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, inner_scope

# Stands for the namespace of WordprocessingML where there is no part to tell it.
_NAMESPACE = b"w"
_BLANKS = bytes.maketrans(b"\t\n\r", b"   ")


class Node:
    """An element: its start tag is ``start``:``inner`` of the part, its end tag ``close``:``end``.

    ``local`` is its local name where it is of WordprocessingML, else ``""``; ``name`` is the qualified name.
    An element that closes itself has ``inner == close == end``.
    """

    __slots__ = (
        "attributes", "children", "close", "end", "inner", "local", "name", "namespace", "parent", "scope",
        "start",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917, thousands are made, and names take time
        self, name: bytes, namespace: bytes, start: int, inner: int, attributes: bytes, scope: Scope
    ) -> None:
        prefix, _, local = name.rpartition(b":")
        self.name = name
        self.namespace = namespace
        self.local = local.decode() if scope.get(prefix) == namespace else ""
        self.start = start
        self.inner = self.close = self.end = inner
        self.attributes = attributes
        self.scope = scope
        self.children: list[Node] = []
        self.parent: Node | None = None

    def child(self, local: str) -> "Node | None":
        """Return its first child of this local name in WordprocessingML."""
        return next((each for each in self.children if each.local == local), None)

    def inside(self) -> "Iterator[Node]":
        """Yield the elements in it, in document order."""
        pending = self.children[::-1]
        while pending:
            node = pending.pop()
            yield node
            pending += node.children[::-1]

    def attribute_prefix(self) -> bytes:
        """Return the prefix of its attributes, with the colon: its own, else another of its namespace."""
        own, colon, _ = self.name.rpartition(b":")
        if colon:
            return own + colon
        others = sorted(prefix for prefix, uri in self.scope.items() if prefix and uri == self.namespace)
        return others[0] + b":" if others else b""

    def attribute(self, local: str) -> str | None:
        """Return the value of its attribute of this local name in WordprocessingML, decoded."""
        for name, value in attributes_of(self.attributes.rstrip(b"/")).items():
            prefix, colon, own = name.rpartition(b":")
            if own == local.encode() and colon and self.scope.get(prefix) == self.namespace:
                # White space that is no reference becomes blanks (XML 1.0, 3.3.3).
                return decoded(value.replace(b"\r\n", b" ").translate(_BLANKS))
        return None


def read_nodes(content: bytes, start: int, end: int, namespace: bytes, scope: Scope) -> list[Node]:
    """Return the elements that lie side by side in ``content[start:end]``, with all that is in them.

    ``namespace`` is that of WordprocessingML in this part; ``scope`` has the prefixes in scope at ``start``.
    """
    top: list[Node] = []
    around: list[Node] = []
    for match in TOKEN.finditer(content, start, end):
        slash, name, attributes = match.groups()
        if slash:
            node = around.pop()
            node.close, node.end = match.span()
        elif name is not None:
            outer = around[-1] if around else None
            own = scope if outer is None else outer.scope
            if b"xmlns" in attributes:
                own = inner_scope(own, attributes)
            node = Node(name, namespace, match.start(), match.end(), attributes, own)
            node.parent = outer
            (top if outer is None else outer.children).append(node)
            if not attributes.endswith(b"/"):
                around.append(node)
    return top


def elements_of(content: bytes) -> list[Node]:
    """Return elements that were taken out of their part, whose prefix is that of the first."""
    name = TOKEN.match(content)
    prefix = b"" if name is None else name[2].rpartition(b":")[0]
    return read_nodes(content, 0, len(content), _NAMESPACE, {prefix: _NAMESPACE})
