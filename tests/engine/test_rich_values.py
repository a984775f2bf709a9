"""Rich values in open tasks: put in, logged, proved (docs/contract.md, section 8)."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from docops_flask.engine.errors import ExitCode, InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, precheck
from docops_flask.engine.template.rich.addresses import MovedAddresses
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, package, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, png

MAIN = "word/document.xml"
HEADINGS = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="t2"><w:name w:val="二级标题"/><w:pPr><w:outlineLvl w:val="1"/>'
    '</w:pPr></w:style><w:style w:type="character" w:styleId="a3"><w:name w:val="Hyperlink"/></w:style>'
)


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool(proof["verdict"] == "intact" and proof["exactness"] == "bytes")


def _body(done: OpenRun, part: str = MAIN) -> str:
    """Return the markup of a part's paragraphs, without what all have."""
    text = done.part(part).decode()
    body = text[text.index("<w:p>") : text.rindex("</w:p>") + 6]
    return body.replace(' xml:space="preserve"', "").replace("w:", "")


def _faults(folder: Path, template: str | bytes, payload: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidArgument) as raised:
        run_open(folder, template, payload)
    return [(each["path"], each["message"]) for each in raised.value.detail["errors"]]


def test_runs_take_the_look_of_the_tag_and_their_marks(tmp_path: Path) -> None:
    template = docx(p(r("关于【A|富文本】的函", '<w:rFonts w:eastAsia="黑体"/><w:sz w:val="32"/>')))
    done = run_open(tmp_path, template, {"A": "**甲**与*乙*"})
    look = '<rFonts eastAsia="黑体"/>{}<sz val="32"/>'
    run = "<r><rPr>{}</rPr><t>{}</t></r>".format
    plain = look.format("")
    assert _body(done) == (
        f"<p>{run(plain, '关于')}{run(look.format('<b/><bCs/>'), '甲')}{run(plain, '与')}"
        f"{run(look.format('<i/><iCs/>'), '乙')}{run(plain, '的函')}</p>"
    )
    assert _is_intact(done)
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["new_text"], entry["payload_path"]) == ("甲与乙", "$.A")
    assert entry["rich"]["form"] == "runs"
    assert entry["rich"]["paragraphs"][0]["runs"][0] == {"text": "甲", "bold": True}


def test_without_the_format_nothing_changes(tmp_path: Path) -> None:
    done = run_open(tmp_path / "a", "【A】", {"A": "**甲**"})
    assert done.paragraphs() == ["**甲**"]
    assert "rich" not in done.files["out.replace_log.json"].decode()
    [(path, message)] = _faults(tmp_path / "b", "【A】", {"A": [{"text": "甲"}]})
    assert path == "$.payload.A"
    assert "a text or a number" in message


def test_html_and_xml_are_the_text_they_are(tmp_path: Path) -> None:
    text = '<b onclick="x">甲</b><w:p/>&lt;【B】'
    done = run_open(tmp_path, "【A|富文本】", {"A": text})
    [shown] = Document(io.BytesIO(done.files["out.docx"])).paragraphs
    assert shown.text == text
    assert _is_intact(done)


def test_a_tag_alone_becomes_paragraphs_with_headings_and_lists(tmp_path: Path) -> None:
    template = docx(
        p("前")
        + p(r("　　【正文|RICH】", "<w:kern/>"), properties='<w:jc w:val="both"/><w:ind w:firstLine="640"/>'),
        styles=HEADINGS,
    )
    value = "# 一\n正文\n- 甲\n  1. 乙\n## 二\n2. 丙"
    done = run_open(tmp_path, template, {"正文": value})
    item = '<pPr><numPr><ilvl val="{}"/><numId val="{}"/></numPr><jc val="both"/></pPr>'.format
    run = "<r><rPr><kern/></rPr><t>{}</t></r>".format
    assert _body(done).removeprefix("<p><r><t>前</t></r></p>") == (
        '<p><pPr><pStyle val="1"/></pPr><r><t>一</t></r></p>'
        f'<p><pPr><jc val="both"/><ind firstLine="640"/></pPr>{run("　　")}{run("正文")}</p>'
        f"<p>{item(0, 1)}{run('甲')}</p><p>{item(1, 2)}{run('乙')}</p>"
        f'<p><pPr><pStyle val="t2"/></pPr><r><t>二</t></r></p><p>{item(0, 3)}{run("丙")}</p>'
    )
    assert _is_intact(done)
    added = done.json("out.replace_log.json")["added"]["rich"]
    assert added["paragraphs"] == [{"paragraph_path": "p1", "count": 6}]
    assert added["parts"] == [{"part": "word/docopsNumbering1.xml"}]
    assert added["numbering"] == [
        {"numId": 1, "abstractNumId": 1},
        {"numId": 2, "abstractNumId": 2, "level": 1, "start": 1},
        {"numId": 3, "abstractNumId": 2, "level": 0, "start": 2},
    ]
    Document(io.BytesIO(done.files["out.docx"]))


def test_list_styles_and_lists_of_the_template_are_taken(tmp_path: Path) -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/><w:pPr><w:numPr><w:numId w:val="{}"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    numbering = (
        "".join(
            f'<w:abstractNum w:abstractNumId="{each}"><w:lvl w:ilvl="0"/></w:abstractNum>' for each in (4, 5)
        )
        + '<w:num w:numId="7"><w:abstractNumId w:val="4"/></w:num>'
        + '<w:num w:numId="8"><w:abstractNumId w:val="5"/></w:num>'
    )
    template = docx(
        p("【A|富文本】"),
        styles=style.format("lb", "List Bullet", 7) + style.format("ln", "List Number", 8),
        stories={"numbering": numbering},
    )
    done = run_open(tmp_path, template, {"A": "- 甲\n- 乙\n\n1. 丙\n   - 丁"})
    item = (
        '<p><pPr><pStyle val="{}"/><numPr><ilvl val="{}"/><numId val="{}"/></numPr></pPr><r><t>{}</t></r></p>'
    ).format
    # The bullets of the style's list have one level, so the inner one is of a list of its own.
    assert _body(done) == item("lb", 0, 7, "甲") + item("lb", 0, 7, "乙") + item("ln", 0, 9, "丙") + item(
        "lb", 1, 10, "丁"
    )
    written = done.part("word/numbering.xml").decode()
    assert '<w:num w:numId="9"><w:abstractNumId w:val="5"/><w:lvlOverride w:ilvl="0">' in written
    assert re.findall(r'<w:(abstractNum|num) w:\w+="(\d+)"', written) == [
        ("abstractNum", "4"), ("abstractNum", "5"), ("abstractNum", "6"),
        ("num", "7"), ("num", "8"), ("num", "9"), ("num", "10"),
    ]  # fmt: skip
    assert _is_intact(done)


def test_a_heading_without_a_style_is_bold_and_warned_of(tmp_path: Path) -> None:
    done = run_open(tmp_path, "甲\n【A|富文本】", {"A": "### 三"})
    assert _body(done).endswith("<p><r><rPr><b/><bCs/></rPr><t>三</t></r></p>")
    [warning] = done.json("out.replace_log.json")["warnings"]
    assert (warning["code"], warning["place"]) == ("RICH_NO_HEADING_STYLE", "p1")
    assert done.json("out.format_report.json")["warnings"] == [warning]
    assert _is_intact(done)


def test_links_are_relationships_and_have_the_style_of_links(tmp_path: Path) -> None:
    value = "见[甲](https://a.cn)、[乙](https://a.cn)"
    done = run_open(tmp_path / "a", docx(p("【A|富文本】"), styles=HEADINGS), {"A": value})
    assert re.findall(r'r:id="(\w+)" history="1"><r><rPr><rStyle val="a3"/></rPr>', _body(done)) == [
        "rId2",
        "rId2",
    ]
    relationships = done.part("word/_rels/document.xml.rels").decode()
    assert relationships.count('Target="https://a.cn" TargetMode="External"') == 1
    assert _is_intact(done)
    plain = run_open(tmp_path / "b", "【A|富文本】", {"A": value})
    assert '<rPr><u val="single"/></rPr>' in _body(plain)
    assert _is_intact(plain)


@pytest.mark.parametrize(
    "template",
    ["前【A|富文本】", "【A|富文本】【B|可空】", docx(p("t", textbox(p("x"))) + p("【A|富文本】x"))],
)
def test_a_list_inside_text_is_refused(tmp_path: Path, template: str | bytes) -> None:
    [(path, message)] = _faults(tmp_path, template, {"A": "- 甲"})
    assert path == "$.payload.A"
    assert "stands in a paragraph with other text" in message


def test_a_link_inside_a_link_is_refused(tmp_path: Path) -> None:
    link = f'<w:hyperlink w:anchor="x">{r("【A|富文本】")}</w:hyperlink>'
    [(path, message)] = _faults(tmp_path, docx(p("t", link)), {"A": "[x](https://a.cn)"})
    assert (path, "stands in a link" in message) == ("$.payload.A", True)


@pytest.mark.parametrize("mark", ["ins", "moveTo"])
def test_a_link_inside_a_tracked_insertion_is_refused(tmp_path: Path, mark: str) -> None:
    tracked = f'<w:{mark} w:id="1" w:author="x">{r("【A|富文本】")}</w:{mark}>'
    [(path, message)] = _faults(tmp_path, docx(p("t", tracked)), {"A": "[x](https://a.cn)"})
    assert (path, "stands in a tracked insertion" in message) == ("$.payload.A", True)
    assert _is_intact(run_open(tmp_path / "b", docx(p("t", tracked)), {"A": "**x**"}))


@pytest.mark.parametrize("around", ['hyperlink w:anchor="x"', 'ins w:id="1" w:author="x"'])
def test_a_text_box_in_a_link_or_an_insertion_takes_links(tmp_path: Path, around: str) -> None:
    box = f"<w:{around}>{textbox(p('【A|富文本】'))}</w:{around.partition(' ')[0]}>"
    assert _is_intact(run_open(tmp_path, docx(p("t", box)), {"A": "[x](https://a.cn)"}))


@pytest.mark.parametrize("hidden", ["<!-- x -->", "<?x y?>", "<![CDATA[]]>"])
def test_comments_and_instructions_in_a_text_are_no_text(tmp_path: Path, hidden: str) -> None:
    run = f"<w:r><w:t>【A|富{hidden}文本】{hidden}<![CDATA[<]]></w:t></w:r>"
    done = run_open(tmp_path, docx(p(run)), {"A": "**甲**"})
    assert _is_intact(done)
    assert _body(done) == "<p><r><rPr><b/><bCs/></rPr><t>甲</t></r><r><t>&lt;</t></r></p>"


def test_lines_inside_text_are_breaks(tmp_path: Path) -> None:
    done = run_open(tmp_path, "前【A|富文本】后", {"A": "甲\n**乙**\\\n丙\t丁"})
    assert "".join(re.findall("<t>([^<]*)|(<br/>)|(<tab/>)", _body(done))[0]) == "前"
    assert _body(done).count("<br/>") == 2
    assert "<t>丙</t><tab/><t>丁</t>" in _body(done)
    assert _is_intact(done)


def test_copies_of_blocks_have_values_of_their_own(tmp_path: Path) -> None:
    template = docx(
        p("【#条款】") + p("【标题】") + p("【内容|富文本】") + p("【/条款】")
        + tbl(tr(tc("【#行】【.|富文本】"), tc("x【/行】"))) + p("【全|富文本】与【全|富文本】")
    )  # fmt: skip
    payload = {
        "条款": [
            {"标题": "一", "内容": "1. 甲\n2. 乙"},
            {"标题": "二", "内容": "1. **丙**\n[丁](http://d.cn)"},
        ],
        "行": ["**a**", "*b*", "- c"],
        "全": "_全_",
    }
    done = run_open(tmp_path, template, payload)
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["一", "甲", "乙", "二", "丙", "丁", "a", "x", "b", "x", "c", "x", "全与全"]
    assert [each["numId"] for each in done.json("out.replace_log.json")["added"]["rich"]["numbering"]] == [
        1,
        2,
        3,
    ]
    assert _is_intact(done)


def test_headers_text_boxes_and_pictures_beside(tmp_path: Path) -> None:
    template = docx(
        p("【@P 10mm】") + p("t", textbox(p("【A|富文本】"))) + p("【A|富文本】"),
        stories={"header1": p("【A|富文本】 【@P 5mm】")},
    )
    payload = {"A": "**甲** [x](https://a.cn)", "P": {"png": in_base64(png(4, 4))}}
    done = run_open(tmp_path, template, payload)
    assert _is_intact(done)
    assert _body(done).count("<b/>") == 3
    assert done.parts()[-3:] == [
        "word/_rels/document.xml.rels", "word/media/docops1.png", "word/_rels/header1.xml.rels"
    ]  # fmt: skip


def test_both_branches_of_a_text_box_show_one_list(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(p("t", textbox(p("【A|富文本】")))), {"A": "1. 甲\n2. 乙"})
    assert re.findall('<numId val="(.)"/>', _body(done)) == ["1"] * 4
    assert _is_intact(done)


def test_a_text_box_and_the_paragraph_around_it_have_values(tmp_path: Path) -> None:
    box = textbox(p("【B|富文本】"))
    template = docx(p(r("【A|富文本】"), box, r("x【A|富文本】")))
    done = run_open(tmp_path, template, {"A": "**甲**\n乙", "B": "- 丙\n- 丁"})
    assert _is_intact(done)
    assert (_body(done).count("<t>甲</t>"), _body(done).count("<t>丁</t>")) == (2, 2)


@pytest.mark.parametrize("value", ["甲", "- 甲\n- 乙"])
def test_a_text_box_in_the_run_of_a_value_holds_no_other(tmp_path: Path, value: str) -> None:
    box = textbox(p("【B|富文本】")).removeprefix("<w:r>")
    with pytest.raises(InvalidArgument, match="stands in one run with a text box"):
        run_open(tmp_path / "a", docx(p(f"<w:r><w:t>【A|富文本】</w:t>{box}")), {"A": "乙", "B": value})
    done = run_open(tmp_path / "b", docx(p(f"<w:r><w:t>【A|富文本】</w:t>{box}")), {"A": "乙", "B": ""})
    assert _is_intact(done)


def test_blank_missing_optional_and_default_values(tmp_path: Path) -> None:
    template = "【A|富文本】\n【B|富文本|可空】\n【C|富文本|缺省:**无**】\n【D|富文本】"
    done = run_open(tmp_path, template, {"A": " "})
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert done.paragraphs() == ["", "", "无", "【D|富文本】"]
    assert _is_intact(done)


def test_ranges_and_section_breaks_stand_once(tmp_path: Path) -> None:
    paragraph = (
        '<w:p><w:pPr><w:pageBreakBefore/><w:sectPr/></w:pPr><w:bookmarkStart w:id="1" w:name="x"/>'
        + r("【A|富文本】")
        + '<w:bookmarkEnd w:id="1"/></w:p>'
    )
    done = run_open(tmp_path, docx(paragraph), {"A": "# 甲\n乙\n- 丙"})
    body = _body(done)
    assert [body.count(each) for each in ("pageBreakBefore", "sectPr", "bookmarkStart", "bookmarkEnd")] == [
        1
    ] * 4
    assert body.index("pageBreakBefore") < body.index("甲")
    assert body.index("乙") < body.index("sectPr")
    assert _is_intact(done)


def test_places_outside_paragraphs_take_none(tmp_path: Path) -> None:
    field = (
        '<w:fldSimple w:instr=" HYPERLINK &quot;【A|富文本】&quot; "><w:r><w:t>x</w:t></w:r></w:fldSimple>'
    )
    done = run_open(tmp_path, docx(p("t", field) + p("【A|富文本】")), {"A": "**甲**"})
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert done.kinds() == [("【A|富文本】", "UNSUPPORTED_TAG")]
    assert _is_intact(done)


def test_a_value_that_would_be_too_large_is_refused_before_it_is_written(tmp_path: Path) -> None:
    tabs = "<w:tabs>" + 20_000 * "<w:tab w:pos='1'/>" + "</w:tabs>"
    template = docx(p("【A|富文本】", properties=tabs))
    with pytest.raises(TemplateLimitExceeded) as raised:
        run_open(tmp_path, template, {"A": "x\n" * 4_500})
    assert raised.value.detail["limit"] == "output_bytes"


def test_noncharacters_are_refused_beside_rich_values(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="noncharacters"):
        run_open(tmp_path / "a", "【A|富文本】【B】", {"A": "甲", "B": "x\ufdd0y"})
    done = run_open(tmp_path / "b", "【B】", {"B": "x\ufdd0y"})
    assert done.paragraphs() == ["x\ufdd0y"]


def test_a_name_is_rich_or_it_is_not(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【A|富文本】【A】", {"A": "甲"})
    assert {kind for _, kind in done.kinds()} == {"TYPE_CONFLICT"}
    declared = run_open(
        tmp_path / "b", "【字段：正文 富文本】\n【正文|富文本】【?正文】x【/】", {"正文": "**甲**"}
    )
    assert declared.paragraphs() == ["甲x"]


def test_reports_show_the_characters(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【A|富文本】。", {"A": "**甲**\n乙"}, Options(format_report="both"))
    for name, content in done.files.items():
        if not name.endswith(".docx"):
            assert not re.search("[\ufdd0-\ufdef]", content.decode()), name


def test_inspect_and_precheck_know_rich_values(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【正文|富文本】") + p("x【题|富文本】")))
    seen = inspect(Job(JobKind.INSPECT, ()), file).as_dict()
    assert seen["schema"]["properties"]["正文"]["x-docops-rich"] is True
    sample = seen["sample_task"]["payload"]
    assert "**" in sample["正文"]
    done = run_open(tmp_path / "a", file.read_bytes(), sample)
    assert done.result.exit_code is ExitCode.OK
    assert precheck(Job(JobKind.PRECHECK, (), payload=sample), file).ok
    with pytest.raises(InvalidArgument):
        precheck(Job(JobKind.PRECHECK, (), payload={**sample, "题": "- x"}), file)


def test_comments_of_the_template_may_be_left_out(tmp_path: Path) -> None:
    marks = '<w:commentRange{} w:id="1"/>'
    reference = '<w:r><w:commentReference w:id="1"/></w:r>'
    body = p(marks.format("Start"), r("【A|富文本】"), marks.format("End"), reference)
    template = docx(body, stories={"comments": '<w:comment w:id="1"><w:p/></w:comment>'})
    value = {"A": "甲\n**乙**\n- [丙](https://a.cn)"}
    kept = run_open(tmp_path / "a", template, value)
    assert [_body(kept).count(each) for each in ("RangeStart", "RangeEnd", "commentReference")] == [1, 1, 1]
    assert _is_intact(kept)
    done = run_open(tmp_path / "b", template, value, Options(strip_comments=True))
    assert "comment" not in _body(done)
    assert _is_intact(done)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16"])
def test_any_kind_of_part_takes_them(tmp_path: Path, strict: bool, encoding: str) -> None:
    whole = docx(p("【A|富文本】"), strict=strict)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    content = members[MAIN]
    assert isinstance(content, bytes)
    members[MAIN] = content.decode().replace("UTF-8", encoding).encode(encoding)
    done = run_open(tmp_path, package(members), {"A": "- [甲](https://a.cn)"})
    assert _is_intact(done)
    base = REL_STRICT if strict else REL_TRANSITIONAL
    assert f'Type="{base}/hyperlink"' in done.part("word/_rels/document.xml.rels").decode()


def test_characters_of_the_template_beside_a_value_stay(tmp_path: Path) -> None:
    runs = (
        "<w:r><w:t>a&amp;&#x4e2d;【A|</w:t></w:r>"
        '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">富文本】<![CDATA[<b>]]> </w:t><w:tab/></w:r>'
    )
    done = run_open(tmp_path, docx(p(runs)), {"A": "**x** y"})
    [shown] = Document(io.BytesIO(done.files["out.docx"])).paragraphs
    assert shown.text == "a&中x y<b> \t"
    assert [(each.text, each.bold) for each in shown.runs if each.text.strip()] == [
        ("a&中", None), ("x", True), (" y", None), ("<b> \t", True)
    ]  # fmt: skip
    assert _is_intact(done)


def test_a_file_is_named_by_the_characters(tmp_path: Path) -> None:
    done = run_open(
        tmp_path, "【A|富文本】", {"A": "**甲**与[乙](https://a.cn)"}, Options(name="【A|富文本】-x")
    )
    assert done.result.file_name == "甲与乙-x"


def test_issues_have_the_addresses_of_the_result(tmp_path: Path) -> None:
    large = '<w:sz w:val="80"/>'
    template = docx(p("【B|富文本】") + p(r("x【C】", large)) + p("【A|富文本】，", r("【C】", large)))
    options = Options(format_mode="strict", format_baseline="policy", format_fix_mode="none")
    done = run_open(tmp_path, template, {"A": "**甲**乙", "B": "甲\n乙\n- 丙", "C": "丁"}, options)
    assert _is_intact(done)
    issues = done.json("out.format_report.json")["issues"]
    sizes = [each for each in issues if each["code"] == "RUN_SIZE_MISMATCH"]
    # Two paragraphs came before each; the run behind the value was the second, and is the fourth.
    found = {(each["paragraph_path"], each["template_path"], each["run_id"]) for each in sizes}
    assert {("p3", "p1", "p3:r0"), ("p4", "p2", "p4:r3")} <= found


def test_addresses_of_cells_and_of_what_is_no_paragraph() -> None:
    moved = MovedAddresses({"p1": 2, "t0.r1.c0.p0": 1, "header1/p0": 3}, {"p2": [1, 3, 1]})
    paths = (
        "p0",
        "p1",
        "p2",
        "t0",
        "t0.r1.c0.p0",
        "t0.r1.c0.p2",
        "t0.r0.c0.p2",
        "header1/p4",
        "word/x.xml#a",
    )
    assert [*map(moved.path, paths)] == [
        "p0", "p1", "p4", "t0", "t0.r1.c0.p0", "t0.r1.c0.p3", "t0.r0.c0.p2", "header1/p7", "word/x.xml#a"
    ]  # fmt: skip
    assert [*map(moved.run, ("p1:r4", "p2:r0", "p2:r1", "p2:r2", "p3:r9"))] == [
        "p1:r4", "p4:r0", "p4:r1", "p4:r4", "p5:r9"
    ]  # fmt: skip
