"""A file inside the template that cannot be searched for placeholders is warned of, by each kind of job."""

import gzip
import json
import struct
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.run_warnings import WARNINGS
from tests.engine.compound_files import compound_file
from tests.engine.integrity.finished_job import skill_of
from tests.factories import docx, p, package

SKILL = skill_of({"TITLE": ""})
NAME = "【TITLE】"


def inside(content: bytes, name: str = "word/embeddings/o.bin") -> bytes:
    return docx(p("x"), extra={name: content})


def zipped(name: str, content: bytes | str) -> bytes:
    return package({"[Content_Types].xml": "<Types/>", name: content})


def with_password(archive: bytes) -> bytes:
    """The archive with its members marked as encrypted."""
    marked = archive.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
    return marked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


def do(folder: Path, template: bytes, limits: Limits = Limits()) -> dict[str, Any]:  # noqa: B008, immutable
    path = folder / "t.docx"
    path.write_bytes(template)
    job = Job(JobKind.RUN, (SKILL,), SKILL, {"title": "x"}, limits=limits)
    told = {"run": run_job(job, path, folder)}
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        told["log"] = json.loads(archive.read("out.replace_log.json"))
        told["report"] = json.loads(archive.read("out.format_report.json"))
    told["precheck"] = run_job(job._replace(kind=JobKind.PRECHECK), path, folder)
    told["inspect"] = run_job(job._replace(kind=JobKind.INSPECT), path, folder)
    return told


class Case(NamedTuple):
    """A template, the code of the warning and its place."""

    template: bytes
    code: str
    place: str


OBJECT = "word/embeddings/o.bin"
MACROS = zipped("xl/vbaProject.bin", b"packed code")
SHEETS = zipped("a.xml", NAME)
for _ in range(9):
    SHEETS = zipped("a.xlsx", SHEETS)
CASES = {
    "a document or workbook with a password": Case(
        inside(compound_file({"EncryptionInfo": b"x", "EncryptedPackage": b"x" * 5000})),
        "NOT_SEARCHED_ENCRYPTED",
        OBJECT,
    ),
    "an archive with a password": Case(
        inside(with_password(zipped("a.xml", NAME))), "NOT_SEARCHED_ENCRYPTED", OBJECT
    ),
    "a .doc with a password": Case(
        inside(compound_file({"WordDocument": struct.pack("<6H", 0xA5EC, 193, 0, 0, 0, 0x0100)})),
        "NOT_SEARCHED_ENCRYPTED",
        OBJECT,
    ),
    "a .xls with a password": Case(
        inside(compound_file({"Workbook": struct.pack("<2H4x2H6x", 0x809, 4, 0x2F, 6)})),
        "NOT_SEARCHED_ENCRYPTED",
        OBJECT,
    ),
    "a workbook with a password in a document inside": Case(
        inside(zipped("word/embeddings/b.xlsx", compound_file({"EncryptedPackage": b"x"})), OBJECT),
        "NOT_SEARCHED_ENCRYPTED",
        f"{OBJECT}/word/embeddings/b.xlsx",
    ),
    "files in too many files": Case(
        inside(SHEETS), "NOT_SEARCHED_DEEP", f"{OBJECT}{'/a.xlsx' * 8}"
    ),
    "macros": Case(inside(MACROS), "NOT_SEARCHED_UNREADABLE", f"{OBJECT}/xl/vbaProject.bin"),
    "a damaged archive": Case(
        inside(zipped("a.xml", NAME)[:-30]), "NOT_SEARCHED_UNREADABLE", OBJECT
    ),
    "a damaged object": Case(
        inside(compound_file({"a": b"x" * 5000})[:1000]), "NOT_SEARCHED_UNREADABLE", OBJECT
    ),
    "a PDF in an object": Case(
        inside(compound_file({"\x01Ole10Native": b"head" + b"%PDF-1.7 packed"})),
        "NOT_SEARCHED_UNREADABLE",
        f"{OBJECT}/Ole10Native",
    ),
    "an archive of another kind": Case(inside(b"7z\xbc\xaf\x27\x1cxx"), "NOT_SEARCHED_UNREADABLE", OBJECT),
    "a damaged picture packed with gzip": Case(
        inside(gzip.compress(b"text")[:10] + b"\xff\xff", "word/media/i.emz"),
        "NOT_SEARCHED_UNREADABLE",
        "word/media/i.emz",
    ),
    "a PDF in a mail page": Case(
        inside(
            b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + b64encode(b"%PDF-1.7 packed"),
            "word/chunk.mht",
        ),
        "NOT_SEARCHED_UNREADABLE",
        "word/chunk.mht",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_kind_of_job_warns_of_it(tmp_path: Path, case: Case) -> None:
    told = do(tmp_path, case.template)
    warning = {"code": case.code, "message": WARNINGS[case.code].format(case.place).en, "place": case.place}
    assert case.place in warning["message"]
    assert told["log"]["warnings"] == told["report"]["warnings"] == [warning]
    assert told["precheck"]["warnings"] == [warning]
    problems = [each for each in told["inspect"]["problems"] if each["code"] != "NO_FIELDS"]
    assert problems == [{**warning, "text": "", "related_place": None}]
    # Whether it holds a placeholder is not known.
    assert told["run"]["exit_code"] == told["precheck"]["expected_exit_code"] == 0


@pytest.mark.parametrize("limits", [Limits(unpacked_bytes=60_000), Limits(zip_entries=5)])
def test_what_is_beyond_a_limit_is_warned_of(tmp_path: Path, limits: Limits) -> None:
    members = {f"{number}.xml": b"<x>" + b" " * 10_000 + b"</x>" for number in range(8)}
    told = do(tmp_path, inside(package({"a.txt": NAME, **members})), limits)
    warnings = told["log"]["warnings"]
    assert {each["code"] for each in warnings} == {"NOT_SEARCHED_LARGE"}
    assert warnings == told["precheck"]["warnings"] == told["report"]["warnings"]
    assert all(each["place"].startswith(OBJECT) for each in warnings)


FOUND = {
    "a workbook in a document": zipped("word/embeddings/b.xlsx", zipped("xl/a.xml", f"<t>{NAME}</t>")),
    "a workbook in an object, its sectors apart": compound_file(
        {"Package": zipped("xl/a.xml", f"<t>{NAME}{'x' * 9000}</t>").ljust(5000, b"\0")}, reverse=True
    ),
    "a workbook in an object in a document": zipped(
        "word/embeddings/b.bin", compound_file({"Package": zipped("xl/a.xml", f"<t>{NAME}</t>")})
    ),
    "a document in an object of any file": compound_file(
        {"\x01Ole10Native": b"label\0" + zipped("word/document.xml", f"<t>{NAME}</t>") + b"\0behind"}
    ),
    "text of an object": compound_file({"CONTENTS": NAME.encode("utf-16-le")}),
    "an old document, the name across sectors": compound_file(
        {"WordDocument": bytes(510) + NAME.encode("utf-16-le") + bytes(5000)}, reverse=True
    ),
    "a document in a mail page": b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n"
    + b64encode(zipped("word/document.xml", f"<t>{NAME}</t>")),
    "a picture packed with gzip": gzip.compress(NAME.encode("utf-16-le")),
}


@pytest.mark.parametrize("thing", FOUND)
@pytest.mark.parametrize("part", [OBJECT, "word/media/image1.dat"])
def test_a_name_deep_inside_is_found_and_reported(tmp_path: Path, thing: str, part: str) -> None:
    told = do(tmp_path, inside(FOUND[thing], part))
    assert told["run"]["exit_code"] == told["precheck"]["expected_exit_code"] == 3
    [entry] = told["log"]["entries"]
    assert (entry["original_text"], entry["part"]) == (NAME, part)
    assert [each["text"] for each in told["inspect"]["unsupported"]] == [NAME]
    assert "warnings" not in told["log"]
