"""Paragraphs and tables are found in a part's bytes, by paragraphs and tag by tag alike."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from docops_flask.engine.document.cell_count import CellCount
from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart, TablePlace
from docops_flask.engine.document.locate import locate
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.oxml.markup import TOKEN
from tests.engine.story_parts import story_part
from tests.factories import W, p, r, story, tbl, tc, textbox, tr

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


class Seen(NamedTuple):
    """What is known of a paragraph or table: its address, its bytes, the cell or text boxes."""

    path: str
    content: str
    more: tuple[object, ...]


def paragraph_seen(place: ParagraphPlace) -> Seen:
    content = place.part.text.content
    cell = None if place.cell is None else (place.cell.table.path, place.cell.row, place.cell.number)
    boxes = tuple(
        (
            content[box.start : box.end].decode(),
            box.owner >= 0,
            box.branch >= 0,
            *found_in(box.paragraphs, box.tables),
        )
        for box in place.boxes
    )
    return Seen(
        place.path, content[place.content : place.end].decode(), (place.story, place.table_depth, cell, boxes)
    )


def table_seen(place: TablePlace) -> Seen:
    return Seen(
        place.path, place.part.text.content[place.start : place.end].decode(), (place.depth, place.row_count)
    )


def found_in(paragraphs: list[ParagraphPlace], tables: list[TablePlace]) -> list[Seen]:
    return [*map(paragraph_seen, paragraphs), *map(table_seen, tables)]


def found(part: StoryPart) -> list[Seen]:
    return found_in(*locate(part, CellCount(1000)))


def tag_by_tag(part: StoryPart) -> StoryPart:
    """The same part, read tag by tag."""
    return StoryPart(part.name, part.kind, part.prefix, part.text._replace(prefix=b""), part.w)


ROWS = [tr(tc("x"), tc("y")), tr(tc("z"), tc("x")), tr(tc("y"), tc("z"))]
BODIES = {
    "nothing": "",
    "paragraphs": p("a") + p("b"),
    "empty paragraphs": "<w:p/>" + p() + "<w:p w:rsidR='1'/>" + p("x") + "<w:p />",
    "a table": p("a") + tbl(tr(tc("x"), tc("y"))) + p("b"),
    "cells of empty paragraphs": tbl(tr(tc("<w:p/>"), tc("<w:p/>"))) + "<w:p/>",
    "nested tables": tbl(tr(tc("a", tbl(tr(tc("x")), tr(tc("y"), tc(tbl(tr(tc("z"))), p()))), p("b")))),
    "spans": tbl(
        tr(tc("a", properties='<w:gridSpan w:val="3"/>'), tc("b"), properties='<w:gridBefore w:val="2"/>'),
        tr(tc("c", properties='<w:tcW w:w="1"/><w:gridSpan w:val="x"/>'), tc("d")),
        tr(tc("e", properties='<w:gridSpan w:val="-4"/>'), tc("f"), properties='<w:gridBefore w:val="-1"/>'),
        tr(tc("g", properties='<w:gridSpan val="3"/>'), tc("h"), properties='<w:gridAfter w:val="2"/>'),
    ),
    "the properties of a row or cell before their changes": tbl(
        tr(
            tc("a", properties='<w:tcPrChange><w:tcPr><w:gridSpan w:val="9"/></w:tcPr></w:tcPrChange>'),
            tc("b"),
            properties='<w:trPrChange><w:trPr><w:gridBefore w:val="9"/></w:trPr></w:trPrChange>',
        )
    ),
    "properties that come too late": tbl(
        f'<w:tr><w:tc>{p("a")}<w:tcPr><w:gridSpan w:val="3"/></w:tcPr></w:tc>'
        f'<w:trPr><w:gridBefore w:val="2"/></w:trPr>{tc("b")}</w:tr>'
    ),
    "content controls": (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{p('a')}{tbl(tr(tc('b')))}</w:sdtContent></w:sdt>"
        f"<w:tbl><w:sdt><w:sdtContent>{tr('<w:sdt><w:sdtContent>' + tc('c') + '</w:sdtContent></w:sdt>')}"
        f"</w:sdtContent></w:sdt></w:tbl>{p('d')}"
    ),
    "a control with two contents": (
        f"<w:sdt><w:sdtContent>{p('a')}</w:sdtContent><w:sdtContent>{p('b')}</w:sdtContent></w:sdt>{p('c')}"
    ),
    "custom XML, smart tags, insertions, moves, links": (
        f"<w:customXml>{p('a')}</w:customXml><w:ins>{p('b')}</w:ins><w:moveTo>{p('c')}</w:moveTo>"
        f"<w:smartTag>{p('d')}</w:smartTag><w:hyperlink>{p('e')}</w:hyperlink>{p('f')}"
    ),
    "what is not shown": f"<w:del>{p('a')}</w:del><w:unknown>{p('b')}{tbl(tr(tc('c')))}</w:unknown>{p('d')}",
    "alternatives of blocks": (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{p("a")}{tbl(tr(tc("x")))}</mc:Choice>'
        f"<mc:Fallback>{p('b')}</mc:Fallback></mc:AlternateContent>{p('c')}"
    ),
    "a branch without alternatives": f'<mc:Choice Requires="wps">{p("a")}</mc:Choice>{p("b")}',
    "text boxes": p("a", textbox(p("x"), tbl(tr(tc("y"))), p("z"))) + p(textbox("<w:p/>")) + p("b"),
    "text boxes in text boxes": p(textbox(p("x", textbox(p("y"), p("z"))))) + p("b"),
    "an empty text box": p("<w:r><w:pict><w:txbxContent/></w:pict></w:r>") + p("b"),
    "a text box alone": p(f"<w:r><w:pict><w:txbxContent>{p('x')}</w:txbxContent></w:pict></w:r>", r("y")),
    "a text box in a cell": tbl(tr(tc(p(textbox(p("x")))), tc("y"))),
    "rows behind one another": tbl(*(tr(tc(p(f"a{row}")), tc(p("b"))) for row in range(4))) + p("c"),
    "rows behind one another in wrappers": tbl(
        *ROWS, f"<w:customXml>{''.join(ROWS)}</w:customXml>", ROWS[0],
        f"<w:sdt><w:sdtContent>{''.join(ROWS)}</w:sdtContent></w:sdt>", *ROWS,
    ),
    "rows of a table in a cell": tbl(tr(tc(tbl(*ROWS), p("a")), tc("b")), *ROWS, tr(tc(tbl(*ROWS), p()))),
    "rows behind one another outside a table": f"<w:customXml>{''.join(ROWS)}</w:customXml>{p('d')}",
    "rows in a row": tbl(f"<w:tr>{''.join(ROWS)}{tc('a')}{tc('b')}</w:tr>", *ROWS),
    "rows outside a table": f"<w:customXml>{tr(tc('a'))}</w:customXml>{tr(tc('b'))}{tc('c')}{p('d')}",
    "cells outside a row": f"<w:tbl>{tc('a')}{tr(tc('b'))}</w:tbl>{p('c')}",
    "paragraphs outside a cell": f"<w:tbl>{p('a')}<w:tr>{p('b')}{tc('c')}</w:tr></w:tbl>{p('d')}",
    "a paragraph in a paragraph": f"<w:p><w:r><w:t>a</w:t></w:r>{p('b')}</w:p>{p('c')}",
    "an empty table": f"<w:tbl/>{p('a')}<w:tbl></w:tbl>",
    "names that begin alike": "<w:pPr/><w:permStart/>" + p("a", properties="<w:jc/>") + "<w:pict/>",
    "attributes with markup": f"<w:p w:rsidR='>'>{r('a')}</w:p><w:bookmarkStart w:name='&lt;w:p>'/>{p('b')}",
    "namespaces declared below": f'<w:p xmlns:q="urn:q"><q:x/>{r("a")}</w:p>{p("b")}',
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("strict", [False, True])
def test_both_ways_of_reading_find_the_same(name: str, strict: bool) -> None:
    part = story_part(story("document", f"<w:body>{BODIES[name]}<w:sectPr/></w:body>", strict=strict))
    assert part.text.prefix == b"w"
    assert found(part) == found(tag_by_tag(part))


@pytest.mark.parametrize("name", BODIES)
def test_all_that_is_found_is_an_element_of_the_tree(name: str) -> None:
    part = story_part(story("document", f"<w:body>{BODIES[name]}<w:sectPr/></w:body>"))
    paragraphs, tables = locate(part, CellCount(1000))
    elements = by_start(part.text.content)
    assert {elements[place.start].tag for place in paragraphs} <= {part.w.p}
    for table in tables:
        element = elements[table.start]
        assert element.tag == part.w.tbl
        assert canonical(table.element) == canonical(without_tail(element))


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n")


def by_start(content: bytes) -> dict[int, etree._Element]:
    """The elements of a part by the byte where each begins."""
    root = etree.fromstring(content)
    starts = [match.start() for match in TOKEN.finditer(content) if match[2] is not None]
    return dict(zip(starts, root.iter("*"), strict=True))


def without_tail(element: etree._Element) -> etree._Element:
    element.tail = None
    return element


STORIES = {
    StoryKind.HEADER: ("hdr", p("a") + tbl(tr(tc("b")))),
    StoryKind.FOOTER: ("ftr", f"<w:sdt><w:sdtContent>{p('a')}</w:sdtContent></w:sdt>"),
    StoryKind.FOOTNOTES: (
        "footnotes",
        f'<w:footnote w:id="1">{p("a")}{p("b")}</w:footnote>'
        f'<w:footnote w:type="x" w:id="-1">{p("c")}</w:footnote>'
        f'<w:footnote>{p("d")}</w:footnote><w:footnote w:id="{"9" * 17}">{p("e")}</w:footnote>{p("f")}'
        f'<w:footnote w:id="&#49;&amp;">{p("g")}</w:footnote><w:footnote w:id="1">{p("h")}</w:footnote>',
    ),
    StoryKind.ENDNOTES: ("endnotes", f'<w:endnote w:id="3">{tbl(tr(tc("a")))}{p("b")}</w:endnote>'),
    StoryKind.COMMENTS: ("comments", f'<w:comment w:id="0">{p("a")}</w:comment>'),
}  # fmt: skip


@pytest.mark.parametrize("kind", STORIES)
def test_both_ways_of_reading_find_the_same_in_every_story(kind: StoryKind) -> None:
    part = story_part(story(*STORIES[kind]), kind, f"{kind.value}1/")
    assert found(part) == found(tag_by_tag(part))
    assert found(part)


def test_notes_are_addressed_by_their_ids() -> None:
    part = story_part(story(*STORIES[StoryKind.FOOTNOTES]), StoryKind.FOOTNOTES, "footnotes/")
    paragraphs, _ = locate(part, CellCount(1000))
    assert [(place.path, place.reading.text) for place in paragraphs] == [
        ("footnotes/n1.p0", "a"),
        ("footnotes/n1.p1", "b"),
        ("footnotes/n-1.p0", "c"),
        ("footnotes/n.p0", "d"),
        ("footnotes/n.p0", "e"),
        ("footnotes/n1&.p0", "g"),
        ("footnotes/n1.p0", "h"),
    ]


def texts(content: str) -> dict[str, str]:
    """The texts of all paragraphs of a main part by their addresses."""
    return {place.path: place.reading.text for place in walk_stories([story_part(content)], 1000).paragraphs}


BODY = (
    p("a")
    + tbl(tr(tc("b", properties='<w:gridSpan w:val="2"/>'), tc("c")))
    + p("d", textbox(p("e")))
    + p("f")
)
PLAIN = story("document", f"<w:body>{BODY}</w:body>")
EXPECTED = {"p0": "a", "t0.r0.c0.p0": "b", "t0.r0.c2.p0": "c", "p1": "d", "textbox0/p0": "e", "p2": "f"}


def laid_out(content: str) -> str:
    """The part as an editor shows it: each element without text on a line of its own."""
    root = etree.fromstring(content.encode(), etree.XMLParser(remove_blank_text=True))
    return etree.tostring(root, pretty_print=True).decode()


def with_default_namespace(content: str) -> str:
    declared = content.replace("xmlns:w=", "xmlns=").replace("<w:", "<").replace("</w:", "</")
    # Attributes have no namespace without a prefix.
    return declared.replace(f'xmlns="{W}"', f'xmlns="{W}" xmlns:w="{W}"')


WRITTEN: dict[str, str] = {
    "as usual": PLAIN,
    "laid out": laid_out(PLAIN),
    "with another prefix": PLAIN.replace("xmlns:w=", "xmlns:x=").replace("<w:", "<x:")
    .replace("</w:", "</x:").replace(" w:", " x:"),
    "with the default namespace": with_default_namespace(PLAIN),
    "with comments": PLAIN.replace("<w:tbl>", "<!-- <w:p> --><w:tbl><!-- </w:tbl> -->")
    .replace("<w:t ", "<!-- x --><w:t "),
    "with instructions": PLAIN.replace("<w:tbl>", "<?x <w:p>?><w:tbl>"),
    "with CDATA": PLAIN.replace(">a<", "><![CDATA[a]]><").replace(">e<", "><![CDATA[e]]><"),
    "with the prefix bound anew to the same": PLAIN.replace("<w:tbl>", f'<w:tbl xmlns:w="{W}">'),
    "with two prefixes": PLAIN.replace("<w:tbl>", f'<x:tbl xmlns:x="{W}">').replace("</w:tbl>", "</x:tbl>"),
    "with the prefix of another namespace inside": PLAIN.replace(
        "<w:tbl>", f'<w:p xmlns:v="{W}"><v:r><v:t>a</v:t></v:r></w:p><w:tbl>'
    ).replace(p("a"), "", 1),
    "with another element of that name": PLAIN.replace(
        "<w:tbl>", '<x:p xmlns:x="urn:x"><x:tbl/></x:p><w:tbl>'
    ),
    "with the prefix bound to something else": PLAIN.replace(
        "<w:tbl>", '<w:p xmlns:w="urn:x"><w:r><w:t>no</w:t></w:r></w:p><w:tbl>'
    ),
    "with blanks in tags": PLAIN.replace("<w:p>", "<w:p\n>").replace("</w:p>", "</w:p >")
    .replace("<w:t ", "<w:t\t"),
    "with a byte order mark": "\ufeff" + PLAIN,
    "with carriage returns": PLAIN.replace("><", ">\r\n<"),
}  # fmt: skip


@pytest.mark.parametrize("how", WRITTEN)
def test_what_is_found_does_not_depend_on_how_the_part_is_written(how: str) -> None:
    assert texts(WRITTEN[how]) == EXPECTED


def blocks() -> st.SearchStrategy[str]:
    """Blocks of any nesting."""
    simple = st.sampled_from(
        [p("a"), "<w:p/>", p(), p(r("x"), properties="<w:jc w:val='left'/>"), "<w:bookmarkEnd/>"]
    )

    def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        some = st.lists(inner, max_size=3).map("".join)
        span = st.sampled_from(["", '<w:gridSpan w:val="2"/>', "<w:vMerge/>"])
        cells = st.lists(
            st.builds(lambda content, own: tc(content, properties=own) if content else "<w:tc/>", some, span),
            max_size=3,
        )
        rows = st.lists(cells.map(lambda each: tr(*each)), max_size=3)
        return st.one_of(
            rows.map(lambda each: tbl(*each)),
            some.map(lambda each: f"<w:sdt><w:sdtContent>{each}</w:sdtContent></w:sdt>"),
            some.map(lambda each: f"<w:ins>{each}</w:ins>"),
            some.map(lambda each: f"<w:unknown>{each}</w:unknown>"),
            some.map(lambda each: p("in", textbox(each))),
            some.map(
                lambda each: f"<mc:AlternateContent><mc:Choice>{each}</mc:Choice></mc:AlternateContent>"
            ),
        )

    return st.recursive(simple, more, max_leaves=12)


@given(st.lists(blocks(), max_size=4).map("".join))
def test_both_ways_of_reading_find_the_same_whatever_is_nested(body: str) -> None:
    part = story_part(story("document", f"<w:body>{body}</w:body>"))
    assert part.text.prefix == b"w"
    assert found(part) == found(tag_by_tag(part))


@pytest.mark.parametrize("most", [5, 6])
def test_cells_are_counted_by_the_columns_they_span(most: int) -> None:
    body = tbl(tr(tc("a", properties='<w:gridSpan w:val="4"/>'), tc("b", tbl(tr(tc("c"))))))
    part = story_part(story("document", f"<w:body>{body}</w:body>"))
    for each in (part, tag_by_tag(part)):
        if most < 6:
            with pytest.raises(TemplateLimitExceeded):
                locate(each, CellCount(most))
        else:
            locate(each, CellCount(most))


def siblings(part: StoryPart) -> Iterator[tuple[str, str | None]]:
    """Each paragraph with the one before it, "" where something else comes before it."""
    for place in walk_stories([part], 1000).paragraphs:
        before = part.sibling_before(place)
        yield place.path, "" if before is False else None if before is None else before.path


def test_the_paragraph_before_is_found_where_nothing_stands_between() -> None:
    body = (
        p("a")
        + "<w:p/>"
        + p("b")
        + "\n"
        + p("c")
        + tbl(tr(tc("x"), tc("<w:p/>", p("z"))))
        + p("d")
        + "<w:bookmarkEnd/>"
        + p("e")
    )
    part = story_part(story("document", f"<w:body>{body}</w:body>"))
    assert dict(siblings(part)) == {
        "p0": None, "p1": "p0", "p2": "p1", "p3": "p2", "t0.r0.c0.p0": None, "t0.r0.c1.p0": None,
        "t0.r0.c1.p1": "t0.r0.c1.p0", "p4": "", "p5": "",
    }  # fmt: skip
