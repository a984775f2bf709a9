"""What an inspection warns of beside the text: signatures, mail merge, templates, links, fields, comments."""

from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from docops_flask.engine.reports.inspection import Problem
from tests.engine.removal_packages import END, REFERENCE, START, commented, relationships, signed
from tests.factories import R_STRICT, W_STRICT, R, W, docx, p, r

FIELD = p("【A】")


def problems(tmp_path: Path, content: bytes) -> list[Problem]:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    found = inspect(Job(JobKind.INSPECT, ()), path).problems
    return [each for each in found if each.code != "UNKNOWN_FIELD"]


def external(id_: str, kind: str, target: str) -> bytes:
    """A relationships part with one external target."""
    return relationships((id_, kind, target)).replace("/></Rel", ' TargetMode="External"/></Rel').encode()


def with_settings(content: str, rels: bytes, *, namespace: str = W, base: str = R) -> bytes:
    """A template with w:settings and relationships of that part."""
    settings = f'<w:settings xmlns:w="{namespace}">{content}</w:settings>'
    main = relationships(("rId1", f"{base}/settings", "settings.xml"))
    extra = {
        "word/settings.xml": settings.encode(),
        "word/_rels/document.xml.rels": main.encode(),
        "word/_rels/settings.xml.rels": rels,
    }
    template = docx(FIELD, extra=extra, strict=namespace == W_STRICT)
    return template


def test_a_plain_template_has_none(tmp_path: Path) -> None:
    assert problems(tmp_path, docx(FIELD)) == []


def test_a_signature(tmp_path: Path) -> None:
    [found] = problems(tmp_path, signed(FIELD))
    assert (found.code, found.place, found.text) == ("SIGNED", "_xmlsignatures/origin.sigs", "")


def test_comments_are_counted(tmp_path: Path) -> None:
    [found] = problems(tmp_path, commented(p(START, r("【A】"), END, REFERENCE)))
    assert (found.code, found.place) == ("AUTHOR_COMMENTS", "word/comments.xml")
    assert "(1)" in found.message
    assert problems(tmp_path, commented(FIELD, comments="")) == []


@pytest.mark.parametrize(("namespace", "base"), [(W, R), (W_STRICT, R_STRICT)])
def test_the_data_source_of_a_mail_merge(tmp_path: Path, namespace: str, base: str) -> None:
    rels = external("rId1", f"{base}/mailMergeSource", "file:///C:/staff.xlsx")
    template = with_settings("<w:mailMerge/>", rels, namespace=namespace, base=base)
    [found] = problems(tmp_path, template)
    assert found[0] == "MAIL_MERGE"
    assert found[2:4] == ("word/settings.xml", "file:///C:/staff.xlsx")


def test_a_mail_merge_without_a_source(tmp_path: Path) -> None:
    template = with_settings("<w:mailMerge/>", relationships().encode())
    assert [(each.code, each.text) for each in problems(tmp_path, template)] == [("MAIL_MERGE", "")]


def test_an_attached_template(tmp_path: Path) -> None:
    rels = external("rId1", f"{R}/attachedTemplate", "file:///C:/Users/li/office.dotm")
    [found] = problems(tmp_path, with_settings("<w:attachedTemplate/>", rels))
    assert (found.code, found.text) == ("ATTACHED_TEMPLATE", "file:///C:/Users/li/office.dotm")


@pytest.mark.parametrize("kind", ["image", "oleObject", "subDocument", "frame", "video", "package"])
def test_a_link_to_a_file_outside(tmp_path: Path, kind: str) -> None:
    rels = external("rId1", f"{R}/{kind}", "\\\\server\\share\\a.bin")
    template = docx(FIELD, extra={"word/_rels/header9.xml.rels": rels})
    [found] = problems(tmp_path, template)
    assert (found.code, found.place) == ("EXTERNAL_LINK", "word/header9.xml")
    assert found.text == "\\\\server\\share\\a.bin"


def test_hyperlinks_are_no_links_to_files(tmp_path: Path) -> None:
    rels = external("rId1", f"{R}/hyperlink", "https://a.example/")
    assert problems(tmp_path, docx(FIELD, extra={"word/_rels/document.xml.rels": rels})) == []


def test_the_same_link_is_told_once(tmp_path: Path) -> None:
    one = external("rId1", f"{R}/image", "a.png").decode()
    two = one.replace("</Rel", one[one.index("<Relationship ") : one.index("</Rel")] + "</Rel")
    rels = two.replace('Id="rId1"', 'Id="rId2"', 1).encode()
    assert len(problems(tmp_path, docx(FIELD, extra={"word/_rels/header9.xml.rels": rels}))) == 1


def test_a_relationship_part_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    assert problems(tmp_path, docx(FIELD, extra={"word/_rels/header9.xml.rels": b"<x"})) == []


@pytest.mark.parametrize(
    "code", ['INCLUDEPICTURE "http://a/x.png" \\d', "LINK Excel.Sheet.12 C:\\\\a.xlsx", "ddeauto Excel a b"]
)
def test_a_field_that_takes_its_content_from_elsewhere(tmp_path: Path, code: str) -> None:
    written = code.replace('"', "&quot;")
    fields = (
        f"<w:r><w:instrText> {code} </w:instrText></w:r>",
        f'<w:fldSimple w:instr=" {written} " w:dirty="1"><w:r><w:t>x</w:t></w:r></w:fldSimple>',
    )
    for field in fields:
        [found] = problems(tmp_path, docx(FIELD + p(field)))
        assert (found.code, found.place) == ("EXTERNAL_FIELD", "word/document.xml")
        assert found.text == code


def test_other_fields_are_not_told(tmp_path: Path) -> None:
    field = "<w:r><w:instrText> HYPERLINK &quot;http://a/&quot; </w:instrText></w:r>"
    assert problems(tmp_path, docx(FIELD + p(field))) == []
