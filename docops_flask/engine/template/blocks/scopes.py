"""Scopes of a payload: where a name is looked up, and whether a block is copied, taken or missing.

The root scope is the payload; each item of a list opens a scope. A plain path is looked up in the innermost
scope and nowhere else.
"""

from collections.abc import Mapping
from typing import NamedTuple

from docops_flask.engine.template.conditions import Value, holds, is_given, is_list
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind


class Resolved(NamedTuple):
    """A value, ``None`` where it is absent, and its path in the payload: ``$.采购项[2].品名``."""

    path: str
    value: Value


class Scope:
    """The payload, or an item of a list: the ``number``-th of ``count``, both from 1."""

    __slots__ = ("count", "number", "outer", "path", "value")

    def __init__(
        self, value: Value, path: str = "$", outer: "Scope | None" = None, number: int = 0, count: int = 0
    ) -> None:
        self.value = value
        self.path = path
        self.outer = outer
        self.number = number
        self.count = count

    def up(self, count: int) -> "Scope":
        """Return the scope ``count`` lists further out."""
        scope = self
        for _ in range(count):
            assert scope.outer is not None, "the structure of the template tells how many lists are around"
            scope = scope.outer
        return scope

    @property
    def root(self) -> "Scope":
        """The scope of the payload."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def resolve(self, path: Path) -> Resolved:
        """Return what ``path`` leads to."""
        scope = self.root if path.is_root else self.up(path.up) if path.up else self
        value = scope.value
        for name in path.names:
            # Of most the type itself tells, which is told sooner than that it is a mapping.
            value = value.get(name) if isinstance(value, (dict, Mapping)) else None
        return Resolved(".".join((scope.path, *path.names)), value)

    def items(self, resolved: Resolved) -> "list[Scope]":
        """Return the scopes of the items of a list."""
        value = resolved.value
        if not is_list(value):
            return []
        # Set one by one, as lists are long and calling a class takes three times as long.
        new, count, path = Scope.__new__, len(value), resolved.path
        scopes = []
        for number, item in enumerate(value):
            scope = new(Scope)
            scope.value = item
            scope.path = f"{path}[{number}]"
            scope.outer = self
            scope.number = number + 1
            scope.count = count
            scopes.append(scope)
        return scopes


class Decision(NamedTuple):
    """What the payload says of a block.

    ``resolved`` is the value it names, ``None`` for 首项 and 末项. ``is_missing`` says that the value has to
    be given and is not; ``is_kept`` that the block then stays as it is; ``is_taken`` that a condition holds.
    """

    resolved: Resolved | None
    is_missing: bool = False
    is_kept: bool = False
    is_taken: bool = False


def decide(tag: Tag, scope: Scope, *, has_other: bool) -> Decision:
    """Return what ``scope`` says of the block with the start tag ``tag``."""
    if tag.path is None:
        holds_now = scope.number == (1 if tag.copy == "first" else scope.count)
        return Decision(None, is_taken=holds_now == (tag.kind is TagKind.IF))
    resolved = scope.resolve(tag.path)
    value = resolved.value
    if tag.kind is TagKind.EACH:
        is_missing = value is None and not tag.is_optional and not has_other
        return Decision(resolved, is_missing, is_missing)
    if tag.kind in (TagKind.PICTURE, TagKind.DOCUMENT):
        return Decision(resolved, is_taken=value is not None)
    if tag.operator is None:
        return Decision(resolved, is_taken=is_given(value) == (tag.kind is TagKind.IF))
    is_missing = value is None and not tag.is_optional
    is_comparable = value is not None and not isinstance(value, (Mapping, list, tuple))
    compares = is_comparable and holds(value, tag.operator, tag.literals)  # type: ignore[arg-type]
    return Decision(resolved, is_missing, is_taken=compares == (tag.kind is TagKind.IF))
