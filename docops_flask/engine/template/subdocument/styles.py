"""The styles that a document brings along (docs/analysis/subdocuments.md, rule 3; 17.7.4.17)."""

from typing import Any, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.template.subdocument.asset import Asset, AssetPart

# The types of the styles that elements refer to by their local names.
REFERENCES = {
    "pStyle": "paragraph", "rStyle": "character", "tblStyle": "table", "styleLink": "numbering",
    "numStyleLink": "numbering",
}  # fmt: skip
_OF_OWN_TYPE = ("basedOn", "next")
# All that may refer to one.
REFERRING = (*REFERENCES, *_OF_OWN_TYPE, "link")
_LINKED = {"paragraph": "character", "character": "paragraph"}


class AddedStyle(NamedTuple):
    """A style that is added: its id in the result, its name and type, the copy of it, its part."""

    id: str
    name: str
    type: str
    element: _Element
    part: AssetPart

    def as_dict(self) -> dict[str, Any]:
        """Return it as the log has it."""
        return {"id": self.id, "name": self.name, "type": self.type}


class AssetStyles:
    """The styles of a document that is put in, by type and id."""

    def __init__(self, asset: Asset) -> None:
        part = asset.related("styles")
        self._w = asset.w
        # Added styles are changed in place.
        self.part = None if part is None else part.copy()
        self._styles: dict[tuple[str, str], _Element] = {}
        for each in () if self.part is None else self.part.root.iterchildren(f"{asset.w}style"):
            self._styles.setdefault((_type(each, asset.w), each.get(f"{asset.w}styleId") or ""), each)

    def get(self, kind: str, identity: str | None) -> _Element | None:
        """Return a style, ``None`` where there is none of that type and id."""
        return None if identity is None else self._styles.get((kind, identity))


class ResultStyles:
    """The styles of the template, and those that are ``added``."""

    def __init__(self, root: _Element | None, w: str) -> None:
        """``root`` is that of the styles part, ``None`` without one; ``w`` the namespace in Clark form."""
        self._w = w
        self._ids: set[str] = set()
        self._by_name: dict[tuple[str, str], str] = {}
        self.added: list[AddedStyle] = []
        for each in () if root is None else root.iterchildren(f"{w}style"):
            identity = each.get(f"{w}styleId") or ""
            self._ids.add(identity.lower())
            self._by_name.setdefault((_type(each, w), _name(each, w).lower()), identity)

    def lead(self, style: _Element, part: AssetPart) -> tuple[str, AddedStyle | None]:
        """Return the id in the result of a document's ``style``, and the style where it had to be added."""
        w = self._w
        kind, name = _type(style, w), _name(style, w)
        known = self._by_name.get((kind, name.lower()))
        if known is not None:
            return known, None
        own = style.get(f"{w}styleId") or ""
        identity, number = own, 0
        while identity.lower() in self._ids:
            number += 1
            identity = f"{own}{number}"
        self._ids.add(identity.lower())
        self._by_name[kind, name.lower()] = identity
        style.set(f"{w}styleId", identity)
        style.attrib.pop(f"{w}default", "")
        added = AddedStyle(identity, _stated_name(style, w), kind, style, part)
        self.added.append(added)
        return identity, added


def reference_type(element: _Element, w: str) -> str | None:
    """Return the type of style that an element refers to, ``None`` for an element that refers to none.

    "" is that of a reference that cannot lead anywhere.
    """
    tag = str(element.tag)
    if not tag.startswith(w):
        return None
    local = tag[len(w) :]
    if local in REFERENCES:
        return REFERENCES[local]
    parent = element.getparent()
    if parent is None or parent.tag != f"{w}style":
        return None
    if local in _OF_OWN_TYPE:
        return _type(parent, w)
    return _LINKED.get(_type(parent, w), "") if local == "link" else None


def _type(style: _Element, w: str) -> str:
    return style.get(f"{w}type") or "paragraph"


def _stated_name(style: _Element, w: str) -> str:
    name = style.find(f"{w}name")
    return (None if name is None else name.get(f"{w}val")) or ""


def _name(style: _Element, w: str) -> str:
    """Return what a style is called; one without a name is called like its id."""
    return _stated_name(style, w) or style.get(f"{w}styleId") or ""
