"""Which formats may stand one behind the other."""

import pytest

from docops_flask.engine.template.formats.chains import misfit_of
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag


def _misfit(inner: str) -> str | None:
    tag = read_tag(inner)
    assert isinstance(tag, Tag)
    return misfit_of(tag.formats, of_number=tag.kind is TagKind.NUMBER)


@pytest.mark.parametrize(
    "inner",
    ["A|大写", "A|0.0|大写", "A|#,##0|中文数", "A|yyyy|中文数", "A|yyyy-MM-dd|日期", "A|缺省:x|大写|可空",
     "A|日期|换行", "A|富文本|可空", "A|前:x|分隔:、|后:y", "A|0.0|前:x|后:y", "A|缺省:x|RICH",
     "A|分隔:、|换行", "A|无|大写", "#|圈码", "#|0|字母", ".|日期", "A|大写|无"],
)  # fmt: skip
def test_formats_that_may_work(inner: str) -> None:
    assert _misfit(inner) is None


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ("A|大写|日期", "日期 takes a date, and what 大写 writes is none"),
        ("A|日期|大写", "大写 takes a number, and what 日期 writes is none"),
        ("A|日期|可空|圈码", "圈码 takes a whole number, and what 日期 writes is none"),
        ("A|大写|大写", "大写 takes a number, and what 大写 writes is none"),
        ("A|0%|0.0", "0.0 takes a number, and what 0% writes is none"),
        ("A|0.0|HH:mm", "HH:mm takes a date, and what 0.0 writes is none"),
        ("A|大写|分隔:、", "分隔:、 takes a list, and what 大写 writes is none"),
        ("A|分隔:、|大写", "大写 takes a number, and what 分隔:、 writes is none"),
        ("#|日期", "日期 takes a date, and the number of a copy is none"),
        ("A|前:x|#,##0", "#,##0 takes a number, and what 前:x writes is none"),
        ("A|后:元|日期", "日期 takes a date, and what 后:元 writes is none"),
        ("A|富文本|大写字母", "大写字母 takes a text, and 富文本 puts one with marks into the document"),
        ("A|前:Dear |RICH", "前:Dear  takes a text, and RICH puts one with marks into the document"),
        ("A|富文本|换行", "换行 takes a text, and 富文本 puts one with marks into the document"),
        ("A|富文本|二维码", "二维码 takes a text, and 富文本 puts one with marks into the document"),
        ("上级.#|分隔:、", "分隔:、 takes a list, and the number of a copy is none"),
    ],
)
def test_formats_that_never_do(inner: str, told: str) -> None:
    assert _misfit(inner) == told
