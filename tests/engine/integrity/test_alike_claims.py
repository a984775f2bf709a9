"""Entries claimed once for many paragraphs: the proof sees in them what it sees in the log itself."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.integrity.alike_entries import one_by_one, read_run_claims
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.proof import prove, prove_written
from docops_flask.engine.integrity.verdict import Proof
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.options import Options
from docops_flask.engine.run import results
from tests.engine.integrity.alike_form import told_once
from tests.engine.integrity.byte_mutations import mutate_bytes
from tests.engine.integrity.finished_job import LIMITS, STRICT, FinishedJob, finish
from tests.engine.integrity.log_mutations import mutate_log
from tests.engine.integrity.mutations import mutate
from tests.engine.integrity.test_byte_proof import REPAIRING
from tests.engine.integrity.test_mutations import MUTATIONS, SEED
from tests.factories import docx, p, r, tbl, tc, tr

ROW = tr(tc("【A】"), tc("x 【B】 y"), tc(p(r("【"), r("A】 and 【B】", "<w:b/>"))))
BODY = (
    p("【A】")
    + tbl(ROW, ROW, ROW, tr(tc("plain"), tc("【C】"), tc("【A】【C】【a】")))
    + "".join(p(r(f"{number}. "), r("【A】"), r(" end")) for number in (1, 2, 3, 10, 11))
    + p(r(" 【B】", preserve=False))
    + p(r("【A"), r("】"), r("", "<w:i/>"))
)
STORIES = {
    "header1": p("【A】") + p("x 【B】 y"),
    "footnotes": f'<w:footnote w:id="7">{p("【A】")}</w:footnote>',
}
VALUES: tuple[dict[str, str], ...] = (
    {"A": "value", "B": "b"},
    {"A": "one\ntwo", "B": ""},
    {"A": "<&>", "B": "【A】"},
    {},
)


def finished(folder: Path, values: dict[str, str], options: Options | None = None) -> FinishedJob:
    return finish(folder, docx(BODY, stories=STORIES), values, options, REPAIRING)


def proof_as_run(job: FinishedJob) -> Proof | None:
    """The proof of a job from the form in which a run hands over its log; ``None`` if it has none."""
    told = told_once(job.log)
    if told is None:
        return None
    package, document = Package(job.template, LIMITS), ZipReader(job.document, LIMITS)
    try:
        return prove(package, document, read_run_claims(told, job.report), LIMITS)
    finally:
        document.close()
        package.close()


@pytest.mark.parametrize("values", VALUES)
def test_one_by_one_they_are_what_the_log_says(tmp_path: Path, values: dict[str, str]) -> None:
    job = finished(tmp_path, values)
    told = told_once(job.log)
    assert told is not None
    assert len(told["alike"]["sizes"]) < len(told["alike"]["paths"])
    assert one_by_one(read_run_claims(told, job.report)) == read_claims(job.log, job.report)


@pytest.mark.parametrize("options", [Options(), STRICT])
@pytest.mark.parametrize("values", VALUES)
def test_a_run_claims_what_its_log_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str], options: Options
) -> None:
    claimed: list[Any] = []

    def noted(*arguments: Any) -> Proof | None:
        claimed.append(read_run_claims(*arguments[3:5]))
        return prove_written(*arguments)

    monkeypatch.setattr(results, "prove_written", noted)
    job = finished(tmp_path, values, options)
    [claims] = claimed
    assert claims.alike is not None
    assert one_by_one(claims) == read_claims(job.log, job.report)


@pytest.mark.parametrize("options", [Options(), STRICT])
@pytest.mark.parametrize("values", VALUES)
def test_a_result_is_intact_to_the_byte(tmp_path: Path, values: dict[str, str], options: Options) -> None:
    job = finished(tmp_path, values, options)
    proof = proof_as_run(job)
    assert proof is not None
    assert (proof.verdict, proof.exactness) == ("intact", "bytes")
    assert proof.as_dict() == job.proof().as_dict()


@pytest.mark.parametrize("values", VALUES[:3])
def test_no_changed_result_passes(tmp_path: Path, values: dict[str, str]) -> None:
    chance = random.Random(SEED)
    job = finished(tmp_path, values, STRICT)
    for number in range(MUTATIONS // 3):
        what, document = (mutate_bytes if number % 2 else mutate)(chance, job.document)
        if document == job.document:
            continue
        proof = proof_as_run(replace(job, document=document))
        assert proof is not None
        assert (proof.verdict, proof.exactness) != ("intact", "bytes"), what


@pytest.mark.parametrize("values", VALUES[:3])
def test_no_changed_log_passes(tmp_path: Path, values: dict[str, str]) -> None:
    chance = random.Random(SEED)
    job = finished(tmp_path, values, STRICT)
    told = 0
    for _ in range(MUTATIONS // 3):
        what, log, report = mutate_log(chance, job)
        changed = replace(job, log=log, report=report)
        proof = proof_as_run(changed)
        if proof is not None:
            told += 1
            assert proof.verdict == changed.proof().verdict != "intact", what
    assert told > MUTATIONS // 6


def change_number(alike: dict[str, Any]) -> None:
    """The last kind in place of the first paragraph's."""
    alike["numbers"] = [len(alike["sizes"]) - 1, *alike["numbers"][1:]]


def exchange_addresses(alike: dict[str, Any]) -> None:
    """Two paragraphs that are filled with different values exchanged."""
    one, same, other, *rest = alike["paths"]
    alike["paths"] = [other, same, one, *rest]


def repeat_an_address(alike: dict[str, Any]) -> None:
    """The first paragraph told a second time."""
    alike["numbers"].append(alike["numbers"][0])
    alike["paths"].append(alike["paths"][0])


def leave_one_out(alike: dict[str, Any]) -> None:
    """A paragraph that is not told of."""
    del alike["numbers"][0], alike["paths"][0]


def add_one(alike: dict[str, Any]) -> None:
    """A paragraph that the document does not have."""
    alike["numbers"].append(0)
    alike["paths"].append("p99")


def lead_nowhere(alike: dict[str, Any]) -> None:
    """A paragraph of a story that the document does not have."""
    alike["paths"][0] = "header9/p0"


@pytest.mark.parametrize(
    "change",
    [change_number, exchange_addresses, repeat_an_address, leave_one_out, add_one, lead_nowhere],
)
def test_addresses_and_kinds_have_to_fit(tmp_path: Path, change: Any) -> None:
    job = finish(tmp_path, docx(BODY), {"A": "a", "B": "b"})
    told = told_once(job.log)
    assert told is not None
    change(told["alike"])
    package, document = Package(job.template, LIMITS), ZipReader(job.document, LIMITS)
    try:
        assert prove(package, document, read_run_claims(told, job.report), LIMITS).verdict != "intact"
    finally:
        document.close()
        package.close()
