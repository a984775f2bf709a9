"""The lists that a document brings along (docs/analysis/subdocuments.md, rule 4; ECMA-376 part 1, 17.9)."""

from typing import Any, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.template.subdocument.asset import Asset, AssetPart
from docops_flask.engine.template.subdocument.ids import integer
from docops_flask.engine.template.subdocument.trees import take_out

_IDENTITIES = ("nsid", "tmpl")


class AddedNumber(NamedTuple):
    """A list that is added: its number, that of its definition."""

    number: int
    abstract: int

    def as_dict(self) -> dict[str, Any]:
        """Return it as the log has it."""
        return {"numId": self.number, "abstractNumId": self.abstract}


class ResultNumbering:
    """The numbers of lists of the result, and what is added: definitions and lists, each with its part."""

    def __init__(self, root: _Element | None, w: str) -> None:
        """``root`` is that of the numbering part, ``None`` without one; ``w`` the namespace in Clark form."""
        self._last_number = _highest(root, f"{w}num", f"{w}numId")
        self._last_abstract = _highest(root, f"{w}abstractNum", f"{w}abstractNumId")
        self.abstracts: list[tuple[_Element, AssetPart]] = []
        self.numbers: list[tuple[_Element, AssetPart]] = []

    def next_number(self) -> int:
        """Return the number of a new list."""
        self._last_number += 1
        return self._last_number

    def next_abstract(self) -> int:
        """Return the number of a new definition."""
        self._last_abstract += 1
        return self._last_abstract


class Copied(NamedTuple):
    """What a reference to a list leads to: its number in the result, the copies that were made for it."""

    number: int
    copies: tuple[_Element, ...] = ()


class ValueNumbering:
    """The lists of one value: each of the document's lists that it refers to has a copy of its own.

    ``added`` are those copies.
    """

    def __init__(self, asset: Asset, result: ResultNumbering) -> None:
        self._w = w = asset.w
        self._result = result
        part = asset.related("numbering")
        self._part = None if part is None else part.copy()
        self._numbers: dict[int | None, _Element] = {}
        self._abstracts: dict[int | None, _Element] = {}
        if self._part is not None:
            for each in self._part.root.iterchildren(f"{w}num"):
                self._numbers.setdefault(integer(each.get(f"{w}numId")), each)
            for each in self._part.root.iterchildren(f"{w}abstractNum"):
                self._abstracts.setdefault(integer(each.get(f"{w}abstractNumId")), each)
        self._known: dict[int, int] = {}
        self._known_abstracts: dict[int, int] = {}
        self.added: list[AddedNumber] = []

    def lead(self, number: int) -> Copied | None:
        """Return the copy of the document's list ``number``; ``None`` where it has no such list."""
        w = self._w
        if number in self._known:
            return Copied(self._known[number])
        num = self._numbers.get(number)
        named = None if num is None else num.find(f"{w}abstractNumId")
        of = None if named is None else integer(named.get(f"{w}val"))
        abstract = None if of is None else self._abstracts.get(of)
        if num is None or named is None or of is None or abstract is None or self._part is None:
            return None
        own = self._known[number] = self._result.next_number()
        is_new = of not in self._known_abstracts
        if is_new:
            self._known_abstracts[of] = self._result.next_abstract()
            abstract.set(f"{w}abstractNumId", str(self._known_abstracts[of]))
            for identity in _IDENTITIES:
                for each in abstract.findall(f"{w}{identity}"):
                    take_out(each)
            self._result.abstracts.append((abstract, self._part))
        num.set(f"{w}numId", str(own))
        named.set(f"{w}val", str(self._known_abstracts[of]))
        self._result.numbers.append((num, self._part))
        self.added.append(AddedNumber(own, self._known_abstracts[of]))
        return Copied(own, (abstract, num) if is_new else (num,))


def _highest(root: _Element | None, tag: str, attribute: str) -> int:
    elements = () if root is None else root.iterchildren(tag)
    numbers = (integer(each.get(attribute)) for each in elements)
    return max((each for each in numbers if each is not None and each > 0), default=0)
