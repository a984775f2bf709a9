"""Content types: what a part is, by its own name before its extension, without case."""

import pytest
from lxml import etree

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.relationships import ContentTypes

NAMESPACE = "http://schemas.openxmlformats.org/package/2006/content-types"


def types(*lines):
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
def test_the_type_of_a_part(part, expected):
    assert types(XML, MAIN).of(part) == expected


def test_all_types_are_the_declared_ones():
    assert types(XML, MAIN, "<!-- --><x/>").all_types() == {"of/xml", "of/main"}


@pytest.mark.parametrize(
    "line", ["<Default/>", "<Override/>", '<Default Extension="a"/>', '<Override PartName="a"/>']
)
def test_lines_that_lack_an_attribute_declare_nothing_of_use(line):
    found = types(line)
    assert found.of("a") == found.of("b.c") == found.of("") == ""
    assert found.all_types() == {""}


def test_the_same_type_twice_is_one_and_another_is_refused():
    assert types(XML, XML, MAIN, MAIN).of("a.xml") == "of/xml"
    for one in (XML, MAIN):
        with pytest.raises(InvalidTemplate) as caught:
            types(one, one.replace("of/", "of/another-").replace("word/Document", "WORD/document"))
        assert caught.value.detail == {"reason": "content_types"}


def test_slashes_alone_are_taken_off_a_part_name():
    assert types('<Override PartName="/X/a.xml" ContentType="t"/>').of("x/a.xml") == "t"
