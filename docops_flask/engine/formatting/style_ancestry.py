"""Distances between styles along w:basedOn, found without walking the whole chain."""

from collections.abc import Callable


class _Node:
    """A style in the forest that w:basedOn forms.

    ``depth`` is the number of its ancestors. ``base`` is the style it is based on and ``farther`` a further
    ancestor (Myers' skew-binary jump pointer); together they reach any depth in O(log n) steps. Styles in a
    cycle all have depth 0; ``loop`` lists the cycle in order and ``index`` is the style's position in it.
    """

    __slots__ = ("base", "depth", "farther", "index", "loop", "style_id")

    def __init__(
        self, style_id: str, base: "_Node | None", loop: tuple[str, ...] = (), index: int = 0
    ) -> None:
        self.style_id = style_id
        self.loop = loop
        self.index = index
        self.base = self.farther = self
        self.depth = 0
        if base is not None:
            self.base = base
            self.depth = base.depth + 1
            jump = base.farther
            same_length = base.depth - jump.depth == jump.depth - jump.farther.depth
            self.farther = jump.farther if same_length else base

    def at_depth(self, depth: int) -> "_Node":
        """Return the ancestor (or this style) at ``depth``, which is at most this style's depth."""
        node = self
        while node.depth > depth:
            node = node.farther if node.farther.depth >= depth else node.base
        return node


class StyleAncestry:
    """Distances between styles; building it visits each style once.

    ``base_of`` returns the id of the style that a style is based on, or ``None``.
    """

    def __init__(self, base_of: Callable[[str], str | None]) -> None:
        self._base_of = base_of
        self._nodes: dict[str, _Node] = {}

    def steps(self, style_id: str, farther_id: str) -> int | None:
        """Return the number of w:basedOn steps from one style to the other, or ``None`` if there is no path.

        A style is 0 steps from itself. A cycle is followed once at most.
        """
        node, farther = self._node(style_id), self._node(farther_id)
        if farther.depth > node.depth:
            return None
        found = node.at_depth(farther.depth)
        if found is farther:
            return node.depth - farther.depth
        if farther.depth == 0 and found.loop is farther.loop:
            return node.depth + (farther.index - found.index) % len(found.loop)
        return None

    def at(self, style_id: str, steps: int) -> str:
        """Return the id of the style ``steps`` w:basedOn steps away; there must be as many ancestors."""
        node = self._node(style_id)
        if steps <= node.depth:
            return node.at_depth(node.depth - steps).style_id
        last = node.at_depth(0)
        return last.loop[(last.index + steps - node.depth) % len(last.loop)]

    def _node(self, style_id: str) -> _Node:
        node = self._nodes.get(style_id)
        return self._add(style_id) if node is None else node

    def _add(self, style_id: str) -> _Node:
        new: dict[str, int] = {}
        current: str | None = style_id
        while current is not None and current not in self._nodes and current not in new:
            new[current] = len(new)
            current = self._base_of(current)
        path = list(new)
        if current in new:
            loop = tuple(path[new[current] :])
            for index, each in enumerate(loop):
                self._nodes[each] = _Node(each, None, loop, index)
            del path[new[current] :]
        base = None if current is None else self._nodes[current]
        for each in reversed(path):
            base = self._nodes[each] = _Node(each, base, (each,))
        return self._nodes[style_id]
