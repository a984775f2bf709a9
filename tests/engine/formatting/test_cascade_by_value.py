"""Values that are stated alike are one object there, whatever style states them."""

from lxml import etree

from docops_flask.engine.formatting.cascade_by_value import CascadeByValue
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.oxml.names import W_TRANSITIONAL, vocabulary
from tests.engine.checks.document_builder import build_document
from tests.factories import p, r, story

_STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="20"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="n"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="a"><w:name w:val="A"/>
  <w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="24"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="b"><w:name w:val="B"/>
  <w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="24"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="heading"><w:name w:val="heading 1"/>
  <w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="20"/></w:rPr></w:style>
"""


def _resolved(*paragraphs: str) -> tuple[list[ParagraphValues], list[RunValues]]:
    """The paragraphs' values as they are checked, and the values of the runs in them."""
    w = vocabulary(W_TRANSITIONAL)
    root = etree.fromstring(story("document", f"<w:body>{''.join(paragraphs)}</w:body>").encode())
    cascade = CascadeByValue(etree.fromstring(story("styles", _STYLES).encode()))
    values = [(element, cascade.paragraph(element, w)) for element in root.iter(w.p)]
    runs = [cascade.run(run, own, w) for element, own in values for run in element.iter(w.r)]
    return [cascade.checked(own) for _, own in values], runs


def _in_style(style: str, run: str = "", properties: str = "") -> str:
    return p(r("text", run), properties=f'<w:pStyle w:val="{style}"/>{properties}')


def test_runs_and_paragraphs_of_styles_that_state_the_same_are_one_object() -> None:
    (first, second), (of_first, of_second) = _resolved(_in_style("a"), _in_style("b"))
    assert first is second
    assert of_first is of_second
    assert (first.alignment.value, of_first.size_half_points.value) == ("center", 24)


def test_values_stay_those_of_each_run() -> None:
    _, runs = _resolved(_in_style("a"), _in_style("b", "<w:sz w:val='32'/>"), _in_style("n"))
    assert [each.size_half_points.value for each in runs] == [24, 32, 20]


def test_direct_formatting_and_document_defaults_stay_apart_from_styles() -> None:
    paragraphs, runs = _resolved(
        _in_style("a"),
        _in_style("a", "<w:sz w:val='24'/>", "<w:jc w:val='center'/>"),
        _in_style("heading"),
        _in_style("n"),
    )
    assert len(set(runs)) == 4
    assert [each.size_half_points.origin for each in runs] == [
        "style A",
        "direct",
        "style heading 1",
        "docDefaults",
    ]
    assert paragraphs[0].alignment.origin == "style A"
    assert paragraphs[1].alignment.origin == "direct"


def test_a_heading_is_no_other_paragraph() -> None:
    (plain, heading), _ = _resolved(_in_style("a"), _in_style("heading"))
    assert (plain.is_heading, heading.is_heading) == (False, True)


def test_a_character_style_counts_where_properties_are_told_by_bytes() -> None:
    strong = (
        '<w:style w:type="character" w:styleId="c"><w:name w:val="Strong"/>'
        '<w:rPr><w:sz w:val="28"/></w:rPr></w:style>'
    )
    body = p(r("a") + r("b", "<w:rStyle w:val='c'/>"), properties='<w:pStyle w:val="a"/>')
    document = build_document(body + body.replace('"a"', '"n"'), styles=_STYLES + strong)
    cascade = CascadeByValue(document.styles, document.related)
    found = []
    for place in document.walk.paragraphs:
        assert place.shape.markup is not None
        values = cascade.of_runs(place, cascade.of_paragraph(place), (0, 1))
        found.append([each.size_half_points.value for each in values])
    assert found == [[24, 28], [20, 28]]
