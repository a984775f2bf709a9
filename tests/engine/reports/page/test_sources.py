"""Where a value comes from is told in Chinese too; names of styles and parts stay as they are."""

import pytest

from docops_flask.engine.reports.page.words import describe_source


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        ("direct formatting, word/document.xml", "直接设置，word/document.xml"),
        ("direct", "直接设置"),
        ("style 首段, basedOn Normal, word/styles.xml", "样式“首段”，基于“Normal”，word/styles.xml"),
        (
            "style A, 12 styles between, basedOn B, word/styles.xml",
            "样式“A”，中间另有 12 个样式，基于“B”，word/styles.xml",
        ),
        ("table style Grid (firstRow), word/styles.xml", "表格样式“Grid”（firstRow），word/styles.xml"),
        ("table style Grid, word/styles.xml", "表格样式“Grid”，word/styles.xml"),
        ("numbering 3 level 0, word/numbering.xml", "编号 3 level 0，word/numbering.xml"),
        (
            "docDefaults, word/styles.xml, theme font minorEastAsia, no theme",
            "文档默认值，word/styles.xml，主题字体 minorEastAsia，文档没有主题",
        ),
    ],
)
def test_each_piece_of_a_source_has_its_words(source: str, chinese: str) -> None:
    words = describe_source(source)

    assert words is not None
    assert (words.en, words.zh) == (source, chinese)


def test_a_value_that_nothing_states_has_no_source() -> None:
    assert describe_source(None) is None
