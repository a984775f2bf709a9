"""Templates of other tools rewritten: what each tag becomes, and why one is left."""

import re
import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.template.foreign.reasons import DOUBTS, REASONS
from tests.engine.template.foreign.conversions import convert
from tests.factories import docx, p, r, tbl, tc, textbox, tr

DOCXTPL = [
    ("{{ w }}, {{x.y}}, {{ x['z'] }}", "【w】, 【x.y】, 【x.z】"),
    ("{{r x }}{{ x|e }}", "【x】【x】"),
    ("{{ 甲方 }} {{ a.乙 }}", "【=甲方】 【=a.乙】"),
    ("{{ x|default('none') }}{{ xs|join(', ') }}", "【x|缺省:none】【xs|分隔:, 】"),
    ("{{ d.strftime('%Y-%m-%d') }}", "【d|yyyy-MM-dd】"),
    ("{{ 'a literal' }}{_{ x }_}", "a literal{{ x }}"),
    ("{% for a in xs %}{{ loop.index }} {{ a.n }}{% endfor %}", "【#xs】【#】 【n】【/xs】"),
    ("{% for a in xs %}{{ a }}{% endfor %}", "【#xs】【.】【/xs】"),
    (
        "{% for a in xs %}{% for b in a.ys %}{{ b }} {{ a.n }} {{ c }}{% endfor %}{% endfor %}",
        "【#xs】【#ys】【.】 【UP.n】 【DOC.c】【/ys】【/xs】",
    ),
    ("{% for a in xs %}{{ a.n }}{% else %}{{ c }}{% endfor %}", "【#xs】【n】【ELSE】【c】【/xs】"),
    (
        "{% for a in xs %}{{ a.n }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "【#xs】【n】【^LAST】, 【/】【/xs】",
    ),
    ("{% if x %}A{% else %}B{% endif %}", "【?x】A【ELSE】B【/x】"),
    ("{% if not x %}A{% endif %}", "【^x】A【/x】"),
    ("{% if x == 'a b' %}A{% endif %}", "【?x=a b】A【/x】"),
    ("{% if x != 5 %}A{% endif %}{% if 5 < y %}B{% endif %}", "【?x≠5】A【/x】【?y>5】B【/y】"),
    ("{% if x is true and y >= 2 %}A{% endif %}", "【?x=true】【?y≥2】A【/】【/】"),
    ("{% if x in ['a', 'b'] %}A{% endif %}", "【?x=a|b】A【/x】"),
    ("{% if x == 'a' or x == 'b' %}A{% endif %}", "【?x=a|b】A【/x】"),
    (
        "{% if x == 1 %}A{% elif x == 2 %}B{% elif y %}C{% else %}D{% endif %}",
        "【?x=1】A【ELSE】【?x=2】B【ELSE】【?y】C【ELSE】D【/】【/】【/】",
    ),
    ("{% if x == “a” %}A{% endif %}", "【?x=a】A【/x】"),
    ("{# a remark #}x", "【--a remark】x"),
    ("{{ a }} {{- b -}} {{- c }}{% if(x) %} b{% endif %}", "【a】【b】【c】【?x】 b【/x】"),
    ("{{ x|upper }}{{ x|lower|e }}{{ xs|length }}", "【x|大写字母】【x|小写字母】【xs|计数】"),
    (
        "{% for a in xs %}{% if loop.index > 1 %}, {% endif %}{% if loop.index0 %}a{% endif %}{% endfor %}",
        "【#xs】【^FIRST】, 【/】【^FIRST】a【/】【/xs】",
    ),
    ("{{ UP }}{{ first_name }}", "【UP_】【first_name】"),
]


@pytest.mark.parametrize(("source", "wanted"), DOCXTPL)
def test_a_tag_of_docxtpl_becomes_one_of_ours(tmp_path: Path, source: str, wanted: str) -> None:
    result = convert(tmp_path, source, "docxtpl")
    assert result.texts == [wanted]
    assert result.left == []
    assert result.report.is_whole


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("{{ f(x) }}", [("{{ f(x) }}", "function")]),
        ("{{ x|trim }}", [("{{ x|trim }}", "filter")]),
        ("{{ x[0] }}", [("{{ x[0] }}", "function")]),
        ("{{ loop.index0 }}", [("{{ loop.index0 }}", "function")]),
        ("{{ loop.index }}", [("{{ loop.index }}", "no_item")]),
        ("{{p x }}", [("{{p x }}", "subdocument")]),
        ("{% cellbg x %}a", [("{% cellbg x %}", "cells")]),
        ("{% include 'a' %}", [("{% include 'a' %}", "statement")]),
        ("{% set y = 1 %}{{ y }}", [("{% set y = 1 %}", "statement"), ("{{ y }}", "set_there")]),
        (
            "{% if x is defined %}{{ x }}{% endif %}",
            [("{% if x is defined %}", "condition"), ("{% endif %}", "of_block")],
        ),
        (
            "{% for k, v in d.items() %}{{ k }}{{ w }}{% endfor %}",
            [("{% for k, v in d.items() %}", "loop"), ("{{ k }}", "of_block"), ("{% endfor %}", "of_block")],
        ),
        (
            "{% for a in xs %}{% for b in a %}{{ b }}{% endfor %}{% endfor %}",
            [("{% for b in a %}", "nested_list"), ("{{ b }}", "of_block"), ("{% endfor %}", "of_block")],
        ),
        ("{% if x %}a", [("{% if x %}", "unclosed")]),
        ("a{% endif %}", [("{% endif %}", "unopened")]),
        ("{{ x", [("{{", "unclosed_tag")]),
        ("a\n{%- if x -%}\nb\n{%- endif %}", [("{%- if x -%}", "joins"), ("{%- endif %}", "joins")]),
        (
            "a {%p if x %}\nb\n{%p endif %}",
            [("{%p if x %}", "beside"), ("{%p endif %}", "of_block")],
        ),
        ("{#tr gone #}", [("{#tr gone #}", "remark")]),
        ("{# " + 256 * "x" + " #}", [("{# " + 256 * "x" + " #}", "name")]),
    ],
)
def test_what_ours_cannot_say_is_left_with_its_reason(
    tmp_path: Path, source: str, left: list[tuple[str, str]]
) -> None:
    result = convert(tmp_path, source, "docxtpl")
    assert result.left == left
    assert not result.report.is_whole


def test_paragraphs_and_rows_keep_what_they_covered(tmp_path: Path) -> None:
    body = (
        p("{%p for a in xs %}")
        + p("{{ a.n }}")
        + p("{%p endfor %}")
        + tbl(
            tr(tc("head"), tc("")),
            tr(tc("{%tr for b in ys %}"), tc("")),
            tr(tc("{{ b.m }}"), tc("{{ c }}")),
            tr(tc("{%tr endfor %}"), tc("")),
        )
    )
    result = convert(tmp_path, docx(body), "docxtpl")
    assert result.left == []
    assert [text for text in result.texts if text] == [
        "【#xs】", "【n】", "【/xs】", "head", "【#ys】", "【m】", "【DOC.c】", "【/ys】",
    ]  # fmt: skip


def test_a_block_in_two_cells_is_left(tmp_path: Path) -> None:
    result = convert(tmp_path, docx(tbl(tr(tc("{% if x %}a"), tc("b{% endif %}")))), "docxtpl")
    assert [reason for _, reason in result.left] == ["apart", "of_block"]


def test_a_tag_across_runs_changes_its_characters_alone(tmp_path: Path) -> None:
    body = f"<w:p>{r('a {')}{r('{ x', '<w:b/>')}{r(' }} b', '<w:i/>')}</w:p>"
    template = docx(body, extra={"word/media/x.bin": b"\0\1"})
    result = convert(tmp_path, template, "docxtpl")
    assert result.texts == ["a 【x】 b"]
    with zipfile.ZipFile(tmp_path / "source.docx") as before, zipfile.ZipFile(result.file) as after:
        assert before.namelist() == after.namelist()
        changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
        markup = [
            re.sub(rb"(<w:t[ >])[^<]*", rb"\1", each.read("word/document.xml")) for each in (before, after)
        ]
    assert changed == ["word/document.xml"]
    assert markup[0] == markup[1]


def test_both_branches_of_a_text_box_are_rewritten(tmp_path: Path) -> None:
    result = convert(tmp_path, docx(p(textbox(p("{{ x }}")))), "docxtpl")
    with zipfile.ZipFile(result.file) as archive:
        assert archive.read("word/document.xml").decode().count("【x】") == 2


def test_tags_at_other_places_are_told(tmp_path: Path) -> None:
    body = p("{{ x }}") + p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK {{ y }}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    comment = '<w:comment w:id="0"><w:p><w:r><w:t>{{ z }}</w:t></w:r></w:p></w:comment>'
    template = docx(body, stories={"comments": comment})
    result = convert(tmp_path, template, "docxtpl")
    assert result.left == [("{{ y }}", "place"), ("{{ z }}", "place")]


@pytest.mark.parametrize(
    ("source", "wanted", "checks"),
    [
        ("{x} {a.b} {first name} {甲-乙}", "【x】 【a.b】 【first_name】 【=甲_乙】", []),
        ("{#xs}{n}{/xs}", "【#xs】【n】【/xs】", ["read_as_list"]),
        ("{#xs}{.}, {/}", "【#xs】【.】, 【/xs】", []),
        ("{#phone}tel. {phone}{/phone}", "【?phone】tel. 【phone】【/phone】", []),
        ("{^xs}none{/xs}", "【^xs】none【/xs】", []),
        ("{#isNew}new{/}", "【?isNew】new【/isNew】", ["read_as_condition"]),
        ("{c}{#xs}{n}{c}{/xs}", "【c】【#xs】【n】【c】【/xs】", ["read_as_list", "outer_name"]),
        ("{#xs}{.}{c}{/xs}", "【#xs】【.】【DOC.c】【/xs】", []),
        ("{%seal} {%%logo}", "【@seal】 【@logo】", ["centred"]),
        ("{#n > 5}x{/}", "【?n>5】x【/n】", []),
        ("{-w:p xs}{n}{/xs}", "【#xs P】【n】【/xs】", ["read_as_list"]),
    ],
)
def test_tags_of_docxtemplater(tmp_path: Path, source: str, wanted: str, checks: list[str]) -> None:
    result = convert(tmp_path, source, "docxtemplater")
    assert result.texts == [wanted]
    assert [doubt for _, doubt in result.checks] == checks
    assert result.report.is_whole


def test_other_delimiters(tmp_path: Path) -> None:
    result = convert(tmp_path, "${x} {y} ${#xs}${n}${/xs}", "docxtemplater", ("${", "}"))
    assert result.texts == ["【x】 {y} 【#xs】【n】【/xs】"]


def test_keys_that_need_another_name_are_told(tmp_path: Path) -> None:
    result = convert(tmp_path, "{first name} {first-name} {first_name} {END}", "docxtemplater")
    assert result.texts == ["【first_name_2】 【first_name_3】 【first_name】 【END_】"]
    assert result.report.renamed == {
        "first name": "first_name_2", "first-name": "first_name_3", "END": "END_",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "reason"),
    [("{@raw}", "raw"), ("{f(x)}", "function"), ("{x | upper}", "filter"), ("{:y}", "made_by_program")],
)
def test_what_docxtemplater_computes_is_left(tmp_path: Path, source: str, reason: str) -> None:
    assert convert(tmp_path, source, "docxtemplater").left == [(source, reason)]


@pytest.mark.parametrize(
    ("source", "wanted", "left"),
    [
        ("{{x}} {{@img}} {{甲方}} {{=y}}", "【x】 【@img】 【=甲方】 【y】", []),
        ("{{?xs}}{{n}}{{/xs}}", "【#xs】【n】【/xs】", []),
        ("{{?xs}}{{=#this}}{{/}}", "【#xs】【.】【/xs】", []),
        (
            "{{?xs}}{{_index+1}} {{n}}{{?_has_next}}, {{/_has_next}}{{/xs}}",
            "【#xs】【#】 【n】【^LAST】, 【/】【/xs】",
            [],
        ),
        ("{{*steps}}", "【steps|分隔:\\n】", []),
        ("{{x?:'none'}}", "【x|缺省:none】", []),
        ("{{?sex == '男'}}x{{/}}", "【?sex=男】x【/sex】", []),
        ("{{#table}}", "{{#table}}", ["made_by_program"]),
        ("{{+nested}}", "{{+nested}}", ["subdocument"]),
        ("{{_index}}", "{{_index}}", ["counts_from_0"]),
    ],
)
def test_tags_of_poi_tl(tmp_path: Path, source: str, wanted: str, left: list[str]) -> None:
    result = convert(tmp_path, source, "poi-tl")
    assert result.texts == [wanted]
    assert [reason for _, reason in result.left] == left


def test_rows_of_poi_tl_that_a_tag_above_names(tmp_path: Path) -> None:
    rows = tbl(tr(tc("{{goods}}Name"), tc("Price")), tr(tc("[name]"), tc("[price]")))
    result = convert(tmp_path, docx(rows), "poi-tl")
    assert result.texts == ["Name", "Price", "【#goods ROW】【name】", "【price】【/goods】"]
    assert result.report.is_whole


@pytest.mark.parametrize(
    ("source", "wanted", "left"),
    [
        ("{d.x} {d.a.b} {c.now}", "【x】 【a.b】 【c.now】", []),
        ("{d.n:formatN(2)} {d.t:formatD(YYYY-MM-DD)}", "【n|#,##0.00】 【t|yyyy-MM-dd】", []),
        ("{d.xs[i].n}, {d.xs[i+1].n}", "【#xs】【n】, 【/xs】", []),
        ("{d.xs[i].ys[i].n} {d.xs[i].ys[i+1].n} {d.xs[i+1].n}", "【#xs】【#ys】【n】 【/ys】 【/xs】", []),
        ("{d.x:ifEQ(1):show(yes):elseShow(no)}", "【?x=1】yes【ELSE】no【/】", []),
        (
            "{d.x:ifEQ(1):show(a):ifGT(2):show(b):elseShow(c)}{d.x:ifEM:show(-)}",
            "【?x=1】a【ELSE】【?x>2】b【ELSE】c【/】【/】【^x】-【ELSE】【x】【/】",
            [],
        ),
        ("{d.x:ifNEM:showBegin}a{d.x:showEnd}", "【?x】a【/x】", []),
        ("{d.x:ifGT(5):hideBegin}a{d.x:hideEnd}", "【^x>5】a【/x】", []),
        ("{d.x:upperCase}{d.x:ucFirst()}", "【x|大写字母】【x|句首大写】", []),
        ("{d.t:formatD(YYYYMMDD)} {d.t:formatD('D/M/YY HH:mm')}", "【t|yyyyMMdd】 【t|d/M/yy HH:mm】", []),
        ("{d.x:padl(3)}", "{d.x:padl(3)}", ["filter"]),
        ("{d.xs[0].n}", "{d.xs[0].n}", ["function"]),
        ("{d.xs[i].n}", "{d.xs[i].n}", ["no_next"]),
    ],
)
def test_tags_of_carbone(tmp_path: Path, source: str, wanted: str, left: list[str]) -> None:
    result = convert(tmp_path, source, "carbone")
    assert result.texts == [wanted]
    assert [reason for _, reason in result.left] == left


def test_the_second_row_of_carbone_holds_the_end(tmp_path: Path) -> None:
    rows = tbl(
        tr(tc("{d.xs[i].n}"), tc("{d.xs[i].m} {d.total}")), tr(tc("{d.xs[i+1].n}"), tc("{d.xs[i+1].m}"))
    )
    result = convert(tmp_path, docx(rows), "carbone")
    assert result.texts == ["【#xs】【n】", "【m】 【DOC.total】", "【/xs】", ""]
    assert result.report.is_whole
    beside = tbl(tr(tc("{d.xs[i].n}"), tc("a")), tr(tc("{d.xs[i+1].n}"), tc("b")))
    assert [reason for _, reason in convert(tmp_path, docx(beside), "carbone").left] == ["of_block", "beside"]


def _field(instruction: str, shown: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r(shown, "<w:b/>")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _simple(instruction: str, shown: str) -> str:
    return f"<w:fldSimple w:instr=' {instruction} '>{r(shown)}</w:fldSimple>"


def test_merge_fields_give_way_to_brackets(tmp_path: Path) -> None:
    body = p(
        r("Dear "),
        _field("MERGEFIELD Name \\* MERGEFORMAT", "«Name»"),
        r(", "),
        _simple('MERGEFIELD "First Name"', "«First Name»"),
        _field('MERGEFIELD Day \\@ "yyyy-MM-dd"', "«Day»"),
        _field('MERGEFIELD Fax \\b "fax " \\f "."', "«Fax»"),
        r(" «quoted»"),
    )
    result = convert(tmp_path, docx(body), "mailmerge")
    assert result.texts == ["Dear 【Name】, 【First_Name】【Day|yyyy-MM-dd】【Fax|前:fax |后:.】 «quoted»"]
    assert result.report.is_whole
    with zipfile.ZipFile(result.file) as archive:
        content = archive.read("word/document.xml")
    assert b"fldChar" not in content
    assert b"fldSimple" not in content
    assert b"<w:b/>" in content


def test_merge_fields_are_found_in_a_part_with_an_xml_comment(tmp_path: Path) -> None:
    fields = p(_field("MERGEFIELD Name", "«Name»")) + p(_simple("MERGEFIELD Day", "«Day»"))
    assert convert(tmp_path, docx(f"<!-- kept -->{fields}"), "mailmerge").texts == ["【Name】", "【Day】"]


@pytest.mark.parametrize(
    ("instruction", "wanted"),
    [
        ("MERGEFIELD Name \\* Upper \\m", "【Name|大写字母】"),
        ('MERGEFIELD Day \\@ "dd/MM/yyyy"', "【Day|dd/MM/yyyy】"),
        ("MERGEFIELD Image:Seal", "【@Seal】"),
    ],
)
def test_switches_of_merge_fields_become_the_formats_that_they_have_unconverted(
    tmp_path: Path, instruction: str, wanted: str
) -> None:
    assert convert(tmp_path, docx(p(_field(instruction, "«x»"))), "mailmerge").texts == [wanted]


@pytest.mark.parametrize(
    ("instruction", "left"),
    [
        ('MERGEFIELD Day \\@ "d MMMM yyyy"', ("«x»", "filter")),
        ("MERGEFIELD Name \\* CardText", ("«x»", "filter")),
        ("NEXT", ("«x»", "merge_only")),
        ("ADDRESSBLOCK", ("«x»", "merge_only")),
    ],
)
def test_what_a_mail_merge_alone_works_out_is_left(
    tmp_path: Path, instruction: str, left: tuple[str, str]
) -> None:
    assert convert(tmp_path, docx(p(_field(instruction, "«x»"))), "mailmerge").left == [left]


def test_a_field_that_shows_nothing_is_told_by_its_instruction(tmp_path: Path) -> None:
    body = p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> NEXT </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert convert(tmp_path, docx(body), "mailmerge").left == [("{NEXT}", "merge_only")]


def test_a_percent_sign_of_a_merge_field_is_shown_behind_the_number(tmp_path: Path) -> None:
    """Word does not multiply by a hundred, as our format does."""
    body = p(_field('MERGEFIELD Rate \\# "0.0%"', "«Rate»"))
    assert convert(tmp_path, docx(body), "mailmerge").texts == ["【Rate|0.0|后:%】"]


def test_typed_names_count_where_there_are_no_merge_fields(tmp_path: Path) -> None:
    assert convert(tmp_path, "Dear «Name»", "mailmerge").texts == ["Dear 【Name】"]


def test_merge_fields_in_rows(tmp_path: Path) -> None:
    rows = tbl(
        tr(
            tc(p(_field("MERGEFIELD TableStart:Items", "«TableStart:Items»"), _field("MERGEFIELD A", "«A»"))),
            tc(p(_field("MERGEFIELD B", "«B»"), _field("MERGEFIELD TableEnd:Items", "«TableEnd:Items»"))),
        )
    )
    result = convert(tmp_path, docx(rows), "mailmerge")
    assert result.texts == ["【#Items】【A】", "【B】【/Items】"]


def test_a_merge_field_in_another_field_is_left(tmp_path: Path) -> None:
    inner = _field("MERGEFIELD A", "«A»")
    body = p(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> IF </w:instrText></w:r>'
        f'{inner}<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("x")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert [reason for _, reason in convert(tmp_path, docx(body), "mailmerge").left] == ["field_markup"]


def test_a_tag_that_would_be_faulty_is_left_with_its_block(tmp_path: Path) -> None:
    result = convert(tmp_path, "a {#xs} b\n{n}\nc {/xs} d", "docxtemplater")
    assert [reason for _, reason in result.left] == ["unsound", "of_block", "of_block"]
    assert result.texts == ["a {#xs} b", "{n}", "c {/xs} d"]


def test_every_reason_is_told_in_both_languages() -> None:
    for text in (*REASONS.values(), *DOUBTS.values()):
        assert text.en
        assert text.zh
