"""What copies of a block keep of the template: ids stand once, ranges and merged cells begin and end once."""

import re
from typing import Any

import pytest

from docops_flask.engine.document.edits import written_parts
from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
from tests.engine.template.blocks.block_documents import expanded, filled_texts, markup, structure
from tests.factories import p, r, tbl, tc, tr

END = p("end")
TWO: Any = {"A": [{"B": [1, 2]}, {"B": [3]}]}
START, STOP = '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>'


def _block(*content: str) -> str:
    return p("【#A】") + "".join(content) + p("【/A】") + END


def _order(text: str, *names: str) -> list[str]:
    return re.findall("|".join(names), text)


def test_a_bookmark_stands_in_the_first_copy() -> None:
    assert markup(_block(p(START, "x", STOP)), TWO) == p(START, "x", STOP) + p("x") + END


@pytest.mark.parametrize(
    "end", ["></w:bookmark{}>", "\n> </w:bookmark{}\n>", "><!-- x --></w:bookmark{}>", " />"]
)
def test_a_mark_may_be_written_with_an_end_tag(end: str) -> None:
    start = f"<w:bookmarkStart\nw:id = '1' w:name='m'{end.format('Start')}"
    stop = f"<w:bookmarkEnd\tw:id='1'{end.format('End')}"
    found = markup(_block(p(start, "x", stop)), TWO)
    assert (found.count(start), found.count(stop), found.count("bookmarkStart w")) == (1, 1, 0)
    assert (found.count("bookmarkStart"), found.count("x</w:t>")) == (start.count("bookmarkStart"), 2)
    half = markup(_block(p(start, "x")) + p(stop), {"A": []})
    assert (half.count(start), half.count(stop)) == (1, 1)


def test_what_stands_once_may_be_written_with_an_end_tag() -> None:
    comment = "<w:r><w:commentReference w:id='4'></w:commentReference></w:r>"
    control = (
        f"<w:sdt><w:sdtPr><w:id w:val='9' > </w:id></w:sdtPr><w:sdtContent>{p('y')}</w:sdtContent></w:sdt>"
    )
    found = markup(_block(p("x", comment), control), TWO)
    assert [found.count(each) for each in ("<w:commentReference", "<w:id ", "</w:id>", "y</w:t>")] == [
        1,
        1,
        1,
        2,
    ]


def test_a_range_half_outside_begins_in_the_first_copy_and_ends_in_the_last() -> None:
    begins = _block(p(START, "x")) + p(STOP)
    assert _order(markup(begins, TWO), START, "x<", STOP) == [START, "x<", "x<", STOP]
    ends = p(START) + _block(p("x", STOP))
    assert _order(markup(ends, TWO), START, "x<", STOP) == [START, "x<", "x<", STOP]


@pytest.mark.parametrize("payload", [{"A": []}, TWO])
def test_the_half_of_a_range_that_lies_in_what_goes_stays(payload: Any) -> None:
    body = p("【#A】", START) + p("x") + p("【/A】") + p("y", STOP)
    assert markup(body, payload).count(START) == 1
    body = _block(p(START, "x")) + p(STOP)
    assert markup(body, payload).count(START) == 1
    inline = p("a【#A】b", START, "c【/A】d", STOP)
    assert markup(inline, payload).count(START) == 1


@pytest.mark.parametrize("payload", [{}, TWO])
def test_a_mark_or_a_section_break_in_a_control_paragraph_stands_once(payload: Any) -> None:
    section = "<w:sectPr><w:cols/></w:sectPr>"
    body = p("【#A】", START, properties=section) + p("x") + p("【/A】") + p("y", STOP)
    found = markup(body, payload)
    assert (found.count(START), found.count(section), found.count("<w:p>")) == (1, 1, 4)


def test_a_range_in_what_goes_goes() -> None:
    assert "bookmark" not in markup(_block(p(START, "x", STOP)), {"A": []})


def test_ids_of_drawings_are_counted_on_from_the_highest() -> None:
    def drawing(number: int) -> str:
        return f'<w:r><w:drawing><wp:inline><wp:docPr id="{number}" name="n"/></wp:inline></w:drawing></w:r>'

    found = markup(_block(p(drawing(3))) + p(drawing(7)), {"A": [1, 2, 3]})
    assert re.findall('docPr id="([0-9]+)"', found) == ["3", "8", "9", "7"]


def test_the_highest_id_may_stand_behind_an_attribute_with_an_angle_bracket() -> None:
    drawing = (
        '<w:r><w:drawing><wp:inline><wp:docPr descr="a > b" id="{}" name="n"/></wp:inline></w:drawing></w:r>'
    )
    found = markup(_block(p(drawing.format(3))) + p(drawing.format(7)), {"A": [1, 2]})
    assert re.findall('b" id="([0-9]+)"', found) == ["3", "8", "7"]


def test_ids_of_tracked_changes_are_new() -> None:
    found = markup(_block(p(f'<w:ins w:id="5" w:author="a">{r("x")}</w:ins>')), TWO)
    assert re.findall('ins w:id="([0-9]+)"', found) == ["5", "6"]


def test_ids_of_paragraphs_and_controls_stand_once() -> None:
    w14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    paragraph = f'<w:p {w14} w14:paraId="0A0B0C0D" w14:textId="77777777">{r("x")}</w:p>'
    control = f'<w:sdt><w:sdtPr><w:id w:val="9"/></w:sdtPr><w:sdtContent>{p("y")}</w:sdtContent></w:sdt>'
    found = markup(_block(paragraph, control), TWO)
    assert [found.count(each) for each in ("paraId", "textId", "w:id w:val", "y</w:t>")] == [1, 1, 1, 2]


def test_names_of_vml_shapes_differ_and_what_refers_to_them_follows() -> None:
    shape = (
        '<w:r><w:pict><v:shapetype id="t1"/><v:shape id="s1" type="#t1" style="width:1pt"/></w:pict></w:r>'
    )
    found = markup(_block(p(shape)), TWO)
    assert re.findall('(?:id|type)="([^"]*)"', found) == ["t1", "s1", "#t1", "t1_c2", "s1_c2", "#t1_c2"]


def test_vml_shapes_may_have_another_prefix() -> None:
    shape = '<w:r><w:pict><s:shape xmlns:s="urn:schemas-microsoft-com:vml" id="s1"/></w:pict></w:r>'
    assert re.findall(' id="([^"]*)"', markup(_block(p(shape)), TWO)) == ["s1", "s1_c2"]


def test_a_comment_is_referred_to_once() -> None:
    comment = '<w:r><w:commentReference w:id="4"/></w:r>'
    assert markup(_block(p("x", comment)), TWO).count("commentReference") == 1


@pytest.mark.parametrize("behind", ["", STOP, "<!-- -->", "<w:bookmarkEnd w:id='1'></w:bookmarkEnd>"])
def test_marks_and_comments_behind_a_block_end_no_container(behind: str) -> None:
    block = _block(p(START, "x")).removesuffix(END)
    found = markup(f"<w:sdt><w:sdtPr/><w:sdtContent>{block}{behind}</w:sdtContent></w:sdt>" + END, TWO)
    assert found.count("<w:p>") + found.count("<w:p/>") == 3


@pytest.mark.parametrize("end", ["</w:p>", "</w:p\n>"])
def test_a_control_that_ends_with_repeated_rows_gets_a_paragraph(end: str) -> None:
    table = tbl(tr(tc("【#A 行】x【/A】")))
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{table}</w:sdtContent></w:sdt>" + END.replace("</w:p>", end)
    assert "</w:tbl><w:p/></w:sdtContent>" in markup(control, TWO)


MERGED, BEGUN = "<w:vMerge/>", '<w:vMerge w:val="restart"/>'


def _column(text: str) -> list[str]:
    return re.findall("<w:vMerge[^>]*>", text)


def test_a_merged_cell_that_goes_on_below_a_block_begins_once() -> None:
    row = tr(tc("【#A】x", properties=BEGUN), tc("【/A】"))
    below = tr(tc("", properties=MERGED), tc("z"))
    assert _column(markup(tbl(row, below) + END, {"A": [1, 2, 3]})) == [BEGUN, MERGED, MERGED, MERGED]
    assert _column(markup(tbl(row, below) + END, {"A": []})) == [BEGUN]


def test_a_merged_cell_that_ends_in_its_block_begins_in_each_copy() -> None:
    first = tr(tc("【#A】x", properties=BEGUN), tc(""))
    rows = first + tr(tc("", properties=MERGED), tc("y【/A】"))
    assert _column(markup(tbl(rows, tr(tc("e"), tc(""))) + END, TWO)) == [BEGUN, MERGED] * 2
    control = first + tr(tc("", properties=MERGED), tc("【/A】"))
    assert _column(markup(tbl(control, tr(tc("e"), tc(""))) + END, TWO)) == [BEGUN] * 2


def test_a_merged_cell_that_begins_above_goes_on() -> None:
    table = tbl(
        tr(tc("h", properties=BEGUN), tc("")),
        tr(tc("", properties=MERGED), tc("【#A 行】x【/A】")),
        tr(tc("", properties=MERGED), tc("")),
    )
    assert _column(markup(table + END, TWO)) == [BEGUN, MERGED, MERGED, MERGED]
    assert _column(markup(table + END, {"A": []})) == [BEGUN, MERGED]


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/></w:num>'
)
_RESPELLED = NUMBERING.replace("</w:num>", "</w:num\n>") + "<!-- <w:num></w:num> -->"


def test_a_list_is_told_in_any_spelling() -> None:
    number = "<w:numPr\n><w:ilvl w:val = '0'> </w:ilvl ><!-- --><w:numId\tw:val='4'></w:numId></w:numPr>"
    found = expanded(_block(p("head"), p("x", properties=number)), TWO, stories={"numbering": _RESPELLED})
    content = found.document.parts[0].text.content.decode()
    assert re.findall("numId\tw:val='([0-9]+)'", content) == ["4", "5"]
    written = written_parts(found.other_edits)["word/numbering.xml"].decode()
    assert '</w:num\n><w:num w:numId="5">' in written


def _item(text: str, number: int = 4) -> str:
    return p(text, properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')


def _lists(body: str, payload: Any = TWO) -> tuple[list[str], ExpandedTemplate]:
    found = expanded(body, payload, stories={"numbering": NUMBERING})
    content = found.document.parts[0].text.content.decode()
    return re.findall('numId w:val="([0-9]+)"', content), found


def test_a_list_of_its_own_counts_anew_in_each_copy() -> None:
    numbers, found = _lists(_block(p("head"), _item("x"), _item("y")))
    assert numbers == ["4", "4", "5", "5"]
    assert [each.as_dict() for each in found.added_lists] == [
        {"numId": 5, "of": 4, "levels": [0], "copy": [[0, 1]]}
    ]
    written = written_parts(found.other_edits)["word/numbering.xml"].decode()
    assert (
        '</w:num><w:num w:numId="5"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="3"/></w:lvlOverride></w:num></w:numbering>'
    ) in written


def test_a_list_whose_items_are_repeated_goes_on_and_so_does_one_that_is_used_elsewhere() -> None:
    assert _lists(_block(_item("x")))[0] == ["4", "4"]
    assert _lists(_block(p("head"), _item("x")) + _item("y"))[0] == ["4", "4", "4"]


def test_the_author_may_decide_how_lists_count() -> None:
    going_on = p("【#A 续号】") + p("head") + _item("x") + p("【/A】") + END
    assert _lists(going_on)[0] == ["4", "4"]
    anew = p("【#A 重号】") + _item("x") + p("【/A】") + _item("y")
    assert _lists(anew)[0] == ["4", "5", "4"]


def test_lists_in_nested_blocks_count_anew_in_each_copy_of_both() -> None:
    inner = p("【#B】") + p("h") + _item("x") + _item("y") + p("【/B】")
    numbers, _ = _lists(_block(p("head"), inner))
    assert numbers == ["4", "4", "5", "5", "6", "6"]


REFERENCE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
_OWN = f'<w:footnote w:id="2">{p("【N】", "【#B】【.】【/B】")}</w:footnote>'
NOTES = f'{_OWN}<w:footnote w:id="3">{p("k")}</w:footnote>'


def _notes(body: str, payload: Any) -> tuple[list[str], list[tuple[str, str]], ExpandedTemplate]:
    """The ids of the references; address and text of the paragraphs of notes."""
    found = expanded(body, payload, stories={"footnotes": NOTES})
    content = found.document.parts[0].text.content.decode()
    texts = [
        (place.path, text) for place, text in filled_texts(found).items() if place.part.prefix == "footnotes/"
    ]
    return re.findall('footnoteReference w:id="([0-9]+)"', content), texts, found


def test_each_copy_of_a_reference_has_a_note_of_its_own_filled_in_its_scope() -> None:
    payload: Any = {"A": [{"N": "x", "B": ["1", "2"]}, {"N": "y", "B": []}]}
    references, notes, found = _notes(_block(p("t", REFERENCE)), payload)
    assert references == ["2", "4"]
    assert notes == [
        ("footnotes/n2.p0", "x12"),
        ("footnotes/n4.p0", "y"),
        ("footnotes/n3.p0", "k"),
    ]
    assert [each.as_dict() for each in found.added_notes] == [
        {"kind": "footnotes", "id": 4, "of": 2, "copy": [[0, 1]]}
    ]


@pytest.mark.parametrize("body", [_block(p("t", REFERENCE)), p("【?A】t", REFERENCE, "【/A】") + END])
def test_a_note_goes_with_its_reference(body: str) -> None:
    references, notes, _ = _notes(body, {"A": []})
    assert (references, notes) == ([], [("footnotes/n3.p0", "k")])


def test_a_note_stays_as_it_is_with_the_block_around_its_reference() -> None:
    references, notes, _ = _notes(_block(p("t", REFERENCE)), {})
    assert (references, notes[0]) == (["2"], ("footnotes/n2.p0", "【N】【#B】【.】【/B】"))


def test_a_note_outside_blocks_has_the_scope_of_the_payload() -> None:
    _, notes, _ = _notes(p("t", REFERENCE), {"N": "z", "B": ["1"]})
    assert notes[0] == ("footnotes/n2.p0", "z1")


def test_a_note_that_two_places_refer_to_cannot_be_repeated() -> None:
    body = _block(p("t", REFERENCE)) + p(REFERENCE)
    found = structure(body, stories={"footnotes": NOTES})
    assert [fault.code for fault in found.faults if fault.place.path == "p0"] == ["UNREPEATABLE_OBJECT"]
