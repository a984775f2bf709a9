"""Named content controls as marks: the tag that stands in place of each, and what is left as it is.

docs/analysis/content-controls.md has the rules.
"""

import re
from collections.abc import Iterator

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.template.formats.table import (
    BREAKS,
    DEFAULT,
    OPTIONAL,
    PARAGRAPHS,
    as_written,
)
from docops_flask.engine.template.grammar import CLOSE, OPEN
from docops_flask.engine.template.native import control_reasons as reasons
from docops_flask.engine.template.native.byte_tree import Node
from docops_flask.engine.template.native.control_finish import finish_control
from docops_flask.engine.template.native.control_markup import ControlMarkup
from docops_flask.engine.template.native.control_tags import (
    date_format,
    items_of,
    optional_part,
    other_calendar,
    path_of_control,
    written_tag,
)
from docops_flask.engine.template.native.controls import (
    Addresses,
    Control,
    Settings,
    controls_in,
    local_name,
    value_of,
)
from docops_flask.engine.template.native.marks import Mark, Unfit
from docops_flask.engine.template.native.runs import text_of
from docops_flask.engine.template.tag_kinds import TagKind

CONTROL = "control"
UNSUPPORTED, BOUND, FORMAT = "UNSUPPORTED_CONTROL", "BOUND_CONTROL", "UNKNOWN_FORMAT"
_BLOCKS = frozenset((TagKind.EACH, TagKind.IF, TagKind.UNLESS))
_FIELDS = frozenset((TagKind.FIELD, TagKind.ITEM, TagKind.NUMBER))
_TEXTS = frozenset(("text", "rich", "date", "choice", "combo"))
# What a text cannot take the place of: it has an id, or another part of the package belongs to it.
_OBJECTS = frozenset((
    "drawing", "pict", "object", "footnoteReference", "endnoteReference", "commentReference", "sectPr", "ins",
    "del", "moveFrom", "moveTo", "tbl", "oMath", "oMathPara", "altChunk", "subDoc",
))  # fmt: skip
# Child steps with positions, then perhaps an attribute (XPath 1.0, 2).
_NAME = r"(?:[\w.-]+:)?[\w.-]+"
_CHILD_STEPS = re.compile(rf"(?:/{_NAME}(?:\[[0-9]{{1,9}}\])*)+(?:/@{_NAME})?")
_FIELD_CODES = frozenset(("fldChar", "fldSimple", "instrText"))
# What a value would take away with it, and what is told of a control that has it.
_KEPT = (
    (_FIELD_CODES, reasons.HOLDS_FIELD),
    (frozenset(("hyperlink",)), reasons.HOLDS_LINK),
    (frozenset(("sdt",)), reasons.HOLDS_CONTROL),
)
_BESIDE_SIGNS = _OBJECTS | _FIELD_CODES | {"sdt", "hyperlink"}
_FORMATS_OF_LISTS = frozenset((OPTIONAL, DEFAULT, PARAGRAPHS, BREAKS))
_MARKED_FIELDS = re.compile("MERGEFIELD|FORM(?:TEXT|CHECKBOX|DROPDOWN)", re.IGNORECASE)


def find_controls(part: StoryPart) -> Iterator[Mark | Unfit]:
    """Yield the marks of a story that are content controls, and those that are left, in document order."""
    reader = _Reader(part)
    for control in controls_in(part):
        yield from reader.of(control)


class _Reader:
    def __init__(self, part: StoryPart) -> None:
        self._content = part.text.content
        self._markup = ControlMarkup(self._content)
        self._at = Addresses(part)
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
        if not control.has_place:
            # A name in brackets is told where it stands.
            if not control.bracketed:
                yield self._unfit_field(control, reasons.NO_PARAGRAPH)
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
            yield from self._check(control) if kind in (TagKind.FIELD, TagKind.CHECK) else ()
        elif control.kind == "picture":
            yield from self._picture(control) if kind in (TagKind.FIELD, TagKind.PICTURE) else ()
        elif control.kind in _TEXTS and (kind in _FIELDS or kind is TagKind.CHECK or kind is TagKind.PICTURE):
            yield from self._text(control)
        elif control.kind == "item" and kind is TagKind.FIELD:
            yield from self._item(control)

    def _item(self, control: Control) -> Iterator[Unfit]:
        # A name in brackets is told where it stands.
        if not control.bracketed and not self._holds_fields(control):
            yield self._unfit_field(control, reasons.ITEM)

    def _bound_reason(self, control: Control) -> str | None:
        bindings = [each for each in control.properties.children if local_name(each) == "dataBinding"]
        if not bindings:
            return None
        if control.kind in ("section", "picture"):
            return reasons.BOUND_SECTION if control.kind == "section" else reasons.BOUND_PICTURE
        if _lies_in(control.node, self._repeated):
            return reasons.BOUND_IN_SECTION
        if any(not each.local for each in bindings):
            # Word binds rich text by an element of its own (w15:dataBinding).
            return reasons.BOUND_RICH
        return (
            None
            if _CHILD_STEPS.fullmatch(value_of(bindings[0], "xpath") or "")
            else reasons.BOUND_BY_EXPRESSION
        )

    def _text(self, control: Control) -> Iterator[Mark | Unfit]:
        inside = {local_name(each) for each in control.content.inside()}
        if self._holds_fields(control):
            # What stands in it is filled by itself.
            yield from self._unnamed(control)
            return
        reason = next((told for locals_, told in _KEPT if not locals_.isdisjoint(inside)), None)
        if reason is not None:
            yield self._unfit_field(control, reason)
            yield from self._unnamed(control)
            return
        tag, form = written_tag(control), ""
        if control.kind == "date":
            form = date_format(control)
            if not form:
                calendar, picture = other_calendar(control), value_of(control.setting("dateFormat")) or ""
                reason = (
                    reasons.NO_CALENDAR.format(calendar[:60])
                    if calendar
                    else reasons.NO_FORMAT.format(picture[:60])
                )
                yield self._unfit(control, FORMAT, reason)
                yield from self._unnamed(control)
                return
            if not any(as_written(each) == form for each in control.tag.formats):
                tag = f"{tag[:-1]}|{form}】"
        body = self._markup.body(control, tag)
        if control.kind == "choice" and any(
            each.name not in _FORMATS_OF_LISTS for each in control.tag.formats
        ):
            yield self._unfit(control, UNSUPPORTED, reasons.LIST_WITH_FORMAT)
            yield from self._unnamed(control)
            return
        if not _OBJECTS.isdisjoint(inside):
            yield self._unfit(control, UNSUPPORTED, reasons.HOLDS_MORE)
            yield from self._unnamed(control)
        elif body is None:
            yield self._unfit(control, UNSUPPORTED, reasons.SEVERAL_CELLS)
            yield from self._unnamed(control)
        else:
            yield self._mark(control, tag, self._markup.control(control, body), form)

    def _holds_fields(self, control: Control) -> bool:
        """Say whether tags, named controls or Word fields that are fields of the template stand in it."""
        own = self._content[control.content.inner : control.content.close]
        return OPEN.encode() in own or control.holds_named or self._holds_marked_fields(control)

    def _holds_marked_fields(self, control: Control) -> bool:
        """Say whether Word fields stand in a control that are fields of the template, or would be."""
        codes = [
            text_of(self._content, each) if each.local == "instrText" else each.attribute("instr") or ""
            for each in control.content.inside()
            if each.local in ("instrText", "fldSimple")
        ]
        return _MARKED_FIELDS.search("".join(codes)) is not None

    def _check(self, control: Control) -> Iterator[Mark | Unfit]:
        states = control.setting("checkbox")
        assert states is not None
        tag = (
            written_tag(control)
            if control.tag.kind is TagKind.CHECK
            else f"【□{path_of_control(control)}{optional_part(control)}】"
        )
        body = self._markup.body(control, tag)
        reason = None
        if body is None or not any(local_name(each) == "checked" for each in states.children):
            reason = reasons.NO_STATE
        elif not self._holds_a_sign_alone(control):
            reason = reasons.MORE_THAN_A_SIGN
        if body is None or reason is not None:
            yield self._unfit(control, UNSUPPORTED, reason or reasons.NO_STATE)
            yield from self._unnamed(control)
        else:
            yield self._mark(control, tag, self._markup.control(control, body))

    def _holds_a_sign_alone(self, control: Control) -> bool:
        """Say whether a check box holds nothing but its sign, which Word replaces with all beside it."""
        text = ""
        for node in control.content.inside():
            if node.local == "t":
                text += text_of(self._content, node)
            elif node.local == "sym":
                text += "☐"
            elif local_name(node) in _BESIDE_SIGNS:
                return False
        # A sign may be a letter in a font of signs.
        return len(text.strip()) <= 1 or not any(map(str.isalnum, text))

    def _picture(self, control: Control) -> Iterator[Mark | Unfit]:
        drawings = [each for each in control.content.inside() if local_name(each) == "docPr"]
        pictures = [each for each in control.content.inside() if local_name(each) == "blip"]
        if len(drawings) != 1 or len(pictures) != 1:
            yield self._unfit(control, UNSUPPORTED, reasons.NO_PICTURE)
            yield from self._unnamed(control)
            return
        [drawing] = drawings
        tag = (
            written_tag(control)
            if control.tag.kind is TagKind.PICTURE
            else f"【@{path_of_control(control)}{optional_part(control)}】"
        )
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
            yield self._unfit(control, UNSUPPORTED, reasons.NO_ITEM)
            yield from self._unnamed(control)
            return
        self._repeated.append((control.node.start, control.node.end))
        written = written_tag(control) if tag.kind is TagKind.EACH else f"【#{path_of_control(control)}】"
        end = control.content.close
        if items[0].end < end:
            self._left.append((items[0].end, end))
        yield from self._unnamed(control)
        yield self._beside(control, written, items[0].start, items[0].start)
        # Where the section stays as it is in a later copy too, it has its first item there.
        yield self._beside(control, "【/】", items[0].end, end)._replace(bare=b"")

    def _block(self, control: Control) -> Iterator[Mark | Unfit]:
        if control.level == "cell":
            yield self._unfit(control, UNSUPPORTED, reasons.AROUND_CELLS)
            yield from self._unnamed(control)
            return
        node = control.node
        if control.tag.kind is TagKind.EACH:
            self._repeated.append((node.start, node.end))
        written = written_tag(control) if control.tag.kind in _BLOCKS else f"【?{path_of_control(control)}】"
        yield self._beside(control, written, node.start, node.start)
        yield from self._unnamed(control)
        yield self._beside(control, "【/】", node.end, node.end)

    def _unnamed(self, control: Control) -> Iterator[Mark]:
        """Yield what takes a bracketed name out of a control that stays: no value goes into that."""
        for each in control.bracketed:
            new, path = self._markup.without_name(each), self._at.of(control.node)
            yield Mark(CONTROL, control.written, each.start, each.end, path, control.written, "", new)

    def _beside(self, control: Control, tag: str, start: int, end: int) -> Mark:
        new = self._markup.alone(control, tag)
        return Mark(
            CONTROL, control.written, start, end, self._at.of(control.node), control.written, tag, new
        )

    def _mark(self, control: Control, tag: str, new: bytes, form: str = "") -> Mark:
        node = control.node
        hidden = tuple(
            (local_name(each), self._content[slice(*self._markup.name_span(each))])
            for each in control.bracketed
        )
        is_temporary = control.setting("temporary") is not None
        prefix = control.properties.attribute_prefix()
        more = Settings(control.kind, form, items_of(control), is_temporary, hidden, prefix)
        return Mark(
            CONTROL, control.written, node.start, node.end, self._at.of(node), control.written, tag, new,
            finish_control, more, self._markup.bare(control), identity=self._markup.identity(control),
        )  # fmt: skip

    def _unfit_field(self, control: Control, reason: str) -> Unfit:
        """Return what is told of a control if it is a field: many have a name in Chinese and are none."""
        unfit = self._unfit(control, UNSUPPORTED, reason)
        return unfit if control.is_surely_a_field else unfit._replace(only_if=control.tag)

    def _unfit(self, control: Control, code: str, reason: str) -> Unfit:
        # A format that is not known is that of the picture, not of the tag.
        shown = control.written.strip(OPEN + CLOSE) if code == FORMAT else control.written
        return Unfit(CONTROL, control.written, self._at.of(control.node), shown, code, reason)


def _lies_in(node: Node, ranges: list[tuple[int, int]]) -> bool:
    return any(start < node.start < end for start, end in ranges)


def _is_item(node: Node) -> bool:
    properties = node.child("sdtPr") if node.local == "sdt" else None
    return properties is not None and any(
        local_name(each) == "repeatingSectionItem" for each in properties.children
    )
