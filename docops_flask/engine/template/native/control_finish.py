"""What a control is once its tag has given way to a value: the state that Word keeps says the same."""

import re
from collections.abc import Callable, Iterator

from docops_flask.engine.oxml.markup import (
    TOKEN,
    attribute_spans,
    attributes_of,
    decoded,
    element_end,
    escaped,
)
from docops_flask.engine.template.field_values import CHECKED, UNCHECKED
from docops_flask.engine.template.formats.date_pictures import date_shown
from docops_flask.engine.template.native.controls import Settings
from docops_flask.engine.template.native.marks import Mark

# What Word shows where a check box does not say ([MS-DOCX] 2.6.1.13), and fonts whose characters are signs.
_STATES = {"checkedState": 0x2612, "uncheckedState": 0x2610}
_FONTS_OF_SIGNS = frozenset(("wingdings", "wingdings 2", "wingdings 3", "webdings", "symbol"))
_HEXADECIMAL = re.compile("[0-9A-Fa-f]{1,5}")
# What no part can hold (XML 1.0, 2.2), and what shows nothing: controls and the blank.
_NO_SIGNS = re.compile(r"[\x00-\x20\ud800-\udfff\ufffe\uffff]")


def finish_control(mark: Mark, element: bytes) -> bytes:
    """Return a filled control, ``element``, as the finished document has it."""
    settings: Settings = mark.more
    # A picture that was not given: in later copies the control is not that of the template to the byte.
    is_left = settings.kind == "picture" and _untouched(mark, element) is not None
    finish = _FINISHES.get(settings.kind)
    if finish is not None:
        element = finish(mark, element)
    for local, name in settings.hidden:
        tag = _property(element, local.encode())
        assert tag is not None, "the rewritten control has it"
        own = next(each for each in attribute_spans(tag[3]) if each.name.rpartition(b":")[2] == b"val")
        at = tag.start(3)
        element = element[: at + own.start] + name + element[at + own.end :]
    if settings.is_temporary and not is_left:
        _, start, end = _content(element)
        return element[start:end]
    return element


def _date(mark: Mark, element: bytes) -> bytes:
    """State the date that is shown (w:fullDate); one that the text does not tell is not stated."""
    settings: Settings = mark.more
    day = date_shown(shown_text(element), settings.form)
    tag = _property(element, b"date")
    if tag is None:
        return element
    return _with_value(element, tag, b"fullDate", None if day is None else f"{day}Z", settings.prefix)


def _choice(mark: Mark, element: bytes) -> bytes:
    """State the entry that is shown, where the list says which was chosen last (w:lastValue)."""
    settings: Settings = mark.more
    text = shown_text(element)
    tag = _property(element, b"dropDownList") or _property(element, b"comboBox")
    if tag is None or not any(name.rpartition(b":")[2] == b"lastValue" for name in attributes_of(tag[3])):
        return element
    value = next((value for value, shown in settings.items if shown == text), text)
    return _with_value(element, tag, b"lastValue", value)


def _check(mark: Mark, element: bytes) -> bytes:
    """Set the state and the character that shows it."""
    is_checked = shown_text(element) == CHECKED
    code, font = _stated_sign(element, "checkedState" if is_checked else "uncheckedState")
    w, start, end = _content(element)
    text = next(tag for tag in TOKEN.finditer(element, start, end) if tag[2] == w + b"t")
    if font.lower() in _FONTS_OF_SIGNS and code <= 0xFFFF:
        # Characters of such fonts are told apart by w:sym, which takes four digits (17.3.3.30).
        own = mark.more.prefix
        sign = b'<%bsym %bfont="%b" %bchar="%04X"/>' % (
            w, own, font.encode(), own, code + 0xF000 if code < 0x100 else code,
        )  # fmt: skip
        element = element[: text.start()] + sign + element[element_end(element, text.start()) :]
    else:
        old = (CHECKED if is_checked else UNCHECKED).encode()
        element = element[: text.end()] + element[text.end() :].replace(old, escaped(chr(code)), 1)
    checked = _property(element, b"checked")
    return element if checked is None else _with_value(element, checked, b"val", "1" if is_checked else "0")


def _stated_sign(element: bytes, state: str) -> tuple[int, str]:
    """Return the character that a check box shows in a state, and its font.

    Word's own, without a font, where the control does not tell a character that a text can hold.
    """
    tag = _property(element, state.encode())
    attributes = {} if tag is None else attributes_of(tag[3].removesuffix(b"/"))
    stated = {key.rpartition(b":")[2]: decoded(value) for key, value in attributes.items()}
    code, font = stated.get(b"val", ""), stated.get(b"font", "")
    if _HEXADECIMAL.fullmatch(code):
        number = int(code, 16)
        # Fonts of signs have signs at the places of controls too.
        if font.lower() in _FONTS_OF_SIGNS or not _NO_SIGNS.match(chr(number)):
            return number, font
    return _STATES[state], ""


def _picture(mark: Mark, element: bytes) -> bytes:
    """Take the mark of an empty control out; where no picture was given its alternative text comes back."""
    tag = _untouched(mark, element)
    if tag is not None:
        form = mark.more.form.encode()
        stated = next((each for each in attribute_spans(form) if each.name == b"descr"), None)
        own = None if stated is None else decoded(form[stated.start : stated.end])
        return _with_value(element, tag, b"descr", own)
    placeholder = _property(element, b"showingPlcHdr")
    if placeholder is None:
        return element
    return element[: placeholder.start()] + element[element_end(element, placeholder.start()) :]


def _untouched(mark: Mark, element: bytes) -> "re.Match[bytes] | None":
    """Return the start tag of the drawing (wp:docPr) whose alternative text is still the tag of a mark."""
    _, start, _ = _content(element)
    for tag in TOKEN.finditer(element, start):
        if tag[2] is None or tag[2].rpartition(b":")[2] != b"docPr":
            continue
        for each in attribute_spans(tag[3]):
            if each.name == b"descr" and decoded(tag[3][each.start : each.end]) == mark.tag:
                return tag
    return None


_FINISHES: dict[str, Callable[[Mark, bytes], bytes]] = {
    "date": _date, "choice": _choice, "combo": _choice, "check": _check, "picture": _picture,
}  # fmt: skip


def shown_text(element: bytes) -> str:
    """Return the text in a control; a break is a newline."""
    w, start, end = _content(element)
    pieces, is_text, at = [], False, start
    for tag in TOKEN.finditer(element, start, end):
        if is_text:
            pieces.append(decoded(element[at : tag.start()]))
        at = tag.end()
        is_text = tag[2] == w + b"t" and not tag[3].endswith(b"/")
        if tag[2] in (w + b"br", w + b"cr"):
            pieces.append("\n")
    return "".join(pieces)


def _content(element: bytes) -> tuple[bytes, int, int]:
    """Return the prefix of a w:sdt, with its colon, and where the inside of its content begins and ends."""
    for tag in _children(element):
        prefix, colon, local = tag[2].rpartition(b":")
        if local == b"sdtContent":
            end = element_end(element, tag.start())
            return prefix + colon, tag.end(), element.rindex(b"</", tag.end(), end)
    raise ValueError("a control without content")


def _children(element: bytes) -> "Iterator[re.Match[bytes]]":
    at = element.index(b">") + 1
    while (tag := TOKEN.search(element, at)) is not None and not tag[1]:
        if tag[2] is None:
            at = tag.end()
        else:
            yield tag
            at = element_end(element, tag.start())


def _property(element: bytes, local: bytes) -> "re.Match[bytes] | None":
    """Return the start tag of the first property of a local name, at any depth."""
    for child in _children(element):
        if child[2].rpartition(b":")[2] == b"sdtPr":
            for tag in TOKEN.finditer(element, child.end(), element_end(element, child.start())):
                if tag[2] is not None and tag[2].rpartition(b":")[2] == local:
                    return tag
    return None


def _with_value(
    element: bytes, tag: "re.Match[bytes]", local: bytes, value: str | None, prefix: bytes | None = None
) -> bytes:
    """Return ``element`` with an attribute of the start tag ``tag`` set, or taken out.

    Where it has no such attribute it gets one with ``prefix``, else with the prefix of its own name.
    """
    new = b"" if value is None else escaped(value).replace(b'"', b"&quot;")
    at = tag.start(3)
    for each in attribute_spans(tag[3]):
        if each.name.rpartition(b":")[2] == local:
            if value is not None:
                return element[: at + each.start] + new + element[at + each.end :]
            first = element.rindex(each.name, at, at + each.start)
            return element[:first].rstrip() + element[at + each.end + 1 :]
    if value is None:
        return element
    own = b"".join(tag[2].rpartition(b":")[:2]) if prefix is None else prefix
    return element[:at] + b' %b%b="%b"' % (own, local, new) + element[at:]
