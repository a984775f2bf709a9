"""Placeholders outside paragraphs are filled where a value can be put, logged, and proved to the byte."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.integrity.finished_job import FinishedJob, finish
from tests.engine.template.places.packages import (
    cache,
    chart,
    custom_data,
    package,
    picture,
    properties,
    relationship,
    relationships,
    story,
    title,
    vml,
)
from tests.factories import p

MAIN = "word/document.xml"
CHART = "word/charts/chart1.xml"
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_DIAGRAM = (
    f'<dgm:dataModel xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" {_A}><dgm:ptLst>'
    "{}</dgm:ptLst></dgm:dataModel>"
)


class Case(NamedTuple):
    """A template, the part and the text in it that holds 【TITLE】, what stands there then, its address."""

    template: bytes
    part: str
    before: str
    after: str
    address: str
    place: str
    value: str = "值"


_ALT = "alternative text"
_PROPERTY = "document property"
CASES = {
    "title of a chart": Case(
        chart(title("【TITLE】统计")),
        CHART,
        "【TITLE】统计",
        "值统计",
        "p[0]",
        "text of a drawing, chart or diagram",
    ),
    "title of a chart in three runs": Case(
        chart(title("甲【TI", "TLE", "】乙")),
        CHART,
        "<a:t>甲【TI</a:t>",
        "<a:t>甲值</a:t>",
        "p[0]",
        "text of a drawing, chart or diagram",
    ),
    "category of a chart": Case(
        chart(cache("甲", "【TITLE】")), CHART, "<c:v>【TITLE】", "<c:v>值", "v[1]", "text of a chart"
    ),
    "category of a chart that is stored as a number": Case(
        chart(cache("【TITLE】", kind="numCache")), CHART, "【TITLE】", "7", "v[0]", "text of a chart", "7"
    ),
    "lines in a chart's category": Case(
        chart(cache("【TITLE】")), CHART, "【TITLE】", "甲\n乙", "v[0]", "text of a chart", "甲\n乙"
    ),
    "lines in a chart's title": Case(
        chart(title("【TITLE】")),
        CHART,
        "【TITLE】",
        '甲&amp;</a:t></a:r><a:br><a:rPr lang="zh-CN"/></a:br><a:r><a:rPr lang="zh-CN"/><a:t>乙',
        "p[0]",
        "text of a drawing, chart or diagram",
        "甲&\n乙",
    ),
    "lines in a chart's title, without properties": Case(
        chart("<a:p><a:r ><a:t>x【TITLE】y</a:t></a:r></a:p>"),
        CHART,
        "【TITLE】",
        "甲</a:t></a:r><a:br/><a:r ><a:t></a:t></a:r><a:br/><a:r ><a:t>乙",
        "p[0]",
        "text of a drawing, chart or diagram",
        "甲\n\n乙",
    ),
    "lines in a field of a drawing become one": Case(
        chart('<a:p><a:fld id="1"><a:rPr/><a:t>【TITLE】</a:t></a:fld></a:p>'),
        CHART,
        "【TITLE】",
        "甲 乙",
        "p[0]",
        "text of a drawing, chart or diagram",
        "甲\n乙",
    ),
    "lines behind a comment become one": Case(
        chart("<a:p><a:r><a:t><!-- a -->【TITLE】</a:t></a:r></a:p>"),
        CHART,
        "【TITLE】",
        "甲 乙",
        "p[0]",
        "text of a drawing, chart or diagram",
        "甲\n乙",
    ),
    "markup in a chart's title": Case(
        chart(title("【TITLE】")),
        CHART,
        "【TITLE】",
        '&lt;a&gt; &amp; "b"',
        "p[0]",
        "text of a drawing, chart or diagram",
        '<a> & "b"',
    ),
    "a name of character references": Case(
        chart(title("&#12304;&#84;ITLE&#x3011;!")),
        CHART,
        "&#12304;&#84;ITLE&#x3011;!",
        "值!",
        "p[0]",
        "text of a drawing, chart or diagram",
    ),
    "a CDATA section": Case(
        chart(title("x<![CDATA[<【TITLE】>]]>")),
        CHART,
        "<![CDATA[<【TITLE】>]]>",
        "<![CDATA[<]]>值&amp;<![CDATA[>]]>",
        "p[0]",
        "text of a drawing, chart or diagram",
        "值&",
    ),
    "data of a diagram": Case(
        package(
            parts={
                "word/diagrams/data1.xml": _DIAGRAM.format(
                    "<dgm:pt><dgm:t><a:p><a:r><a:t>【TITLE】</a:t></a:r><a:br/><a:r><a:t>b</a:t></a:r></a:p></dgm:t></dgm:pt>"
                )
            },
            relationships=relationship(1, "diagramData", "diagrams/data1.xml"),
        ),
        "word/diagrams/data1.xml",
        "【TITLE】",
        "值",
        "p[0]",
        "text of a drawing, chart or diagram",
    ),
    "drawing of a diagram": Case(
        package(
            parts={
                "word/diagrams/drawing1.xml": (
                    f'<dsp:drawing xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram" {_A}>'
                    "<dsp:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p><a:p><a:r><a:t>【TITLE】</a:t></a:r></a:p>"
                    "</dsp:txBody></dsp:drawing>"
                )
            }
        ),
        "word/diagrams/drawing1.xml",
        "【TITLE】",
        "值",
        "p[1]",
        "text of a drawing, chart or diagram",
    ),
    "text of a shape in a locked canvas": Case(
        package(
            p(
                "<w:r><w:drawing><a:txSp><a:txBody><a:p><a:r><a:t>【TITLE】</a:t></a:r></a:p></a:txBody></a:txSp>"
                "</w:drawing></w:r>"
            )
        ),
        MAIN,
        "<a:t>【TITLE】",
        "<a:t>值",
        "p[1]",
        "text of a drawing, chart or diagram",
    ),
    "watermark in a header": Case(
        package(
            parts={
                "word/header1.xml": story(
                    "hdr", vml('<v:shape><v:textpath string="【TITLE】内部"/></v:shape>')
                )
            },
            relationships=relationship(1, "header", "header1.xml"),
        ),
        "word/header1.xml",
        'string="【TITLE】内部"',
        'string="&quot;值&quot; &amp; &apos;内部"',
        "textpath[0]@string",
        "watermark or WordArt",
        '"值" & \'',
    ),
    "watermark in the body, in single quotes": Case(
        package(vml("<v:shape><v:textpath style=\"a\" string = '【TITLE】'/></v:shape>")),
        MAIN,
        "string = '【TITLE】'",
        "string = 'a&apos;b'",
        "textpath[0]@string",
        "watermark or WordArt",
        "a'b",
    ),
    "lines in a watermark": Case(
        package(vml('<v:shape><v:textpath string="【TITLE】"/></v:shape>')),
        MAIN,
        'string="【TITLE】"',
        'string="甲&#10;乙"',
        "textpath[0]@string",
        "watermark or WordArt",
        "甲\n乙",
    ),
    "description of a picture": Case(
        package(picture('name="Picture 1" descr="公章：【TITLE】"')),
        MAIN,
        'descr="公章：【TITLE】"',
        'descr="公章：值"',
        "docPr[0]@descr",
        _ALT,
    ),
    "title of a picture": Case(
        package(picture('title="【TITLE】"')), MAIN, 'title="【TITLE】"', 'title="值"', "docPr[0]@title", _ALT
    ),
    "name of a picture": Case(
        package(picture('name="【TITLE】"')),
        MAIN,
        'name="【TITLE】"',
        'name="值"',
        "docPr[0]@name",
        "name of a picture or shape",
    ),
    "description in pic:cNvPr": Case(
        package(
            p(
                '<w:r><w:drawing><pic:pic><pic:cNvPr id="0" name="x" descr="【TITLE】"/></pic:pic>'
                "</w:drawing></w:r>"
            )
        ),
        MAIN,
        'descr="【TITLE】"',
        'descr="值"',
        "cNvPr[0]@descr",
        _ALT,
    ),
    "alternative text of a VML shape": Case(
        package(vml('<v:shape alt="【TITLE】"/>')), MAIN, 'alt="【TITLE】"', 'alt="值"', "shape[0]@alt", _ALT
    ),
    "title of VML image data": Case(
        package(vml('<v:shape><v:imagedata o:title="【TITLE】"/></v:shape>')),
        MAIN,
        'o:title="【TITLE】"',
        'o:title="值"',
        "imagedata[0]@o:title",
        _ALT,
    ),
    "caption of a table": Case(
        package(
            '<w:tbl><w:tblPr><w:tblCaption w:val="【TITLE】"/></w:tblPr>'
            "<w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
        ),
        MAIN,
        'w:val="【TITLE】"',
        'w:val="值"',
        "tblCaption[0]@w:val",
        _ALT,
    ),
    "description of a table": Case(
        package(
            '<w:tbl><w:tblPr><w:tblDescription w:val="a【TITLE】"/></w:tblPr>'
            "<w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
        ),
        MAIN,
        'w:val="a【TITLE】"',
        'w:val="a值"',
        "tblDescription[0]@w:val",
        _ALT,
    ),
    "title of a content control": Case(
        package(
            '<w:sdt><w:sdtPr><w:alias w:val="【TITLE】"/></w:sdtPr>'
            "<w:sdtContent><w:p/></w:sdtContent></w:sdt>"
        ),
        MAIN,
        'w:val="【TITLE】"',
        'w:val="值"',
        "alias[0]@w:val",
        "title or tag of a content control",
    ),
    "entry of a drop-down list": Case(
        package(
            '<w:sdt><w:sdtPr><w:dropDownList><w:listItem w:displayText="【TITLE】" w:value="1"/>'
            "</w:dropDownList></w:sdtPr><w:sdtContent><w:p/></w:sdtContent></w:sdt>"
        ),
        MAIN,
        'w:displayText="【TITLE】"',
        'w:displayText="值"',
        "listItem[0]@w:displayText",
        "entry of a drop-down list",
    ),
    "help text of a form field": Case(
        package(
            p(
                '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>'
                '<w:helpText w:type="text" w:val="【TITLE】"/>'
                "</w:ffData></w:fldChar></w:r>"
            )
        ),
        MAIN,
        'w:val="【TITLE】"',
        'w:val="值"',
        "helpText[0]@w:val",
        "text of a form field",
    ),
    "screen tip of a link": Case(
        package(p('<w:hyperlink w:anchor="x" w:tooltip="【TITLE】"/>')),
        MAIN,
        'w:tooltip="【TITLE】"',
        'w:tooltip="值"',
        "hyperlink[0]@w:tooltip",
        "screen tip of a hyperlink",
    ),
    "text of a list's number": Case(
        package(
            parts={
                "word/numbering.xml": story(
                    "numbering",
                    '<w:abstractNum><w:lvl><w:lvlText w:val="【TITLE】%1"/></w:lvl></w:abstractNum>',
                )
            },
            relationships=relationship(1, "numbering", "numbering.xml"),
        ),
        "word/numbering.xml",
        'w:val="【TITLE】%1"',
        'w:val="值%1"',
        "lvlText[0]@w:val",
        "text of a list's number",
    ),
    "document variable": Case(
        package(
            parts={
                "word/settings.xml": story(
                    "settings", '<w:docVars><w:docVar w:name="n" w:val="【TITLE】"/></w:docVars>'
                )
            },
            relationships=relationship(1, "settings", "settings.xml"),
        ),
        "word/settings.xml",
        'w:val="【TITLE】"',
        'w:val="值"',
        "docVar[0]@w:val",
        "document variable",
    ),
    "custom XML that nothing shows": Case(
        custom_data(p("x"), '<root xmlns="urn:x" a="【TITLE】"><name/></root>'),
        "customXml/item1.xml",
        'a="【TITLE】"',
        'a="值"',
        "root[0]@a",
        "custom XML data",
    ),
    **{
        f"property {kind} {name}": Case(
            properties(kind, f"<{name}>【TITLE】</{name}>"),
            f"docProps/{kind}.xml",
            "【TITLE】",
            "值",
            f"{name.rpartition(':')[2]}[0]",
            _PROPERTY,
        )
        for kind, name in [
            ("core", "dc:title"),
            ("core", "dc:subject"),
            ("core", "dc:creator"),
            ("core", "cp:keywords"),
            ("core", "dc:description"),
            ("core", "cp:category"),
            ("core", "cp:contentStatus"),
            ("core", "cp:lastModifiedBy"),
            ("core", "dc:language"),
            ("app", "Company"),
            ("app", "Manager"),
            ("app", "vt:lpstr"),
            ("custom", "vt:lpwstr"),
            ("custom", "vt:lpstr"),
        ]
    },
    "lines in the comments of the properties": Case(
        properties("core", "<dc:description>【TITLE】</dc:description>"),
        "docProps/core.xml",
        "【TITLE】",
        "甲\n乙",
        "description[0]",
        _PROPERTY,
        "甲\n乙",
    ),
    "lines in the title of the properties become one": Case(
        properties("core", "<dc:title>【TITLE】</dc:title>"),
        "docProps/core.xml",
        "【TITLE】",
        "甲 乙",
        "title[0]",
        _PROPERTY,
        "甲\n乙",
    ),
}


def _filled(tmp_path: Path, case: Case) -> FinishedJob:
    return finish(tmp_path, case.template, {"TITLE": case.value})


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_value_stands_there_and_nothing_else_changes(tmp_path: Path, case: Case) -> None:
    job = _filled(tmp_path, case)
    before = _part_of(case.template, case.part)
    assert before.count(case.before) == 1
    expected = before.replace(case.before, case.after)
    if "【TI</a:t>" in case.before:
        expected = expected.replace("<a:t>TLE</a:t>", "<a:t></a:t>").replace(
            "<a:t>】乙</a:t>", "<a:t>乙</a:t>"
        )
    assert job.part(case.part) == expected
    assert job.integrity["verdict"] == "intact"
    assert job.integrity["exactness"] == "bytes"
    [changed] = [part for part in job.integrity["parts"] if part["changed"]]
    assert (changed["name"], changed["replacements"], changed["fixes"]) == (case.part, 1, 0)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_log_says_where(tmp_path: Path, case: Case) -> None:
    [entry] = _filled(tmp_path, case).log["entries"]
    assert entry["status"] == "replaced"
    assert entry["field_name"] == "TITLE"
    assert entry["run_id"] is None
    assert entry["paragraph_path"] == f"{case.part}#{case.address}"
    assert (entry["part"], entry["place"]) == (case.part, case.place)
    assert entry["original_text"] == "【TITLE】"
    assert entry["end"] - entry["start"] == len("【TITLE】")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_document_saved_again_is_proved_canonically(tmp_path: Path, case: Case) -> None:
    job = _filled(tmp_path, case)
    saved = job.part(case.part).replace("/>", " />").replace("?>", "?>\n", 1)
    if saved != job.part(case.part):
        proof = job.with_part(saved, case.part).proof()
        assert (proof.verdict, proof.exactness) == ("intact", "canonical")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_another_value_in_the_document_or_in_the_log_is_a_violation(tmp_path: Path, case: Case) -> None:
    job = _filled(tmp_path, case)
    assert job.edited(case.after, case.after + "!", case.part).proof().verdict == "violated"
    [entry] = job.log["entries"]
    for changes in (
        {"new_text": "another"}, {"start": entry["start"] + 1}, {"end": entry["end"] + 1},
        {"field_name": "OTHER"}, {"original_text": "【OTHER】"},
        {"paragraph_path": entry["paragraph_path"].replace("[", "[1")},
        {"part": "word/other.xml", "paragraph_path": "word/other.xml#p[0]"},
    ):  # fmt: skip
        log = {**job.log, "entries": [{**entry, **changes}]}
        assert FinishedJob(job.template, job.document, log, job.report, {}).proof().verdict == "violated"
    for entries in ([], [entry, entry]):
        log = {**job.log, "entries": entries}
        assert FinishedJob(job.template, job.document, log, job.report, {}).proof().verdict == "violated"


def test_both_branches_of_alternate_content_are_filled(tmp_path: Path) -> None:
    body = p(
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="1" name="x" '
        'descr="【TITLE】"/></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>'
        '<v:shape alt="【TITLE】">'
        "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    job = finish(tmp_path, package(body), {"TITLE": "值"})
    assert job.part().count('descr="值"') == job.part().count('alt="值"') == 1
    assert job.integrity["exactness"] == "bytes"


def test_a_paragraph_and_the_picture_in_it_are_filled_together(tmp_path: Path) -> None:
    body = p("【TITLE】") + picture('descr="【TITLE】" title="【NAME】"').replace(
        "</w:r></w:p>", "<w:t>【NAME】 one</w:t></w:r></w:p>"
    )
    job = finish(tmp_path, package(body), {"TITLE": "a\nb", "NAME": " n "})
    assert "<w:docPr" not in job.part()
    assert 'descr="a&#10;b" title=" n "' in job.part()
    assert job.log["summary"]["replaced_count"] == 4
    assert job.proof().verdict == "intact"


def test_a_part_in_utf_16_keeps_its_encoding(tmp_path: Path) -> None:
    core = _part_of(properties("core", "<dc:title>【TITLE】</dc:title>"), "docProps/core.xml")
    wide = core.replace("UTF-8", "UTF-16").encode("utf-16")
    template = package(
        parts={"docProps/core.xml": wide},
        types={"/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml"},
    )
    job = finish(tmp_path, template, {"TITLE": "值"})
    expected = core.replace("UTF-8", "UTF-16").replace("【TITLE】", "值").encode("utf-16")
    assert job.with_part(expected, "docProps/core.xml").proof().exactness == "bytes"


def test_a_story_whose_relationship_writes_its_name_in_another_case_is_filled(tmp_path: Path) -> None:
    header = story("hdr", vml('<v:shape><v:textpath string="【TITLE】"/></v:shape>') + p("【TITLE】"))
    template = package(
        parts={"word/header1.xml": header}, relationships=relationship(1, "header", "Header1.xml")
    )
    job = finish(tmp_path, template, {"TITLE": "值"})
    assert 'string="值"' in job.part("word/header1.xml")
    assert ">值<" in job.part("word/header1.xml")
    assert job.integrity["exactness"] == "bytes"


def test_places_without_a_value_are_missing_and_stay(tmp_path: Path) -> None:
    job = finish(tmp_path, properties("core", "<dc:title>【TITLE】</dc:title>"), {"OTHER": "x"})
    [entry] = job.log["entries"]
    assert (entry["status"], entry["field_name"], entry["new_text"]) == ("missing", "TITLE", None)
    assert entry["part"] == "docProps/core.xml"
    assert "【TITLE】" in job.part("docProps/core.xml")


def test_a_malformed_placeholder_is_unsupported_there_too(tmp_path: Path) -> None:
    job = finish(tmp_path, properties("core", "<dc:title>【title】</dc:title>"), {"TITLE": "x"})
    [entry] = job.log["entries"]
    assert (entry["status"], entry["kind"], entry["suggestion"]) == ("unsupported", "malformed", "TITLE")


def test_ordinary_brackets_in_a_property_are_left_alone(tmp_path: Path) -> None:
    job = finish(tmp_path, properties("core", "<dc:title>【注意】 2026</dc:title>"), {"TITLE": "x"})
    assert job.log["entries"] == []


def test_the_log_notes_what_became_of_a_name_and_of_lines(tmp_path: Path) -> None:
    template = package(picture('name="【TI\u200bTLE】" descr="【TITLE】"'))
    job = finish(tmp_path, template, {"TITLE": "a\nb\n"})
    dropped = "one newline at the end of the value was dropped"
    assert [entry["note"] for entry in job.log["entries"]] == [
        f"characters without width in the name were ignored: U+200B; {dropped}; "
        "the value's line ends became spaces: there are no lines here",
        dropped,
    ]


def test_the_log_of_a_template_without_such_places_has_no_new_members(tmp_path: Path) -> None:
    [entry] = finish(tmp_path, package(p("【TITLE】")), {"TITLE": "x"}).log["entries"]
    assert {"part", "place", "note", "bound_control"}.isdisjoint(entry)


def test_a_chart_with_a_workbook_tells_that_the_workbook_is_not_changed(tmp_path: Path) -> None:
    template = package(
        parts={
            CHART: _part_of(chart(cache("【TITLE】")), CHART),
            "word/charts/_rels/chart1.xml.rels": relationships(
                relationship(1, "package", "../embeddings/book.xlsx")
            ),
            "word/embeddings/book.xlsx": b"no archive",
        },
        relationships=relationship(1, "chart", "charts/chart1.xml"),
        types={"xlsx": "application/x"},
    )
    [entry] = finish(tmp_path, template, {"TITLE": "x"}).log["entries"]
    assert "the workbook behind the chart is not changed" in entry["note"]


@pytest.mark.parametrize(
    ("target", "value", "filled"),
    [
        ("【TITLE】", "https://example.org/a?b=1&c=2", "https://example.org/a?b=1&amp;c=2"),
        ("%E3%80%90TITLE%E3%80%91", "http://example.org", "http://example.org"),
        ("https://example.org/%e3%80%90TITLE%e3%80%91.html", "a b", "https://example.org/a%20b.html"),
        ("mailto:【TITLE】@example.org", "office", "mailto:office@example.org"),
        ("【TITLE】", " tel:+86-10 ", "tel:+86-10"),
        ("【TITLE】", "HTTPS://例子.中国/路径", "HTTPS://例子.中国/路径"),
        ("https://example.org/?q=【TITLE】", '"<100%>', "https://example.org/?q=%22%3C100%25%3E"),
    ],
)
def test_the_target_of_a_hyperlink_is_filled(tmp_path: Path, target: str, value: str, filled: str) -> None:
    template = package(relationships=relationship(1, "hyperlink", target, external=True))
    job = finish(tmp_path, template, {"TITLE": value})
    assert f'Target="{filled}"' in job.part("word/_rels/document.xml.rels")
    [entry] = job.log["entries"]
    assert entry["paragraph_path"] == "word/_rels/document.xml.rels#Relationship[0]@Target"
    assert entry["place"] == "target of a hyperlink"
    assert job.integrity["exactness"] == "bytes"


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("【TITLE】", "javascript:alert(1)"),
        ("【TITLE】", "file:///etc/passwd"),
        ("【TITLE】", "www.example.org"),
        ("【TITLE】", ""),
        ("【TITLE】", "java\nscript:x"),
        ("【TITLE】:x", "vbscript"),
        ("ftp://example.org/【TITLE】", "secret"),
        ("【TITLE】", "\x7fhttps://example.org"),
    ],
)
def test_a_value_that_makes_another_target_is_refused_by_its_key(
    tmp_path: Path, target: str, value: str
) -> None:
    template = package(relationships=relationship(1, "hyperlink", target, external=True))
    with pytest.raises(InvalidArgument) as caught:
        finish(tmp_path, template, {"TITLE": value})
    [error] = caught.value.detail["errors"]
    assert error["path"] == "$.payload.title"
    assert not value or value not in json.dumps(caught.value.detail)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("【TITLE】", "Give a whole address"),
        ("forms/【TITLE】.pdf", "It begins with forms/ there: change the link in the template."),
        ("file:///x/【TITLE】", "It begins with file:///x/ there: change the link in the template."),
    ],
)
def test_the_refusal_says_whether_the_value_or_the_template_is_to_be_changed(
    tmp_path: Path, target: str, told: str
) -> None:
    template = package(relationships=relationship(1, "hyperlink", target, external=True))
    with pytest.raises(InvalidArgument) as caught:
        finish(tmp_path, template, {"TITLE": "x"})
    assert told in caught.value.message


@pytest.mark.parametrize("target", ["http://【URL】", "http://%E3%80%90URL%E3%80%91/"])
def test_a_whole_address_behind_the_beginning_of_one_is_reported(tmp_path: Path, target: str) -> None:
    template = package(relationships=relationship(1, "hyperlink", target, external=True))
    job = finish(tmp_path, template, {"URL": "https://example.org/"})
    assert f'Target="{target}"' in job.part("word/_rels/document.xml.rels")
    assert [entry["kind"] for entry in job.log["entries"]] == ["unfillable"]


def test_a_target_without_a_value_is_missing_and_not_refused(tmp_path: Path) -> None:
    template = package(relationships=relationship(1, "hyperlink", "【TITLE】/【NAME】", external=True))
    job = finish(tmp_path, template, {"NAME": "x"})
    assert [entry["status"] for entry in job.log["entries"]] == ["missing", "replaced"]


@pytest.mark.parametrize("value", ["x" * 65, "甲" * 70])
def test_a_value_too_long_for_a_control_s_title_is_reported(tmp_path: Path, value: str) -> None:
    job = _filled(tmp_path, CASES["title of a content control"]._replace(value=value))
    [entry] = job.log["entries"]
    assert (entry["status"], entry["kind"]) == ("unsupported", "unfillable")
    assert "64 characters" in entry["reason"]


def test_a_value_that_would_number_a_list_is_reported(tmp_path: Path) -> None:
    [entry] = _filled(tmp_path, CASES["text of a list's number"]._replace(value="100%2")).log["entries"]
    assert (entry["status"], entry["kind"]) == ("unsupported", "unfillable")


def _part_of(template: bytes, name: str) -> str:
    return FinishedJob(Path(), template, {}, {}, {}).part(name)


def test_a_drawing_paragraph_in_another_is_a_place_of_its_own(tmp_path: Path) -> None:
    inner = "<a:p><a:r><a:t>【TITLE】</a:t></a:r></a:p>"
    runs = f"<a:r><a:rPr>{inner}</a:rPr><a:t>【TITLE】</a:t></a:r><a:r><a:t>【TITLE】</a:t></a:r>"
    job = finish(tmp_path, chart(f"<a:p>{runs}</a:p>"), {"TITLE": "x"})
    assert job.part("word/charts/chart1.xml").count("<a:t>x</a:t>") == 3
    assert job.integrity["exactness"] == "bytes"


def test_a_text_in_the_properties_of_a_run_has_no_lines(tmp_path: Path) -> None:
    run = "<a:r><a:rPr><a:t>【TITLE】</a:t></a:rPr></a:r>"
    job = finish(tmp_path, chart(f"<a:p>{run}</a:p>"), {"TITLE": "one\ntwo"})
    assert "<a:t>one two</a:t>" in job.part("word/charts/chart1.xml")
    assert job.integrity["exactness"] == "bytes"
