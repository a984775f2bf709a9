"""Fills placeholders outside paragraphs: what is put into each place, and the edits of the parts."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryPart
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.document.language import language_of
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.oxml.markup import byte_offsets, escaped
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.field_code import TWO_SCHEMES, doubles_scheme
from docops_flask.engine.template.grammar import OPEN, Found, Kind
from docops_flask.engine.template.places.found import BoundNode, BracketedPlace, PlaceScan, Unfillable
from docops_flask.engine.template.places.line_breaks import line_break
from docops_flask.engine.template.places.reading import Place, Segment
from docops_flask.engine.template.places.rules import Takes
from docops_flask.engine.template.values import DROPPED_NEWLINE, Values

# Word's bound for w:tag and w:alias.
_MAX_SHORT = 64
_SCHEMES = ("http", "https", "mailto", "tel")
_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]*):")
# ASCII characters that a URL cannot hold as they are (RFC 3986, 2), and a % that encodes nothing.
_UNSAFE = re.compile('[\\x00-\\x20"<>\\\\^`{|}\\x7f]|%(?![0-9A-Fa-f]{2})')
_TOO_LONG = f"Word allows {_MAX_SHORT} characters here; use a shorter value or take the placeholder out"
_BOUND_PLACE = "content control bound to data"
_DIFFERENT = (
    "several controls or copies show this element of the data, and their texts differ; bind each to an "
    "element of its own, or take the binding out"
)
_LEVEL_NUMBER = (
    "% before a digit would stand for a number here; use another value or take the placeholder out"
)


class Outcome(NamedTuple):
    """What becomes of a placeholder in a place: ``text`` is what is put there, if anything.

    ``refusal`` says why the value cannot be put there; ``note`` is told with a value that is.
    """

    place: Place
    found: Found
    text: str | None = None
    refusal: str | None = None
    note: str | None = None


class PlaceFilling(NamedTuple):
    """What filling comes to: the edits of the parts, what became of each placeholder.

    ``bound`` are the nodes that got the text of their content controls, with this text; ``refused`` are
    controls whose data cannot say what all their copies show.
    """

    edits: Sequence[Edit] = ()
    outcomes: Sequence[Outcome] = ()
    bound: Sequence[tuple[BoundNode, str]] = ()
    refused: Sequence[Unfillable] = ()


def fill_places(scan: PlaceScan, values: Values, skill: Skill, document: Document) -> PlaceFilling:
    """Put ``values`` (placeholder name to text) into the places of ``scan``.

    Raises ``InvalidArgument`` (``detail.errors``) for a value that makes a hyperlink lead elsewhere than to a
    web page, a mail address or a telephone number.
    """
    edits: list[Edit] = []
    outcomes: list[Outcome] = []
    language = cache(partial(language_of, document))
    for bracketed in scan.places:
        place = bracketed.place
        texts = values.texts_outside(place.text, language)
        of_place = [_outcome(bracketed, found, texts, values.shortened) for found in bracketed.found]
        if place.rule.takes is Takes.TARGET:
            _check_target(place, of_place, skill)
        outcomes += of_place
        edits += _edits(place, of_place)
    bound, refused = _agreed(
        [(node, _bound_text(node, texts)) for node, texts in _texts_of_controls(scan.bound, values, document)]
    )
    edits += (_bound_edit(node, text) for node, text in bound)
    return PlaceFilling(edits, outcomes, bound, refused)


def _agreed(
    found: Sequence[tuple[BoundNode, str | None]],
) -> tuple[list[tuple[BoundNode, str]], list[Unfillable]]:
    """Return each node with its text once, and a control of each node whose controls show different texts."""
    texts: dict[tuple[str, str], dict[str | None, BoundNode]] = {}
    for node, text in found:
        texts.setdefault((node.part.name, node.address), {}).setdefault(text, node)
    bound: list[tuple[BoundNode, str]] = []
    refused: list[Unfillable] = []
    for of_node in texts.values():
        if len(of_node) > 1:
            node = next(iter(of_node.values()))
            shown, address = node.control_text, node.control.rpartition("#")[2]
            refused.append(
                Unfillable(node.story.name, address, _BOUND_PLACE, shown, 0, len(shown), _DIFFERENT)
            )
            continue
        bound += ((node, text) for text, node in of_node.items() if text is not None)
    return bound, refused


def _texts_of_controls(
    nodes: Sequence[BoundNode], values: Values, document: Document
) -> Iterator[tuple[BoundNode, Mapping[str, str]]]:
    """Yield each node with the texts that the paragraph of its control gets.

    That is the innermost paragraph around the control, or the first in a control around paragraphs.
    """
    if not nodes:
        return
    by_story: dict[StoryPart, list[ParagraphPlace]] = {}
    for place in document.walk.paragraphs:
        for each in (place, *place.mirrors):
            by_story.setdefault(each.part, []).append(each)
    for of_story in by_story.values():
        of_story.sort(key=_start)
    # Where the paragraphs of a story have been gone through, and those that are open there.
    reached: dict[StoryPart, tuple[int, list[ParagraphPlace]]] = {}
    texts: dict[BoundNode, Mapping[str, str]] = {}
    for node in sorted(nodes, key=_control_start):
        places = by_story.get(node.story, [])
        at, opened = reached.get(node.story, (0, []))
        while at < len(places) and places[at].start < node.control_start:
            opened.append(places[at])
            at += 1
            while len(opened) > 1 and opened[-2].end < opened[-1].start:
                del opened[-2]
        reached[node.story] = at, opened
        while opened and opened[-1].end < node.control_start:
            opened.pop()
        holder = opened[-1] if opened else None
        if _is_around_paragraphs(node) and at < len(places):
            holder = places[at]
        texts[node] = values if holder is None else values.texts_in(holder)
    yield from ((node, texts[node]) for node in nodes)


_start, _control_start = attrgetter("start"), attrgetter("control_start")
_PARAGRAPHS = re.compile(rb"sdtContent>\s*<(?:[^\s<>/:]+:)?(?:p|tr|tc)[\s>]")


def _is_around_paragraphs(node: BoundNode) -> bool:
    """Say whether a control is around paragraphs, rows or cells."""
    content = node.story.content
    return _PARAGRAPHS.match(content, content.find(b"sdtContent>", node.control_start)) is not None


def _bound_text(node: BoundNode, values: Mapping[str, str]) -> str | None:
    """Return the text of a node's control once it is filled; ``None`` where a value is missing."""
    pieces, at = [], 0
    for found in node.found:
        if found.name not in values:
            return None
        pieces += [node.control_text[at : found.start], values[found.name]]
        at = found.end
    text = "".join([*pieces, node.control_text[at:]])
    if node.control_markup is None:
        return text
    # Imported here: few templates have such controls.
    from docops_flask.engine.template.places.stored_values import stored_value

    return stored_value(node.control_markup, node.found[0].name, text)


def _bound_edit(node: BoundNode, text: str) -> Edit:
    written = attribute_value(text) if node.is_attribute else escaped(text)
    why = ReplaceText(f"{node.part.name}#{node.address}", 0)
    return Edit(node.part, node.first, node.last, node.before + written + node.after, why)


def _outcome(
    bracketed: BracketedPlace, found: Found, texts: Mapping[str, str], shortened: frozenset[str]
) -> Outcome:
    place = bracketed.place
    value = texts.get(found.name) if found.kind is Kind.PLACEHOLDER else None
    if value is None:
        return Outcome(place, found)
    takes = place.rule.takes
    notes = [] if bracketed.note is None else [bracketed.note]
    if found.name in shortened:
        notes.append(DROPPED_NEWLINE)
    if takes is Takes.LINES:
        return Outcome(place, found, value, None, "; ".join(notes) or None)
    if takes is Takes.TARGET:
        target = value.strip()
        if doubles_scheme(place.text[: found.start], target):
            return Outcome(place, found, None, TWO_SCHEMES)
        return Outcome(place, found, _UNSAFE.sub(_percent_encoded, target))
    if takes is Takes.BREAKS and "\n" in value and _can_break(place, found.start):
        return Outcome(place, found, value, None, "; ".join(notes) or None)
    if "\n" in value:
        notes.append("the value's line ends became spaces: there are no lines here")
    line = value.replace("\n", " ")
    length = len(place.text) - (found.end - found.start) + len(line)
    if takes is Takes.SHORT and length > _MAX_SHORT:
        return Outcome(place, found, None, _TOO_LONG)
    if takes is Takes.LEVEL and re.search("%[1-9]", line):
        return Outcome(place, found, None, _LEVEL_NUMBER)
    return Outcome(place, found, line, None, "; ".join(notes) or None)


def _can_break(place: Place, at: int) -> bool:
    """Say whether the text that holds the character ``at`` can be parted into lines."""
    first = place.segments[bisect_right(place.segments, at, key=_end)]
    return line_break(place.part.content, first.first) is not None


_end = attrgetter("end")


def _percent_encoded(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def _check_target(place: Place, outcomes: Sequence[Outcome], skill: Skill) -> None:
    filled = [each for each in outcomes if each.text is not None]
    if not filled:
        return
    pieces: list[str] = []
    at = 0
    for each in filled:
        pieces += (place.text[at : each.found.start], each.text or "")
        at = each.found.end
    pieces.append(place.text[at:])
    target = "".join(pieces)
    scheme = _SCHEME.match(target)
    if scheme is not None and scheme[1].lower() in _SCHEMES:
        return
    if scheme is None and target.upper().startswith((OPEN, "%E3%80%90")):
        # The scheme is in a placeholder that has no value.
        return
    key = skill.placeholders()[filled[0].found.name].key
    path = f"$.payload.{key}"
    # What stands before the value says what the target begins with, whatever is given.
    own = place.text[: filled[0].found.start].strip()
    what_to_do = (
        f"It begins with {echo(own)} there: change the link in the template."
        if own
        else "Give a whole address, such as https://example.org/."
    )
    message = (
        "makes the target of a hyperlink in the template; such a target begins with http:, https:, mailto: "
        f"or tel:. {what_to_do}"
    )
    raise InvalidArgument(
        f"task: {path}: {message}", field="task", errors=[{"path": path, "message": message}]
    )


class _Cut(NamedTuple):
    """Characters ``start``:``end`` of a place give way to ``value``, at ``placeholder`` begins theirs."""

    start: int
    end: int
    value: str
    placeholder: int


def _edits(place: Place, outcomes: Sequence[Outcome]) -> Iterator[Edit]:
    """Yield the edits of a place; each of its segments is gone through once."""
    changes = [(each.found.start, each.found.end, each.text) for each in outcomes if each.text is not None]
    first = 0
    for segment in place.segments:
        while first < len(changes) and changes[first][1] <= segment.start:
            first += 1
        cuts: list[_Cut] = []
        for number in range(first, len(changes)):
            start, end, text = changes[number]
            if start >= segment.end:
                break
            # The segment that a placeholder begins in takes the value, others lose their characters.
            value = text if start >= segment.start else ""
            cuts.append(_Cut(max(start, segment.start), min(end, segment.end), value, start))
        if cuts and segment.characters:
            yield from _segment_edits(place, segment, cuts)


def _segment_edits(place: Place, segment: Segment, cuts: Sequence[_Cut]) -> Iterator[Edit]:
    content = place.part.content
    offsets = byte_offsets(
        content[segment.first : segment.last],
        segment.characters,
        [at - segment.start for cut in cuts for at in (cut.start, cut.end)],
        is_cdata=segment.is_cdata,
    )
    parting = None
    if place.rule.takes is Takes.BREAKS and any("\n" in cut.value for cut in cuts):
        parting = line_break(content, segment.first)
    for (_, _, value, placeholder), first, last in zip(cuts, offsets[::2], offsets[1::2], strict=True):
        new = attribute_value(value) if place.is_attribute else escaped(value)
        if parting is not None:
            new = new.replace(b"\n", parting)
        if segment.is_cdata and value:
            new = b"]]>" + new + b"<![CDATA["
        why = ReplaceText(place.path, placeholder)
        yield Edit(place.part, segment.first + first, segment.first + last, new, why)


def attribute_value(text: str) -> bytes:
    """Return ``text`` as it is written in an attribute, whatever its quotes (XML 1.0, 2.3 and 3.3.3)."""
    quoted = escaped(text).replace(b'"', b"&quot;").replace(b"'", b"&apos;")
    return quoted.replace(b"\n", b"&#10;").replace(b"\t", b"&#9;")
