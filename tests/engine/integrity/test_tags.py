"""The proof reads the fields of template language 2 by code of its own."""

import pytest

from docops_flask.engine.integrity.plan import is_placeholder
from docops_flask.engine.integrity.tags import path_of_field


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ("甲方", "甲方"),
        (" =甲方 ", "甲方"),
        ("＝甲方｜日期", "甲方"),
        ("a.b|缺省:x|可空", "a.b"),
        ("合同．编号", "合同.编号"),
        ("全文.甲方", "甲方"),
        ("हिन्दी", "हिन्दी"),
        ("#甲方", None),
        ("2甲", None),
        ("甲 方", None),
        ("", None),
        ("甲..乙", None),
        ("甲" * 65, None),
        ("甲|" + "x" * 300, None),
    ],
)
def test_the_path_of_a_field(inner: str, path: str | None) -> None:
    assert path_of_field(inner) == path


@pytest.mark.parametrize(
    ("text", "name", "is_one"),
    [
        ("【甲方】", "甲方", True),
        ("【甲\u200b方|日期】", "甲方", True),
        ("【甲方】", "乙方", False),
        ("甲方", "甲方", False),
        ("【#甲方】", "甲方", False),
        ("【】", "", False),
        ("【title】", "title", True),
        ("【MEETING_TITLE】", "MEETING_TITLE", True),
        ("【MEETING_TITLE】", "meeting_title", False),
    ],
)
def test_a_placeholder_is_one_of_the_field_named(text: str, name: str, is_one: bool) -> None:
    assert is_placeholder(text, name) is is_one
