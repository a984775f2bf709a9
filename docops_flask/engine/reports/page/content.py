"""The content of the report page in one language: what the HTML template shows, in its order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import floor
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import echo
from docops_flask.engine.policy.policy import DEFAULT_NAME, ROLE_LABELS
from docops_flask.engine.reports.page.facts import LeftPlaceholder, PageFacts
from docops_flask.engine.reports.page.geometry import Picture, page_pictures
from docops_flask.engine.reports.page.values import OR_ALIKE, value_words
from docops_flask.engine.reports.page.words import RuleWords, Words, parted_origin

MAX_ISSUES = 1000
MAX_ROLES = 1000
# Places that a finding shows at once; the others unfold.
SHOWN_PLACES = 3

Json = Mapping[str, Any]


class Place(NamedTuple):
    """Where something is: its address in words, the text there, the address."""

    words: str
    text: str
    path: str


class Row(NamedTuple):
    """A finding, at all places where it is the same; ``more`` are the places beyond ``SHOWN_PLACES``."""

    title: str
    actual: str
    expected: str
    origin: str
    clause: str
    places: Sequence[Place]
    more: Sequence[Place]


class ToDo(NamedTuple):
    """What to do, why it was not done automatically ("" if that is not known), and about which findings."""

    advice: str
    reason: str
    rows: Sequence[Row]


class LeftRow(NamedTuple):
    """A placeholder that is still in the document."""

    name: str
    is_required: bool
    place: Place
    todo: str


class RuleRow(NamedTuple):
    """A rule of the policy: its title, what it asks for, what the document has, and its clause."""

    title: str
    expected: str
    found: str
    clause: str


class RoleRow(NamedTuple):
    """What a paragraph was taken for, and the kind of evidence."""

    place: Place
    role: str
    sign: str


class Content(NamedTuple):
    """The page in one language; ``state`` (``good``, ``warn``, ``bad``, ``plain``) is the head's colour."""

    words: Words
    state: str
    headline: str
    counts: Sequence[str]
    facts: Sequence[tuple[str, str]]
    left: Sequence[LeftRow]
    left_out: int
    fixed: Sequence[Row]
    decide: Sequence[ToDo]
    recommended: Sequence[ToDo]
    issues_left_out: int
    is_clean: bool
    warnings: Sequence[str]
    not_checked: Sequence[tuple[str, str]]
    pictures: Sequence[Picture]
    deviations: Sequence[RuleRow]
    overrides: Sequence[RuleRow]
    roles: Sequence[RoleRow]
    roles_left_out: int


def page_content(report: Json, facts: PageFacts, words: Words) -> Content:
    """Return the content for ``report``, the JSON object of ``out.format_report.json``."""
    return _Writer(report, facts, words).content()


def issues_in_words(report: Json, facts: PageFacts, words: Words) -> Iterator[tuple[Json, Row, str]]:
    """Yield each issue of ``report`` as JSON, as a row of its own, with what to do about it."""
    writer = _Writer(report, facts, words)
    for issue in report["issues"]:
        yield issue, writer._row([issue]), writer._advice(issue)


def left_in_words(report: Json, facts: PageFacts, words: Words) -> Iterator[LeftRow]:
    """Yield a row for each of the placeholders that are left in the document."""
    yield from map(_Writer(report, facts, words)._left, facts.left)


class _Writer:
    """Puts one report into the words of one language."""

    def __init__(self, report: Json, facts: PageFacts, words: Words) -> None:
        self._report = report
        self._summary: Json = report["summary"]
        self._facts = facts
        self._words = words
        self._warnings: Sequence[Json] = report.get("warnings", ())

    def content(self) -> Content:
        words, summary, facts = self._words, self._summary, self._facts
        all_issues: Sequence[Json] = self._report["issues"]
        issues = all_issues[:MAX_ISSUES]
        roles = summary["roles"]
        state, headline = self._verdict()
        return Content(
            words=words,
            state=state,
            headline=headline,
            counts=list(self._counts()),
            facts=list(self._facts_of_document()),
            left=[self._left(each) for each in facts.left],
            left_out=facts.left_count - len(facts.left),
            fixed=self._rows(each for each in issues if each["fixed"]),
            decide=self._to_do(issues, "error"),
            recommended=self._to_do(issues, "warn"),
            issues_left_out=len(all_issues) - len(issues),
            is_clean=not all_issues and not summary["skipped"],
            warnings=[self._warning(each) for each in self._warnings],
            not_checked=[
                (each["source"], words.of(_bilingual(each))) for each in summary.get("not_checked", ())
            ],
            pictures=page_pictures(summary["page_geometry"]),
            deviations=[
                self._rule_row(each["key"], each["expected"], each["found"], each["rule_source"])
                for each in summary["policy_deviations"]
            ],
            overrides=list(self._overrides()),
            roles=[self._role_row(each) for each in roles[:MAX_ROLES]],
            roles_left_out=max(0, len(roles) - MAX_ROLES),
        )

    def _warning(self, warning: Json) -> str:
        if self._words.find("warnings", warning["code"]) is None:
            return str(warning["message"])
        return self._words(warning["code"], "warnings", place=echo(warning.get("place", "")))

    def _overrides(self) -> Iterator[RuleRow]:
        """Yield the rules for the whole document that are the policy's own; one with roles may have none."""
        note = self._summary["policy"]
        for key, value in self._summary["effective_policy_overrides"].items():
            if value is not None and value is not False:
                yield self._rule_row(key, value, None, None)
            elif note is None or note["version"] == 1:
                title = self._rule_row(key, None, None, None).title
                yield RuleRow(title, self._words("unchecked", "values"), "", "")

    def _verdict(self) -> tuple[str, str]:
        words, left = self._words, self._facts.left_count
        failed = not self._summary["skipped"] and not self._report["passed"]
        if left:
            return "bad" if failed else "warn", words("headline_left", n=left)
        if failed:
            return "bad", words("headline_failed")
        if self._facts.nowhere:
            return "warn", words("headline_nowhere", n=self._facts.nowhere)
        if self._summary["skipped"]:
            return "plain", words("headline_skipped")
        return "warn" if self._warnings else "good", words("headline_passed")

    def _counts(self) -> Iterator[str]:
        words, report, facts = self._words, self._report, self._facts
        key = "counts_left" if facts.left_count else "counts_none_left"
        yield words(key, filled=facts.filled, left=facts.left_count)
        if self._summary["skipped"]:
            yield words("counts_skipped")
        else:
            warnings = sum(each["severity"] == "warn" and not each["fixed"] for each in report["issues"])
            fixed, errors = report["fixed_count"], report["error_count"]
            yield words("counts_format", errors=errors, warnings=warnings, fixed=fixed)

    def _facts_of_document(self) -> Iterator[tuple[str, str]]:
        words = self._words
        if self._facts.name is not None:
            yield words("document"), self._facts.name
        if self._facts.date is not None:
            yield words("date"), _day(self._facts.date, words)
        if not self._summary["skipped"]:
            yield words("policy"), self._policy()

    def _policy(self) -> str:
        note = self._summary["policy"]
        if not note or not note["applied"]:
            return self._words("against_template")
        if note["title"] is not None:
            return self._words.of(_bilingual(note["title"]))
        if note["name"] is None:
            return self._words("policy_sent")
        return self._words("policy_default") if note["name"] == DEFAULT_NAME else str(note["name"])

    def _left(self, left: LeftPlaceholder) -> LeftRow:
        words = self._words
        label = None if left.label is None else words.of(left.label)
        name = left.text if label is None else words("named", label=label, name=left.text)
        todo = words.find("todo", left.todo) or words("other", "todo")
        if left.meant is not None:
            todo += words("meant", "todo", name=left.meant)
        place = Place(words.place(left.path), left.around, left.path)
        return LeftRow(name, left.todo == "required", place, todo)

    def _to_do(self, issues: Iterable[Json], severity: str) -> list[ToDo]:
        """Return the open issues of a severity by what to do about them."""
        groups: dict[tuple[str, str], list[Json]] = {}
        for issue in issues:
            if issue["severity"] == severity and not issue["fixed"]:
                reason = issue.get("reason_text")
                key = self._advice(issue), self._words.of(_bilingual(reason)) if reason else ""
                groups.setdefault(key, []).append(issue)
        return [ToDo(*key, self._rows(group)) for key, group in groups.items()]

    def _rows(self, issues: Iterable[Json]) -> list[Row]:
        """Return issues that differ in their place alone as one row each."""
        merged: dict[tuple[Any, ...], list[Json]] = {}
        for issue in issues:
            merged.setdefault(tuple(issue.get(name) for name in _SAME), []).append(issue)
        return [self._row(alike) for alike in merged.values()]

    def _row(self, alike: Sequence[Json]) -> Row:
        words, issue = self._words, alike[0]
        rule = self._rule(issue)
        line_rule = issue.get("line_rule")
        expected = issue["expected"]
        if issue["fixed"] and isinstance(expected, str):
            # Any font of the rule passes; the first one was set.
            expected = expected.removesuffix(OR_ALIKE)
        places = [self._place(each) for each in {each["paragraph_path"]: each for each in alike}.values()]
        return Row(
            title=self._title(issue, rule),
            actual=value_words(words, rule.kind, issue["actual"], line_rule),
            expected=value_words(words, rule.kind, expected, line_rule),
            origin=words("from", origin=words.origin(issue["origin"])) if issue.get("origin") else "",
            clause=self._clause(issue.get("rule_source")),
            places=places[:SHOWN_PLACES],
            more=places[SHOWN_PLACES:],
        )

    def _rule(self, issue: Json) -> RuleWords:
        rule = self._words.rule(issue["code"], issue.get("rule_key"))
        return rule or RuleWords(issue["code"], "text", None)

    def _title(self, issue: Json, rule: RuleWords) -> str:
        words, title = self._words, rule.title
        slot = words.find("slots", issue.get("slot") or "")
        # The rules for the whole document name the slot themselves.
        if slot is not None and not (issue.get("rule_key") or "").startswith("run_font"):
            title = words("of_slot", title=title, slot=slot)
        role = issue.get("role")
        if role is None or (issue.get("rule_key") or "").startswith("text."):
            return title
        return words("of_role", title=title, role=self._role(role))

    def _clause(self, source: str | None) -> str:
        # The built-in policies mark what follows from other clauses.
        clause, derived, _ = (source or "").partition(" (derived)")
        return self._words("derived", clause=clause) if derived else clause

    def _place(self, issue: Json) -> Place:
        path, section = issue["paragraph_path"], issue.get("section")
        if section is not None:
            return Place(self._words("section", "segments", n=section + 1), "", path)
        return Place(self._words.place(path), self._facts.texts.get(path, ""), path)

    def _advice(self, issue: Json) -> str:
        words, key, origin = self._words, issue.get("rule_key"), issue.get("origin")
        rule = words.rule(issue["code"], key)
        if rule is None:
            return str(issue["message"])
        if key is None and rule.advice is None:
            return words("filling", "advice")
        if rule.advice is not None:
            points = self._largest_pitch(issue.get("section"))
            return words(rule.advice, "advice", points=points, wanted=issue["expected"])
        if issue["actual"] is not None and str(issue["actual"]).startswith("theme:"):
            return words("theme", "advice")
        if issue["actual"] is None or not origin:
            return words("unstated", "advice")
        kind, name = parted_origin(origin)
        if kind == "docDefaults":
            return words("defaults", "advice", normal=words.style("Normal"))
        style = words.style(name.partition("\0")[0])
        return words(kind, "advice", name=style) if words.find("advice", kind) else str(issue["message"])

    def _largest_pitch(self, section: int | None) -> str:
        """Return the largest line pitch with which the lines asked for fit, in points."""
        twips = [
            page["largest_pitch_twips"]
            for page in self._summary["page_geometry"]
            if page["section"] == section and page["largest_pitch_twips"] is not None
        ]
        return f"{floor(5 * twips[0]) / 100:g}" if twips else ""

    def _rule_row(self, key: str, expected: Any, found: Any, clause: str | None) -> RuleRow:
        words = self._words
        rule = words.rule("", key) or RuleWords(key, "text", None)
        role = key.split(".")[1] if key.startswith("roles.") else None
        title = rule.title if role is None else words("of_role", title=rule.title, role=self._role(role))
        asked, has = (value_words(words, rule.kind, value) for value in (expected, found))
        return RuleRow(title, asked, has, self._clause(clause))

    def _role_row(self, note: Json) -> RoleRow:
        words, path = self._words, note["paragraph_path"]
        sign = words.find("signs", note["kind"]) or note["kind"]
        place = Place(words.place(path), self._facts.texts.get(path, ""), path)
        return RoleRow(place, self._role(note["role"]), sign)

    def _role(self, role: str) -> str:
        return self._words.of(ROLE_LABELS.get(role) or Bilingual(role))


# The members in which issues of one row are alike.
_SAME = (
    "code", "slot", "role", "rule_key", "expected", "actual", "line_rule", "origin", "rule_source",
    "severity",
)  # fmt: skip


def _bilingual(words: Mapping[str, str]) -> Bilingual:
    return Bilingual(words["en"], words["zh"])


def _day(iso: str, words: Words) -> str:
    day = date.fromisoformat(iso)
    return words("day", year=day.year, month=day.month, day=day.day)
