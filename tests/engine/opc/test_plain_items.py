"""Content types and relationships without a tree: as from a tree, and never what a tree refuses."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from docops_flask.engine.opc.relationships import ContentTypes, parse_relationships, plain_items
from docops_flask.engine.opc.xml_part import parse_part

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="t" Target="a.xml"/>'
    '<Relationship TargetMode="External" Target="http://a.b/c d" Id="rId2" Type="t"/></Relationships>'
)


def _parts() -> Iterable[tuple[str, bytes]]:
    for sample in sorted(Path("samples").glob("*.docx")):
        with zipfile.ZipFile(sample) as archive:
            for name in archive.namelist():
                if name == "[Content_Types].xml" or name.endswith(".rels"):
                    yield name, archive.read(name)


def test_the_samples_are_read_as_from_a_tree() -> None:
    for name, content in _parts():
        items, root = plain_items(content), parse_part(content, name)
        assert items is not None, (name, content[:200])
        if name.endswith(".rels"):
            assert parse_relationships(items, "x/y.xml") == parse_relationships(root, "x/y.xml")
        else:
            plain, known = ContentTypes(items), ContentTypes(root)
            assert vars(plain) == vars(known)


@pytest.mark.parametrize("between", ["", "\n", "\r\n"])
def test_a_line_end_may_stand_behind_the_declaration(between: str) -> None:
    items = plain_items(f"{_HEAD}{between}{_RELATIONSHIPS}".encode())
    assert items is not None
    first, second = parse_relationships(items, "")
    assert (first.id, first.target, first.external) == ("rId1", "a.xml", False)
    assert (second.id, second.target, second.external) == ("rId2", "http://a.b/c d", True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/2006/", "/2007/"),
        ("Relationships", "Relations"),
        ("</Relationships>", ""),
        ("</Relationships>", "</Types>"),
        ("</Relationships>", "</Relationships><a/>"),
        ('"rId1"', '"rId1" Id="rId3"'),
        ('"rId1"', "'rId1'"),
        ('"rId1"', '"rId1'),
        ('"rId1"', '"rId1"" '),
        ('"rId1" ', '"rId1"'),
        ('"rId1"', '"rId1" other="x"'),
        ('"a.xml"/>', '"a.xml">'),
        ('"a.xml"/>', '"a.xml"></Relationship>'),
        ('"a.xml"/>', '"a.xml"/>\n'),
        ('"a.xml"/>', '"a.xml"/><!-- " -->'),
        ('"a.xml"', '"a&amp;b.xml"'),
        ('"a.xml"', '"a<b.xml"'),
        ('"a.xml"', '"a\tb.xml"'),
        ('"a.xml"', '"a\x01b.xml"'),
        ('"a.xml"', '"甲.xml"'),
        ("<Relationship Id", "<Other Id"),
        ("<Relationship Id", "<Relationship\tId"),
        ("<Relationship Id", "<a:Relationship Id"),
        ("<Relationship Id", " <Relationship Id"),
        ('relationships">', 'relationships" Id="a">'),
        ('relationships">', 'relationships" xmlns:a="a">'),
        ('relationships">', 'relationships"/>'),
        (_HEAD, ""),
        (_HEAD, f"{_HEAD}<!DOCTYPE a>"),
        ("UTF-8", "UTF-16"),
    ],
)
def test_anything_else_is_left_to_a_parser(old: str, new: str) -> None:
    whole = f"{_HEAD}{_RELATIONSHIPS}"
    assert old in whole
    assert plain_items(whole.replace(old, new, 1).encode()) is None


def test_a_part_without_elements_is_left_to_a_parser() -> None:
    root = _RELATIONSHIPS[: _RELATIONSHIPS.index(">") + 1]
    assert plain_items(f"{_HEAD}{root}</Relationships>".encode()) is None
