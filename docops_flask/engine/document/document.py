"""A Word document opened from a package: its story parts, its styles, the walk over it."""

from dataclasses import dataclass, field

from lxml.etree import _Element

from docops_flask.engine.document.places import StoryKind, Walk
from docops_flask.engine.document.related_parts import RelatedParts
from docops_flask.engine.oxml.names import Vocabulary


@dataclass(slots=True, eq=False)
class StoryPart:
    """A package part that holds text: its parsed root, its kind and what addresses begin with.

    ``prefix`` is "" for the body, ``header1/`` and the like elsewhere. ``changed`` is set by whoever
    edits the tree; only changed parts are written anew.
    """

    name: str
    kind: StoryKind
    prefix: str
    root: _Element
    w: Vocabulary
    changed: bool = False


@dataclass(slots=True, eq=False)
class Document:
    """An opened document. ``styles`` is the root of the styles part, ``None`` where there is none.

    ``related`` holds what else decides how text looks: numbering, theme, settings.
    """

    parts: tuple[StoryPart, ...]
    styles: _Element | None
    walk: Walk
    related: RelatedParts = field(default_factory=RelatedParts)
