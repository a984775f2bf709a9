"""Bracketed words in imported and embedded files that no document type declares are told of."""

from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from tests.engine.integrity.finished_job import skill_of
from tests.engine.template.places.packages import package, relationship
from tests.factories import docx, p

SKILL = skill_of({"TITLE": ""})
RTF = rb"{\rtf1\ansi \u12304?\u30002?{\b \u26041?}\u12305? \'a1\'be\'d2\'d2\'b7\'bd\'a1\'bf}"
CHUNKS = {
    "HTML": ("a.html", "<p>【<b>甲</b>方】 和【乙方】【1】</p>".encode()),
    "HTML in GBK": ("a.html", "<p>【甲方】【乙方】</p>".encode("gb18030")),
    "HTML in UTF-16": ("a.html", "<p>【甲方】【乙方】</p>".encode("utf-16")),
    "HTML by numbers": ("a.html", "&#12304;&#30002;&#26041;&#12305;<i>【乙方】</i>".encode()),
    "RTF": ("a.rtf", RTF),
    "text": ("a.txt", "甲：【甲方】\n乙：【乙方】".encode()),
    "MHTML": (
        "a.mht",
        b"MIME-Version: 1.0\nContent-Transfer-Encoding: quoted-printable\n\n=E3=80=90=E7=94=B2=E6=\n"
        b"=96=B9=E3=80=91" + "【乙方】".encode(),
    ),
    "a document": ("a.docx", docx(p("【甲", "方】") + p("【乙方】"))),
}


def chunk(name: str, content: bytes) -> bytes:
    return package(
        p("【注意】【TITLE】") + '<w:altChunk r:id="rId1"/>',
        parts={f"word/{name}": content},
        relationships=relationship(1, "aFChunk", name),
        types={f"/word/{name}": "application/x"},
    )


@pytest.mark.parametrize("thing", CHUNKS)
def test_those_of_an_imported_file(tmp_path: Path, thing: str) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(chunk(*CHUNKS[thing]))
    told = run_job(Job(JobKind.PRECHECK, (SKILL,), SKILL, {"title": "x"}), path, tmp_path)
    assert told["undeclared"] == ["【注意】", "【甲方】", "【乙方】"]
    assert told["expected_exit_code"] == 0


def test_bytes_that_are_no_text_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(chunk("a.bin", b"\0\x01" + "【甲方】".encode()))
    told = run_job(Job(JobKind.PRECHECK, (SKILL,), SKILL, {"title": "x"}), path, tmp_path)
    assert told["undeclared"] == ["【注意】"]
