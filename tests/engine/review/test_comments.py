"""Review comments: what they say, where they stand, what becomes of comments of others."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.review import remarks
from tests.engine.review.jobs import PAYLOAD, STRICT, letter, make, parts
from tests.factories import W, docx, p, package, r, tbl, tc, textbox, tr

_COMMENTS = "word/comments.xml"


class Copy:
    """A reviewer's copy with comments: the text of each with what stands between its marks."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.parts = parts(files["out.review.docx"])
        self.document = etree.fromstring(self.parts["word/document.xml"])
        self.told: dict[str, Any] = json.loads(files["out.integrity.json"])["review"]

    def comments(self) -> list[tuple[str, str]]:
        """Return the range and the text of each comment of DocOps, in the order of the ranges."""
        root = etree.fromstring(self.parts[_COMMENTS])
        texts = {
            each.get(f"{{{W}}}id", ""): "\n".join("".join(map(str, line.itertext())) for line in each)
            for each in root
            if each.get(f"{{{W}}}author") == "DocOps"
        }
        starts = self.document.iter(f"{{{W}}}commentRangeStart")
        ids = [each.get(f"{{{W}}}id", "") for each in starts]
        return [(self._range(number), texts[number]) for number in ids if number in texts]

    def _range(self, number: str) -> str:
        is_inside, found = False, ""
        for element in self.document.iter("*"):
            local = str(element.tag).rpartition("}")[2]
            if local in ("commentRangeStart", "commentRangeEnd") and element.get(f"{{{W}}}id") == number:
                is_inside = local == "commentRangeStart"
            elif local == "t" and is_inside:
                found += element.text or ""
        return found


def commented(folder: Path, template: bytes, payload: Any = PAYLOAD, **how: Any) -> Copy:
    return Copy(make(folder, template, payload, **how)[1])


def test_a_comment_says_what_is_required_what_there_is_what_to_do_and_the_clause(tmp_path: Path) -> None:
    found = commented(tmp_path, letter()).comments()

    # The rule, what is wanted, what there is; then why it stays as it is; then the clause.
    (size,) = [text.split("\n") for range_, text in found if "标题的字号" in text]
    assert size[:3] == ["建议修改：标题的字号", "要求：二号（22 磅）", "现在：三号（16 磅），来自样式“正文”"]
    assert size[-1].startswith("条款：GB/T 9704-2012")


def test_comments_are_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    found = commented(tmp_path, letter(), options=STRICT._replace(lang="en")).comments()

    assert any(text.startswith("Recommended: ") and "\nClause: " in text for _, text in found)
    assert not any("条款" in text for _, text in found)


def test_a_placeholder_that_is_left_has_a_comment_at_its_paragraph(tmp_path: Path) -> None:
    found = commented(tmp_path, letter()).comments()

    assert [(range_, text.split("\n")[0]) for range_, text in found if "未填写" in text] == [
        ("请【部门】准备材料。", "未填写：部门 【部门】"),
        ("附注", "未填写：来源 【来源】"),
    ]


def test_fixed_issues_have_no_comment(tmp_path: Path) -> None:
    copy = commented(tmp_path, letter())

    issues = json.loads(copy.files["out.format_report.json"])["issues"]
    open_issues = [each for each in issues if not each["fixed"]]
    assert len(issues) == len(open_issues) + 2
    # Two placeholders are left.
    assert copy.told["comments"] == len(copy.comments()) == len(open_issues) + 2


def test_what_is_about_a_footer_or_a_note_stands_in_the_body_and_says_so(tmp_path: Path) -> None:
    copy = commented(tmp_path, letter())

    assert all(b"comment" not in content for name, content in copy.parts.items() if "foot" in name)
    (note,) = [(range_, text) for range_, text in copy.comments() if "来源" in text]
    assert note[0] == "附注"
    assert note[1].endswith("\n所指位置：脚注，注释 2，第 1 段")
    footers = [(range_, text) for range_, text in copy.comments() if "页脚" in text.split("\n")[-1]]
    assert footers
    assert {range_ for range_, _ in footers} == {"关于召开会议的通知"}


def test_what_is_about_a_text_box_stands_at_the_paragraph_that_it_hangs_on(tmp_path: Path) -> None:
    body = p("before") + p("around", textbox(p("【A】 in the box")))
    copy = commented(tmp_path, docx(body), {"A": None})

    (found,) = [(range_, text) for range_, text in copy.comments() if "【A】" in text]
    assert found[0].startswith("around")
    assert "This is about: Text box 1, paragraph 1" in found[1]
    assert b"<w:txbxContent><w:p><w:comment" not in copy.parts["word/document.xml"]


def test_a_comment_about_a_run_stands_around_that_run(tmp_path: Path) -> None:
    wrong = r("【地点】", '<w:color w:val="FF0000"/>')
    template = letter(p("经研究，会议在", wrong, "召开。"))

    found = commented(tmp_path, template).comments()

    (colour,) = [range_ for range_, text in found if "颜色" in text and "正文" in text]
    assert colour == "北京"


def test_a_run_keeps_its_comment_where_filling_took_away_runs_before_it(tmp_path: Path) -> None:
    cut = r("【地") + r("点】") + r("召开", '<w:color w:val="FF0000"/>')
    found = commented(tmp_path, letter(p("经研究，会议在", cut, "。"))).comments()

    assert [range_ for range_, text in found if "颜色" in text and "正文" in text] == ["召开"]


def test_a_comment_about_runs_in_a_link_stands_around_the_link(tmp_path: Path) -> None:
    coloured = r("【地点】", '<w:color w:val="FF0000"/>')
    link = '<w:hyperlink w:anchor="x">' + r("链接") + coloured + "</w:hyperlink>"
    found = commented(tmp_path, letter(p("经研究，见", link, "。"))).comments()

    assert [range_ for range_, text in found if "颜色" in text and "正文" in text] == ["链接北京"]


def test_tabs_and_line_breaks_of_a_text_are_blanks_in_its_comment(tmp_path: Path) -> None:
    note = p("附件：", "<w:r><w:tab/></w:r>", "方案", "<w:r><w:br/></w:r>", "甲。")
    signed = p("某某市人民政府") + p("2026年1月5日")
    found = commented(tmp_path, letter(note + signed)).comments()

    (text,) = [text for _, text in found if "附件：" in text]
    assert "现在：附件： 方案 甲。" in text.split("\n")


def test_comments_of_the_author_stay_and_new_ids_are_free(tmp_path: Path) -> None:
    mark = (
        '<w:commentRangeStart w:id="7"/>' + r("稿") + '<w:commentRangeEnd w:id="7"/>'
        '<w:r><w:commentReference w:id="7"/></w:r>'
    )
    own = f'<w:comment w:id="7" w:author="Ms Li"><w:p>{r("请核对")}</w:p></w:comment>'
    copy = commented(tmp_path, letter(p(mark), stories={"comments": own}))

    before = parts(copy.files["out.docx"])
    assert copy.parts[_COMMENTS].startswith(before[_COMMENTS].removesuffix(b"</w:comments>"))
    assert {name for name in copy.parts if copy.parts[name] != before.get(name)} == {
        "word/document.xml",
        _COMMENTS,
    }
    ids = re.findall(rb'<w:comment w:id="(\d+)"', copy.parts[_COMMENTS])
    assert len(set(ids)) == len(ids)
    assert min(map(int, ids)) == 7


def test_a_document_in_strict_open_xml_gets_comments_of_its_own_namespace(tmp_path: Path) -> None:
    copy = commented(tmp_path, docx(p("【A】"), strict=True), {"A": None})

    assert b'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"' in copy.parts[_COMMENTS]
    rels = copy.parts["word/_rels/document.xml.rels"]
    assert b"http://purl.oclc.org/ooxml/officeDocument/relationships/comments" in rels


@pytest.mark.parametrize(
    "document",
    [
        f'<document xmlns="{W}" xmlns:x="urn:x"><body><p><r><t>【A】</t></r></p><p/></body></document>',
        f'<?xml version="1.0"?>\n<!-- 1 --><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>【A】</w:t></w:r>'
        "</w:p><!-- </w:p> --></w:body></w:document><!-- </x> -->",
        f'<w:document xmlns:w="{W}"><w:body><w:p\n><w:r><w:t>【A】</w:t></w:r></w:p ><w:p/></w:body>'
        "</w:document>",
    ],
    ids=["no prefix", "comments of XML", "blanks in tags"],
)
def test_documents_that_are_written_otherwise_get_their_comments(tmp_path: Path, document: str) -> None:
    members = parts(docx(p("x")))
    template = package({**members, "word/document.xml": document})

    copy = commented(tmp_path, template, {"A": None})

    assert any("【A】" in text for _, text in copy.comments())


def test_a_table_and_an_empty_paragraph_have_their_comments(tmp_path: Path) -> None:
    # Under the default policy tables are forbidden; the page is that of an empty paragraph.
    body = "<w:p/>" + tbl(tr(tc("【A】"), tc("b")))
    template = docx(body)

    copy = commented(tmp_path, template, {"A": "a"})

    assert copy.told["comments"] == len(copy.comments()) > 0
    assert b"<w:p><w:commentRangeStart" in copy.parts["word/document.xml"]


def test_beyond_the_limit_a_last_comment_says_how_many_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remarks, "MAX_COMMENTS", 3)

    result, files = make(tmp_path, letter())

    copy = Copy(files)
    assert copy.told["comments"] == 4
    assert copy.comments()[-1][1] == (
        f"另有 {copy.told['left_out']} 处问题没有批注，见 out.format_report.json 和 out.missing_fields.json。"
    )
    # The placeholders that are left come first.
    assert sum("未填写" in text for _, text in copy.comments()) == 2
    assert result.review is not None
    assert result.review.as_dict() == {"kind": "comments", "comments": 4, "left_out": copy.told["left_out"]}


def test_a_body_without_paragraphs_has_no_place_for_comments(tmp_path: Path) -> None:
    template = docx("", stories={"header1": p("【A】")})

    _, files = make(tmp_path, template, {"A": None})

    told = json.loads(files["out.integrity.json"])["review"]
    assert (told["comments"], told["left_out"] > 0) == (0, True)
    assert parts(files["out.review.docx"]) == parts(files["out.docx"])


def test_the_document_is_the_same_with_and_without_a_copy_and_the_copy_is_the_same_each_time(
    tmp_path: Path,
) -> None:
    _, without = make(tmp_path / "without", letter(), review=None)
    _, one = make(tmp_path / "one", letter())
    _, two = make(tmp_path / "two", letter())

    assert set(one) - set(without) == {"out.review.docx"}
    del without["out.integrity.json"]
    assert without.items() <= one.items()
    assert one == two
