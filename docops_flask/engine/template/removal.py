"""Leaves out of a result what its template has beside the text: the author's comments, a digital signature.

Removed are parts, the relationships to them, their content types and, of comments, the marks in the stories.
Sources: ECMA-376 part 1, 17.13.4 (comments); part 2, 9.3 (relationships), 10.1.2 (content types), 13
(digital signatures); [MS-DOCX] 2.5 and 2.7 (extended comments, people).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

from docops_flask.engine.document.document import Document, StoryKind
from docops_flask.engine.document.edits import Edit, EditedPart
from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    DEFAULT,
    OVERRIDE,
    RELATIONSHIP,
    RELATIONSHIPS_NAMESPACE,
    Relationship,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded
from docops_flask.engine.options import Options
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.comment_marks import comment_marks
from docops_flask.engine.template.places.found import OtherPart

RemovalKind = Literal["comments", "signature"]
_MICROSOFT = "http://schemas.microsoft.com/office/"
# The last segments of the types of relationships from the main part to what belongs to comments.
_COMMENTS = frozenset(("commentsExtended", "commentsIds", "commentsExtensible", "documenttasks"))
_SIGNATURE_RELATIONSHIPS = frozenset(
    f"{RELATIONSHIPS_NAMESPACE}/digital-signature/{word}" for word in ("origin", "signature", "certificate")
)
_SIGNATURE_TYPES = "application/vnd.openxmlformats-package.digital-signature-"


class Removed(NamedTuple):
    """Something left out of the result: an entry of ``removed`` in the log.

    ``what`` is ``part``, ``relationship``, ``content_type`` or the local name of a mark of a comment.
    ``part`` is the part that was left out, or in which something was; ``id`` is a relationship's id, the
    part name or extension of a content type, a comment's id, "" for a part.
    """

    kind: RemovalKind
    what: str
    part: str
    id: str


class Removal(NamedTuple):
    """What to leave out: whole parts, and bytes of stories and other parts."""

    parts: frozenset[str]
    edits: list[Edit]
    entries: tuple[Removed, ...]


def plan_removal(
    package: Package, document: Document, options: Options, edited: Mapping[str, EditedPart]
) -> Removal:
    """Return what ``options`` leave out of ``package``; nothing where it is not there.

    ``edited`` are the parts beside the stories, by name, that other edits are about already.
    """
    plan = _Plan(package, document, edited)
    if options.strip_comments:
        plan.leave_out_comments()
    if options.drop_signature:
        plan.leave_out_signature()
    plan.leave_out_what_leads_there()
    return Removal(frozenset(plan.parts), plan.edits, tuple(plan.entries))


class _Plan:
    def __init__(self, package: Package, document: Document, edited: Mapping[str, EditedPart]) -> None:
        self._package = package
        self._document = document
        self._edited = edited
        self._names = {entry.name.lower(): entry.name for entry in package.archive.entries}
        self._sources = ["", *filter(None, map(_source_of, self._names.values()))]
        self.parts: dict[str, RemovalKind] = {}
        self.edits: list[Edit] = []
        self.entries: list[Removed] = []

    def leave_out_comments(self) -> None:
        main = self._package.main_part
        self._leave_out("comments", self._targets(main, _is_of_comments))
        names_authors = False
        for part in self._document.parts:
            if part.kind is StoryKind.COMMENTS:
                continue
            names_authors = names_authors or b"author=" in part.text.content
            for mark in comment_marks(part):
                self.edits.append(Edit(part, mark.start, mark.end, b""))
                self.entries.append(Removed("comments", mark.name, part.name, mark.id))
        # People are the authors of tracked changes too.
        if not names_authors:
            self._leave_out("comments", self._targets(main, _is_of_people))

    def leave_out_signature(self) -> None:
        typed = [
            name
            for name in self._names.values()
            if self._package.content_types.of(name).lower().startswith(_SIGNATURE_TYPES)
        ]
        self._leave_out("signature", [*self._targets("", _is_of_signature), *typed])

    def leave_out_what_leads_there(self) -> None:
        """Leave out the relationships to the parts left out, and their content types."""
        if not self.parts:
            return
        for source in self._sources:
            name = self._names.get(relationships_part(source).lower())
            if name is not None and name not in self.parts:
                self._leave_out_relationships(name, source)
        self._leave_out_types(self._names[CONTENT_TYPES_PART.lower()])

    def _relationships(self, source: str) -> Sequence[Relationship]:
        """Return the relationships of ``source``, none where they cannot be read: nothing else reads them."""
        try:
            return self._package.relationships(source)
        except InvalidTemplate:
            return ()

    def _targets(self, source: str, is_wanted: Callable[[str], bool] = lambda _type: True) -> list[str]:
        """Return the parts that ``source`` has relationships of a wanted type to, each once."""
        return list(
            dict.fromkeys(
                self._names[each.target.lower()]
                for each in self._relationships(source)
                if not each.external and is_wanted(each.kind) and self._package.has(each.target)
            )
        )

    def _leave_out(self, kind: RemovalKind, names: Iterable[str]) -> None:
        """Leave out the parts ``names``, their relationship parts, and the parts that only these lead to.

        One that a relationship of another type leads to as well stays.
        """
        is_own = _is_of_signature if kind == "signature" else _is_of_either
        pending = [
            name for name in reversed([*names]) if _may_go(name) and all(map(is_own, self._uses.types[name]))
        ]
        while pending:
            name = pending.pop()
            if name in self.parts or name == self._package.main_part:
                continue
            self._note(kind, name)
            own = self._names.get(relationships_part(name).lower())
            if own is None:
                continue
            self._note(kind, own)
            for target in self._targets(name):
                self._uses.counts[target] -= 1
                if not self._uses.counts[target] and _may_go(target):
                    pending.append(target)

    def _note(self, kind: RemovalKind, name: str) -> None:
        self.parts[name] = kind
        self.entries.append(Removed(kind, "part", name, ""))

    @cached_property
    def _uses(self) -> "_Uses":
        uses = _Uses(Counter(), defaultdict(set))
        for source in self._sources:
            uses.counts.update(self._targets(source))
            for each in self._relationships(source):
                if not each.external and self._package.has(each.target):
                    uses.types[self._names[each.target.lower()]].add(each.kind)
        return uses

    def _leave_out_relationships(self, name: str, source: str) -> None:
        relationships = self._relationships(source)
        targets = [None if each.external else self._names.get(each.target.lower()) for each in relationships]
        if self.parts.keys().isdisjoint(filter(None, targets)):
            return
        wanted = iter(zip(relationships, targets, strict=True))

        def entry_of(tag: str, _attributes: dict[str, str]) -> Removed | None:
            if tag != RELATIONSHIP:
                return None
            relationship, target = next(wanted)
            kind = None if target is None else self.parts.get(target)
            return None if kind is None else Removed(kind, "relationship", name, relationship.id)

        self._leave_out_children(name, entry_of)

    def _leave_out_types(self, name: str) -> None:
        gone = {_extension(each) for each in self.parts}
        gone -= {_extension(each) for each in self._names.values() if each not in self.parts}
        kinds = {each.lower(): kind for each, kind in self.parts.items()}
        of_extension: dict[str, RemovalKind] = {}
        for each, kind in self.parts.items():
            of_extension[_extension(each)] = min(kind, of_extension.get(_extension(each), kind))

        def entry_of(tag: str, attributes: dict[str, str]) -> Removed | None:
            part = attributes.get("PartName") if tag == OVERRIDE else None
            extension = attributes.get("Extension") if tag == DEFAULT else None
            if part is not None and part.lstrip("/").lower() in kinds:
                return Removed(kinds[part.lstrip("/").lower()], "content_type", name, part)
            if extension is not None and extension.lower() in gone:
                return Removed(of_extension[extension.lower()], "content_type", name, extension)
            return None

        self._leave_out_children(name, entry_of)

    def _leave_out_children(self, name: str, entry_of: "_EntryOf") -> None:
        """Leave out of the part ``name`` the children of its root that have an entry."""
        part = self._edited.get(name)
        content = self._package.read(name)
        if part is None:
            encoding = encoding_of(content, name)
            part = OtherPart(name, recoded(content, encoding), encoding)
        root = parse_part(content, name)
        children = [child for child in root if isinstance(child.tag, str)]
        for child, (start, end) in zip(children, _child_spans(part.content), strict=True):
            entry = entry_of(str(child.tag), {str(key): str(value) for key, value in child.attrib.items()})
            if entry is not None and len(child):
                raise InvalidTemplate(
                    f"template: {name} has elements in an element that is empty in every document; open the "
                    "template in Word and save it again.",
                    part=name,
                    reason="relationships" if name.endswith(".rels") else "content_types",
                )
            if entry is not None:
                self.entries.append(entry)
                self.edits.append(Edit(part, start, end, b""))


def _is_of_comments(kind: str) -> bool:
    return kind == "comments" or (kind.startswith(_MICROSOFT) and kind.rpartition("/")[2] in _COMMENTS)


def _is_of_people(kind: str) -> bool:
    return kind.startswith(_MICROSOFT) and kind.rpartition("/")[2] == "people"


def _is_of_either(kind: str) -> bool:
    return _is_of_comments(kind) or _is_of_people(kind)


def _is_of_signature(kind: str) -> bool:
    return kind in _SIGNATURE_RELATIONSHIPS


class _Uses(NamedTuple):
    """How many parts have relationships to a part, and of which types."""

    counts: Counter[str]
    types: defaultdict[str, set[str]]


def _may_go(name: str) -> bool:
    """Say whether a part may be left out; relationship parts and content types are what the package is."""
    return not name.lower().endswith(".rels") and name.lower() != CONTENT_TYPES_PART.lower()


class _EntryOf(Protocol):
    """Takes a child's Clark name and attributes; returns the entry of its removal, ``None`` if it stays."""

    def __call__(self, tag: str, attributes: dict[str, str], /) -> Removed | None:
        """Return the entry."""


def _source_of(name: str) -> str | None:
    """Return the part whose relationships the part ``name`` has, ``None`` for any other part."""
    folder, _, base = name.rpartition("/")
    outer, _, last = folder.rpartition("/")
    if last.lower() != "_rels" or not base.lower().endswith(".rels"):
        return None
    source = base[: -len(".rels")]
    return f"{outer}/{source}" if outer else source


def _extension(name: str) -> str:
    return name.rpartition("/")[2].lower().rpartition(".")[2]


def _child_spans(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the children of the root begin and end in a part."""
    depth = start = 0
    for match in TOKEN.finditer(text):
        slash, name, attributes = match.groups()
        if slash:
            depth -= 1
            if depth == 1:
                yield start, match.end()
        elif name is not None:
            if depth == 1:
                start = match.start()
            if not attributes.endswith(b"/"):
                depth += 1
            elif depth == 1:
                yield start, match.end()
