"""Paragraphs are read from their bytes as ``ParagraphText`` reads their trees, those of one shape once."""

from itertools import combinations, groupby
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.document.document import ParagraphPlace, StoryPart, read_together
from docops_flask.engine.document.paragraph_text import ParagraphText, runs_of
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.document.walk import walk_stories
from tests.engine.story_parts import body_part, story_part
from tests.factories import W, p, r, story, textbox


def only(part: StoryPart) -> ParagraphPlace:
    """The first paragraph of a part."""
    return walk_stories([part], 1000).paragraphs[0]


def read(content: str, declared: str = "") -> tuple[Paragraph, etree._Element, ParagraphPlace]:
    """A paragraph with this content as bytes and as a tree."""
    part = body_part(f"<w:p{declared}>{content}</w:p>")
    tree = etree.fromstring(part.text.content)[0][0]
    place = only(part)
    return place.reading, tree, place


def properties_of(run: etree._Element, tag: str) -> list[bytes]:
    """The properties of a run in canonical form, each by itself."""
    properties = run.find(tag)
    found = [] if properties is None else list(properties)
    return [etree.tostring(each, method="c14n", exclusive=True) for each in found]


CONTENTS = [
    f"<w:r>{properties}<w:t{space}>{one}</w:t></w:r>{between}<w:r><w:t>{other}</w:t>{behind}</w:r>"
    for properties in ("", "<w:rPr><w:b/></w:rPr>")
    for space in ("", ' xml:space="preserve"')
    for one in ("", "a", "x&amp;y", "值&#233;", "a<!--c-->b")
    for between in ("", "<w:r><w:tab/></w:r>", "<w:r><w:t/></w:r>")
    for other in ("", "b>", "\t")
    for behind in ("", "<w:br/>")
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(CONTENTS), max_size=12))
def test_paragraphs_read_together_are_as_each_read_by_itself(contents: list[str]) -> None:
    part = body_part("".join(f"<w:p>{content}</w:p>" for content in contents))
    places = walk_stories([part], 1000).paragraphs
    read_together(places)
    for place, content in zip(places, contents, strict=True):
        alone = only(body_part(f"<w:p>{content}</w:p>")).reading
        assert (place.reading.text, list(place.reading.parts), place.reading.form) == (
            alone.text,
            list(alone.parts),
            alone.form,
        )
        assert place.reading.pieces == alone.pieces


def assert_reads_alike(content: str, declared: str = "") -> None:
    reading, tree, place = read(content, declared)
    w = place.part.w
    expected = ParagraphText(tree, w)
    assert reading.text == expected.text
    runs = list(runs_of(tree, w))
    assert len(reading.shape.runs) == len(runs)
    # Each character with its run, whether its w:t keeps white space, whether Word may compute it anew.
    assert [
        (at, piece.shown.run_index, piece.shown.preserves, piece.shown.in_field_result)
        for piece in reading.pieces
        for at in range(piece.start, piece.end)
    ] == [
        (at, piece.run_index, piece.node.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve",
         piece.in_field_result)
        for piece in expected.pieces
        for at in range(piece.start, piece.end)
    ]  # fmt: skip
    characters = [
        (at, piece.run_index, expected.text[at])
        for piece in expected.pieces
        for at in range(piece.start, piece.end)
    ]
    assert reading.texts_by_run() == [
        (of_run[0][0], index, "".join(character for _, _, character in of_run))
        for index, found in groupby(characters, key=itemgetter(1))
        for of_run in [list(found)]
    ]
    # The same w:t for the same characters.
    nodes: dict[int, etree._Element] = {}
    for piece in reading.pieces:
        for at in range(piece.start, piece.end):
            node = next(each.node for each in expected.pieces if each.start <= at < each.end)
            assert nodes.setdefault(piece.shown.node, node) is node
    # The runs look as those of the tree do, and have their texts.
    for index, (one, other) in enumerate(zip(reading.shape.runs, runs, strict=True)):
        assert one.tag == other.tag
        assert properties_of(one, w.rPr) == properties_of(other, w.rPr)
        nodes_of_run = list(other.iterchildren(w.t))
        if not any(len(node) for node in nodes_of_run):
            assert reading.joined(reading.shape.texts_of_run(index)) == "".join(
                node.text or "" for node in nodes_of_run
            )
    # The bytes of each text are those of its characters.
    content_bytes = b"".join(reading.parts)
    assert content_bytes == place.own_bytes
    for piece in reading.pieces:
        at = reading.offsets[3 * piece.shown.number + 2]
        raw = reading.raw(piece.shown.number)
        assert content_bytes[at : at + len(raw)] == raw
        assert reading.text[piece.start : piece.end] == reading.text_of(piece.shown.number)


CASES = {
    "nothing": "",
    "properties alone": '<w:pPr><w:jc w:val="both"/></w:pPr>',
    "one run": r("text"),
    "runs": r("one") + r("two", "<w:b/>", preserve=False) + r(" three "),
    "an empty text": "<w:r><w:t></w:t></w:r>" + r("x"),
    "a text without content": "<w:r><w:t/></w:r>" + r("x"),
    "two texts of a run": "<w:r><w:t>a</w:t><w:t xml:space='preserve'> b</w:t></w:r>",
    "tabs and breaks": "<w:r><w:tab/><w:t>a</w:t><w:br/><w:cr/><w:t>b</w:t></w:r>",
    "hyphens": "<w:r><w:noBreakHyphen/><w:t>a</w:t><w:softHyphen/></w:r>",
    "pictures": "<w:r><w:drawing><wp:inline/></w:drawing></w:r>" + r("a")
    + "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>",
    "deleted": f"<w:del>{r('no').replace('w:t', 'w:delText')}</w:del>" + r("a"),
    "deleted, but a w:t": f"<w:del>{r('no')}</w:del>" + r("a"),
    "moved away": f"<w:moveFrom>{r('no')}</w:moveFrom><w:moveTo>{r('yes')}</w:moveTo>",
    "links, controls, insertions": f"<w:hyperlink>{r('a')}</w:hyperlink><w:ins>{r('b')}</w:ins>"
    f"<w:sdt><w:sdtContent>{r('c')}</w:sdtContent></w:sdt><w:smartTag>{r('d')}</w:smartTag>",
    "simple field": f'<w:fldSimple w:instr="DATE">{r("a")}</w:fldSimple>' + r("b"),
    "field": "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r>" + r("1")
    + "<w:r><w:fldChar w:fldCharType='end'/></w:r>" + r("b"),
    "alternatives": f"<mc:AlternateContent><mc:Choice Requires='w14'>{r('a')}</mc:Choice>"
    f"<mc:Fallback>{r('b')}</mc:Fallback></mc:AlternateContent>",
    "ruby": "<w:r><w:ruby><w:rt><w:r><w:t>a</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>b</w:t></w:r>"
    "</w:rubyBase></w:ruby></w:r>" + r("c"),
    "marks": '<w:bookmarkStart w:id="0" w:name="x"/><w:proofErr w:type="spellStart"/>' + r("a")
    + '<w:bookmarkEnd w:id="0"/><w:commentRangeStart w:id="1"/>',
    "references": "<w:r><w:t>&lt;&#20540;&amp;&#x2000b;&gt;</w:t></w:r>",
    "carriage returns": "<w:r><w:t>a\r\nb\rc&#13;d</w:t></w:r>",
    "a comment in a text": "<w:r><w:t>a<!-- & <w:t> -->b</w:t></w:r>" + r("c"),
    "a comment between": r("a") + "<!-- <w:t>no</w:t> -->" + r("b"),
    "an instruction in a text": "<w:r><w:t>a<?x <w:t>?>b</w:t></w:r>",
    "CDATA": "<w:r><w:t><![CDATA[a&b]]>c<![CDATA[<]]></w:t></w:r>" + r("d"),
    "CDATA with carriage returns": "<w:r><w:t><![CDATA[a\r\nb\r;&]]></w:t></w:r>",
    "a child in a text": "<w:r><w:t>a<w:x/>b</w:t></w:r>" + r("c"),
    "a text in a text": "<w:r><w:t>a<w:t>b</w:t>c</w:t></w:r>" + r("d"),
    "tags on lines of their own": "\n<w:r\n>\n<w:t\n>a</w:t\n>\n</w:r>\n"
    "<w:r><w:t\txml:space='preserve'> b </w:t></w:r>",
    "white space in an end tag": "<w:r><w:t>a</w:t ></w:r>",
    "markup in an attribute of a text": """<w:r><w:t w:x="a>b">c</w:t></w:r>""" + r("d"),
    "markup in an attribute of a run": """<w:r w:x='a>"b'><w:t>c</w:t></w:r>""" + r("d"),
    "markup in an attribute of a mark": """<w:bookmarkStart w:name="a>b/>"/>""" + r("d"),
    "a slash in an attribute": """<w:r><w:t w:x="/">c</w:t></w:r>""",
    "private characters": r("\U000f0000\U000f0001") + r("\U00100000"),
    "private characters in an odd text": "<w:r><w:t\n>\U000f0000</w:t></w:r>" + r("b"),
    "private characters behind a child": "<w:r><w:t>a<w:x/>\U000f0001</w:t></w:r>" + r("b"),
    "private characters by reference in an odd text": "<w:r><w:t\n>&#xF0000;</w:t></w:r>" + r("b"),
    "private characters in a symbol": '<w:r><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>' + r("b"),
    "another prefix": f'<x:r xmlns:x="{W}"><x:t>a</x:t></x:r>' + r("b"),
    "the prefix bound to something else": '<w:r xmlns:w="urn:x"><w:t>no</w:t></w:r>' + r("b"),
    "a text box": r("a") + textbox(p("no")) + r("b"),
    "names that begin alike": "<w:r><w:tab/><w:t>a</w:t></w:r><w:tx>no</w:tx><w:r><w:txt>no</w:txt></w:r>",
    "session ids": '<w:r w:rsidR="00AB12CD" w:rsidRPr="1"><w:t>a</w:t></w:r>',
    "a run in a run": "<w:r><w:r><w:t>a</w:t></w:r></w:r>" + r("b"),
    "runs and texts in a run": "<w:r><w:r/><w:t>a</w:t><w:r><w:tab/></w:r><w:t>b</w:t></w:r>" + r("c"),
    "text outside texts": "x<w:r>y<w:t>a</w:t>z</w:r>",
}  # fmt: skip


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_a_paragraph_is_read_as_its_tree_is(content: str) -> None:
    assert_reads_alike(content)


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_namespaces_declared_at_the_paragraph_are_in_scope(content: str) -> None:
    assert_reads_alike(content, f' xmlns:q="urn:q" xmlns:y="{W}"')


TEXT = st.lists(
    st.sampled_from(
        [
            "a",
            "值",
            "𠮷",
            " ",
            "&amp;",
            "&#65;",
            "\r\n",
            "\n",
            "】",
            "【A",
            "<!--c-->",
            "<![CDATA[&]]>",
            "<?x?>",
        ]
    ),
    max_size=5,
).map("".join)
RUN = st.builds(
    lambda tag, text, before, after: f"<w:r>{before}{tag}{text}</w:t>{after}</w:r>",
    st.sampled_from(["<w:t>", '<w:t xml:space="preserve">', "<w:t\n>", "<w:t xml:space='default'>"]),
    TEXT,
    st.sampled_from(["", "<w:rPr><w:b/></w:rPr>", "<w:tab/>", "<w:t/>"]),
    st.sampled_from(["", "<w:br/>", "<w:noBreakHyphen/>", "<w:t>x</w:t>",
                     "<w:fldChar w:fldCharType='begin'/>",
                     "<w:fldChar w:fldCharType='separate'/>", "<w:fldChar w:fldCharType='end'/>"]),
)  # fmt: skip
INLINE = st.recursive(
    RUN,
    lambda inner: st.builds(
        lambda around, content: around.replace("|", "".join(content)),
        st.sampled_from([
            "<w:ins>|</w:ins>", "<w:del>|</w:del>", "<w:hyperlink>|</w:hyperlink>",
            "<w:unknown>|</w:unknown>",
            "<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>",
            "<mc:AlternateContent><mc:Choice>|</mc:Choice></mc:AlternateContent>",
        ]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(INLINE, max_size=5).map("".join))
def test_any_paragraph_is_read_as_its_tree_is(content: str) -> None:
    assert_reads_alike(content)


def test_paragraphs_that_differ_in_their_texts_alone_have_one_shape() -> None:
    part = body_part(p(r("a", "<w:b/>")) + p(r("bb &amp; c", "<w:b/>")) + p(r("a")) + p(r("x", "<w:b/>")))
    shapes = [place.shape for place in walk_stories([part], 1000).paragraphs]
    assert shapes[0] is shapes[1] is shapes[3]
    assert shapes[2] is not shapes[0]


def test_marks_without_width_and_session_ids_do_not_part_shapes() -> None:
    part = body_part(
        p(r("a"))
        + '<w:p><w:r w:rsidR="1"><w:t xml:space="preserve">b</w:t></w:r><w:proofErr w:type="gramEnd"/></w:p>'
        + p(r("c"), '<w:bookmarkEnd w:id="4"/>')
    )
    places = walk_stories([part], 1000).paragraphs
    assert len({id(place.shape) for place in places}) == 1
    assert [place.reading.text for place in places] == ["a", "b", "c"]


def test_paragraphs_with_the_same_bytes_are_one_paragraph() -> None:
    places = walk_stories([body_part(p("a") + p("a"))], 1000).paragraphs
    assert places[0].reading is places[1].reading


@pytest.mark.parametrize("count", [65_533, 65_534, 65_536, 140_000])
def test_a_paragraph_may_have_any_number_of_texts(count: int) -> None:
    part = story_part(story("document", f"<w:body><w:p><w:r>{'<w:t>ab</w:t>' * count}</w:r></w:p></w:body>"))
    reading = only(part).reading
    assert reading.text == "ab" * count
    assert [piece.shown.number for piece in reading.pieces] == list(range(count))


def test_the_pieces_of_a_range_are_found_as_in_the_tree() -> None:
    reading, tree, place = read(r("ab") + "<w:r><w:tab/></w:r>" + r("") + r("cd") + r("ef"))
    expected = ParagraphText(tree, place.part.w)
    assert reading.text == "ab\tcdef"
    for start, end in combinations(range(8), 2):
        ours, theirs = (each.pieces_between(start, end) for each in (reading, expected))
        assert [each[:2] for each in ours] == [each[:2] for each in theirs]
