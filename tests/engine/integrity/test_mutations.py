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
from docops_flask.engine.skills.skill import Lines
from tests.conftest import ROOT
from tests.engine.inline_markup import equation, field, mr, ruby, simple
from tests.engine.integrity.block_templates import NUMBERING
from tests.engine.integrity.byte_mutations import mutate_bytes
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish, finish_open
from tests.engine.integrity.log_mutations import mutate_log
from tests.engine.integrity.mutations import mutate
from tests.engine.removal_packages import END, REFERENCE, START, commented, signed
from tests.factories import R, docx, p, r, tbl, tc, textbox, tr

MUTATIONS = int(os.environ.get("DOCOPS_TESTS_MUTATIONS", "300"))
SEED = int(os.environ.get("DOCOPS_TESTS_SEED", "1"))
_BODIES = (
    p("【A】"),
    p(r("x 【"), r("A】 y 【B】", "<w:b/>"), properties='<w:jc w:val="both"/>'),
    p(r(" 【B】", preserve=False), '<w:bookmarkStart w:id="0" w:name="m"/>'),
    p("　【B】", properties='<w:pageBreakBefore/><w:jc w:val="both"/>'),
    p(r("【", "<w:b/>"), r("B"), r("】"), '<w:bookmarkStart w:id="5" w:name="n"/>'),
    p(textbox(p("【B】") + p("【A】 in a box"))),
    tbl(tr(tc("【A】"), tc(p("b"), p("【B】 end"))), tr(tc("plain", properties='<w:gridSpan w:val="2"/>'))),
    p("around", textbox(p("【A】 in a box"))),
    p(field(' HYPERLINK "https://e.org/【A】" \\o "【', 'B】"'), simple(' QUOTE "【A】" 【B】')),
    p(ruby(r("【A】"), r("【") + r("B】")), equation(mr("【A", "】")), "【A\u200b】"),
    "<!-- a comment --><w:p><w:r><w:tab/><w:t>【A】</w:t><w:br/></w:r></w:p>",
)
_ITEM = p("item 【#】", properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>')
_WITH_BLOCKS = (
    p("【?D】") + p("about 【D】") + p("【否则】") + p("no title") + p("【/D】")
    + tbl(tr(tc("h"), tc("h")), tr(tc("【#A】【#】"), tc("【N】【/A】")))
    + p("【#A】") + p("【N】") + p("of 【N】") + _ITEM + p("【间隔】") + p("-") + p("【/A】")
    + p("x【#F】【.】【?末项】.【否则】;【/】【/F】") + p("【#M】") + p("kept") + p("【/M】【--r】")
    + p("cut【#A】here") + p("【/A】") + p("【@P|可空】") + p("【?F】【@P|可空】【/F】", "【--r】")
)  # fmt: skip
_LISTS_OF_ITEMS: tuple[list[dict[str, str]], ...] = (
    [{"N": "one"}, {"N": "two"}, {"N": "a\nb"}],
    [{"N": "only"}],
    [],
)
_REPAIRED = p("【A】", properties='<w:spacing w:line="300"/><w:ind w:left="4" w:firstLine="0"/>')
_VALUES = ("value", "one\ntwo", "a\n\nc", "\ttab ", "", "值<&", "【A】")
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_DC = "http://purl.org/dc/elements/1.1/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
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
        # The values of inspection_record have several lines.
        lines: Lines = "paragraphs" if name == "inspection_record" else "breaks"
        jobs.append(finish(folder, ROOT / "samples" / f"{name}.docx", values, lines=lines))
    for number in range(12):
        body = "".join(random_.choices(_BODIES, k=random_.randrange(1, 8))) + _REPAIRED
        stories = {"header1": p("【B】 head"), "footnotes": f'<w:footnote w:id="1">{p("【A】")}</w:footnote>'}
        values = {"A": random_.choice(_VALUES), "B": random_.choice(_VALUES)}
        options = (
            (STRICT, Policy(line_spacing_twips=560, first_line_indent_twips=640)) if number % 3 == 0 else ()
        )
        content = docx(body, stories=stories, styles='<w:style w:styleId="a"/>')
        lines = "paragraphs" if number % 2 else "breaks"
        if number % 4 == 1:
            values = {"A": "one\ntwo", "B": "a\n\nc"}
        jobs.append(finish(tmp_path_factory.mktemp("generated"), content, values, *options, lines=lines))
    jobs += [
        finish(tmp_path_factory.mktemp("places"), elsewhere(), {"A": value, "B": "https://example.org/b"})
        for value in ("value", "one\ntwo", "值<&")
    ]
    for template in (commented(p(START, r("【A】"), END, REFERENCE)), signed(p("【A】"))):
        left_out = Options(strip_comments=True, drop_signature=True)
        jobs.append(finish(tmp_path_factory.mktemp("left-out"), template, {"A": "value"}, left_out))
    for number, items in enumerate(_LISTS_OF_ITEMS):
        payload = {"A": items, "D": "d" if number else "", "F": ["x", "值<&"], "M": None}
        blocks = docx(_WITH_BLOCKS, stories={"numbering": NUMBERING})
        jobs.append(finish_open(tmp_path_factory.mktemp("blocks"), blocks, payload))
    return jobs


def elsewhere() -> bytes:
    """A template with placeholders outside paragraphs: in parts of each kind, in attributes of the body."""
    chart = "<a:p><a:r><a:t>x【</a:t></a:r><a:r><a:t>A】y</a:t></a:r></a:p><c:v>【A】 and 【A】</c:v>"
    link = f'Type="{R}/hyperlink" Target="%E3%80%90B%E3%80%91" TargetMode="External"'
    data = f'Type="{R}/customXml" Target="../customXml/item1.xml"'
    links = f'<Relationship Id="rId1" {link}/><Relationship Id="rId2" {data}/>'
    parts = {
        "word/charts/chart1.xml": f'<c:c xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main">{chart}</c:c>',
        "docProps/core.xml": f'<c xmlns:dc="{_DC}"><dc:title>【A】 title</dc:title></c>',
        "customXml/item1.xml": '<root xmlns="urn:x"><name/><other a="【A】">【A】</other></root>',
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
        ),
    }
    binding = 'w:prefixMappings="xmlns:n=\'urn:x\'" w:xpath="/n:root[1]/n:name[1]"'
    bound = f"<w:sdtPr><w:dataBinding {binding}/></w:sdtPr>"
    control = f"<w:sdt>{bound}<w:sdtContent>{p('【A】')}</w:sdtContent></w:sdt>"
    picture = (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="n" descr="【A】 of 【B】"/></wp:inline>'
        "</w:drawing></w:r>"
    )
    body = p("【A】", picture) + control
    return docx(body, extra={name: content.encode() for name, content in parts.items()})


def test_every_result_is_intact_to_the_byte_as_it_is(finished: list[FinishedJob]) -> None:
    assert {(job.proof().verdict, job.proof().exactness) for job in finished} == {("intact", "bytes")}
    assert any(job.report["summary"]["fix_changes"] for job in finished)
    assert any("mirrored_at" in entry for job in finished for entry in job.log["entries"])
    assert sum("blocks" in job.log for job in finished) > 3
    assert any(":" in entry["paragraph_path"] for job in finished for entry in job.log["entries"])


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
