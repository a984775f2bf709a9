"""Lists outside paragraphs are joined as the text around them, or the language of the document, asks for."""

import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill
from tests.engine.template.places.packages import package, picture, properties
from tests.factories import p

_LABEL = Bilingual("", "")
SKILL = Skill("lists", _LABEL, _LABEL, (Field("names", _LABEL, "list", True, "NAMES", ("x",), _LABEL),))


def part_of_result(folder: Path, template: bytes, part: str) -> str:
    path = folder / "t.docx"
    path.write_bytes(template)
    run_job(Job(JobKind.RUN, (SKILL,), SKILL, {"names": ["甲", "乙"]}), path, folder)
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        (folder / "out.docx").write_bytes(archive.read("out.docx"))
    with zipfile.ZipFile(folder / "out.docx") as document:
        return document.read(part).decode()


@pytest.mark.parametrize(
    ("body", "description", "joined"),
    [
        ("参会人员", "【NAMES】", "甲、乙"),
        ("Present", "【NAMES】", "甲, 乙"),
        ("Present", "人员：【NAMES】", "人员：甲、乙"),
        ("参会人员", "Present: 【NAMES】", "Present: 甲, 乙"),
    ],
)
def test_in_an_alternative_text(tmp_path: Path, body: str, description: str, joined: str) -> None:
    template = package(p(body) + picture(f'descr="{description}"'))
    assert f'descr="{joined}"' in part_of_result(tmp_path, template, "word/document.xml")


def test_in_a_document_property(tmp_path: Path) -> None:
    template = properties("core", "<dc:title>与会者【NAMES】</dc:title><dc:subject>【NAMES】</dc:subject>")
    told = part_of_result(tmp_path, template, "docProps/core.xml")
    assert "<dc:title>与会者甲、乙</dc:title><dc:subject>甲, 乙</dc:subject>" in told
