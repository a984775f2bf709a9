"""An address is told in words in the language of the page."""

import pytest

from docops_flask.engine.reports.page.words import Words


@pytest.mark.parametrize(
    ("path", "english", "chinese"),
    [
        ("p3", "Paragraph 4", "第 4 段"),
        ("t0", "Table 1", "表格 1"),
        ("t0.r1.c2.p0", "Table 1, row 2, column 3, paragraph 1", "表格 1，第 2 行，第 3 列，第 1 段"),
        ("header1/p0", "Header 1, paragraph 1", "页眉 1，第 1 段"),
        ("footer/t0", "Footer, table 1", "页脚，表格 1"),
        ("footnotes/n2.p0", "Footnotes, note 2, paragraph 1", "脚注，注释 2，第 1 段"),
        ("textbox0/p1", "Text box 1, paragraph 2", "文本框 1，第 2 段"),
        ("elsewhere/x9", "Elsewhere, x9", "elsewhere，x9"),
    ],
)
def test_addresses_are_told_in_words(path: str, english: str, chinese: str) -> None:
    assert (Words("en").place(path), Words("zh").place(path)) == (english, chinese)
