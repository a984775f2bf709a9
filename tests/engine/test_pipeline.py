"""A job from the template to its artefacts: exit codes, reports, limits, the same bytes each time."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from docx import Document as read_with_python_docx

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job, run_to_folder
from docops_flask.engine.skills.skill import Field, Skill
from tests.conftest import ROOT
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_LABEL = Bilingual("label", "标签")


def _field(key: str, *, required: bool = False, kind: Literal["text", "list"] = "text") -> Field:
    return Field(key, _LABEL, kind, required, key.upper(), "example", _LABEL)


SKILL = Skill(
    "notice", _LABEL, _LABEL, (_field("title", required=True), _field("people", kind="list"), _field("note"))
)
JOB = Job(JobKind.RUN, (SKILL,), SKILL, {"title": "年度会议"})
COMMENT = f'<w:comment w:id="3">{p("【TITLE】")}</w:comment>'
FIELD_RESULT = '<w:fldSimple w:instr="DATE">' + r("【TITLE】") + "</w:fldSimple>"
BOUND_CONTROL = (
    '<w:sdt><w:sdtPr><w:dataBinding w:xpath="/x"/></w:sdtPr>'
    f"<w:sdtContent>{r('【TITLE】')}</w:sdtContent></w:sdt>"
)
MEMBERS = [
    "out.docx",
    "out.replace_log.json",
    "out.missing_fields.json",
    "out.format_report.json",
    "out.integrity.json",
]


def run(tmp_path: Path, body: str, job: Job = JOB, **package: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the result of ``job`` on a document with ``body`` and the members of its archive."""
    template = tmp_path / "template.docx"
    template.write_bytes(docx(body, **package))
    result = run_job(job, template, tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        assert archive.testzip() is None
        return result, {name: archive.read(name) for name in archive.namelist()}


def precheck(tmp_path: Path, body: str, payload: dict[str, str | None], **package: Any) -> dict[str, Any]:
    template = tmp_path / "template.docx"
    template.write_bytes(docx(body, **package))
    return run_job(JOB._replace(kind=JobKind.PRECHECK, payload=payload), template, tmp_path)


def log_of(members: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members["out.replace_log.json"])
    return found


def test_a_run_leaves_the_document_first_then_its_reports(tmp_path: Path) -> None:
    result, members = run(tmp_path, p("【TITLE】"))
    assert list(members) == MEMBERS
    assert result["exit_code"] == 0
    document = read_with_python_docx(io.BytesIO(members["out.docx"]))
    assert document.paragraphs[0].text == "年度会议"


@pytest.mark.parametrize(
    ("body", "payload", "code"),
    [
        (p("【TITLE】"), {"title": "x"}, 0),
        (p("nothing to fill"), {}, 0),
        (p("【NOTE】【OTHER】"), {}, 0),
        (p("【TITLE】"), {}, 2),
        (p("【TITLE】"), {"title": None}, 2),
        (p("【TITLE】"), {"title": "  "}, 2),
        (p("【title】"), {"title": "x"}, 3),
        (p("【TITLE】【NOTE"), {}, 3),
        (p("【注意】【1】"), {}, 0),
    ],
)
def test_the_exit_code_is_the_worst_that_applies_and_precheck_predicts_it(
    tmp_path: Path, body: str, payload: dict[str, str | None], code: int
) -> None:
    off = Options(format_mode="off")
    result, _ = run(tmp_path, body, JOB._replace(payload=payload, options=off))
    expected = precheck(tmp_path, body, payload)
    assert (result["exit_code"], expected["expected_exit_code"]) == (code, code)
    assert expected["ok"] == (code == 0)


def test_the_log_names_what_was_replaced_missing_and_unsupported_with_real_places(tmp_path: Path) -> None:
    body = p(r("致"), r("【TIT"), r("LE】")) + tbl(tr(tc("【NOTE】"), tc("【TITEL】"), tc("【tilte】")))
    _, members = run(tmp_path, body)
    log = log_of(members)
    assert log["summary"] == {
        "total_placeholders": 4,
        "replaced_count": 1,
        "missing_count": 2,
        "unsupported_count": 1,
        "had_unsupported": True,
    }
    assert log["touched_runs"] == ["p0:r1", "p0:r2"]
    assert log["entries"][0] == {
        "status": "replaced",
        "field_name": "TITLE",
        "run_id": "p0:r1",
        "paragraph_path": "p0",
        "start": 1,
        "end": 8,
        "original_text": "【TITLE】",
        "new_text": "年度会议",
        "reason": None,
        "context": {"before": "致", "after": ""},
    }
    assert [(e["status"], e["run_id"], e["field_name"]) for e in log["entries"][1:]] == [
        ("missing", "t0.r0.c0.p0:r0", "NOTE"),
        ("missing", "t0.r0.c1.p0:r0", "TITEL"),
        ("unsupported", "t0.r0.c2.p0:r0", None),
    ]
    assert log["entries"][3]["suggestion"] == "TITLE"
    assert log["entries"][3]["reason"]


def test_the_log_holds_the_sentence_around_each_placeholder_up_to_60_characters_a_side(
    tmp_path: Path,
) -> None:
    _, members = run(tmp_path, p("a" * 70 + "【TITLE】中【NOTE】" + "b" * 70))
    contexts = [entry["context"] for entry in log_of(members)["entries"]]
    assert contexts == [
        {"before": "a" * 60, "after": "中【NOTE】" + "b" * 53},
        {"before": "a" * 52 + "【TITLE】中", "after": "b" * 60},
    ]


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("【title】", "TITLE"),
        ("【TITEL 】", "TITLE"),
        ("【ＴＩＴＬＥ】", "TITLE"),
        ("【TITLE", "TITLE"),
        ("TITLE】", "TITLE"),
        ("【TITLE will be announced", "TITLE"),
        ("【quarterly-budget】", None),
    ],
)
def test_an_unsupported_placeholder_is_reported_with_the_closest_field(
    tmp_path: Path, written: str, suggestion: str | None
) -> None:
    (entry,) = precheck(tmp_path, p(written), {})["unsupported"]
    assert entry["suggestion"] == suggestion
    assert entry["paragraph_path"] == "p0"


def test_missing_fields_are_sorted_and_unknown_ones_are_optional(tmp_path: Path) -> None:
    _, members = run(tmp_path, p("【ZED】【NOTE】【TITLE】【PEOPLE】"), JOB._replace(payload={}))
    fields = json.loads(members["out.missing_fields.json"])
    assert fields["missing_required"] == ["TITLE"]
    assert fields["missing_optional"] == ["NOTE", "PEOPLE", "ZED"]


def test_a_list_is_joined_and_an_optional_field_given_empty_is_filled_with_nothing(tmp_path: Path) -> None:
    payload: dict[str, str | list[str] | None] = {"title": "t", "people": ["张三", "李四"], "note": ""}
    _, members = run(tmp_path, p("【PEOPLE】/【NOTE】/"), JOB._replace(payload=payload))
    document = read_with_python_docx(io.BytesIO(members["out.docx"]))
    assert document.paragraphs[0].text == "张三, 李四//"


def test_a_text_box_is_logged_once_with_its_fallback_branch(tmp_path: Path) -> None:
    _, members = run(tmp_path, p(textbox(p("【TITLE】"))))
    log = log_of(members)
    assert log["summary"]["replaced_count"] == 1
    assert log["entries"][0]["mirrored_at"] == ["textbox0.fallback/p0"]
    with zipfile.ZipFile(io.BytesIO(members["out.docx"])) as document:
        assert document.read("word/document.xml").decode().count("年度会议") == 2


@pytest.mark.parametrize("report", ["json", "human", "both"])
def test_the_html_report_is_written_on_request(
    tmp_path: Path, report: Literal["json", "human", "both"]
) -> None:
    _, members = run(tmp_path, p("【TITLE】"), JOB._replace(options=Options(format_report=report)))
    assert ("out.format_report.html" in members) == (report != "json")
    assert "out.format_report.json" in members


def test_the_suggested_policy_is_written_on_request(tmp_path: Path) -> None:
    job = JOB._replace(options=Options(export_suggested_policy=True))
    _, members = run(tmp_path, p("【TITLE】"), job)
    assert list(members) == [*MEMBERS, "out.suggested_policy.yaml"]


def test_format_mode_off_is_reported_as_skipped(tmp_path: Path) -> None:
    _, members = run(tmp_path, tbl(tr(tc("【TITLE】"))), JOB._replace(options=Options(format_mode="off")))
    report = json.loads(members["out.format_report.json"])
    assert (report["passed"], report["issues"], report["summary"]["skipped"]) == (True, [], True)


def test_the_exit_code_of_a_failed_strict_check_precedes_every_other(tmp_path: Path) -> None:
    strict = Options(preset="strict", format_mode="strict", format_baseline="policy")
    result, _ = run(tmp_path, tbl(tr(tc("【title】"))), JOB._replace(options=strict))
    assert result["exit_code"] == 4


@pytest.mark.parametrize("kind", [JobKind.RUN, JobKind.PRECHECK])
def test_values_that_exceed_the_output_limit_are_refused(tmp_path: Path, kind: JobKind) -> None:
    template = tmp_path / "template.docx"
    template.write_bytes(docx(p("【TITLE】" * 2000)))
    job = JOB._replace(kind=kind, payload={"title": "x" * 100_000}, limits=Limits(output_bytes=1_000_000))
    with pytest.raises(TemplateLimitExceeded) as caught:
        run_job(job, template, tmp_path)
    assert caught.value.detail == {"limit": "output_bytes", "max": 1_000_000}


def test_a_damaged_story_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTemplate):
        run(tmp_path, "", extra={"word/document.xml": b"<w:document"})


def test_the_same_job_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    body = p("【TITLE】【title】【OTHER】") + tbl(tr(tc("【NOTE】")))
    job = JOB._replace(options=Options(format_report="both", export_suggested_policy=True))
    _, here = run(tmp_path, body, job)
    script = (
        "import pickle, sys; from pathlib import Path; from docops_flask.engine.pipeline import run_job\n"
        "job = pickle.load(open(sys.argv[1] + '/job', 'rb'))\n"
        "run_job(job, Path(sys.argv[1]) / 'template.docx', Path(sys.argv[1]))\n"
    )
    import pickle

    (tmp_path / "job").write_bytes(pickle.dumps(job))
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            check=True,
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        )
        with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == here


def test_a_run_into_a_folder_writes_the_same_artefacts_as_files(tmp_path: Path) -> None:
    result, members = run(tmp_path, p("【TITLE】"))
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run_to_folder(JOB, tmp_path / "template.docx", folder).exit_code == result["exit_code"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == members


def inspected(tmp_path: Path, body: str, **package: Any) -> dict[str, Any]:
    template = tmp_path / "template.docx"
    template.write_bytes(docx(body, **package))
    return run_job(Job(JobKind.INSPECT, (SKILL,)), template, tmp_path)


def test_inspect_lists_fields_with_places_and_suggests_the_skill(tmp_path: Path) -> None:
    report = inspected(tmp_path, p("【TITLE】【OTHER】") + p("【TITLE】"))
    assert report["fields"] == [
        {"name": "TITLE", "count": 2, "places": ["p0:r0", "p1:r0"], "known_in": ["notice"]},
        {"name": "OTHER", "count": 1, "places": ["p0:r0"], "known_in": []},
    ]
    assert report["suggested_skill"] == "notice"


@pytest.mark.parametrize(
    ("body", "stories", "code", "place", "text"),
    [
        (p("plain"), {}, "NO_FIELDS", "", ""),
        (p("【title】"), {}, "UNSUPPORTED_PLACEHOLDER", "p0:r0", "【title】"),
        (p("【OTHER】"), {}, "UNKNOWN_FIELD", "p0:r0", "【OTHER】"),
        (p(FIELD_RESULT), {}, "FIELD_RESULT", "p0:r0", "【TITLE】"),
        (p("x"), {"comments": COMMENT}, "IN_COMMENT", "comments/n3.p0:r0", "【TITLE】"),
        (p(BOUND_CONTROL), {}, "BOUND_CONTROL", "p0:r0", "【TITLE】"),
    ],
)  # fmt: skip
def test_inspect_names_problems_with_their_place(
    tmp_path: Path, body: str, stories: dict[str, str], code: str, place: str, text: str
) -> None:
    problems = inspected(tmp_path, body, stories=stories)["problems"]
    (found,) = (problem for problem in problems if problem["code"] == code)
    assert (found["place"], found["text"]) == (place, text)
    assert text in found["message"]


def test_precheck_works_with_any_number_of_placeholders(tmp_path: Path) -> None:
    body = p("【a】" * 80_000)
    verdict = precheck(tmp_path, body, {})
    assert (verdict["expected_exit_code"], verdict["summary"]["unsupported_count"]) == (3, 80_000)
    assert len(verdict["unsupported"]) == 10_000
    report = inspected(tmp_path, p("【TITLE】" * 20_000))
    assert (report["fields"][0]["count"], len(report["fields"][0]["places"])) == (20_000, 10_000)
