"""The format report in the forms that other programs read: SARIF 2.1.0 and JUnit's XML.

SARIF (OASIS, Static Analysis Results Interchange Format 2.1.0) has one result for each issue, repaired ones
too. JUnit's XML, for which there is no standard, has the form that Jenkins reads: one case for each issue,
which fails where the issue is an error that is open. Both are about the format alone, and say beside that how
many placeholders are left in the document. What reads JUnit's XML shows cases and no properties, so these are
a case there.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lxml import etree

from docops_flask.engine.artefacts import DOCUMENT, DOCX_MEDIA_TYPE, JUNIT, SARIF, ArtefactSink
from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.layout_warnings import CODES as LAYOUT_CODES
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.options import ReportFile
from docops_flask.engine.reports.page.content import issues_in_words
from docops_flask.engine.reports.page.facts import PageFacts
from docops_flask.engine.reports.page.words import Words

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LANGUAGES: Mapping[Language, str] = {"en": "en-US", "zh": "zh-CN"}
# The members of an issue that a result keeps as properties.
_KEPT = (
    "severity", "expected", "actual", "tolerance", "slot", "origin", "role", "rule_key", "rule_source",
    "section", "reason",
)  # fmt: skip


_LEFT = "left_placeholders"


class _Result(NamedTuple):
    """An issue with its words.

    ``rule`` is the title of its rule, ``title`` that of the issue, ``message`` what is to be said of it in
    one paragraph, ``place`` the first place that it is at.
    """

    issue: Mapping[str, Any]
    rule: str
    title: str
    message: str
    place: str


def add_report_files(
    files: Sequence[ReportFile], sink: ArtefactSink, report: Mapping[str, Any], facts: PageFacts
) -> None:
    """Add ``files``, forms of ``report``, the JSON object of ``out.format_report.json``."""
    words = Words(facts.language)
    results = _results(report, facts, words)
    if "sarif" in files:
        sink.add(SARIF, _sarif(results, report, facts.left_count, words).encode())
    if "junit" in files:
        sink.add(
            JUNIT, _Junit(words, facts.left_count).text(results, is_skipped=report["summary"]["skipped"])
        )


def _results(report: Mapping[str, Any], facts: PageFacts, words: Words) -> list[_Result]:
    results = []
    for issue, row, advice in issues_in_words(report, facts, words):
        state = "fixed" if issue["fixed"] else issue["severity"]
        told = [words(state, "review", title=row.title)]
        if row.expected:
            told.append(words("wanted", "review", value=row.expected))
        if row.actual and not issue["fixed"]:
            told.append(words("now", "review", value=row.actual))
        if not issue["fixed"]:
            told.append(advice)
        if row.clause:
            told.append(words("clause", "review", clause=row.clause))
        rule = words.rule(issue["code"], issue.get("rule_key"))
        results.append(
            _Result(
                issue=issue,
                rule=issue["code"] if rule is None else rule.title,
                title=row.title,
                message=_joined(told, words.language),
                place=row.places[0].words,
            )
        )
    return results


def _joined(told: Sequence[str], language: Language) -> str:
    """Return texts as sentences."""
    stop, blank = ("。", "") if language == "zh" else (".", " ")
    return blank.join(text if text.endswith((".", "。")) else f"{text}{stop}" for text in told)


def _sarif(results: Sequence[_Result], report: Mapping[str, Any], left: int, words: Words) -> str:
    titles: dict[str, str] = {}
    for each in results:
        titles.setdefault(each.issue["code"], each.rule)
    numbers = {code: number for number, code in enumerate(titles)}
    rules = [
        {
            "id": code,
            "shortDescription": {"text": title},
            "properties": {"group": _GROUPS.get(code, "format")},
        }
        for code, title in titles.items()
    ]
    run = {
        "tool": {"driver": {"name": "DocOps", "language": _LANGUAGES[words.language], "rules": rules}},
        "language": _LANGUAGES[words.language],
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {"location": {"uri": DOCUMENT}, "mimeType": DOCX_MEDIA_TYPE, "roles": ["analysisTarget"]}
        ],
        "results": [_sarif_result(each, numbers[each.issue["code"]]) for each in results],
        "properties": {"skipped": report["summary"]["skipped"], "passed": report["passed"], _LEFT: left},
    }
    return json.dumps({"version": "2.1.0", "$schema": _SCHEMA, "runs": [run]}, ensure_ascii=False, indent=1)


def _sarif_message(text: str) -> dict[str, str]:
    """Return ``text``, which may be that of a document, as a message: without placeholders and links.

    SARIF 2.1.0, 3.11.5 and 3.11.6: braces are doubled; nothing escapes what looks like a link.
    """
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def _sarif_result(result: _Result, rule_index: int) -> dict[str, Any]:
    issue = result.issue
    # A repaired issue is no failure any more, and a kind other than "fail" has the level "none" (3.27.9).
    level = "none" if issue["fixed"] else {"error": "error", "warn": "warning"}[issue["severity"]]
    path = issue["paragraph_path"]
    named = [{"fullyQualifiedName": path, "kind": "paragraph"}]
    named += [{"fullyQualifiedName": run_id, "kind": "run"} for run_id in issue["run_ids"]]
    kept = {name: issue[name] for name in _KEPT if issue.get(name) is not None}
    return {
        "ruleId": issue["code"],
        "ruleIndex": rule_index,
        "kind": "informational" if issue["fixed"] else "fail",
        "level": level,
        "message": _sarif_message(result.message),
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": DOCUMENT, "index": 0}},
                "logicalLocations": named,
                "message": _sarif_message(result.place),
            }
        ],
        "properties": {**kept, "fixed": issue["fixed"], "fixable": issue["fixable"]},
    }


# The group of each code: the folder of its check.
_GROUPS = {code: type(check).__module__.split(".")[-2] for check in REGISTRY for code in check.codes}
_GROUPS |= dict.fromkeys(LAYOUT_CODES, "layout")


class _Junit:
    """Writes results as JUnit's XML; ``left`` is how many placeholders are left in the document."""

    def __init__(self, words: Words, left: int) -> None:
        self._words = words
        self._left = left

    def text(self, results: Sequence[_Result], *, is_skipped: bool) -> bytes:
        """Return the report of ``results``; without any it has one case, which says so.

        Where placeholders are left it has a case more, which says how many. That is skipped: it does not
        fail, for the report is about the format, and does not pass, for the document lacks values.
        """
        groups: dict[str, list[_Result]] = {}
        for each in results:
            groups.setdefault(_GROUPS.get(each.issue["code"], "format"), []).append(each)
        name = f"DocOps: {self._words('format_check', 'review')}"
        failures = sum(map(_fails, results))
        tests = (len(results) or 1) + (self._left > 0)
        root = etree.Element("testsuites", name=name, tests=str(tests), failures=str(failures))
        for group, of_group in groups.items():
            suite = self._suite(root, group, len(of_group), sum(map(_fails, of_group)))
            for each in of_group:
                self._add_case(suite, group, each)
        if not results:
            self._add_only_case(self._suite(root, "format", 1, 0, skipped=int(is_skipped)), is_skipped)
        if self._left:
            self._add_left(self._suite(root, "placeholders", 1, 0, skipped=1))
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)

    def _suite(
        self, root: etree._Element, group: str, tests: int, failures: int, *, skipped: int = 0
    ) -> etree._Element:
        counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped, "time": 0}
        attributes = {"name": group, **{name: str(each) for name, each in counts.items()}}
        suite = etree.SubElement(root, "testsuite", attributes)
        properties = etree.SubElement(suite, "properties")
        etree.SubElement(properties, "property", name=_LEFT, value=str(self._left))
        return suite

    def _add_case(self, suite: etree._Element, group: str, result: _Result) -> None:
        issue = result.issue
        separator = self._words("separator")
        # Places in words may be the same; the code, the address and the key are of one issue.
        about = filter(
            None, (issue["code"], *(issue["run_ids"] or [issue["paragraph_path"]]), issue.get("rule_key"))
        )
        name = f"{result.title}{separator}{result.place} ({' '.join(about)})"
        case = etree.SubElement(suite, "testcase", classname=f"docops.{group}", name=name, time="0")
        text = self._words("at", "review", place=result.place, message=result.message)
        if _fails(result):
            etree.SubElement(case, "failure", type=issue["code"], message=result.message).text = text
        else:
            etree.SubElement(case, "system-out").text = text

    def _add_left(self, suite: etree._Element) -> None:
        name = self._words("placeholders", "review")
        case = etree.SubElement(suite, "testcase", classname="docops.placeholders", name=name, time="0")
        etree.SubElement(case, "skipped", message=self._words("left_count", "review", n=self._left))

    def _add_only_case(self, suite: etree._Element, is_skipped: bool) -> None:
        name = self._words("format_check", "review")
        case = etree.SubElement(suite, "testcase", classname="docops.format", name=name, time="0")
        if is_skipped:
            etree.SubElement(case, "skipped", message=self._words("not_checked", "review"))
        else:
            etree.SubElement(case, "system-out").text = self._words("no_findings", "review")


def _fails(result: _Result) -> bool:
    return result.issue["severity"] == "error" and not result.issue["fixed"]
