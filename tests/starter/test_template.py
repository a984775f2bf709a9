"""A starter template is a document an office would send: every field in it, its look a matter of styles."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Literal

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.skills.skill import Field, Skill, Wording
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.starter.template import build_starter_template
from tests.conftest import ROOT
from tests.optional import not_none

SKILLS = load_skills()
ALL = [(skill, language) for skill in SKILLS for language in ("zh", "en")]
every_template = pytest.mark.parametrize(
    ("skill", "language"), ALL, ids=[f"{skill.name}-{language}" for skill, language in ALL]
)


def field(key: str, *, en: str = "Label", zh: str = "标签", kind: Literal["text", "list"] = "text") -> Field:
    return Field(key, Bilingual(en, zh), kind, False, key.upper(), "x", Bilingual(en, zh))


def skill_of(*fields: Field, wording_zh: Wording | None = None) -> Skill:
    title = Bilingual("Certificate", "证明")
    return Skill("certificate", title, Bilingual("x", "x"), fields, wording_zh)


# python-docx has no types.
def read(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def member(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def texts(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def cells(document: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[0].rows]


def inspected(content: bytes, tmp_path: Path, skills: tuple[Skill, ...] = tuple(SKILLS)) -> dict[str, Any]:
    (tmp_path / "template.docx").write_bytes(content)
    return run_job(Job(JobKind.INSPECT, skills), tmp_path / "template.docx", tmp_path)


@every_template
def test_the_engine_finds_every_field_and_no_problem(tmp_path: Path, skill: Skill, language: str) -> None:
    report = inspected(build_starter_template(skill, language), tmp_path)
    assert {found["name"] for found in report["fields"]} == set(skill.placeholders())
    assert (report["problems"], report["unsupported"]) == ([], [])
    assert report["suggested_skill"] == skill.name


@every_template
def test_placeholders_stand_in_running_text_and_in_a_table(skill: Skill, language: str) -> None:
    document = read(build_starter_template(skill, language))
    running = [p.text for p in document.paragraphs if p.style.name.startswith("Body Text")]
    assert any(re.search("[^【】]【[A-Z_]+】[^【】]", text) for text in running)
    assert any("【" in cell for row in cells(document) for cell in row)


@every_template
def test_a_document_has_head_title_recipient_table_signature_date_and_page_number(
    skill: Skill, language: str
) -> None:
    document = read(build_starter_template(skill, language, organ="ORGAN", date="DATE"))
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert (styles[0], styles[1], styles[-2:]) == ("Title", "Salutation", ["Signature", "Date"])
    assert len(document.tables) == 1
    letterhead, rule = document.sections[0].first_page_header.paragraphs
    assert (letterhead.text, letterhead.style.name) == ("ORGAN", "Letterhead")
    bottom = rule.style.element.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert bottom.get(qn("w:color")) == str(letterhead.style.font.color.rgb)
    assert int(bottom.get(qn("w:color"))[:2], 16) >= 0xC0
    footer = document.sections[0].footer.paragraphs[0]
    (number,) = footer._p.findall(qn("w:fldSimple"))
    assert (number.get(qn("w:instr")), [run.text for run in footer.runs]) == ("PAGE", ["— ", " —"])


@every_template
def test_there_is_no_direct_formatting(skill: Skill, language: str) -> None:
    """So that an office changes the look of all its paragraphs by changing a style."""
    content = build_starter_template(skill, language)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        stories = [name for name in archive.namelist() if re.match("word/(document|header|footer)", name)]
    assert len(stories) >= 3
    for name in stories:
        xml = member(content, name)
        assert "<w:rPr>" not in xml
        assert set(re.findall("<w:pPr>(.*?)</w:pPr>", re.sub(' w:val="[^"]*"', "", xml))) == {"<w:pStyle/>"}


def test_a_chinese_page_is_that_of_the_standard() -> None:
    section = read(build_starter_template(not_none(SKILLS.get("meeting_notice")))).sections[0]
    millimetres = [
        round(length.mm, 1)
        for length in (section.page_width, section.page_height, section.top_margin, section.left_margin)
    ]
    assert millimetres == [210, 297, 37, 28]
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < Mm(0.1)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(0.1)


@pytest.mark.parametrize(
    ("style", "east_asia", "size", "color"),
    [
        ("Letterhead", "方正小标宋简体", 32, "FF0000"),
        ("Title", "方正小标宋简体", 22, None),
        ("Body Text", None, None, None),
        ("Normal", "仿宋", 16, None),
        ("Table Label", "黑体", None, None),
        ("footer", "宋体", 14, None),
    ],
)
def test_chinese_styles_are_those_of_the_standard(
    style: str, east_asia: str | None, size: int | None, color: str | None
) -> None:
    font = read(build_starter_template(not_none(SKILLS.get("meeting_notice")))).styles[style].font
    fonts = font.element.rPr.find(qn("w:rFonts"))
    assert (None if fonts is None else fonts.get(qn("w:eastAsia"))) == east_asia
    assert font.size == (size and Pt(size))
    assert (font.color.rgb and str(font.color.rgb)) == color


@pytest.mark.parametrize(
    ("style", "attribute", "characters", "twips"),
    [
        ("Body Text", "firstLine", "200", "640"),
        ("Signature", "right", "200", "640"),
        ("Date", "right", "400", "1280"),
        ("Page Number Odd", "right", "100", "280"),
    ],
)
def test_chinese_indents_are_given_in_characters_and_in_twips(
    style: str, attribute: str, characters: str, twips: str
) -> None:
    document = read(build_starter_template(not_none(SKILLS.get("meeting_notice"))))
    indent = document.styles[style].element.pPr.find(qn("w:ind"))
    assert (indent.get(qn(f"w:{attribute}Chars")), indent.get(qn(f"w:{attribute}"))) == (characters, twips)


def test_chinese_body_lines_are_28_points_exactly() -> None:
    spacing = (
        read(build_starter_template(not_none(SKILLS.get("meeting_notice")))).styles["Normal"].paragraph_format
    )
    assert (spacing.line_spacing, spacing.line_spacing_rule.name) == (Pt(28), "EXACTLY")


def test_page_numbers_are_at_the_outer_edge_and_the_letterhead_on_the_first_page_only() -> None:
    document = read(build_starter_template(not_none(SKILLS.get("meeting_notice"))))
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer
    footers = (section.first_page_footer, section.footer, section.even_page_footer)
    assert [footer.paragraphs[0].style.name for footer in footers] == [
        "Page Number Odd", "Page Number Odd", "Page Number Even"
    ]  # fmt: skip
    assert section.header.is_linked_to_previous
    assert not section.first_page_header.is_linked_to_previous


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_of_a_skill_without_wording_uses_the_labels(tmp_path: Path, language: str) -> None:
    skill = skill_of(field("holder", en="Holder", zh="持有人"), field("places", kind="list"))
    content = build_starter_template(skill, language)
    document = read(content)
    assert texts(document)[0] == skill.title.text(language)
    assert cells(document) == [
        ["Holder" if language == "en" else "持有人", "【HOLDER】"],
        ["Label" if language == "en" else "标签", "【PLACES】"],
    ]
    assert inspected(content, tmp_path, (skill,))["suggested_skill"] == "certificate"


def test_a_field_missing_from_the_wording_becomes_a_table_row() -> None:
    wording = Wording("【HOLDER】的证明", table=(("地点", "【PLACE】"),))
    fields = (field("holder"), field("place"), field("year", zh="年度"))
    document = read(build_starter_template(skill_of(*fields, wording_zh=wording)))
    assert cells(document) == [["地点", "【PLACE】"], ["年度", "【YEAR】"]]


def test_a_row_of_one_pair_spans_a_table_of_two() -> None:
    wording = Wording("x", table=(("a", "【A】", "b", "【B】"), ("c", "【C】")))
    fields = (field("a"), field("b"), field("c"))
    document = read(build_starter_template(skill_of(*fields, wording_zh=wording)))
    assert cells(document) == [["a", "【A】", "b", "【B】"], ["c", "【C】", "【C】", "【C】"]]
    assert [len(row._tr.tc_lst) for row in document.tables[0].rows] == [4, 2]


def test_the_parts_of_a_wording_are_in_order() -> None:
    wording = Wording(
        title="TITLE",
        letterhead="HEAD",
        number="NUMBER",
        recipient="TO",
        body=("ONE", "TWO"),
        table=(("x", "【X】"),),
        after_table=("AFTER", "MORE"),
        closing="CLOSING",
        signature="SIGNED",
        date="DATED",
    )
    document = read(build_starter_template(skill_of(field("x"), wording_zh=wording), date="no"))
    assert [p.text for p in document.sections[0].first_page_header.paragraphs] == ["HEAD", "NUMBER"]
    assert texts(document) == ["TITLE", "TO", "ONE", "TWO", "AFTER", "MORE", "CLOSING", "SIGNED", "DATED"]


def test_lines_for_which_there_is_no_text_are_left_out() -> None:
    document = read(build_starter_template(skill_of(field("x"))))
    assert document.sections[0].first_page_header.is_linked_to_previous
    assert [paragraph.style.name for paragraph in document.paragraphs][-1] == "Body Text Before Table"


def test_the_organisation_given_stands_in_the_letterhead() -> None:
    notice = not_none(SKILLS.get("meeting_notice"))
    heads = [
        read(build_starter_template(notice, organ=organ)).sections[0].first_page_header.paragraphs[0].text
        for organ in (None, "市政府办公室")
    ]
    assert heads == ["【ORGANIZER】", "市政府办公室"]


@every_template
def test_no_text_waits_for_its_author(skill: Skill, language: str) -> None:
    """What is open is a placeholder, which shows in every result; no prompt can go out with a document."""
    document = read(build_starter_template(skill, language))
    headers = document.sections[0].first_page_header.paragraphs
    shown = [paragraph.text for paragraph in (*headers, *document.paragraphs)]
    assert not [text for text in shown if re.search("[×\\[\\]（）]|××", text)]


def test_a_date_field_of_the_skill_dates_the_document() -> None:
    record = build_starter_template(not_none(SKILLS.get("inspection_record")), date="2020年1月1日")
    assert texts(read(record))[-1] == "【INSPECTION_DATE】"


def test_fonts_have_substitutes() -> None:
    fonts = member(build_starter_template(not_none(SKILLS.get("meeting_notice"))), "word/fontTable.xml")
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="华文中宋"/>' in fonts


def test_a_template_holds_no_properties_of_another_document() -> None:
    content = build_starter_template(not_none(SKILLS.get("meeting_notice")))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert not [name for name in names if re.search("thumbnail|customXml|Effects|numbering|app.xml", name)]
    properties = read(content).core_properties
    assert (properties.title, properties.author, properties.comments) == ("会议通知", "", "")


def test_the_same_skill_gives_the_same_bytes_in_any_process() -> None:
    script = (
        "import hashlib\n"
        "from docops_flask.intake.catalogue.skills import load_skills\n"
        "from docops_flask.starter.template import build_starter_template\n"
        "for skill in load_skills():\n"
        "    for language in ('zh', 'en'):\n"
        "        print(hashlib.sha256(build_starter_template(skill, language)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT, env={"PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }  # fmt: skip
    assert len(digests) == 1
    assert len(digests.pop().split()) == 6
