"""Faults in what is not in the document: the run and the precheck tell of them as inspect does."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck
from tests.engine.integrity.finished_job import LIMITS, finish_open
from tests.factories import docx, p, tbl, tc, tr

IN_A_BRANCH = p("【?D】") + p("on 【D|无】") + p("【否则】") + p("none") + p("【/D】")
IN_A_LIST = tbl(tr(tc("【#A】"), tc("【N|无】【/A】")))
INSIDE_A_BLOCK = p("【?D】") + p("a【#B】b") + p("【/B】") + p("【/D】")


@pytest.mark.parametrize(
    ("body", "payload", "faults"),
    [
        (IN_A_BRANCH, {}, [("UNKNOWN_FORMAT", "【D|无】")]),
        (IN_A_LIST, {"A": []}, [("UNKNOWN_FORMAT", "【N|无】")]),
        (INSIDE_A_BLOCK, {}, [("BLOCK_CUTS_PARAGRAPH", "【#B】")]),
    ],
)
def test_a_fault_that_is_not_in_the_document_is_told(
    tmp_path: Path, body: str, payload: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    job = finish_open(tmp_path, docx(body + p("end")), payload)
    assert job.proof().verdict == "intact"
    told = [each for each in job.log["entries"] if each["status"] == "unsupported"]
    assert [(each["kind"], each["original_text"]) for each in told] == faults
    assert not any("result_path" in each for each in told)
    assert job.log["summary"]["unsupported_count"] == len(faults)

    before = precheck(Job(JobKind.PRECHECK, (), None, payload, limits=LIMITS), tmp_path / "template.docx")
    assert int(before.expected_exit_code) == 3
    assert (before.summary.unsupported_count, before.summary.left_count) == (len(faults), 0)
    assert [(each.kind, each.text) for each in before.unsupported] == faults
    assert before.left == ()

    seen = inspect(Job(JobKind.INSPECT, (), limits=LIMITS), tmp_path / "template.docx")
    assert [(each.kind, each.text) for each in seen.unsupported] == faults


def test_one_that_is_in_the_document_is_told_once_for_each_copy(tmp_path: Path) -> None:
    job = finish_open(tmp_path, docx(IN_A_LIST + p("end")), {"A": [{}, {}]})
    assert [each["copy"] for each in job.log["entries"]] == [[[0, 0]], [[0, 1]]]
