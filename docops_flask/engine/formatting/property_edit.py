"""Changes the attributes of one property element of a paragraph or run, keeping the schema's order."""

from collections.abc import Mapping, Sequence

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.oxml.names import Vocabulary

Attributes = dict[str, str]


def edit_property(
    properties: _Element,
    local: str,
    changes: Mapping[str, str | None],
    successors: Sequence[str],
    w: Vocabulary,
    *,
    shown: Sequence[str] = (),
) -> tuple[Attributes, Attributes]:
    """Set attributes (local names) of a property in a w:pPr or w:rPr, ``None`` takes one away.

    The element is made where it is missing, before the first of ``successors``. Returns the attributes
    named in ``changes`` and ``shown`` before and after.
    """
    element = _property(properties, local, successors, w)
    names = (*changes, *shown)
    before = _attributes(element, names, w)
    for name, value in changes.items():
        if value is not None:
            element.set(_name(name, w), value)
        elif name in before:
            del element.attrib[_name(name, w)]
    return before, _attributes(element, names, w)


def own_properties(owner: _Element, tag: str) -> _Element:
    """Return the w:pPr or w:rPr (``tag``) of a paragraph or run, made as its first child when missing."""
    properties = owner.find(tag)
    if properties is None:
        properties = etree.Element(tag)
        owner.insert(0, properties)
    return properties


def _name(local: str, w: Vocabulary) -> str:
    return f"{{{w.namespace}}}{local}"


def _attributes(element: _Element, names: Sequence[str], w: Vocabulary) -> Attributes:
    values = {name: element.get(_name(name, w)) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _property(properties: _Element, local: str, successors: Sequence[str], w: Vocabulary) -> _Element:
    # Of several (an error of the file) the last is the one that is read.
    element = next(properties.iterchildren(_name(local, w), reversed=True), None)
    if element is None:
        element = etree.Element(_name(local, w))
        after = {_name(successor, w) for successor in successors}
        position = next(
            (index for index, child in enumerate(properties) if child.tag in after), len(properties)
        )
        properties.insert(position, element)
    return element
