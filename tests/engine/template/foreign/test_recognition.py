"""Tags of other tools in templates: inspect and precheck name tool and command, and call no text a tag."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.pipeline import inspect, precheck, run_to_folder
from tests.engine.template.foreign.conversions import JOB
from tests.factories import docx, p, tbl, tc, tr

_COMMAND = "docops convert T.docx --from {} --out ours.docx"


def hints(folder: Path, *paragraphs: str, body: str = "") -> list[dict[str, Any]]:
    file = folder / "template.docx"
    file.write_bytes(docx("".join(map(p, paragraphs)) + body))
    problems = inspect(JOB, file).as_dict()["problems"]
    return [each for each in problems if each["code"] in ("OTHER_TOOL", "BLANK_LINE")]


@pytest.mark.parametrize(
    ("texts", "tool", "told"),
    [
        (["{{ x }}"], "docxtpl", ["{{ x }}"]),
        (["{{x}} {% if y %}a{% endif %}"], "docxtpl", ["{{x}}", "{% if y %}", "{% endif %}"]),
        (
            ["{%p for a in b %}", "{{a}}", "{%p endfor %}"],
            "docxtpl",
            ["{%p for a in b %}", "{{a}}", "{%p endfor %}"],
        ),
        (["{{?x}}{{y}}{{/x}}"], "poi-tl", ["{{?x}}", "{{y}}", "{{/x}}"]),
        (["{{甲方}}"], "poi-tl", ["{{甲方}}"]),
        (["{first_name} {last_name}"], "docxtemplater", ["{first_name}", "{last_name}"]),
        (["{#xs}{n}{/xs}"], "docxtemplater", ["{#xs}", "{n}", "{/xs}"]),
        (["{#phone}tel{/phone}"], "docxtemplater", ["{#phone}", "{/phone}"]),
        (["{-w:p xs}a{/xs}"], "docxtemplater", ["{-w:p xs}", "{/xs}"]),
        (["Dear {first_name}"], "docxtemplater", ["{first_name}"]),
        (["编号{no}，日期{date}"], "docxtemplater", ["{no}", "{date}"]),
        (["{% macro f() %}"], "docxtpl", ["{% macro f() %}"]),
        (["«TableStart:xs» «TableEnd:xs»"], "mailmerge", ["«TableStart:xs»", "«TableEnd:xs»"]),
        (["${x}"], "docxtemplater --delimiters '${ }'", ["${x}"]),
        (["{d.x} {c.now}"], "carbone", ["{d.x}", "{c.now}"]),
        (["«First_Name» «City»"], "mailmerge", ["«First_Name»", "«City»"]),
    ],
)
def test_a_tag_is_told_with_the_command(tmp_path: Path, texts: list[str], tool: str, told: list[str]) -> None:
    found = hints(tmp_path, *texts)
    assert [each["text"] for each in found] == told
    assert {each["suggestion"] for each in found} == {_COMMAND.format(tool)}
    assert found[0]["place"] == "p0:r0"
    assert _COMMAND.format(tool) in found[0]["message"]


def test_rows_of_fields_in_square_brackets_are_of_poi_tl(tmp_path: Path) -> None:
    rows = tbl(tr(tc("{{goods}}")), tr(tc("[name]")))
    assert [each["suggestion"] for each in hints(tmp_path, body=rows)] == [_COMMAND.format("poi-tl")]


@pytest.mark.parametrize(
    "text",
    [
        "{注} 本文 {1}",
        "the set {x}, {a, b} and {28A0092B-C50C-407E-A947-70E740481C1C}",
        "\\frac{ab}{cd} and x_{max}, x^{min}",
        "«слово» и «дело», «un mot», «ein»",
        "a {} b {} { } {{}} %}",
        'p { color: red } {"key": 1}',
        "100% {important}",
        "f{fig1} and g{fig2}, {x_1}",
        "【NAME】 Signature: ________",
    ],
)
def test_ordinary_text_is_no_tag(tmp_path: Path, text: str) -> None:
    assert hints(tmp_path, text) == []


@pytest.mark.parametrize("line", ["____", "＿＿＿＿"])
def test_a_line_to_write_on_is_told_where_nothing_else_is_filled(tmp_path: Path, line: str) -> None:
    [hint] = hints(tmp_path, f"Name: {line}")
    assert (hint["code"], hint["text"], hint["place"], hint["suggestion"]) == (
        "BLANK_LINE", line, "p0:r0", "【NAME】",
    )  # fmt: skip


def test_other_problems_have_no_member_more(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(p("plain")))
    assert [sorted(each) for each in inspect(JOB, file).as_dict()["problems"]] == [
        ["code", "message", "place", "related_place", "text"]
    ]


def test_precheck_tells_it_and_the_run_is_as_before(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(p("【A】 {{ x }}")))
    job = Job(kind=JobKind.PRECHECK, skills=(), limits=Limits(), payload={"A": "a"})
    told = precheck(job, file)
    assert [each.code for each in told.problems] == ["OTHER_TOOL"]
    assert told.expected_exit_code == 0
    out = tmp_path / "out"
    out.mkdir()
    assert run_to_folder(job._replace(kind=JobKind.RUN), file, out).exit_code == 0
