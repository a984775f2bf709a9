"""The cost of the format check is linear in the document, whatever is repeated.

Work is counted, not timed: executed lines, children looked through, bytes written.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.checks.format_check import observe
from docops_flask.engine.checks.text import numbers, wording
from docops_flask.engine.formatting import numbering_and_theme
from docops_flask.engine.formatting.style_sheet import StyleSheet
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import resolve_options
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.roles import detect, recipients, texts
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.policy_file import read_policy
from docops_flask.intake.catalogue.skills import load_skills
from tests.engine.checks.document_builder import (
    OPEN_POLICY,
    build_document,
    check_under_policy,
    edits_of,
    house_style,
    touched_runs,
)
from tests.engine.counted_work import (
    MOST_GROWTH,
    MOST_GROWTH_OF_A_FUNCTION,
    executed_lines,
    searched_children,
)
from tests.engine.repeated_documents import BUILDERS, chain_of_styles, paragraphs_in_styles, style
from tests.engine.story_parts import with_edits
from tests.factories import W, p, r
from tests.optional import not_none

# What these tests are about; the rest of the engine has tests of its own.
_FORMAT = (
    "engine/formatting/",
    "engine/checks/",
    "engine/roles/",
    "engine/policy/",
    "engine/artefacts.py",
    "engine/reports/page/html.py",
    "report_page/",
)
_COUNT = 40
# Lines that no document costs too much.
_FEW = 200
_SKILL = next(skill for skill in load_skills() if "MEETING_TITLE" in skill.placeholders())
_PAYLOAD = {_SKILL.placeholders()["MEETING_TITLE"].key: "年会 2026"}
_POLICIES = load_policies()
# Every kind of rule, for what a paragraph can be in the documents here.
_RULES = """
    page_break_before: true
    font_latin: Times New Roman
    font_east_asia: [仿宋, FangSong]
    size_pt: 16
    bold: true
    color: red
    alignment: center
    first_line_indent: 2 characters
    left_indent: 10 mm
    line_spacing: exact 28 pt
    space_before: 1 lines
"""
_ROLES = ("body", "title", "heading_1", "heading_2", "date", "attachment_note", "table_text", "page_number")
_EVERY_RULE = read_policy(
    "version: 2\nrun_size_pt: 15\nline_spacing_twips: 500\nrun_font_latin: Arial\nforbid_numpr: true\n"
    "roles:\n" + "".join(f"  {role}:{_RULES}" for role in _ROLES) + "page: {lines: 22, width: 210 mm}\n"
    "text: {date_form: true, document_number_form: true, attachment_note_end: true, recipient_colon: true}\n"
)
_MODES = {
    "quick": ({"preset": "quick"}, _POLICIES.get("default")),
    "strict": ({"preset": "strict"}, _POLICIES.get("default")),
    "every rule": ({"format_baseline": "policy", "format_report": "both"}, _EVERY_RULE),
    "suggested policy": (
        {"policy": "gbt9704-2012", "export_suggested_policy": "true", "format_report": "both"},
        _POLICIES.get("gbt9704-2012"),
    ),
}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., int]:
    """Return the function that runs a job with the template it is given, and returns the artefacts' size."""

    def run_job(content: bytes, mode: str) -> int:
        options, policy = _MODES[mode]
        template, folder = tmp_path / "template.docx", tmp_path / "artefacts"
        template.write_bytes(content)
        folder.mkdir(exist_ok=True)
        job = Job(JobKind.RUN, (), _SKILL, _PAYLOAD, resolve_options(options), not_none(policy))
        run_to_folder(job, template, folder)
        return sum(file.stat().st_size for file in folder.iterdir())

    return run_job


@pytest.mark.parametrize("mode", ["quick", "every rule", "suggested policy"])
@pytest.mark.parametrize("kind", BUILDERS)
def test_doubling_the_document_at_most_doubles_the_executed_lines(
    kind: str, mode: str, run: Callable[..., int]
) -> None:
    once, twice = BUILDERS[kind](_COUNT), BUILDERS[kind](2 * _COUNT)
    # What is made once for all documents is made now; what is kept of the last one is of no use to the next.
    run(twice, mode)
    before = executed_lines(lambda: run(once, mode), _FORMAT)
    after = executed_lines(lambda: run(twice, mode), _FORMAT)
    assert after.total() <= MOST_GROWTH * before.total()
    grown = {
        name: (before[name], lines)
        for name, lines in after.items()
        if lines > max(_FEW, MOST_GROWTH_OF_A_FUNCTION * before[name])
    }
    assert grown == {}


def _long(letter: str, count: int) -> str:
    return letter * 100 * count


# What is long stands in one place, and every paragraph has it from there.
_LONG: dict[str, Callable[[int], str]] = {
    "a style's name": lambda n: style(
        "S", '<w:pPr><w:spacing w:line="300"/></w:pPr><w:rPr><w:sz w:val="30"/></w:rPr>', name=_long("N", n)
    ),
    "a heading's aliases": lambda n: style("S", name=f"heading 1,{_long('N', n)}"),
    "fonts": lambda n: style(
        "S", f'<w:rPr><w:rFonts w:ascii="{_long("A", n)}" w:eastAsia="{_long("E", n)}"/></w:rPr>'
    ),
    "theme entries": lambda n: style(
        "S", f'<w:rPr><w:rFonts w:asciiTheme="{_long("A", n)}" w:eastAsiaTheme="{_long("E", n)}"/></w:rPr>'
    ),
    "colour": lambda n: style("S", f'<w:rPr><w:color w:val="{_long("C", n)}"/></w:rPr>'),
    "theme colour": lambda n: style("S", f'<w:rPr><w:color w:themeColor="{_long("C", n)}"/></w:rPr>'),
    "alignment": lambda n: style("S", f'<w:pPr><w:jc w:val="{_long("J", n)}"/></w:pPr>'),
    "line rule": lambda n: style(
        "S", f'<w:pPr><w:spacing w:line="300" w:lineRule="{_long("R", n)}"/></w:pPr>'
    ),
}


@pytest.mark.parametrize("mode", ["strict", "every rule", "suggested policy"])
@pytest.mark.parametrize("what", _LONG)
def test_a_long_text_is_not_repeated_at_each_place(what: str, mode: str, run: Callable[..., int]) -> None:
    def written(count: int) -> int:
        return run(paragraphs_in_styles(["S"] * count, _LONG[what](count)), mode)

    assert written(2 * _COUNT) <= MOST_GROWTH * written(_COUNT)


_JUNK = "<w:junk/>"


def _styles_on(base: str, count: int) -> tuple[str, str]:
    """A body and styles: each paragraph has a style of its own, all of them are based on ``base``."""
    styles = "".join(style(f"S{number}", base="B") for number in range(count))
    return "".join(
        p(r("x"), properties=f'<w:pStyle w:val="S{each}"/>') for each in range(count)
    ), base + styles


def _numbered(count: int, *, same: bool = False) -> str:
    properties = '<w:numPr><w:ilvl w:val="{1}"/><w:numId w:val="{0}"/></w:numPr>'
    numbers = [(1, each) if same else (each + 1, 0) for each in range(count)]
    return "".join(p(r("x"), properties=properties.format(*each)) for each in numbers)


def _nums(count: int, inner: str = "") -> str:
    return "".join(
        f'<w:num w:numId="{each + 1}">{inner}<w:abstractNumId w:val="0"/></w:num>' for each in range(count)
    )


_LEVEL = '<w:lvl w:ilvl="0">{}<w:pPr>{}<w:ind w:left="1"/></w:pPr></w:lvl>'
_ABSTRACT = '<w:abstractNum w:abstractNumId="0">{}{}</w:abstractNum>'
# Body, styles and numbering: many ask for something that stands once, behind as much else.
_BEHIND_MUCH_ELSE: dict[str, Callable[[int], tuple[str, str, str | None]]] = {
    "a base style's children": lambda n: (
        *_styles_on(f'<w:style w:styleId="B">{_JUNK * n}</w:style>', n),
        "",
    ),
    "a base style's attributes": lambda n: (
        *_styles_on(
            "<w:style " + " ".join(f'w:a{each}="1"' for each in range(n)) + ' w:styleId="B"/>',
            n,
        ),
        "",
    ),
    "a definition's children": lambda n: (
        _numbered(n),
        "",
        _ABSTRACT.format(_JUNK * n, _LEVEL.format("", "")) + _nums(n),
    ),
    "a level's children": lambda n: (
        _numbered(n),
        "",
        _ABSTRACT.format("", _LEVEL.format(_JUNK * n, "")) + _nums(n),
    ),
    "a level's properties": lambda n: (
        _numbered(n),
        "",
        _ABSTRACT.format("", _LEVEL.format("", '<w:ind w:left="2"/>' * n)) + _nums(n),
    ),
    "a numbering's children": lambda n: (
        _numbered(n, same=True),
        "",
        _ABSTRACT.format("", _LEVEL.format("", "")) + _nums(1, _JUNK * n),
    ),
}


@pytest.mark.parametrize("what", _BEHIND_MUCH_ELSE)
def test_shared_lookups_are_made_once(what: str) -> None:
    def searched(count: int) -> int:
        body, styles, numbering = _BEHIND_MUCH_ELSE[what](count)
        with searched_children() as children:
            document = build_document(body, styles=styles, numbering=numbering)
            check_under_policy(document, _EVERY_RULE)
        return children.count

    assert searched(2 * _COUNT) <= MOST_GROWTH * searched(_COUNT)


def test_unknown_table_style_conditions_are_not_inherited() -> None:
    def kept(count: int) -> int:
        inner = '<w:tblStylePr w:type="unknown{}"><w:rPr><w:sz w:val="30"/></w:rPr></w:tblStylePr>'
        document = build_document("", styles=chain_of_styles(count, inner.format, "table"))
        sheet = StyleSheet(document.styles)
        return sum(len(sheet.table_style(f"S{each}").conditional) for each in range(count))

    assert kept(2 * _COUNT) <= MOST_GROWTH * kept(_COUNT)


def test_the_languages_of_a_theme_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    script_of = numbering_and_theme.script_of

    def counted_script_of(language: str | None) -> str | None:
        asked.append(language)
        return script_of(language)

    monkeypatch.setattr(numbering_and_theme, "script_of", counted_script_of)
    font = '<w:rFonts w:eastAsiaTheme="minorEastAsia"/><w:sz w:val="{}"/>'
    document = build_document(
        p(*(r("中", font.format(each + 20)) for each in range(_COUNT))),
        theme='<a:minorFont><a:font script="Hans" typeface="宋体"/></a:minorFont>',
        settings='<w:themeFontLang w:eastAsia="zh-CN"/>',
    )
    seen = observe(document, touched_runs(document))
    assert {not_none(values.east_asia.value).name for values in seen.runs.values()} == {"宋体"}
    assert len(asked) == 2


_PATTERNS = (
    *(sign.pattern for sign in (*texts._WHOLE_TEXTS, *texts._NUMBERS)),
    texts._SENTENCE_ENDS,
    texts.ANY_DATE,
    texts._TAIL,
    texts._SIGNER,
    texts._TYPED_PAGE,
    recipients._NAME,
    recipients._IN_BRACKETS,
    detect._NOTE_ITEM,
    detect._PAGE_FIELD,
    detect._SIGNERS,
    wording._DATE_FORM,
    wording._ISSUE_DATE_FORM,
    wording._NUMBER_FORM,
    *(pattern for pattern, _ in numbers._WRONG_NUMBERS),
    numbers._WITH_DASHES,
)


# Blanks, something that may be missing, blanks again.
_SHARED_OUT = r" \*(?:\[[^]]*\]|.)(?:\?|\{0,[0-9]+\}) \*"


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_no_pattern_has_two_adjacent_repetitions_of_blanks(pattern: str) -> None:
    # A thousand blanks would be shared out between the two in every way there is.
    assert re.search(_SHARED_OUT, pattern) is None


@pytest.mark.parametrize("pattern", ["号 *第? *[0-9]", "件 *[0-9]{0,2} *："])
def test_adjacent_repetitions_of_blanks_are_detected(pattern: str) -> None:
    assert re.search(_SHARED_OUT, pattern)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("附件：1. 名称", "attachment_note"),
        ("附 件 1 ：名称", "attachment_note"),
        ("附件12:名称", "attachment_note"),
        ("某某市人民政府〔2026〕 第 4 号", "document_number"),
        ("某某市人民政府〔2026〕4号", "document_number"),
        ("某某市人民政府〔2026〕" + " " * 50 + "号", None),
    ],
)
def test_texts_with_blanks_are_still_recognized(text: str, role: str | None) -> None:
    found = texts.role_by_text(text)
    assert (None if found is None else found.role) == role


def test_a_fix_does_not_search_namespace_declarations() -> None:
    # A paragraph may declare thousands; were they searched, the one that is first of all would be found.
    declared = f'<w:p xmlns:other="{W}">'
    size = '<w:sz w:val="24"/>'
    document = build_document(declared + r("x", size) + r("y", f"<w:b/>{size}") + "</w:p>")
    policy = OPEN_POLICY._replace(house_style=house_style({"roles": {"body": {"size_pt": 15}}}))
    report = check_under_policy(document, policy, fix=True)
    made = with_edits(document.parts[0], edits_of(report)).decode()
    assert made.count('<w:sz w:val="30"/>') == 2
    assert "<other:" not in made
