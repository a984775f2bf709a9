"""Change any node, byte or member of a result, or what its log says: the proof finds every one.

The suite takes a few hundred mutations of each kind, ``make mutations`` 10,000 (docs/analysis/integrity.md).
"""

import json
import os
import random
from collections import Counter
from dataclasses import replace

import pytest

from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from tests.conftest import ROOT
from tests.engine.integrity.byte_mutations import mutate_bytes
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish
from tests.engine.integrity.log_mutations import mutate_log
from tests.engine.integrity.mutations import mutate
from tests.engine.removal_packages import END, REFERENCE, START, commented, signed
from tests.factories import docx, p, r, tbl, tc, textbox, tr

MUTATIONS = int(os.environ.get("DOCOPS_TESTS_MUTATIONS", "300"))
SEED = int(os.environ.get("DOCOPS_TESTS_SEED", "1"))
_BODIES = (
    p("【A】"),
    p(r("x 【"), r("A】 y 【B】", "<w:b/>"), properties='<w:jc w:val="both"/>'),
    p(r(" 【B】", preserve=False), '<w:bookmarkStart w:id="0" w:name="m"/>'),
    tbl(tr(tc("【A】"), tc(p("b"), p("【B】 end"))), tr(tc("plain", properties='<w:gridSpan w:val="2"/>'))),
    p("around", textbox(p("【A】 in a box"))),
    "<!-- a comment --><w:p><w:r><w:tab/><w:t>【A】</w:t><w:br/></w:r></w:p>",
)
_VALUES = ("value", "one\ntwo", "\ttab ", "", "值<&", "【A】")
_SAMPLES = ("meeting_notice", "meeting_notice_en", "training_notice", "inspection_record")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> list[FinishedJob]:
    """Results of the samples and of generated documents, repaired ones among them."""
    random_ = random.Random(7)
    jobs: list[FinishedJob] = []
    for name in _SAMPLES:
        task = json.loads((ROOT / "samples" / f"{name}.task.json").read_text("utf-8"))
        values = {
            key.upper(): "、".join(value) if isinstance(value, list) else value
            for key, value in task["payload"].items()
        }
        folder = tmp_path_factory.mktemp(name)
        jobs.append(finish(folder, ROOT / "samples" / f"{name}.docx", values))
    for number in range(12):
        body = "".join(random_.choices(_BODIES, k=random_.randrange(1, 8))) + p("【A】")
        stories = {"header1": p("【B】 head"), "footnotes": f'<w:footnote w:id="1">{p("【A】")}</w:footnote>'}
        values = {"A": random_.choice(_VALUES), "B": random_.choice(_VALUES)}
        options = (
            (STRICT, Policy(line_spacing_twips=560, first_line_indent_twips=640)) if number % 3 == 0 else ()
        )
        content = docx(body, stories=stories, styles='<w:style w:styleId="a"/>')
        jobs.append(finish(tmp_path_factory.mktemp("generated"), content, values, *options))
    for template in (commented(p(START, r("【A】"), END, REFERENCE)), signed(p("【A】"))):
        left_out = Options(strip_comments=True, drop_signature=True)
        jobs.append(finish(tmp_path_factory.mktemp("left-out"), template, {"A": "value"}, left_out))
    return jobs


def test_every_result_is_intact_to_the_byte_as_it_is(finished: list[FinishedJob]) -> None:
    assert {(job.proof().verdict, job.proof().exactness) for job in finished} == {("intact", "bytes")}
    assert any(job.report["summary"]["fix_changes"] for job in finished)
    assert any("mirrored_at" in entry for job in finished for entry in job.log["entries"])


def test_every_mutation_of_a_result_is_found_by_bytes_and_canonically(finished: list[FinishedJob]) -> None:
    random_ = random.Random(SEED)
    kinds: Counter[str] = Counter()
    for _ in range(MUTATIONS):
        job = random_.choice(finished)
        done, document = mutate(random_, job.document)
        kinds[done.rpartition(": ")[2]] += 1
        mutated = replace(job, document=document)
        assert mutated.proof_by_bytes() is None, f"not found by bytes: {done} in {job.template}"
        proof = mutated.proof()
        assert proof.verdict == "violated", f"not found canonically: {done} in {job.template}"
        assert proof.reason()
    assert len(kinds) > 12


def test_every_mutation_of_bytes_is_found_and_never_called_exact(finished: list[FinishedJob]) -> None:
    random_ = random.Random(SEED)
    kinds: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for _ in range(MUTATIONS):
        job = random_.choice(finished)
        done, document = mutate_bytes(random_, job.document)
        kinds[done.rpartition(": ")[2]] += 1
        mutated = replace(job, document=document)
        assert mutated.proof_by_bytes() is None, f"not found: {done} in {job.template}"
        proof = mutated.proof()
        assert proof.exactness == "canonical", f"called exact: {done} in {job.template}"
        verdicts[proof.verdict] += 1
    assert len(kinds) > 12
    assert min(verdicts["intact"], verdicts["violated"]) > MUTATIONS / 10


def test_every_mutation_of_a_log_is_found_by_bytes_and_canonically(finished: list[FinishedJob]) -> None:
    random_ = random.Random(SEED)
    kinds: Counter[str] = Counter()
    for _ in range(MUTATIONS):
        job = random_.choice(finished)
        done, log, report = mutate_log(random_, job)
        kinds[done] += 1
        mutated = replace(job, log=log, report=report)
        place = f"{done} in {job.template}: {log['entries']} {report['summary']['fix_changes']}"
        assert mutated.proof_by_bytes() is None, f"not found by bytes: {place}"
        assert mutated.proof().verdict == "violated", f"not found canonically: {place}"
    assert len(kinds) > 15
