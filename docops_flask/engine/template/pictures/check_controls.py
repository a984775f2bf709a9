"""Check boxes that are content controls (w14:checkbox, [MS-DOCX] 2.6.1.13): which are tagged, their edits.

The tag is that of a check box, 【□A】, and is all of w:tag or w:alias (17.5.2.42, 17.5.2.1). The value sets
the state, w14:checked, and the character that shows it; the tag itself gives way to the box as any text does.
"""

import re
from collections.abc import Iterator, Mapping

from docops_flask.engine.document.edits import Edit, EditedPart, ReplaceText
from docops_flask.engine.oxml.markup import TOKEN, attribute_spans, attributes_of
from docops_flask.engine.template.drawn_tags import is_check
from docops_flask.engine.template.field_values import CHECKED
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.pictures.boxes import Span
from docops_flask.engine.template.places.found import PlaceScan

_NAMED = re.compile(r"((?:tag|alias)\[[0-9]+\])@")
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]{1,5}")
# What Word shows where the control does not say (w14:checkedState, w14:uncheckedState).
_STATES = {True: b"2612", False: b"2610"}


class CheckControl:
    """A check box: where its state is stated, where the character that shows it is, the two characters."""

    __slots__ = ("shown", "state", "states")

    def __init__(self) -> None:
        self.state: Span | None = None
        self.shown: Span | None = None
        self.states = dict(_STATES)

    @property
    def is_whole(self) -> bool:
        """Whether both its state and the character that shows it can be set."""
        return self.state is not None and self.shown is not None

    def edits(self, part: EditedPart, is_checked: bool, why: ReplaceText) -> Iterator[Edit]:
        """Yield what sets it."""
        if self.state is not None and self.shown is not None:
            yield Edit(part, *self.state, b"1" if is_checked else b"0", why)
            yield Edit(part, *self.shown, chr(int(self.states[is_checked], 16)).encode(), why)


def is_control_tag(address: str, found: Found, text: str) -> bool:
    """Say whether a place is the whole tag or title of a content control, and that the tag of a check box."""
    is_whole = (found.start, found.end) == (0, len(text))
    is_tag = found.kind is Kind.PLACEHOLDER and is_check(found.name.partition("\0")[0])
    return is_tag and is_whole and _NAMED.match(address) is not None


def check_controls(part: EditedPart) -> dict[str, CheckControl]:
    """Return the check boxes of a part that can be set, by the addresses of their w:tag and w:alias."""
    found: dict[str, CheckControl] = {}
    numbers = {b"tag": 0, b"alias": 0}
    # Of each open element its name, its start tag, and the control that it belongs to with its addresses.
    opened: list[tuple[bytes, int, tuple[CheckControl, list[str], list[bool]] | None]] = []
    for match in TOKEN.finditer(part.content):
        slash, name, attributes = match.groups()
        if name is not None:
            local = name.rpartition(b":")[2]
            own = opened[-1][2] if opened else None
            if local == b"sdt":
                own = CheckControl(), [], []
            elif local in numbers:
                if own is not None and opened[-1][0] == b"sdtPr":
                    own[1].append(f"{local.decode()}[{numbers[local]}]")
                numbers[local] += 1
            elif own is not None:
                _take(own[0], local, attributes, match.start(3), opened[-1][0])
                if local == b"checkbox" and opened[-1][0] == b"sdtPr":
                    own[2].append(True)
            opened.append((local, match.end(), own))
        if (slash or (name is not None and attributes.endswith(b"/"))) and opened:
            local, at, own = opened.pop()
            if own is not None and local == b"t" and own[0].shown is None and match.start() > at:
                own[0].shown = Span(at, match.start())
            if own is not None and local == b"sdt" and own[2] and own[0].is_whole:
                found |= dict.fromkeys(own[1], own[0])
    return found


def _take(control: CheckControl, local: bytes, attributes: bytes, at: int, around: bytes) -> None:
    if around != b"checkbox":
        return
    if local == b"checked":
        for name, start, end in attribute_spans(attributes):
            if name.rpartition(b":")[2] == b"val":
                control.state = Span(at + start, at + end)
    elif local in (b"checkedState", b"uncheckedState"):
        for name, value in attributes_of(attributes.removesuffix(b"/")).items():
            if name.rpartition(b":")[2] == b"val" and _HEXADECIMAL.fullmatch(value):
                control.states[local == b"checkedState"] = value


def control_edits(places: PlaceScan, texts: Mapping[str, str]) -> list[Edit]:
    """Return the edits that set the check boxes whose tags stand in ``places``; ``texts`` are their boxes."""
    known: dict[EditedPart, dict[str, CheckControl]] = {}
    edits: dict[CheckControl, list[Edit]] = {}
    for place, found in places.all_found():
        if found.name not in texts or not is_control_tag(place.address, found, place.text):
            continue
        controls = known.get(place.part) or known.setdefault(place.part, check_controls(place.part))
        control = controls.get(place.address.partition("@")[0])
        if control is not None:
            why = ReplaceText(place.path, found.start)
            edits[control] = [*control.edits(place.part, texts[found.name] == CHECKED, why)]
    return [edit for of_control in edits.values() for edit in of_control]
