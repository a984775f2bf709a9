"""The package that sub-documents are put into, as far as they change it."""

import posixpath
import re
from collections.abc import Callable, Sequence
from typing import Any

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    DEFAULT,
    OVERRIDE,
    REL_STRICT,
    REL_TRANSITIONAL,
    RELATIONSHIP,
    RELATIONSHIPS_NAMESPACE,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import (
    Encoding,
    encoded,
    encoding_of,
    parse_part,
    recoded,
    serialize_part,
)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_NO_RELATIONSHIPS = f'<Relationships xmlns="{RELATIONSHIPS_NAMESPACE}"/>'.encode()
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/x-emf": "emf",
    "image/x-wmf": "wmf",
    "image/svg+xml": "svg",
}


class TargetPart:
    """An XML part of the result: its bytes as UTF-8, which grow, and how it is encoded."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._encoding: Encoding | None = encoding_of(content, name)
        self.content = recoded(content, self._encoding)
        self._end: int | None = None

    def root(self) -> _Element:
        """Return its root, parsed anew."""
        start = re.search(rb"<(?![?!])", self.content)
        return parse_part(self.content[0 if start is None else start.start() :], self.name)

    def stored(self) -> bytes:
        """Return it as it is stored."""
        return encoded(self.content, self._encoding)

    def open_root(self) -> None:
        """Give the root an end tag if it has none."""
        if self.content.rstrip().endswith(b"/>"):
            start = re.search(rb"<(?![?!])([^\s/>]+)", self.content)
            assert start is not None
            content = self.content.rstrip()
            self.content = content[:-2] + b"></" + start[1] + b">"

    def append(self, pieces: Sequence[bytes]) -> None:
        """Put ``pieces`` before the end tag of the root."""
        if pieces:
            self.open_root()
            end = self.content.rindex(b"</")
            self.content = self.content[:end] + b"".join(pieces) + self.content[end:]


class Target:
    """What sub-documents change and add; ``read`` returns a part as everything else leaves it.

    ``read`` raises ``KeyError`` for a part that is not there. ``names`` of WordprocessingML are the result's.
    """

    def __init__(
        self, template: Package, read: Callable[[str], bytes], added: dict[str, str], names: Names
    ) -> None:
        """``added`` are the names of parts that are added otherwise, by their names in lower case."""
        self._template = template
        self._read = read
        self.names = names
        self._names = {entry.name.lower(): entry.name for entry in template.archive.entries} | added
        self._extensions = {_extension(name) for name in self._names}
        self._types: list[tuple[str, dict[str, str]]] = []
        self._parts: dict[str, TargetPart] = {}
        self._relations: dict[str, _Element] = {}
        self.ids: dict[str, set[str]] = {}
        self._media: dict[str, str] = {}
        self._related: dict[tuple[str, str], str] = {}
        self._number = 0
        self._contents: dict[str, bytes] = {}
        self._new_types: dict[str, str] = {}
        # The names of new parts, in the order in which they are made.
        self.new: list[str] = []

    @property
    def _base(self) -> str:
        return REL_STRICT if "purl.oclc.org" in self.names.namespace else REL_TRANSITIONAL

    def part(self, name: str) -> TargetPart:
        """Return a part, the same object for each call."""
        key = name.lower()
        if key not in self._parts:
            self._parts[key] = TargetPart(self._names[key], self._read(self._names[key]))
        return self._parts[key]

    def related(self, kind: str) -> TargetPart | None:
        """Return the part of a kind that the main part leads to, also one that was added."""
        main = self._template.main_part
        for identity, found, target, is_external in self._relationships(main):
            if identity and found == kind and not is_external and target.lower() in self._names:
                return self.part(target)
        return None

    def _relationships(self, part: str) -> list[tuple[str, str, str, bool]]:
        root = self._relations_of(part)
        folder = posixpath.dirname(f"/{part}")
        found = []
        for each in root.iterchildren(RELATIONSHIP):
            target, is_external = each.get("Target", ""), each.get("TargetMode") == "External"
            if not is_external:
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            kind = each.get("Type", "").rpartition("/")[2]
            found.append((each.get("Id", ""), kind, target, is_external))
        return found

    def add_part(self, name: str, content_type: str, kind: str, root: str) -> TargetPart:
        """Add a part ``word/docops<name><n>.xml`` with an empty ``root`` to which the main part leads."""
        number = 1
        while self._is_taken(f"word/docops{name}{number}.xml"):
            number += 1
        own = f"word/docops{name}{number}.xml"
        self._declare(own, f"{_WORD}.{content_type}+xml")
        self.new.append(own)
        head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        content = f'<w:{root} xmlns:w="{self.names.namespace}"></w:{root}>'.encode()
        part = self._parts[own.lower()] = TargetPart(own, head + content)
        self._relate(self._template.main_part, {"Type": f"{self._base}/{kind}"}, own)
        return part

    def link(self, source: str, address: str) -> tuple[str, bool]:
        """Return the id of the relationship of a part to an address outside, and whether it is new."""
        known = self._related.get((source, address))
        if known is not None:
            return known, False
        attributes = {"Type": f"{self._base}/hyperlink", "Target": address, "TargetMode": "External"}
        identity = self._related[source, address] = self._add(source, attributes)
        return identity, True

    def picture(self, source: str, content_type: str, content: bytes) -> tuple[str, dict[str, str] | None]:
        """Return the id of the relationship of a part to a picture, and the part if it is new for the log.

        Raises ``Misfit`` for a content type that is not offered.
        """
        if content_type not in _EXTENSIONS:
            raise Misfit
        digest = sha256(content)
        added = None
        if digest not in self._media:
            extension = _EXTENSIONS[content_type]
            self._number += 1
            while self._is_taken(f"word/media/docopsSub{self._number}.{extension}"):
                self._number += 1
            name = f"word/media/docopsSub{self._number}.{extension}"
            self._declare(name, content_type)
            self.new.append(name)
            self._contents[name] = content
            self._media[digest] = name
            added = {"part": name, "sha256": digest}
        key = source, f"\0{digest}"
        if key not in self._related:
            kind = {"Type": f"{self._base}/image"}
            self._related[key] = self._relate(source, kind, self._media[digest])
        return self._related[key], added

    def changed(self) -> dict[str, bytes]:
        """Return the bytes of all parts that were read to be changed, and of all new ones."""
        found = {part.name: part.stored() for part in self._parts.values()} | self._contents
        for source, root in self._relations.items():
            if source in self.ids:
                found[self._actual(relationships_part(source))] = serialize_part(root)
        if self._types:
            name = self._actual(CONTENT_TYPES_PART)
            root = parse_part(self._read(name), name)
            for tag, attributes in self._types:
                etree.SubElement(root, tag, attributes)
            found[name] = serialize_part(root)
        return found

    def _actual(self, name: str) -> str:
        return self._names.get(name.lower(), name)

    def _is_taken(self, name: str) -> bool:
        return name.lower() in self._names or self._template.content_types.is_overridden(name)

    def _relations_of(self, part: str) -> _Element:
        if part not in self._relations:
            name = relationships_part(part)
            content = self._read(self._actual(name)) if name.lower() in self._names else _NO_RELATIONSHIPS
            self._relations[part] = parse_part(content, name)
        return self._relations[part]

    def _relate(self, source: str, attributes: dict[str, str], target: str) -> str:
        path = posixpath.relpath(f"/{target}", posixpath.dirname(f"/{source}"))
        return self._add(source, {**attributes, "Target": path})

    def _add(self, source: str, attributes: dict[str, Any]) -> str:
        root = self._relations_of(source)
        name = relationships_part(source)
        if name.lower() not in self._names:
            self._declare(name, _RELATIONSHIPS_TYPE)
            self.new.append(name)
        if source not in self.ids:
            stored = {each.id for each in self._template.relationships(source)}
            self.ids[source] = stored | {each.get("Id", "") for each in root.iterchildren(RELATIONSHIP)}
        ids = self.ids[source]
        number = len(ids) + 1
        while f"rId{number}" in ids:
            number += 1
        ids.add(f"rId{number}")
        etree.SubElement(root, RELATIONSHIP, {"Id": f"rId{number}", **attributes})
        return f"rId{number}"

    def _declare(self, name: str, content_type: str) -> None:
        """Have a content type stated for a new part: for its extension if no other part has that."""
        extension = _extension(name)
        is_first = extension not in self._extensions
        self._extensions.add(extension)
        self._names[name.lower()] = name
        known = self._new_types.get(extension) or self._template.content_types.of(name)
        if known.lower() == content_type.lower():
            return
        if is_first and not known:
            self._new_types[extension] = content_type
            self._types.append((DEFAULT, {"Extension": extension, "ContentType": content_type}))
        else:
            self._types.append((OVERRIDE, {"PartName": f"/{name}", "ContentType": content_type}))


def _extension(name: str) -> str:
    return name.lower().rpartition(".")[2]
