"""The gate: documents that Word would want to repair are refused; defects of the template stay its own."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.render import Template
from docops_flask.engine.run import edits
from docops_flask.engine.template.alike import Filling
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.values import Values
from tests.engine.integrity.finished_job import finish, skill_of
from tests.factories import docx, p, story, tbl, tc, tr
from tests.optional import not_none

VALUES = {"A": "x"}
PICTURE = '<w:r><w:drawing><wp:inline><wp:docPr id="7"/></wp:inline></w:drawing></w:r>'
MARK = '<w:bookmarkStart w:id="3" w:name="{}"/><w:bookmarkEnd w:id="3"/>'
LINK = '<w:hyperlink r:id="rId99"><w:r><w:t>x</w:t></w:r></w:hyperlink>'

BROKEN = {
    "a cell without a paragraph": (tbl("<w:tr><w:tc><w:tcPr/></w:tc></w:tr>"), ("empty_cell", "cell 0")),
    "an empty cell": (tbl(tr(tc("x")) + "<w:tr><w:tc/></w:tr>"), ("empty_cell", "cell 1")),
    "a cell that ends with a table": (tbl(tr(tc(tbl(tr(tc("x")))))), ("empty_cell", "cell 0")),
    "two pictures of one id": (p(PICTURE, PICTURE), ("duplicate_id", "docPr 7")),
    "two bookmarks of one id": (p(MARK.format("a"), MARK.format("b")), ("duplicate_id", "bookmarkStart 3")),
    "a relationship of nothing": (p(LINK), ("dangling_relationship", "rId99")),
}
SOUND = {
    "a control in a cell": tbl(tr(tc(f"<w:sdt><w:sdtContent>{p('x')}</w:sdtContent></w:sdt>"))),
    "a comment at a cell's end": tbl(tr(tc(p("x"), "<!-- end -->"))),
    "a bookmark at a cell's end": tbl(tr(tc(p("x"), '<w:bookmarkEnd w:id="1"/>'))),
}


@pytest.mark.parametrize(("body", "defect"), BROKEN.values(), ids=BROKEN)
def test_a_defect_of_the_template_is_attributed_to_the_template(
    tmp_path: Path, body: str, defect: tuple[str, str]
) -> None:
    job = finish(tmp_path, docx(body + p("【A】")), VALUES)
    assert job.integrity["verdict"] == "intact"
    assert [(each["code"], each["subject"]) for each in job.integrity["template_defects"]] == [defect]
    assert job.integrity["template_defect_count"] == 1


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_a_package_that_word_opens_has_no_defect(tmp_path: Path, body: str) -> None:
    assert finish(tmp_path, docx(body + p("【A】")), VALUES).integrity["template_defects"] == []


@pytest.mark.parametrize(("body", "defect"), BROKEN.values(), ids=BROKEN)
def test_a_new_defect_stops_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, defect: tuple[str, str]
) -> None:
    def faulty(scan: Scan, values: Values, _pictures: object = None, _alike: object = None) -> Filling:
        filling = fill(scan, values)
        part = scan.paragraphs[0].place.part
        end = part.text.content.index(b"<w:sectPr/>")
        filling.edits.append(Edit(part, end, end, body.encode(), ReplaceText("p0", 0)))
        return filling

    monkeypatch.setattr(edits, "fill", faulty)
    with pytest.raises(ResultRefused) as refused:
        finish(tmp_path, docx(p("【A】")), VALUES)
    assert defect[0] in not_none(refused.value.inner)


@pytest.mark.parametrize(("body", "defect"), BROKEN.values(), ids=BROKEN)
def test_the_gate_does_not_depend_on_the_encoding_of_the_template(
    tmp_path: Path, body: str, defect: tuple[str, str]
) -> None:
    content = story("document", f"<w:body>{body}{p('【A】')}</w:body>").replace("UTF-8", "UTF-16")
    job = finish(tmp_path, docx("", extra={"word/document.xml": content.encode("utf-16")}), VALUES)
    assert [(each["code"], each["subject"]) for each in job.integrity["template_defects"]] == [defect]


@pytest.mark.parametrize(("body", "defect"), BROKEN.values(), ids=BROKEN)
def test_a_defect_among_many_rows_alike_is_told_in_each_rendering(
    tmp_path: Path, body: str, defect: tuple[str, str]
) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(tbl(tr(tc("【A】"), tc("x")) * 30) + body))
    skill = skill_of(VALUES)
    job = Job(JobKind.RUN, (skill,), skill, {"a": "x"}, Options())
    package = Package(file, job.limits)
    template = Template(package, job.limits)
    for _ in range(3):
        template.render_to_zip(job, tmp_path / "outputs.zip")
        with ZipFile(tmp_path / "outputs.zip") as archive:
            told = json.loads(archive.read("out.integrity.json"))
        assert [(each["code"], each["subject"]) for each in told["template_defects"]] == [
            (defect[0], defect[1].replace("cell 0", "cell 60").replace("cell 1", "cell 61"))
        ]
    package.close()


def test_a_part_without_a_content_type_is_a_defect(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】"), extra={"word/odd.thing": b"x"}), VALUES)
    assert job.integrity["template_defects"] == [
        {
            "part": "word/odd.thing",
            "code": "no_content_type",
            "subject": "",
            "message": "The package does not declare the part's content type.",
        }
    ]
