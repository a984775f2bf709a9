"""Rich values as they are read: a small Markdown, or a list of runs (docs/analysis/rich-values.md)."""

from decimal import Decimal
from typing import Any

import pytest

from docops_flask.engine.integrity.rich.reading import lines_of
from docops_flask.engine.template.rich.given import MAX_RUNS, RichError, rich_paragraphs
from docops_flask.engine.template.rich.markers import marker_of, paragraphs_in


def _shown(value: Any) -> list[str]:
    """Return the paragraphs as short texts: ``bullet1: <b>text</b>``."""
    found = []
    for each in rich_paragraphs(value):
        assert paragraphs_in(marker_of([each])) == [each]
        runs = ""
        for run in each.runs:
            marks = "b" * run.bold + "i" * run.italic + "u" * run.underline
            look = ",".join(filter(None, (marks, run.color, run.link)))
            runs += f"{{{look}:{run.text}}}" if look else run.text
        start = f"={each.start}" if each.kind == "number" else ""
        found.append(runs if each.kind == "text" else f"{each.kind}{each.level}{start} {runs}")
    return found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**粗** *斜* ***都*** __粗__ _斜_", ["{b:粗} {i:斜} {bi:都} {b:粗} {i:斜}"]),
        # Chinese punctuation beside ** is no obstacle, as it is in CommonMark.
        ("请看**注意：**请签字", ["请看{b:注意：}请签字"]),
        ("**“引用”**后，**（一）**甲", ["{b:“引用”}后，{b:（一）}甲"]),
        ("**a *b* c**", ["{b:a }{bi:b}{b: c}"]),
        # What cannot be a mark is text.
        ("2*3*4 = 24, 3 * 4 * 5, a ** b ** c", ["2*3*4 = 24, 3 * 4 * 5, a ** b ** c"]),
        ("合同_编号_表 snake_case_x", ["合同_编号_表 snake_case_x"]),
        ("**未闭合 *也", ["**未闭合 *也"]),
        (r"\*不斜\* \# 1\. \\", ["*不斜* # 1. \\"]),
        ("[说明](https://a.cn/x?y=1)与[**信**](mailto:a@b.cn)", [
            "{https://a.cn/x?y=1:说明}与{b,mailto:a@b.cn:信}"
        ]),
        # Other addresses, pictures and notes are text.
        ("[x](javascript:alert(1)) [x](file:///etc) ![p](https://a.cn/p.png) [1](注)", [
            "[x](javascript:alert(1)) [x](file:///etc) ![p](https://a.cn/p.png) [1](注)"
        ]),
        ("<b>x</b> &amp; <w:br/> `c` > 引 | 表", ["<b>x</b> &amp; <w:br/> `c` > 引 | 表"]),
        ("# 一\n###### 六 ##\n####### 七\n#无", ["heading1 一", "heading6 六", "####### 七", "#无"]),
        ("# a # # \n# # #\n# a#\n# a #\\\nb\n# a #\\\n", [
            "heading1 a #", "heading1 #", "heading1 a#", "heading1 a #\nb", "heading1 a #\n"
        ]),
        ("第一段\n第二段\n\n\n第三段\n", ["第一段", "第二段", "第三段"]),
        ("甲\\\n乙\\", ["甲\n乙\\"]),
        ("- 甲\n  - 乙\n    1. 丙\n  - 丁\n- 戊", [
            "bullet0 甲", "bullet1 乙", "number2=1 丙", "bullet1 丁", "bullet0 戊"
        ]),
        ("3) c\n4. d\n+ e\n* f", ["number0=3 c", "number0=4 d", "bullet0 e", "bullet0 f"]),
        ("一、总则\n（一）范围\n1、目的\n1.目的", ["一、总则", "（一）范围", "1、目的", "1.目的"]),
        ("　　缩进\r\n【甲方】", ["　　缩进", "【甲方】"]),
        ("", []),
        (" \n　", []),
    ],
)  # fmt: skip
def test_markdown(text: str, shown: list[str]) -> None:
    assert _shown(text) == shown
    assert [tuple(each) for each in lines_of(text)] == [tuple(each) for each in rich_paragraphs(text)]


@pytest.mark.parametrize("beside", [" ", " \t", "#", " #"])
def test_headings_take_linear_time(beside: str) -> None:
    text = f"# a{beside * 50_000}b"
    assert [each.text for each in rich_paragraphs(text)] == [text[2:]]
    assert [each.runs[0].text for each in lines_of(text)] == [text[2:]]


def test_a_list_of_runs() -> None:
    runs = [
        {"text": "红", "color": "c00000", "underline": True},
        {"text": "**字**\n"},
        {"text": "链", "link": "https://a.cn", "bold": True, "italic": None},
        {"text": "\n"},
    ]
    assert _shown(runs) == ["{u,C00000:红}**字**", "{b,https://a.cn:链}"]
    assert _shown([]) == []
    assert _shown(Decimal("1.50")) == ["1.50"]


@pytest.mark.parametrize(
    ("value", "step", "message"),
    [
        (True, "", "a text in Markdown or a list of runs"),
        ({"text": "x"}, "", "a text in Markdown or a list of runs"),
        (["x"], "[0]", "a run such as"),
        ([{"text": "x"}, {"text": 1}], "[1].text", "a text"),
        ([{"text": "x", "size": 3}], "[0]", "and no others"),
        ([{"text": "x", "bold": "yes"}], "[0].bold", "true or false"),
        ([{"text": "x", "color": "red"}], "[0].color", "six hexadecimal digits"),
        ([{"text": "x", "link": "javascript:x"}], "[0].link", "https://"),
        ([{"text": "x", "link": "https://a b"}], "[0].link", "https://"),
        ([{"text": "a\ufdd0b"}], "", "noncharacters"),
        ("\n".join("  " * level + "- x" for level in range(10)), "", "nested at most 9 deep"),
        ("**a** b " * MAX_RUNS, "", f"at most {MAX_RUNS} runs"),
    ],
)
def test_what_is_no_rich_value(value: Any, step: str, message: str) -> None:
    with pytest.raises(RichError, match=message.replace("(", "\\(")) as raised:
        rich_paragraphs(value)
    assert raised.value.step == step
