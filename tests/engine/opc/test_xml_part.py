"""XML parts: what the parser never does, whatever a part contains."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc import xml_part
from docops_flask.engine.opc.xml_part import (
    begins_plainly,
    check_part,
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
def test_a_document_type_is_refused_and_what_it_points_to_is_not_read(
    tmp_path: Path, read: Callable[..., Any], declared: str
) -> None:
    # Whoever read this file would find it malformed, and say so.
    broken = tmp_path / "broken"
    broken.write_text("<!ELEMENT")
    with pytest.raises(InvalidTemplate) as caught:
        read(declared.format(uri=broken.as_uri()).encode(), "word/a.xml")
    assert caught.value.detail == {"reason": "dtd", "part": "word/a.xml"}


def test_no_parser_resolves_loads_or_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert xml_part.HARDENED == {"resolve_entities": False, "load_dtd": False, "no_network": True}
    asked: list[dict[str, Any]] = []
    parser = etree.XMLParser

    def make_parser(**options: Any) -> etree.XMLParser:
        asked.append(options)
        return parser(**options)

    monkeypatch.setattr(etree, "XMLParser", make_parser)
    parse_part(b"<x/>", "a")
    declares_doctype(b"<x/>")
    assert [xml_part.HARDENED.items() <= options.items() for options in asked] == [True, True]


def test_what_is_parsed_and_written_keeps_its_cdata_comments_and_declaration() -> None:
    content = (
        b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n<!--a--><x><![CDATA[<b>]]>&amp;<?c d?></x>"
    )
    assert serialize_part(parse_part(content, "a")) == content


def test_elements_may_be_nested_256_levels_deep() -> None:
    parse_part(b"<x>" * 250 + b"</x>" * 250, "a")
    with pytest.raises(InvalidTemplate):
        parse_part(b"<x>" * 300 + b"</x>" * 300, "a")


@pytest.mark.parametrize("code", [2, 1])
def test_running_out_of_memory_is_not_reported_as_malformed_xml(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    # The stubs know other arguments than lxml does.
    syntax_error: Callable[..., etree.XMLSyntaxError] = etree.XMLSyntaxError

    def fail(*_: bytes | etree.XMLParser) -> None:
        raise syntax_error("out of memory", code, 1, 1)

    monkeypatch.setattr(etree, "fromstring", fail)
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
def test_a_plain_prolog_is_accepted_without_a_parser(head: bytes) -> None:
    assert begins_plainly(head)


@pytest.mark.parametrize("head", NOT_PLAIN)
def test_any_other_prolog_is_parsed(head: bytes) -> None:
    assert not begins_plainly(head)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "shift_jis"])
@pytest.mark.parametrize("before", ["", "<!--x-->", "<?x y?>\n", f"<!--{'x' * 200_000}-->"])
def test_a_document_type_is_found_in_any_encoding_wherever_it_stands(encoding: str, before: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    assert declares_doctype(f"{declaration}{before}<!DOCTYPE x><x/>".encode(encoding))
    assert not declares_doctype(f"{declaration}{before}<x/>".encode(encoding))


@pytest.mark.parametrize("content", [b"", b"  ", b"text", b"<!-- ", b"<?xml", b"\x4c\x6f\xa7\x94"])
def test_an_unreadable_prolog_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        refuse_doctype(content, "word/a.xml")
    assert caught.value.detail == {"reason": "xml", "part": "word/a.xml"}
    assert "word/a.xml is not well-formed XML" in caught.value.message


def test_errors_after_the_prolog_are_left_to_the_parser() -> None:
    refuse_doctype(b"<?x?><a><b></a>", "word/a.xml")


@pytest.mark.parametrize(
    ("content", "is_refused"),
    [
        ("<a/>", False),
        ("<a>", True),
        ("<a xmlns:m='urn:x'><m:b m:c='1'/></a>", False),
        ("<m:a/>", True),
        ("<a m:b='1'/>", True),
        ("<a xmlns:m=''/>", True),
        ("<a xmlns:m='a b'/>", True),
        ("<a xmlns:m='relative'/>", False),
        ("<a xmlns:m='urn:x' xmlns:n='urn:x' m:b='1' n:b='2'/>", True),
        ("<a:b:c xmlns:a='urn:x'/>", True),
        ("<a xmlns:xmlns='urn:x'/>", True),
        ("<a xml:id='1 2'/>", True),
        ("<!DOCTYPE a><a/>", True),
        ("<a>&unknown;</a>", True),
        (f"<a>{'x' * 9_999_999}</a>", False),
        (f"<a>{'x' * 10_000_001}</a>", True),
        (f"<a>{'x' * 6_000_000}<b/>{'x' * 6_000_000}</a>", False),
        ("<a" + "".join(f" xmlns:n{number}='urn:x'" for number in range(1001)) + "/>", True),
    ],
    ids=lambda given: given[:60] if isinstance(given, str) else None,
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_part_is_refused_without_a_tree_where_its_tree_would_be(
    content: str, is_refused: bool, encoding: str
) -> None:
    for read in (check_part, parse_part):
        if is_refused:
            with pytest.raises(InvalidTemplate):
                read(content.encode(encoding), "word/document.xml")
        else:
            read(content.encode(encoding), "word/document.xml")


@pytest.mark.parametrize(
    "namespace",
    [b'xmlns:v=" urn:x"', b'xmlns:v="a b"', b'v:b="1"'],
    ids=["a blank", "two words", "undeclared"],
)
@pytest.mark.parametrize("behind", [b"", b'<b xml:space="x"/>'], ids=["alone", "before a warning"])
def test_a_namespace_error_is_refused_also_where_a_warning_follows(namespace: bytes, behind: bytes) -> None:
    content = b"<a>\n<b " + namespace + b"/>" + behind + b"</a>"
    for read in (parse_part, check_part):
        with pytest.raises(InvalidTemplate, match=r"not well-formed XML \(line 2\)"):
            read(content, "word/document.xml")


@pytest.mark.parametrize("bad", [b"<a>", b"<!DOCTYPE a><a/>", b"<b:a/>", b"<a b='1' b='2'/>"])
def test_checking_goes_on_as_before_behind_a_part_that_is_refused(bad: bytes) -> None:
    for _ in range(2):
        check_part(b"<a><!-- text --></a>", "good.xml")
        with pytest.raises(InvalidTemplate):
            check_part(bad, "bad.xml")
        check_part(b"<a/>", "good.xml")
