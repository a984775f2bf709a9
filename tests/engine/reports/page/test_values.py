"""Values are told as people know them from Word: sizes by name, lengths in points, line spacing in lines."""

import pytest

from docops_flask.engine.reports.page.values import value_words
from docops_flask.engine.reports.page.words import Words


@pytest.mark.parametrize(
    ("kind", "value", "english", "chinese"),
    [
        ("size", 16, "16 pt (三号)", "三号（16 磅）"),
        ("size", 10.5, "10.5 pt (五号)", "五号（10.5 磅）"),
        ("size", 13, "13 pt", "13 磅"),
        ("size", None, "not set", "未设定"),
        ("line_spacing", "exact 28 pt", "exactly 28 pt", "固定值 28 磅"),
        ("line_spacing", "at least 20 pt", "at least 20 pt", "最小值 20 磅"),
        ("line_spacing", "1.5 lines", "1.5 lines", "1.5 倍行距"),
        ("line_spacing", "1 lines", "single", "单倍行距"),
        ("line_spacing", "560 exact", "exactly 28 pt", "固定值 28 磅"),
        ("line_spacing", "240 auto", "single", "单倍行距"),
        ("line_spacing", "a word", "a word", "a word"),
        ("indent", 420, "21 pt (0.74 cm)", "21 磅（0.74 厘米）"),
        ("indent", -420, "hanging 21 pt (0.74 cm)", "悬挂 21 磅（0.74 厘米）"),
        ("indent", 0, "none", "无"),
        ("indent", "2 characters", "2 characters", "2 字符"),
        ("indent", "640 twips", "32 pt (1.13 cm)", "32 磅（1.13 厘米）"),
        ("measure", "0.5 lines", "0.5 lines", "0.5 行"),
        ("measure", "37 mm", "37 mm", "37 毫米"),
        ("measure", "2.8 cm", "2.8 cm", "2.8 厘米"),
        ("measure", "6 pt", "6 pt", "6 磅"),
        ("lines", 22, "22 lines", "22 行"),
        ("count", 28, "28", "28 字"),
        ("font", "仿宋 or the like", "仿宋 or the like", "仿宋或同类字体"),
        ("font", "theme:minorEastAsia", "font of the theme", "主题字体"),
        # A font may have the name of another thing.
        ("font", "black", "black", "black"),
        ("word", "center or distribute", "centred or distributed", "居中或分散对齐"),
        ("word", "not bold", "not bold", "不加粗"),
        ("word", "theme:text2", "colour of the theme", "主题颜色"),
        ("word", "00FF00", "00FF00", "00FF00"),
        ("word", True, "yes", "是"),
        ("allowed", "numId 3", "automatic number", "自动编号"),
        ("allowed", True, "not allowed", "不允许"),
        ("text", "2026年1月5日", "2026年1月5日", "2026年1月5日"),
        ("text", [" ", "\u3000", "*"], "space full-width space *", "空格 全角空格 *"),
    ],
)
def test_a_value_in_words(kind: str, value: object, english: str, chinese: str) -> None:
    shown = value_words(Words("en"), kind, value), value_words(Words("zh"), kind, value)

    assert shown == (english, chinese)


@pytest.mark.parametrize(
    ("line_rule", "chinese"), [("exact", "固定值 18 磅"), ("atLeast", "最小值 18 磅"), (None, "1.5 倍行距")]
)
def test_a_line_spacing_without_its_rule_is_told_by_that_of_the_document(
    line_rule: str | None, chinese: str
) -> None:
    assert value_words(Words("zh"), "line_spacing", 360, line_rule) == chinese
