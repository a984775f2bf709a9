"""A Word document opened from a package: its story parts, its styles, the walk over it."""

from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.places import StoryKind, Walk
from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.oxml.names import Vocabulary


class StoryPart:
    """A package part that holds text: its parsed root, its kind and what addresses begin with.

    ``prefix`` is "" for the body, ``header1/`` and the like elsewhere. ``changed`` is set by whoever
    edits the tree; only changed parts are written anew.
    """

    __slots__ = ("changed", "kind", "name", "prefix", "root", "w")

    def __init__(self, name: str, kind: StoryKind, prefix: str, root: _Element, w: Vocabulary) -> None:
        self.name = name
        self.kind = kind
        self.prefix = prefix
        self.root = root
        self.w = w
        self.changed = False


class Document(NamedTuple):
    """An opened document. ``styles`` is the root of the styles part, ``None`` where there is none.

    ``related`` holds what else decides how text looks: numbering, theme, settings.
    """

    parts: tuple[StoryPart, ...]
    styles: _Element | None
    walk: Walk
    related: RelatedParts = RelatedParts()
