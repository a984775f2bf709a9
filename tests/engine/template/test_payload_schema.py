"""What a payload has to hold, told from tags."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docops_flask.engine.template.blocks.pairing import PlacedTag, pair_tags
from docops_flask.engine.template.json_schema import json_schema, sample_payload
from docops_flask.engine.template.payload_schema import PayloadShape, tree_of
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag


def _shape(text: str) -> PayloadShape:
    tags = []
    for number, inner in enumerate(re.findall("【([^【】]*)】", text)):
        tag = read_tag(inner)
        assert isinstance(tag, Tag), inner
        tags.append(PlacedTag(tag, f"【{inner}】", number))
    paired = pair_tags(tags)
    assert not paired.faults
    shape = PayloadShape()
    shape.use(paired.nodes)
    return shape


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("【A】【甲方】", {"A": "text", "甲方": "text"}),
        ("【A.B】【A.C|日期】", {"A": {"B": "text", "C": "date"}}),
        ("【#项】【品名】【金额|#,##0.00】【/项】", {"项": [{"品名": "text", "金额": "number"}]}),
        ("【#项】【.】【/项】", {"项": ["text"]}),
        ("【#项】x【/项】", {"项": [{}]}),
        ("【#A】【#B】【UP.C】【全文.D】【/B】【/A】", {"A": [{"B": [{}], "C": "text"}], "D": "text"}),
        ("【字段：参会 列表】【参会】", {"参会": "texts"}),
        ("【?A】x【/A】", {"A": "condition"}),
        ("【?A】【A】【/A】", {"A": "text"}),
        ("【?A≥10】x【/A】", {"A": "number"}),
        ("【?A=是】x【/A】", {"A": "choice"}),
        ("【?A>2026-01-01】x【/A】", {"A": "date"}),
        ("【□A】【@B 40mm】", {"A": "bool", "B": "image"}),
        ("【A|分隔:、】【#A】【.】【/A】", {"A": ["text"]}),
        ("【字段：A 日期、B】", {"A": "date", "B": "text"}),
        ("【#A】【B】【否则】【B】【/A】", {"A": [{"B": "text"}], "B": "text"}),
        # A declaration without a type excludes no use.
        (
            "【字段：A、C、D】【A.B】【#C】【.】【/C】【@D】",
            {"A": {"B": "text"}, "C": ["text"], "D": "image"},
        ),
    ],
)
def test_names_and_kinds(text: str, tree: dict[str, Any]) -> None:
    shape = _shape(text)
    assert tree_of(shape.root) == tree
    assert not shape.faults
    assert not list(shape.conflicts())


@pytest.mark.parametrize(
    ("text", "required"),
    [
        ("【A】【B|缺省:x】【C|可空】", {"A"}),
        ("【?A】x【/A】【?B】【B】【/B】【?C】【D】【/C】", {"D"}),
        ("【#A】x【/A】【#B|可空】x【/B】【#C】x【否则】y【/C】", {"A"}),
        ("【?A】【A】【/A】【A】", {"A"}),
        ("【?A=1】x【/A】【?B=1|可空】x【/B】", {"A"}),
    ],
)
def test_what_a_task_has_to_give(text: str, required: set[str]) -> None:
    names = _shape(text).root.names
    assert {name for name, entry in names.items() if entry.is_required} == required


@pytest.mark.parametrize(
    "text",
    ["【A】【#A】【B】【/A】", "【A|日期】【A|0.00】", "【@A】【A】", "【A.B】【A】", "【#A】【/A】【A.B】"],
)
def test_uses_that_exclude_one_another(text: str) -> None:
    assert {each.name for each in _shape(text).conflicts()} == {"A"}


@pytest.mark.parametrize(
    ("text", "conflicting"),
    [
        # An item with names is an object, which is no text and cannot be joined.
        ("【#A】【N】【.】【/A】", {"."}),
        ("【#A】【?N】x【/】【/A】【#A】【.】【/A】", {"."}),
        ("【A|分隔:、】【#A】【N】【/A】", {"A"}),
        ("【字段：A 列表】【A】【#A】【N】【/A】", {"A"}),
        # Lists of texts, and a list of objects that is declared as a list.
        ("【A|分隔:、】【#A】【.】【/A】", set()),
        ("【字段：A 列表】【A】【#A】【.】【/A】", set()),
        ("【字段：A 列表】【#A】【N】【/A】", set()),
    ],
)
def test_items_are_texts_or_objects(text: str, conflicting: set[str]) -> None:
    assert {each.name for each in _shape(text).conflicts()} == conflicting


@pytest.mark.parametrize(
    "text",
    [
        "【#】",
        "【.】",
        "【上级.A】",
        "【?首项】x【/】",
        "【#A】【上级.上级.B】【/A】",
        "【#A】【上级.#】【/A】",
    ],
)
def test_a_tag_outside_the_lists_it_asks_for(text: str) -> None:
    assert len(_shape(text).faults) == 1


def test_the_schema_is_sound_and_the_sample_fits_it() -> None:
    shape = _shape(
        "【A】【B|日期】【C|大写】【D|HH:mm】【E.F】【@G】【□H】【?I】x【/I】【J|分隔:、】【K|圈码】"
        "【#L】【#】【M】【#N】【.】【/N】【/L】"
    )
    schema = json_schema(shape.root, ["注意"])
    Draft202012Validator.check_schema(schema)
    sample = sample_payload(shape.root)
    Draft202012Validator(schema).validate(sample)
    assert sample["L"] == [{"M": "M 1", "N": ["N 1", "N 2"]}, {"M": "M 2", "N": ["N 1", "N 2"]}]
    assert schema["properties"]["注意"]["x-docops-undeclared"] is True
    assert "x-docops-required" not in schema["properties"]["注意"]
    with pytest.raises(Exception, match="unknown"):
        Draft202012Validator(schema).validate({"unknown": 1})
