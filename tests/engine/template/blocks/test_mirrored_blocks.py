"""Blocks in text boxes, which stand in two branches of mc:AlternateContent, alike or not."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.integrity.finished_job import FinishedJob, finish_open
from tests.factories import docx, p, tbl, tc, textbox, tr
from tests.pictures import placeholder_picture


def _filled(folder: Path, box: str, payload: dict[str, Any]) -> FinishedJob:
    job = finish_open(folder, docx(p(box)), payload)
    assert job.proof().verdict == "intact"
    return job


def test_branches_alike_are_one_block_and_filled_alike(tmp_path: Path) -> None:
    job = _filled(tmp_path, textbox(p("【#A】【N】【/A】")), {"A": [{"N": "x"}, {"N": "y"}]})
    assert [each["mirrored_at"] for each in job.log["blocks"]] == [["textbox0.fallback/p0"]]
    assert job.part().count(">x<") == job.part().count(">y<") == 2


def test_in_a_branch_with_other_blocks_each_text_has_the_value_of_its_own_list(tmp_path: Path) -> None:
    rows = [tr(tc("【#B】")), tr(tc("【N】x")), tr(tc("【/B】"))]
    box = textbox(tbl(tr(tc("h")), tr(tc("【N】x"))), fallback=[tbl(*rows)])
    job = _filled(tmp_path, box, {"N": "outer", "B": [{"N": "one"}, {"N": "two"}]})
    assert {each["new_text"]: each.get("copy") for each in job.log["entries"]} == {
        "outer": None,
        "one": [[0, 0]],
        "two": [[0, 1]],
    }


def test_what_stands_in_one_branch_alone_belongs_to_the_block_of_both(tmp_path: Path) -> None:
    def rows(inner: str) -> str:
        return tbl(tr(tc("【#B】")), tr(tc(inner)), tr(tc("【/B】")))

    box = textbox(rows(""), fallback=[rows("【N】")])
    job = _filled(tmp_path, box, {"B": [{"N": "one"}, {"N": "two"}]})
    assert [each["copy"] for each in job.log["entries"]] == [[[0, 0]], [[0, 1]]]
    assert [each["id"] for each in job.log["blocks"]] == [0]


@pytest.mark.parametrize("payload", [{"A": 1, "N": "n"}, {"N": "n"}])
def test_a_picture_in_one_branch_alone_does_not_part_the_block(
    tmp_path: Path, payload: dict[str, Any]
) -> None:
    text = "【--r】【?A 段】【N】【/】"
    _filled(tmp_path, textbox(p(text), fallback=[p(text, placeholder_picture("x"))]), payload)


def test_a_block_of_nothing_that_stays_in_a_text_box_leaves_its_paragraph_as_it_is(tmp_path: Path) -> None:
    box = textbox("", fallback=[p("【#A】"), p("【/A】")])
    job = finish_open(tmp_path, docx(p(box, "<w:r><w:t>【?N】【/N】</w:t></w:r>")), {})
    assert job.proof().verdict == "intact"
    assert job.part().count("【/A】") == 1


@pytest.mark.parametrize("story", ["header1", "footnotes"])
def test_text_boxes_in_branches_of_others_have_numbers_of_their_own(tmp_path: Path, story: str) -> None:
    nested = p(textbox("", fallback=[p(textbox("", fallback=[p()]))]))
    own = p(textbox("", fallback=[p("【A】")])) + p("【?A】a【/A】")
    content = f'<w:footnote w:id="1">{own}</w:footnote>' if story == "footnotes" else own
    job = finish_open(tmp_path, docx(nested, stories={story: content}), {"A": "x"})
    assert job.proof().verdict == "intact"
    assert [each["paragraph_path"] for each in job.log["entries"]] == ["textbox2.fallback/p0"]


@pytest.mark.parametrize("branch", range(4))
def test_a_block_in_one_of_the_four_branches_of_a_box_in_a_box_leaves_each_text_filled_once(
    tmp_path: Path, branch: int
) -> None:
    inner = [p("【M】") + (p("【?A】y【/A】") if each == branch else "") for each in range(4)]
    outer = [p(textbox(each, fallback=[other])) for each, other in (inner[:2], inner[2:])]
    job = _filled(tmp_path, textbox(outer[0], fallback=[outer[1]]), {"M": "m", "A": 1})
    assert job.part().count(">m<") == 4
    assert "【" not in job.part()
