"""Faults of payloads are found with their paths."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest

from docops_flask.engine.template.blocks.pairing import PlacedTag, pair_tags
from docops_flask.engine.template.json_schema import sample_payload
from docops_flask.engine.template.payload_check import MAX_ERRORS, check_payload
from docops_flask.engine.template.payload_schema import PayloadShape, Scope
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag


def _scope(text: str) -> Scope:
    tags = []
    for number, inner in enumerate(re.findall("【([^【】]*)】", text)):
        tag = read_tag(inner)
        assert isinstance(tag, Tag), inner
        tags.append(PlacedTag(tag, f"【{inner}】", number))
    shape = PayloadShape()
    shape.use(pair_tags(tags).nodes)
    return shape.root


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("【A】", {"A": "x"}),
        ("【A】", {}),
        ("【A】", {"A": None}),
        ("【A】", {"A": Decimal("1.50")}),
        ("【A|日期】", {"A": "2026-05-06"}),
        ("【A|日期】", {"A": ""}),
        ("【A|大写】", {"A": "23.50"}),
        ("【#A】【B】【/A】", {"A": []}),
        ("【#A】【B】【/A】", {"A": [{"B": "x"}, {}]}),
        ("【#A】【.】【/A】", {"A": ["x", 1, None]}),
        ("【#A】x【/A】", {"A": [1, "b", {}]}),
        ("【?A】x【/A】", {"A": {"any": [1]}}),
        ("【?A=是】x【/A】", {"A": True}),
        ("【□A】", {"A": False}),
        ("【@A】", {"A": {"png": "aGk=", "alt": None}}),
        ("【A|分隔:、】", {"A": ["x", 2]}),
    ],
)
def test_a_payload_that_fits(text: str, payload: dict[str, Any]) -> None:
    checked = check_payload(payload, _scope(text))
    assert not checked.errors
    assert not checked.unused


@pytest.mark.parametrize(
    ("text", "payload", "path", "wanted"),
    [
        ("【A】", {"A": ["x"]}, "$.payload.A", "a text or a number; it is a list"),
        ("【A】", {"A": True}, "$.payload.A", "a text or a number; it is true"),
        ("【A|大写】", {"A": Decimal("1E+59")}, "$.payload.A", "an amount less than 10.12; it is"),
        ("【A|圈码】", {"A": 51}, "$.payload.A", "a whole number from 1 to 50; it is"),
        ("【A】", {"A": {}}, "$.payload.A", "it is an object"),
        ("【A】", {"A": "a\x00"}, "$.payload.A", "U\\+0000"),
        ("【A|日期】", {"A": "soon"}, "$.payload.A", "a date such as .*; it is another text"),
        ("【A|大写】", {"A": "1000000000000"}, "$.payload.A", "less than 10"),
        ("【A|圈码】", {"A": 51}, "$.payload.A", "1 to 50"),
        ("【#A】【B】【/A】", {"A": ""}, "$.payload.A", "a list; it is an empty text"),
        ("【#A】【B】【/A】", {"A": {"B": 1}}, "$.payload.A", "a list; it is an object"),
        ("【#A】【B】【/A】", {"A": [{"B": 1}, "x"]}, r"$.payload.A[1]", "an object"),
        ("【#A】【B】【/A】", {"A": [{"B": 1}, {"B": []}]}, r"$.payload.A[1].B", "a text"),
        ("【A.B】", {"A": "x"}, "$.payload.A", "an object"),
        ("【A.B】", {"A": {"B": False}}, "$.payload.A.B", "a text"),
        ("【@A】", {"A": "seal.png"}, "$.payload.A", "a picture"),
        ("【@A】", {"A": {"png": "x", "file": "y"}}, "$.payload.A", "a picture"),
        ("【A|分隔:、】", {"A": "x"}, "$.payload.A", "a list of texts"),
        ("【A|分隔:、】", {"A": [{}]}, r"$.payload.A[0]", "a text"),
        ("【□A】", {"A": "yes"}, "$.payload.A", "true or false"),
        ("【?A≥10】x【/A】", {"A": "many"}, "$.payload.A", "a number"),
    ],
)
def test_a_fault_is_named_with_its_path(text: str, payload: dict[str, Any], path: str, wanted: str) -> None:
    (error,) = check_payload(payload, _scope(text)).errors
    assert error.path == path
    assert re.search(wanted, error.message)


def test_an_object_where_a_list_is_wanted_gets_the_way_out() -> None:
    (error,) = check_payload({"A": {"B": 1}}, _scope("【#A】【B】【/A】")).errors
    assert error.suggestion == "Put [ ] around the object."


@pytest.mark.parametrize(
    ("key", "suggestion"),
    [("meeting_title", "MEETING_TITLE"), ("MEETING_TITEL", "MEETING_TITLE"), ("x", None)],
)
def test_a_key_that_is_not_used_comes_with_the_near_miss(key: str, suggestion: str | None) -> None:
    (unused,) = check_payload({key: 1}, _scope("【MEETING_TITLE】")).unused
    assert (unused.path, unused.key, unused.suggestion) == (f"$.payload.{key}", key, suggestion)


@pytest.mark.parametrize(
    ("key", "suggestion"),
    [("甲芳", "甲方"), ("丙方", None), ("合同编码", "合同编号"), ("合同号", "合同编号")],
)
def test_short_names_are_near_when_they_begin_alike(key: str, suggestion: str | None) -> None:
    (unused,) = check_payload({key: 1}, _scope("【=甲方】【=合同编号】")).unused
    assert unused.suggestion == suggestion


def test_keys_of_items_are_compared_with_the_names_in_their_scope() -> None:
    (unused,) = check_payload({"A": [{"甲方": "x"}]}, _scope("【#A】【B】【/A】【甲方】")).unused
    assert unused.path == "$.payload.A[0].甲方"


def test_at_most_a_hundred_errors_are_named() -> None:
    payload: dict[str, Any] = {"A": [{"B": []}] * 10_000}
    assert len(check_payload(payload, _scope("【#A】【B】【/A】")).errors) == MAX_ERRORS


def test_the_sample_payload_fits() -> None:
    scope = _scope(
        "【A】【B|日期】【C|大写】【E.F】【@G】【□H】【?I】x【/I】【J|分隔:、】【?L=是】【/L】【#K】【M】【#N】【.】【/N】【/K】"
    )
    sample = json.loads(json.dumps(sample_payload(scope)), parse_float=Decimal)
    checked = check_payload(sample, scope)
    assert (checked.errors, checked.unused) == ([], [])
