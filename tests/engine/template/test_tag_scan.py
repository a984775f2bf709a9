"""Tags of language 2 are found in a text; what is no tag is left out."""

import pytest

from docops_flask.engine.template.tag_scan import find_tags


def _found(text: str) -> list[tuple[str, str, str]]:
    return [(each.kind.value, text[each.start : each.end], each.name) for each in find_tags(text)]


@pytest.mark.parametrize(
    "tag",
    [
        "【甲方】",
        "【title】",
        "【A_1】",
        "【 甲方 】",
        "【=甲方】",
        "【甲方|日期】",
        "【a.b】",
        "【合同．编号】",
        "【Ñandú】",
        "【@A 40mm】",
        "【□A】",
    ],
)
def test_fields(tag: str) -> None:
    assert _found(f"x{tag}y") == [("placeholder", tag, tag[1:-1])]


@pytest.mark.parametrize("tag", ["【#A】", "【/A】", "【?A】", "【否则】", "【--x】", "【字段：A】"])
def test_other_tags(tag: str) -> None:
    assert _found(tag) == [("UNSUPPORTED_TAG", tag, tag[1:-1])]


@pytest.mark.parametrize(
    "text",
    [
        "【】",
        "【　】",
        "【2026年会议】",
        "【1】",
        "【#1】",
        "【？】",
        "【！】",
        "【注意！】",
        "【甲方",
        "乙方】",
        "【如有疑问，请联系】",
    ],
)
def test_text(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "shown", "name"),
    [
        ("【meeting-title】", "malformed", "【meeting-title】", "meeting-title"),
        ("【MEETING TITLE】", "malformed", "【MEETING TITLE】", "MEETING TITLE"),
        ("【2026_A】", "malformed", "【2026_A】", "2026_A"),
        ("【甲\n方】", "malformed", "【甲\n方】", None),
        ("【TITLE is", "unclosed", "【TITLE is", "TITLE is"),
        ("【#ITEMS", "unclosed", "【#ITEMS", "ITEMS"),
        ("【／MEETING_ITEMS and", "unclosed", "【／MEETING_ITEMS", "MEETING_ITEMS"),
        ("TITLE】", "unopened", "TITLE】", "TITLE"),
        ("【TI\u200fTLE】", "bidirectional", "【TI\u200fTLE】", "TITLE"),
        ("【#ITEMS ROWS】", "BAD_TAG", "【#ITEMS ROWS】", "#ITEMS ROWS"),
    ],
)
def test_what_looks_like_a_tag_is_told(text: str, kind: str, shown: str, name: str | None) -> None:
    if name is None:
        assert _found(text) == []
    else:
        assert _found(text) == [(kind, shown, name)]


def test_characters_without_width_are_no_part_of_a_name() -> None:
    assert _found("【甲\u200b方】【T\u00adX】") == [
        ("placeholder", "【甲\u200b方】", "甲方"),
        ("placeholder", "【T\u00adX】", "TX"),
    ]


def test_each_bracket_is_read_once() -> None:
    assert _found("【【甲方】】【A【B】") == [
        ("placeholder", "【甲方】", "甲方"),
        ("unclosed", "【A", "A"),
        ("placeholder", "【B】", "B"),
    ]
