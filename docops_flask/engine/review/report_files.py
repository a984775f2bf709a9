"""The format report in the forms that other programs read: SARIF 2.1.0 and JUnit's XML.

SARIF (OASIS, Static Analysis Results Interchange Format 2.1.0) has one result for each issue, repaired ones
too. JUnit's XML, for which there is no standard, has the form that Jenkins reads: one case for each issue,
which fails where the issue is an error that is open.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lxml import etree

from docops_flask.engine.artefacts import DOCUMENT, JUNIT, SARIF, ArtefactSink
from docops_flask.engine.bilingual import Language
from docops_flask.engine.checks.layout_warnings import CODES as LAYOUT_CODES
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.options import ReportFile
from docops_flask.engine.reports.page.content import issues_in_words
from docops_flask.engine.reports.page.facts import PageFacts
from docops_flask.engine.reports.page.words import Words

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LANGUAGES: Mapping[Language, str] = {"en": "en-US", "zh": "zh-CN"}
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# The members of an issue that a result keeps as properties.
_KEPT = (
    "severity", "expected", "actual", "tolerance", "slot", "origin", "role", "rule_key", "rule_source",
    "section", "reason",
)  # fmt: skip


class _Result(NamedTuple):
    """An issue with its words: the title of its rule, what is to be said of it in one paragraph."""

    issue: Mapping[str, Any]
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
        sink.add(SARIF, _sarif(results, report, words).encode())
    if "junit" in files:
        sink.add(JUNIT, _junit(results, report))


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
        title = issue["code"] if rule is None else rule.title
        results.append(_Result(issue, title, _joined(told, words.language), row.places[0].words))
    return results


def _joined(told: Sequence[str], language: Language) -> str:
    """Return texts as sentences."""
    stop, blank = ("。", "") if language == "zh" else (".", " ")
    return blank.join(text if text.endswith((".", "。")) else f"{text}{stop}" for text in told)


def _sarif(results: Sequence[_Result], report: Mapping[str, Any], words: Words) -> str:
    titles: dict[str, str] = {}
    for each in results:
        titles.setdefault(each.issue["code"], each.title)
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
        "artifacts": [{"location": {"uri": DOCUMENT}, "mimeType": _DOCX, "roles": ["analysisTarget"]}],
        "results": [_sarif_result(each, numbers[each.issue["code"]]) for each in results],
        "properties": {"skipped": report["summary"]["skipped"], "passed": report["passed"]},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _sarif_result(result: _Result, rule_index: int) -> dict[str, Any]:
    issue = result.issue
    # A repaired issue is no failure any more, and a kind other than "fail" has the level "none" (3.27.9).
    level = "none" if issue["fixed"] else {"error": "error", "warn": "warning"}[issue["severity"]]
    path = issue["paragraph_path"]
    named = [{"fullyQualifiedName": path, "kind": "paragraph", "decoratedName": result.place}]
    named += [{"fullyQualifiedName": run_id, "kind": "run"} for run_id in issue["run_ids"]]
    kept = {name: issue[name] for name in _KEPT if issue.get(name) is not None}
    return {
        "ruleId": issue["code"],
        "ruleIndex": rule_index,
        "kind": "informational" if issue["fixed"] else "fail",
        "level": level,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": DOCUMENT, "index": 0}},
                "logicalLocations": named,
            }
        ],
        "properties": {**kept, "fixed": issue["fixed"], "fixable": issue["fixable"]},
    }


# The group of each code: the folder of its check.
_GROUPS = {code: type(check).__module__.split(".")[-2] for check in REGISTRY for code in check.codes}
_GROUPS |= dict.fromkeys(LAYOUT_CODES, "layout")
_NO_ISSUE = "no issue"


def _junit(results: Sequence[_Result], report: Mapping[str, Any]) -> bytes:
    groups: dict[str, list[_Result]] = {}
    for each in results:
        groups.setdefault(_GROUPS.get(each.issue["code"], "format"), []).append(each)
    failures = sum(map(_fails, results))
    root = etree.Element("testsuites", name="DocOps", tests=str(len(results) or 1), failures=str(failures))
    for group, of_group in groups.items():
        suite = _suite(root, group, len(of_group), sum(map(_fails, of_group)))
        for each in of_group:
            _add_case(suite, group, each)
    if not results:
        skipped = report["summary"]["skipped"]
        suite = _suite(root, "format", 1, 0, skipped=int(skipped))
        case = etree.SubElement(suite, "testcase", classname="docops.format", name=_NO_ISSUE, time="0")
        if skipped:
            etree.SubElement(case, "skipped", message="format_mode is off: the format was not checked")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _suite(
    root: etree._Element, group: str, tests: int, failures: int, *, skipped: int = 0
) -> etree._Element:
    counts = {"tests": tests, "failures": failures, "errors": 0, "skipped": skipped, "time": 0}
    return etree.SubElement(
        root, "testsuite", {"name": group, **{n: str(each) for n, each in counts.items()}}
    )


def _fails(result: _Result) -> bool:
    return result.issue["severity"] == "error" and not result.issue["fixed"]


def _add_case(suite: etree._Element, group: str, result: _Result) -> None:
    issue = result.issue
    about = ", ".join(issue["run_ids"]) or issue["paragraph_path"]
    key = issue.get("rule_key")
    name = f"{issue['code']} {about}" + (f" ({key})" if key else "")
    case = etree.SubElement(suite, "testcase", classname=f"docops.{group}", name=name, time="0")
    text = f"{result.place}: {result.message}"
    if _fails(result):
        etree.SubElement(case, "failure", type=issue["code"], message=result.message).text = text
    else:
        etree.SubElement(case, "system-out").text = text
