"""Values: lists are joined as their paragraph asks for, and one newline at the end is dropped."""

import pytest

from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.values import build_values
from tests.engine.story_parts import body_part
from tests.factories import p

_LABEL = Bilingual("", "")


def skill(separator: str | None = None, *, required: bool = False) -> Skill:
    fields = (
        Field("names", _LABEL, "list", required, "NAMES", ("x",), _LABEL, separator),
        Field("text", _LABEL, "text", required, "TEXT", "x", _LABEL),
    )
    return Skill("s", _LABEL, _LABEL, fields)


def paragraph(text: str) -> ParagraphPlace:
    return walk_stories([body_part(p(text))], 1).paragraphs[0]


@pytest.mark.parametrize(
    "text", ["参加人员：【NAMES】", "【NAMES】〇", "㐀【NAMES】", "【NAMES】𠀀", "x【NAMES】(人)"]
)
def test_a_list_without_a_separator_is_joined_by_a_chinese_comma_beside_an_ideograph(text: str) -> None:
    values = build_values(skill(), {"names": ["a", "b"], "text": "c"})
    assert values.texts_in(paragraph(text)) == {"NAMES": "a、b", "TEXT": "c"}


@pytest.mark.parametrize("text", ["【NAMES】", "To: 【NAMES】", "【NAMES】。", "かな【NAMES】"])
def test_elsewhere_it_is_joined_by_a_comma(text: str) -> None:
    values = build_values(skill(), {"names": ["甲", "乙"]})
    assert values.texts_in(paragraph(text)) == {"NAMES": "甲, 乙"}


@pytest.mark.parametrize(
    ("text", "language", "joined"),
    [
        ("人员【NAMES】", "en", "a、b"),
        ("【NAMES】 present", "zh", "a, b"),
        ("【NAMES】", "zh", "a、b"),
        ("【NAMES】", "en", "a, b"),
        ("【NAMES】: 【TEXT】", "zh", "a、b"),
    ],
)
def test_outside_paragraphs_the_text_around_decides_or_the_language_of_the_document(
    text: str, language: Language, joined: str
) -> None:
    values = build_values(skill(), {"names": ["a", "b"], "text": "c"})
    assert values.texts_outside(text, lambda: language) == {"NAMES": joined, "TEXT": "c"}


@pytest.mark.parametrize("separator", [", ", ";", "\n", ""])
def test_a_separator_of_the_skill_decides_everywhere(separator: str) -> None:
    values = build_values(skill(separator), {"names": ["a", "b"]})
    assert values.texts_in(paragraph("人员【NAMES】")) == {"NAMES": f"a{separator}b"}


def test_a_list_of_one_item_is_that_item_everywhere() -> None:
    values = build_values(skill(), {"names": ["a"]})
    assert values.texts_in(paragraph("人员【NAMES】")) is values


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a\n", "a"),
        ("a\r\n", "a"),
        ("a\r", "a"),
        ("a\n\n", "a\n"),
        ("a\r\n\r", "a\n"),
        ("\na", "\na"),
        ("a\nb", "a\nb"),
        ("\n", ""),
    ],
)
def test_one_newline_at_the_end_of_a_value_is_dropped(given: str, text: str) -> None:
    values = build_values(skill(), {"text": given})
    assert values == {"TEXT": text}
    assert values.shortened == ({"TEXT"} if given[-1] in "\r\n" else frozenset())


def test_the_newline_at_the_end_of_the_last_item_is_dropped_too() -> None:
    values = build_values(skill(), {"names": ["a\n", "b\n"]})
    assert values == {"NAMES": "a\n, b"}
    assert values.texts_in(paragraph("人【NAMES】")) == {"NAMES": "a\n、b"}


def test_a_required_value_of_white_space_is_not_given() -> None:
    assert build_values(skill(required=True), {"text": " \n", "names": ["", " "]}) == {"NAMES": ",  "}
    assert build_values(skill(required=True), {"text": "\n", "names": [""]}) == {}


def test_an_optional_value_without_text_is_empty() -> None:
    assert build_values(skill(), {"text": "", "names": []}) == {"TEXT": "", "NAMES": ""}
