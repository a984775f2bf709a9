"""With all artefacts each row of a merge has the files that a run of it makes, byte for byte."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from docx import Document

from docops_flask.engine.artefacts import DOCUMENT
from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.merge.merge_job import merge
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import PRESETS, Options
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.intake.job import build_job

# Rows with the same fields, with fewer, with characters that JSON and XML escape, and with several lines.
_ROWS = """meeting_title,meeting_date,meeting_location,attendees
例会,2026-11-29,三楼,张三；李四
例会,2026-11-30,三楼,王五
,2026-11-30,三楼,王五
"a ""b"" \\ & <c>",2026-12-01,,王五
例会,2026-12-01,"三楼
会议室",王五
例会,2026-12-01,三楼,王五
例会,2026-11-29,三楼,张三；李四
"""
_PARAGRAPHS = (
    "第【MEETING_TITLE】次",
    "第【MEETING_TITLE】次",
    "【MEETING_DATE】在【MEETING_LOCATION】",
    "【ATTENDEES】 【NOBODY】",
)


def _template(tmp_path: Path) -> Path:
    document = Document()
    for text in _PARAGRAPHS:
        document.add_paragraph(text)
    cells = document.add_table(2, 2).rows[0].cells
    for cell in cells:
        cell.text = "【MEETING_LOCATION】"
    path = tmp_path / "template.docx"
    document.save(str(path))
    return path


@pytest.mark.parametrize(
    "options", [PRESETS["quick"], Options(), Options(format_mode="report", format_report="both")]
)
@pytest.mark.parametrize("skill_name", ["meeting_notice", None])
def test_the_files_of_a_row_are_those_of_a_run_of_it(
    tmp_path: Path, options: Options, skill_name: str | None
) -> None:
    template = _template(tmp_path)
    skill = None if skill_name is None else load_skills().get(skill_name)
    (tmp_path / "rows.csv").write_text(_ROWS, encoding="utf-8")
    rows = RowsAsked("rows.csv", "rows.csv", {}, 100, all_artefacts=True, salt="00" * 32)
    job = Job(JobKind.MERGE, (), skill, options=options, rows=rows, receipt=True)
    result = merge(job, template, tmp_path, tmp_path / "outputs.zip")
    assert result.rows.total == len(result.made) == 7
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        assert archive.testzip() is None
        for made in result.made:
            prefix = f"rows/{made.row}/"
            task = archive.read(f"{prefix}task.json")
            alone = build_job(JobKind.RUN, {}, task, load_skills(), load_policies(), limits=Limits())
            alone = alone._replace(options=options, template_name=job.template_name, date=job.date)
            folder = tmp_path / str(made.row)
            folder.mkdir()
            run_to_folder(alone, template, folder)
            files = {each.name: each.read_bytes() for each in folder.iterdir()}
            assert hashlib.sha256(files.pop(DOCUMENT)).hexdigest() == made.sha256
            of_row = {
                name.removeprefix(prefix): archive.read(name)
                for name in archive.namelist()
                if name.startswith(prefix)
            }
            assert {**files, "task.json": task} == of_row
