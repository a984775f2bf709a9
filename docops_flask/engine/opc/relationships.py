"""Content types (ECMA-376 part 2, 10.1.2.2) and relationships (9.3) of a package."""

import posixpath
from collections.abc import Iterable
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import USUAL_STARTS

CONTENT_TYPES_PART = "[Content_Types].xml"
# The content type of the main part of a Word document (ECMA-376 part 1, 11.3.10).
WORD_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
DEFAULT = f"{{{_NAMESPACE}}}Default"
OVERRIDE = f"{{{_NAMESPACE}}}Override"


class ContentTypes:
    """The content types of a package, from the elements in the root of ``[Content_Types].xml``.

    Part names have no leading slash and ignore case.

    Raises ``InvalidTemplate`` if two different types are declared for one part or extension: readers
    differ in which of them they use.
    """

    def __init__(self, items: "Iterable[_Element | PlainItem]") -> None:
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        for child in items:
            content_type = child.get("ContentType", "")
            if child.tag == DEFAULT:
                _declare(self._defaults, child.get("Extension", "").lower(), content_type)
            elif child.tag == OVERRIDE:
                _declare(self._overrides, child.get("PartName", "").lstrip("/").lower(), content_type)

    def of(self, part_name: str) -> str:
        """Return the content type of a part, or "" if none is declared."""
        lowered = part_name.lower()
        override = self._overrides.get(lowered)
        if override is not None:
            return override
        return self._defaults.get(lowered.rpartition(".")[2], "")

    def is_overridden(self, part_name: str) -> bool:
        """Return whether a content type is declared for this very part, not for its extension."""
        return part_name.lower() in self._overrides

    def all_types(self) -> set[str]:
        """Return all declared content types."""
        return {*self._defaults.values(), *self._overrides.values()}


def _declare(types: dict[str, str], key: str, content_type: str) -> None:
    if types.setdefault(key, content_type) != content_type:
        raise InvalidTemplate(
            "template: its list of content types holds two for the same part. "
            "Open it in Word, save it again as .docx and retry.",
            reason="content_types",
        )


REL_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELATIONSHIPS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
# The type of the relationship of a signed package (ECMA-376 part 2, 13.2.2).
SIGNATURE_ORIGIN = f"{RELATIONSHIPS_NAMESPACE}/digital-signature/origin"
RELATIONSHIP = f"{{{RELATIONSHIPS_NAMESPACE}}}Relationship"


class Relationship(NamedTuple):
    """A relationship. ``kind`` is its type.

    For types in the officeDocument namespace ``kind`` is the last segment only (``header``, ``styles``);
    other types are kept as full URIs. ``target`` is a part name without leading slash, or a URL if
    ``external``; external targets are never opened.
    """

    id: str
    kind: str
    target: str
    external: bool


def relationships_part(part_name: str) -> str:
    """Return the name of the .rels part of ``part_name`` ("" for the package)."""
    folder, _, base = part_name.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def parse_relationships(items: "Iterable[_Element | PlainItem]", source: str) -> tuple[Relationship, ...]:
    """Return the relationships among ``items``, the elements in the root of a .rels part.

    Targets are resolved against the part name ``source``.
    """
    return tuple([_relationship(child, source) for child in items if child.tag == RELATIONSHIP])


def _relationship(element: "_Element | PlainItem", source: str) -> Relationship:
    target = element.get("Target", "")
    external = element.get("TargetMode") == "External"
    return Relationship(
        id=element.get("Id", ""),
        kind=_kind(element.get("Type", "")),
        target=target if external else _resolved(target, source),
        external=external,
    )


def _kind(type_uri: str) -> str:
    for namespace in (REL_TRANSITIONAL, REL_STRICT):
        if type_uri.startswith(namespace + "/"):
            return type_uri[len(namespace) + 1 :]
    return type_uri


def _resolved(target: str, source: str) -> str:
    # The names of parts need no normalization: others are refused (``zip_names``).
    folder = source.rpartition("/")[0]
    if _is_simple(target):
        # As nearly all are: a name, or folders and a name, below the folder of the source.
        return f"{folder}/{target}" if folder else target
    path = target.partition("#")[0]
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    if path.startswith("/"):
        return posixpath.normpath(path).lstrip("/")
    return posixpath.normpath(posixpath.join(folder, path))


def _is_simple(target: str) -> bool:
    """Say whether a path has no escapes and no fragment, is relative, and needs no normalization."""
    is_written_out = "%" not in target and "#" not in target and "//" not in target and "./" not in target
    return is_written_out and target[:1] not in ("", "/", ".") and target[-1] not in "/."


class PlainItem:
    """An element that was read without a tree: its Clark name, and what gives an attribute by its name."""

    __slots__ = ("get", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.get = attributes.get


_MOST_PLAIN_BYTES = 1 << 20
_ATTRIBUTES = {
    f" {name}=": name
    for name in ("ContentType", "Extension", "PartName", "Id", "Type", "Target", "TargetMode")
}  # fmt: skip
# What stands before the first value of an element, behind the element before it: tag and attribute.
_BEGINS = {
    f"/><{tag.rpartition('}')[2]}{mark}": (tag, name)
    for tag in (DEFAULT, OVERRIDE, RELATIONSHIP)
    for mark, name in _ATTRIBUTES.items()
}
# What stands before and behind all values of a part, and its namespace.
_ROOTS = {
    ("<Types xmlns=", "/></Types>"): _NAMESPACE,
    ("<Relationships xmlns=", "/></Relationships>"): RELATIONSHIPS_NAMESPACE,
}


def plain_items(content: bytes) -> list[PlainItem] | None:
    """Return the elements of a part with content types or relationships as nearly all are written.

    There is nothing but the root and empty elements with attributes known here, whose values are ASCII
    without references. ``None`` where a parser has to tell, also whether the part is well-formed. Takes a
    third of the time of a tree.
    """
    if not (content.isascii() and content.startswith(USUAL_STARTS)) or len(content) > _MOST_PLAIN_BYTES:
        return None
    pieces = content[content.index(b"?>") + 2 :].decode().strip("\r\n").split('"')
    values, marks = pieces[1::2], pieces[2:-1:2]
    written = "".join(values)
    if (
        len(pieces) % 2 == 0
        or not marks
        or _ROOTS.get((pieces[0], pieces[-1])) != values[0]
        or not written.isprintable()
        or "<" in written
        or "&" in written
    ):
        return None
    # The root's tag ends before the first element.
    marks[0] = f"/{marks[0]}"
    items: list[PlainItem] = []
    attributes: dict[str, str] = {}
    for mark, value in zip(marks, values[1:], strict=True):
        name = _ATTRIBUTES.get(mark)
        if name is None:
            begin = _BEGINS.get(mark)
            if begin is None:
                return None
            tag, name = begin
            attributes = {}
            items.append(PlainItem(tag, attributes))
        elif name in attributes or not items:
            return None
        attributes[name] = value
    return items
