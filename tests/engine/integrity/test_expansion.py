"""Blocks of lines in the proof: what is not the template, repeated as logged, is violated."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.expansion.expand import expand
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish
from tests.factories import docx, p, r, tbl, tc, textbox, tr

IDS = (
    '<w:p xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:paraId="00000001">'
    '<w:pPr><w:pageBreakBefore/><w:ind w:firstLine="1"/><w:jc w:val="both"/><w:sectPr/></w:pPr>'
    '<w:bookmarkStart w:id="1" w:name="b"/>' + r("【A】") + '<w:bookmarkEnd w:id="1"/></w:p>'
)
BODY = p("x") + IDS + p("【B】") + tbl(tr(tc(p("【A】") + p("y【B】"))))
VALUES = {"A": "一\n二\n三", "B": "乙"}


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    return finish(tmp_path, docx(BODY), VALUES, STRICT, lines="paragraphs")


def paragraph(job: FinishedJob, line: str) -> str:
    """The paragraph of the result with ``line``."""
    before, _, after = job.part().partition(line)
    start = max(before.rfind("<w:p>"), before.rfind("<w:p "))
    return before[start:] + line + after[: after.index("</w:p>") + len("</w:p>")]


def is_violated(job: FinishedJob) -> bool:
    return job.proof().verdict == "violated" and job.proof_by_bytes() is None


def test_the_job_itself_is_intact_by_bytes(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    assert job.log["summary"]["copy_count"] == 6
    assert job.report["summary"]["fix_changes"]


def swapped(job: FinishedJob) -> FinishedJob:
    one, other = paragraph(job, "一"), paragraph(job, "二")
    return job.edited(one + other, other + one)


DOCUMENTS: dict[str, Callable[[FinishedJob], FinishedJob]] = {
    "two copies exchanged": swapped,
    "a copy dropped": lambda job: job.edited(paragraph(job, "二"), ""),
    "a copy more": lambda job: job.edited(paragraph(job, "二"), paragraph(job, "二") * 2),
    "the value of another line": lambda job: job.edited("二", "三"),
    "the values of two copies exchanged": lambda job: (
        job.edited("二", "#").edited("三", "二").edited("#", "三")
    ),
    "an id that is kept": lambda job: job.edited(
        paragraph(job, "二"), paragraph(job, "二").replace("<w:p ", '<w:p w14:paraId="00000001" ', 1)
    ),
    "a bookmark that is kept": lambda job: job.edited(
        paragraph(job, "二"),
        paragraph(job, "二").replace("</w:pPr>", '</w:pPr><w:bookmarkStart w:id="1"/>', 1),
    ),
    "a page break that is kept": lambda job: job.edited(
        paragraph(job, "二"), paragraph(job, "二").replace("<w:pPr>", "<w:pPr><w:pageBreakBefore/>", 1)
    ),
    "a section that ends too early": lambda job: job.edited(
        paragraph(job, "一"), paragraph(job, "一").replace("</w:pPr>", "<w:sectPr/></w:pPr>", 1)
    ),
    "a section that does not end": lambda job: job.edited("<w:sectPr/></w:pPr>", "</w:pPr>"),
    "the look of a copy": lambda job: job.edited(
        paragraph(job, "三"), paragraph(job, "三").replace('"both"', '"left"', 1)
    ),
    "the paragraph before": lambda job: job.edited(">x<", ">z<"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_another_document_is_violated(job: FinishedJob, name: str) -> None:
    changed = DOCUMENTS[name](job)
    assert changed.document != job.document
    assert is_violated(changed)


def first_block(**members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda log: log["blocks"][0].update(members)


def entry_of(number: int, **members: Any) -> Callable[[dict[str, Any]], None]:
    return lambda log: log["entries"][number].update(members)


LOGS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "one copy more": (first_block(copies=4), "block_entry"),
    "one copy fewer": (first_block(copies=2), "block_entry"),
    "one copy": (first_block(copies=1), "block_entry"),
    "another kind": (first_block(kind="table"), "block_entry"),
    "another extent": (first_block(extent="rows"), "block_entry"),
    "another id": (first_block(id=1), "block_entry"),
    "inside another block": (first_block(inside=[[0, 0]]), "block_entry"),
    "another name": (first_block(name="B"), "block_entry"),
    "more than its paragraph": (first_block(to="p2"), "block_entry"),
    "another paragraph": (
        lambda log: (
            log["blocks"][0].update({"from": "p0", "to": "p0"})
            or log["blocks"][0]["start"].update(paragraph_path="p0")
        ),
        "block_entry",
    ),
    "a paragraph that is not there": (
        lambda log: (
            log["blocks"][0].update({"from": "p9", "to": "p9"})
            or log["blocks"][0]["start"].update(paragraph_path="p9")
        ),
        "block_entry",
    ),
    "a tag that lies elsewhere": (
        lambda log: log["blocks"][0]["start"].update(start=1, end=4),
        "block_entry",
    ),
    "a tag of another length": (lambda log: log["blocks"][0]["start"].update(end=9), "block_entry"),
    "the first result elsewhere": (first_block(result_from="p2"), "block_entry"),
    "the last result elsewhere": (first_block(result_to="p9"), "block_entry"),
    "a mirror": (first_block(mirrored_at=["t0.r0.c0.p0"]), "block_entry"),
    "the same block twice": (lambda log: log["blocks"].append({**log["blocks"][0], "id": 2}), "block_entry"),
    "no blocks": (lambda log: log.pop("blocks"), "log_entry"),
    "a block fewer": (lambda log: log["blocks"].pop(), "log_entry"),
    "a copy without an entry": (lambda log: log["entries"].pop(1), "copy_count"),
    "a copy with two entries": (lambda log: log["entries"].insert(1, log["entries"][0]), "log_entry"),
    "copies exchanged": (
        lambda log: (log["entries"][0].update(copy=[[0, 1]]), log["entries"][1].update(copy=[[0, 0]])),
        "log_entry",
    ),
    "copies and results exchanged": (
        lambda log: (
            log["entries"][0].update(copy=[[0, 1]], result_path="p2"),
            log["entries"][1].update(copy=[[0, 0]], result_path="p1"),
        ),
        "text",
    ),
    "no copy": (lambda log: log["entries"][0].pop("copy"), "log_entry"),
    "a copy of another block": (entry_of(0, copy=[[1, 0]]), "log_entry"),
    "a copy that is not there": (entry_of(0, copy=[[0, 3]]), "log_entry"),
    "two levels of copies": (entry_of(0, copy=[[0, 0], [1, 0]]), "log_entry"),
    "a copy outside blocks": (entry_of(3, copy=[[0, 0]]), "log_entry"),
    "another result path": (entry_of(3, result_path="p2"), "log_entry"),
    "no result path": (lambda log: log["entries"][3].pop("result_path"), "log_entry"),
    "the value of another line": (entry_of(1, new_text="三"), "text"),
}


@pytest.mark.parametrize("name", LOGS)
def test_another_log_is_violated(job: FinishedJob, name: str) -> None:
    change, what = LOGS[name]
    log = copy.deepcopy(job.log)
    change(log)
    changed = replace(job, log=log)
    assert is_violated(changed)
    assert what in {kind for kind, _ in changed.found()}


def test_a_changed_template_is_violated(job: FinishedJob, tmp_path: Path) -> None:
    other = tmp_path / "other.docx"
    other.write_bytes(docx(BODY.replace('"both"', '"left"')))
    assert is_violated(replace(job, template=other))


@pytest.mark.parametrize(
    "beside",
    [
        r("x"),
        "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>",
        '<w:r><w:footnoteReference w:id="1"/></w:r>',
        '<w:r><w:br w:type="page"/></w:r>',
        '<w:del w:id="1" w:author="a"><w:r><w:delText>x</w:delText></w:r></w:del>',
        textbox(p("x")),
    ],
)
def test_a_paragraph_with_anything_else_in_it_is_not_repeated(tmp_path: Path, beside: str) -> None:
    job = finish(tmp_path, docx(p(r("【A】"))), {"A": "一\n二"}, lines="paragraphs")
    job.template.write_bytes(docx(p(r("【A】"), beside)))
    doubled = job.part().replace("</w:r>", "</w:r>" + beside)
    assert ("block_entry", "$.blocks[0]") in job.with_part(doubled).found()


def test_a_document_saved_again_is_intact_by_canonical_forms(job: FinishedJob) -> None:
    again = job.with_part(job.part().replace('<w:jc w:val="both"/>', "<w:jc w:val='both'></w:jc>"))
    assert (again.proof().verdict, again.proof().exactness) == ("intact", "canonical")


def test_both_branches_of_a_text_box_are_proved(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(textbox(p("【A】") + p("【B】")))), VALUES, lines="paragraphs")
    assert job.proof().exactness == "bytes"
    log = copy.deepcopy(job.log)
    del log["blocks"][0]["mirrored_at"]
    assert is_violated(replace(job, log=log))
    before, choice, fallback = job.part().rpartition("二")
    assert is_violated(job.with_part(before + "三" + fallback))
    assert choice


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda log: log.update(blocks={}), "$.blocks"),
        (lambda log: log["blocks"].append(1), "$.blocks[2]"),
        (lambda log: log["blocks"][0].pop("copies"), "$.blocks[0].copies"),
        (lambda log: log["blocks"][0].update(copies="3"), "$.blocks[0].copies"),
        (lambda log: log["blocks"][0].update(start="p1"), "$.blocks[0].start"),
        (lambda log: log["blocks"][0]["start"].pop("text"), "$.blocks[0].start.text"),
        (lambda log: log["blocks"][0].update(mirrored_at=[1]), "$.blocks[0].mirrored_at[0]"),
        (lambda log: log["entries"][0].update(copy=1), "$.entries[0].copy"),
        (lambda log: log["entries"][0].update(copy=[1]), "$.entries[0].copy[0]"),
        (lambda log: log["entries"][0].update(copy=[[1]]), "$.entries[0].copy[0]"),
        (lambda log: log["entries"][0].update(copy=[[0, "1"]]), "$.entries[0].copy[0]"),
        (lambda log: log["entries"][0].update(result_path=1), "$.entries[0].result_path"),
    ],
)
def test_a_malformed_log_is_refused(
    job: FinishedJob, change: Callable[[dict[str, Any]], object], path: str
) -> None:
    log = copy.deepcopy(job.log)
    change(log)
    with pytest.raises(InvalidArgument) as caught:
        read_claims(log, job.report)
    assert caught.value.detail == {"field": "replace_log", "path": path}


@pytest.mark.parametrize(
    ("limits", "limit"),
    [(Limits(block_copies=5), "block_copies"), (Limits(output_bytes=900), "output_bytes")],
)
def test_a_log_with_more_copies_than_allowed_is_refused(job: FinishedJob, limits: Limits, limit: str) -> None:
    package = Package(job.template, Limits())
    with pytest.raises(TemplateLimitExceeded) as caught:
        expand(TemplateEvidence(package), read_claims(job.log, job.report), limits)
    assert caught.value.detail["limit"] == limit
    package.close()
