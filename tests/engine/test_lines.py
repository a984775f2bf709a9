"""Several lines in a value: paragraphs where the field stands alone in its own, breaks elsewhere."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import precheck
from tests.engine.integrity.finished_job import LIMITS, FinishedJob, finish, rewritten, skill_of
from tests.factories import DECLARATION, W, docx, p, r, tbl, tc, textbox, tr

THREE = {"A": "一\n二\n三"}
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
POLICY = Options(format_baseline="policy")


def run(
    folder: Path, body: str, values: dict[str, str] | None = None, options: Options | None = None, **more: Any
) -> FinishedJob:
    return finish(folder, docx(body, **more), values or THREE, options, lines="paragraphs")


def paragraphs(job: FinishedJob, name: str = "word/document.xml") -> list[str]:
    """The text of each paragraph, without that of text boxes in it; a w:br is a newline."""
    root = etree.fromstring(job.part(name).encode())
    return [
        "".join(
            "\n" if node.tag.endswith("}br") else node.text or ""
            for node in paragraph.iter("{*}t", "{*}br")
            if next(node.iterancestors(f"{{{W}}}p")) is paragraph
        )
        for paragraph in root.iter(f"{{{W}}}p")
    ]


def body_of(job: FinishedJob) -> str:
    return job.part().partition("<w:body>")[2].partition("<w:sectPr/>")[0]


def result_places(job: FinishedJob) -> list[tuple[str, list[list[int]] | None, str, str]]:
    return [
        (entry["paragraph_path"], entry.get("copy"), entry["result_path"], entry["new_text"])
        for entry in job.log["entries"]
    ]


@pytest.mark.parametrize(
    ("paragraph", "lines"),
    [
        (p("【A】"), ["一", "二", "三"]),
        (p("　　【A】"), ["　　一", "　　二", "　　三"]),
        (p(" 【A】\u00a0"), [" 一\u00a0", " 二\u00a0", " 三\u00a0"]),
        (p(r("【", "<w:b/>"), r("A"), r("】")), ["一", "二", "三"]),
        (p(r("　　"), r("【A】"), r(" ")), ["　　一 ", "　　二 ", "　　三 "]),
        (p("<w:r><w:tab/></w:r>", r("【A】")), ["一", "二", "三"]),
        (p(f'<w:hyperlink w:anchor="x">{r("【A】")}</w:hyperlink>'), ["一", "二", "三"]),
        (p('<w:proofErr w:type="spellStart"/>', r("【A】")), ["一", "二", "三"]),
        ("<w:p><w:r><w:t><![CDATA[【A】]]></w:t></w:r></w:p>", ["一", "二", "三"]),
        (p("<!-- a comment -->", r("【A】")), ["一", "二", "三"]),
        (f'<x:p xmlns:x="{W}"><x:r><x:t>【A】</x:t></x:r></x:p>', ["一", "二", "三"]),
        ("\n<w:p>\n<w:r>\n<w:t>【A】</w:t>\n</w:r>\n</w:p>\n", ["一", "二", "三"]),
    ],
)
def test_each_line_is_a_paragraph_where_the_field_stands_alone(
    tmp_path: Path, paragraph: str, lines: list[str]
) -> None:
    job = run(tmp_path, p("前") + paragraph + p("后"))
    assert paragraphs(job) == ["前", *lines, "后"]
    assert job.integrity["exactness"] == "bytes"


@pytest.mark.parametrize(
    "paragraph",
    [
        p("意见：【A】"),
        p("【A】", r("。")),
        p("【A】【B】"),
        p(r("【A】"), '<w:r><w:br w:type="page"/></w:r>'),
        p(r("【A】"), '<w:r><w:footnoteReference w:id="1"/></w:r>'),
        p(r("【A】"), "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>"),
        p(r("【A】"), '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'),
        p(r("【A】"), '<w:del w:id="1" w:author="a"><w:r><w:delText>x</w:delText></w:r></w:del>'),
        p(f'<w:ins w:id="1" w:author="a">{r("【A】")}</w:ins>'),
        p(
            r("【A】"),
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>',
        ),
        p(r("【A】"), textbox(p("x"))),
        p(f"<w:fldSimple w:instr='AUTHOR'>{r('【A】')}</w:fldSimple>"),
        p(
            "<w:sdt><w:sdtPr><w:dataBinding w:xpath='/a'/></w:sdtPr><w:sdtContent>"
            f"{r('【A】')}</w:sdtContent></w:sdt>"
        ),
        f"<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{p('【A】')}</w:sdtContent></w:sdt>",
    ],
)
def test_beside_anything_else_a_line_ends_in_a_break(tmp_path: Path, paragraph: str) -> None:
    job = run(tmp_path, paragraph, {**THREE, "B": "x"})
    assert any("一\n二\n三" in text for text in paragraphs(job))
    assert "blocks" not in job.log
    assert not any({"copy", "result_path"} & entry.keys() for entry in job.log["entries"])


def test_without_the_key_a_line_ends_in_a_break(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】")), THREE)
    assert paragraphs(job) == ["一\n二\n三"]


def test_a_value_of_one_line_gives_the_log_it_gave_before(tmp_path: Path) -> None:
    (tmp_path / "breaks").mkdir()
    values = {"A": "一"}
    job = run(tmp_path, p("【A】"), values)
    assert job.log == finish(tmp_path / "breaks", docx(p("【A】")), values).log


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("一\n\n三", ["一", "", "三"]),
        ("\n二", ["", "二"]),
        ("一\n", ["一"]),
        ("一\n\n", ["一", ""]),
        ("一\r\n二\r三\r\n", ["一", "二", "三"]),
        ("一\t二\n三", ["一二", "三"]),
        ("", [""]),
        ("【A】\n<&>", ["【A】", "<&>"]),
    ],
)
def test_empty_lines_are_empty_paragraphs(tmp_path: Path, value: str, lines: list[str]) -> None:
    assert paragraphs(run(tmp_path, p("【A】"), {"A": value})) == lines


def test_one_newline_at_the_end_is_dropped_with_a_note(tmp_path: Path) -> None:
    job = run(tmp_path, p("【A】") + p("x【A】"), {"A": "一\n二\n"})
    assert paragraphs(job) == ["一", "二", "x一\n二"]
    notes = [(entry["new_text"], entry.get("note")) for entry in job.log["entries"]]
    dropped = "one newline at the end of the value was dropped"
    assert notes == [("一", None), ("二", dropped), ("一\n二", dropped)]


def test_a_copy_keeps_indent_number_alignment_and_look(tmp_path: Path) -> None:
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    look = f'{number}<w:ind w:firstLine="640"/><w:jc w:val="both"/>'
    job = run(tmp_path, p(r("【A】", "<w:b/>"), properties=look))
    assert body_of(job) == "".join(p(r(line, "<w:b/>"), properties=look) for line in "一二三")


def test_only_the_first_copy_breaks_the_page_and_only_the_last_the_section(tmp_path: Path) -> None:
    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    job = run(tmp_path, p("【A】", properties=f"<w:pageBreakBefore/><w:keepNext/>{section}"))
    assert body_of(job) == (
        p("一", properties="<w:pageBreakBefore/><w:keepNext/>")
        + p("二", properties="<w:keepNext/>")
        + p("三", properties=f"<w:keepNext/>{section}")
    )


def test_marks_of_ranges_stand_once(tmp_path: Path) -> None:
    reference = '<w:r><w:commentReference w:id="3"/></w:r>'
    job = run(
        tmp_path,
        p('<w:bookmarkStart w:id="1" w:name="a"/>', r("x"))
        + p(
            '<w:bookmarkStart w:id="2" w:name="b"/><w:commentRangeStart w:id="3"/><w:permStart w:id="4"/>',
            r("【A】"),
            '<w:permEnd w:id="4"/><w:commentRangeEnd w:id="3"/>',
            reference,
            '<w:bookmarkEnd w:id="2"/><w:bookmarkEnd w:id="1"/><w:bookmarkStart w:id="5" w:name="c"/>',
        )
        + p(r("y"), '<w:bookmarkEnd w:id="5"/>'),
    )
    # A range from before the paragraph ends in the last copy, one to behind it begins in the first.
    assert body_of(job) == (
        p('<w:bookmarkStart w:id="1" w:name="a"/>', r("x"))
        + p(
            '<w:bookmarkStart w:id="2" w:name="b"/><w:commentRangeStart w:id="3"/><w:permStart w:id="4"/>',
            r("一"),
            '<w:permEnd w:id="4"/><w:commentRangeEnd w:id="3"/>',
            reference,
            '<w:bookmarkEnd w:id="2"/><w:bookmarkStart w:id="5" w:name="c"/>',
        )
        + p(r("二"), "<w:r></w:r>")
        + p(r("三"), "<w:r></w:r>", '<w:bookmarkEnd w:id="1"/>')
        + p(r("y"), '<w:bookmarkEnd w:id="5"/>')
    )


def test_ids_that_must_be_unique_stay_in_the_first_copy(tmp_path: Path) -> None:
    control = "<w:sdt><w:sdtPr>{}<w:text/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
    ids = 'w14:paraId="00000001" w14:textId="77777777"'
    first = control.format('<w:id w:val="7"/>', r("【A】"))
    template = f'<w:p xmlns:w14="{W14}" {ids} w:rsidR="0A">{first}</w:p>'
    job = run(tmp_path, template)
    copy = f'<w:p xmlns:w14="{W14}" w:rsidR="0A">{control}</w:p>'
    assert body_of(job) == (
        template.replace("【A】", "一") + copy.format("", r("二")) + copy.format("", r("三"))
    )


def test_it_works_in_cells_controls_and_beside_other_blocks(tmp_path: Path) -> None:
    control = f"<w:sdt><w:sdtPr><w:id w:val='1'/></w:sdtPr><w:sdtContent>{p('【A】')}</w:sdtContent></w:sdt>"
    nested = tc(tbl(tr(tc(p("x") + p("【A】") + p("【B】")))) + "<w:p/>")
    job = run(
        tmp_path, p("【A】") + p("【A】") + control + p("【B】") + tbl(tr(nested)), {"A": "一\n二", "B": "乙"}
    )
    assert paragraphs(job) == [*"一二一二一二乙x一二乙", ""]
    assert result_places(job) == [
        ("p0", [[0, 0]], "p0", "一"),
        ("p0", [[0, 1]], "p1", "二"),
        ("p1", [[1, 0]], "p2", "一"),
        ("p1", [[1, 1]], "p3", "二"),
        ("p2", [[2, 0]], "p4", "一"),
        ("p2", [[2, 1]], "p5", "二"),
        ("p3", None, "p6", "乙"),
        ("t0.r0.c0.t0.r0.c0.p1", [[3, 0]], "t0.r0.c0.t0.r0.c0.p1", "一"),
        ("t0.r0.c0.t0.r0.c0.p1", [[3, 1]], "t0.r0.c0.t0.r0.c0.p2", "二"),
        ("t0.r0.c0.t0.r0.c0.p2", None, "t0.r0.c0.t0.r0.c0.p3", "乙"),
    ]


def test_the_log_has_the_block_and_its_places(tmp_path: Path) -> None:
    job = run(tmp_path, p("x") + p("　　【A】") + p("【B】"), {"A": "一\n二\n三", "B": "乙"})
    assert job.log["blocks"] == [
        {
            "id": 0,
            "kind": "lines",
            "name": "A",
            "extent": "paragraphs",
            "inside": [],
            "start": {"paragraph_path": "p1", "start": 2, "end": 5, "text": "【A】"},
            "status": "expanded",
            "from": "p1",
            "to": "p1",
            "copies": 3,
            "result_from": "p1",
            "result_to": "p3",
        }
    ]
    summary = job.log["summary"]
    assert (summary["total_placeholders"], summary["block_count"], summary["copy_count"]) == (4, 1, 3)
    first = job.log["entries"][0]
    assert (first["run_id"], first["start"], first["end"]) == ("p1:r0", 2, 5)
    assert first["context"] == {"before": "　　", "after": ""}
    assert job.log["touched_runs"] == ["p1:r0", "p2:r0"]


def test_headers_footers_and_notes_get_paragraphs_too(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="2">{p("【A】")}{p("【B】")}</w:footnote>'
    job = run(
        tmp_path,
        p("x"),
        {"A": "一\n二", "B": "乙"},
        stories={"header1": p("【A】"), "footnotes": note},
    )
    assert paragraphs(job, "word/header1.xml") == ["一", "二"]
    assert paragraphs(job, "word/footnotes.xml") == ["一", "二", "乙"]
    assert [each[2] for each in result_places(job)] == [
        "header1/p0",
        "header1/p1",
        "footnotes/n2.p0",
        "footnotes/n2.p1",
        "footnotes/n2.p2",
    ]


def test_both_branches_of_a_text_box_are_expanded(tmp_path: Path) -> None:
    fallback = [p(r("【"), r("A"), r("】")), p("【B】")]
    job = run(tmp_path, p(textbox(p("【A】") + p("【B】"), fallback=fallback)), {"A": "一\n二", "B": "乙"})
    assert paragraphs(job) == ["", "一", "二", "乙", "一", "二", "乙"]
    [block] = job.log["blocks"]
    assert (block["from"], block["result_to"]) == ("textbox0/p0", "textbox0/p1")
    assert block["mirrored_at"] == ["textbox0.fallback/p0"]
    assert [entry["mirrored_at"] for entry in job.log["entries"]] == [
        ["textbox0.fallback/p0"],
        ["textbox0.fallback/p0"],
        ["textbox0.fallback/p1"],
    ]


def test_branches_that_read_differently_keep_breaks(tmp_path: Path) -> None:
    job = run(tmp_path, p(textbox(p("【A】"), fallback=[p("x【A】")])))
    assert paragraphs(job) == ["", "一\n二\n三", "x一\n二\n三"]


def test_an_address_of_several_paragraphs_keeps_breaks(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="2">{p("【A】")}</w:footnote>'
    job = run(tmp_path, p("x"), stories={"footnotes": note * 2})
    assert paragraphs(job, "word/footnotes.xml") == ["一\n二\n三"] * 2


@pytest.mark.parametrize("encoding", ["utf-16", "gbk"])
def test_parts_in_other_encodings_are_expanded(tmp_path: Path, encoding: str) -> None:
    template = docx(p("【A】") + p("x"))
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        text = archive.read("word/document.xml").decode().replace("UTF-8", encoding)
    job = finish(
        tmp_path, rewritten(template, {"word/document.xml": text.encode(encoding)}), THREE, lines="paragraphs"
    )
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    assert [node.text for node in root.iter("{*}t")] == ["一", "二", "三", "x"]


def test_the_format_report_has_the_addresses_of_the_result(tmp_path: Path) -> None:
    centred = '<w:jc w:val="center"/>'
    job = finish(
        tmp_path,
        docx(
            p("x")
            + p("【A】", properties='<w:ind w:firstLine="1"/>')
            + p("正文", properties=centred)
            + p("【B】", properties='<w:ind w:firstLine="1"/>')
        ),
        {"A": "一\n二\n三", "B": "乙"},
        POLICY,
        lines="paragraphs",
    )
    places = {(issue["paragraph_path"], issue["template_path"]) for issue in job.report["issues"]}
    assert {("p1", "p1"), ("p2", "p1"), ("p3", "p1"), ("p5", "p3")} <= places
    fixed = {change["paragraph_path"] for change in job.report["summary"]["fix_changes"]}
    assert {"p1", "p2", "p3", "p5"} <= fixed
    assert job.proof().verdict == "intact"


def test_issues_without_blocks_name_no_place_in_the_template(tmp_path: Path) -> None:
    job = run(tmp_path, p("【A】"), {"A": "一"}, POLICY)
    assert job.report["issues"]
    assert not any("template_path" in issue for issue in job.report["issues"])


def test_copies_look_as_their_paragraph_in_the_template(tmp_path: Path) -> None:
    job = run(
        tmp_path, p("【A】", properties='<w:pageBreakBefore/><w:spacing w:line="560" w:lineRule="exact"/>')
    )
    assert job.report["issues"] == []
    summary = job.report["summary"]
    assert summary["template_observed"] == summary["rendered_observed"]
    assert summary["rendered_observed"]["line_spacing"] == {"560 exact": 3}


def test_more_copies_than_allowed_are_refused_before_anything_is_copied(tmp_path: Path) -> None:
    limits = Limits(block_copies=5)
    job = finish(
        tmp_path, docx(p("【A】") + p("x【A】")), {"A": "\n".join("12345")}, lines="paragraphs", limits=limits
    )
    assert len(paragraphs(job)) == 6
    # Only what is repeated counts.
    page_break = p(r("【A】"), '<w:r><w:br w:type="page"/></w:r>')
    finish(tmp_path, docx(page_break * 2), THREE, lines="paragraphs", limits=limits)
    with pytest.raises(TemplateLimitExceeded) as caught:
        finish(tmp_path, docx(p("【A】") + p("【A】")), THREE, lines="paragraphs", limits=limits)
    assert caught.value.detail == {"limit": "block_copies", "max": 5}
    tabs = '<w:tab w:val="left" w:pos="1"/>' * 1000
    large = p("【A】", properties=f"<w:tabs>{tabs}</w:tabs>")
    with pytest.raises(TemplateLimitExceeded) as caught:
        finish(
            tmp_path,
            docx(large),
            {"A": "\n" * 1000},
            lines="paragraphs",
            limits=LIMITS._replace(output_bytes=10**6),
        )
    assert caught.value.detail == {"limit": "output_bytes", "max": 10**6}


def test_a_precheck_expects_what_a_run_does(tmp_path: Path) -> None:
    template = tmp_path / "template.docx"
    template.write_bytes(docx(p("【A】") + p("【b】")))
    skill = skill_of(["A"], "paragraphs")
    job = Job(JobKind.PRECHECK, (skill,), skill, {"a": "一\n二"}, limits=LIMITS)
    result = precheck(job, template).as_dict()
    assert (result["expected_exit_code"], result["unsupported"][0]["paragraph_path"]) == (3, "p1")


def test_a_declaration_and_white_space_around_the_root_stay(tmp_path: Path) -> None:
    job = run(tmp_path, p("【A】"))
    assert job.part().startswith(DECLARATION)
