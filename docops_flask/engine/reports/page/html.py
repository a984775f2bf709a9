"""``out.format_report.html``: the format report as a page for people, in English and Chinese.

The page has no script and loads no other file. It shows the content of the JSON report and adds only words;
the same report gives the same bytes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.policy.policy import ROLE_LABELS
from docops_flask.engine.reports.page.geometry import page_pictures
from docops_flask.engine.reports.page.words import (
    SLOTS,
    STYLE_ADVICE,
    UNSTATED_ADVICE,
    describe_place,
    describe_source,
    rule_words,
    value_words,
)
from docops_flask.engine.run_warnings import WARNINGS

MAX_ISSUES = 1000
MAX_ROLES = 1000

# In a clone these are links to folders at the top level, in a wheel the folders themselves.
_PACKAGE = Path(__file__).resolve().parents[3]
_SOURCES = (_PACKAGE / "templates", _PACKAGE / "static" / "css")
_VERDICTS = {
    "skipped": Bilingual("Not checked", "未检查"),
    "passed": Bilingual("Passed", "通过"),
    "failed": Bilingual("Failed", "未通过"),
}


def render_report(report: Mapping[str, Any]) -> str:
    """Return the page for ``report``, the JSON object of ``out.format_report.json``.

    At most ``MAX_ISSUES`` issues are shown; the page says how many more the JSON has.
    """
    # Imported here: most renderer processes never make this page.
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_SOURCES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    summary, issues = report["summary"], report["issues"]
    roles = {note["paragraph_path"]: _role_row(note) for note in summary.get("roles", ())}
    return environment.get_template("format_report.html").render(
        verdict=_verdict(report),
        verdict_words=_VERDICTS[_verdict(report)],
        report=report,
        summary=summary,
        warning_count=sum(1 for issue in issues if issue["severity"] == "warn" and not issue["fixed"]),
        groups=_groups(issues[:MAX_ISSUES], roles),
        left_out=max(0, len(issues) - MAX_ISSUES),
        policy=_policy_words(summary),
        warnings=[WARNINGS[each["code"]] for each in report.get("warnings", ())],
        pictures=page_pictures(summary.get("page_geometry", ())),
        roles=list(roles.values())[:MAX_ROLES],
        roles_left_out=max(0, len(roles) - MAX_ROLES),
        deviations=[_deviation_row(each) for each in summary.get("policy_deviations", ())],
        changes=[_change_row(change) for change in summary["fix_changes"]],
        observed=_observed_rows(summary),
        overrides={
            key: json.dumps(value, ensure_ascii=False)
            for key, value in summary["effective_policy_overrides"].items()
        },
    )


def _verdict(report: Mapping[str, Any]) -> str:
    if report["summary"]["skipped"]:
        return "skipped"
    return "passed" if report["passed"] else "failed"


def _policy_words(summary: Mapping[str, Any]) -> Bilingual | None:
    """Return the name of the policy that was applied, ``None`` where none was."""
    note = summary.get("policy")
    if not note or not note["applied"]:
        return None
    if note["title"] is not None:
        return Bilingual(note["title"]["en"], note["title"]["zh"])
    return (
        Bilingual("the policy that was sent", "随请求提交的规范")
        if note["name"] is None
        else Bilingual(note["name"])
    )


class _RoleRow(NamedTuple):
    """The role of the paragraph at ``path`` and the sign it was recognised by; ``words`` say where it is."""

    path: str
    words: Bilingual
    role: Bilingual | None
    reason: str


class _DeviationRow(NamedTuple):
    """A rule of the policy that the document's own style does not keep; ``deviation`` is the report's."""

    deviation: Mapping[str, Any]
    title: Bilingual
    expected: Bilingual
    found: Bilingual


class _IssueRow(NamedTuple):
    """An issue; ``issue`` is the report's, ``state`` is ``fixed``, ``error`` or ``warn``."""

    issue: Mapping[str, Any]
    state: str
    title: Bilingual
    advice: Bilingual
    expected: Bilingual
    actual: Bilingual
    source: Bilingual | None


class _Group(NamedTuple):
    """The issues of one place; ``note`` is the role of the paragraph there."""

    path: str
    words: Bilingual
    note: _RoleRow | None
    rows: list[_IssueRow]


class _ChangeRow(NamedTuple):
    """A repair: the attributes of one property before and after it."""

    path: str
    words: Bilingual
    run_id: str | None
    property: str
    before: str
    after: str


class _ObservedRow(NamedTuple):
    """The values of one property in the filled places, before filling and in the result."""

    property: str
    before: str
    after: str
    differs: bool


def _role_row(note: Mapping[str, Any]) -> _RoleRow:
    path = note["paragraph_path"]
    return _RoleRow(path, describe_place(path), _role_words(note["role"]), note["reason"])


def _deviation_row(deviation: Mapping[str, Any]) -> _DeviationRow:
    words = rule_words(deviation["key"], deviation["key"], deviation["key"])
    return _DeviationRow(
        deviation=deviation,
        title=words.title,
        expected=value_words(deviation["expected"], words.unit),
        found=value_words(deviation["found"], words.unit),
    )


def _groups(issues: Sequence[Mapping[str, Any]], roles: Mapping[str, _RoleRow]) -> list[_Group]:
    """Return the issues by place, places in the order in which they come first."""
    groups: dict[str, list[_IssueRow]] = {}
    for issue in issues:
        groups.setdefault(issue["paragraph_path"], []).append(_issue_row(issue))
    return [_Group(path, describe_place(path), roles.get(path), rows) for path, rows in groups.items()]


def _issue_row(issue: Mapping[str, Any]) -> _IssueRow:
    words = rule_words(issue["code"], issue.get("rule_key"), issue["message"])
    slot = SLOTS.get(issue.get("slot") or "")
    return _IssueRow(
        issue=issue,
        state="fixed" if issue["fixed"] else issue["severity"],
        title=words.title if slot is None else _of_slot(words.title, slot),
        advice=UNSTATED_ADVICE if words.advice is STYLE_ADVICE and _is_unknown(issue) else words.advice,
        expected=value_words(issue["expected"], words.unit),
        actual=value_words(issue["actual"], words.unit),
        source=describe_source(issue.get("source") or issue.get("origin")),
    )


def _of_slot(title: Bilingual, slot: Bilingual) -> Bilingual:
    return Bilingual(f"{title.en} ({slot.en})", f"{slot.zh}{title.zh}")


def _role_words(role: str | None) -> Bilingual | None:
    return None if role is None else ROLE_LABELS.get(role) or Bilingual(role, role)


def _is_unknown(issue: Mapping[str, Any]) -> bool:
    """Return whether no value is known: nothing states it, or the theme does."""
    return issue["actual"] is None or str(issue["actual"]).startswith("theme:")


def _change_row(change: Mapping[str, Any]) -> _ChangeRow:
    return _ChangeRow(
        path=change["paragraph_path"],
        words=describe_place(change["paragraph_path"]),
        run_id=change.get("run_id"),
        property=change["property"],
        before=_attributes(change["before"].items()),
        after=_attributes(change["after"].items()),
    )


def _attributes(items: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{name}={value}" for name, value in items) or "–"


def _observed_rows(summary: Mapping[str, Any]) -> list[_ObservedRow]:
    before, after = summary["template_observed"], summary["rendered_observed"]
    return [
        _ObservedRow(
            property=name,
            before=_counts(before[name].items()),
            after=_counts(after.get(name, {}).items()),
            differs=name in summary["diff"],
        )
        for name in before
    ]


def _counts(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{value} × {count}" for value, count in items) or "–"
