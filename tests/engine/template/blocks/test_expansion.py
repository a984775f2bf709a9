"""Blocks are expanded: copies, branches, gaps, what vanishes, what stays."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.template.blocks.expansion import BlockLayouts
from docops_flask.engine.template.blocks.structure import find_structure
from docops_flask.engine.template.conditions import Value
from tests.engine.counted_steps import steps_of
from tests.engine.template.blocks.block_documents import (
    LIMITS,
    expanded,
    expanded_document,
    markup,
    opened,
    stays_text,
    structure,
    texts,
)
from tests.factories import p, r, tbl, tc, textbox, tr

END = p("end")
THREE: Any = {"A": [{"N": "x"}, {"N": "y"}, {"N": "z"}]}


def _drops(body: str, payload: Any) -> list[tuple[str, str]]:
    return [drop for entry in expanded(body, payload).blocks for drop in entry.dropped]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (p("【#A】【N】、【/A】。"), ["x、y、z、。"]),
        (p("【#A】【N】【间隔】、【/A】。"), ["x、y、z。"]),
        (p("【#A】") + p("【#】【N】") + p("【/A】"), ["1x", "2y", "3z"]),
        (p("【#A】") + p("【N】") + p("【间隔】") + p("-") + p("【/A】"), ["x", "-", "y", "-", "z"]),
        (p("head【#A】") + p("【N】") + p("【/A】tail"), ["head", "x", "y", "z", "tail"]),
        (p("【#A】a") + p("b【/A】"), ["a", "b"] * 3),
        (tbl(tr(tc("h"), tc("h")), tr(tc("【#A】【N】"), tc("v【/A】"))), ["h", "h", *"xvyvzv"]),
        (tbl(tr(tc("【#A】"), tc("")), tr(tc("【N】"), tc("v")), tr(tc(""), tc("【/A】"))), [*"xvyvzv"]),
        (tbl(tr(tc("【#A 行】【N】【/A】"))), ["x", "y", "z"]),
        (p("【#A】") + tbl(tr(tc("【N】"))) + p("【/A】"), ["x", "y", "z"]),
        (p("【#A 段】【N】【/A】"), ["x", "y", "z"]),
        (p("【#A】【?首项】<【/】【N】【?末项】>【否则】,【/】【/A】"), ["<x,y,z>"]),
    ],
)  # fmt: skip
def test_a_list_repeats_what_its_block_covers(body: str, found: list[str]) -> None:
    assert texts(body + END, THREE) == [*found, "end"]


@pytest.mark.parametrize(
    ("body", "payload", "found"),
    [
        (p("【?A】yes【否则】no【/A】"), {"A": 0}, ["yes"]),
        (p("【?A】yes【否则】no【/A】"), {"A": ""}, ["no"]),
        (p("【^A】none【/A】"), {}, ["none"]),
        (p("【?A=x|y】yes【/A】."), {"A": "y"}, ["yes."]),
        (p("【?A>5】yes【/A】."), {"A": 5}, ["."]),
        (p("【?A】") + p("yes") + p("【否则】") + p("no") + p("【/A】"), {}, ["no"]),
        (p("【#A】x【否则】none【/A】"), {"A": []}, ["none"]),
        (p("【#A】x【否则】none【/A】"), {}, ["none"]),
        (p("【#A|可空】x【/A】."), {}, ["."]),
        (tbl(tr(tc("【?A】x"), tc("y【/A】")), tr(tc("a"), tc("b"))), {"A": False}, ["a", "b"]),
        (
            tbl(tr(tc("【?A】"), tc("")), tr(tc("x"), tc("")), tr(tc("【否则】"), tc("")),
                tr(tc("y"), tc("")), tr(tc("【/A】"), tc(""))),
            {}, ["y", ""],
        ),
    ],
)  # fmt: skip
def test_a_condition_decides(body: str, payload: Any, found: list[str]) -> None:
    assert texts(body + END, payload) == [*found, "end"]


def test_blocks_nest_and_each_has_its_scope() -> None:
    body = (
        p("【#G】")
        + p("【N】:")
        + p("【#M】")
        + p("【上级.#】.【#】 【N】 of 【上级.N】 in 【全文.D】")
        + p("【/M】")
        + p("【/G】")
    )
    payload: Any = {"D": "d", "G": [{"N": "g", "M": [{"N": "a"}, {"N": "b"}]}, {"N": "h", "M": []}]}
    assert texts(body + END, payload) == ["g:", "1.1 a of g in d", "1.2 b of g in d", "h:", "end"]


def test_a_plain_name_is_looked_up_in_the_item_and_nowhere_else() -> None:
    assert texts(p("【#A】【X】【/A】"), {"A": [{}], "X": "outer"}) == ["【X】"]


@pytest.mark.parametrize(
    "body",
    [
        p("a【#A】b【?C】c【/C】【/A】d"),
        p("【#A】") + p("b【N】") + p("【/A】"),
        p("head【#A】") + p("b") + p("【/A】tail"),
        p("【#A】a") + p("b【/A】"),
        tbl(tr(tc("【#A】a"), tc("b【/A】"))),
        tbl(tr(tc("【#A】"), tc("")), tr(tc("x"), tc("")), tr(tc("【/A】"), tc(""))),
        tbl(tr(tc(p("【#A】") + tbl(tr(tc("x"))) + p("【/A】")))),
    ],
)
def test_a_block_whose_list_is_not_given_stays_as_it_is(body: str) -> None:
    found = expanded(body + END, {})
    assert [entry.status for entry in found.blocks if entry.found.name == "A"] == ["missing"]
    assert [entry.missing for entry in found.missing()] == ["A"]
    assert texts(body + END, {}) == [
        re.sub("<[^>]*>", "", each) for each in re.findall("<w:p>.*?</w:p>", body + END)
    ]
    assert texts(body + END, {"A": None}) == texts(body + END, {})


def test_a_block_missing_in_one_copy_stays_there_alone() -> None:
    body = p("【#A】【#B】") + p("x") + p("【/B】【/A】") + END
    assert texts(body, {"A": [{}, {"B": [1, 2]}]}) == ["【#B】", "x", "【/B】", "x", "x", "end"]
    assert [entry.missing for entry in expanded(body, {"A": [{}]}).missing()] == ["A[0].B"]


def test_what_stays_as_it_is_is_not_filled() -> None:
    found = expanded(p("【#A】【N】【/A】【N】"), {"N": "x"})
    (place,) = found.document.walk.paragraphs
    text = "【N】".encode()
    content = place.part.text.content
    first, last = content.index(text), content.rindex(text)
    assert (stays_text(found, place, first), stays_text(found, place, last)) == (True, False)


def test_a_block_in_a_control_row_of_another_covers_nothing() -> None:
    body = tbl(tr(tc("x【#B】"), tc("")), tr(tc("【/B】【#A 行】【/A】"), tc("")))
    assert texts(body + END, {"A": [1, 2], "B": [1, 2]}) == ["x", "", "x", "", "end"]
    assert texts(body + END, {"A": [], "B": []}) == ["end"]


def test_a_faulty_block_stays_and_the_rest_is_expanded() -> None:
    body = p("a【#A】b") + p("【?B】x【/B】") + p("【/A】") + p("【?C】y【/C】.")
    assert texts(body, {"A": [1, 2], "B": 1}) == ["a【#A】b", "【?B】x【/B】", "【/A】", "."]


@pytest.mark.parametrize(
    ("body", "payload", "drops"),
    [
        (p("【?A】") + p("x") + p("【/A】") + END, {"A": 1}, [("p0", "V1"), ("p2", "V1")]),
        (p("【?A】") + p("x") + p("【/A】") + END, {}, [("p0", "V1"), ("p2", "V1"), ("p1", "branch")]),
        (
            p("【#A】") + p("x") + p("【/A】") + END,
            {"A": []},
            [("p0", "V1"), ("p2", "V1"), ("p1", "no_copy")],
        ),
        (p("【?A】x【/A】") + END, {}, [("p0", "V3")]),
        (
            tbl(tr(tc("【#A】"), tc("")), tr(tc("x"), tc("")), tr(tc("【/A】"), tc(""))) + END,
            {"A": [1]},
            [("t0.r0", "V2"), ("t0.r2", "V2")],
        ),
        (tbl(tr(tc("【#A】x"), tc("【/A】"))) + END, {"A": []}, [("t0.r0", "no_copy"), ("t0", "V4")]),
    ],
)
def test_what_vanished_is_told_with_its_reason(body: str, payload: Any, drops: list[tuple[str, str]]) -> None:
    assert _drops(body, payload) == drops


def test_a_paragraph_of_inline_blocks_goes_when_all_are_empty() -> None:
    body = p("【?A】x【/A】 【#B】y【/B】【--note】") + END
    assert texts(body, {"B": []}) == ["end"]
    assert texts(body, {"B": [1]}) == [" y", "end"]
    assert texts(p("【#B】【.】【/B】") + END, {"B": [""]}) == ["", "end"]


@pytest.mark.parametrize(
    "content",
    [
        p("【?A】x【/A】", properties='<w:jc w:val="right"/>'),
        p("【?A】") + p("x") + p("【/A】", properties='<w:jc w:val="right"/>'),
        p("【?A】x") + p("y【/A】", properties='<w:jc w:val="right"/>'),
        tbl(tr(tc("【?A 行】x【/A】"))) + p("【?A】x【/A】", properties='<w:jc w:val="right"/>'),
    ],
)
def test_a_cell_ends_with_a_paragraph(content: str) -> None:
    empty = '<w:p><w:pPr><w:jc w:val="right"/></w:pPr></w:p></w:tc>'
    assert empty in markup(tbl(tr(tc(content))) + END, {})


def test_a_section_break_stays_once() -> None:
    body = p("【#A】", properties="<w:sectPr/>") + p("【N】") + p("【/A】") + END
    assert markup(body, THREE).count("<w:sectPr/>") == 1
    inside = p("【#A】") + p("【N】", properties="<w:sectPr/>") + p("【/A】") + END
    assert markup(inside, THREE).count("<w:sectPr/>") == 3


def test_runs_are_parted_where_the_tags_stand() -> None:
    bold = r("a【#A】b【/A】c", "<w:b/>")
    assert markup(p(bold), {"A": [1, 2]}) == p(*(r(each, "<w:b/>") for each in "abbc"))
    parted = r("【#", "<w:b/>") + r("A】b【/", "<w:i/>") + r("A】", "<w:u/>")
    assert markup(p(parted + r("c")), {"A": [1, 2]}) == p(r("b", "<w:i/>") * 2 + r("c"))


def test_text_boxes_are_expanded_in_both_branches() -> None:
    body = p("【#A】") + p("y", textbox(p("【#B】"), p("【.】"), p("【/B】"))) + p("【/A】") + END
    assert texts(body, {"A": [{"B": ["1", "2"]}, {"B": ["3"]}]}) == ["y", "1", "2", "y", "3", "end"]
    found = expanded(body, {"A": [{"B": ["1", "2"]}, {"B": ["3"]}]})
    assert [len(place.mirrors) for place in found.document.walk.paragraphs] == [0, 1, 1, 0, 1, 0]
    inner = [entry.as_dict() for entry in found.blocks if entry.found.name == "B"]
    assert [(each["inside"], each["mirrored_at"]) for each in inner] == [
        ([[0, 0]], ["textbox0.fallback/p0"]),
        ([[0, 1]], ["textbox0.fallback/p0"]),
    ]


def test_a_text_box_has_the_scope_of_its_anchor() -> None:
    box = textbox(p("【#】【?UP.X】x【/】"))
    repeated = (
        p("【#A】") + p("y", box) + p("【否则】") + p("n", textbox(p("none【?X】x【/】"))) + p("【/A】") + END
    )
    assert texts(repeated, {"A": [1, 2], "X": 1}) == ["y", "1x", "y", "2x", "end"]
    assert texts(repeated, {"A": [], "X": 1}) == ["n", "nonex", "end"]
    other = p("【#A】") + p("y") + p("【否则】") + p("n", box) + p("【/A】") + END
    assert {fault.code for fault in structure(other).faults} == {"SCOPE_OUTSIDE"}
    assert texts(other, {"A": []}) == ["n", "【#】【?UP.X】x【/】", "end"]


def test_headers_and_notes_are_expanded() -> None:
    note = f'<w:footnote w:id="1">{p("【#A】【N】【/A】")}</w:footnote>'
    found = expanded(END, THREE, stories={"header1": p("【#A】") + p("h") + p("【/A】"), "footnotes": note})
    assert [place.path for place in found.document.walk.paragraphs] == [
        "p0",
        *(f"header1/p{number}" for number in range(3)),
        "footnotes/n1.p0",
    ]
    assert (
        "<w:p></w:p></w:hdr>"
        in expanded(END, {"A": []}, stories={"header1": p("【#A】") + p("h") + p("【/A】")})
        .document.parts[1]
        .text.content.decode()
    )


def test_each_paragraph_of_the_result_knows_its_origin() -> None:
    body = p("a") + p("【#A】") + p("【N】") + tbl(tr(tc("【#B】【.】"), tc("【/B】"))) + p("【/A】") + END
    payload: Value = {"A": [{"N": "x", "B": ["1", "2"]}, {"N": "y", "B": ["3"]}]}
    assert isinstance(payload, dict)
    found = expanded(body, payload)
    assert [
        (place.path, origin.place.path, origin.frame.copies, origin.frame.scope.path)
        for place, origin in ((each, found.origins[each]) for each in found.document.walk.paragraphs)
        if place.path.endswith("p0") or "." not in place.path
    ][:7] == [
        ("p0", "p0", [], "$"),
        ("p1", "p2", [[0, 0]], "$.A[0]"),
        ("t0.r0.c0.p0", "t0.r0.c0.p0", [[0, 0], [1, 0]], "$.A[0].B[0]"),
        ("t0.r0.c1.p0", "t0.r0.c1.p0", [[0, 0], [1, 0]], "$.A[0].B[0]"),
        ("t0.r1.c0.p0", "t0.r0.c0.p0", [[0, 0], [1, 1]], "$.A[0].B[1]"),
        ("t0.r1.c1.p0", "t0.r0.c1.p0", [[0, 0], [1, 1]], "$.A[0].B[1]"),
        ("p2", "p2", [[0, 1]], "$.A[1]"),
    ]


def test_the_log_says_where_blocks_stand() -> None:
    body = p("【#A】") + tbl(tr(tc("h"), tc("h")), tr(tc("【#B】x"), tc("y【/B】"))) + p("【/A】") + END
    first, inner, other = (
        entry.as_dict() for entry in expanded(body, {"A": [{"B": [1, 2]}, {"B": [3]}]}).blocks
    )
    assert first == {
        "id": 0, "kind": "each", "name": "A", "extent": "paragraphs", "inside": [],
        "start": {"paragraph_path": "p0", "start": 0, "end": 4, "text": "【#A】"},
        "end": {"paragraph_path": "p1", "start": 0, "end": 4, "text": "【/A】"},
        "dividers": [], "status": "expanded", "from": "t0", "to": "t0", "copies": 2, "branch": "main",
        "dropped": [{"path": "p0", "reason": "V1"}, {"path": "p1", "reason": "V1"}],
        "result_from": "t0", "result_to": "t1",
    }  # fmt: skip
    wanted = ("inside", "from", "to", "copies", "result_from", "result_to")
    assert [inner[each] for each in wanted] == [[[0, 0]], "t0.r1", "t0.r1", 2, "t0.r1", "t0.r2"]
    assert [other[each] for each in wanted] == [[[0, 1]], "t0.r1", "t0.r1", 1, "t1.r1", "t1.r1"]


def test_copies_are_counted_before_anything_is_copied() -> None:
    limits = LIMITS._replace(block_copies=10)
    with pytest.raises(TemplateLimitExceeded) as raised:
        expanded(p("【#A】x【/A】"), {"A": [1] * 11}, limits)
    assert raised.value.detail == {"limit": "block_copies", "max": 10}
    with pytest.raises(TemplateLimitExceeded):
        expanded(p("【#A】【#全文.A】【#全文.A】x【/】【/】【/】"), {"A": [1] * 1000})
    with pytest.raises(TemplateLimitExceeded) as raised:
        expanded(p("【#A】" + "x" * 100 + "【/A】"), {"A": [1] * 100}, LIMITS._replace(output_bytes=5000))
    assert raised.value.detail["limit"] == "output_bytes"


def test_a_list_that_is_too_long_is_refused_without_work() -> None:
    document = opened(p("【#A】x【/A】") + p("【#B】【#UP.B】【#UP.UP.B】x【/】【/】【/】"))
    layouts = BlockLayouts(document, find_structure(document))

    def refused(payload: Any) -> None:
        with pytest.raises(TemplateLimitExceeded):
            layouts.expanded(payload, LIMITS)

    # The layout is made at the first use.
    refused({"A": [1] * 200_000})
    few, many = (steps_of(lambda n=count: refused({"A": [1] * n})) for count in (200_000, 1_000_000))
    assert many == few
    assert steps_of(lambda: refused({"A": [], "B": [1] * 1000})) < 100 * LIMITS.block_copies


@pytest.mark.parametrize(
    "body",
    [
        p("【#A】x【.】【/A】"),
        p("【#A】") + p("【.】") + p("【/A】") + END,
        tbl(tr(tc("【#A】x"), tc("【.】【/A】"))),
        p("【#A】") + p("【?.X】y【/】【?首项】x【/】") + p("【/A】") + END,
    ],
)
def test_work_grows_with_the_copies(body: str) -> None:
    document = opened(body)
    layouts = BlockLayouts(document, find_structure(document))
    few, many = (steps_of(lambda n=count: layouts.expanded({"A": ["v"] * n}, LIMITS)) for count in (100, 400))
    assert many < 4.5 * few


@pytest.mark.parametrize(
    "body",
    [
        lambda n: p("【?A】x【/A】" * n),
        lambda n: (p("【?A】") + p("x") + p("【/A】")) * n,
        lambda n: (p("【?A】") + p("【/A】")) * n,
        lambda n: tbl(tr(tc("【?A】x"), tc("【/A】")) * n),
        lambda n: tbl(tr(tc(p("【?A】x【/A】"))) * n),
    ],
    ids=["inline", "paragraphs", "empty", "rows", "cells"],
)
def test_work_grows_with_the_template(body: Any) -> None:
    documents = [opened(body(count)) for count in (50, 200)]
    few, many = (steps_of(lambda d=each: expanded_document(d, {"A": 1})) for each in documents)
    assert many < 4.5 * few


_NAMES = st.sampled_from("ABC")
_FORMS = ("paragraphs", "inline", "rows")


def _blocks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    block = st.tuples(st.sampled_from("#?^"), _NAMES, st.sampled_from(_FORMS), inner, st.none() | inner)
    return st.lists(st.sampled_from(("x", "【N】", "【#】")) | block, max_size=3)


_TREES = st.recursive(st.just(["x"]), _blocks, max_leaves=8)
_VALUES = st.recursive(
    st.none() | st.text("xy ", max_size=2) | st.integers(0, 3) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


def _written(tree: list[Any]) -> str:
    """Blocks, each as paragraphs, in one paragraph or as rows, one inside the other."""
    pieces = []
    for each in tree:
        if isinstance(each, str):
            pieces.append(p(each))
            continue
        sign, name, form, inner, other = each
        start, end = f"【{sign}{name}】", f"【/{name}】"
        if form == "paragraphs":
            divided = "" if other is None else p("【否则】") + _written(other)
            pieces.append(p(start) + _written(inner) + divided + p(end))
        elif form == "inline":
            pieces.append(p("t", _inline([each])))
        else:
            divided = (
                "" if other is None else tr(tc("【否则】"), tc("")) + tr(tc(_written(other) + p()), tc("c"))
            )
            row = tr(tc(_written(inner) + p()), tc("c"))
            pieces.append(tbl(tr(tc(start), tc("")), row, divided, tr(tc(""), tc(end)), tr(tc("last"))))
    return "".join(pieces)


def _inline(tree: list[Any]) -> str:
    pieces = []
    for each in tree:
        if isinstance(each, str):
            pieces.append(each)
        else:
            sign, name, _, inner, other = each
            divided = "" if other is None else "【否则】" + _inline(other)
            pieces.append(f"【{sign}{name}】{_inline(inner)}{divided}【/{name}】")
    return "".join(pieces)


def _chosen(block: Any, scope: Any) -> list[tuple[Any, Any]] | None:
    """The parts of a block that stand, each with its scope; ``None`` where it stays as it is."""
    sign, name, _, inner, other = block
    value = scope[0].get(name) if isinstance(scope[0], dict) else None
    if sign != "#":
        is_given = bool(value.strip()) if isinstance(value, str) else value is not None and value is not False
        is_given = is_given and value != []
        chosen = [(inner, scope)] if is_given == (sign == "?") else []
    elif value is None and other is None:
        return None
    else:
        items = value if isinstance(value, list) else []
        chosen = [(inner, (item, number)) for number, item in enumerate(items, 1)]
    return chosen or ([] if other is None else [(other, scope)])


def _field(text: str, scope: Any) -> str:
    value = scope[0].get("N") if isinstance(scope[0], dict) else None
    return text.replace("【#】", str(scope[1])).replace("【N】", "【N】" if value is None else value)


def _outcome(tree: list[Any], scope: Any) -> list[str]:
    """What the chapter's rules make of blocks, without any bytes."""
    found: list[str] = []
    for each in tree:
        if isinstance(each, str):
            found.append(_field(each, scope))
            continue
        form, chosen = each[2], _chosen(each, scope)
        if form == "inline":
            found.append("t" + _inline_outcome([each], scope))
        elif chosen is None:
            kept = re.findall("<w:p>.*?</w:p>", _written([each]))
            found += (re.sub("<[^>]*>", "", text) for text in kept)
        elif form == "paragraphs":
            found += (text for part, inner in chosen for text in _outcome(part, inner))
        else:
            found += (text for part, inner in chosen for text in (*_outcome(part, inner), "", "c"))
            found.append("last")
    return found


def _inline_outcome(tree: list[Any], scope: Any) -> str:
    pieces = []
    for each in tree:
        chosen = None if isinstance(each, str) else _chosen(each, scope)
        if isinstance(each, str):
            pieces.append(_field(each, scope))
        elif chosen is None:
            pieces.append(_inline([each]))
        else:
            pieces += (_inline_outcome(part, inner) for part, inner in chosen)
    return "".join(pieces)


@settings(deadline=None, derandomize=True)
@given(_TREES, st.dictionaries(_NAMES, _VALUES, max_size=3))
def test_random_blocks_come_out_as_the_rules_say(tree: list[Any], payload: Any) -> None:
    in_list = [("#", "A", "paragraphs", tree, None)]
    body, values = _written(in_list) + END, {"A": [payload, {}]}
    assert texts(body, values) == [*_outcome(in_list, (values, 0)), "end"]
    found = expanded(body, values)
    assert len(found.origins) == sum(len(part.paragraphs) for part in found.document.parts)


_PIECES = st.sampled_from((
    "x", " ", "【N】", "【#A】", "【#B】", "【?A】", "【^B】", "【/A】", "【/B】", "【/】",
    "【否则】", "【间隔】",
    "【#A 行】", "【#B 表】", "【?A 段】", "【--r】", "【.】", "【#】", "【?首项】", "【#UP.A】", "\n",
))  # fmt: skip
_TAG_SOUP = st.lists(_PIECES, max_size=5).map("".join)


def _soups() -> st.SearchStrategy[str]:
    paragraph = _TAG_SOUP.map(lambda text: p(*(r(each) for each in text.split("\n"))))
    box = st.tuples(_TAG_SOUP, paragraph, paragraph).map(lambda each: p(each[0], textbox(*each[1:])))

    def tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        cell = st.lists(inner, max_size=2).map(lambda each: tc("".join(each) + p("")))
        row = st.lists(cell, min_size=1, max_size=2).map(lambda each: tr(*each))
        return st.lists(row, min_size=1, max_size=3).map(lambda each: tbl(*each))

    return st.lists(st.recursive(paragraph | box, tables, max_leaves=5), max_size=5).map("".join)


@settings(deadline=None, derandomize=True)
@given(_soups(), st.dictionaries(_NAMES, _VALUES, max_size=3))
def test_any_tags_anywhere_give_a_sound_document(body: str, payload: Any) -> None:
    try:
        found = expanded(body + END, payload)
    except TemplateLimitExceeded as error:
        assert error.detail["limit"] == "block_depth"  # noqa: PT017, most bodies do not raise
        return
    assert len(found.origins) == sum(len(part.paragraphs) for part in found.document.parts)
    content = found.document.parts[0].text.content.decode()
    assert not re.search("<w:tc></w:tc>|</w:tbl></w:tc>|<w:tblGrid/></w:tbl>", content)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        ("<w:t>a: ", '<w:t xml:space="preserve">a: '),
        ("<w:t>a", "<w:t>a"),
        ("<w:t> a: ", "<w:t> a: "),
        ('<w:t xml:space="default">a: ', '<w:t xml:space="default">a: '),
        ("<w:t>a: 【?A】b: 【/A】c: ", '<w:t xml:space="preserve">a: '),
    ],
)
def test_a_blank_before_an_inline_block_still_counts(before: str, shown: str) -> None:
    """Word leaves blanks at the ends of a text out unless it states xml:space (XML 1.0, 2.10)."""
    made = markup(f"<w:p><w:r>{before}【#A】【.】【/A】</w:t></w:r></w:p>", {"A": ["x", "y"]})
    assert made.startswith(f"<w:p><w:r>{shown}</w:t></w:r>")
