"""The ids and bookmarks of what is put into a part (docs/analysis/subdocuments.md, rules 8 and 9)."""

import re
from collections.abc import Iterable

from lxml.etree import _Element

_INTEGER = re.compile(r"\s*[-+]?[0-9]{1,18}\s*")
# The elements that begin and end a range with an id (ECMA-376 part 1, 17.13).
PAIRS = {
    "bookmarkStart": "bookmarkEnd",
    "moveFromRangeStart": "moveFromRangeEnd",
    "moveToRangeStart": "moveToRangeEnd",
}
_KIND_OF = {**dict(zip(PAIRS, PAIRS, strict=True)), **{end: start for start, end in PAIRS.items()}}
_TRACKED = (
    "ins del moveFrom moveTo pPrChange rPrChange sectPrChange tblPrChange trPrChange tcPrChange "
    "tblGridChange tblPrExChange numberingChange cellIns cellDel cellMerge"
)
_MARKS = frozenset((*_TRACKED.split(), *_KIND_OF))
_DRAWINGS = frozenset(("docPr", "cNvPr"))
_LONGEST_NAME = 40


def integer(text: str | None) -> int | None:
    """Return a decimal number of at most 18 digits, ``None`` for anything else."""
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


class RangeIds:
    """The new ids of the ranges of one content: the n-th start of an id belongs to the n-th end of it."""

    def __init__(self) -> None:
        # By kind and id of a range, for its starts and ends: the new ids that the partners have yet to get.
        self._open: dict[tuple[str, str, bool], list[str]] = {}

    def of_partner(self, local: str, identity: str) -> str | None:
        """Return the new id of the other end of a range if that came before; ``None`` for what has none."""
        kind = _KIND_OF.get(local)
        waiting = None if kind is None else self._open.get((kind, identity, local in PAIRS))
        return waiting.pop(0) if waiting else None

    def keep(self, local: str, identity: str, new: str) -> None:
        """Keep the new id of an end of a range for the other."""
        kind = _KIND_OF.get(local)
        if kind is not None:
            self._open.setdefault((kind, identity, local not in PAIRS), []).append(new)


class PartIds:
    """The highest ids in a part, and the names of its bookmarks; what is put in gets those behind them."""

    def __init__(self, root: _Element, w: str) -> None:
        """``root`` is that of the part before, ``w`` the namespace of WordprocessingML in Clark form."""
        self._w = w
        self._last_mark = self._last_drawing = 0
        self._names: set[str] = set()
        for element in root.iter("*"):
            namespace, _, local = str(element.tag).rpartition("}")
            if f"{namespace}}}" == w and local in _MARKS:
                self._last_mark = max(self._last_mark, integer(element.get(f"{w}id")) or 0)
                if local == "bookmarkStart":
                    self._names.add((element.get(f"{w}name") or "").lower())
            elif local in _DRAWINGS:
                self._last_drawing = max(self._last_drawing, integer(element.get("id")) or 0)

    def number(self, element: _Element, known: RangeIds) -> None:
        """Give an element the next id if it has one of those that have to be unique.

        ``known`` are the new ids of the ranges of one content.
        """
        w = self._w
        namespace, _, local = str(element.tag).rpartition("}")
        if local in _MARKS and f"{namespace}}}" == w:
            identity = element.get(f"{w}id")
            if identity is None:
                return
            new = known.of_partner(local, identity)
            if new is None:
                self._last_mark += 1
                new = str(self._last_mark)
                known.keep(local, identity, new)
            element.set(f"{w}id", new)
        elif local in _DRAWINGS and element.get("id") is not None:
            self._last_drawing += 1
            element.set("id", str(self._last_drawing))

    def rename(self, start: _Element, renamed: dict[str, str]) -> None:
        """Give a bookmark a name that the part does not have; ``renamed`` has those that changed."""
        wanted = name = start.get(f"{self._w}name") or ""
        number = 1
        while name.lower() in self._names:
            number += 1
            behind = f"_{number}"
            name = wanted[: _LONGEST_NAME - len(behind)] + behind
        self._names.add(name.lower())
        if name != wanted:
            renamed.setdefault(wanted, name)
            start.set(f"{self._w}name", name)


def half_ranges(root: _Element, w: str) -> list[_Element]:
    """Return the elements of ``root`` that begin or end a range whose other end is not there.

    The n-th start of an id belongs to the n-th end of it.
    """
    found = []
    for start, end in PAIRS.items():
        starts, ends = _by_id(root, f"{w}{start}", f"{w}id"), _by_id(root, f"{w}{end}", f"{w}id")
        for of_kind, others in ((starts, ends), (ends, starts)):
            for identity, elements in of_kind.items():
                found += elements[len(others.get(identity, ())) :]
    return found


def _by_id(root: _Element, tag: str, attribute: str) -> dict[str | None, list[_Element]]:
    found: dict[str | None, list[_Element]] = {}
    for each in root.iter(tag):
        found.setdefault(each.get(attribute), []).append(each)
    return found


def rename_references(roots: Iterable[_Element], renamed: dict[str, str], w: str) -> None:
    """Have links and fields in ``roots`` lead to bookmarks under their new names."""
    if not renamed:
        return
    names = "|".join(re.escape(each) for each in sorted(renamed, key=len, reverse=True))
    word = re.compile(rf"(?<![^\s\"])(?:{names})(?![^\s\"])")
    for root in roots:
        for element in root.iter(f"{w}hyperlink", f"{w}instrText", f"{w}fldSimple"):
            if element.tag == f"{w}hyperlink":
                anchor = element.get(f"{w}anchor")
                if anchor in renamed:
                    element.set(f"{w}anchor", renamed[anchor])
            elif element.tag == f"{w}fldSimple":
                instruction = element.get(f"{w}instr")
                if instruction:
                    element.set(f"{w}instr", word.sub(lambda match: renamed[match[0]], instruction))
            elif element.text:
                element.text = word.sub(lambda match: renamed[match[0]], element.text)
