"""Leaves out of a result what its template has beside the text: the author's comments, a digital signature.

Removed are parts, the relationships to them, their content types and, of comments, the marks in the stories.
Sources: ECMA-376 part 1, 17.13.4 (comments); part 2, 9.3 (relationships), 10.1.2 (content types), 13
(digital signatures); [MS-DOCX] 2.5 and 2.7 (extended comments, people).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, Protocol

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.document.edits import Edit, EditedPart
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    RELATIONSHIP,
    SIGNATURE_ORIGIN,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded
from docops_flask.engine.options import Options
from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, inner_scope
from docops_flask.engine.template.places.found import OtherPart

RemovalKind = Literal["comments", "signature"]
_MICROSOFT = "http://schemas.microsoft.com/office/"
PEOPLE = f"{_MICROSOFT}2011/relationships/people"
# The types of relationships from the main part to what belongs to comments alone.
COMMENTS = frozenset(
    (
        "comments",
        f"{_MICROSOFT}2011/relationships/commentsExtended",
        f"{_MICROSOFT}2016/09/relationships/commentsIds",
        f"{_MICROSOFT}2018/08/relationships/commentsExtensible",
        f"{_MICROSOFT}2019/05/relationships/documenttasks",
    )
)
SIGNATURE_TYPES = "application/vnd.openxmlformats-package.digital-signature-"
_RANGES = (b"commentRangeStart", b"commentRangeEnd")
_REFERENCE = b"commentReference"


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
        self._leave_out("comments", self._targets(main, COMMENTS))
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
            self._leave_out("comments", self._targets(main, (PEOPLE,)))

    def leave_out_signature(self) -> None:
        typed = [
            name
            for name in self._names.values()
            if self._package.content_types.of(name).lower().startswith(SIGNATURE_TYPES)
        ]
        self._leave_out("signature", [*self._targets("", (SIGNATURE_ORIGIN,)), *typed])

    def leave_out_what_leads_there(self) -> None:
        """Leave out the relationships to the parts left out, and their content types."""
        if not self.parts:
            return
        for source in self._sources:
            name = self._names.get(relationships_part(source).lower())
            if name is not None and name not in self.parts:
                self._leave_out_relationships(name, source)
        self._leave_out_types(self._names[CONTENT_TYPES_PART.lower()])

    def _targets(self, source: str, kinds: Collection[str]) -> Iterator[str]:
        for each in self._package.relationships(source):
            if each.kind in kinds and not each.external and self._package.has(each.target):
                yield self._names[each.target.lower()]

    def _leave_out(self, kind: RemovalKind, names: Iterable[str]) -> None:
        """Leave out the parts ``names``, with what only they lead to and their relationship parts."""
        pending = [*names][::-1]
        while pending:
            name = pending.pop()
            if name in self.parts:
                continue
            self.parts[name] = kind
            self.entries.append(Removed(kind, "part", name, ""))
            inner = [
                self._names[each.target.lower()]
                for each in self._package.relationships(name)
                if not each.external and self._package.has(each.target)
            ]
            own = self._names.get(relationships_part(name).lower())
            if own is not None:
                self.parts[own] = kind
                self.entries.append(Removed(kind, "part", own, ""))
            if inner:
                needed = self._needed()
                pending += [each for each in inner if each.lower() not in needed]

    def _needed(self) -> set[str]:
        """Return the parts, in lower case, that a part which stays has a relationship to."""
        staying = [source for source in self._sources if source not in self.parts]
        return {
            each.target.lower()
            for source in staying
            for each in self._package.relationships(source)
            if not each.external
        } | {self._package.main_part.lower()}

    def _leave_out_relationships(self, name: str, source: str) -> None:
        relationships = self._package.relationships(source)
        targets = [None if each.external else self._names.get(each.target.lower()) for each in relationships]
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

        def entry_of(_tag: str, attributes: dict[str, str]) -> Removed | None:
            part, extension = attributes.get("PartName"), attributes.get("Extension")
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
            if entry is not None:
                self.entries.append(entry)
                self.edits.append(Edit(part, start, end, b""))


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


class Mark(NamedTuple):
    """A mark of a comment in a story: its local name, its comment's id, the bytes that go with it."""

    name: str
    id: str
    start: int
    end: int


class _Open:
    """An open element: where it begins, what it is, the references directly in it, whether it holds more."""

    __slots__ = ("attributes", "holds_more", "local", "references", "scope", "start")

    def __init__(self, local: bytes, start: int, attributes: bytes, scope: Scope) -> None:
        self.local = local
        self.start = start
        self.attributes = attributes
        self.scope = scope
        self.references: list[Mark] = []
        self.holds_more = False


def comment_marks(part: StoryPart) -> Iterator[Mark]:
    """Yield the marks of comments in a story: w:commentRangeStart and -End, w:commentReference (17.13.4).

    A run with nothing but a reference in it goes as a whole.
    """
    text = part.text
    if b"comment" not in text.content:
        return
    around: list[_Open] = [_Open(b"", 0, b"", text.root_scope)]
    for match in TOKEN.finditer(text.content, text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            if len(around) == 1:
                return
            yield from _closed(around, match.end(), text.namespace)
        elif name is None:
            around[-1].holds_more = True
        else:
            outer = around[-1]
            scope = inner_scope(outer.scope, attributes) if b"xmlns" in attributes else outer.scope
            prefix, _, local = name.rpartition(b":")
            own = local if scope.get(prefix) == text.namespace else b""
            if own not in (b"rPr", _REFERENCE):
                outer.holds_more = True
            around.append(_Open(own, match.start(), attributes, scope))
            if attributes.endswith(b"/"):
                yield from _closed(around, match.end(), text.namespace)


def _closed(around: list[_Open], end: int, namespace: bytes) -> Iterator[Mark]:
    """Close the innermost element, which ends at ``end``; yield the marks that are settled by that."""
    element = around.pop()
    if element.local in _RANGES:
        yield Mark(element.local.decode(), _id_of(element, namespace), element.start, end)
    elif element.local == _REFERENCE:
        mark = Mark(element.local.decode(), _id_of(element, namespace), element.start, end)
        if around[-1].local == b"r":
            around[-1].references.append(mark)
        else:
            yield mark
    elif element.references:
        if element.holds_more:
            yield from element.references
        else:
            # The first stands for all the bytes of the run, the others for none.
            first, *others = element.references
            yield first._replace(start=element.start, end=end)
            yield from (other._replace(start=end, end=end) for other in others)


def _id_of(element: _Open, namespace: bytes) -> str:
    for name, value in attributes_of(element.attributes).items():
        prefix, colon, local = name.rpartition(b":")
        if local == b"id" and colon and element.scope.get(prefix) == namespace:
            return decoded(value)
    return ""
