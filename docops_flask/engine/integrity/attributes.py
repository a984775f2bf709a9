"""The attributes of an element, however many: lxml's own ``items`` looks each up among all of them."""

from typing import Any, cast

from lxml import etree
from lxml.etree import _Element

_MANY = 64
_ALL: Any = etree.XPath("@*")


def attributes_of(element: _Element) -> dict[str, str]:
    """Return name (a Clark name where it has a namespace) to value, in the order of the document."""
    count = len(element.attrib)
    if count <= _MANY:
        return cast(dict[str, str], dict(element.items())) if count else {}
    # Each result knows the name of its attribute.
    return {str(each.attrname): str(each) for each in _ALL(element)}
