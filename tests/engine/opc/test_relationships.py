"""Relationships: their kinds, and where their targets lie."""

import pytest
from lxml import etree

from docops_flask.engine.opc.relationships import (
    REL_STRICT,
    REL_TRANSITIONAL,
    Relationship,
    parse_relationships,
    relationships_part,
)

NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"


def only(attributes: str, source: str = "word/document.xml") -> Relationship:
    root = etree.fromstring(
        f'<Relationships xmlns="{NAMESPACE}"><!-- --><Other/><Relationship {attributes}/></Relationships>'
    )
    (relationship,) = parse_relationships(root, source)
    return relationship


@pytest.mark.parametrize(
    ("part", "expected"),
    [("", "_rels/.rels"), ("a.xml", "_rels/a.xml.rels"), ("x/y/a.xml", "x/y/_rels/a.xml.rels")],
)
def test_the_part_that_holds_a_parts_relationships(part: str, expected: str) -> None:
    assert relationships_part(part) == expected


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        ("styles.xml", "word/document.xml", "word/styles.xml"),
        ("/word/styles.xml", "word/document.xml", "word/styles.xml"),
        ("//XX/a.xml", "word/document.xml", "XX/a.xml"),
        ("/word/", "word/document.xml", "word"),
        ("../a.xml#b", "word/document.xml", "a.xml"),
        ("a%20b.xml", "word/document.xml", "word/a b.xml"),
        ("word/document.xml", "", "word/document.xml"),
        ("../../../etc/passwd", "word/document.xml", "../../etc/passwd"),
        ("#top", "word/document.xml", "word"),
    ],
)
def test_where_a_target_lies(target: str, source: str, expected: str) -> None:
    assert only(f'Target="{target}"', source).target == expected


def test_an_external_target_is_kept_as_it_is() -> None:
    found = only(
        f'Id="r1" Type="{REL_TRANSITIONAL}/hyperlink" Target="http://a/../%20#b" TargetMode="External"'
    )
    assert found == Relationship("r1", "hyperlink", "http://a/../%20#b", True)
    assert only('Target="a" TargetMode="Internal"').external is False


@pytest.mark.parametrize("namespace", [REL_TRANSITIONAL, REL_STRICT])
def test_the_kind_is_the_last_segment_of_an_office_relationship_type(namespace: str) -> None:
    assert only(f'Type="{namespace}/header"').kind == "header"
    assert only(f'Type="{namespace}Other/header"').kind == f"{namespace}Other/header"


def test_a_missing_relationships_part_is_empty() -> None:
    assert only("") == Relationship("", "", "word", False)
