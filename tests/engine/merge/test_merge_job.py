"""A merge makes a document of each row, proves each, and lists what came of it."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from docops_flask.engine.errors import ExitCode, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.job import Asset, Job, JobKind, RowsAsked
from docops_flask.engine.merge import merge_job, row_files
from docops_flask.engine.merge.members import is_member
from docops_flask.engine.merge.merge_job import merge
from docops_flask.engine.merge.merge_precheck import precheck_merge
from docops_flask.engine.merge.outcome import MergeResult
from docops_flask.engine.merge.row_made import salt_of_row
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.intake.job import build_job
from tests.engine.rows.workbooks import workbook


def _template(tmp_path: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = tmp_path / "template.docx"
    document.save(str(path))
    return path


def _job(name: str, **members: Any) -> Job:
    asked = {
        key: members.pop(key) for key in ("columns", "numbers", "all_artefacts", "salt") if key in members
    }
    rows = RowsAsked(name, name, asked.pop("columns", {}), 1000, **asked)
    return Job(JobKind.MERGE, (), rows=rows, template_name="通知.docx", **members)


def _merged(job: Job, template: Path, tmp_path: Path) -> tuple[MergeResult, zipfile.ZipFile]:
    result = merge(job, template, tmp_path, tmp_path / "outputs.zip")
    return result, zipfile.ZipFile(tmp_path / "outputs.zip")


def _lines(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read("results.jsonl").splitlines()]


def _text(archive: zipfile.ZipFile, name: str) -> str:
    return "\n".join(each.text for each in Document(io.BytesIO(archive.read(f"docs/{name}"))).paragraphs)


def test_each_row_gives_a_document(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】：", "金额 【金额|#,##0.00】 元，【?加急】加急【/】")
    (tmp_path / "rows.csv").write_text("甲方,金额,加急\n青岚市,1234.5,是\n远帆公司,7,否\n", encoding="utf-8")
    result, archive = _merged(_job("rows.csv"), template, tmp_path)
    first, second = _lines(archive)
    assert _text(archive, first["name"]) == "青岚市：\n金额 1,234.50 元，加急"
    assert _text(archive, second["name"]) == "远帆公司：\n金额 7.00 元，"
    assert result.exit_code == ExitCode.OK
    assert result.rows._asdict() == {
        "total": 2, "ok": 2, "missing_required": 0, "unsupported": 0, "strict_failed": 0, "failed": 0,
    }  # fmt: skip


def test_a_rows_fault_stops_no_other_row(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】 【金额|#,##0.00】")
    (tmp_path / "rows.csv").write_text("甲方,金额\nA,1\nB,soon\n,3\n", encoding="utf-8")
    result, archive = _merged(_job("rows.csv"), template, tmp_path)
    ok, failed, missing = _lines(archive)
    assert [each["outcome"] for each in (ok, failed, missing)] == ["ok", "failed", "missing_required"]
    assert failed["name"] is None
    (fault,) = failed["error"]["detail"]["rows"]
    assert (fault["row"], fault["column"]) == (2, "金额")
    assert missing["missing"] == ["甲方"]
    assert result.exit_code == 1
    assert result.missing == 1


def test_the_list_for_people_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】")
    (tmp_path / "rows.csv").write_text("甲方\nA\n", encoding="utf-8")
    _, archive = _merged(_job("rows.csv"), template, tmp_path)
    content = archive.read("results.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header == ["行", "文件", "结果", "缺少", "未填", "错误"]
    assert row[0] == "1"
    assert row[2] == "完成"


def test_chosen_rows_alone_are_done(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】")
    (tmp_path / "rows.csv").write_text("甲方\nA\nB\nC\nD\n", encoding="utf-8")
    _, archive = _merged(_job("rows.csv", numbers=((2, 2), (4, 9))), template, tmp_path)
    assert [each["row"] for each in _lines(archive)] == [2, 4]
    with pytest.raises(RowsInvalid, match="row_numbers"):
        _merged(_job("rows.csv", numbers=((9, 9),)), template, tmp_path)


def test_all_artefacts_of_each_row_are_kept_on_request(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】")
    (tmp_path / "rows.csv").write_text("甲方\nA\n", encoding="utf-8")
    _, archive = _merged(_job("rows.csv", all_artefacts=True), template, tmp_path)
    verdict = json.loads(archive.read("rows/1/out.integrity.json"))
    assert verdict["verdict"] == "intact"
    assert all(map(is_member, archive.namelist()))


def test_a_merge_of_a_document_type_of_language_1(tmp_path: Path) -> None:
    skill = load_skills(None).get("meeting_notice")
    assert skill is not None
    template = _template(tmp_path, "【MEETING_TITLE】", "【ATTENDEES】")
    (tmp_path / "rows.csv").write_text("会议名称,attendees\n例会,张三；李四\n", encoding="utf-8")
    _, archive = _merged(_job("rows.csv", skill=skill), template, tmp_path)
    (line,) = _lines(archive)
    assert _text(archive, line["name"]) == "例会\n张三, 李四"


def test_a_picture_of_a_row_is_one_of_the_files_sent(tmp_path: Path) -> None:
    from tests.pictures import png

    template = _template(tmp_path, "【@公章 20mm】 【甲方】")
    (tmp_path / "seal").write_bytes(png(10, 10))
    rows = [["甲方", "公章"], ["A", "seal.png"], ["B", None]]
    workbook(tmp_path / "rows.xlsx", {"Sheet1": rows})
    assets = (Asset("seal.png", str(tmp_path / "seal")), Asset("other.png", str(tmp_path / "seal")))
    result, archive = _merged(_job("rows.xlsx", assets=assets), template, tmp_path)
    assert [each["outcome"] for each in _lines(archive)] == ["ok", "missing_required"]
    assert [each.message for each in result.faults] == ["No row refers to the file other.png."]


def test_a_merge_with_pdfs_has_a_limit_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_job, "MOST_PDF_ROWS", 1)
    (tmp_path / "rows.csv").write_text("甲方\nA\nB\n", encoding="utf-8")
    template = _template(tmp_path, "【甲方】")
    with pytest.raises(RowsLimitExceeded, match="/v1/batches"):
        _merged(_job("rows.csv", options=Options(pdf=True)), template, tmp_path)


def test_a_rows_task_gives_its_document_alone(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】：【金额|#,##0.00】")
    rows = '{"甲方": "青岚市", "金额": 12345678901234567890.10}\n'
    (tmp_path / "rows.jsonl").write_text(rows, encoding="utf-8")
    job = _job("rows.jsonl", receipt=True, salt="00" * 32)
    result, archive = _merged(job, template, tmp_path)
    (made,) = result.made
    task = archive.read("rows/1/task.json")
    assert b"12345678901234567890.10" in task
    assert made.task_sha256 == hashlib.sha256(salt_of_row("00" * 32, 1) + task).hexdigest()
    alone = build_job(JobKind.RUN, {}, task, load_skills(), load_policies(), limits=Limits())
    (tmp_path / "alone").mkdir()
    run_to_folder(alone, template, tmp_path / "alone")
    assert hashlib.sha256((tmp_path / "alone" / "out.docx").read_bytes()).hexdigest() == made.sha256


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】")
    (tmp_path / "rows.csv").write_text("甲方\nA\nB\n", encoding="utf-8")
    _merged(_job("rows.csv"), template, tmp_path)
    first = (tmp_path / "outputs.zip").read_bytes()
    _merged(_job("rows.csv"), template, tmp_path)
    assert (tmp_path / "outputs.zip").read_bytes() == first


def test_the_bytes_do_not_depend_on_how_many_files_are_written_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = _template(tmp_path, "【甲方】")
    (tmp_path / "rows.csv").write_text("甲方\nA\nB\nC\n", encoding="utf-8")
    made = set()
    for most in (0, 10_000, row_files.MOST_WAITING_BYTES):
        monkeypatch.setattr(row_files, "MOST_WAITING_BYTES", most)
        _merged(_job("rows.csv", all_artefacts=True), template, tmp_path)
        made.add((tmp_path / "outputs.zip").read_bytes())
    assert len(made) == 1


def test_a_precheck_tells_columns_a_sample_and_every_fault(tmp_path: Path) -> None:
    template = _template(tmp_path, "【甲方】 【金额|#,##0.00】")
    (tmp_path / "rows.csv").write_text("甲方,金额\nA,1\nB,soon\n,3\n", encoding="utf-8")
    told = precheck_merge(_job("rows.csv"), template, tmp_path).as_dict()
    assert told["columns"][1] == {"header": "金额", "field": "金额", "suggestion": None}
    assert told["row_count"] == 3
    assert told["sample"] == {"甲方": "A", "金额": "1"}
    assert [(each["row"], each["column"]) for each in told["errors"]] == [(2, "金额")]
    assert told["missing"] == [{"row": 3, "fields": ["甲方"]}]
    assert told["rows"]["missing_required"] == 1


def test_a_precheck_tells_faults_of_the_header(tmp_path: Path) -> None:
    template = _template(tmp_path, "【=甲方】【甲方】")
    (tmp_path / "rows.csv").write_text("甲方,备注\nA,x\n", encoding="utf-8")
    told = precheck_merge(_job("rows.csv"), template, tmp_path).as_dict()
    assert [(each["row"], each["column"]) for each in told["errors"]] == [(0, "备注")]
    assert told["row_count"] == 0


def test_a_document_of_a_row_is_put_in(tmp_path: Path) -> None:
    from tests.factories import docx, p

    template = _template(tmp_path, "【甲方】", "【+附件】")
    (tmp_path / "a").write_bytes(docx(p("附")))
    workbook(tmp_path / "rows.xlsx", {"Sheet1": [["甲方", "附件"], ["A", "a.docx"], ["B", None]]})
    assets = (Asset("a.docx", str(tmp_path / "a")),)
    _, archive = _merged(_job("rows.xlsx", assets=assets), template, tmp_path)
    lines = _lines(archive)
    assert [each["outcome"] for each in lines] == ["ok", "missing_required"]
    assert _text(archive, lines[0]["name"]) == "A\n附"
