"""The proof of documents put in: whatever else stands in the result, or in its log, is found."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.integrity.job_files import MAIN, RELATIONSHIPS, Change, JobFiles, logged, written
from tests.factories import DECLARATION, R, docx, p, r, tbl, tc, tr
from tests.pictures import png

TEMPLATE = docx(
    p('<w:bookmarkStart w:id="0" w:name="甲"/>', r("前"), '<w:bookmarkEnd w:id="0"/>')
    + p("【+附件】")
    + p("【#清单】")
    + p("【+文件】", properties="<w:keepNext/>")
    + p("【/清单】")
    + tbl(tr(tc("【+附件】"))),
    styles='<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>',
)
ASSET_RELATIONSHIPS = (
    f'{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{R}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{R}/numbering" Target="numbering.xml"/>'
    f'<Relationship Id="rId3" Type="{R}/footnotes" Target="footnotes.xml"/>'
    f'<Relationship Id="rId4" Type="{R}/image" Target="media/image1.png"/>'
    f'<Relationship Id="rId5" Type="{R}/hyperlink" Target="https://a.cn" TargetMode="External"/>'
    "</Relationships>"
)
PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="图"/><a:graphic><a:graphicData>'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill>'
    '<a:blip r:embed="rId4"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
    "</w:r>"
)
LINK = f'<w:hyperlink r:id="rId5">{r("链接")}</w:hyperlink>'
NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
ASSET = docx(
    p('<w:bookmarkStart w:id="3" w:name="甲"/>', r("题"), '<w:bookmarkEnd w:id="3"/>',
      properties='<w:pStyle w:val="Title1"/>')
    + p("项一", properties=LIST)
    + p("项二", properties=LIST)
    + p(r("图"), PICTURE, LINK, NOTE, properties='<w:pStyle w:val="x"/>')
    + tbl(tr(tc("格"))),
    stories={
        "footnotes": f'<w:footnote w:type="separator" w:id="-1">{p("")}</w:footnote>'
        f'<w:footnote w:id="2">{p("脚注")}</w:footnote>',
        "numbering": '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
    },
    styles='<w:style w:type="paragraph" w:styleId="Title1"><w:name w:val="Heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="x"><w:name w:val="自定"/><w:basedOn w:val="Title1"/></w:style>',
    extra={"word/_rels/document.xml.rels": ASSET_RELATIONSHIPS.encode(), "word/media/image1.png": png()},
)  # fmt: skip
OTHER = docx(p("丙"))
ASSETS = {"a.docx": ASSET, "b.docx": OTHER}
PAYLOAD: dict[str, Any] = {
    "附件": {"file": "a.docx"},
    "清单": [{"文件": {"file": "b.docx"}}, {"文件": {"file": "a.docx"}}],
}
STYLES, LISTS, NOTES = "word/styles.xml", "word/docopsNumbering1.xml", "word/docopsFootnotes1.xml"


@pytest.fixture
def job(tmp_path: Path) -> JobFiles:
    return JobFiles(tmp_path, TEMPLATE, PAYLOAD, ASSETS)


def test_an_unchanged_job_is_intact(job: JobFiles) -> None:
    assert job.verdict() == ("intact", "bytes")
    assert job.verdict(PAYLOAD) == ("intact", "bytes")


def test_the_log_says_what_each_document_adds(job: JobFiles) -> None:
    first, second, third, fourth = job.log["added"]["subdocuments"]
    assert first["styles"] == [{"id": "x", "name": "自定", "type": "paragraph"}]
    assert first["numbering"] == [{"numId": 1, "abstractNumId": 1}]
    assert first["notes"] == [{"kind": "footnotes", "id": 1}]
    assert [each["part"] for each in first["media"]] == ["word/media/docopsSub1.png"]
    assert first["links"] == 1
    assert second == {"payload_path": "$.清单[0].文件", "result_path": "p2"}
    assert third["numbering"] == [{"numId": 2, "abstractNumId": 2}]
    assert "styles" not in third
    assert fourth["notes"] == [{"kind": "footnotes", "id": 3}]


def _swapped(log: Any) -> None:
    entries = [each for each in log["entries"] if each.get("subdocument")]
    entries[0]["subdocument"], entries[1]["subdocument"] = (
        entries[1]["subdocument"],
        entries[0]["subdocument"],
    )


@pytest.mark.parametrize(
    "change",
    [
        written(MAIN, "项一", "项三"),
        written(MAIN, ">题<", ">题 <"),
        written(MAIN, '<w:numId w:val="1"/>', '<w:numId w:val="2"/>'),
        written(MAIN, 'w:name="甲_2"', 'w:name="乙"'),
        written(MAIN, '<w:pStyle w:val="H"/>', '<w:pStyle w:val="x"/>'),
        written(MAIN, '<wp:docPr id="1"', '<wp:docPr id="9"'),
        written(MAIN, '<w:footnoteReference w:id="1"/>', '<w:footnoteReference w:id="2"/>'),
        written(STYLES, '<w:basedOn w:val="H"/>', '<w:basedOn w:val="a1"/>'),
        written(STYLES, 'w:styleId="x"', 'w:styleId="y"'),
        written(LISTS, '<w:abstractNumId w:val="1"/>', '<w:abstractNumId w:val="2"/>'),
        written(NOTES, "脚注", "注脚"),
        written(RELATIONSHIPS, "https://a.cn", "https://b.cn"),
        written(RELATIONSHIPS, "media/docopsSub1.png", "media/docopsSub2.png"),
        written("[Content_Types].xml", "docopsFootnotes1", "docopsFootnotes2"),
        lambda job: job.members.update({"word/media/docopsSub1.png": png(3)}),
        lambda job: job.members.update({"word/media/docopsSub2.png": png(3)}),
        logged(lambda log: log["added"]["subdocuments"].pop()),
        logged(lambda log: log["added"]["subdocuments"][0].update(links=2)),
        logged(lambda log: log["added"]["subdocuments"][0]["notes"][0].update(id=7)),
        logged(lambda log: log["added"]["subdocuments"][0]["media"][0].update(sha256="0" * 64)),
        logged(lambda log: log["entries"][0]["subdocument"].update(paragraphs=3)),
        logged(lambda log: log["entries"][0].update(new_text="c.docx")),
        logged(lambda log: log["entries"][0].pop("subdocument")),
        logged(_swapped),
    ],
)
def test_any_other_change_is_violated(job: JobFiles, change: Change) -> None:
    change(job)
    assert job.verdict()[0] == "violated"


@pytest.mark.parametrize(
    "payload",
    [
        {**PAYLOAD, "附件": {"file": "b.docx"}},
        {**PAYLOAD, "附件": "a.docx"},
        {**PAYLOAD, "清单": list(PAYLOAD["清单"])[::-1]},
        {"清单": PAYLOAD["清单"]},
    ],
)
def test_a_task_with_other_files_is_found(job: JobFiles, payload: dict[str, Any]) -> None:
    assert job.verdict(payload)[0] == "violated"


def test_a_file_that_was_not_sent_is_named(job: JobFiles) -> None:
    del job.assets["b.docx"]
    with pytest.raises(InvalidArgument, match=r"asset: b\.docx was not sent") as raised:
        job.verdict()
    assert raised.value.detail["field"] == "asset"


def test_a_file_that_is_another_is_named(job: JobFiles) -> None:
    job.assets["b.docx"] = docx(p("丁"))
    with pytest.raises(InvalidArgument, match=r"asset: b\.docx is not the file"):
        job.verdict()


def test_a_log_without_documents_asks_for_no_files(job: JobFiles) -> None:
    job.assets.clear()
    for entry in job.log["entries"]:
        entry.pop("subdocument", None)
    assert job.verdict()[0] == "violated"
