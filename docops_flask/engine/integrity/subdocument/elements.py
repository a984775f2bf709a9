"""Elements of an asset: copies of them, and what is taken away in it."""

import re
from collections.abc import Callable
from typing import Any

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names

_LEFT_OUT = ("sectPr", "commentRangeStart", "commentRangeEnd", "permStart", "permEnd", "proofErr")
_WORD_2012 = "{http://schemas.microsoft.com/office/word/2012/wordml}"


def integer(text: str | None) -> int | None:
    """Return a decimal number of at most 18 digits, ``None`` for anything else."""
    return int(text) if text is not None and re.fullmatch(r"\s*[-+]?[0-9]{1,18}\s*", text) else None


def local_name(element: _Element, names: Names) -> str:
    """Return the name of an element of WordprocessingML, "" for any other."""
    prefix = names("")
    tag = str(element.tag)
    return tag[len(prefix) :] if tag.startswith(prefix) else ""


def copied(element: _Element) -> _Element:
    """Return a copy of an element with what is in scope around it."""
    copy: _Element = etree.fromstring(etree.tostring(element, with_tail=False))
    return copy


def remove(element: _Element) -> None:
    """Take an element away; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def remove_reference(reference: _Element, names: Names) -> None:
    """Take a reference to a note or comment away, with its run if this holds nothing else but properties."""
    run = reference.getparent()
    if run is not None and run.tag == names.r:
        others = [each for each in run if each is not reference]
        remove(run if all(each.tag == names("rPr") for each in others) else reference)
    else:
        remove(reference)


def is_within(element: _Element, root: _Element) -> bool:
    """Say whether an element is still in ``root``."""
    return element is root or any(each is root for each in element.iterancestors())


def leave_out(container: _Element, names: Names) -> None:
    """Take away what is not put into other documents, at any depth."""
    strip: Callable[..., Any] = etree.strip_elements
    strip(container, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for reference in list(container.iter(names("commentReference"))):
        remove_reference(reference, names)
    binding = names("dataBinding"), f"{_WORD_2012}dataBinding"
    strip(container, *map(names, _LEFT_OUT), *binding, with_tail=False)
    for properties in list(container.iter(names("sdtPr"))):
        for each in list(properties.iterchildren(names("id"))):
            remove(each)
    for element in container.iter("*"):
        for attribute in list(element.attrib):
            if etree.QName(attribute).localname in ("paraId", "textId"):
                del element.attrib[attribute]
    for start in list(container.iter(names("bookmarkStart"))):
        if start.get(names("name")) == "_GoBack":
            remove(start)
