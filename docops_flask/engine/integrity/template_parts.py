"""The template's parts for the proof: parsed independently of the filling code and changed by the replay.

Finds the story parts and their address prefixes from the relationships of the main part
(docs/analysis/stories.md), independently of ``engine.document.open``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.blocks import Flow, names_in
from docops_flask.engine.opc.relationships import ContentTypes, Relationship
from docops_flask.engine.opc.xml_part import parse_part

# In the order in which text boxes are numbered.
_KINDS = ("header", "footer", "footnotes", "endnotes", "comments")
_MAX_LETTERS, _MAX_DIGITS = 32, 9


class Parts(Protocol):
    """Something that knows which parts a package has."""

    def has(self, name: str) -> bool:
        """Return whether there is a part ``name`` (part names ignore case)."""


class Template(Parts, Protocol):
    """A package as the proof reads it: the template, or what blocks make of it."""

    @property
    def main_part(self) -> str:
        """The name of the part that the others hang on."""

    @property
    def content_types(self) -> ContentTypes:
        """The content types of its parts."""

    def is_xml(self, name: str) -> bool:
        """Return whether a part is XML by its name and content type."""

    def relationships(self, name: str) -> Sequence[Relationship]:
        """Return the relationships of a part."""

    def read(self, name: str) -> bytes:
        """Return the content of a part."""


class Story(NamedTuple):
    """A part that holds text: its name, kind ("" for the body) and address prefix (``header1/``)."""

    part: str
    kind: str
    prefix: str


def find_stories(main_part: str, relationships: Iterable[Relationship], parts: Parts) -> list[Story]:
    """Return the stories of a package in document order; relationships to missing parts are ignored."""
    body = Story(main_part, "", "")
    seen = {main_part.lower()}
    stories: list[Story] = []
    stems: Counter[str] = Counter()
    for relationship in relationships:
        name = relationship.target
        if relationship.external or relationship.kind not in _KINDS:
            continue
        if parts.has(name) and name.lower() not in seen:
            seen.add(name.lower())
            prefix = _free_prefix(name, relationship.kind, stems)
            stories.append(Story(name, relationship.kind, prefix))
    return [body, *sorted(stories, key=_position)]


def _is_usual(stem: str) -> bool:
    """Return whether a name is ASCII letters, optionally followed by a number, such as ``header1``."""
    letters = stem.rstrip("0123456789")
    few = len(letters) <= _MAX_LETTERS and len(stem) - len(letters) <= _MAX_DIGITS
    return few and letters.isascii() and letters.isalpha()


def _free_prefix(name: str, kind: str, stems: Counter[str]) -> str:
    stem = name.rsplit("/", 1)[-1].rpartition(".")[0]
    if not (stem.startswith(kind) and _is_usual(stem)):
        stem = kind
    # Names used as prefixes have no underscore, so a number after one is unambiguous.
    stems[stem] += 1
    return f"{stem}/" if stems[stem] == 1 else f"{stem}_{stems[stem]}/"


def _position(story: Story) -> tuple[int, int, str]:
    digits = re.search(r"\d+", story.prefix)
    return _KINDS.index(story.kind), int(digits[0]) if digits else 0, story.prefix


class TemplateParts:
    """The parsed parts of ``template``, by name; changes to a root are kept."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._roots: dict[str, _Element | None] = {}
        self._replaced: dict[str, bytes] = {}

    def replace(self, name: str, content: bytes) -> None:
        """Have ``content`` in place of the bytes of a part; its root is read anew."""
        self._replaced[name] = content
        self._roots.pop(name, None)

    def root(self, name: str) -> _Element | None:
        """Return the root of a part, or ``None`` if it is not XML or cannot be parsed."""
        if name not in self._roots:
            self._roots[name] = self.fresh_root(name)
        return self._roots[name]

    def fresh_root(self, name: str) -> _Element | None:
        """Return a newly parsed root of a part, without the changes made to ``root``."""
        try:
            if name in self._replaced:
                return parse_part(self._replaced[name], name)
            return parse_part(self._template.read(name), name) if _is_xml(name) else None
        except InvalidTemplate:
            return None

    def stories(self) -> list[Story]:
        """Return the stories of the template, including comments."""
        main = self._template.main_part
        return find_stories(main, self._template.relationships(main), self._template)

    def flow_of(self, story: Story) -> Flow | None:
        """Return the flow of a story (the w:body or the root), or ``None`` if its part has none."""
        root = self.root(story.part)
        names = names_in(root.tag) if root is not None else None
        if root is None or names is None:
            return None
        element = root.find(names("body")) if story.kind == "" else root
        return None if element is None else Flow(story.part, element, names)

    def relationship_ids(self, name: str) -> set[str]:
        """Return the ids of a part's relationships."""
        return {relationship.id for relationship in self._template.relationships(name)}


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
