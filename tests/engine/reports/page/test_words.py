"""Styles have the names that Word shows; every rule and every text has its words in both languages."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.checks.registry import CODES
from docops_flask.engine.policy.policy import KEYS, PageRules, RoleRules, TextRules
from docops_flask.engine.reports.page import words as words_module
from docops_flask.engine.reports.page.words import Words

EN, ZH = Words("en"), Words("zh")
FOLDER = Path(words_module.__file__).parent


@pytest.mark.parametrize(
    ("in_the_file", "english", "chinese"),
    [
        ("Normal", "Normal", "正文"),
        ("heading 1", "Heading 1", "标题 1"),
        ("heading 9", "Heading 9", "标题 9"),
        ("heading 1,H1", "Heading 1", "标题 1"),
        ("HEADING 2", "Heading 2", "标题 2"),
        ("toc 3", "TOC 3", "目录 3"),
        ("Body Text Indent 2", "Body Text Indent 2", "正文文本缩进 2"),
        ("annotation text", "Comment Text", "批注文字"),
        ("Table Grid", "Table Grid", "网格型"),
        ("Light List Accent 1", "Light List Accent 1", "浅色列表 着色 1"),
        ("Grid Table 4 - Accent 2", "Grid Table 4 Accent 2", "网格表 4 着色 2"),
        ("Heading 1 Char", "Heading 1 Char", "标题 1 字符"),
        # WPS writes the Chinese names into the file.
        ("正文", "Normal", "正文"),
        ("标题 3", "Heading 3", "标题 3"),
        # An author's own names stay as they are.
        ("公文正文", "公文正文", "公文正文"),
        ("My Style 2", "My Style 2", "My Style 2"),
    ],
)
def test_a_style_has_the_name_that_word_shows(in_the_file: str, english: str, chinese: str) -> None:
    assert (EN.style(in_the_file), ZH.style(in_the_file)) == (english, chinese)


@pytest.mark.parametrize(
    ("origin", "english", "chinese"),
    [
        ("direct", "the place itself", "该处的直接格式"),
        ("style Normal", "style “Normal”", "样式“正文”"),
        ("style heading 1", "style “Heading 1”", "样式“标题 1”"),
        ("table style Table Grid", "table style “Table Grid”", "表格样式“网格型”"),
        ("table style Mine (firstRow)", "table style “Mine”, first row", "表格样式“Mine”的首行"),
        ("numbering 3 level 0", "the list", "列表编号"),
        ("docDefaults", "the defaults of the document", "文档默认格式"),
        ("something new", "something new", "something new"),
    ],
)
def test_the_place_that_specifies_a_value_is_told(origin: str, english: str, chinese: str) -> None:
    assert (EN.origin(origin), ZH.origin(origin)) == (english, chinese)


def test_every_rule_of_a_policy_has_its_words() -> None:
    named = {name for kind in (RoleRules, PageRules, TextRules) for name in kind._fields}

    assert [key for key in named | set(KEYS) if EN.rule("", key) is None] == []


def test_every_code_without_a_policy_has_its_words() -> None:
    alone = {code for code in CODES if not code.startswith(("ROLE_", "PAGE_")) and code.endswith("_MISMATCH")}

    assert [code for code in alone if EN.rule(code, None) is None] == []


def test_advice_and_kinds_of_rules_exist() -> None:
    words = tomllib.loads((FOLDER / "words.toml").read_text("utf-8"))
    advice = {rule.get("advice") for rule in words["rules"].values()} - {None}

    assert advice <= set(words["advice"])
    assert set(words["codes"].values()) <= set(words["rules"])


def test_both_languages_fill_the_same_values_into_a_text() -> None:
    for file in ("words.toml", "style_names.toml"):
        for name, (english, chinese) in _pairs(tomllib.loads((FOLDER / file).read_text("utf-8"))):
            assert _names(english) == _names(chinese), name
            assert english.strip(), name
            assert chinese.strip(), name
            assert english.count("#") == chinese.count("#"), name


def _names(text: str) -> list[str]:
    return sorted(name.partition(":")[0] for name in re.findall(r"\{(.*?)\}", text))


def _pairs(words: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, value in words.items():
        if isinstance(value, dict):
            yield from _pairs(value)
        elif isinstance(value, list):
            yield name, value
