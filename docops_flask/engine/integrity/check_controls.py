"""Check boxes that are content controls, for the proof: what a replaced tag of one sets in it."""

import re

from lxml.etree import _Element

from docops_flask.engine.integrity.byte_stories import Misfit, Stories
from docops_flask.engine.integrity.byte_tags import TagMap
from docops_flask.engine.integrity.claims import Claims, PlaceReplacement
from docops_flask.engine.integrity.picture_tags import check_tag
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded

_ADDRESS = r"(tag|alias)\[(0|[1-9][0-9]{0,8})\]@.*"
_VALUE = rb"\s(?:[^\s:=]+:)?val\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_SHOWN = {"☑": ("checkedState", "2612", b"1"), "☐": ("uncheckedState", "2610", b"0")}


def is_of_control(entry: PlaceReplacement) -> bool:
    """Say whether an entry is about the tag or title of a content control that is the tag of a check box."""
    is_check = check_tag(without_ignored(entry.original_text[1:-1])) is not None
    return is_check and re.fullmatch(_ADDRESS, entry.address) is not None


def set_controls(stories: Stories, claims: Claims) -> None:
    """Have the check boxes set whose tags ``claims`` replace; raises ``Misfit`` for one that cannot be."""
    parts: dict[str, _Part] = {}
    done: dict[tuple[str, int], PlaceReplacement] = {}
    for entry in claims.places:
        if not is_of_control(entry):
            continue
        if entry.part not in parts:
            parts[entry.part] = _Part(stories.package.read(entry.part), entry.part)
        first, edits = parts[entry.part].edits(entry)
        story = stories.named(entry.part)
        known = done.setdefault((entry.part, first), entry)
        if story is None or known.new_text != entry.new_text:
            # Tag and title of one control that say different things do not fit.
            raise Misfit
        if known is entry:
            story.edits += edits


class _Part:
    """A part with content controls."""

    def __init__(self, content: bytes, name: str) -> None:
        root = parse_part(content, name)
        self._content = recoded(content, encoding_of(content, name))
        self._tags = TagMap(root, self._content)
        self._named: dict[str, list[_Element]] = {"tag": [], "alias": []}
        for element in root.iter("*"):
            if _local(element) in self._named:
                self._named[_local(element)].append(element)

    def edits(self, entry: PlaceReplacement) -> tuple[int, list[tuple[int, int, bytes]]]:
        """Return where the control's state is stated, and what sets it."""
        match = re.fullmatch(_ADDRESS, entry.address)
        shown = _SHOWN.get(entry.new_text)
        if match is None or shown is None or int(match[2]) >= len(self._named[match[1]]):
            raise Misfit
        properties = self._named[match[1]][int(match[2])].getparent()
        control = None if properties is None else properties.getparent()
        if properties is None or control is None or _local(control) != "sdt":
            raise Misfit
        boxes = {_local(each): each for box in properties if _local(box) == "checkbox" for each in box}
        text = next((each for each in control.iter("*") if self._shows(each, control)), None)
        if "checked" not in boxes or text is None:
            raise Misfit
        name, character, state = shown
        stated = None if name not in boxes else self._value(boxes[name])
        if stated is not None and re.fullmatch(rb"[0-9A-Fa-f]{1,5}", self._content[slice(*stated)]):
            character = self._content[slice(*stated)].decode()
        at = self._value(boxes["checked"])
        if at is None:
            raise Misfit
        first = self._tags[text].end
        last = self._content.index(b"</", first)
        return at[0], [(*at, state), (first, last, chr(int(character, 16)).encode())]

    def _shows(self, element: _Element, control: _Element) -> bool:
        if _local(element) != "t" or not element.text:
            return False
        around = next((each for each in element.iterancestors() if _local(each) == "sdt"), None)
        return around is control

    def _value(self, element: _Element) -> tuple[int, int] | None:
        tag = self._tags[element]
        match = re.search(_VALUE, self._content[tag.start : tag.end])
        if match is None:
            return None
        start, end = match.span(1) if match[1] is not None else match.span(2)
        return tag.start + start, tag.start + end


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]
