"""What ours would read as something else is left with its reason, or told to be checked."""

from itertools import product
from pathlib import Path

import pytest

from docops_flask.engine.options import Options
from docops_flask.engine.reports.conversion import reason_of
from tests.engine.open_jobs import run_open
from tests.engine.template.foreign.conversions import convert
from tests.factories import docx, p, r, tbl, tc, textbox, tr


def _reasons(folder: Path, source: str | bytes, tool: str) -> dict[str, str]:
    return dict(convert(folder, source, tool).left)


@pytest.mark.parametrize("inner", ["{{ loop.index }}", "{% if loop.last %}.{% endif %}"])
def test_the_number_of_a_list_that_is_left_is_not_that_of_the_list_around(tmp_path: Path, inner: str) -> None:
    source = f"{{% for a in xs %}}{{% for k, v in a.items() %}}{inner}{{% endfor %}}{{% endfor %}}"
    left = _reasons(tmp_path, source, "docxtpl")
    assert left["{% for k, v in a.items() %}"] == "loop"
    assert left[inner.partition("}.")[0] + ("}" if "}." in inner else "")] == "of_block"


@pytest.mark.parametrize(
    "source",
    [
        "{%p set y = 1 %}\n{{ y }}",
        "{% set x, y = 1, 2 %}{{ y }}",
        "{%- set y = 1 %}{{ y }}",
        "{% with y = x.z %}{{ y }}{% endwith %}",
        "{% import 'm' as y %}{{ y }}",
        "{% from 'm' import x as y %}{{ y }}",
        "{% macro f(y, z='') %}{{ y }}{% endmacro %}",
    ],
)
def test_names_that_the_template_gives_are_none_of_the_task(tmp_path: Path, source: str) -> None:
    assert _reasons(tmp_path, source, "docxtpl")["{{ y }}"] == "set_there"


def test_what_stands_in_raw_is_text(tmp_path: Path) -> None:
    result = convert(tmp_path, "{% raw %}{{ x }}\n{% if %}{% endraw %}{{ y }}", "docxtpl")
    assert result.texts == ["{% raw %}{{ x }}", "{% if %}{% endraw %}【y】"]
    assert [reason for _, reason in result.left] == ["statement", "of_block", "of_block", "statement"]


@pytest.mark.parametrize("source", ["{{ true }}", "{{ None }}", "{{ '【x】' }}", "{{ '】' }}"])
def test_constants_are_no_names(tmp_path: Path, source: str) -> None:
    assert _reasons(tmp_path, source, "docxtpl") == {source: "function"}


@pytest.mark.parametrize(
    ("source", "tool"),
    [
        ("{% if x > 'abc' %}a{% endif %}", "docxtpl"),
        ("{% if 'abc' <= x %}a{% endif %}", "docxtpl"),
        ("{#x < 'abc'}a{/}", "docxtemplater"),
        ("{{?x >= 'abc'}}a{{/}}", "poi-tl"),
    ],
)
def test_more_or_less_than_a_word_is_left(tmp_path: Path, source: str, tool: str) -> None:
    assert "condition" in _reasons(tmp_path, source, tool).values()


def test_more_than_a_date_is_kept(tmp_path: Path) -> None:
    assert convert(tmp_path, "{% if x > '2026-05-06' %}a{% endif %}", "docxtpl").texts == [
        "【?x>2026-05-06】a【/x】"
    ]


def test_a_default_holds_for_blanks_too_which_is_told(tmp_path: Path) -> None:
    result = convert(tmp_path, "{{ x|default('n') }}{{ x|default('n', true) }}{{ x|d('') }}", "docxtpl")
    assert result.checks == [("{{ x|default('n') }}", "default_for_blanks")]


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [("%d day", None), ("%d d", None), ("%-d/%-m %H:%M", "d/M HH:mm"), ("%Y年%m月", "yyyy年MM月")],
)
def test_letters_in_a_pattern_of_dates_are_none_of_its_parts(
    tmp_path: Path, pattern: str, wanted: str | None
) -> None:
    source = f"{{{{ x.strftime('{pattern}') }}}}"
    assert convert(tmp_path, source, "docxtpl").texts == [source if wanted is None else f"【x|{wanted}】"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        # docxtpl drops what stands before {%- in its text, back to the text before.
        (p("first") + p("{{ x }} {%- if y %} b{% endif %}"), "joins"),
        (p(r("a"), r("b {%- if y %} c{% endif %}")), "joins"),
        (p("a {% if y -%} b{% endif %}"), ""),
        (p(r("a {% if y -%} b"), r("c{% endif %}")), "joins"),
        (p(r("a "), r("{%- if y %} b{% endif %}")), ""),
        (p(r("a {% if y -%}"), r(" b{% endif %}")), ""),
    ],
)
def test_signs_of_blanks_that_take_more_than_blanks_are_left(tmp_path: Path, body: str, reason: str) -> None:
    result = convert(tmp_path, docx(body), "docxtpl")
    assert [why for _, why in result.left][:1] == ([reason] if reason else [])


def test_a_block_between_texts_that_may_become_one_paragraph_is_told(tmp_path: Path) -> None:
    result = convert(tmp_path, "a{% if x %}\nb\n{% endif %}c", "docxtpl")
    assert result.checks == [("{% if x %}", "joins_around")]
    assert convert(tmp_path, "a{% if x %}\nb\n{% else %}\nd\n{% endif %}c", "docxtpl").checks == []
    result = convert(tmp_path, "a{#x == 1}\nb\n{/}c", "docxtemplater")
    assert result.checks == [("{#x == 1}", "joins_around")]


@pytest.mark.parametrize(
    "source",
    [
        "{{_is_first}}",
        "{{?_is_even_item}}a{{/}}",
        "{{?xs}}{{?_is_odd_item}}a{{/}}{{n}}{{/xs}}",
        "{{_has_next}}",
    ],
)
def test_what_poi_tl_tells_of_a_copy_is_none_of_the_task(tmp_path: Path, source: str) -> None:
    assert "of_copy" in _reasons(tmp_path, source, "poi-tl").values()


def test_a_row_in_square_brackets_that_is_taken_for_that_of_a_list_is_told(tmp_path: Path) -> None:
    result = convert(tmp_path, docx(tbl(tr(tc("{{xs}}")), tr(tc("[n]")))), "poi-tl")
    assert result.checks == [("{{xs}}", "read_as_list")]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{d.x:ifEQ(.y):show(a)}", "condition"),
        ("{d.x:ifEQ(d.y):showBegin}a{d.x:showEnd}", "condition"),
        ("{d.x:ifEQ(1):show(d.y):elseShow(a)}", "condition"),
        ("{d.x:ifEQ(1):show(a):elseShow(c.y)}", "condition"),
        ("{d.x:ifEmpty(..y)}", "filter"),
        ("{d.x:ifEQ($y):show(a)}", "condition"),
        ("{d.x:ifGT('abc'):show(a):elseShow(b)}", "condition"),
        ("{d.x:ifGT(2026-05-06):show(a):elseShow(b)}", "condition"),
        ("{d.x:ifEQ(null):show(a):elseShow(b)}", "condition"),
    ],
)
def test_what_carbone_takes_from_another_value_is_no_text(tmp_path: Path, source: str, reason: str) -> None:
    first = source[: source.index("}") + 1]
    assert _reasons(tmp_path, source, "carbone")[first] == reason


@pytest.mark.parametrize(
    "condition",
    [
        "a and b", "a and not b", "not a and not b", "a and b and c", "not (a or b)",
        "not (a or not b) and c", "not(a or b or c)", "a", "not a",
    ],
)  # fmt: skip
def test_joined_conditions_hold_for_the_same_values(tmp_path: Path, condition: str) -> None:
    result = convert(tmp_path, f"x{{% if {condition} %}}y{{% endif %}}z", "docxtpl")
    assert result.report.is_whole
    for number, values in enumerate(product((True, False), repeat=3)):
        payload = dict(zip("abc", values, strict=True))
        wanted = "xyz" if eval(condition, {}, payload) else "xz"
        done = run_open(tmp_path / str(number), result.file.read_bytes(), payload, Options(unused="allow"))
        assert done.paragraphs() == [wanted], payload


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("{% if a and b %}x{% else %}y{% endif %}", ["joined", "of_block", "of_block"]),
        ("{% if a or b %}x{% endif %}", ["joined", "of_block"]),
        ("{% if a or b and c %}x{% else %}y{% endif %}", ["joined", "of_block", "of_block"]),
        ("{% if a %}x{% elif b and c %}y{% endif %}", ["of_block", "joined", "of_block"]),
        ("{% if a %}x{% elif b or c %}y{% endif %}", ["of_block", "joined", "of_block"]),
        ("{% if not (a and b) %}x{% endif %}", ["condition", "of_block"]),
        ("{% if a or f(b) %}x{% endif %}", ["condition", "of_block"]),
    ],
)
def test_joined_conditions_that_need_a_text_twice_are_left(
    tmp_path: Path, source: str, left: list[str]
) -> None:
    result = convert(tmp_path, source, "docxtpl")
    assert [why for _, why in result.left] == left
    assert result.texts == [source]


def test_a_name_is_proposed_for_conditions_that_are_left(tmp_path: Path) -> None:
    result = convert(tmp_path, "{% if a and b %}x{% else %}y{% endif %}", "docxtpl")
    assert "give true or false as a_b" in reason_of(result.report.left[0]).en


def _brackets(folder: Path, source: str) -> list[str]:
    return [each.text for each in convert(folder, source, "docxtpl").report.brackets]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("【A】{{ x }}", ["【A】"]),
        # Converting {{ 甲方 }} declares the name.
        ("【甲方】{{ 甲方 }}", ["【甲方】"]),
        ("【甲方】{{ x }}", []),
        ("【{{ x }}】", []),
        ("【#xs】【注意】【/xs】{{ x }}", ["【#xs】", "【/xs】"]),
        ("【meeting-title】{{ x }}", ["【meeting-title】"]),
    ],
)
def test_texts_in_brackets_that_are_tags_here_are_told(tmp_path: Path, source: str, told: list[str]) -> None:
    assert _brackets(tmp_path, source) == told


@pytest.mark.parametrize(
    ("source", "tool", "notes"),
    [
        ("{% if x %}a{% endif %}", "docxtpl", ["conditions"]),
        ("{#x == 1}a{/}", "docxtemplater", ["conditions"]),
        ("{% for a in xs %}{% if loop.first %}a{% endif %}{{ a }}{% endfor %}", "docxtpl", []),
        ("{d.x:ifNEM:showBegin}a{d.x:showEnd}", "carbone", []),
        ("{{ x }}", "docxtpl", []),
    ],
)
def test_that_conditions_take_0_for_a_value_is_told_once(
    tmp_path: Path, source: str, tool: str, notes: list[str]
) -> None:
    assert convert(tmp_path, source, tool).report.notes == notes


def test_a_template_of_another_tool_than_that_is_named_is_not_whole(tmp_path: Path) -> None:
    report = convert(tmp_path, "{d.x}", "docxtpl").report
    assert [problem.code for problem in report.problems] == ["OTHER_TOOL"]
    assert not report.is_whole


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("{d.xs[i].n}", [("{d.xs[i].n}", "no_next")]),
        ("{d.x:ifEM:drop(p)}", [("{d.x:ifEM:drop(p)}", "condition")]),
        ("{d.x:keep(row)}", [("{d.x:keep(row)}", "condition")]),
        (
            "{d.x:ifIN('a'):showBegin}b{d.x:showEnd}",
            [("{d.x:ifIN('a'):showBegin}", "condition"), ("{d.x:showEnd}", "of_block")],
        ),
    ],
)
def test_what_to_do_about_tags_of_carbone_is_told(
    tmp_path: Path, source: str, left: list[tuple[str, str]]
) -> None:
    assert convert(tmp_path, source, "carbone").left == left


def test_an_array_of_carbone_in_one_row_repeats_columns(tmp_path: Path) -> None:
    row = docx(tbl(tr(tc("{d.xs[i].n}"), tc("{d.xs[i+1].n}"))))
    assert _reasons(tmp_path, row, "carbone")["{d.xs[i+1].n}"] == "columns"


def test_other_delimiters_within_a_template_are_told(tmp_path: Path) -> None:
    result = convert(tmp_path, "{x} {=[[ ]]=} [[y]]", "docxtemplater")
    assert result.left == [("{=[[ ]]=}", "delimiters")]
    assert "--delimiters '[[ ]]'" in reason_of(result.report.left[0]).en


def test_a_tag_in_the_address_of_a_link_is_told(tmp_path: Path) -> None:
    link = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        'Target="https://example.org/%7Bd.id%7D" TargetMode="External"/></Relationships>'
    )
    template = docx(
        p("{d.x}"), stories={"header1": p("a")}, extra={"word/_rels/header1.xml.rels": link.encode()}
    )
    assert convert(tmp_path, template, "carbone").left == [("{d.id}", "place")]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (p(r("{% for a in xs %}"), textbox(p("{{ a.n }}{{ x }}")), r("{% endfor %}")), "【n】【DOC.x】"),
        (p(textbox(p("{{ a.n }}{{ x }}")), r("{% for a in xs %}{% endfor %}")), "【a.n】【x】"),
        (p(r("{% for a in xs %}{% endfor %}"), textbox(p("{{ a.n }}{{ x }}"))), "【a.n】【x】"),
        (p("{% for a in xs %}") + p(textbox(p("{{ a.n }}"))) + p("{% endfor %}"), "【n】"),
    ],
)
def test_names_in_a_text_box_are_those_of_the_place_that_it_hangs_on(
    tmp_path: Path, body: str, wanted: str
) -> None:
    assert wanted in convert(tmp_path, docx(body), "docxtpl").texts


@pytest.mark.parametrize(
    ("body", "note", "tool", "wanted"),
    [
        ("{% for a in xs %}{{ a }}{% endfor %}", "{{ x }}", "docxtpl", "【DOC.x】"),
        ("{#xs}{.}{/}", "{x}", "docxtemplater", "【DOC.x】"),
        ("{{ a }}", "{{ x }}", "docxtpl", "【x】"),
    ],
)
def test_notes_have_the_names_of_the_document_also_where_they_hang_on_an_item(
    tmp_path: Path, body: str, note: str, tool: str, wanted: str
) -> None:
    notes = f'<w:footnote w:id="2">{p(note)}</w:footnote>'
    assert convert(tmp_path, docx(p(body), stories={"footnotes": notes}), tool).texts[-1] == wanted


@pytest.mark.parametrize(
    ("source", "wanted", "tool"),
    [
        ("{{a}} {{?a}}Mr {{=#this}}{{/a}}", "【a】 【?a】Mr 【a】【/a】", "poi-tl"),
        ("{#a}Mr {.}{/a} {a}", "【?a】Mr 【a】【/a】 【a】", "docxtemplater"),
        ("{#xs}{a} {#a}Mr {.}{/a}{/xs}", "【#xs】【a】 【?a】Mr 【a】【/a】【/xs】", "docxtemplater"),
    ],
)
def test_a_section_of_a_value_that_is_also_printed_is_a_condition(
    tmp_path: Path, source: str, wanted: str, tool: str
) -> None:
    result = convert(tmp_path, source, tool)
    assert result.texts == [wanted]
    assert "read_as_condition" in [doubt for _, doubt in result.checks]


@pytest.mark.parametrize(
    ("source", "wanted", "tool"),
    [
        ("{{ x|default('n', true)|upper }}", "【x|缺省:N|大写字母】", "docxtpl"),
        ("{{ xs|join(', ')|upper }}", "【xs|分隔:, |大写字母】", "docxtpl"),
        ("{d.x:ifEmpty('no one'):ucWords}", "【x|缺省:No One|词首大写】", "carbone"),
        ("{d.xs:arrayJoin(', '):upperCase}", "【xs|分隔:, |大写字母】", "carbone"),
    ],
)
def test_capital_letters_of_defaults_and_joined_lists(
    tmp_path: Path, source: str, wanted: str, tool: str
) -> None:
    assert convert(tmp_path, source, tool).texts == [wanted]


@pytest.mark.parametrize(
    ("source", "checks"),
    [
        ("{{?xs}}a\n{{n}}\n{{/xs}}", ["stands_once"]),
        ("{{?xs}}\n{{n}}\n{{/xs}}", ["read_as_list"]),
        ("{{?isNew}}a\nb\n{{/isNew}}", ["read_as_condition"]),
    ],
)
def test_text_beside_tags_of_a_list_of_poi_tl_stands_once_there(
    tmp_path: Path, source: str, checks: list[str]
) -> None:
    assert [doubt for _, doubt in convert(tmp_path, source, "poi-tl").checks] == checks


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{ d.x } {d . first name}", "【x】 【firstname】"),
        ("{d.x:ifEQ(a b):show('c d'):elseShow( e )}", "【?x=ab】c d【ELSE】e【/】"),
        ("{ d.xs[ i ].n }, { d.xs[ i + 1 ].n }", "【#xs】【n】, 【/xs】"),
    ],
)
def test_blanks_in_tags_of_carbone_do_not_count(tmp_path: Path, source: str, wanted: str) -> None:
    assert convert(tmp_path, source, "carbone").texts == [wanted]


def test_arrays_of_carbone_that_overlap_are_left(tmp_path: Path) -> None:
    source = "{d.xs[i].n} {d.ys[i].n} {d.xs[i+1].n}{d.ys[i+1].n}"
    assert "apart" in _reasons(tmp_path, source, "carbone").values()
    assert convert(tmp_path, source, "carbone").texts == [source]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{{?!_has_next}}a{{/}}", "【?LAST】a【/】"),
        ("{{?_is_first and x}}a{{/}}", "【?FIRST】【?x】a【/】【/】"),
        ("{{?x and y}}a{{/}}", "【?x】【?y】a【/】【/】"),
        ("{{?not x}}a{{/}}{{x y}}", "【^x】a【/x】{{x y}}"),
        ("{{?_is_odd_item and x}}a{{/}}", "{{?_is_odd_item and x}}a{{/}}"),
        ("{{?_index > 0}}a{{/}}", "{{?_index > 0}}a{{/}}"),
    ],
)
def test_conditions_of_poi_tl_about_the_copy(tmp_path: Path, source: str, wanted: str) -> None:
    result = convert(tmp_path, f"{{{{?xs}}}}{{{{n}}}}{source}{{{{/xs}}}}", "poi-tl")
    assert result.texts == [f"【#xs】【n】{wanted}【/xs】"]


def test_a_row_that_a_flag_shows(tmp_path: Path) -> None:
    result = convert(
        tmp_path, docx(tbl(tr(tc("{#hasFax}fax"), tc("{fax}{/hasFax}"))) + p("")), "docxtemplater"
    )
    assert result.texts == ["【?hasFax】fax", "【fax】【/hasFax】", ""]
    assert result.checks == [("{#hasFax}", "read_as_condition")]


def test_next_items_stay_with_an_array_that_is_left(tmp_path: Path) -> None:
    rows = [("{d.xs[i].n}", "a"), ("{d.xs[i+1].n} b", "{d.xs[i+1].m}")]
    template = docx(tbl(*(tr(*map(tc, row)) for row in rows)) + p(""))
    assert convert(tmp_path, template, "carbone").texts == [*(text for row in rows for text in row), ""]
