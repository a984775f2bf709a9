"""XML parts: what the parser does not do, whatever a part asks for."""

import pytest
from lxml import etree

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc import xml_part
from docops_flask.engine.opc.xml_part import (
    begins_plainly,
    declares_doctype,
    parse_part,
    refuse_doctype,
    serialize_part,
)


@pytest.mark.parametrize("read", [parse_part, refuse_doctype])
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x SYSTEM "{uri}"><x/>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "{uri}">]><x>&a;</x>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "{uri}">%a;]><x/>',
    ],
)
def test_a_document_type_is_refused_and_what_it_points_to_is_not_read(tmp_path, read, declared):
    # Whoever read this file would find it malformed, and say so.
    broken = tmp_path / "broken"
    broken.write_text("<!ELEMENT")
    with pytest.raises(InvalidTemplate) as caught:
        read(declared.format(uri=broken.as_uri()).encode(), "word/a.xml")
    assert caught.value.detail == {"reason": "dtd", "part": "word/a.xml"}


def test_no_parser_resolves_loads_or_fetches(monkeypatch):
    assert xml_part.HARDENED == {"resolve_entities": False, "load_dtd": False, "no_network": True}
    asked = []
    parser = etree.XMLParser
    monkeypatch.setattr(etree, "XMLParser", lambda **options: asked.append(options) or parser(**options))
    parse_part(b"<x/>", "a")
    declares_doctype(b"<x/>")
    assert [xml_part.HARDENED.items() <= options.items() for options in asked] == [True, True]


def test_what_is_parsed_and_written_keeps_its_cdata_comments_and_declaration():
    content = (
        b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<!--a--><x><![CDATA[<b>]]>&amp;<?c d?></x>"
    )
    assert serialize_part(parse_part(content, "a")) == content


def test_256_levels_are_the_most():
    parse_part(b"<x>" * 250 + b"</x>" * 250, "a")
    with pytest.raises(InvalidTemplate):
        parse_part(b"<x>" * 300 + b"</x>" * 300, "a")


@pytest.mark.parametrize("code", [2, 1])
def test_a_parser_without_memory_is_no_malformed_part(monkeypatch, code):
    def fail(*_):
        raise etree.XMLSyntaxError("out of memory", code, 1, 1)

    monkeypatch.setattr(xml_part.etree, "fromstring", fail)
    with pytest.raises(MemoryError if code == 2 else InvalidTemplate):
        parse_part(b"<x/>", "a")


PLAIN = [
    b"<a/>",
    b"  \n<_a>",
    b"\xef\xbb\xbf<a>",
    b'<?xml version="1.0"?><a>',
    b"<?xml version='1.0' encoding='utf-8'?>\r\n<w:a>",
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n<a>',
]
NOT_PLAIN = [
    b"",
    b"text",
    b"<!DOCTYPE a><a/>",
    b"<!-- --><a/>",
    b"<?x?><a/>",
    b'<?xml version="1.0" encoding="UTF-7"?><a/>',
    b'<?xml version="1.1"?><a/>',
    b'<?xml version="1.0"?><!DOCTYPE a><a/>',
    "<a/>".encode("utf-16"),
]


@pytest.mark.parametrize("head", PLAIN)
def test_a_plain_beginning_needs_no_parser(head):
    assert begins_plainly(head)


@pytest.mark.parametrize("head", NOT_PLAIN)
def test_any_other_beginning_does(head):
    assert not begins_plainly(head)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "shift_jis"])
@pytest.mark.parametrize("before", ["", "<!--x-->", "<?x y?>\n", f"<!--{'x' * 200_000}-->"])
def test_a_document_type_is_found_in_any_encoding_wherever_it_stands(encoding, before):
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert declares_doctype(f"{declaration}{before}<!DOCTYPE x><x/>".encode(encoding))
    assert not declares_doctype(f"{declaration}{before}<x/>".encode(encoding))


@pytest.mark.parametrize("content", [b"", b"  ", b"text", b"<!-- ", b"<?xml", b"\x4c\x6f\xa7\x94"])
def test_a_beginning_that_cannot_be_read_is_refused(content):
    with pytest.raises(InvalidTemplate) as caught:
        refuse_doctype(content, "word/a.xml")
    assert caught.value.detail == {"reason": "xml", "part": "word/a.xml"}
    assert "word/a.xml is not well-formed XML" in caught.value.message


def test_what_is_broken_behind_the_beginning_is_for_others_to_find():
    refuse_doctype(b"<?x?><a><b></a>", "word/a.xml")
