"""Tags of a story pair to blocks."""

import re
from typing import Any

import pytest

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.template.blocks.pairing import (
    MAX_DEPTH,
    Block,
    Paired,
    PlacedTag,
    blocks_in,
    pair_tags,
)
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag


def _paired(text: str) -> Paired:
    tags = []
    for number, inner in enumerate(re.findall("【([^【】]*)】", text)):
        tag = read_tag(inner)
        assert isinstance(tag, Tag), inner
        tags.append(PlacedTag(tag, f"【{inner}】", number))
    return pair_tags(tags)


def _tree(nodes: Any) -> list[Any]:
    """Return blocks as [start, main, gap, other] without empty parts at the end, other tags as texts."""
    tree: list[Any] = []
    for node in nodes:
        if isinstance(node, Block):
            parts = [_tree(node.main), _tree(node.gap), _tree(node.other)]
            while parts and not parts[-1]:
                del parts[-1]
            tree.append([node.start.text, *parts])
        else:
            tree.append(node.text)
    return tree


def _faults(text: str) -> list[tuple[str, str, str | None]]:
    return [
        (fault.code, fault.tag.text, fault.related and fault.related.text) for fault in _paired(text).faults
    ]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("【A】【#B】【C】【/B】【D】", ["【A】", ["【#B】", ["【C】"]], "【D】"]),
        ("【#B】【?C】【D】【/】【/】", [["【#B】", [["【?C】", ["【D】"]]]]]),
        (
            "【#B】【C】【间隔】【D】【否则】【E】【/B】",
            [["【#B】", ["【C】"], ["【D】"], ["【E】"]]],
        ),
        ("【?A】【否则】【B】【完】", [["【?A】", [], [], ["【B】"]]]),
        ("【#A】【/A】【#A】【/A】", [["【#A】"], ["【#A】"]]),
    ],
)
def test_blocks(text: str, tree: list[Any]) -> None:
    paired = _paired(text)
    assert not paired.faults
    assert _tree(paired.nodes) == tree


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("【#A】【B】", [("BLOCK_UNCLOSED", "【#A】", None)]),
        ("【B】【/A】", [("BLOCK_UNOPENED", "【/A】", None)]),
        ("【#A】【B】【/C】", [("BLOCK_MISMATCH", "【#A】", "【/C】")]),
        ("【#A】【#B】【/A】", [("BLOCK_UNCLOSED", "【#B】", None)]),
        ("【#A】【/C】【/A】", [("BLOCK_UNOPENED", "【/C】", None)]),
        ("【否则】", [("DIVIDER_OUTSIDE", "【否则】", None)]),
        ("【?A】【间隔】【/】", [("DIVIDER_OUTSIDE", "【间隔】", "【?A】")]),
        ("【#A】【否则】【否则】【/】", [("DIVIDER_OUTSIDE", "【否则】", "【#A】")]),
        ("【#A】【否则】【间隔】【/】", [("DIVIDER_OUTSIDE", "【间隔】", "【#A】")]),
        ("【#A】【#B】", [("BLOCK_UNCLOSED", "【#A】", None), ("BLOCK_UNCLOSED", "【#B】", None)]),
    ],
)
def test_faults(text: str, faults: list[tuple[str, str, str | None]]) -> None:
    assert _faults(text) == faults


def test_what_lies_in_a_faulty_block_belongs_to_the_block_around_it() -> None:
    assert _tree(_paired("【#A】【#B】【?C】【D】【/C】【/A】").nodes) == [
        ["【#A】", [["【?C】", ["【D】"]]]]
    ]


def test_an_end_without_a_name_outside_blocks_is_text() -> None:
    paired = _paired("【A】【/】【完】")
    assert (_tree(paired.nodes), [each.text for each in paired.text]) == (["【A】"], ["【/】", "【完】"])
    assert not paired.faults


def test_blocks_nest_at_most_eight_deep() -> None:
    nested = _paired("【#A】" * MAX_DEPTH + "【/】" * MAX_DEPTH)
    assert [block.depth for block in blocks_in(nested.nodes)] == list(range(1, MAX_DEPTH + 1))
    with pytest.raises(TemplateLimitExceeded) as raised:
        _paired("【#A】" * (MAX_DEPTH + 1))
    assert raised.value.detail == {"limit": "block_depth", "max": MAX_DEPTH}
