"""Parts added to a package, with their content types and relationships (ECMA-376 part 2, 9.1, 9.3, 10.1.2).

``Package`` keeps describing the file as it was read while parts are being added, because the proof of the
result reads the template through it.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    DEFAULT,
    OVERRIDE,
    RELATIONSHIP,
    RELATIONSHIPS_NAMESPACE,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import parse_part, serialize_part
from docops_flask.engine.opc.zip_names import TakenNames, member_name

_NO_RELATIONSHIPS = f'<Relationships xmlns="{RELATIONSHIPS_NAMESPACE}"/>'.encode()
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
# The characters of part names (9.1.1) that are written the same in a ZIP and in an attribute.
_PART_NAME = re.compile(r"[A-Za-z0-9._/-]+")


class PartChanges(NamedTuple):
    """What ``Package.write`` takes: parts with new content, and new parts in order, by their names."""

    changed: dict[str, bytes]
    added: dict[str, bytes]


class Additions:
    """Collects parts to be added to ``package``, and relationships to them."""

    def __init__(self, package: Package, limits: Limits) -> None:
        """``limits`` are those of the job; the result has to keep them as its template does."""
        self._package = package
        self._limits = limits
        self._taken = TakenNames()
        # Every part by its name in lower case: part names compare without case (9.1.1).
        self._names: dict[str, str] = {}
        self._extensions: set[str] = set()
        self._types: dict[str, str] = {}
        self._parts: dict[str, bytes] = {}
        self._xml: set[str] = set()
        # The targets of new relationships by source and type, the first of each.
        self._related: dict[tuple[str, str], str] = {}
        # What is added to the content types and to relationship parts: names and attributes of elements.
        self._elements: dict[str, list[tuple[str, dict[str, str]]]] = {}
        self._ids: dict[str, set[str]] = {}
        for entry in package.archive.entries:
            self._take(entry.name)

    def add_part(self, name: str, content_type: str, content: bytes) -> None:
        """Add the part ``name`` (no leading slash) of that content type.

        Raises ``ValueError`` when no part can have this name (``zip_names``; a new name is made of ASCII
        letters, digits, ``.``, ``_`` and ``-``), or when the name is taken, if in another case, or declared
        in the content types.
        """
        if not _PART_NAME.fullmatch(name) or name.lower().endswith(("/", ".rels")):
            raise ValueError(f"{name!r} cannot be the name of a new part")
        if self._package.content_types.is_overridden(name):
            raise ValueError(f"{name!r} has a content type already")
        self._declare(name, content_type)
        self._parts[name] = content
        if content_type.lower().endswith("xml"):
            self._xml.add(name)

    def has(self, name: str) -> bool:
        """Return whether the package has a part ``name``, or it was added."""
        return name.lower() in self._names

    def content_of(self, name: str) -> bytes | None:
        """Return the content of the part ``name`` if it was added."""
        return self._parts.get(name)

    def replace_part(self, name: str, content: bytes) -> None:
        """Have other content for the part ``name``, which was added."""
        assert name in self._parts
        self._parts[name] = content

    def related_part(self, source: str, relationship_type: str) -> str | None:
        """Return the part to which ``relate`` made the first such relationship from ``source``, if any."""
        return self._related.get((source, relationship_type))

    def relate(self, source: str, relationship_type: str, target: str) -> str:
        """Add a relationship from the part ``source`` ("" is the package) to the part ``target``.

        Returns its id, unique among those of ``source`` (9.3.2.2). ``relationship_type`` is the whole URI.
        Raises ``ValueError`` when one of the parts is neither in the package nor added.
        """
        source, target = self._actual(source) if source else "", self._actual(target)
        # Both from the root, so that the process's working folder does not matter.
        self._related.setdefault((source, relationship_type), target)
        path = posixpath.relpath(f"/{target}", posixpath.dirname(f"/{source}"))
        return self._relate(source, {"Type": relationship_type, "Target": path})

    def relate_external(self, source: str, relationship_type: str, target: str) -> str:
        """Add a relationship from the part ``source`` to ``target``, an address outside it (9.3.2.2).

        Returns its id, as ``relate`` does. Raises ``ValueError`` when there is no part ``source``.
        """
        attributes = {"Type": relationship_type, "Target": target, "TargetMode": "External"}
        return self._relate(self._actual(source), attributes)

    def finish(self, changed: Mapping[str, bytes] | None = None) -> PartChanges:
        """Return the changes: new parts come in the order of ``add_part``, then new relationship parts.

        ``changed`` are parts of the package that have other content by now, to which is added then. Raises
        ``TemplateLimitExceeded`` when the result would have more or larger parts than allowed.
        """
        so_far = dict(changed or {})
        written = {
            name: serialize_part(self._with_elements(name, so_far.get(name))) for name in self._elements
        }
        known = {name: content for name, content in written.items() if self._package.has(name)}
        added = self._parts | {name: written[name] for name in written if name not in known}
        self._keep_limits(known, added)
        return PartChanges(so_far | known, added)

    def _relate(self, source: str, attributes: Mapping[str, str]) -> str:
        """Add a relationship from a part, or the package, with ``attributes`` behind its id; return that."""
        name = self._relationships_of(source)
        if source not in self._ids:
            self._ids[source] = {each.id for each in self._package.relationships(source)}
        ids = self._ids[source]
        number = len(ids) + 1
        while f"rId{number}" in ids:
            number += 1
        element = RELATIONSHIP, {"Id": f"rId{number}", **attributes}
        self._elements.setdefault(name, []).append(element)
        ids.add(f"rId{number}")
        return f"rId{number}"

    def _take(self, name: str) -> None:
        self._taken.add(name)
        self._names[name.lower()] = name
        self._extensions.add(_extension(name))

    def _actual(self, name: str) -> str:
        """Return the name of a part in the case in which it is stored."""
        if name.lower() not in self._names:
            raise ValueError(f"there is no part {name!r}")
        return self._names[name.lower()]

    def _declare(self, name: str, content_type: str) -> None:
        """Enter a new part into the content types (10.1.2.2): for its extension if no other part has it."""
        extension, is_first = _extension(name), _extension(name) not in self._extensions
        try:
            self._take(member_name(name.encode(), (), is_utf8=True))
        except InvalidTemplate as error:
            raise ValueError(
                f"{name!r} cannot be the name of a new part: {error.detail['reason']}"
            ) from error
        known = self._types.get(extension) or self._package.content_types.of(name)
        if known.lower() == content_type.lower():
            return
        if known or not is_first:
            declared = OVERRIDE, {"PartName": f"/{name}", "ContentType": content_type}
        else:
            declared = DEFAULT, {"Extension": extension, "ContentType": content_type}
            self._types[extension] = content_type
        self._elements.setdefault(self._names[CONTENT_TYPES_PART.lower()], []).append(declared)

    def _relationships_of(self, source: str) -> str:
        """Return the name of the relationship part of ``source``, declared if it is new."""
        name = relationships_part(source)
        if name.lower() in self._names:
            return self._names[name.lower()]
        self._declare(name, RELATIONSHIPS_TYPE)
        return name

    def _with_elements(self, name: str, content: bytes | None) -> _Element:
        """Return the root of a part with what is added; ``content`` is what it is now if not as stored."""
        if content is None:
            content = self._package.read(name) if self._package.has(name) else _NO_RELATIONSHIPS
        root = parse_part(content, name)
        for tag, attributes in self._elements[name]:
            etree.SubElement(root, tag, attributes)
        return root

    def _keep_limits(self, changed: dict[str, bytes], added: dict[str, bytes]) -> None:
        if not added and not changed:
            return
        sizes = {entry.name: entry.size for entry in self._package.archive.entries}
        sizes.update({name: len(content) for name, content in (changed | added).items()})
        xml = [size for name, size in sizes.items() if name in self._xml or self._package.is_xml(name)]
        _refuse_more("zip_entries", len(sizes), self._limits.zip_entries)
        _refuse_more("unpacked_bytes", sum(sizes.values()), self._limits.unpacked_bytes)
        _refuse_more("xml_part_bytes", max(xml), self._limits.xml_part_bytes)
        _refuse_more("xml_bytes", sum(xml), self._limits.xml_bytes)


def _extension(name: str) -> str:
    return name.lower().rpartition(".")[2]


def _refuse_more(limit: str, value: int, maximum: int) -> None:
    if value > maximum:
        raise TemplateLimitExceeded(
            f"The result would be over the limit {limit}: {value}; {maximum} are allowed.",
            limit=limit,
            maximum=maximum,
        )
