"""out.missing_fields.json: slips in names show on both sides, and what is left is listed with its place."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.reports import missing_fields
from docops_flask.engine.skills.skill import Field, Skill
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_LABEL = Bilingual("label", "标签")
KEYS = ("meeting_title", "meeting_date", "organizer", "attendees", "ext")
FIELDS = tuple(Field(key, _LABEL, "text", key == "organizer", key.upper(), "x", _LABEL) for key in KEYS)
SKILL = Skill("notice", _LABEL, _LABEL, FIELDS)
MAIN = "word/document.xml"


def fields_of(tmp_path: Path, body: str, payload: dict[str, str | None], **package: Any) -> dict[str, Any]:
    """The content of out.missing_fields.json; precheck says the same."""
    template = tmp_path / "template.docx"
    template.write_bytes(docx(body, **package))
    job = Job(JobKind.RUN, (SKILL,), SKILL, payload)
    run = run_job(job, template, tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        found: dict[str, Any] = json.loads(archive.read("out.missing_fields.json"))
    precheck = run_job(job._replace(kind=JobKind.PRECHECK), template, tmp_path)
    assert {name: precheck[name] for name in found} == found
    assert precheck["summary"]["left_count"] == run["counts"]["left"]
    assert run["counts"]["missing"] == len(found["missing_required"])
    return found


SLIPS = {
    "letters changed places": ("【MEETING_TITEL】", "MEETING_TITEL"),
    "a letter too few": ("【METING_TITLE】", "METING_TITLE"),
    "a letter too many": ("【MEETING_TITLES】", "MEETING_TITLES"),
    "a word changed": ("【MEETING_TITTLE2】", "MEETING_TITTLE2"),
    "small letters": ("【meeting_title】", "meeting_title"),
    "a space": ("【MEETING TITLE】", "MEETING TITLE"),
    "a bracket too few": ("【MEETING_TITLE", "MEETING_TITLE"),
    "full-width letters": ("【ＭＥＥＴＩＮＧ_ＴＩＴＬＥ】", "ＭＥＥＴＩＮＧ_ＴＩＴＬＥ"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_key_that_the_template_does_not_take_is_unused_with_the_name_that_was_meant(
    tmp_path: Path, slip: str
) -> None:
    text, written = SLIPS[slip]
    found = fields_of(tmp_path, p(text, r("【ORGANIZER】")), {"meeting_title": "x", "organizer": "y"})
    assert found["unused"] == [{"key": "meeting_title", "suggestion": written}]
    assert [each["text"] for each in found["left"]] == [text]


def test_keys_are_unused_in_the_order_of_the_document_type_and_without_a_near_name_too(
    tmp_path: Path,
) -> None:
    payload: dict[str, str | None] = {"ext": "1", "organizer": "y", "attendees": "z", "meeting_date": None}
    assert fields_of(tmp_path, p("【ORGANIZER】"), payload)["unused"] == [
        {"key": "attendees", "suggestion": None},
        {"key": "ext", "suggestion": None},
    ]


def test_a_key_whose_placeholder_stands_where_nothing_is_filled_is_unused(tmp_path: Path) -> None:
    part = "<x>【MEETING_DATE】</x>".encode()
    found = fields_of(tmp_path, p("x"), {"meeting_date": "5.6"}, extra={"docProps/core.xml": part})
    assert found["unused"] == [{"key": "meeting_date", "suggestion": "MEETING_DATE"}]


def test_missing_names_every_place_and_the_field_that_was_meant(tmp_path: Path) -> None:
    body = (
        p("【MEETING_TITEL】【ORGANIZER】")
        + tbl(tr(tc("【MEETING_TITEL】"), tc("【XYZ】")))
        + p(textbox(p("【ATTENDES】")))
    )
    found = fields_of(tmp_path, body, {}, stories={"header1": p("【MEETING_DATE】")})
    assert found["missing"] == [
        {"field": "MEETING_TITEL", "place": "p0", "suggestion": "MEETING_TITLE"},
        {"field": "ORGANIZER", "place": "p0", "suggestion": None},
        {"field": "MEETING_TITEL", "place": "t0.r0.c0.p0", "suggestion": "MEETING_TITLE"},
        {"field": "XYZ", "place": "t0.r0.c1.p0", "suggestion": None},
        {"field": "ATTENDES", "place": "textbox0/p0", "suggestion": "ATTENDEES"},
        {"field": "MEETING_DATE", "place": "header1/p0", "suggestion": None},
    ]
    assert (found["missing_required"], found["unused"]) == (["ORGANIZER"], [])


UNDECLARED = {
    "in a run": (p("致【甲方】"), ["【甲方】"]),
    "over runs": (p(r("【会议"), r("名", "<w:b/>"), r("称】")), ["【会议名称】"]),
    "beside a placeholder": (p("【ORGANIZER】与【姓名】"), ["【姓名】"]),
    "beside a loose bracket": (p("A】【姓名】") + p("【【姓名】"), ["【姓名】"]),
    "once each, in order": (
        p("【乙方】【甲方】【乙方】") + tbl(tr(tc("【丙方】"))),
        ["【乙方】", "【甲方】", "【丙方】"],
    ),
    "with white space, digits and dots": (
        p("【 甲方 】【甲方2】【项目.品名】"),
        ["【 甲方 】", "【甲方2】", "【项目.品名】"],
    ),
    "with Latin letters": (p("【甲方A_1】"), ["【甲方A_1】"]),
    "other scripts": (p("【имя】【ชื่อ】【이름】"), ["【имя】", "【ชื่อ】", "【이름】"]),
    "by its number": ("<w:p><w:r><w:t>&#12304;甲方&#x3011;</w:t></w:r></w:p>", ["【甲方】"]),
    "in a text box": (p(textbox(p("【甲方】"))), ["【甲方】"]),
    "a note to the reader": (p("【注意】"), ["【注意】"]),
    "no names": (p("【2026年会议】【1】【】【　】【、】【甲方、乙方】【甲 方】【①】"), []),
    "names of the grammar": (p("【ORGANIZER】【organizer】【ＡＢ】"), []),
    "too long": (p(f"【{'长' * 65}】【{'长' * 64}】"), [f"【{'长' * 64}】"]),
    "deleted": (p(f"<w:del>{r('【甲方】')}</w:del>"), []),
}


@pytest.mark.parametrize("thing", UNDECLARED)
def test_bracketed_words_in_other_scripts_are_told_without_an_exit_code(tmp_path: Path, thing: str) -> None:
    body, words = UNDECLARED[thing]
    found = fields_of(tmp_path, body, {"organizer": "x"})
    assert found["undeclared"] == words


def test_words_of_headers_and_notes_are_told_too(tmp_path: Path) -> None:
    stories = {"header1": p("【甲方】"), "footnotes": f'<w:footnote w:id="1">{p("【乙方】")}</w:footnote>'}
    assert set(fields_of(tmp_path, p("x"), {}, stories=stories)["undeclared"]) == {"【甲方】", "【乙方】"}


def test_words_in_watermarks_field_codes_ruby_and_equations_are_told_too(tmp_path: Path) -> None:
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    body = (
        p('<w:r><w:pict><v:shape><v:textpath string="【密级】"/></v:shape></w:pict></w:r>')
        + p('<w:fldSimple w:instr=" QUOTE 【网址】 "/>')
        + p(f"<w:r><w:ruby><w:rt>{r('pin')}</w:rt><w:rubyBase>{r('【姓名】')}</w:rubyBase></w:ruby></w:r>")
        + p(f'<m:oMath xmlns:m="{math}"><m:r><m:t>【数量】</m:t></m:r></m:oMath>')
    )
    words = {"【密级】", "【网址】", "【姓名】", "【数量】"}
    assert set(fields_of(tmp_path, body, {})["undeclared"]) == words


def test_left_lists_all_that_is_still_in_the_document_with_part_place_and_reason(tmp_path: Path) -> None:
    part = "<x>【MEETING_DATE】</x>".encode()
    body = p("【MEETING_TITLE】【meeting_date】") + p("【ORGANIZER】")
    found = fields_of(
        tmp_path, body, {"meeting_title": "x"}, stories={"footer1": p("【EXT】")}, extra={"a.xml": part}
    )
    assert found["left"] == [
        {"text": "【meeting_date】", "part": MAIN, "place": "p0", "reason": "unsupported"},
        {"text": "【ORGANIZER】", "part": MAIN, "place": "p1", "reason": "missing"},
        {"text": "【EXT】", "part": "word/footer1.xml", "place": "footer1/p0", "reason": "missing"},
        {"text": "【MEETING_DATE】", "part": "a.xml", "place": "x", "reason": "unaccounted"},
    ]


def test_nothing_left_and_nothing_unused_are_empty_lists(tmp_path: Path) -> None:
    found = fields_of(tmp_path, p("【MEETING_TITLE】"), {"meeting_title": "【ORGANIZER】"})
    lists = ("missing_required", "missing_optional", "missing", "unused", "undeclared", "left")
    assert found == {name: [] for name in lists}


def test_lists_are_cut_and_counts_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing_fields, "MAX_LISTED", 2)
    body = p("".join(f"【NAME_{number}】【甲方{number}】" for number in range(5)))
    template = tmp_path / "template.docx"
    template.write_bytes(docx(body))
    precheck = run_job(Job(JobKind.PRECHECK, (SKILL,), SKILL, dict.fromkeys(KEYS, "x")), template, tmp_path)
    lists = ("missing", "unused", "undeclared", "left")
    assert [len(precheck[name]) for name in lists] == [2, 2, 2, 2]
    assert precheck["summary"]["left_count"] == 5
    assert len(precheck["missing_optional"]) == 5
