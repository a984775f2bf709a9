"""A result of a template with blocks: whatever is not what its log and its task say is violated."""

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument, ResultRefused, TemplateLimitExceeded
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.expansion.expand import expand
from docops_flask.engine.integrity.proof import prove_written
from docops_flask.engine.opc.package import Package
from tests.engine.integrity.block_templates import NUMBERING
from tests.engine.integrity.finished_job import LIMITS, FinishedJob, finish_open
from tests.factories import docx, p, tbl, tc, tr

DRAWING = '<w:r><w:drawing><wp:inline><wp:docPr id="3" name="n"/></wp:inline></w:drawing></w:r>'
LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
BODY = (
    p("【?D】")
    + p("about 【D】")
    + p("【否则】")
    + p("no title")
    + p("【/D】")
    + tbl(tr(tc("name"), tc("price")), tr(tc("【#A】【#】【N】"), tc("【P|#,##0.00】【/A】")))
    + p("【#C】")
    + p("head 【N】", DRAWING, NOTE)
    + p("one", properties=LIST)
    + p("two", properties=LIST)
    + p("【间隔】")
    + p("between")
    + p("【/C】")
    + p("files:【#F】【.】【?末项】.【否则】;【/】【/F】")
    + p("【#M】")
    + p("kept")
    + p("【/M】【--a remark】")
)
STORIES = {
    "numbering": NUMBERING,
    "footnotes": f'<w:footnote w:id="2">{p("note on 【N】")}</w:footnote>',
}
PAYLOAD: dict[str, Any] = {
    "D": "d",
    "A": [{"N": "ink", "P": 3}, {"N": "paper", "P": "20.5"}, {"N": "pen", "P": 1}],
    "C": [{"N": "first"}, {"N": "second"}],
    "F": ["x", "y"],
    "M": None,
}


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    return finish_open(tmp_path, docx(BODY, stories=STORIES), PAYLOAD)


def is_violated(job: FinishedJob) -> bool:
    return job.proof().verdict == "violated" and job.proof_by_bytes() is None


def test_the_job_itself_is_intact_to_the_byte(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    assert [each["copies"] for each in job.log["blocks"]][:3] == [1, 3, 2]
    assert set(job.log["added"]) == {"numbering", "notes", "ids"}


def test_a_document_that_was_saved_again_is_intact_canonically(job: FinishedJob) -> None:
    again = job.with_part(job.part().replace('<w:t xml:space="preserve">', "<w:t  xml:space='preserve'>"))
    assert (again.proof().verdict, again.proof().exactness) == ("intact", "canonical")
    assert again.edited("ink", "oil").proof().verdict == "violated"


def row(job: FinishedJob, text: str) -> str:
    """The row of the result with ``text``."""
    found: list[str] = re.findall("<w:tr>.*?</w:tr>", job.part())
    return next(each for each in found if text in each)


def paragraph(job: FinishedJob, text: str) -> str:
    """The paragraph of the result with ``text``."""
    found: list[str] = re.findall("<w:p>.*?</w:p>", job.part())
    return next(each for each in found if text in each)


DOCUMENTS: dict[str, Callable[[FinishedJob], FinishedJob]] = {
    "two copies swapped": lambda job: job.edited(
        row(job, "ink") + row(job, "paper"), row(job, "paper") + row(job, "ink")
    ),
    "a copy dropped": lambda job: job.edited(row(job, "paper"), ""),
    "a copy more": lambda job: job.edited(row(job, "pen"), row(job, "pen") * 2),
    "a copy with another's value": lambda job: job.edited("paper<", "ink<"),
    "a paragraph with text dropped": lambda job: job.edited(p("kept"), ""),
    "the other branch too": lambda job: job.edited(
        paragraph(job, "about"), paragraph(job, "about") + p("no title")
    ),
    "a branch dropped": lambda job: job.edited(paragraph(job, "about"), ""),
    "a gap behind the last copy": lambda job: job.edited(p("between"), p("between") * 2),
    "an id that stands twice": lambda job: job.edited('docPr id="4"', 'docPr id="3"'),
    "a list that goes on": lambda job: job.edited('numId w:val="6"', 'numId w:val="4"'),
    "a note that two copies share": lambda job: job.edited(
        'footnoteReference w:id="3"', 'footnoteReference w:id="2"'
    ),
    "a note dropped": lambda job: job.edited(
        f'<w:footnote w:id="3">{p("note on second")}</w:footnote>', "", "word/footnotes.xml"
    ),
    "a list more": lambda job: job.edited(
        "</w:numbering>", '<w:num w:numId="9"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
        "word/numbering.xml",
    ),
    "a tag of a block that stays dropped": lambda job: job.edited("【#M】", ""),
    "the remark as it was": lambda job: job.edited("【/M】", "【/M】【--a remark】"),
    "an inline copy dropped": lambda job: job.edited(">x<", "><"),
}  # fmt: skip


@pytest.mark.parametrize("change", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_another_document_is_violated(job: FinishedJob, change: Callable[[FinishedJob], FinishedJob]) -> None:
    assert is_violated(change(job))


def block(number: int, **members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda log: log["blocks"][number].update(members)


def entry(text: str, **members: Any) -> Callable[[dict[str, Any]], None]:
    def change(log: dict[str, Any]) -> None:
        next(each for each in log["entries"] if each.get("new_text") == text).update(members)

    return change


def one_copy_more(log: dict[str, Any]) -> None:
    log["blocks"][1]["copies"] += 1
    last = next(each for each in log["entries"] if each.get("new_text") == "pen")
    log["entries"].append({**last, "copy": [[1, 3]], "result_path": "t0.r4.c0.p0"})


def exchanged(log: dict[str, Any]) -> None:
    blocks = log["blocks"]
    blocks[0], blocks[1] = blocks[1], blocks[0]


LOGS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "one copy more": (one_copy_more, "block_entry"),
    "one copy less": (block(1, copies=2), "block_entry"),
    "no copies": (block(1, copies=0, branch=None), "dropped_content"),
    "fewer copies than none": (block(1, copies=-1), "block_entry"),
    "two copies of a condition": (block(0, copies=2), "copy_count"),
    "another branch": (block(0, branch="other"), "branch"),
    "no block": (lambda log: log["blocks"].pop(0), "log_entry"),
    "an entry twice": (lambda log: log["blocks"].insert(1, copy.deepcopy(log["blocks"][1])), "copy_count"),
    "another order": (exchanged, "block_entry"),
    "a copy of no block around": (block(1, inside=[[0, 0]]), "copy_count"),
    "another id": (block(1, id=77), "block_entry"),
    "another kind": (block(0, kind="unless"), "block_entry"),
    "another name": (block(1, name="C"), "block_entry"),
    "another tag": (
        lambda log: log["blocks"][1]["end"].update(paragraph_path="t0.r1.c0.p0"), "block_entry",
    ),
    "another extent": (block(1, extent="paragraphs"), "extent_mismatch"),
    "more rows": (block(1, **{"from": "t0.r0"}), "extent_mismatch"),
    "a row that did not go": (
        lambda log: log["blocks"][1]["dropped"].append({"path": "t0.r0", "reason": "V2"}),
        "dropped_content",
    ),
    "a row that went untold": (lambda log: log["blocks"][0]["dropped"].pop(), "dropped_content"),
    "another reason": (lambda log: log["blocks"][0]["dropped"][0].update(reason="V3"), "dropped_content"),
    "another place in the result": (block(1, result_to="t0.r9"), "block_entry"),
    "a block that did not stay": (block(0, status="missing", copies=0, branch=None), "block_entry"),
    "another number of a list": (
        lambda log: log["added"]["numbering"][0].update(numId=7), "added_part",
    ),
    "no notes": (lambda log: log["added"].pop("notes"), "added_part"),
    "another copy": (entry("ink", copy=[[1, 1]]), "log_entry"),
    "a copy that is not there": (entry("ink", copy=[[1, 9]]), "log_entry"),
    "no copy": (entry("ink", copy=[]), "log_entry"),
    "another value": (entry("ink", new_text="oil"), "text"),
    "another paragraph of the result": (entry("ink", result_path="t0.r2.c0.p0"), "log_entry"),
    "another run": (entry("ink", run_id="t0.r1.c0.p0:r1"), "log_entry"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "what"), LOGS.values(), ids=list(LOGS))
def test_another_log_is_violated(
    job: FinishedJob, change: Callable[[dict[str, Any]], None], what: str
) -> None:
    log = copy.deepcopy(job.log)
    change(log)
    changed = replace(job, log=log)
    assert is_violated(changed)
    assert what in {found for found, _ in changed.found()}


def refused(job: FinishedJob, payload: dict[str, Any], log: dict[str, Any] | None = None) -> str:
    """Why a run with ``payload`` would withhold the document."""
    package = Package(job.template, LIMITS)
    try:
        with pytest.raises(ResultRefused) as raised:
            prove_written(
                package, TemplateEvidence(package), memoryview(job.document), log or job.log, job.report,
                LIMITS, payload,
            )  # fmt: skip
    finally:
        package.close()
    return raised.value.inner or ""


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"A": PAYLOAD["A"][:2]}, "copy_count"),
        ({"A": [*PAYLOAD["A"], {}]}, "copy_count"),
        ({"M": []}, "copy_count"),
        ({"D": ""}, "branch"),
        ({"D": "e"}, "value"),
        ({"A": [*PAYLOAD["A"][1:], PAYLOAD["A"][0]]}, "value"),
        ({"F": ["x", "z"]}, "value"),
        ({"C": [{"N": "first"}, {"N": "third"}]}, "value"),
    ],
)
def test_a_result_is_withheld_that_is_not_what_the_task_gives(
    job: FinishedJob, change: dict[str, Any], what: str
) -> None:
    assert what in refused(job, {**PAYLOAD, **change})


def test_a_copy_filled_with_the_value_of_another_is_withheld(job: FinishedJob) -> None:
    log = copy.deepcopy(job.log)
    ink, paper = (
        next(each for each in log["entries"] if each.get("new_text") == text) for text in ("ink", "paper")
    )
    ink["new_text"], paper["new_text"] = "paper", "ink"
    swapped = job.edited("ink<", "_<").edited("paper<", "ink<").edited("_<", "paper<")
    assert replace(swapped, log=log).proof().verdict == "intact", "document and log agree"
    assert refused(replace(swapped, log=log), PAYLOAD) == "integrity violated: 2 x value"


def test_copies_and_bytes_are_limited_before_anything_is_copied(job: FinishedJob) -> None:
    log = copy.deepcopy(job.log)
    log["blocks"][1]["copies"] = 10**9
    with pytest.raises(TemplateLimitExceeded) as raised:
        replace(job, log=log).proof()
    assert raised.value.detail["limit"] == "block_copies"
    log["blocks"][1]["copies"] = LIMITS.block_copies - 20
    claims = read_claims(log, job.report)
    package = Package(job.template, LIMITS)
    with pytest.raises(TemplateLimitExceeded) as raised:
        expand(TemplateEvidence(package), claims, LIMITS._replace(output_bytes=100_000))
    package.close()
    assert raised.value.detail["limit"] == "output_bytes"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "0"}, {"inside": [["a", 0]]}, {"copies": "3"}, {"dropped": [{"path": "p0"}]}, {"end": None},
        {"branch": 1}, {"dividers": [1]},
    ],
)  # fmt: skip
def test_a_malformed_entry_is_refused_with_its_path(job: FinishedJob, change: dict[str, Any]) -> None:
    log = copy.deepcopy(job.log)
    log["blocks"][1].update(change)
    with pytest.raises(InvalidArgument) as raised:
        replace(job, log=log).proof()
    assert raised.value.detail["path"].startswith("$.blocks[1].")
