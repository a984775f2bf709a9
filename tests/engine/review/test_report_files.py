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


def test_texts_of_a_document_are_no_placeholders_and_links_of_sarif(tmp_path: Path) -> None:
    written = "附件：方案{0}[x](1)<&\"']]>。"
    signed = p("某某市人民政府") + p("2026年1月5日")
    report, run, root = reports(tmp_path, letter(p(written) + signed))

    code = "ATTACHMENT_NOTE_END"
    assert [each["actual"] for each in report["issues"] if each["code"] == code] == [written]
    (text,) = [each["message"]["text"] for each in run["results"] if each["ruleId"] == code]
    assert "附件：方案{{0}}[x] (1)<&\"']]>。" in text
    # JUnit has no such thing.
    assert any(written in each.get("message", "") for each in root.iter("failure"))


def test_in_english_it_has_english_sentences(tmp_path: Path) -> None:
    _, run, _ = reports(tmp_path, letter(), lang="en")

    assert run["language"] == "en-US"
    assert any(each["message"]["text"].startswith("Fixed automatically: ") for each in run["results"])


def test_a_junit_case_fails_where_an_error_is_open(tmp_path: Path) -> None:
    report, run, root = reports(tmp_path, letter(), rules="default")

    cases = root.xpath("testsuite[@name!='placeholders']/testcase")
    errors = [each for each in report["issues"] if each["severity"] == "error" and not each["fixed"]]
    assert {each["level"] for each in run["results"]} >= {"error"}
    assert errors
    assert len(cases) == len(report["issues"]) == int(root.get("tests")) - 1
    assert len(root.findall("testsuite/testcase/failure")) == len(errors) == int(root.get("failures"))
    assert {each.get("name") for each in root} >= {"run", "paragraph"}
    for suite in root:
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert len({each.get("name") for each in cases}) == len(cases)


def test_a_junit_case_is_named_by_what_is_wrong_and_where(tmp_path: Path) -> None:
    _, _, root = reports(tmp_path / "zh", letter())
    names = [each.get("name") for each in root.findall("testsuite/testcase")]
    assert "标题的字号，第 1 段 (ROLE_SIZE_MISMATCH p0:r0 roles.title.size_pt)" in names
    texts = [each.text for each in root.findall("testsuite/testcase/system-out")]
    assert any(text.startswith("第 1 段：建议修改：标题的字号。要求：") for text in texts)

    _, _, root = reports(tmp_path / "en", letter(), lang="en")
    assert root.get("name") == "DocOps: format check"


def test_both_are_about_the_format_alone_and_say_how_many_placeholders_are_left(tmp_path: Path) -> None:
    report, run, root = reports(tmp_path, letter())

    assert run["properties"] == {
        "skipped": False,
        "passed": report["passed"],
        "left_placeholders": 2,
    }
    assert root.get("name") == "DocOps: 格式检查"
    for suite in root:
        told = {each.get("name"): each.get("value") for each in suite.findall("properties/property")}
        assert told == {"left_placeholders": "2"}


@pytest.mark.parametrize("mode", ["strict", "off"])
@pytest.mark.parametrize(
    ("lang", "told"), [("en", "Left in the document: 2 placeholders."), ("zh", "文档中还剩 2 处未填。")]
)
def test_left_placeholders_are_a_case_of_junit_that_neither_fails_nor_passes(
    tmp_path: Path, mode: str, lang: str, told: str
) -> None:
    # Without it the only case of a document without findings would pass, and nothing be seen of them.
    template = docx(p("x 【=A】【=B】"))
    _, run, root = reports(
        tmp_path, template, {"A": None}, format_mode=mode, format_baseline="template", lang=lang
    )

    (suite,) = root.findall("testsuite[@name='placeholders']")
    (case,) = suite.findall("testcase")
    (skipped,) = case
    assert skipped.tag == "skipped"
    assert skipped.get("message").startswith(told)
    assert "out.missing_fields.json" in skipped.get("message")
    assert [suite.get(name) for name in ("tests", "skipped", "failures")] == ["1", "1", "0"]
    assert (root.get("tests"), root.get("failures")) == ("2", "0")
    # SARIF has them as a property.
    assert (run["results"], run["properties"]["left_placeholders"]) == ([], 2)


def test_without_left_placeholders_there_is_no_case_about_them(tmp_path: Path) -> None:
    _, _, root = reports(tmp_path, letter(), {**PAYLOAD, "部门": "x", "来源": "x"})

    assert root.findall("testsuite[@name='placeholders']") == []


def test_a_result_says_in_words_where_it_is(tmp_path: Path) -> None:
    _, run, _ = reports(tmp_path, letter())

    places = {each["locations"][0]["message"]["text"] for each in run["results"]}
    assert {"第 1 段", "第 1 节", "页脚 1，第 1 段"} <= places


@pytest.mark.parametrize(
    ("mode", "lang", "told"),
    [
        ("strict", "en", "The format check has no findings."),
        ("strict", "zh", "格式检查没有发现问题。"),
        ("off", "en", "The format was not checked (format_mode=off)."),
        ("off", "zh", "未作格式检查（format_mode=off）。"),
    ],
)
def test_without_an_issue_one_case_passes_or_is_skipped(
    tmp_path: Path, mode: str, lang: str, told: str
) -> None:
    _, run, root = reports(
        tmp_path, docx(p("x 【A】")), {"A": "a"}, format_mode=mode, format_baseline="template", lang=lang
    )

    assert run["results"] == []
    assert run["properties"] == {"skipped": mode == "off", "passed": True, "left_placeholders": 0}
    (case,) = root.findall("testsuite/testcase")
    (inner,) = case
    assert (inner.tag, inner.get("message") or inner.text) == (
        "skipped" if mode == "off" else "system-out",
        told,
    )
    assert root.find("testsuite").get("skipped") == str(int(mode == "off"))


def test_only_the_forms_that_are_named_are_written(tmp_path: Path) -> None:
    wanted: tuple[tuple[ReportFile, ...], ...] = ((), ("sarif",), ("junit",))
    for number, files in enumerate(wanted):
        _, made = make(
            tmp_path / str(number), letter(), review=None, options=STRICT._replace(report_files=files)
        )
        names = {"sarif": "out.format_report.sarif", "junit": "out.format_report.junit.xml"}
        assert {name for name in made if name in names.values()} == {names[each] for each in files}
