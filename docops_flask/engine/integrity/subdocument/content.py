"""What a sub-document puts in place of its tag: the body of its asset, with ids of the result."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.subdocument.asset import Asset, AssetPart
from docops_flask.engine.integrity.subdocument.definitions import ValueDefinitions
from docops_flask.engine.integrity.subdocument.elements import (
    copied,
    integer,
    is_within,
    local_name,
    remove,
    remove_reference,
)
from docops_flask.engine.integrity.subdocument.result import PAIRS, Counters, Result, counted
from docops_flask.engine.integrity.subdocument.writing import written
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL

_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_LONGEST_NAME = 40


class _RangeIds:
    """The new ids of the ranges of one content, by kind, id and number among those of that id."""

    def __init__(self) -> None:
        self._new: dict[tuple[str, str | None, int], str] = {}
        self._counts: Counter[tuple[str, str | None]] = Counter()

    def place(self, local: str, identity: str | None) -> tuple[str, str | None, int] | None:
        """Return which range the next element called ``local`` of an id begins or ends, if any."""
        kind = next((first for first, last in PAIRS.items() if local in (first, last)), None)
        if kind is None:
            return None
        self._counts[local, identity] += 1
        return kind, identity, self._counts[local, identity]

    def of(self, place: tuple[str, str | None, int] | None, new: Callable[[], str]) -> str:
        """Return the id of a range, the same at both of its ends; elsewhere a ``new`` one."""
        if place is None:
            return new()
        if place not in self._new:
            self._new[place] = new()
        return self._new[place]


class Content:
    """What one sub-document puts in: the elements, and what the log has to say of it."""

    def __init__(self, asset: Asset, result: Result, part: str) -> None:
        """``part`` is the name of the part that it comes into."""
        self._asset = asset
        self._result = result
        self._names = asset.names
        self._definitions = ValueDefinitions(asset, result.styles, result.lists)
        self._bookmarks: dict[str, str] = {}
        self._notes: list[tuple[str, _Element, AssetPart]] = []
        self._media: list[dict[str, str]] = []
        self._links = 0
        self._note_ids: list[dict[str, Any]] = []
        main = asset.main()
        self.ignorable = main.ignorable
        body = main.root.find(self._names("body"))
        assert body is not None
        self._take(body, main, part)
        self._take_notes()
        self._rename([body, *(note for _, note, _ in self._notes)])
        for kind, note, source in self._notes:
            result.add_note(kind, written(note, source.ignorable))
        self.elements = list(body.iterchildren("*"))

    def written(self) -> list[bytes]:
        """Return the elements as they are written."""
        return [written(each, self.ignorable) for each in self.elements]

    def counts(self) -> tuple[int, int]:
        """Return how many paragraphs and tables it has, those in controls too."""
        blocks = list(self._blocks(self.elements))
        tables = sum(each.tag == self._names.tbl for each in blocks)
        return len(blocks) - tables, tables

    def _blocks(self, elements: Iterable[_Element]) -> Iterator[_Element]:
        names = self._names
        for each in elements:
            if each.tag in names.blocks:
                yield each
            elif each.tag in (names.sdt, names.sdt_content, names("customXml")):
                yield from self._blocks(each.iterchildren("*"))

    def told(self) -> dict[str, Any]:
        """Return the members of the log that say what it adds."""
        members: dict[str, Any] = {
            "styles": self._definitions.added_styles,
            "numbering": self._definitions.added_lists,
            "notes": self._note_ids,
            "media": self._media,
            "links": self._links,
        }
        return {name: value for name, value in members.items() if value}

    def _take(self, container: _Element, source: AssetPart, part: str, *, is_note: bool = False) -> None:
        self._leave_out_halves(container)
        counters = self._result.counters(part)
        ids = _RangeIds()
        for element in list(container.iter("*")):
            if element is container or not is_within(element, container):
                continue
            if self._definitions.follow(element):
                continue
            local = local_name(element, self._names)
            if local in _NOTES:
                self._refer(element, local, is_in_note=is_note)
                if not is_within(element, container):
                    continue
            self._relate(element, local, source, part)
            kind, attribute = counted(element, self._names)
            if kind is not None and element.get(attribute) is not None:
                place = ids.place(local, element.get(attribute))
                element.set(attribute, ids.of(place, partial(counters.next, kind)))
            if local == "bookmarkStart":
                self._name(element, counters)

    def _leave_out_halves(self, container: _Element) -> None:
        names = self._names
        for first, last in PAIRS.items():
            starts = Counter(each.get(names("id")) for each in container.iter(names(first)))
            ends = Counter(each.get(names("id")) for each in container.iter(names(last)))
            for local in (first, last):
                # The n-th start of an id belongs to the n-th end of it.
                left = starts & ends
                for each in list(container.iter(names(local))):
                    identity = each.get(names("id"))
                    if left[identity] <= 0:
                        remove(each)
                    left[identity] -= 1

    def _relate(self, element: _Element, local: str, source: AssetPart, part: str) -> None:
        """Replace the ids of relationships in the attributes of an element by ids of ``part``.

        Raises ``Misfit`` for a relationship that nothing can bring along.
        """
        for attribute, identity in list(element.attrib.items()):
            name = etree.QName(attribute)
            if name.namespace not in (REL_STRICT, REL_TRANSITIONAL) or not identity:
                continue
            of = source.relationships.get(str(identity))
            if of is None or of.kind not in ("hyperlink", "image"):
                raise Misfit
            target = self._result.target
            if of.kind == "hyperlink":
                if not of.external or not re.match("(?i:https?://|mailto:)", of.target):
                    if local != "hyperlink":
                        remove(element)
                    else:
                        _unwrap(element)
                    return
                own, is_new = target.link(part, of.target)
                self._links += is_new
            else:
                if of.external:
                    raise Misfit
                own, media = target.picture(part, *self._asset.file(of.target))
                self._media += [] if media is None else [media]
            element.set(attribute, own)

    def _name(self, start: _Element, counters: Counters) -> None:
        """Give a bookmark a name that the part does not have."""
        names = self._names
        wanted = name = start.get(names("name"), "")
        number = 1
        while name.lower() in counters.bookmarks:
            number += 1
            behind = f"_{number}"
            name = wanted[: _LONGEST_NAME - len(behind)] + behind
        counters.bookmarks.add(name.lower())
        if name != wanted:
            self._bookmarks.setdefault(wanted, name)
            start.set(names("name"), name)

    def _rename(self, containers: Sequence[_Element]) -> None:
        """Have links and fields lead to bookmarks under their new names."""
        if not self._bookmarks:
            return
        names = self._names
        words = "|".join(re.escape(each) for each in sorted(self._bookmarks, key=len, reverse=True))
        pattern = rf"(?<![^\s\"])(?:{words})(?![^\s\"])"
        for element in chain.from_iterable(each.iter("*") for each in containers):
            if element.tag == names("hyperlink") and element.get(names("anchor")) in self._bookmarks:
                element.set(names("anchor"), self._bookmarks[element.get(names("anchor"), "")])
            elif element.tag == names("instrText") and element.text:
                element.text = re.sub(pattern, lambda match: self._bookmarks[match[0]], element.text)
            elif element.tag == names("fldSimple") and element.get(names("instr")):
                code = element.get(names("instr"), "")
                element.set(names("instr"), re.sub(pattern, lambda match: self._bookmarks[match[0]], code))

    def _refer(self, reference: _Element, local: str, *, is_in_note: bool) -> None:
        """Copy the note that a reference leads to, for it alone; remove the reference if there is no note."""
        names, kind = self._names, _NOTES[local]
        part = self._asset.related(f"{kind}s")
        wanted = integer(reference.get(names("id")))
        known = None if wanted is None else self._asset.numbered(f"{kind}s", kind, "id", wanted)
        if part is None or known is None or is_in_note:
            remove_reference(reference, names)
            return
        found = copied(known)
        number = self._result.next_note(kind, part)
        reference.set(names("id"), str(number))
        found.set(names("id"), str(number))
        self._notes.append((kind, found, part))
        self._note_ids.append({"kind": f"{kind}s", "id": number})

    def _take_notes(self) -> None:
        for kind, note, source in self._notes:
            self._take(note, source, self._result.notes_part(kind, source), is_note=True)


def _unwrap(element: _Element) -> None:
    """Have an element give way to its children and texts."""
    parent = element.getparent()
    assert parent is not None
    at = parent.index(element)
    children = list(element)
    before = element.getprevious()
    text, tail = element.text or "", element.tail or ""
    if children:
        last = children[-1]
        last.tail = (last.tail or "") + tail
    else:
        text += tail
    if text and before is None:
        parent.text = (parent.text or "") + text
    elif text and before is not None:
        before.tail = (before.tail or "") + text
    element.tail = None
    parent.remove(element)
    for number, child in enumerate(children):
        parent.insert(at + number, child)
