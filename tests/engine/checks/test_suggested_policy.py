"""The suggested policy: what it asks for, and the law that the document passes it without an issue."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.checks.layout_warnings import CODES as LAYOUT_CODES
from docops_flask.engine.checks.suggested_policy import policy_to_yaml, suggest_policy
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.policy.rule_kinds import house_style_as_dict
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.engine.checks.document_builder import OPEN_POLICY, build_document, check_under_policy, touched_runs
from tests.factories import p, r, tbl, tc, tr

RUN = '<w:rFonts w:ascii="Arial" w:eastAsia="仿宋"/><w:sz w:val="32"/>'
PARAGRAPH = '<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200"/>'


def suggested(body: str, *, styles: None = None, touched: list[str] | None = None) -> Policy:
    document = build_document(body, styles=styles)
    return suggest_policy(document, touched_runs(document, touched))


def test_a_uniform_document_gives_its_own_house_style() -> None:
    body = p(r("会议 2026", RUN), properties=PARAGRAPH) * 3

    own = suggested(body)
    assert (
        own.as_dict()
        == Policy(
            run_font_latin="Arial",
            run_font_east_asia="仿宋",
            run_size_pt=16,
            line_spacing_twips=560,
            first_line_indent_twips=640,
        ).as_dict()
    )
    assert house_style_as_dict(own.house_style)["roles"] == {
        "body": {
            "font_east_asia": "仿宋",
            "font_latin": "Arial",
            "size_pt": 16,
            "bold": False,
            "color": "black",
            "alignment": "left",
            "first_line_indent": "2 characters",
            "left_indent": 0,
            "right_indent": 0,
            "line_spacing": "exact 28 pt",
            "space_before": 0,
            "space_after": 0,
        }
    }


def test_an_empty_document_gives_no_rule_of_size() -> None:
    assert suggested("") == OPEN_POLICY._replace(
        forbid_tables=True, forbid_numpr=True, trim_leading_spaces=True
    )


MIXED = {
    "sizes": ("run_size_pt", p(r("a", '<w:sz w:val="24"/>'), r("b", '<w:sz w:val="21"/>')), None),
    "a size that nothing states": ("run_size_pt", p(r("a")), None),
    "one size stated and one not": ("run_size_pt", p(r("a", '<w:sz w:val="24"/>'), r("b")), None),
    "a size no policy can have": ("run_size_pt", p(r("a", '<w:sz w:val="99999"/>')), None),
    "fonts": (
        "run_font_latin",
        p(r("a", '<w:rFonts w:ascii="Arial"/>'), r("b", '<w:rFonts w:ascii="Times"/>')),
        None,
    ),
    "one font in two spellings": (
        "run_font_latin",
        p(r("a", '<w:rFonts w:ascii="Arial"/>'), r("b", '<w:rFonts w:ascii="ARIAL"/>')),
        "Arial",
    ),
    "a font of the theme": ("run_font_latin", p(r("a", '<w:rFonts w:asciiTheme="minorHAnsi"/>')), None),
    "a font no policy can name": ("run_font_latin", p(r("a", '<w:rFonts w:ascii="A&#10;B"/>')), None),
    "line spacings": (
        "line_spacing_twips",
        p("a", properties='<w:spacing w:line="360"/>') + p("b", properties='<w:spacing w:line="380"/>'),
        None,
    ),
    "line spacing 0": ("line_spacing_twips", p("a", properties='<w:spacing w:line="0"/>'), None),
    "a hanging indent": ("first_line_indent_twips", p("a", properties='<w:ind w:hanging="420"/>'), -420),
    "characters of an unknown size": (
        "first_line_indent_twips",
        p("a", properties='<w:ind w:firstLineChars="200"/>'),
        None,
    ),
    "a table": ("forbid_tables", tbl(tr(tc("a"))), False),
    "no table": ("forbid_tables", p("a"), True),
    "direct numbering": (
        "forbid_numpr",
        p("a", properties='<w:numPr><w:numId w:val="1"/></w:numPr>'),
        False,
    ),
    "no numbering": ("forbid_numpr", p("a"), True),
    "leading blanks": ("trim_leading_spaces", p("\u3000a"), False),
    "no leading blanks": ("trim_leading_spaces", p("a\u3000"), True),
}


@pytest.mark.parametrize(("key", "body", "value"), MIXED.values(), ids=MIXED)
def test_a_rule_is_left_open_where_the_document_does_not_keep_one(key: str, body: str, value: object) -> None:
    assert getattr(suggested(body), key) == value


def test_fonts_and_size_are_those_of_the_runs_with_placeholders() -> None:
    body = p(r("a", RUN), r("b", '<w:sz w:val="20"/>'))

    assert suggested(body, touched=["p0:r0"]).run_size_pt == 16


def test_without_placeholders_all_runs_with_text_count() -> None:
    body = p(r("a", RUN), r(" ", '<w:sz w:val="20"/>'))

    assert suggested(body, touched=[]).run_size_pt == 16


def test_the_yaml_begins_with_a_comment_and_has_every_key() -> None:
    lines = policy_to_yaml(Policy()).splitlines()

    assert lines[0].startswith("# ")
    assert [line.partition(":")[0] for line in lines[1:]] == list(Policy().as_dict())
    assert 'run_font_east_asia: "宋体"' in lines


def attributes(**choices: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Attributes of which each stands there or not, with one of its values."""
    return st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in choices.items()}
    ).map(lambda chosen: "".join(f' w:{name}="{value}"' for name, value in chosen.items()))


SIZES = ("24", "21", "0", "abc", "12pt", "99999")
FACES = ("Arial", "ARIAL", "宋体", "", "A&#10;B", "x" * 200)
RUN_PROPERTIES = st.builds(
    "<w:rStyle w:val='{}'/><w:rFonts{}/><w:sz w:val='{}'/>".format,
    st.sampled_from(("c", "gone", "N")),
    attributes(ascii=FACES, eastAsia=FACES, asciiTheme=("minorHAnsi",)),
    st.sampled_from(SIZES),
) | st.just("")
PARAGRAPH_PROPERTIES = st.builds(
    "<w:pStyle w:val='{}'/><w:numPr><w:numId w:val='{}'/></w:numPr><w:spacing{}/><w:ind{}/>".format,
    st.sampled_from(("N", "B", "C", "loop", "gone")),
    st.sampled_from(("0", "1", "abc")),
    attributes(line=("360", "240", "-5", "99999", "18pt", "abc"), lineRule=("auto", "exact")),
    attributes(
        firstLine=("420", "0", "abc"),
        hanging=("420", "0"),
        firstLineChars=("200", "0"),
        hangingChars=("100", "0"),
    ),
) | st.just("")
TEXTS = st.sampled_from(("", " ", "a", "会", "　x", "\t", " 会议 2026", "—", "x "))
RUNS = st.builds(r, TEXTS, RUN_PROPERTIES) | st.just("<w:r><w:tab/></w:r>")
PARAGRAPHS = st.builds(
    lambda runs, properties: p(*runs, properties=properties), st.lists(RUNS, max_size=3), PARAGRAPH_PROPERTIES
)
TABLES = st.builds(lambda paragraph: tbl(tr(tc(paragraph))), PARAGRAPHS)
BODIES = st.lists(PARAGRAPHS | PARAGRAPHS | PARAGRAPHS | TABLES, max_size=4).map("".join)
RUN_STYLES = RUN_PROPERTIES.map("<w:rPr>{}</w:rPr>".format)
STYLE_LINKS = st.lists(st.sampled_from(("N", "B", "C", "loop", "gone", "c")), min_size=4, max_size=4)


@st.composite
def styles_parts(draw: st.DrawFn) -> str:
    links = draw(STYLE_LINKS)
    paragraph_styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style_id}" w:default="{int(style_id == "N")}">'
        f'<w:basedOn w:val="{link}"/><w:pPr>{draw(PARAGRAPH_PROPERTIES)}</w:pPr>{draw(RUN_STYLES)}</w:style>'
        for style_id, link in zip(("N", "B", "C", "loop"), links, strict=True)
    )
    return (
        f'<w:style w:type="character" w:styleId="c">{draw(RUN_STYLES)}</w:style>{paragraph_styles}'
        f"<w:docDefaults><w:rPrDefault>{draw(RUN_STYLES)}</w:rPrDefault></w:docDefaults>"
    )


@settings(max_examples=300, deadline=None)
@given(BODIES, st.none() | styles_parts(), st.data())
def test_fed_back_the_document_has_no_issue_at_all(
    body: str, styles: str | None, data: st.DataObject
) -> None:
    document = build_document(body, styles=styles)
    ids = [place.run_id for place in touched_runs(document)]
    holding = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    filled = data.draw(st.lists(st.sampled_from(holding), unique=True)) if holding else []

    policy = parse_policy(policy_to_yaml(suggest_policy(document, touched_runs(document, holding))))

    issues = check_under_policy(document, policy, touched=filled).issues
    # What is too small for its text has nothing to do with a policy.
    assert [issue for issue in issues if issue.code not in LAYOUT_CODES] == []
