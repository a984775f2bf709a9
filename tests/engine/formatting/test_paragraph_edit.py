"""Edits keep the schema's order of w:pPr whatever other properties there are."""

import itertools
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.edit import set_first_line_indent, set_line_spacing
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, Vocabulary, vocabulary
from tests.factories import p, story

# CT_PPr with CT_PPrBase, ECMA-376 part 1, annex A.1.
ORDER = """
pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
""".split()  # noqa: SIM905


def paragraph_with(
    properties: list[str] | tuple[str, str], strict: bool = False
) -> tuple[etree._Element, etree._Element, Vocabulary]:
    inner = "".join(f"<w:{name}/>" for name in properties)
    w = vocabulary(W_STRICT if strict else W_TRANSITIONAL)
    root = etree.fromstring(story("document", p("x", properties=inner), strict=strict).encode())
    return root, next(root.iter(w.p)), w


OTHERS = [name for name in ORDER if name not in ("spacing", "ind")]
SUBSETS = [[], OTHERS, ["rPr"], ["sectPr"], *([name] for name in OTHERS), *itertools.pairwise(OTHERS)]


@pytest.mark.parametrize("properties", SUBSETS, ids="-".join)
@pytest.mark.parametrize("strict", [False, True])
def test_new_properties_stand_in_the_order_of_the_schema(
    properties: list[str] | tuple[str, str], strict: bool
) -> None:
    root, paragraph, w = paragraph_with(properties, strict)

    cascade = Cascade(None)
    set_first_line_indent(paragraph, 420, cascade.paragraph(paragraph, w), cascade, w)
    set_line_spacing(paragraph, 360, w)

    names = [etree.QName(child).localname for child in paragraph[0]]
    assert paragraph[0].tag == w.pPr
    assert names == sorted({*properties, "spacing", "ind"}, key=ORDER.index)
    assert b"ns0" not in etree.tostring(root)


def test_the_attributes_before_and_after_are_returned() -> None:
    _, paragraph, w = paragraph_with([])
    cascade = Cascade(None)

    def indent(twips: int) -> tuple[dict[str, Any], dict[str, str]]:
        return set_first_line_indent(paragraph, twips, cascade.paragraph(paragraph, w), cascade, w)

    assert indent(420) == ({}, {"firstLine": "420"})
    assert indent(-100) == ({"firstLine": "420"}, {"hanging": "100"})
    assert set_line_spacing(paragraph, 360, w) == ({}, {"line": "360"})
    assert set_line_spacing(paragraph, 240, w) == ({"line": "360"}, {"line": "240"})
