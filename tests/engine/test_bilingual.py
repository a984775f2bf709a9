"""A text in English and Chinese is one type, wherever the product has such a text."""

from docops_flask.engine.bilingual import Bilingual


def test_a_text_is_told_in_either_language() -> None:
    date = Bilingual("Date", "日期")
    assert (date.text("en"), date.text("zh")) == ("Date", "日期")
    assert date.both() == "Date / 日期"


def test_english_stands_for_what_needs_no_translation() -> None:
    unit = Bilingual("12 pt")
    assert unit == ("12 pt", "")
    assert (unit.text("en"), unit.text("zh")) == ("12 pt", "12 pt")
    assert unit.both() == "12 pt"


def test_values_go_into_both_languages() -> None:
    assert Bilingual("table {}", "表格 {}").format(3) == Bilingual("table 3", "表格 3")
