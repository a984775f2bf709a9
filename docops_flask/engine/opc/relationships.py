"""Relationships between parts (ECMA-376 part 2, 9.3): which part plays which role."""

import posixpath
from typing import NamedTuple

from lxml.etree import _Element

REL_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REL_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Relationship(NamedTuple):
    """A relationship: ``kind`` is the last word of an office relationship's type (``header``, ``styles``).

    Other types are kept whole. ``target`` is a part name without leading slash, or a URL when
    ``external``, which nothing here ever opens.
    """

    id: str
    kind: str
    target: str
    external: bool


def relationships_part(part_name: str) -> str:
    """Return the name of the part that holds ``part_name``'s relationships ("" is the package itself)."""
    folder, _, base = part_name.rpartition("/")
    return f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"


def parse_relationships(root: _Element, source: str) -> tuple[Relationship, ...]:
    """Return the relationships in ``root``, targets resolved against the part ``source``."""
    return tuple(_relationship(child, source) for child in root if child.tag == _RELATIONSHIP)


def _relationship(element: _Element, source: str) -> Relationship:
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
    path = target.partition("#")[0]
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    if path.startswith("/"):
        return posixpath.normpath(path).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
