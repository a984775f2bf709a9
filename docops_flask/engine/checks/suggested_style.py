"""The house style that a document keeps: its page, and the look of each of its roles.

A rule is left out where the document is mixed, states nothing, or has a value that a policy cannot have.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from docops_flask.engine.checks.check import PolicySubject
from docops_flask.engine.checks.look import ParagraphLook, RunLook
from docops_flask.engine.checks.observation import to_points
from docops_flask.engine.checks.page.geometry import page_lengths
from docops_flask.engine.checks.paragraph.indent import (
    INDENTS,
    Beginning,
    IndentKey,
    actual_indent,
    beginning_of,
    character_twips,
)
from docops_flask.engine.checks.paragraph.spacing import SPACES, alignment_of, line_spacing_of, space_twips
from docops_flask.engine.checks.run.weight_and_color import is_color
from docops_flask.engine.formatting.script_slots import Slot, fonts_of
from docops_flask.engine.formatting.sections import PageGeometry
from docops_flask.engine.policy.policy import (
    CHARACTERS,
    OPEN_POLICY,
    ROLES,
    HouseStyle,
    Measure,
    PageRules,
    Policy,
    RoleRules,
    Rule,
    TextRules,
)
from docops_flask.engine.policy.rule_kinds import PAGE_KINDS, ROLE_KINDS, RuleKind

H = TypeVar("H", bound=Hashable)
_TWIPS_PER_MM = 1440 / 25.4
# Finds every role and checks nothing.
_ALL_ROLES = HouseStyle(roles={role: RoleRules() for role in ROLES})
_TEXTS = {
    "document_number": "document_number_form",
    "recipient": "recipient_colon",
    "attachment_note": "attachment_note_end",
    "date": "date_form",
}


class _Part:
    """How the paragraphs of one role look, and the runs that its rules are for; each look once.

    ``beginnings`` says with which blanks the paragraphs of a look begin. The looks are in document order.
    """

    __slots__ = ("beginnings", "paragraphs", "runs")

    def __init__(self) -> None:
        self.paragraphs: dict[ParagraphLook, None] = {}
        self.beginnings: dict[tuple[ParagraphLook, Beginning], None] = {}
        self.runs: dict[RunLook, None] = {}


def style_policy(*, forbid_tables: bool) -> Policy:
    """Return the policy that finds every role and checks nothing, for ``suggest_house_style``."""
    return OPEN_POLICY._replace(forbid_tables=forbid_tables, house_style=_ALL_ROLES)


def suggest_house_style(subject: PolicySubject) -> HouseStyle:
    """Return the rules that a document keeps one by one; the caller tries them together.

    ``subject`` is the document under ``style_policy``.
    """
    parts = _parts(subject)
    roles = {role: _role_rules(parts[role]) for role in ROLES if role in parts}
    return HouseStyle(
        page=_page_rules(subject.geometry),
        roles={role: rules for role, rules in roles.items() if rules != RoleRules()},
        text=TextRules(**{key: Rule(value=True) for role, key in _TEXTS.items() if role in parts}),
    )


def _parts(subject: PolicySubject) -> Mapping[str, _Part]:
    parts: dict[str, _Part] = {}
    for paragraph in subject.paragraphs:
        if paragraph.role is None:
            continue
        part = parts.get(paragraph.role.role)
        if part is None:
            part = parts[paragraph.role.role] = _Part()
        part.beginnings[paragraph.look, beginning_of(paragraph.text)] = None
    for part in parts.values():
        part.paragraphs.update(dict.fromkeys(look for look, _ in part.beginnings))
    for look in subject.run_looks_of_roles:
        if look.rules.role is not None:
            parts.setdefault(look.rules.role, _Part()).runs[look] = None
    return parts


def _role_rules(part: _Part) -> RoleRules:
    visible = [look for look in part.runs if not look.blank]
    values: dict[str, Any] = {
        "font_east_asia": _font(part.runs, "east_asia"),
        "font_latin": _font(part.runs, "latin"),
        "size_pt": _common(to_points(look.values.size_half_points.value) for look in visible),
        "bold": _common(bool(look.values.bold.value) for look in visible),
        "color": _common(_color(look) for look in visible),
        "alignment": _alignments(part.paragraphs),
        "line_spacing": _common(line_spacing_of(each) for each in part.paragraphs),
    }
    for indent in INDENTS:
        values[indent] = _indent(indent, part.beginnings)
    for space in SPACES:
        twips = _common(space_twips(space, each) for each in part.paragraphs)
        values[space] = None if twips is None else Measure(twips)
    return RoleRules(**_usable(values, ROLE_KINDS))


def _font(runs: Iterable[RunLook], slot: Slot) -> tuple[str, ...] | None:
    """Return the one font that all characters of a script take, spelled as where it first occurs."""
    names: dict[str, str] = {}
    for look in runs:
        for face in fonts_of(look.sample, look.values, slot).values():
            if face.value is None or face.value.name is None:
                return None
            names.setdefault(face.value.name.casefold(), face.value.name)
            if len(names) > 1:
                return None
    return tuple(names.values()) or None


def _color(look: RunLook) -> str:
    color = look.values.color.value or "auto"
    return "black" if is_color(color, "black") else color


def _alignments(paragraphs: Iterable[ParagraphLook]) -> tuple[str, ...] | None:
    return tuple(sorted({alignment_of(each.values.alignment.value) for each in paragraphs})) or None


def _indent(key: IndentKey, beginnings: Iterable[tuple[ParagraphLook, Beginning]]) -> Measure | None:
    # A role's indents are not checked in numbered paragraphs.
    held = [
        (look, actual_indent(key, look, beginning).twips)
        for look, beginning in beginnings
        if not look.values.is_numbered
    ]
    in_characters = _common(_characters(look, twips) for look, twips in held)
    if in_characters:
        return Measure(in_characters, CHARACTERS)
    common = _common(twips for _, twips in held)
    return None if common is None else Measure(round(common))


def _characters(look: ParagraphLook, twips: float | None) -> float | None:
    character = character_twips(look)
    return None if twips is None or not character else round(twips / character, 2)


def _page_rules(pages: Iterable[PageGeometry]) -> PageRules:
    lengths: dict[str, set[int | None]] = {}
    counts: dict[str, set[int]] = {"lines": set(), "characters": set()}
    for page in pages:
        for key, twips in page_lengths(page).items():
            lengths.setdefault(key, set()).add(twips)
        if not page.landscape:
            for key, count in (("lines", page.lines_per_page), ("characters", page.characters_per_line)):
                counts[key].update(() if count is None else (count,))
    values: dict[str, Any] = {}
    for key, found in lengths.items():
        common = _common(found)
        values[key] = None if common is None else Measure(round(common / _TWIPS_PER_MM, 1), "mm")
    values.update({key: _common(found) for key, found in counts.items()})
    return PageRules(**_usable(values, PAGE_KINDS))


def _usable(values: Mapping[str, Any], kinds: Mapping[str, RuleKind]) -> dict[str, Rule[Any]]:
    """Return a rule for each value that a policy file can have."""
    return dict(_rules(values, kinds))


def _rules(values: Mapping[str, Any], kinds: Mapping[str, RuleKind]) -> Iterator[tuple[str, Rule[Any]]]:
    for key, value in values.items():
        if value is None:
            continue
        written = kinds[key].write(value)
        if kinds[key].read(written, {}) is not None:
            yield key, Rule(value)


def _common(values: Iterable[H | None]) -> H | None:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None


def without(house: HouseStyle, rule_keys: Iterable[str]) -> HouseStyle:
    """Return ``house`` without the rules of these keys (``roles.title.size_pt``, ``page.lines``)."""
    page, text, roles = house.page, house.text, dict(house.roles)
    for key in rule_keys:
        part, *inner, name = key.split(".")
        if part == "page":
            page = page._replace(**{name: None})
        elif part == "text":
            text = text._replace(**{name: None})
        elif part == "roles" and inner[0] in roles:
            roles[inner[0]] = roles[inner[0]]._replace(**{name: None})
    kept = {role: rules for role, rules in roles.items() if rules != RoleRules()}
    return house._replace(page=page, text=text, roles=kept)
