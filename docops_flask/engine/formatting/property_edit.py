"""Changes the attributes of one property element of a paragraph or run, keeping the schema's order."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.oxml.children import properties_of
from docops_flask.engine.oxml.names import Vocabulary

Attributes = dict[str, str]


class PropertyEdit:
    """A property element of a w:pPr or w:rPr, by the local names of it and of its attributes.

    It is made where it is missing, before the first of ``successors``, and so is the w:pPr or w:rPr
    (``holder``, a Clark name), as the first child of ``owner``.
    """

    __slots__ = ("_element", "_names")

    def __init__(
        self, owner: _Element, holder: str, local: str, successors: Sequence[str], w: Vocabulary
    ) -> None:
        properties = properties_of(owner, holder)
        if properties is None:
            # An element made apart would bring a declaration of its namespace along, and putting it in place
            # would search those of all elements around it: a file may declare thousands.
            properties = etree.SubElement(owner, holder)
            owner.insert(0, properties)
        self._names = _clark_names(w)
        tag = self._names[local]
        # Of several (an error of the file) the last is the one that is read.
        element = next(properties.iterchildren(tag, reversed=True), None)
        self._element = _inserted(properties, tag, successors, w) if element is None else element

    def stated(self, names: Iterable[str]) -> Attributes:
        """Return those of the attributes that are there."""
        get, clark = self._element.get, self._names
        return {name: value for name in names if (value := get(clark[name])) is not None}

    def take_away(self, names: Iterable[str]) -> Attributes:
        """Take attributes away; return those that were there."""
        before = self.stated(names)
        for name in before:
            del self._element.attrib[self._names[name]]
        return before

    def put(self, changes: Mapping[str, str]) -> None:
        """Set attributes."""
        for name, value in changes.items():
            self._element.set(self._names[name], value)

    def change(
        self, changes: Mapping[str, str | None], shown: Sequence[str] = ()
    ) -> tuple[Attributes, Attributes]:
        """Set attributes, ``None`` takes one away.

        Returns the attributes named in ``changes`` and ``shown`` before and after.
        """
        before = self.stated((*changes, *shown))
        after = dict(before)
        for name, value in changes.items():
            if value is not None:
                self._element.set(self._names[name], value)
                after[name] = value
            elif name in before:
                del self._element.attrib[self._names[name]]
                del after[name]
        return before, {name: after[name] for name in (*changes, *shown) if name in after}


class _ClarkNames(dict[str, str]):
    """Local name to Clark name, each made once."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._namespace = namespace

    def __missing__(self, local: str) -> str:
        name = self[local] = f"{{{self._namespace}}}{local}"
        return name


@lru_cache(maxsize=2)
def _clark_names(w: Vocabulary) -> _ClarkNames:
    return _ClarkNames(w.namespace)


@lru_cache(maxsize=16)
def _tags(locals_: Sequence[str], w: Vocabulary) -> frozenset[str]:
    names = _clark_names(w)
    return frozenset(names[local] for local in locals_)


def _inserted(properties: _Element, tag: str, successors: Sequence[str], w: Vocabulary) -> _Element:
    after = _tags(tuple(successors), w)
    position = next((index for index, child in enumerate(properties) if child.tag in after), None)
    element = etree.SubElement(properties, tag)
    if position is not None:
        properties.insert(position, element)
    return element
