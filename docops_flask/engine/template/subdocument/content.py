"""What one value puts in: the body of its document, with styles, lists, notes and ids of the result.

docs/analysis/subdocuments.md has the rules.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lxml.etree import _Element

from docops_flask.engine.template.subdocument.asset import NOTE_KINDS, Asset, AssetPart, relating_attributes
from docops_flask.engine.template.subdocument.ids import (
    PartIds,
    RangeIds,
    half_ranges,
    integer,
    rename_references,
)
from docops_flask.engine.template.subdocument.numbering import ResultNumbering, ValueNumbering
from docops_flask.engine.template.subdocument.styles import (
    REFERRING,
    AddedStyle,
    AssetStyles,
    ResultStyles,
    reference_type,
)
from docops_flask.engine.template.subdocument.target import Target
from docops_flask.engine.template.subdocument.trees import give_way, take_out, take_out_of_run
from docops_flask.engine.template.subdocument.writing import written

# Where links may lead.
_ADDRESS = re.compile("https?://|mailto:", re.IGNORECASE)


class Shared:
    """What all values of a result share: styles, numbers of lists, ids, notes."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.w = target.w
        self.styles = ResultStyles(target.root_of("styles"), self.w)
        self.numbering = ResultNumbering(target.root_of("numbering"), self.w)
        self._ids: dict[str, PartIds] = {}
        self._last_notes: dict[str, int] = {}
        self.notes: dict[str, list[bytes]] = {kind: [] for kind in NOTE_KINDS}

    def ids(self, part: str, root: _Element | None = None) -> PartIds:
        """Return the ids of a part before anything is put in; ``root`` is read at the first call."""
        if part not in self._ids:
            assert root is not None
            self._ids[part] = PartIds(root, self.w)
        return self._ids[part]

    def next_note(self, kind: str, source: AssetPart) -> int:
        """Return the id of the next note; in a new part the separators of ``source`` come before it."""
        w = self.w
        if kind not in self._last_notes:
            root = self.target.root_of(f"{kind}s")
            known = separators(source, kind, w) if root is None else root.iterchildren(f"{w}{kind}")
            numbers = (integer(each.get(f"{w}id")) or 0 for each in known)
            self._last_notes[kind] = max((0, *numbers))
        self._last_notes[kind] += 1
        return self._last_notes[kind]

    def notes_part(self, kind: str, source: AssetPart) -> str:
        """Return the name of the part with notes of a kind; a new one has the separators of ``source``."""
        name = self.target.name_of(f"{kind}s")
        if name is None:
            name = self.target.make(f"{kind}s")
            self.notes[kind] += [written(each, source.ignorable) for each in separators(source, kind, self.w)]
        if name not in self._ids:
            root = self.target.root_of(f"{kind}s")
            assert root is not None
            self.ids(name, root)
        return name

    def finish(self) -> None:
        """Put what was added into the parts of styles, lists and notes."""
        self.target.append(
            "styles", [written(each.element, each.part.ignorable) for each in self.styles.added]
        )
        abstracts, numbers = (
            [written(element, part.ignorable) for element, part in added]
            for added in (self.numbering.abstracts, self.numbering.numbers)
        )
        self.target.add_lists(abstracts, numbers)
        for kind, notes in self.notes.items():
            self.target.append(f"{kind}s", notes)


def separators(part: AssetPart, kind: str, w: str) -> list[_Element]:
    """Return the notes of a part that draw lines between text and notes (17.11.23, 17.11.1)."""
    kinds = ("separator", "continuationSeparator")
    return [each for each in part.root.iterchildren(f"{w}{kind}") if each.get(f"{w}type") in kinds]


class Content:
    """What a value of ``asset`` puts into a part: its elements, and what the log says of it.

    ``has_links`` says whether a link led elsewhere than links may lead, and became text.
    """

    def __init__(self, asset: Asset, styles: AssetStyles, shared: Shared, part: str) -> None:
        """``styles`` are those of ``asset``; the ids of ``part`` have been read."""
        self._asset = asset
        self._styles = styles
        self._shared = shared
        self._w = asset.w
        self._numbering = ValueNumbering(asset, shared.numbering)
        # What refers to a style or a list, and whether anything was taken out so far.
        self._referring = {f"{asset.w}{name}" for name in (*REFERRING, "numId")}
        self._took_out = False
        self._renamed: dict[str, str] = {}
        self._notes: list[tuple[str, _Element, AssetPart]] = []
        self._added_styles: list[AddedStyle] = []
        self._own_notes: dict[tuple[str, int | None], tuple[_Element, AssetPart]] = {}
        self._told_notes: list[dict[str, Any]] = []
        self._media: list[dict[str, str]] = []
        self._links = 0
        self.has_links = False
        main = asset.main.copy()
        self.ignorable = main.ignorable
        body = main.root.find(f"{self._w}body")
        assert body is not None
        self._take(body, main, part, in_note=False)
        for kind, note, source in self._notes:
            self._take(note, source, shared.notes_part(kind, source), in_note=True)
        rename_references([body, *(note for _, note, _ in self._notes)], self._renamed, self._w)
        for kind, note, source in self._notes:
            shared.notes[kind].append(written(note, source.ignorable))
        self.elements: Sequence[_Element] = list(body.iterchildren("*"))

    def written(self) -> bytes:
        """Return the elements as they are written."""
        return b"".join(written(each, self.ignorable) for each in self.elements)

    def counts(self) -> tuple[int, int]:
        """Return how many paragraphs and tables there are, those in content controls too."""
        tags = [each.tag for each in self._blocks(self.elements)]
        tables = tags.count(f"{self._w}tbl")
        return len(tags) - tables, tables

    def _blocks(self, elements: Iterable[_Element]) -> Iterator[_Element]:
        w = self._w
        for each in elements:
            if each.tag in (f"{w}p", f"{w}tbl"):
                yield each
            elif each.tag in (f"{w}sdt", f"{w}sdtContent", f"{w}customXml"):
                yield from self._blocks(each.iterchildren("*"))

    def told(self) -> dict[str, Any]:
        """Return the members of the log that say what it adds to other parts."""
        members: dict[str, Any] = {
            "styles": [each.as_dict() for each in self._added_styles],
            "numbering": [each.as_dict() for each in self._numbering.added],
            "notes": self._told_notes,
            "media": self._media,
            "links": self._links,
        }
        return {name: value for name, value in members.items() if value}

    def _take(self, root: _Element, source: AssetPart, part: str, *, in_note: bool) -> None:
        """Make the content of ``root``, of the document's part ``source``, fit into ``part`` of the result.

        That is: styles, lists, notes, relationships, ids and bookmarks become those of the result.
        """
        w = self._w
        for half in half_ranges(root, w):
            take_out(half)
        ids = self._shared.ids(part)
        known = RangeIds()
        notes = {f"{w}{kind}Reference": kind for kind in NOTE_KINDS}
        for element in self._within(root):
            if element.tag in self._referring and self._follow(element):
                continue
            if element.tag in notes:
                self._refer(element, notes[str(element.tag)], in_note=in_note)
            self._relate(element, source, part)
            ids.number(element, known)
            if element.tag == f"{w}bookmarkStart":
                ids.rename(element, self._renamed)

    def _follow(self, element: _Element) -> bool:
        """Make a reference to a style or list lead to the result's; return whether ``element`` is one.

        What is added for it refers to others in its turn; such chains may be long, so there is no recursion.
        """
        pending = [iter((element,))]
        is_reference = False
        while pending:
            each = next(pending[-1], None)
            if each is None:
                pending.pop()
                continue
            is_own, copies = self._lead(each)
            is_reference = is_reference or is_own
            pending += (self._within(copy) for copy in reversed(copies))
        return is_reference

    def _lead(self, element: _Element) -> tuple[bool, Sequence[_Element]]:
        """Do so for one element; return also the definitions added for it, to be followed next."""
        w = self._w
        kind = reference_type(element, w)
        if kind is not None:
            style = self._styles.get(kind, element.get(f"{w}val"))
            if style is None or self._styles.part is None:
                self._took_out = True
                take_out(element)
                return True, ()
            identity, added = self._shared.styles.lead(style, self._styles.part)
            element.set(f"{w}val", identity)
            if added is None:
                return True, ()
            self._added_styles.append(added)
            return True, (added.element,)
        parent = element.getparent()
        if element.tag != f"{w}numId" or parent is None or parent.tag != f"{w}numPr":
            return False, ()
        number = integer(element.get(f"{w}val"))
        if number is not None and number <= 0:
            return True, ()
        copied = None if number is None else self._numbering.lead(number)
        if copied is None:
            self._took_out = True
            take_out(parent)
            return True, ()
        element.set(f"{w}val", str(copied.number))
        return True, copied.copies

    def _within(self, root: _Element) -> Iterator[_Element]:
        """Yield the elements in ``root`` in their order, but for those that are taken out meanwhile."""
        for element in list(root.iterdescendants("*")):
            if not self._took_out or any(around is root for around in element.iterancestors()):
                yield element

    def _refer(self, reference: _Element, kind: str, *, in_note: bool) -> None:
        """Copy the note that a reference leads to, for it alone; remove the reference if there is no note."""
        w = self._w
        part = None if in_note else self._asset.related(f"{kind}s")
        wanted = integer(reference.get(f"{w}id"))
        own = None if part is None else self._own_notes.get((kind, wanted))
        if part is not None and own is None:
            # A note is taken out of each copy of its part once.
            copy = part.copy()
            for each in copy.root.iterchildren(f"{w}{kind}"):
                self._own_notes.setdefault((kind, integer(each.get(f"{w}id"))), (each, copy))
            own = self._own_notes.get((kind, wanted))
        if own is None:
            self._took_out = True
            take_out_of_run(reference, f"{w}r", f"{w}rPr")
            return
        note, source = self._own_notes.pop((kind, wanted))
        number = self._shared.next_note(kind, source)
        reference.set(f"{w}id", str(number))
        note.set(f"{w}id", str(number))
        self._notes.append((kind, note, source))
        self._told_notes.append({"kind": f"{kind}s", "id": number})

    def _relate(self, element: _Element, source: AssetPart, part: str) -> None:
        """Replace the ids of relationships in the attributes of an element by ids of ``part``.

        A hyperlink that may not be kept gives way to its text, another element with such a link is removed.
        """
        target = self._shared.target
        for attribute, identity in relating_attributes(element).items():
            related = source.relationships[identity]
            if related.kind == "image":
                own, media = target.picture(part, self._asset.picture(related.target))
                self._media += () if media is None else (media,)
            elif related.external and _ADDRESS.match(related.target):
                own, is_new = target.link(part, related.target)
                self._links += is_new
            else:
                self.has_links = self._took_out = True
                (give_way if element.tag == f"{self._w}hyperlink" else take_out)(element)
                return
            element.set(attribute, own)
