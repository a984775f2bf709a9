"""Markup read from bytes: tags, namespaces in scope, the way from characters back to bytes, splices."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.oxml.markup import (
    TOKEN,
    Splice,
    attributes_of,
    byte_offsets,
    decoded,
    element_end,
    escaped,
    inner_scope,
    part_text,
    spliced,
)
from tests.factories import W, p, story

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def tokens(markup: str) -> list[tuple[str, str]]:
    """What each token is and its name."""
    found = []
    for match in TOKEN.finditer(markup.encode()):
        slash, name, attributes = match.groups()
        if slash:
            found.append(("end", match[0].decode()))
        elif name is None:
            found.append(("other", match[0].decode()))
        else:
            found.append(("empty" if attributes.endswith(b"/") else "start", name.decode()))
    return found


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<a>x</a>", [("start", "a"), ("end", "</a>")]),
        ("<a/>", [("empty", "a")]),
        ("<w:a />", [("empty", "w:a")]),
        ("<a\n b='1'\n>x</a\n>", [("start", "a"), ("end", "</a\n>")]),
        ("""<a b=">" c='/>'>x</a>""", [("start", "a"), ("end", "</a>")]),
        ("""<a b="'" c='"'/>""", [("empty", "a")]),
        ("""<a b="/"></a>""", [("start", "a"), ("end", "</a>")]),
        ("<!-- <a> -- ><b/> --><c/>", [("other", "<!-- <a> -- ><b/> -->"), ("empty", "c")]),
        ("<![CDATA[<a>]]]]><c/>", [("other", "<![CDATA[<a>]]]]>"), ("empty", "c")]),
        ("<![CDATA[]]><c/>", [("other", "<![CDATA[]]>"), ("empty", "c")]),
        ("<?x <a> ?><c/>", [("other", "<?x <a> ?>"), ("empty", "c")]),
        ("<?xml version='1.0'?><c/>", [("other", "<?xml version='1.0'?>"), ("empty", "c")]),
        ("a > b<c/>", [("empty", "c")]),
        ("<会:议 名='值'/>", [("empty", "会:议")]),
    ],
)
def test_markup_is_parted_into_its_tags(markup: str, expected: list[tuple[str, str]]) -> None:
    assert tokens(markup) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (b"", {}),
        (b"/", {}),
        (b" a='1'/", {b"a": b"1"}),
        (b""" w:a = "x>'" b='"'""", {b"w:a": b"x>'", b"b": b'"'}),
        (b"\n\ta='&lt;'\r\n b=''", {b"a": b"&lt;", b"b": b""}),
    ],
)
def test_attributes_are_read_as_they_are_written(attributes: bytes, expected: dict[bytes, bytes]) -> None:
    found = attributes_of(attributes)
    assert (found, list(found)) == (expected, list(expected))


CHARACTER_DATA = st.lists(
    st.sampled_from(["a", "值", "𠮷", "&amp;", "&lt;", "&#20540;", "&#x2000b;", "&quot;", "&apos;",
                     "\r\n", "\r",
                     "\n", "\t", "&#13;", "&#xA;", " ", ">"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(CHARACTER_DATA)
def test_character_data_stands_for_what_an_xml_parser_reads(data: str) -> None:
    raw = data.encode()
    assert decoded(raw) == (etree.fromstring(b"<a>" + raw + b"</a>").text or "")


@given(CHARACTER_DATA)
def test_each_character_is_found_in_its_bytes(data: str) -> None:
    raw = data.encode()
    text = decoded(raw)
    starts = byte_offsets(raw, text, range(len(text) + 1))
    assert (starts[0], starts[-1]) == (0, len(raw))
    assert [decoded(raw[one:other]) for one, other in pairwise(starts)] == list(text)


@pytest.mark.parametrize(("raw", "text"), [(b"a&amp;b", "a&amp;b"), (b"&\r\n&\r;x", "&\n&\n;x")])
def test_a_cdata_section_holds_no_references(raw: bytes, text: str) -> None:
    starts = byte_offsets(raw, text, range(len(text) + 1), is_cdata=True)
    normal = [raw[one:other].replace(b"\r\n", b"\n").replace(b"\r", b"\n") for one, other in pairwise(starts)]
    assert b"".join(normal).decode() == text
    assert all(len(each) == 1 for each in normal)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t<>&]")))
def test_text_is_written_so_that_a_parser_reads_it_back(text: str) -> None:
    try:
        root = etree.fromstring(b"<a>" + escaped(text) + b"</a>")
    except etree.XMLSyntaxError:
        # Characters that XML cannot hold are refused before.
        assert any(ord(each) in (0xFFFE, 0xFFFF) for each in text)
        return
    assert (root.text or "") == text


def test_markup_characters_are_written_as_references() -> None:
    assert escaped("<&>\"'\r]]>") == b"&lt;&amp;&gt;\"'&#13;]]&gt;"


def test_splices_replace_insert_and_remove() -> None:
    splices = [Splice(0, 0, b"<"), Splice(1, 2, b""), Splice(2, 2, b"X"), Splice(4, 4, b">")]
    assert spliced(b"abcd", splices) == b"<aXcd>"
    assert spliced(b"abcd", []) == b"abcd"


def test_two_splices_of_the_same_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="same bytes"):
        spliced(b"abcd", [Splice(0, 2, b"x"), Splice(1, 3, b"y")])


@pytest.mark.parametrize(
    ("markup", "end"),
    [
        ("<a/></b>", "<a/>"),
        ("<a></a></b>", "<a></a>"),
        ("<a><a>x</a><b/><!-- </a> --></a >y", "<a><a>x</a><b/><!-- </a> --></a >"),
        ("<a><![CDATA[</a>]]><?p </a>?></a>", "<a><![CDATA[</a>]]><?p </a>?></a>"),
        ("<a><aChange><a/></aChange></a><c/>", "<a><aChange><a/></aChange></a>"),
    ],
)
def test_an_element_ends_with_its_own_end_tag(markup: str, end: str) -> None:
    assert markup[: element_end(markup.encode(), 0)] == end


def test_an_element_without_an_end_tag_has_no_end() -> None:
    with pytest.raises(ValueError, match="end tag"):
        element_end(b"<a><b></b>", 0)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (b" a='1'", {b"w": b"u", b"": b"d"}),
        (b" xmlns:v='x'", {b"w": b"u", b"": b"d", b"v": b"x"}),
        (b' xmlns:w = "x"', {b"w": b"x", b"": b"d"}),
        (b" xmlns='x'/", {b"w": b"u", b"": b"x"}),
        (b" xmlns=''", {b"w": b"u", b"": b""}),
        (b" a='xmlns:v=\"x\"'", {b"w": b"u", b"": b"d"}),
        (b" a='x xmlns:v=\"x\"'", {b"w": b"u", b"": b"d"}),
        (b" xmlns:v='x&amp;y'", {b"w": b"u", b"": b"d", b"v": b"x&y"}),
    ],
)
def test_a_start_tag_may_declare_namespaces(attributes: bytes, expected: dict[bytes, bytes]) -> None:
    assert inner_scope({b"w": b"u", b"": b"d"}, attributes) == expected


def prefix_of(content: str) -> str:
    """The prefix that alone stands for WordprocessingML in a part, "" where none does."""
    return part_text(content.encode()).prefix.decode()


PLAIN = story("document", f"<w:body>{p('x')}</w:body>")


def test_the_root_of_a_part_is_read() -> None:
    text = part_text(PLAIN.encode())
    assert (text.root_name, text.namespace.decode(), text.prefix) == (b"document", W, b"w")
    assert text.content[text.root_start :].startswith(b"<w:document ")
    assert text.content[text.root_end :].startswith(b"<w:body>")
    assert text.root_scope[b"mc"].decode() == MC


def test_what_stands_before_the_root_does_not_matter() -> None:
    content = PLAIN.replace("<w:document", "<!-- <w:x> --><?p <w:y>?>\n<w:document")
    text = part_text(("\ufeff" + content).encode())
    assert (text.root_name, text.prefix) == (b"document", b"w")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<w:body>", "<w:body><!-- x -->"),
        ("<w:body>", "<w:body><?x y?>"),
        (">x<", "><![CDATA[x]]><"),
        ("<w:body>", '<w:body xmlns:w="urn:x">'),
        ("<w:body>", f'<w:body xmlns:x="{W}">'),
        ("<w:document ", f'<w:document xmlns:x="{W}" '),
        ("<w:document ", f'<w:document xmlns="{W}" '),
        ("<w:body>", '<w:body xmlns:mc="urn:x">'),
        ("<w:body>", '<w:body xmlns:x="urn:x"><x:a xmlns:x="' + MC + '"/>'),
        ("<w:p>", "<w:p\n>"),
        ("<w:p>", "<w:p\tw:x='1'>"),
        ("</w:p>", "</w:p >"),
        ("</w:p>", "</w:p\r\n>"),
    ],
)
def test_a_part_is_read_tag_by_tag_where_bytes_may_be_written_otherwise(old: str, new: str) -> None:
    assert old in PLAIN
    assert prefix_of(PLAIN.replace(old, new)) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<w:document ", f'<w:document xmlns:x="{MC}" '),
        ("<w:body>", '<w:body xmlns:x="urn:x"><x:a xmlns:x="urn:y"/>'),
        ("<w:document ", '<w:document xmlns="urn:x" '),
    ],
)
def test_other_prefixes_may_stand_for_whatever_they_like(old: str, new: str) -> None:
    assert old in PLAIN
    assert prefix_of(PLAIN.replace(old, new)) == "w"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<w:body>", f'<w:body xmlns:w="{W}">'),
        ("<w:p>", '<w:p xmlns:q="urn:q">'),
        ("<w:p>", "<w:p w:rsidR='1'>"),
        ("<w:body>", "\n  <w:body\n>"),
    ],
)
def test_a_part_with_one_prefix_throughout_is_read_by_its_paragraphs(old: str, new: str) -> None:
    assert old in PLAIN
    assert prefix_of(PLAIN.replace(old, new)) == "w"


@pytest.mark.parametrize(
    "text", ['> xmlns:q="urn:q"<', "> xmlns:w='urn:x' xmlns=''<", "><w:x w:a=' xmlns:q=\"urn:q\"'/><"]
)
def test_what_reads_like_a_declaration_in_a_text_or_value_is_none(text: str) -> None:
    found = part_text(PLAIN.replace(">x<", text).encode())
    assert (found.prefix, b"q" in found.root_scope) == (b"w", False)


def test_declarations_below_the_root_are_in_its_scope_where_nothing_contradicts() -> None:
    text = part_text(PLAIN.replace("<w:p>", '<w:p xmlns:q="urn:q">').encode())
    assert text.root_scope[b"q"] == b"urn:q"
