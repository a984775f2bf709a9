"""Named content controls as marks: the tag that stands in place of each, and what is left as it is.

docs/analysis/content-controls.md has the rules.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from docops_flask.engine.document.document import StoryKind, StoryPart
from docops_flask.engine.template.formats.date_pictures import format_of_picture
from docops_flask.engine.template.formats.table import Format, as_written, rule_of
from docops_flask.engine.template.grammar import CLOSE, OPEN
from docops_flask.engine.template.native.byte_tree import Node
from docops_flask.engine.template.native.control_finish import finish_control
from docops_flask.engine.template.native.control_markup import ControlMarkup
from docops_flask.engine.template.native.controls import Control, Settings, controls_in, local_name, value_of
from docops_flask.engine.template.native.marks import Mark, Unfit
from docops_flask.engine.template.tag_kinds import TagKind

CONTROL = "control"
UNSUPPORTED, BOUND, FORMAT = "UNSUPPORTED_CONTROL", "BOUND_CONTROL", "UNKNOWN_FORMAT"
_BLOCKS = frozenset((TagKind.EACH, TagKind.IF, TagKind.UNLESS))
_FIELDS = frozenset((TagKind.FIELD, TagKind.ITEM, TagKind.NUMBER))
_TEXTS = frozenset(("text", "rich", "date", "choice", "combo"))
# What a text cannot take the place of: it has an id, or another part of the package belongs to it.
_OBJECTS = frozenset((
    "drawing", "pict", "object", "footnoteReference", "endnoteReference", "commentReference", "sectPr", "ins",
    "del", "moveFrom", "moveTo",
))  # fmt: skip
# Child steps with positions, then perhaps an attribute (XPath 1.0, 2).
_NAME = r"(?:[\w.-]+:)?[\w.-]+"
_CHILD_STEPS = re.compile(rf"(?:/{_NAME}(?:\[[0-9]{{1,9}}\])*)+(?:/@{_NAME})?")
_FIELD_CODES = frozenset(("fldChar", "fldSimple", "instrText"))


def find_controls(part: StoryPart) -> Iterator[Mark | Unfit]:
    """Yield the marks of a story that are content controls, and those that are left, in document order."""
    reader = _Reader(part)
    for control in controls_in(part):
        yield from reader.of(control)


class _Reader:
    def __init__(self, part: StoryPart) -> None:
        self._content = part.text.content
        self._markup = ControlMarkup(self._content)
        self._paragraphs = part.paragraphs
        self._starts = [place.start for place in part.paragraphs]
        # Bytes of controls that stay as they are with all in them, and of the sections that are repeated.
        self._left: list[tuple[int, int]] = []
        self._repeated: list[tuple[int, int]] = []

    def of(self, control: Control) -> Iterator[Mark | Unfit]:
        """Yield what a control is; nothing where its name is no field's."""
        kind, start = control.tag.kind, control.node.start
        # Controls come in document order.
        self._left = [each for each in self._left if each[1] > start]
        self._repeated = [each for each in self._repeated if each[1] > start]
        if _lies_in(control.node, self._left):
            return
        reason = self._bound_reason(control)
        if reason is not None:
            self._left.append((control.node.start, control.node.end))
            yield self._unfit(control, BOUND, reason)
            yield from self._unnamed(control)
        elif control.kind == "section":
            yield from self._section(control)
        elif kind in _BLOCKS or (control.kind == "group" and kind is TagKind.FIELD):
            yield from self._block(control)
        elif control.kind == "check":
            # A check box by a tag of its own is set where that stands.
            yield from self._check(control) if kind is TagKind.FIELD else ()
        elif control.kind == "picture":
            yield from self._picture(control) if kind in (TagKind.FIELD, TagKind.PICTURE) else ()
        elif control.kind in _TEXTS and (kind in _FIELDS or kind is TagKind.CHECK or kind is TagKind.PICTURE):
            yield from self._text(control)

    def _bound_reason(self, control: Control) -> str | None:
        bindings = [each for each in control.properties.children if local_name(each) == "dataBinding"]
        if not bindings:
            return None
        if control.kind in ("section", "picture"):
            return _REASONS[control.kind]
        if _lies_in(control.node, self._repeated):
            return _IN_SECTION
        if any(not each.local for each in bindings):
            # Word binds rich text by an element of its own (w15:dataBinding).
            return _RICH
        return None if _CHILD_STEPS.fullmatch(value_of(bindings[0], "xpath") or "") else _EXPRESSION

    def _text(self, control: Control) -> Iterator[Mark | Unfit]:
        inside = {each.local for each in control.content.inside()}
        own = self._content[control.content.inner : control.content.close]
        if OPEN.encode() in own or "sdt" in inside or not _FIELD_CODES.isdisjoint(inside):
            # What stands in it is filled by itself.
            yield from self._unnamed(control)
            return
        tag, form = _tag(control), ""
        if control.kind == "date":
            form = _date_format(control)
            if not form:
                picture = value_of(control.setting("dateFormat")) or ""
                yield self._unfit(control, FORMAT, _NO_FORMAT.format(picture[:60]))
                yield from self._unnamed(control)
                return
            if not any(as_written(each) == form for each in control.tag.formats):
                tag = f"{tag[:-1]}|{form}】"
        body = self._markup.body(control, tag)
        if not _OBJECTS.isdisjoint(inside):
            yield self._unfit(control, UNSUPPORTED, _HOLDS_MORE)
            yield from self._unnamed(control)
        elif body is None:
            yield self._unfit(control, UNSUPPORTED, _SEVERAL_CELLS)
            yield from self._unnamed(control)
        else:
            yield self._mark(control, tag, self._markup.control(control, body), form)

    def _check(self, control: Control) -> Iterator[Mark | Unfit]:
        states = control.setting("checkbox")
        assert states is not None
        body = self._markup.body(control, tag := f"【□{_name(control)}】")
        if body is None or not any(local_name(each) == "checked" for each in states.children):
            yield self._unfit(control, UNSUPPORTED, _NO_STATE)
            yield from self._unnamed(control)
        else:
            yield self._mark(control, tag, self._markup.control(control, body))

    def _picture(self, control: Control) -> Iterator[Mark | Unfit]:
        drawings = [each for each in control.content.inside() if local_name(each) == "docPr"]
        pictures = [each for each in control.content.inside() if local_name(each) == "blip"]
        if len(drawings) != 1 or len(pictures) != 1:
            yield self._unfit(control, UNSUPPORTED, _NO_PICTURE)
            yield from self._unnamed(control)
            return
        [drawing] = drawings
        tag = _tag(control) if control.tag.kind is TagKind.PICTURE else f"【@{_name(control)}】"
        own, content = control.content, self._content
        named = self._markup.with_attribute(drawing, b"descr", tag.encode())
        body = content[own.inner : drawing.start] + named + content[drawing.inner : own.close]
        new = self._markup.control(control, body, keeps_placeholder=True)
        yield self._mark(control, tag, new, content[drawing.start : drawing.inner].decode())

    def _section(self, control: Control) -> Iterator[Mark | Unfit]:
        """Yield a section: its first item between the tags of a list; its further items go."""
        items = [each for each in control.content.children if _is_item(each)]
        tag = control.tag
        if not items or control.level == "cell" or tag.kind not in (TagKind.FIELD, TagKind.EACH):
            self._left.append((control.node.start, control.node.end))
            yield self._unfit(control, UNSUPPORTED, _NO_ITEM)
            yield from self._unnamed(control)
            return
        self._repeated.append((control.node.start, control.node.end))
        written = _tag(control) if tag.kind is TagKind.EACH else f"【#{_name(control)}】"
        end = control.content.close
        if items[0].end < end:
            self._left.append((items[0].end, end))
        yield from self._unnamed(control)
        yield self._beside(control, written, items[0].start, items[0].start)
        # Where the section stays as it is in a later copy too, it has its first item there.
        yield self._beside(control, "【/】", items[0].end, end)._replace(bare=b"")

    def _block(self, control: Control) -> Iterator[Mark | Unfit]:
        if control.level == "cell":
            yield self._unfit(control, UNSUPPORTED, _AROUND_CELLS)
            yield from self._unnamed(control)
            return
        node = control.node
        if control.tag.kind is TagKind.EACH:
            self._repeated.append((node.start, node.end))
        written = _tag(control) if control.tag.kind in _BLOCKS else f"【?{_name(control)}】"
        yield self._beside(control, written, node.start, node.start)
        yield from self._unnamed(control)
        yield self._beside(control, "【/】", node.end, node.end)

    def _unnamed(self, control: Control) -> Iterator[Mark]:
        """Yield what takes a bracketed name out of a control that stays: no value goes into that."""
        for each in control.bracketed:
            new, path = self._markup.without_name(each), self._path(control.node)
            yield Mark(CONTROL, control.written, each.start, each.end, path, control.written, "", new)

    def _beside(self, control: Control, tag: str, start: int, end: int) -> Mark:
        new = self._markup.alone(control, tag)
        return Mark(CONTROL, control.written, start, end, self._path(control.node), control.written, tag, new)

    def _mark(self, control: Control, tag: str, new: bytes, form: str = "") -> Mark:
        node = control.node
        hidden = tuple(
            (local_name(each), self._content[slice(*self._markup.name_span(each))])
            for each in control.bracketed
        )
        is_temporary = control.setting("temporary") is not None
        more = Settings(control.kind, form, items_of(control), is_temporary, hidden)
        return Mark(
            CONTROL, control.written, node.start, node.end, self._path(node), control.written, tag, new,
            finish_control, more, self._markup.bare(control), identity=self._markup.identity(control),
        )  # fmt: skip

    def _unfit(self, control: Control, code: str, reason: str) -> Unfit:
        # A format that is not known is that of the picture, not of the tag.
        shown = control.written.strip(OPEN + CLOSE) if code == FORMAT else control.written
        return Unfit(CONTROL, control.written, self._path(control.node), shown, code, reason)

    def _path(self, node: Node) -> str:
        """Return the address of the paragraph that a control lies in or begins with."""
        places = self._paragraphs
        inside = bisect_left(self._starts, node.start)
        if inside < len(places) and places[inside].start < node.end:
            return places[inside].path
        number = inside - 1
        while number >= 0 and places[number].story is StoryKind.TEXTBOX and places[number].end <= node.start:
            # A text box stands before it in its paragraph.
            number -= 1
        return places[number].path if number >= 0 else ""


def items_of(control: Control) -> tuple[tuple[str, str], ...]:
    """Return value and shown text of the entries of a list (17.5.2.20, 17.5.2.21), without empty ones.

    Word's own first entry asks to choose one, and is none: it alone has no text to show.
    """
    holder = control.setting("dropDownList") or control.setting("comboBox")
    found = []
    items = [] if holder is None else [each for each in holder.children if each.local == "listItem"]
    shows = [value_of(each, "displayText") is not None for each in items]
    for each in items[1:] if any(shows) and not shows[0] else items:
        value, shown = value_of(each, "value"), value_of(each, "displayText")
        if value or shown:
            found.append((value or shown or "", shown or value or ""))
    return tuple(found)


def _lies_in(node: Node, ranges: list[tuple[int, int]]) -> bool:
    return any(start < node.start < end for start, end in ranges)


def _is_item(node: Node) -> bool:
    properties = node.child("sdtPr") if node.local == "sdt" else None
    return properties is not None and any(
        local_name(each) == "repeatingSectionItem" for each in properties.children
    )


def _tag(control: Control) -> str:
    return control.written if control.written.startswith(OPEN) else f"【{control.written}】"


def _name(control: Control) -> str:
    """Return the path that a control is called by."""
    return str(control.tag.path)


def _date_format(control: Control) -> str:
    """Return the format of a date's tag, else of its picture; "" where no format equals that."""
    formats: tuple[Format, ...] = control.tag.formats
    for each in formats:
        rule = rule_of(each)
        if rule is not None and rule.takes == "date":
            return as_written(each)
    picture = value_of(control.setting("dateFormat"))
    return "yyyy-MM-dd" if picture is None else format_of_picture(picture) or ""


_REASONS = {
    "section": "its items show a list of elements of the data; take the binding out of the section and of "
    "the controls in it",
    "picture": "its picture is kept in the data as text; take the binding out",
}
_RICH = "its data is a whole document; take the binding out, or use a plain text control"
_EXPRESSION = (
    "its data is told by an expression that is not followed; bind the control to an element by its path, or "
    "take the binding out"
)
_IN_SECTION = "one element of the data cannot show what stands in several copies; take the binding out"
_NO_FORMAT = "it shows dates as {}, which no format does; choose another in the properties of the control"
_HOLDS_MORE = "it holds more than text; take pictures, notes and tracked changes out of it"
_SEVERAL_CELLS = "it is around several cells or rows; put a control into each cell"
_NO_STATE = "it does not state whether it is checked (w14:checked)"
_NO_PICTURE = "it holds no picture, or several; put one picture into it"
_NO_ITEM = "it has no item that can be repeated"
_AROUND_CELLS = "what is repeated or left out cannot be a cell; put the control around the row"
