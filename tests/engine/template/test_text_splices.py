"""Which bytes of a paragraph give way when it is filled: those of placeholders, and no others."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.oxml.markup import Splice, spliced
from docops_flask.engine.template.grammar import Kind, find_placeholders
from docops_flask.engine.template.text_splices import Filled, fill_paragraph, value_of
from tests.engine.story_parts import body_part
from tests.factories import r


def fill(content: str, **values: str) -> tuple[Filled, str]:
    """What filling makes of a paragraph with this content, and its content then."""
    (place, *_) = walk_stories([body_part(f"<w:p>{content}</w:p>")], 100).paragraphs
    wanted = [
        (found, place.reading.piece_at(found.start))
        for found in find_placeholders(place.reading.text)
        if found.kind is Kind.PLACEHOLDER and found.name in values
    ]
    filled = fill_paragraph(place.reading, wanted, {name: value_of(text) for name, text in values.items()})
    content_then = spliced(place.own_bytes, filled.splices)
    now = filled.now(place.part.shapes, place.scope)
    assert b"".join(now.parts) == content_then
    assert now.text == place.part.shapes.paragraph(content_then, place.scope).text
    return filled, content_then.decode()


def filled(content: str, **values: str) -> str:
    return fill(content, **values)[1]


KEEP = ' xml:space="preserve"'

# Content, value of A, content once filled.
CASES = {
    "in a run": (r("a【A】b"), "x", r("axb")),
    "alone": ("<w:r><w:t>【A】</w:t></w:r>", "x", "<w:r><w:t>x</w:t></w:r>"),
    "across runs": (r("a【", "<w:b/>") + r("A") + r("】b"), "x", r("ax", "<w:b/>") + r("") + r("b")),
    "across texts of a run": (
        "<w:r><w:t>【A</w:t><w:t>】</w:t></w:r>", "x", "<w:r><w:t>x</w:t><w:t></w:t></w:r>",
    ),
    "a newline": (
        "<w:r><w:t>a【A】b</w:t></w:r>", "1\n2", "<w:r><w:t>a1</w:t><w:br/><w:t>2b</w:t></w:r>",
    ),
    "a tab": ("<w:r><w:t>【A】</w:t></w:r>", "1\t2", "<w:r><w:t>1</w:t><w:tab/><w:t>2</w:t></w:r>"),
    "marks at both ends": (
        "<w:r><w:t>【A】</w:t></w:r>",
        "\n1\n\t",
        "<w:r><w:t></w:t><w:br/><w:t>1</w:t><w:br/><w:t></w:t><w:tab/><w:t></w:t></w:r>",
    ),
    "lines in a text that keeps blanks": (
        f"<w:r><w:t{KEEP}> 【A】 </w:t></w:r>",
        "1\n2",
        f"<w:r><w:t{KEEP}> 1</w:t><w:br/><w:t{KEEP}>2 </w:t></w:r>",
    ),
    "a line with blanks": (
        "<w:r><w:t>【A】</w:t></w:r>",
        "1\n 2",
        f"<w:r><w:t>1</w:t><w:br/><w:t{KEEP}> 2</w:t></w:r>",
    ),
    "blanks at the ends of a value": (
        "<w:r><w:t>【A】</w:t></w:r>", " x ", f"<w:r><w:t{KEEP}> x </w:t></w:r>",
    ),
    "blanks in a value in the middle": (
        "<w:r><w:t>a【A】b</w:t></w:r>", " x ", "<w:r><w:t>a x b</w:t></w:r>",
    ),
    "blanks that Word ignores stay ignored": (
        "<w:r><w:t> 【A】 </w:t></w:r>", "x ", f"<w:r><w:t{KEEP}>x </w:t></w:r>",
    ),
    "blanks that Word ignores stay where nothing changes them": (
        "<w:r><w:t>a 【A】</w:t></w:r>", "x", "<w:r><w:t>a x</w:t></w:r>",
    ),
    "another space is stated": (
        "<w:r><w:t xml:space='default'>【A】</w:t></w:r>",
        " x",
        "<w:r><w:t xml:space='preserve'> x</w:t></w:r>",
    ),
    "an attribute beside": (
        '<w:r><w:t w:x="1">【A】</w:t></w:r>', " x", f'<w:r><w:t w:x="1"{KEEP}> x</w:t></w:r>',
    ),
    "an ideographic space at the end": (
        "<w:r><w:t>【A】</w:t></w:r>", "\u3000x", f"<w:r><w:t{KEEP}>\u3000x</w:t></w:r>",
    ),
    "markup characters": (r("【A】"), "<w:t>&]]>\"'", r("<w:t>&]]>\"'")),
    "a carriage return": (r("【A】"), "a\rb", r("a【C】b").replace("【C】", "&#13;")),
    "no value": (r("a【A】b"), "", r("ab")),
    "the placeholder itself": (r("【A】"), "【A】【B】", r("【A】【B】")),
    "references before": (
        "<w:r><w:t>&lt;&#20540;&amp;【A】&gt;</w:t></w:r>",
        "x",
        "<w:r><w:t>&lt;&#20540;&amp;x&gt;</w:t></w:r>",
    ),
    "brackets by reference": ("<w:r><w:t>a&#12304;A&#x3011;b</w:t></w:r>", "x", "<w:r><w:t>axb</w:t></w:r>"),
    "carriage returns before": (
        "<w:r><w:t>a\r\nb\r【A】\r\nc</w:t></w:r>", "x", "<w:r><w:t>a\r\nb\rx\r\nc</w:t></w:r>",
    ),
    "a comment inside": (
        "<w:r><w:t>a【<!-- 】 -->A】b</w:t></w:r>", "x", "<w:r><w:t>ax<!-- 】 -->b</w:t></w:r>",
    ),
    "a comment before": ("<w:r><w:t><!-- c -->【A】</w:t></w:r>", "x", "<w:r><w:t><!-- c -->x</w:t></w:r>"),
    "an instruction inside": ("<w:r><w:t>【A<?x y?>】</w:t></w:r>", "x", "<w:r><w:t>x<?x y?></w:t></w:r>"),
    "CDATA": (
        "<w:r><w:t><![CDATA[a&【A】<b]]></w:t></w:r>",
        "<&",
        "<w:r><w:t><![CDATA[a&]]>&lt;&amp;<![CDATA[<b]]></w:t></w:r>",
    ),
    "partly in CDATA": (
        "<w:r><w:t>a【<![CDATA[A】&]]></w:t></w:r>", "x", "<w:r><w:t>ax<![CDATA[&]]></w:t></w:r>",
    ),
    "lines in CDATA": (
        "<w:r><w:t><![CDATA[a【A】b]]></w:t></w:r>",
        "1\n2",
        "<w:r><w:t><![CDATA[a]]>1</w:t><w:br/><w:t>2<![CDATA[b]]></w:t></w:r>",
    ),
    "tags written oddly": (
        "<w:r\n><w:t\n>【A】</w:t\n></w:r>", "1\n2", "<w:r\n><w:t\n>1</w:t><w:br/><w:t>2</w:t\n></w:r>",
    ),
    "another prefix": (
        '<x:r xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><x:t>【A】</x:t></x:r>',
        "1\n2",
        '<x:r xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><x:t>1</x:t><x:br/>'
        "<x:t>2</x:t></x:r>",
    ),
    "a text without content inside": (
        "<w:r><w:t>【</w:t><w:t/><w:t>A】</w:t></w:r>", "x", "<w:r><w:t>x</w:t><w:t/><w:t></w:t></w:r>",
    ),
    "marks without width inside": (
        r("【") + '<w:bookmarkStart w:id="0" w:name="b"/><w:proofErr w:type="spellStart"/>' + r("A】"),
        "x",
        r("x") + '<w:bookmarkStart w:id="0" w:name="b"/><w:proofErr w:type="spellStart"/>' + r(""),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "value", "expected"), CASES.values(), ids=CASES)
def test_a_value_takes_the_bytes_of_its_placeholder(content: str, value: str, expected: str) -> None:
    assert filled(content, A=value) == expected


def test_several_placeholders_of_a_text_are_filled_in_their_order() -> None:
    content = "<w:r><w:t>【A】x【B】【A】</w:t></w:r>"
    assert filled(content, A="1", B="2") == "<w:r><w:t>1x21</w:t></w:r>"
    assert filled(content, A="a\nb", B="\t") == (
        "<w:r><w:t>a</w:t><w:br/><w:t>bx</w:t><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>"
    )


def test_a_placeholder_without_a_value_stays() -> None:
    assert filled(r("【A】【B】"), B="x") == r("【A】x")


def test_runs_that_change_are_named_as_they_are_met() -> None:
    made, _ = fill(r("a") + r("【") + r("A") + r("】【A】"), A="x")
    assert made.runs == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("content", "value", "keeps"),
    [
        (r("【A】"), "x", True),
        ("<w:r><w:t>【A】</w:t></w:r>", "x", True),
        (r("【") + r("A】"), "x", True),
        (r("【A】"), "x\ny", True),
        ("<w:r><w:t>【A】</w:t></w:r>", " x", True),
        ("<w:r><w:t><![CDATA[【A】]]></w:t></w:r>", "x", False),
        ("<w:r><w:t>【A<!--c-->】</w:t></w:r>", "x", False),
    ],
)
def test_the_look_is_kept_where_texts_and_marks_alone_change(content: str, value: str, keeps: bool) -> None:
    made, _ = fill(content, A=value)
    assert made.keeps_look is keeps


TEXT = st.lists(
    st.sampled_from(["【A】", "【", "】", "A", "B", "【B】", " ", "a", "值", "&amp;", "&#12304;",
                     "\r\n", "\n",
                     "<!--c-->", "<![CDATA[【A】&]]>", "<![CDATA[ ]]>", "<?i?>"]),
    max_size=7,
).map("".join)  # fmt: skip
RUN = st.builds(
    lambda tag, text, more: f"<w:r>{tag}{text}</w:t>{more}</w:r>",
    st.sampled_from(["<w:t>", f"<w:t{KEEP}>", "<w:t xml:space='default'>", "<w:t\n>"]),
    TEXT,
    st.sampled_from(["", "<w:tab/>", "<w:t>】</w:t>", "<w:t/>"]),
)
VALUE = st.lists(st.sampled_from(["x", " ", "\n", "\t", "<", "&", "]]>", "【B】", "值"]), max_size=5).map(
    "".join
)


@given(st.lists(RUN, max_size=4).map("".join), VALUE, VALUE)
def test_a_filled_paragraph_shows_the_values_and_all_other_text(content: str, a: str, b: str) -> None:
    def tree(inner: str) -> ParagraphText:
        part = body_part(f"<w:p>{inner}</w:p>")
        return ParagraphText(etree.fromstring(part.text.content)[0][0], part.w)

    before, expected, at = tree(content), [], 0
    for found in find_placeholders(before.text):
        if found.kind is Kind.PLACEHOLDER and found.name in ("A", "B"):
            expected += [before.text[at : found.start], {"A": a, "B": b}[found.name]]
            at = found.end
    expected.append(before.text[at:])
    after = tree(filled(content, A=a, B=b))
    # White space at the ends of a w:t that Word ignores may go; nothing else may.
    assert "".join(after.text.split()) == "".join("".join(expected).split())
    if all(
        piece.node.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve" for piece in before.pieces
    ):
        assert after.text == "".join(expected)


class CountedList(list[Splice]):
    """A list that counts how many of its elements are handed out one by one."""

    handed_out = 0

    def __iter__(self) -> Iterator[Splice]:
        for each in super().__iter__():
            self.handed_out += 1
            yield each


def test_a_paragraph_full_of_split_placeholders_is_read_in_linear_time() -> None:
    content = (r("【") + r("A") + r("】")) * 100
    (place, *_) = walk_stories([body_part(f"<w:p>{content}</w:p>")], 1000).paragraphs
    found = find_placeholders(place.reading.text)
    wanted = [(each, place.reading.piece_at(each.start)) for each in found]
    made = fill_paragraph(place.reading, wanted, {"A": value_of("x")})
    made.splices = splices = CountedList(made.splices)
    assert made.now(place.part.shapes, place.scope).text == "x" * 100
    assert splices.handed_out <= 2 * len(splices)
