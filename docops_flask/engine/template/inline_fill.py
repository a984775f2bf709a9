"""Fills the placeholders in the texts inside paragraphs: field codes, ruby, equations.

A value that stands in a field code is written as the field's arguments need (``field_code``). A field code
and an equation have no lines: line ends and tabs of a value become spaces there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.edits import Edit
from docops_flask.engine.document.inline_texts import InlineKind, InlineText
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.field_code import FieldCode, Refusal, is_allowed_target
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.inline_scan import BracketedInline, InlineFound
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.text_splices import Value, fill_paragraph, value_of
from docops_flask.engine.template.values import Values

_OWN_TARGET = Refusal(
    "the link begins neither with http:, https:, mailto: nor tel:, and other links take no values: write the "
    "target into the template"
)


class InlineFilling(NamedTuple):
    """What filling comes to: the edits, the ids of the runs whose text changes, and what stays unfilled.

    ``refused`` are placeholders whose value cannot stand where they are, by their text and first character.
    """

    edits: list[Edit]
    touched: dict[str, None]
    refused: dict[tuple[InlineText, int], Refusal]

    def all_touched(self, scan: Scan, touched: Iterable[str]) -> list[str]:
        """Return the ids ``touched`` and those of the runs that change here, in the order of paragraphs."""
        order = {paragraph.place.path: number for number, paragraph in enumerate(scan.paragraphs)}
        runs = dict.fromkeys((*touched, *self.touched))
        return sorted(runs, key=lambda run: order[run.rpartition(":r")[0]])

    @staticmethod
    def shown(text: InlineText, value: str) -> str:
        """Return ``value`` as it is read in ``text``."""
        return value if text.kind is InlineKind.RUBY else re.sub(r"[\n\t]", " ", value)


def fill_inline(scan: Scan, values: Values, skill: Skill) -> InlineFilling:
    """Fill ``values`` into the texts inside the scanned paragraphs.

    Raises ``InvalidArgument`` (``detail.errors``) for a value that would make a link of another kind than
    http, https, mailto and tel.
    """
    filling = InlineFilling([], {}, {})
    for paragraph in scan.paragraphs:
        for bracketed in paragraph.inline:
            _fill(bracketed, values.texts_in(paragraph.place), skill, filling)
    return filling


def _fill(
    bracketed: BracketedInline, values: Mapping[str, str], skill: Skill, filling: InlineFilling
) -> None:
    text, code = bracketed.text, bracketed.code
    wanted = [
        each.found
        for each in bracketed.found
        if each.found.kind is Kind.PLACEHOLDER and each.refusal is None and each.found.name in values
    ]
    own_target = None if code is None else _check_target(code, bracketed.found, values, skill)
    # By the number of the placeholder: a name may be written otherwise at each of its places.
    written: dict[str, Value] = {}
    filled: list[Found] = []
    for found in wanted:
        shown = filling.shown(text, values[found.name])
        is_in_target = own_target is not None and own_target[0] <= found.start < own_target[1]
        new = _OWN_TARGET if is_in_target else _written(code, found, shown)
        if isinstance(new, Refusal):
            filling.refused[text, found.start] = new
            continue
        number = str(len(filled))
        written[number] = value_of(new) if text.kind is InlineKind.RUBY else _one_line(new, text.quote)
        filled.append(found._replace(name=number))
    if filled:
        runs = _change(text, filled, written, filling.edits)
        filling.touched.update(dict.fromkeys(runs))
        for mirror in bracketed.mirrors:
            _change(mirror, filled, written, filling.edits)


def _written(code: FieldCode | None, found: Found, value: str) -> str | Refusal:
    return value if code is None else code.written(found.start, found.end, value)


def _one_line(text: str, quote: bytes) -> Value:
    """Return ``text`` as it is written into an element or, with ``quote`` around it, an attribute's value."""
    first = escaped(text)
    if quote == b'"':
        first = first.replace(b'"', b"&quot;")
    elif quote:
        first = first.replace(b"'", b"&apos;")
    return Value(text, (text,), first)


def _change(
    text: InlineText, wanted: Sequence[Found], values: Mapping[str, Value], edits: list[Edit]
) -> list[str]:
    """Add the edits that fill ``wanted``; return the ids of the paragraph's runs that change."""
    reading, place = text.reading, text.place
    filled = fill_paragraph(reading, [(each, reading.piece_at(each.start)) for each in wanted], values)
    edits.extend(
        Edit(place.part, place.position(text.offset + start), place.position(text.offset + end), new)
        for start, end, new in filled.splices
    )
    if text.kind is InlineKind.RUBY:
        around = text.run_id(0)
        return [] if around is None else [around]
    return [f"{place.path}:r{run}" for run in filled.runs if run >= 0]


def _check_target(
    code: FieldCode, found: Sequence[InlineFound], values: Mapping[str, str], skill: Skill
) -> tuple[int, int] | None:
    """Check what a HYPERLINK's target would be; return where it lies if its own beginning forbids values."""
    span = code.target()
    inside = [
        each.found
        for each in found
        if span is not None
        and span[0] <= each.found.start < span[1]
        and each.found.kind is Kind.PLACEHOLDER
        and each.refusal is None
    ]
    if span is None or not inside or inside[0].name not in values:
        return None
    pieces: list[str] = []
    at = span[0]
    for each in inside:
        pieces += (code.code[at : each.start], values.get(each.name, code.code[each.start : each.end]))
        at = each.end
    pieces.append(code.code[at : span[1]])
    if is_allowed_target("".join(pieces)):
        return None
    if pieces[0].strip():
        return span
    # Behind a NUL stands what tells copies of a tag apart (``copied_values``).
    key = skill.placeholders()[inside[0].name.partition("\0")[0]].key
    message = (
        "makes the target of a hyperlink in the template; such a target begins with http:, https:, mailto: "
        "or tel:. Give a whole address, such as https://example.org/."
    )
    path = f"$.payload.{key}"
    raise InvalidArgument(
        f"task: {path}: {message}", field="task", errors=[{"path": path, "message": message}]
    )
