"""What a bracketed text means in template language 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.template.formats.table import Format
from docops_flask.engine.template.tag_kinds import BadTag, Declared, Extent, Path, Size, Tag, TagKind
from docops_flask.engine.template.tags import read_tag


def _path(*names: str, up: int = 0, is_root: bool = False) -> Path:
    return Path(names, up, is_root)


ITEMS, PHONE, SEAL, FIRST_PARTY = _path("项目"), _path("电话"), _path("公章"), _path("甲方")


@pytest.mark.parametrize(
    ("inner", "tag"),
    [
        ("#项目", Tag(TagKind.EACH, ITEMS)),
        (" ＃ 项目　", Tag(TagKind.EACH, ITEMS)),
        ("循环 项目", Tag(TagKind.EACH, ITEMS)),
        ("EACH:项目", Tag(TagKind.EACH, ITEMS)),
        ("#项目 行 续号|可空",
            Tag(TagKind.EACH, ITEMS, extent=Extent.ROWS, numbering="continue", is_optional=True)),
        ("#项目：表", Tag(TagKind.EACH, ITEMS, extent=Extent.TABLE)),
        ("#订单.项目 RESTART", Tag(TagKind.EACH, _path("订单", "项目"), numbering="restart")),
        ("?电话", Tag(TagKind.IF, PHONE)),
        ("如有 电话", Tag(TagKind.IF, PHONE)),
        ("？电话 段", Tag(TagKind.IF, PHONE, extent=Extent.PARAGRAPHS)),
        ("!电话", Tag(TagKind.UNLESS, PHONE)),
        ("UNLESS 电话|可空", Tag(TagKind.UNLESS, PHONE, is_optional=True)),
        ("?电话=1|2", Tag(TagKind.IF, PHONE, "=", ("1", "2"))),
        ("?电话 <> “1 段”", Tag(TagKind.IF, PHONE, "≠", ("1 段",))),
        ("?电话≥10 段|可空",
         Tag(TagKind.IF, PHONE, "≥", ("10",), extent=Extent.PARAGRAPHS, is_optional=True)),
        ("?电话＝是", Tag(TagKind.IF, PHONE, "=", ("是",))),
        ("?首项", Tag(TagKind.IF, copy="first")),
        ("如无 末项", Tag(TagKind.UNLESS, copy="last")),
        ("/", Tag(TagKind.END)),
        ("/项目", Tag(TagKind.END, ITEMS)),
        ("完 项目", Tag(TagKind.END, ITEMS)),
        ("否则", Tag(TagKind.ELSE)),
        ("BETWEEN", Tag(TagKind.BETWEEN)),
        ("合并", Tag(TagKind.MERGE)),
        ("MERGE", Tag(TagKind.MERGE)),
        ("#", Tag(TagKind.NUMBER)),
        ("上级.#|圈码", Tag(TagKind.NUMBER, _path(up=1), formats=(Format("圈码"),))),
        (".", Tag(TagKind.ITEM)),
        ("本项|大写", Tag(TagKind.ITEM, formats=(Format("大写"),))),
        ("@公章", Tag(TagKind.PICTURE, SEAL)),
        ("图片 公章 40mm|可空", Tag(TagKind.PICTURE, SEAL, size=Size(40), is_optional=True)),
        ("@公章 40x30.5mm", Tag(TagKind.PICTURE, SEAL, size=Size(40, 30.5))),
        ("□性别=男", Tag(TagKind.CHECK, _path("性别"), "=", ("男",))),
        ("勾选 性别", Tag(TagKind.CHECK, _path("性别"))),
        ("-- a remark", Tag(TagKind.REMARK)),
        ("——备注", Tag(TagKind.REMARK)),
        (
            "字段：甲方、电话 日期",
            Tag(TagKind.DECLARE, declared=(Declared(FIRST_PARTY, "text"), Declared(PHONE, "date"))),
        ),
        ("甲方", Tag(TagKind.FIELD, FIRST_PARTY)),
        ("NAME", Tag(TagKind.FIELD, _path("NAME"))),
        ("name", Tag(TagKind.FIELD, _path("name"))),
        ("=甲方", Tag(TagKind.FIELD, FIRST_PARTY, is_explicit=True)),
        ("甲方|日期", Tag(TagKind.FIELD, FIRST_PARTY, formats=(Format("日期"),), is_explicit=True)),
        ("甲方|日起", Tag(TagKind.FIELD, FIRST_PARTY, formats=(Format("日起"),))),
        ("全文.甲方", Tag(TagKind.FIELD, _path("甲方", is_root=True))),
        ("UP.上级.甲方", Tag(TagKind.FIELD, _path("甲方", up=2))),
        ("甲方|缺省:a:b",
         Tag(TagKind.FIELD, FIRST_PARTY, formats=(Format("缺省", "a:b"),), is_explicit=True)),
    ],
)  # fmt: skip
def test_a_tag(inner: str, tag: Tag) -> None:
    assert read_tag(inner) == tag


@pytest.mark.parametrize(
    "inner",
    [
        "", "　", "？", "！", "#1", "2026年会议", "２０２６年", "ＮＡＭＥ", "MEETING TITLE", "meeting-title",
        "END.A", "MERGE x", "合并:x", "?a b c", "?A=", "?A==1", "?A = = 1", "？A＝＝1", "?A=>1", "□A==1",
        "?A=1|=2", "A" * 65, "-" + "A", "A..B", "a|" + "|".join("bcdef"),
        "字段：", "字段：（见附件）", "字段 甲方 什么", "--" + "x" * 255,
    ],
)  # fmt: skip
def test_what_is_text_or_a_name_spelled_wrong(inner: str) -> None:
    assert read_tag(inner) is None


@pytest.mark.parametrize("word", ["如有疑问", "循环经济", "图片说明", "字段", "完整", "本项目"])
def test_a_word_needs_a_blank_or_a_colon_behind_it(word: str) -> None:
    assert read_tag(word) == Tag(TagKind.FIELD, _path(word))


@pytest.mark.parametrize(
    "inner", ["#ITEMS ROWS", "#A|foo", "@A 40", "/A B", "^A B C", "#" + "A" * 65, "@公章 0mm"]
)
def test_a_sign_before_a_letter_with_a_rest_that_cannot_be_read(inner: str) -> None:
    assert isinstance(read_tag(inner), BadTag)


@pytest.mark.parametrize(
    "inner", ["字段：甲方 什么", "FIELDS: A TXT", "字段：甲方、1号 日期", "字段：甲方 日期 可空"]
)
def test_a_declaration_that_cannot_be_read_is_told(inner: str) -> None:
    tag = read_tag(inner)
    assert isinstance(tag, BadTag)
    assert "【字段：NAME、NAME 日期】" in tag.accepted


def test_a_name_has_at_most_64_characters() -> None:
    assert read_tag("甲" * 64) == Tag(TagKind.FIELD, _path("甲" * 64))
    assert read_tag("甲" * 65) is None


@pytest.mark.parametrize("mark", ["\u200e", "\u202e", "\u2066"])
def test_a_direction_mark_is_no_part_of_a_name(mark: str) -> None:
    assert read_tag(f"甲{mark}方") is None


@given(
    st.text(
        alphabet=st.sampled_from('#?^!/@□=.|:,;<>≠ 甲方AB1_mx“”"\n　字段上级全文循环如有日期可空缺省'),
        max_size=40,
    )
)
def test_any_text_is_read(inner: str) -> None:
    tag = read_tag(inner)
    if isinstance(tag, Tag) and tag.path is not None and tag.path.names:
        assert read_tag("=" + str(tag.path)) is not None
