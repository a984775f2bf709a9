"""The document that a sub-document is made of, as the proof reads it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.subdocument.elements import integer, leave_out
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import Relationship
from docops_flask.engine.opc.xml_part import parse_part

_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"


class AssetPart(NamedTuple):
    """A part of an asset: its root, the prefixes that it says may be ignored, its relationships by id."""

    root: _Element
    ignorable: tuple[str, ...]
    relationships: Mapping[str, Relationship]


class Asset:
    """A Word document that is put into others; raises ``Misfit`` where it is none of this ``namespace``."""

    def __init__(self, content: bytes, names: Names, limits: Limits) -> None:
        """``names`` are those of the document that it is put into."""
        self._package = Package.of_bytes(content, limits)
        self.names = names
        main = parse_part(self._package.read(self._package.main_part), self._package.main_part)
        if names_in(main.tag) is not names or main.find(names("body")) is None:
            raise Misfit
        self._parts: dict[str, AssetPart] = {}
        self._indexes: dict[str, dict[str | int, _Element]] = {}
        self._related: dict[str, str] = {}
        for each in self._package.relationships(self._package.main_part):
            if not each.external and self._package.has(each.target):
                self._related.setdefault(each.kind, each.target)

    def _part(self, name: str) -> AssetPart:
        root = parse_part(self._package.read(name), name)
        leave_out(root, self.names)
        relationships: dict[str, Relationship] = {}
        for each in self._package.relationships(name):
            relationships.setdefault(each.id, each)
        return AssetPart(root, tuple(root.get(_IGNORABLE, "").split()), relationships)

    def main(self) -> AssetPart:
        """Return the main part, parsed anew, without what is not put into other documents."""
        return self._part(self._package.main_part)

    def related(self, kind: str) -> AssetPart | None:
        """Return the part of a kind that the main part leads to; ``None`` without one.

        It is parsed once, without what is not put into other documents: only copies of its elements change.
        """
        name = self._related.get(kind)
        if name is None:
            return None
        if name not in self._parts:
            self._parts[name] = self._part(name)
        return self._parts[name]

    def style(self, identity: str, kind: str) -> _Element | None:
        """Return the first style with an id and a type; a w:style without w:type is one of paragraphs."""
        names = self.names

        def key(style: _Element) -> str:
            return f"{style.get(names('type'), 'paragraph')} {style.get(names('styleId'), '')}"

        return self._index("styles", "style", key).get(f"{kind} {identity}")

    def numbered(self, kind: str, element: str, attribute: str, number: int) -> _Element | None:
        """Return the first ``element`` of the part of a kind whose ``attribute`` is ``number``."""

        def key(each: _Element) -> int | str:
            found = integer(each.get(self.names(attribute)))
            return "" if found is None else found

        return self._index(kind, element, key).get(number)

    def _index(
        self, kind: str, element: str, key: Callable[[_Element], str | int]
    ) -> dict[str | int, _Element]:
        if element not in self._indexes:
            part = self.related(kind)
            index = self._indexes[element] = {}
            for each in () if part is None else part.root.iterchildren(self.names(element)):
                index.setdefault(key(each), each)
        return self._indexes[element]

    def file(self, name: str) -> tuple[str, bytes]:
        """Return the content type and the content of a part; raises ``Misfit`` where there is none."""
        entry = self._package.archive.get(name)
        if entry is None:
            raise Misfit
        return self._package.content_types.of(name).lower(), self._package.archive.read(entry)
