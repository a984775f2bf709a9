"""The count of a document's characters in its PDF: what lacks, and how much may."""

from collections import Counter

import pytest

from docops_flask.engine.pdf.character_count import count


def test_all_that_is_wanted_is_found_whatever_else_is_there() -> None:
    counts = count(Counter("关于召开 2026 meeting"), Counter("— 1 — 关于召开2026Meeting"))
    assert counts.total == (15, 15)
    assert counts.is_complete


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("ABC", "abc"),  # w:caps, w:smallCaps
        ("ＡＢ１２", "AB12"),  # full-width forms
        ("ﬁnance", "finance"),  # a ligature
        ("x²", "x2"),
        ("…——，。 \t", ""),  # marks and blanks count for nothing
    ],
)
def test_forms_of_one_character_are_one(wanted: str, shown: str) -> None:
    counts = count(Counter(wanted), Counter(shown))
    assert counts.total.wanted == counts.total.found


def test_without_its_chinese_a_pdf_is_not_complete() -> None:
    """As LibreOffice makes it where memory runs out; Latin text hides it from a count of all together."""
    wanted = Counter("a" * 10_000 + "会议通知")
    assert not count(wanted, Counter("a" * 10_000)).is_complete
    assert not count(Counter("会议"), Counter()).is_complete


@pytest.mark.parametrize(("found", "is_complete"), [(980, True), (979, False)])
def test_two_of_a_hundred_may_lack(found: int, is_complete: bool) -> None:
    assert count(Counter("文" * 1000), Counter("文" * found)).is_complete == is_complete


@pytest.mark.parametrize(
    ("wanted", "found", "is_complete"), [(10, 7, True), (10, 6, False), (2, 1, True), (1, 0, False)]
)
def test_of_a_few_three_may_lack_and_no_more_than_half(wanted: int, found: int, is_complete: bool) -> None:
    assert count(Counter("文" * wanted), Counter("文" * found)).is_complete == is_complete


def test_a_header_lacks_for_itself_however_long_the_text_is() -> None:
    text, header = Counter("文" * 10_000), Counter("青岚市数据局")
    assert not count(text, text, margins=header).is_complete
    # Each is wanted once; pages repeat them.
    assert count(text, text + header + header, margins=header).is_complete
    assert count(text, text + header, margins=header).total == (10_006, 10_006)


def test_of_what_may_be_cut_off_a_part_is_enough() -> None:
    row = Counter("第一行第二行第三行")
    assert count(Counter(), Counter("第一行"), cut_off=row).is_complete
    assert not count(Counter(), Counter(), cut_off=row).is_complete
    assert not count(Counter(), Counter("一"), cut_off=Counter("一" + "a" * 8)).is_complete
    # Of very little all may be cut off.
    assert count(Counter(), Counter(), cut_off=Counter("一二三")).is_complete
    # What other text needs is not taken for it.
    assert not count(row, row, cut_off=row).is_complete


def test_an_empty_document_is_complete() -> None:
    assert count(Counter(), Counter("1")).is_complete
