"""What a filled control states beside its text, worked out for the proof on a tree of the control alone."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.byte_tags import TagMap, element_end, forms_parser
from docops_flask.engine.integrity.native.date_words import day_of

_BOXES = {"☑": ("checkedState", 0x2612, "1"), "☐": ("uncheckedState", 0x2610, "0")}
_FONTS_OF_SIGNS = ("wingdings", "wingdings 2", "wingdings 3", "webdings", "symbol")
_NONE = (0xFFFE, 0xFFFF)
_Edit = tuple[int, int, bytes]


def settled_control(
    element: bytes,
    *,
    kind: str,
    form: str,
    namespaces: Mapping[str | None, str],
    hidden: Mapping[str, bytes],
    descr: str | None = None,
) -> bytes:
    """Return a control with a value in as the finished document has it.

    ``form`` is the format of a date or the tag of a picture, whose alternative text was ``descr``;
    ``namespaces`` are those in scope, ``hidden`` the values of w:tag and w:alias that it had.
    """
    control = _Control(element, namespaces)
    edits: list[_Edit] = []
    if kind == "date":
        edits += control.stating(
            "date", "fullDate", None if (day := day_of(control.text, form)) is None else day + "Z"
        )
    elif kind in ("dropDownList", "comboBox"):
        edits += control.choosing(kind)
    elif kind == "checkbox":
        edits += control.checking()
    elif kind == "picture":
        edits += control.picturing(form, descr)
    for local, value in hidden.items():
        edits += control.stating(local, "val", value)
    return control.written(edits)


class _Control:
    def __init__(self, element: bytes, namespaces: Mapping[str | None, str]) -> None:
        declared = "".join(
            f' xmlns{":" + prefix if prefix else ""}="{uri}"'
            for prefix, uri in namespaces.items()
            if prefix != "xml"
        )
        self._opening = f"<control{declared}>".encode()
        self._content = self._opening + element + b"</control>"
        root = etree.fromstring(self._content, forms_parser())
        self._tags = TagMap(root, self._content)
        self._sdt = root[0]
        self._namespace = str(self._sdt.tag).rpartition("}")[0] + "}"
        self._properties = self._sdt.find(f"{self._namespace}sdtPr")
        # Whether it has no value: a picture that was not given.
        self._is_left = False
        self._inside = self._sdt.find(f"{self._namespace}sdtContent")

    @property
    def text(self) -> str:
        """The text that is shown."""
        pieces = []
        for each in self._shown():
            if _local(each) == "t":
                pieces.append(each.text or "")
            elif _local(each) in ("br", "cr"):
                pieces.append("\n")
        return "".join(pieces)

    def _shown(self) -> Iterator[_Element]:
        for each in () if self._inside is None else self._inside.iter("*"):
            if str(each.tag).startswith(self._namespace):
                yield each

    def _property(self, local: str) -> _Element | None:
        return next((each for each in self._properties.iter("*") if _local(each) == local), None)  # type: ignore[union-attr]

    def stating(self, local: str, attribute: str, value: str | bytes | None) -> Iterator[_Edit]:
        """Yield what has a property state ``value`` in an attribute, or nothing."""
        element = self._property(local)
        if element is None:
            return
        start, end = self._tags[element]
        tag = self._content[start:end]
        found = re.search(rb"\s+(?:[^\s:=]+:)?%b\s*=\s*(\"[^\"]*\"|'[^']*')" % attribute.encode(), tag)
        written = b"" if value is None else value if isinstance(value, bytes) else _attribute(value)
        if found is not None:
            at, behind = found.span() if value is None else (found.start(1) + 1, found.end(1) - 1)
            yield start + at, start + behind, written
        elif value is not None:
            name = re.match(rb"<((?:[^\s:/>]+:)?)[^\s/>]+", tag)
            assert name is not None
            at = start + name.end()
            prefix = name[1] or self._attributes_of(element)
            yield at, at, b' %b%b="%b"' % (prefix, attribute.encode(), written)

    def _attributes_of(self, element: _Element) -> bytes:
        """Return the prefix of attributes of WordprocessingML, with its colon."""
        known = (
            [element.prefix]
            if element.prefix
            else sorted(key for key, uri in element.nsmap.items() if key and f"{{{uri}}}" == self._namespace)
        )
        return f"{known[0]}:".encode() if known else b""

    def choosing(self, kind: str) -> Iterator[_Edit]:
        """Yield what states the entry of a list that is shown, where the list says which was chosen last."""
        holder, text = self._property(kind), self.text
        if holder is not None and any(str(name).rpartition("}")[2] == "lastValue" for name in holder.attrib):
            chosen = next((value for value, shown in entries_of(holder) if shown == text), text)
            yield from self.stating(kind, "lastValue", chosen)

    def _showing(self, text: str) -> Iterator[_Edit]:
        """Yield what puts another text in the place of the only one."""
        for each in self._shown():
            if _local(each) == "t":
                start, end = self._span(each)
                at = self._tags[each].end
                yield at, self._content.rindex(b"</", start, end), _data(text)
                return

    def checking(self) -> Iterator[_Edit]:
        """Yield what sets the state of a check box and the sign that shows it."""
        state, code, number = _BOXES.get(self.text, _BOXES["☐"])
        element, font = self._property(state), ""
        if element is not None:
            stated = {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}
            if re.fullmatch("[0-9A-Fa-f]{1,5}", stated.get("val", "")):
                wanted, of_signs = int(stated["val"], 16), stated.get("font", "").lower() in _FONTS_OF_SIGNS
                # The others are no characters of a text (XML 1.0, 2.2), or cannot be seen.
                if of_signs or (wanted > 0x20 and not 0xD800 <= wanted < 0xE000 and wanted not in _NONE):
                    code, font = wanted, stated["font"] if of_signs else ""
        if font and code < 0x10000:
            yield from self._signing(font, code)
        else:
            yield from self._showing(chr(code))
        yield from self.stating("checked", "val", number)

    def _signing(self, font: str, code: int) -> Iterator[_Edit]:
        for each in self._shown():
            if _local(each) == "t":
                start, end = self._span(each)
                w = f"{each.prefix}:".encode() if each.prefix else b""
                own = self._attributes_of(each)
                if code < 0x100:
                    code |= 0xF000
                yield start, end, b'<%bsym %bfont="%b" %bchar="%04X"/>' % (
                    w, own, _attribute(font), own, code,
                )  # fmt: skip
                return

    def picturing(self, tag: str, descr: str | None) -> Iterator[_Edit]:
        """Yield what gives a picture that stays its text back, or says that it is no empty control's."""
        for each in () if self._inside is None else self._inside.iter("*"):
            if _local(each) == "docPr" and each.get("descr") == tag:
                start, end = self._tags[each]
                self._is_left = True
                found = re.search(rb"\s+descr\s*=\s*(\"[^\"]*\"|'[^']*')", self._content[start:end])
                assert found is not None
                if descr is None:
                    yield start + found.start(), start + found.end(), b""
                else:
                    yield start + found.start(1) + 1, start + found.end(1) - 1, _attribute(descr)
                return
        empty = self._property("showingPlcHdr")
        if empty is not None:
            yield (*self._span(empty), b"")

    def written(self, edits: list[_Edit]) -> bytes:
        """Return the control with ``edits``; of one that goes with its placeholder what was in it."""
        first, last = self._span(self._sdt)
        is_gone = self._property("temporary") is not None and not self._is_left
        if is_gone and self._inside is not None:
            first = self._tags[self._inside].end
            last = self._content.rindex(b"</", first, self._span(self._inside)[1])
        pieces, at = [], first
        for start, end, new in sorted(edits):
            if first <= start and end <= last:
                pieces += [self._content[at:start], new]
                at = end
        return b"".join((*pieces, self._content[at:last]))

    def _span(self, element: _Element) -> tuple[int, int]:
        return self._tags[element].start, element_end(self._content, self._tags[element])


def entries_of(holder: _Element) -> list[tuple[str, str]]:
    """Return value and shown text of the entries of a list, without empty ones."""
    found = []
    for each in holder:
        stated = {str(name).rpartition("}")[2]: str(value) for name, value in each.attrib.items()}
        value, shown = stated.get("value", ""), stated.get("displayText", "")
        if _local(each) == "listItem" and (value or shown):
            found.append((value or shown, shown or value))
    return found


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _data(text: str) -> bytes:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def _attribute(text: str) -> bytes:
    return _data(text).replace(b'"', b"&quot;")
