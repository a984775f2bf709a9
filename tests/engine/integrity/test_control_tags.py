"""The proof reads the tags of blocks by code of its own, and as the code that fills does."""

import random

import pytest

from docops_flask.engine.integrity.control_tags import ControlTag, Path, control_tag
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag

_PARTS = (
    "#", "?", "^", "!", "/", "＃", "？", "！", "／", "@", "□", "=", "＝", "A", "AB", "甲方", "1", "_x",
    "循环", "EACH", "如有", "IF", "如无", "完", "END", "否则", "间隔", "ELSE", "字段", "FIELDS", ":", "：",
    "、", "，", " ", "\t", "\u3000", "\n", "段", "行", "P", "ROW", "续号", "RESTART", "|", "｜", "可空",
    "首项", "LAST", "<", ">", "≠", "!=", "＜", "＞", "≥", ">=", "x", "“a”", '"b"', "上级", "UP", "全文",
    "DOC", ".", "．", "本项", "ITEM", "--", "——", "文本", "图片", "缺省:x", "日期", "Ａ", "#A", "?A", "/A",
)  # fmt: skip
_EXTENTS = {"段": "paragraphs", "行": "rows", "列": "columns", "表": "table", "内": "content"}
_COPIES = {"first": "首项", "last": "末项", None: None}
_KINDS = frozenset(("each", "if", "unless", "end", "else", "between", "remark", "declare"))


@pytest.mark.parametrize(
    ("inner", "tag"),
    [
        ("#采购项", ControlTag("each", Path(("采购项",)))),
        ("循环 上级.A 行 重号|可空", ControlTag(
            "each", Path(("A",), 1), extent="rows", numbering="restart", is_optional=True)),
        ("？全文.附件", ControlTag("if", Path(("附件",), 0, is_root=True))),
        ("?A>=5|“x 段” 段", ControlTag(
            "if", Path(("A",)), operator="≥", literals=("5", "x 段"), extent="paragraphs")),
        ("如无 末项", ControlTag("unless", copy="末项")),
        ("/", ControlTag("end")),
        ("完 A.B", ControlTag("end", Path(("A", "B")))),
        ("否则", ControlTag("else")),
        ("--note", ControlTag("remark")),
        ("字段：A、B 日期", ControlTag("declare")),
        ("#", None),
        ("#|圈码", None),
        ("甲方", None),
        ("#ITEMS ROWS", None),
        ("？", None),
        ("?A==1", None),
        ("?A = >1", None),
        ("?A=1|＝2", None),
        ("?A=“=1”", ControlTag("if", Path(("A",)), operator="=", literals=("=1",))),
    ],
)  # fmt: skip
def test_the_tags_of_blocks(inner: str, tag: ControlTag | None) -> None:
    assert control_tag(inner) == tag


def _as_filled(inner: str) -> tuple[object, ...] | None:
    tag = read_tag(inner)
    if not isinstance(tag, Tag) or tag.kind.value not in _KINDS:
        return None
    extent = None if tag.extent is None else _EXTENTS[tag.extent.value]
    path = None if tag.path is None else tuple(tag.path)
    return (
        tag.kind.value, path, _COPIES[tag.copy], tag.operator, tag.literals, extent, tag.numbering,
        tag.is_optional,
    )  # fmt: skip


def test_both_read_whatever_may_stand_in_brackets_the_same() -> None:
    random_ = random.Random(1)
    found = 0
    for _ in range(20_000):
        inner = "".join(random_.choices(_PARTS, k=random_.randrange(1, 7)))
        tag = control_tag(inner)
        own = None if tag is None else (tag.kind, tag.path and tuple(tag.path), *tag[2:])
        assert own == _as_filled(inner), inner
        found += tag is not None
    assert found > 500
