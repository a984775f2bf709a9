"""Placeholders that stand where no value can be put are reported: by run, precheck and inspect alike."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from tests.engine.integrity.finished_job import skill_of
from tests.engine.template.places.packages import (
    bound_control,
    cache,
    chart,
    custom_data,
    package,
    properties,
    relationship,
    relationships,
    story,
)
from tests.factories import docx, p

SKILL = skill_of({"TITLE": ""})
CHUNK = '<w:altChunk r:id="rId1"/>'
CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _chunk(content: bytes, name: str = "afchunk1.html", kind: str = "text/html") -> bytes:
    return package(
        p("x") + CHUNK,
        parts={f"word/{name}": content},
        relationships=relationship(1, "aFChunk", name),
        types={f"/word/{name}": kind},
    )


def _embedded(content: bytes, name: str = "book.xlsx") -> bytes:
    return package(
        parts={f"word/embeddings/{name}": content},
        relationships=relationship(1, "package", f"embeddings/{name}"),
        types={name.rpartition(".")[2]: "application/x"},
    )


def _main(attributes_of: str) -> bytes:
    return package(f"<w:p>{attributes_of}</w:p>")


class Case(NamedTuple):
    """A template with one 【TITLE】, the beginning of its address, where that is for people."""

    template: bytes
    path: str
    place: str


_IMPORTED, _FILE = "imported content (altChunk)", "embedded file"
_SHEET = _zip(
    {"xl/sharedStrings.xml": "<sst><si><t>【TITLE】</t></si></sst>".encode(), "xl/media/a.png": b"x"}
)
CASES = {
    "imported HTML": Case(_chunk("<p>【TITLE】</p>".encode()), "word/afchunk1.html#byte[3]", _IMPORTED),
    "an imported document declared as its main part is": Case(
        _chunk(
            docx(p("【TI", "TLE】")),
            "afchunk1.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        ),
        "word/afchunk1.docx#word/document.xml#byte[",
        _IMPORTED,
    ),
    "imported HTML with markup in the name": Case(
        _chunk("<p>【TI<b>TLE</b>】</p>".encode()), "word/afchunk1.html#byte[3]", _IMPORTED
    ),
    "imported HTML in GB 18030": Case(
        _chunk("<p>【TITLE】</p>".encode("gb18030")), "word/afchunk1.html#byte[3]", _IMPORTED
    ),
    "imported HTML in UTF-16": Case(
        _chunk("<p>【TITLE】</p>".encode("utf-16-le")), "word/afchunk1.html#", _IMPORTED
    ),
    "imported HTML with references": Case(_chunk(b"&#12304;TITLE&#12305;"), "word/afchunk1.html#", _IMPORTED),
    "imported XHTML": Case(
        _chunk("<html><body>【TITLE】</body></html>".encode(), "chunk.xml", "application/xhtml+xml"),
        "word/chunk.xml#",
        _IMPORTED,
    ),
    "imported RTF": Case(
        _chunk(rb"{\rtf1 \u12304?TI{\b TLE}\u12305?}", "chunk.rtf", "text/rtf"), "word/chunk.rtf#", _IMPORTED
    ),
    "imported RTF with bytes": Case(
        _chunk(rb"{\rtf1\ansicpg936 \'a1\'beTITLE\'a1\'bf}", "chunk.rtf", "text/rtf"),
        "word/chunk.rtf#",
        _IMPORTED,
    ),
    "imported MHTML": Case(
        _chunk(b"MIME-Version: 1.0\n\n=E3=80=90TI=\r\nTLE=E3=80=91", "chunk.mht", "message/rfc822"),
        "word/chunk.mht#",
        _IMPORTED,
    ),
    "imported MHTML in base64": Case(
        _chunk(
            b"MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
            b"44CQVElUTEXjgJE=\n",
            "chunk.mht",
            "message/rfc822",
        ),
        "word/chunk.mht#",
        _IMPORTED,
    ),
    "imported MHTML in messages in messages": Case(
        _chunk(
            b"MIME-Version: 1.0\n"
            + b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number)
                for number in range(2000)
            )
            + b"Content-Transfer-Encoding: BASE64\r\nContent-Type: text/html\r\n\r\n"
            + b"44CQVElU\r\nTEXjgJE\r\n--",
            "chunk.mht",
            "message/rfc822",
        ),
        "word/chunk.mht#",
        _IMPORTED,
    ),
    "imported document": Case(
        _chunk(docx(p("【TITLE】")), "chunk.docx", "application/x"),
        "word/chunk.docx#word/document.xml#",
        _IMPORTED,
    ),
    "embedded workbook": Case(
        _embedded(_SHEET), "word/embeddings/book.xlsx#xl/sharedStrings.xml#byte[12]", _FILE
    ),
    "embedded document": Case(
        _embedded(docx(p("【TITLE】")), "a.docx"), "word/embeddings/a.docx#word/document.xml#", _FILE
    ),
    "workbook in an embedded document": Case(
        _embedded(_zip({"word/embeddings/b.xlsx": _SHEET}), "a.docx"),
        "word/embeddings/a.docx#word/embeddings/b.xlsx/xl/sharedStrings.xml#",
        _FILE,
    ),
    "workbook in an OLE file": Case(
        _embedded(CFB + _SHEET + bytes(50), "a.bin"), "word/embeddings/a.bin#xl/", _FILE
    ),
    "old Word file": Case(
        _embedded(CFB + "【TITLE】".encode("utf-16-le"), "a.doc"), "word/embeddings/a.doc#byte[508]", _FILE
    ),
    "damaged workbook": Case(
        _embedded("PK\3\4 【TITLE】".encode()), "word/embeddings/book.xlsx#byte[5]", _FILE
    ),
    "building block": Case(
        package(
            parts={
                "word/glossary/document.xml": story(
                    "glossaryDocument",
                    "<w:docParts><w:docPart><w:docPartBody><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p>"
                    "<w:r><w:t>【TI</w:t></w:r><w:r><w:t>TLE】</w:t></w:r></w:p></w:docPartBody></w:docPart></w:docParts>",
                )
            },
            relationships=relationship(1, "glossaryDocument", "glossary/document.xml"),
        ),
        "word/glossary/document.xml#p[1]",
        "building block (glossary document)",
    ),
    "formula of a chart": Case(
        chart("<c:cat><c:strRef><c:f>【TITLE】!$A$1</c:f></c:strRef></c:cat>"),
        "word/charts/chart1.xml#f[0]",
        "formula of a chart",
    ),
    "name of a style": Case(
        package(
            parts={"word/styles.xml": story("styles", '<w:style><w:name w:val="【TITLE】"/></w:style>')},
            relationships=relationship(1, "styles", "styles.xml"),
        ),
        "word/styles.xml#name[0]@w:val",
        "name of a style, form field or building block",
    ),
    "name of a bookmark": Case(
        _main('<w:bookmarkStart w:id="0" w:name="【TITLE】"/>'),
        "word/document.xml#bookmarkStart[0]@w:name",
        "name of a bookmark",
    ),
    "bookmark that a link leads to": Case(
        _main('<w:hyperlink w:anchor="【TITLE】"/>'),
        "word/document.xml#hyperlink[0]@w:anchor",
        "bookmark that a link leads to",
    ),
    "number of a property": Case(
        properties("app", "<Pages>【TITLE】</Pages>"), "docProps/app.xml#Pages[0]", "document property"
    ),
    "date of a property": Case(
        properties("core", "<dcterms:created>【TITLE】</dcterms:created>"),
        "docProps/core.xml#created[0]",
        "document property",
    ),
    "linked picture": Case(
        package(relationships=relationship(1, "image", "https://example.org/【TITLE】.png", external=True)),
        "word/_rels/document.xml.rels#Relationship[0]@Target",
        "target of a relationship",
    ),
    "attached template": Case(
        package(
            parts={
                "word/_rels/settings.xml.rels": relationships(
                    relationship(1, "attachedTemplate", "file:///【TITLE】.dotx", external=True)
                )
            }
        ),
        "word/_rels/settings.xml.rels#Relationship[0]@Target",
        "target of a relationship",
    ),
    "query of a mail merge": Case(
        package(
            parts={
                "word/settings.xml": story(
                    "settings", '<w:mailMerge><w:query w:val="SELECT 【TITLE】"/></w:mailMerge>'
                )
            },
            relationships=relationship(1, "settings", "settings.xml"),
        ),
        "word/settings.xml#query[0]@w:val",
        "query of a mail merge",
    ),
    "part that is no well-formed XML": Case(
        package(parts={"docProps/extra.xml": "<a>【TITLE】"}), "docProps/extra.xml#byte[3]", "damaged part"
    ),
}


def _do(tmp_path: Path, template: bytes, kind: JobKind) -> dict[str, Any]:
    file = tmp_path / "template.docx"
    file.write_bytes(template)
    off = Options(format_mode="off")
    if kind is JobKind.INSPECT:
        return run_job(Job(kind, (SKILL,)), file, tmp_path)
    return run_job(Job(kind, (SKILL,), SKILL, {"title": "x"}, off), file, tmp_path)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_run_reports_it_with_exit_code_3(tmp_path: Path, case: Case) -> None:
    assert _do(tmp_path, case.template, JobKind.RUN)["exit_code"] == 3
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        [entry] = json.loads(archive.read("out.replace_log.json"))["entries"]
    assert (entry["status"], entry["kind"], entry["original_text"]) == (
        "unsupported",
        "unfillable",
        "【TITLE】",
    )
    assert (entry["field_name"], entry["run_id"], entry["new_text"]) == (None, None, None)
    assert entry["paragraph_path"].startswith(case.path)
    assert entry["place"] == case.place
    assert entry["paragraph_path"].startswith(f"{entry['part']}#")
    assert entry["reason"].startswith(f"{case.place}: ")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_precheck_and_inspect_report_the_same(tmp_path: Path, case: Case) -> None:
    precheck = _do(tmp_path, case.template, JobKind.PRECHECK)
    assert precheck["expected_exit_code"] == 3
    inspection = _do(tmp_path, case.template, JobKind.INSPECT)
    assert precheck["unsupported"] == inspection["unsupported"]
    [found] = inspection["unsupported"]
    assert (found["kind"], found["text"]) == ("unfillable", "【TITLE】")
    [problem] = [each for each in inspection["problems"] if each["code"] == "UNSUPPORTED_PLACEHOLDER"]
    assert problem["place"] == found["paragraph_path"]
    assert found["reason"] in problem["message"]


@pytest.mark.parametrize(
    "template",
    [
        _chunk("<p>【注意】 and 【1】</p>".encode()),
        _embedded(_zip({"xl/sharedStrings.xml": b"<t>nothing</t>"})),
        package(p("x"), parts={"word/media/image1.png": "【TITLE】".encode()}, types={"png": "image/png"}),
        package(parts={"word/glossary/document.xml": story("glossaryDocument", p("【注意】"))},
                relationships=relationship(1, "glossaryDocument", "glossary/document.xml")),
        custom_data(p("x"), "<root>【注意】 【1】</root>"),
    ],
)  # fmt: skip
def test_what_holds_no_placeholder_is_not_reported(tmp_path: Path, template: bytes) -> None:
    assert _do(tmp_path, template, JobKind.RUN)["exit_code"] == 0


def test_fields_of_other_places_are_listed_by_precheck_and_inspect(tmp_path: Path) -> None:
    template = chart(cache("【TITLE】", "【OTHER】"))
    inspection = _do(tmp_path, template, JobKind.INSPECT)
    assert [(field["name"], field["count"], field["places"]) for field in inspection["fields"]] == [
        ("TITLE", 1, ["word/charts/chart1.xml#v[0]"]),
        ("OTHER", 1, ["word/charts/chart1.xml#v[1]"]),
    ]
    assert [problem["code"] for problem in inspection["problems"]] == ["UNKNOWN_FIELD"]
    assert inspection["suggested_skill"] == "proof"
    assert _do(tmp_path, template, JobKind.PRECHECK)["template_fields"] == ["OTHER", "TITLE"]


def test_a_control_whose_data_is_filled_is_no_problem(tmp_path: Path) -> None:
    template = custom_data(bound_control("【TITLE】"), '<root xmlns="urn:x"><name/></root>')
    assert _do(tmp_path, template, JobKind.INSPECT)["problems"] == []


def test_an_archive_in_an_archive_is_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    large = "【TITLE】".encode() + bytes(2 * 1024 * 1024)
    template = tmp_path / "template.docx"
    template.write_bytes(_embedded(_zip({"a.xml": large, "b.xml": "【TITLE】".encode()})))
    job = Job(JobKind.PRECHECK, (SKILL,), SKILL, {"title": "x"})
    limits = job.limits._replace(unpacked_bytes=1024 * 1024)
    [found] = run_job(job._replace(limits=limits), template, tmp_path)["unsupported"]
    assert found["paragraph_path"] == "word/embeddings/book.xlsx#b.xml#byte[0]"
