"""Content types: what a part is, by its own name before its extension, without case."""

import pytest
from lxml import etree

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.relationships import ContentTypes

NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"


def types(*lines: str) -> ContentTypes:
    return ContentTypes(etree.fromstring(f'<Types xmlns="{NAMESPACE}">{"".join(lines)}</Types>'))


XML = '<Default Extension="XML" ContentType="of/xml"/>'
MAIN = '<Override PartName="/word/Document.xml" ContentType="of/main"/>'


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("word/document.xml", "of/main"),
        ("WORD/document.XML", "of/main"),
        ("document.xml", "of/xml"),
        ("word/other.part.xml", "of/xml"),
        ("word/other.bin", ""),
        ("xml", "of/xml"),
    ],
)
def test_the_type_of_a_part(part: str, expected: str) -> None:
    assert types(XML, MAIN).of(part) == expected


def test_all_types_are_the_declared_ones() -> None:
    assert types(XML, MAIN, "<!-- --><x/>").all_types() == {"of/xml", "of/main"}


@pytest.mark.parametrize(
    "line", ["<Default/>", "<Override/>", '<Default Extension="a"/>', '<Override PartName="a"/>']
)
def test_declarations_that_lack_an_attribute_are_ignored(line: str) -> None:
    found = types(line)
    assert found.of("a") == found.of("b.c") == found.of("") == ""
    assert found.all_types() == {""}


def test_a_repeated_declaration_is_accepted_and_a_contradicting_one_refused() -> None:
    assert types(XML, XML, MAIN, MAIN).of("a.xml") == "of/xml"
    for one in (XML, MAIN):
        with pytest.raises(InvalidTemplate) as caught:
            types(one, one.replace("of/", "of/another-").replace("word/Document", "WORD/document"))
        assert caught.value.detail == {"reason": "content_types"}


def test_only_leading_slashes_are_removed_from_a_part_name() -> None:
    assert types('<Override PartName="/X/a.xml" ContentType="t"/>').of("x/a.xml") == "t"
