"""The policy under which a document passes, and where the document departs from another policy.

Checked against this policy the same document has no issue, not even a warning. So a rule is left open (null,
false) where the document is mixed, states nothing, or has a value that a policy cannot have.
"""

import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from docops_flask.engine.checks.check import PolicySubject, text_of_run
from docops_flask.engine.checks.issue import Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.observation import Observation, take_observation, to_points
from docops_flask.engine.checks.paragraph.indent import indent_twips
from docops_flask.engine.checks.policy_check import PolicySubjects, issues_of, policy_subject
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.checks.report import Deviation
from docops_flask.engine.checks.role_subjects import TextRuns
from docops_flask.engine.checks.run.font import font_in
from docops_flask.engine.checks.run.fonts_wanted import WantedFonts, wrong_fonts
from docops_flask.engine.checks.suggested_style import style_policy, suggest_house_style, without
from docops_flask.engine.document.document import Document, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.cascade_by_value import CascadeByValue
from docops_flask.engine.formatting.effective import DIRECT
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.key_rules import KEY_RULES
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.policy.rule_kinds import house_style_as_dict

H = TypeVar("H", bound=Hashable)

_PART_BY_PART = ("page", "roles", "styles", "text")
_HEADER = "# The policy under which this document passes. null: not checked (mixed, or stated nowhere).\n"
# YAML takes these as line breaks or refuses them, though JSON lets them stand as they are.
_NOT_PLAIN_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def suggest_policy(
    document: Document,
    runs: Sequence[RunPlace],
    cascade: Cascade | None = None,
    texts: TextRuns | None = None,
) -> Policy:
    """Return the strictest policy that the document keeps; ``runs`` are those with placeholders.

    ``cascade`` and ``texts`` are known where the rendering was looked at before.

    Without any such run, all runs with text are used. Fonts and size are those the runs state, whatever their
    characters are now, so that other values pass as well; a font is left open where characters in the runs
    take another one.
    """
    runs = runs or runs_with_text(document)
    now = take_observation(runs, cascade or CascadeByValue(document.styles, document.related))
    forbid_tables, texts = not document.walk.tables, texts or TextRuns()
    subjects = PolicySubjects(document, runs, now, style_policy(forbid_tables=forbid_tables), texts)
    house = suggest_house_style(subjects.subject)
    values, paragraphs = list(now.runs.values()), subjects.paragraphs
    looks = dict.fromkeys(each.look for each in paragraphs)
    trim_chars = Policy().trim_chars
    fonts = _fonts_shown(now, {place.run_id: text_of_run(place) for place in runs})
    policy = Policy(
        forbid_tables=forbid_tables,
        forbid_numpr=not any(map(_is_numbered_directly, looks)),
        run_font_latin=fonts["latin"],
        run_font_east_asia=fonts["east_asia"],
        run_size_pt=_common("run_size_pt", (to_points(each.size_half_points.value) for each in values)),
        line_spacing_twips=_common("line_spacing_twips", (each.values.line.value for each in looks)),
        first_line_indent_twips=_common("first_line_indent_twips", map(indent_twips, looks)),
        trim_leading_spaces=not any(each.text.startswith(trim_chars) for each in paragraphs),
        trim_chars=trim_chars,
        house_style=house,
        name=None,
    )
    # Each rule holds by itself; one that does not hold together with the others is left out.
    broken = {issue.rule_key for issue in _issues(subjects.under(policy)) if issue.rule_key}
    return policy._replace(house_style=without(house, broken)) if broken else policy


def issues_under(
    document: Document,
    runs: Sequence[RunPlace],
    now: Observation,
    policy: Policy,
    texts: TextRuns | None = None,
) -> Iterator[Issue]:
    """Return the issues of the document under ``policy``, nothing repaired; ``now`` observes ``runs``."""
    return _issues(policy_subject(document, runs, now, policy, texts))


def _issues(subject: PolicySubject) -> Iterator[Issue]:
    for check in REGISTRY:
        yield from issues_of(check, subject)


def policy_to_yaml(policy: Policy) -> str:
    """Return ``policy`` as the text of a policy file; what ``read_policy`` reads back is equal to it."""
    lines = [_line(key, value) for key, value in policy.as_dict().items()]
    if policy.version == 1:
        return _HEADER + "".join(lines)
    for key, value in house_style_as_dict(policy.house_style).items():
        if key in _PART_BY_PART:
            lines.append(f"{key}:\n")
            lines.extend(f"  {_line(in_yaml(part), content)}" for part, content in value.items())
        else:
            lines.append(_line(key, value))
    return _HEADER + "version: 2\n" + "".join(lines)


def _line(key: str, value: object) -> str:
    return f"{key}: {in_yaml(value)}\n"


def in_yaml(value: object) -> str:
    """Return ``value``, a JSON value, on one line of YAML; it does for a remark too."""
    # A JSON value is a YAML value too, so no YAML library is needed here.
    return _NOT_PLAIN_IN_YAML.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def runs_with_text(document: Document) -> list[RunPlace]:
    """Return all runs with text, those of tables, headers and the like too."""
    found = []
    for paragraph in document.walk.paragraphs:
        for index in range(paragraph.shape.run_count):
            place = paragraph.run(index)
            if text_of_run(place).strip():
                found.append(place)
    return found


def _is_numbered_directly(look: ParagraphLook) -> bool:
    return look.values.is_numbered and look.values.numbering.origin == DIRECT


def _fonts_shown(now: Observation, texts: Mapping[str, str]) -> dict[Slot, str | None]:
    """Return the fonts that all runs state and all their characters take."""
    values = list(now.runs.values())
    fonts: dict[Slot, str | None] = {
        "latin": _common("run_font_latin", _fonts(values, "latin")),
        "east_asia": _common("run_font_east_asia", _fonts(values, "east_asia")),
    }
    for run_id, text in texts.items():
        for slot, _ in wrong_fonts(text, now.runs[run_id], _as_wanted(fonts)):
            fonts[slot] = None
    return fonts


def _as_wanted(fonts: Mapping[Slot, str | None]) -> WantedFonts:
    latin, east_asia = fonts["latin"], fonts["east_asia"]
    return WantedFonts((latin,) if latin else (), (east_asia,) if east_asia else ())


def _fonts(values: Iterable[RunValues], slot: Slot) -> Iterator[str | None]:
    """Yield the fonts in ``slot``, each name spelled as where it first occurs."""
    spelling: dict[str, str] = {}
    for each in values:
        face = font_in(each, slot).value
        name = None if face is None else face.name
        yield None if name is None else spelling.setdefault(name.casefold(), name)


def _common(key: str, values: Iterable[H | None]) -> H | None:
    """Return the value that all have; ``None`` when they differ, one is unknown or ``key`` cannot have it."""
    distinct = set(values)
    if len(distinct) != 1:
        return None
    (value,) = distinct
    return value if KEY_RULES[key].accepts(value) else None


def policy_deviations(  # noqa: PLR0917
    document: Document,
    runs: Sequence[RunPlace],
    policy: Policy,
    own: Policy,
    cascade: Cascade | None = None,
    texts: TextRuns | None = None,
) -> tuple[Deviation, ...]:
    """Return the rules of ``policy`` that the document breaks, in the order in which it first does.

    ``own`` is the policy suggested from it, ``runs`` are those that were filled. ``cascade`` and ``texts``
    are as in ``suggest_policy``.
    """
    now = take_observation(runs, cascade or CascadeByValue(document.styles, document.related))
    by_key: dict[str, list[Issue]] = {}
    for issue in issues_under(document, runs, now, policy, texts):
        if issue.rule_key is not None:
            by_key.setdefault(issue.rule_key, []).append(issue)
    content = {**own.as_dict(), **house_style_as_dict(own.house_style)}
    return tuple(
        Deviation(
            key=key,
            expected=issues[0].finding.expected,
            found=_found(content, key, issues),
            severity="error" if any(issue.severity == "error" for issue in issues) else "warn",
            rule_source=issues[0].rule_source,
        )
        for key, issues in by_key.items()
    )


def _found(content: Mapping[str, Any], key: str, issues: Sequence[Issue]) -> Shown:
    """Return the value the document has throughout, else the one all issues share, else ``None``."""
    value: Any = content
    for step in key.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is not None and not isinstance(value, bool):
        return value  # type: ignore[no-any-return]
    actual = {issue.finding.actual for issue in issues}
    return actual.pop() if len(actual) == 1 else None
