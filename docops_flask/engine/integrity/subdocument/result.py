"""What all sub-documents of a result share: its package, the ids in its parts, its notes."""

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.subdocument.asset import AssetPart
from docops_flask.engine.integrity.subdocument.definitions import ResultLists, ResultStyles
from docops_flask.engine.integrity.subdocument.elements import copied, integer, local_name
from docops_flask.engine.integrity.subdocument.target import Target
from docops_flask.engine.integrity.subdocument.writing import written

# The elements that begin a range, and those that end it.
PAIRS = {
    "bookmarkStart": "bookmarkEnd",
    "moveFromRangeStart": "moveFromRangeEnd",
    "moveToRangeStart": "moveToRangeEnd",
}
_TRACKED = (
    "ins del moveFrom moveTo pPrChange rPrChange sectPrChange tblPrChange trPrChange tcPrChange "
    "tblGridChange tblPrExChange numberingChange cellIns cellDel cellMerge"
)
_NUMBERED = frozenset((*_TRACKED.split(" "), *PAIRS, *PAIRS.values()))


class Counters:
    """The highest ids of a part of the result, and the names of the bookmarks in it."""

    def __init__(self, root: _Element, names: Names) -> None:
        self.numbers = {"mark": 0, "drawing": 0}
        self.bookmarks: set[str] = set()
        for element in root.iter("*"):
            kind, attribute = counted(element, names)
            number = None if kind is None else integer(element.get(attribute))
            if kind is not None and number is not None:
                self.numbers[kind] = max(self.numbers[kind], number)
            if element.tag == names("bookmarkStart"):
                self.bookmarks.add(element.get(names("name"), "").lower())

    def next(self, kind: str) -> str:
        """Return the next id of a kind."""
        self.numbers[kind] += 1
        return str(self.numbers[kind])


def counted(element: _Element, names: Names) -> tuple[str | None, str]:
    """Return which kind of id an element has, and the attribute with it."""
    if local_name(element, names) in _NUMBERED:
        return "mark", names("id")
    if etree.QName(element).localname in ("docPr", "cNvPr"):
        return "drawing", "id"
    return None, ""


class Result:
    """What all sub-documents of a result share: its package, styles, lists, notes and ids."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.styles = ResultStyles(target)
        self.lists = ResultLists(target)
        self._counters: dict[str, Counters] = {}
        self._last_notes: dict[str, int] = {}
        self._notes: dict[str, list[bytes]] = {}
        self._heads: dict[str, list[bytes]] = {}

    def counters(self, part: str) -> Counters:
        """Return the ids of a part of the result, as it was before sub-documents, and those given since."""
        if part not in self._counters:
            self._counters[part] = Counters(self.target.part(part).root(), self.target.names)
        return self._counters[part]

    def next_note(self, kind: str, asset_part: AssetPart) -> int:
        """Return the id of the next footnote or endnote; a new part begins with some of ``asset_part``."""
        names = self.target.names
        if kind not in self._last_notes:
            part = self.target.related(f"{kind}s")
            found = part.root().iterchildren(names(kind)) if part else self._separators(kind, asset_part)
            numbers = [integer(each.get(names("id"))) or 0 for each in found]
            self._last_notes[kind] = max([0, *numbers])
        self._last_notes[kind] += 1
        return self._last_notes[kind]

    def notes_part(self, kind: str, asset_part: AssetPart) -> str:
        """Return the name of the part of footnotes or endnotes, which is added if there is none."""
        part = self.target.related(f"{kind}s")
        if part is None:
            part = self.target.add_part(f"{kind.capitalize()}s", f"{kind}s", f"{kind}s", f"{kind}s")
            separators = self._separators(kind, asset_part)
            self._heads[kind] = [written(copied(each), asset_part.ignorable) for each in separators]
        return part.name

    def _separators(self, kind: str, asset_part: AssetPart) -> Iterator[_Element]:
        """Yield the notes that a new part of notes has before all others."""
        names = self.target.names
        for each in asset_part.root.iterchildren(names(kind)):
            if each.get(names("type")) in ("separator", "continuationSeparator"):
                yield each

    def add_note(self, kind: str, note: bytes) -> None:
        """Add a note behind those added so far."""
        self._notes.setdefault(kind, []).append(note)

    def finish(self) -> None:
        """Put what was added into the parts."""
        self.styles.finish()
        self.lists.finish()
        for kind, notes in self._notes.items():
            part = self.target.related(f"{kind}s")
            assert part is not None
            part.append([*self._heads.get(kind, ()), *notes])
