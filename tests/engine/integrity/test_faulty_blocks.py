"""Blocks that are no sound ones: the log tells of each, and the proof takes their tags as text."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.finished_job import FinishedJob, finish_open
from tests.factories import docx, p

# A block over several paragraphs with text on both sides of a tag, between two sound ones.
CUT = p("head【#A】tail") + p("【N】") + p("【/A】")
BODY = p("【?D】") + p("【D】") + p("【/D】") + CUT + p("【#C】") + p("【.】") + p("【/C】【--r】")
PAYLOAD: dict[str, Any] = {"D": "a\nb", "C": ["c"]}


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    return finish_open(tmp_path, docx(BODY), PAYLOAD)


def test_a_faulty_block_has_one_entry_behind_all_others(job: FinishedJob) -> None:
    assert [(each["id"], each["kind"], each["status"]) for each in job.log["blocks"]] == [
        (0, "if", "expanded"),
        (1, "each", "expanded"),
        (2, "remark", "expanded"),
        (3, "lines", "expanded"),
        (4, "each", "unsupported"),
    ]
    assert job.log["blocks"][-1] == {
        "id": 4,
        "kind": "each",
        "name": "A",
        "extent": None,
        "inside": [],
        "start": {"paragraph_path": "p3", "start": 4, "end": 8, "text": "【#A】"},
        "end": {"paragraph_path": "p5", "start": 0, "end": 4, "text": "【/A】"},
        "dividers": [],
        "status": "unsupported",
        "from": "p3",
        "to": "p5",
        "copies": 0,
        "branch": None,
        "dropped": [],
        "result_from": None,
        "result_to": None,
    }
    assert job.proof().verdict == "intact"


def _last(**members: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda blocks: blocks[-1].update(members)


@pytest.mark.parametrize(
    "change",
    [
        _last(id=9),
        _last(id=1),
        _last(kind="if"),
        _last(name="B"),
        _last(extent="paragraphs"),
        _last(copies=1),
        _last(status="expanded"),
        _last(status="missing"),
        _last(inside=[[0, 0]]),
        _last(start={"paragraph_path": "p0", "start": 0, "end": 4, "text": "【?D】"}),
        _last(**{"from": "p4"}),
        lambda blocks: blocks.insert(0, blocks.pop()),
        lambda blocks: blocks.append({**blocks[-1], "id": 5}),
        # A sound block is none of text.
        lambda blocks: blocks[1].update(status="unsupported", extent=None, copies=0, branch=None),
    ],
)
def test_a_log_that_says_otherwise_is_violated(
    job: FinishedJob, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    change(job.log["blocks"])
    assert job.proof().verdict == "violated"


@pytest.mark.parametrize("payload", [{}, {"N": 1}, {"A": "x"}])
def test_a_conflict_of_kinds_in_a_block_that_does_not_stand_is_proved(
    tmp_path: Path, payload: dict[str, Any]
) -> None:
    job = finish_open(tmp_path, docx(p("【A】【?N】") + p("【#A】") + p("【/A】") + p("【/】")), payload)
    assert job.proof().verdict == "intact"
    assert job.log["blocks"][-1]["status"] == "unsupported"


def test_blocks_inside_a_faulty_one_have_no_entries(tmp_path: Path) -> None:
    body = p("head【#A】tail") + p("a【#B】b") + p("【/B】") + p("【?C】c【/C】") + p("【/A】")
    job = finish_open(tmp_path, docx(body), {})
    assert [(each["name"], each["status"]) for each in job.log["blocks"]] == [("A", "unsupported")]


@pytest.mark.parametrize("number", range(4))
def test_a_tag_that_makes_no_block_leaves_no_number_free(tmp_path: Path, number: int) -> None:
    body = (
        CUT + p("x【@P|可空】") + p("【?D】no fields【/D】【@Q|可空】") + p("【?D】x【/D】【--r】") + p("end")
    )
    job = finish_open(tmp_path, docx(body + p("end")), {"N": "n", "D": "d", "P": None, "Q": None})
    entries = [each for each in job.log["blocks"] if each["status"] == "expanded"]
    assert [(each["id"], each["kind"]) for each in entries] == [
        (0, "if"),
        (1, "picture"),
        (2, "if"),
        (3, "remark"),
    ]
    entries[number]["id"] += 1
    assert job.proof().verdict == "violated"
