"""What a template says around its fields, in the schema of an inspection."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect
from tests.factories import docx, p, tbl, tc, tr

Properties = Callable[[str], Any]


@pytest.fixture
def properties(tmp_path: Path) -> Properties:
    """The properties of the schema of a template with a body."""

    def told(content: str) -> Any:
        file = tmp_path / "template.docx"
        file.write_bytes(docx(content))
        return inspect(Job(JobKind.INSPECT, ()), file).as_dict()["schema"]["properties"]

    return told


def test_the_words_before_a_field_are_its_title_and_its_sentence_the_context(properties: Properties) -> None:
    found = properties(p("致：【TO】；采购人（甲方）：【=甲方】，签于【日|日期】。"))
    assert {name: each.get("title") for name, each in found.items()} == {
        "TO": "致",
        "甲方": "采购人（甲方）",
        "日": None,
    }
    assert found["甲方"]["x-docops-context"] == ["致：【TO】；采购人（甲方）：", "，签于【日|日期】。"]
    assert found["日"]["x-docops-format"] == "日期"
    assert "x-docops-format" not in found["TO"]


def test_the_heading_of_a_column_is_the_title_of_the_items_field(
    properties: Properties,
) -> None:
    rows = tbl(
        tr(tc("序号"), tc("品名"), tc("单价（元）")),
        tr(tc("【#项】【#】"), tc("【=名】"), tc("【价|#,##0.00】【/项】")),
    )
    of_items = properties(rows)["项"]["items"]["properties"]
    assert of_items["名"]["title"] == "品名"
    assert (of_items["价"]["title"], of_items["价"]["x-docops-format"]) == ("单价（元）", "#,##0.00")


def test_members_have_words_of_their_own_and_other_tags_no_context(
    properties: Properties,
) -> None:
    found = properties(p("编号：【=合同.编号】") + p("附件：【#附件】【.】【/附件】"))
    assert found["合同"]["properties"]["编号"]["x-docops-context"] == ["编号：", ""]
    assert "x-docops-context" not in found["附件"]


def test_a_heading_is_not_looked_for_without_end(properties: Properties) -> None:
    empty = [tr(tc(""), tc("【MARK】" if number == 0 else "")) for number in range(150)]
    found = properties(tbl(tr(tc("量")), *empty, tr(tc("【SUM】"))))
    assert "title" not in found["SUM"]
