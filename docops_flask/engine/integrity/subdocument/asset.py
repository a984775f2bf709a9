"""The document that a sub-document is made of, as the proof reads it."""

from collections.abc import Mapping
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.subdocument.elements import leave_out
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
        main = self.part(self._package.main_part)
        if names_in(main.root.tag) is not names or main.root.find(names("body")) is None:
            raise Misfit
        self._related: dict[str, str] = {}
        for each in self._package.relationships(self._package.main_part):
            if not each.external and self._package.has(each.target):
                self._related.setdefault(each.kind, each.target)

    def part(self, name: str) -> AssetPart:
        """Return a part, parsed anew, without what is not put into other documents."""
        root = parse_part(self._package.read(name), name)
        leave_out(root, self.names)
        relationships: dict[str, Relationship] = {}
        for each in self._package.relationships(name):
            relationships.setdefault(each.id, each)
        return AssetPart(root, tuple(root.get(_IGNORABLE, "").split()), relationships)

    def main(self) -> AssetPart:
        """Return the main part, parsed anew."""
        return self.part(self._package.main_part)

    def related(self, kind: str) -> AssetPart | None:
        """Return the part of a kind that the main part leads to, parsed anew; ``None`` without one."""
        name = self._related.get(kind)
        return None if name is None else self.part(name)

    def file(self, name: str) -> tuple[str, bytes]:
        """Return the content type and the content of a part; raises ``Misfit`` where there is none."""
        entry = self._package.archive.get(name)
        if entry is None:
            raise Misfit
        return self._package.content_types.of(name).lower(), self._package.archive.read(entry)
