"""The format report as SARIF 2.1.0 and as JUnit's XML."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from lxml import etree

from docops_flask.engine.options import ReportFile
from tests.engine.review.jobs import PAYLOAD, STRICT, letter, make
from tests.factories import docx, p

# The schema of the OASIS standard as the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) has it.
SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_text("utf-8"))
BOTH: tuple[ReportFile, ...] = ("sarif", "junit")


def reports(
    folder: Path, template: bytes, payload: Any = PAYLOAD, rules: str = "gbt9704-2012", **options: Any
) -> tuple[Any, Any, Any]:
    """Return the format report, the only run of its SARIF, the root of its JUnit."""
    chosen = STRICT._replace(report_files=BOTH, **options)
    _, files = make(folder, template, payload, review=None, options=chosen, rules=rules)
    sarif = json.loads(files["out.format_report.sarif"])
    Draft4Validator(SCHEMA).validate(sarif)
    (run,) = sarif["runs"]
    return (
        json.loads(files["out.format_report.json"]),
        run,
        etree.fromstring(files["out.format_report.junit.xml"]),
    )


def test_sarif_has_one_result_for_each_issue_fixed_ones_too(tmp_path: Path) -> None:
    report, run, _ = reports(tmp_path, letter())

    rules = run["tool"]["driver"]["rules"]
    assert [
        (
            each["ruleId"],
            each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
            [run_["fullyQualifiedName"] for run_ in each["locations"][0]["logicalLocations"][1:]],
            each["properties"]["fixed"],
        )
        for each in run["results"]
    ] == [(each["code"], each["paragraph_path"], each["run_ids"], each["fixed"]) for each in report["issues"]]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert {each["kind"] for each in run["results"] if each["properties"]["fixed"]} == {"informational"}
    assert {each["level"] for each in run["results"]} == {"warning", "none"}
    assert {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]
    } == {"out.docx"}


def test_a_result_says_what_a_comment_says(tmp_path: Path) -> None:
    _, run, _ = reports(tmp_path, letter())

    (size,) = [each["message"]["text"] for each in run["results"] if "标题的字号" in each["message"]["text"]]
    assert size.startswith("建议修改：标题的字号。要求：二号（22 磅）。现在：三号（16 磅）。")
    assert size.endswith("。")
    assert run["language"] == "zh-CN"


def test_in_english_it_has_english_sentences(tmp_path: Path) -> None:
    _, run, _ = reports(tmp_path, letter(), lang="en")

    assert run["language"] == "en-US"
    assert any(each["message"]["text"].startswith("Fixed automatically: ") for each in run["results"])


def test_a_junit_case_fails_where_an_error_is_open(tmp_path: Path) -> None:
    report, run, root = reports(tmp_path, letter(), rules="default")

    cases = root.findall("testsuite/testcase")
    errors = [each for each in report["issues"] if each["severity"] == "error" and not each["fixed"]]
    assert {each["level"] for each in run["results"]} >= {"error"}
    assert errors
    assert len(cases) == len(report["issues"]) == int(root.get("tests"))
    assert len(root.findall("testsuite/testcase/failure")) == len(errors) == int(root.get("failures"))
    assert {each.get("name") for each in root} >= {"run", "paragraph"}
    for suite in root:
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert len({each.get("name") for each in cases}) == len(cases)


@pytest.mark.parametrize(("mode", "skipped"), [("strict", 0), ("off", 1)])
def test_without_an_issue_one_case_passes_or_is_skipped(tmp_path: Path, mode: str, skipped: int) -> None:
    _, run, root = reports(
        tmp_path, docx(p("x 【A】")), {"A": "a"}, format_mode=mode, format_baseline="template"
    )

    assert run["results"] == []
    assert run["properties"] == {"skipped": bool(skipped), "passed": True}
    assert len(root.findall("testsuite/testcase")) == 1
    assert len(root.findall("testsuite/testcase/skipped")) == skipped


def test_only_the_forms_that_are_named_are_written(tmp_path: Path) -> None:
    wanted: tuple[tuple[ReportFile, ...], ...] = ((), ("sarif",), ("junit",))
    for number, files in enumerate(wanted):
        _, made = make(
            tmp_path / str(number), letter(), review=None, options=STRICT._replace(report_files=files)
        )
        names = {"sarif": "out.format_report.sarif", "junit": "out.format_report.junit.xml"}
        assert {name for name in made if name in names.values()} == {names[each] for each in files}
