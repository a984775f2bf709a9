"""What the log says was left out of a document: a template's comments or its digital signature.

From the template alone it is found out what belongs to the kinds that the log names; the log has to list just
that, and no other parts, relationships, content types or marks may be missing from the document.
Sources: ECMA-376 part 1, 17.13.4; part 2, 9.3, 10.1.2, 13; [MS-DOCX] 2.5 and 2.7.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.integrity.blocks import Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit, Stories
from docops_flask.engine.integrity.byte_tags import TagMap, element_end
from docops_flask.engine.integrity.claims import Removed
from docops_flask.engine.integrity.places import PlacedPart
from docops_flask.engine.integrity.template_parts import Story, TemplateParts
from docops_flask.engine.integrity.verdict import PartRecord, Unaccounted
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    DEFAULT,
    OVERRIDE,
    RELATIONSHIP,
    SIGNATURE_ORIGIN,
    Relationship,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoding_of, recoded

# The last segments of the types of relationships from the main part to what comments alone have.
_COMMENT_PARTS = {"comments", "commentsExtended", "commentsIds", "commentsExtensible", "documenttasks"}
_OF_MICROSOFT = "http://schemas.microsoft.com/office/"
_SIGNATURE = "application/vnd.openxmlformats-package.digital-signature-"
_MARKS = ("commentRangeStart", "commentRangeEnd", "commentReference")


class Removals(NamedTuple):
    """Parts to be left out, and what is to be left out of others: marks of stories, children of roots."""

    entries: tuple[Removed, ...]
    parts: frozenset[str]
    marks: dict[str, list[_Element]]
    children: dict[str, list[_Element]]

    def is_listed_by(self, claimed: Sequence[Removed]) -> bool:
        """Return whether ``claimed`` lists just what is to be left out, in whatever order."""
        return Counter(self.entries) == Counter(claimed)

    def others(self, unaccounted: Sequence[Unaccounted]) -> list[Unaccounted]:
        """Return ``unaccounted`` without the members that are to be missing."""
        return [each for each in unaccounted if each.what != "member_removed" or each.part not in self.parts]

    def kept(self, records: Sequence[PartRecord]) -> list[str]:
        """Return the parts that were to be left out and are in the document."""
        return [each.name for each in records if each.name in self.parts and each.after is not None]

    def leave_out(
        self,
        template: Package,
        stories: Stories,
        claimed: Sequence[Removed],
        others: dict[str, PlacedPart],
    ) -> None:
        """Have all of it taken out of ``stories`` and of ``others``, to which parts are added.

        Raises ``Misfit`` where the log lists something else (``claimed``).
        """
        if not self.is_listed_by(claimed):
            raise Misfit
        for name, elements in self.marks.items():
            story = stories.part(name)
            story.edits += _edits_of(stories.parts, name, story.content, elements)
        for name, part in self._without_children(template, stories.parts):
            known = others.get(name)
            others[name] = part if known is None else known._replace(edits=[*known.edits, *part.edits])

    def _without_children(self, template: Package, parts: TemplateParts) -> Iterator[tuple[str, PlacedPart]]:
        """Yield relationship parts and content types, by name, with the edits that take entries out."""
        for name, elements in self.children.items():
            content = template.read(name)
            encoding = encoding_of(content, name)
            text = recoded(content, encoding)
            yield name, PlacedPart(text, encoding, _edits_of(parts, name, text, elements), 0)


def removals_of(template: Package, parts: TemplateParts, claimed: Sequence[Removed]) -> Removals:
    """Return what has to be left out of ``template`` where the log names the kinds in ``claimed``."""
    kinds = {entry.kind for entry in claimed}
    search = _Search(template, parts)
    if "comments" in kinds:
        search.comments()
    if "signature" in kinds:
        search.signature()
    search.settle()
    return Removals(tuple(search.entries), frozenset(search.gone), search.marks, search.children)


def _edits_of(
    parts: TemplateParts, name: str, text: bytes, elements: Sequence[_Element]
) -> list[tuple[int, int, bytes]]:
    """Return the edits of the bytes ``text`` of a part that take ``elements`` out of it."""
    root = parts.root(name)
    assert root is not None
    spans = TagMap(root, text)
    return [(spans[each].start, element_end(text, spans[each]), b"") for each in elements]


def drop(element: _Element) -> None:
    """Take ``element`` out of its tree; the text behind it stays."""
    parent = element.getparent()
    assert parent is not None
    before = element.getprevious()
    tail = element.tail or ""
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


class _Search:
    """Finds in the template what belongs to its comments and to its signature."""

    def __init__(self, template: Package, parts: TemplateParts) -> None:
        self._template = template
        self._parts = parts
        self._members = {entry.name.lower(): entry.name for entry in template.archive.entries}
        self.entries: list[Removed] = []
        self.gone: dict[str, str] = {}
        self.marks: dict[str, list[_Element]] = {}
        self.children: dict[str, list[_Element]] = {}
        # Whether a run goes with the references in it; runs of many are looked at once.
        self._goes: dict[_Element, bool] = {}

    def comments(self) -> None:
        main = list(self._links(self._template.main_part))
        self._start("comments", [name for name, kind in main if _is_of_comments(kind)], _is_of_either)
        stories = [story for story in self._parts.stories() if story.kind != "comments"]
        for story in stories:
            self._take_marks(story)
        if not any(self._names_authors(story) for story in stories):
            self._start("comments", [name for name, kind in main if _is_of_people(kind)], _is_of_either)

    def signature(self) -> None:
        origins = [name for name, kind in self._links("") if kind == SIGNATURE_ORIGIN]
        types = self._template.content_types
        of_type = [name for name in self._members.values() if types.of(name).lower().startswith(_SIGNATURE)]
        self._start("signature", origins + of_type, _is_of_signature)

    def settle(self) -> None:
        """Find the relationships to the parts found, and their content types."""
        for owner in self._owners():
            name = self._member(relationships_part(owner))
            if name is not None and name not in self.gone:
                self._settle_relationships(owner, name)
        if self.gone:
            self._settle_types(self._members[CONTENT_TYPES_PART.lower()])

    def _links(self, owner: str) -> Iterator[tuple[str, str]]:
        """Yield the members that ``owner`` has relationships to, with the types of these."""
        for relationship in self._relationships(owner):
            name = None if relationship.external else self._member(relationship.target)
            if name is not None:
                yield name, relationship.kind

    def _relationships(self, owner: str) -> Sequence[Relationship]:
        # Those of a part that nothing else reads may be damaged.
        try:
            return self._template.relationships(owner)
        except InvalidTemplate:
            return ()

    def _member(self, name: str) -> str | None:
        return self._members.get(name.lower())

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """The parts that have relationships to a member and stay."""
        users: dict[str, set[str]] = {}
        for owner in self._owners():
            for name, _ in self._links(owner):
                users.setdefault(name, set()).add(owner.lower())
        return users

    @cached_property
    def _types(self) -> dict[str, set[str]]:
        """The types of the relationships to a member."""
        types: dict[str, set[str]] = {}
        for owner in self._owners():
            for name, kind in self._links(owner):
                types.setdefault(name, set()).add(kind)
        return types

    def _start(self, kind: str, names: Sequence[str], is_own: Callable[[str], bool]) -> None:
        """Take those parts of ``names`` that no relationship of a type of something else leads to."""
        for name in names:
            if all(map(is_own, self._types.get(name, ()))):
                self._take(kind, name)

    def _take(self, kind: str, first: str) -> None:
        """Take a part with its relationship part, and then the parts that no other part leads to."""
        waiting = [first]
        while waiting:
            name = waiting.pop()
            is_frame = name.lower().endswith(".rels") or name.lower() == CONTENT_TYPES_PART.lower()
            if name in self.gone or is_frame or name == self._template.main_part:
                continue
            self._note(kind, name)
            own = self._member(relationships_part(name))
            if own is None:
                continue
            self._note(kind, own)
            for target, _ in self._links(name):
                users = self._users[target]
                users.discard(name.lower())
                if not users:
                    waiting.append(target)

    def _note(self, kind: str, name: str) -> None:
        self.gone[name] = kind
        self.entries.append(Removed(kind, "part", name, ""))

    def _owners(self) -> Iterator[str]:
        """Yield the parts with relationships, "" for the package."""
        for name in self._members.values():
            path, _, file = name.rpartition("/")
            if not name.lower().endswith(".rels") or path.rpartition("/")[2].lower() != "_rels":
                continue
            folder = path.rpartition("/")[0]
            owner = file[:-5]
            yield f"{folder}/{owner}" if folder else owner

    def _take_marks(self, story: Story) -> None:
        root = self._parts.root(story.part)
        names = None if root is None else names_in(root.tag)
        if root is None or names is None:
            return
        for mark in root.iter(*(names(local) for local in _MARKS)):
            local = mark.tag.rpartition("}")[2]
            self.entries.append(Removed("comments", local, story.part, mark.get(names("id"), "")))
            taken = self._run_of_references(mark, names)
            found = self.marks.setdefault(story.part, [])
            # A run of several references is taken once.
            if not found or found[-1] is not taken:
                found.append(taken)

    def _run_of_references(self, mark: _Element, names: Names) -> _Element:
        """Return what goes with a mark: the run of a reference that holds nothing else, or the mark alone."""
        run = mark.getparent()
        if mark.tag != names("commentReference") or run is None or run.tag != names.r:
            return mark
        if run not in self._goes:
            self._goes[run] = _holds_references_alone(run, names)
        return run if self._goes[run] else mark

    def _names_authors(self, story: Story) -> bool:
        content = self._template.read(story.part)
        return b"author=" in recoded(content, encoding_of(content, story.part))

    def _settle_relationships(self, owner: str, name: str) -> None:
        root = self._parts.root(name)
        if root is None:
            return
        elements = list(root.iterchildren(RELATIONSHIP))
        for element, relationship in zip(elements, self._relationships(owner), strict=True):
            target = None if relationship.external else self._member(relationship.target)
            kind = None if target is None else self.gone.get(target)
            if kind is not None:
                self.entries.append(Removed(kind, "relationship", name, relationship.id))
                self.children.setdefault(name, []).append(element)

    def _settle_types(self, name: str) -> None:
        root = self._parts.root(name)
        assert root is not None
        staying = {_extension(each) for each in self._members.values() if each not in self.gone}
        for child in root.iterchildren(OVERRIDE, DEFAULT):
            if child.tag == OVERRIDE:
                identity = child.get("PartName", "")
                part = self._member(identity.lstrip("/"))
                kind = None if part is None else self.gone.get(part)
            else:
                identity = child.get("Extension", "")
                of_extension = [each for each in self.gone if _extension(each) == identity.lower()]
                is_needed = not of_extension or identity.lower() in staying
                kind = None if is_needed else min(self.gone[each] for each in of_extension)
            if kind is not None:
                self.entries.append(Removed(kind, "content_type", name, identity))
                self.children.setdefault(name, []).append(child)


def _is_of_comments(kind: str) -> bool:
    return kind == "comments" or (
        kind.startswith(_OF_MICROSOFT) and kind.rpartition("/")[2] in _COMMENT_PARTS - {"comments"}
    )


def _is_of_either(kind: str) -> bool:
    return _is_of_comments(kind) or _is_of_people(kind)


def _is_of_signature(kind: str) -> bool:
    base = SIGNATURE_ORIGIN.removesuffix("origin")
    return kind in (SIGNATURE_ORIGIN, f"{base}signature", f"{base}certificate")


def _is_of_people(kind: str) -> bool:
    return kind.startswith(_OF_MICROSOFT) and kind.endswith("/people")


def _holds_references_alone(run: _Element, names: Names) -> bool:
    """Say whether a run holds nothing but references, and properties without a bracket, which is filled."""
    if not all(child.tag in (names("commentReference"), names("rPr")) for child in run):
        return False
    written = [value for element in run.iter("*") for value in (element.text or "", *element.attrib.values())]
    return not any("【" in value or "%e3%80%90" in value.lower() for value in written)


def _extension(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].lower()
