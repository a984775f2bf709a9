"""Which content controls have the name of a field, for the proof (ECMA-376 part 1, 17.5.2)."""

import re
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.control_tags import control_tag
from docops_flask.engine.integrity.native.found import Source
from docops_flask.engine.integrity.tags import name_in_copies, path_of_field

_KINDS = (
    "text", "richText", "date", "dropDownList", "comboBox", "checkbox", "picture", "group",
    "repeatingSection", "repeatingSectionItem",
)  # fmt: skip
_WORDS_OWN = {"docPartObj", "docPartList", "citation", "bibliography", "equation"}
OPEN, CLOSE = "【】"


class Named(NamedTuple):
    """A control with a name: its element, its properties by local name, its content, its kind, its name."""

    element: _Element
    properties: dict[str, _Element]
    content: _Element
    kind: str
    name: str

    @property
    def inner(self) -> str:
        """What stands in the brackets of its name, or its name."""
        return self.name[1:-1] if self.name.startswith(OPEN) else self.name


def named_control(element: _Element, source: Source) -> Named | None:
    """Return a w:sdt that has the name of a field, or a tag; ``None`` for others and for Word's own."""
    names = source.names
    properties, content = element.find(names("sdtPr")), element.find(names.sdt_content)
    if properties is None or content is None:
        return None
    by_name: dict[str, _Element] = {}
    for each in properties.iterchildren("*"):
        by_name.setdefault(local_name(each), each)
    if not _WORDS_OWN.isdisjoint(by_name):
        return None
    kinds = [each for each in by_name if each in _KINDS]
    kind = next(
        (each for each in kinds if each.startswith("repeatingSection")), kinds[0] if kinds else "richText"
    )
    for local in ("tag", "alias"):
        name = value_of(by_name.get(local)).strip()
        inner = name[1:-1] if name[:1] == OPEN and name[-1:] == CLOSE else name
        if name == inner and (path_of_field(name) is None or re.match(r"goog_rdk_\d+$|=", name)):
            continue
        begins = control_tag(inner)
        if inner and (name_in_copies(inner) is not None or (begins is not None and begins.begins)):
            return Named(element, by_name, content, kind, name)
    return None


def path_as_written(inner: str) -> str:
    """Return the path of a field, "" of what is none."""
    return name_in_copies(inner) or ""


def local_name(element: _Element) -> str:
    """Return the local name of an element."""
    return str(element.tag).rpartition("}")[2]


def value_of(element: _Element | None) -> str:
    """Return the value that an element states (w:val), "" where it states none."""
    found = () if element is None else element.attrib.items()
    return next((str(value) for name, value in found if str(name).rpartition("}")[2] == "val"), "")
