"""Which text of a PDF is which paragraph: told by what is unique, by order and by pages, or not at all."""

from array import array
from collections.abc import Sequence

import pytest

pytest.importorskip("pypdfium2_raw", reason="pypdfium2 is not installed (requirements-pdf.txt)")

from docops_flask.engine.pdf.page_texts import Piece, TextUnit, significant_text
from docops_flask.engine.pdf.text_alignment import WantedText, align


def unit(text: str, page: int = 1, *, label: str = "", mark: str = "") -> TextUnit:
    """A paragraph of a PDF, perhaps with the label of a list before it or the mark of a note behind it."""
    written = [Piece(each, array("L", range(len(each)))) for each in (label, text, mark) if each]
    plain = TextUnit(page, written[:-1]) if mark else None
    return TextUnit(page, written, plain)


def found(paragraphs: Sequence[str], *units: TextUnit, beside: Sequence[str] = ()) -> list[list[str]]:
    """The texts on pages that each paragraph is found to be; ``beside`` are those of boxes and notes."""
    wanted = [WantedText(text, in_body=text not in beside) for text in paragraphs]
    return [
        [f"{span.unit.text[span.first :]}@{span.unit.page}" for span in spans]
        for spans in align(wanted, units)
    ]


def places(paragraphs: Sequence[str], *units: TextUnit) -> list[int | None]:
    """The number of the unit that each paragraph is found to be."""
    spans = align([WantedText(text, in_body=True) for text in paragraphs], units)
    return [
        next((n for n, each in enumerate(units) if span[0].unit is each), None) if span else None
        for span in spans
    ]


def test_a_text_that_stands_once_in_both_is_found_whatever_the_order() -> None:
    assert places(["a", "b"], unit("b"), unit("a")) == [1, 0]


def test_a_text_that_the_pdf_lacks_is_not_found() -> None:
    assert places(["a", "hidden", "b"], unit("a"), unit("b")) == [0, None, 1]


def test_texts_that_stand_as_often_in_both_are_told_apart_by_their_order() -> None:
    assert places(["x", "a", "x"], unit("x"), unit("a"), unit("x")) == [0, 1, 2]


def test_one_of_several_that_is_missing_leaves_all_of_them_unknown() -> None:
    assert places(["x", "x"], unit("x")) == [None, None]


def test_known_paragraphs_around_tell_which_of_several_is_missing() -> None:
    # The second x is not shown.
    assert places(["x", "a", "x", "b", "x"], unit("x"), unit("a"), unit("b"), unit("x")) == [0, 1, None, 2, 3]


def test_texts_of_boxes_are_told_where_they_are_unique_alone() -> None:
    assert found(["box", "box", "a"], unit("box"), unit("box"), unit("a"), beside=["box"]) == [
        [],
        [],
        ["a@1"],
    ]
    assert found(["box", "a"], unit("a"), unit("box"), beside=["box"]) == [["box@1"], ["a@1"]]


def test_the_label_of_a_list_is_no_part_of_its_paragraph() -> None:
    assert found(["goods"], unit("goods", label="1.")) == [["goods@1"]]


def test_a_paragraph_that_begins_as_a_label_does_keeps_its_beginning() -> None:
    assert found(["1.goods", "other"], unit("goods", label="1."), unit("other")) == [
        ["1.goods@1"],
        ["other@1"],
    ]


def test_the_mark_of_a_note_is_no_part_of_its_paragraph() -> None:
    assert found(["said"], unit("said", mark="3")) == [["said@1"]]


def test_a_paragraph_may_go_on_on_the_next_pages() -> None:
    units = (unit("before"), unit("one"), unit("two", page=2), unit("three", page=3), unit("after", page=3))
    assert found(["before", "onetwothree", "after"], *units) == [
        ["before@1"],
        ["one@1", "two@2", "three@3"],
        ["after@3"],
    ]


def test_cells_of_a_row_may_go_on_on_the_next_page_side_by_side() -> None:
    units = (unit("le"), unit("ri"), unit("ft", page=2), unit("ght", page=2))
    assert found(["left", "right"], *units) == [["le@1", "ft@2"], ["ri@1", "ght@2"]]


def test_the_label_before_a_parted_paragraph_is_no_part_of_it() -> None:
    assert found(["onetwo"], unit("one", label="(1)"), unit("two", page=2)) == [["one@1", "two@2"]]


def test_a_beginning_that_two_paragraphs_may_have_is_nobodys() -> None:
    units = (unit("same"), unit("end", page=2))
    assert found(["sameend", "sameend"], *units) == [[], []]


def test_a_rest_on_the_same_page_is_not_the_other_part() -> None:
    assert found(["onetwo"], unit("one"), unit("two")) == [[]]


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("A b\tc\n", "abc"),
        ("ＡＢＣ，", "abc,"),
        ("⼀", "一"),
        ("well-known", "wellknown"),
        ("co\u00adop", "coop"),
        ("a\ufffcb", "ab"),
        ("ﬁne", "fine"),
        ("㎡", "m2"),
    ],
)
def test_what_is_compared_of_a_text(text: str, compared: str) -> None:
    assert significant_text(text) == compared


def test_the_work_grows_with_the_number_of_paragraphs_alone() -> None:
    counted = []
    for size in (200, 400):
        units = [CountedUnit(1, [Piece(f"p{number}", array("L", [0, 1]))]) for number in range(size)]
        CountedUnit.read = 0
        align([WantedText(f"q{number}", in_body=True) for number in range(size)], units)
        counted.append(CountedUnit.read)
    assert counted[1] <= 2.5 * counted[0]


class CountedUnit(TextUnit):
    """A unit that counts how often its text is read."""

    __slots__ = ("_text",)
    read = 0

    @property
    def text(self) -> str:
        """Its text."""
        CountedUnit.read += 1
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        self._text = text
