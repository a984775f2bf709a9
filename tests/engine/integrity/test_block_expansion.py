"""The proof's own expansion of blocks is that of the code that fills, byte for byte, whatever the template.

The suite takes a few dozen random templates, ``make expansions`` 5,000 (docs/integrity.md).
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, ResultRefused, TemplateLimitExceeded
from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import read_claims
from docops_flask.engine.integrity.expansion.expand import Expansion
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
from docops_flask.engine.template.blocks.expansion import BlockLayouts
from docops_flask.engine.template.blocks.remarks import copies_around, remarks_in
from docops_flask.engine.template.blocks.structure import find_structure
from docops_flask.engine.template.blocks.template_structure import Structure
from tests.engine.counted_steps import steps_of
from tests.engine.integrity.block_templates import NUMBERING, RandomTemplate
from tests.engine.integrity.finished_job import finish_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr

TEMPLATES = int(os.environ.get("DOCOPS_TESTS_EXPANSIONS", "40"))
SEED = int(os.environ.get("DOCOPS_TESTS_SEED", "1"))
LIMITS = Limits()
_REPORT: dict[str, Any] = {"summary": {"fix_changes": []}}
_START, _STOP = '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>'


def entries_of_remarks(structure: Structure, filled: ExpandedTemplate) -> Iterator[dict[str, Any]]:
    """The entries of remarks and declarations, as the log has them."""
    around: dict[int, list[Any]] = {}
    for each in filled.blocks:
        around.setdefault(each.found.number, []).append((each.inside, each.copies, each.branch))
    for number, remark in enumerate(remarks_in(structure), len(structure.blocks)):
        site = remark.site
        path = site.place.path
        place = {"paragraph_path": path, "start": site.start, "end": site.end, "text": site.placed.text}
        dropped = [] if remark.dropped is None else [{"path": remark.dropped, "reason": remark.reason}]
        for inside in copies_around(remark.around, around):
            yield {
                "id": number, "kind": site.tag.kind.value, "name": "", "extent": "inline",
                "inside": [list(each) for each in inside], "start": place, "end": place, "dividers": [],
                "mirrored_at": [mirror.path for mirror in site.place.mirrors], "status": "expanded",
                "from": path, "to": path, "copies": 0, "branch": None, "dropped": dropped,
                "result_from": None, "result_to": None,
            }  # fmt: skip


def assert_same(folder: Path, template: bytes, payload: dict[str, Any]) -> int:
    """Expand ``template`` by both; return how many entries the log has of its blocks."""
    file = folder / "template.docx"
    file.write_bytes(template)
    package = Package(file, LIMITS)
    try:
        document = open_document(package, LIMITS)
        structure = find_structure(document)
        filled = ExpandedTemplate(document, BlockLayouts(document, structure), payload, LIMITS)
        blocks = [*(each.as_dict() for each in filled.blocks), *entries_of_remarks(structure, filled)]
        log: dict[str, Any] = {"entries": [], "blocks": blocks}
        log["added"] = {
            name: [each.as_dict() for each in added]
            for name, added in (("numbering", filled.added_lists), ("notes", filled.added_notes))
            if added
        }
        claims = read_claims(json.loads(json.dumps(log)), _REPORT)
        if not claims.entries_of_blocks:
            return 0
        expansion = Expansion(TemplateEvidence(package), claims, LIMITS)
        assert list(expansion.expanded().misfits) == []
        own = {name: each.content for name, each in expansion.written.items()}
        before = {part.name: part.text.content for part in document.parts}
        for part in filled.document.parts:
            assert own.get(part.name, before[part.name]).decode() == part.text.content.decode()
        if filled.other_edits:
            numbering = filled.document.related.content("numbering")
            assert expansion.others["word/numbering.xml"] == numbering
        return len(claims.entries_of_blocks)
    finally:
        package.close()


def test_random_templates_are_expanded_the_same_by_both(tmp_path: Path) -> None:
    entries = 0
    for number in range(TEMPLATES):
        template = RandomTemplate(random.Random(f"{SEED} {number}"))
        content = docx(template.body, stories=template.stories)
        try:
            entries += assert_same(tmp_path, content, template.any_payload())
        except TemplateLimitExceeded:
            continue
        except AssertionError as error:
            error.add_note(f"template {number} of seed {SEED}")
            raise
    assert entries > TEMPLATES / 4


def test_random_jobs_are_intact_to_the_byte(tmp_path: Path) -> None:
    entries = 0
    for number in range(TEMPLATES):
        template = RandomTemplate(random.Random(f"{SEED} {number} job"))
        content = docx(template.body, stories=template.stories)
        try:
            job = finish_open(tmp_path, content, template.payload())
        except ResultRefused as error:
            raise AssertionError(f"job {number} of seed {SEED}: {error.inner}") from error
        except DocopsError:
            # The tags ask for another payload, or nest too deep.
            continue
        proof = job.proof()
        assert (proof.verdict, proof.exactness) == ("intact", "bytes")
        entries += len(job.log["entries"])
    assert entries > TEMPLATES / 4


_LISTS = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
_NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
_END = p("end")
_CASES = {
    "a tag beside a block that stays": p("head【#A】【#B】") + p("x") + p("【/B】【/A】tail") + _END,
    "a mark in a control paragraph of an inner block": (
        p("【#A】") + p("【#B】", _START) + p("x") + p("【/B】") + p("y", _STOP) + p("【/A】") + _END
    ),
    "a range from one inner block to another": (
        p("【#A】") + p("【?B】a", _START, "b【/B】") + p("【?B】c", _STOP, "d【/B】") + p("【/A】") + _END
    ),
    "lists and notes in nested blocks": (
        p("【#A】") + p("h", _NOTE) + p("【#B】") + p("i") + p("x", properties=_LISTS) + p("【/B】")
        + p("【/A】") + _END
    ),
    "a text box in both branches": (
        p("【#A】") + p("y", textbox(p("【#B】"), p("【.】", properties=_LISTS), p("【/B】【--r】")))
        + p("【/A】") + _END
    ),
    "text boxes that read otherwise": (
        p("【#A】") + p("y", textbox(p("【#B】x【/B】"), fallback=[p("【#B】y【/B】")])) + p("【/A】") + _END
    ),
    "rows of merged cells in rows": (
        tbl(
            tr(tc("【#A】", properties='<w:vMerge w:val="restart"/>'), tc("")),
            tr(tc("【#B】x", properties='<w:vMerge/>'), tc("【/B】")),
            tr(tc("", properties='<w:vMerge/>'), tc("【/A】")),
            tr(tc("z", properties='<w:vMerge/>'), tc("")),
        )
        + _END
    ),
    "parts of runs": p(r("a【#A】b", "<w:b/>"), r("c【#", "<w:i/>"), r("B】d【/B】【/A】e")) + _END,
}  # fmt: skip
_PAYLOADS: dict[str, dict[str, Any]] = {
    "no list": {},
    "no item": {"A": []},
    "a list that one item lacks": {"A": [{"B": ["1", "2"]}, {}, {"B": []}]},
    "two items": {"A": [{"B": ["1"]}, {"B": ["2", "3"]}], "B": ["4"]},
}


@pytest.mark.parametrize("payload", list(_PAYLOADS.values()), ids=list(_PAYLOADS))
@pytest.mark.parametrize("body", list(_CASES.values()), ids=list(_CASES))
def test_both_expand_the_same(tmp_path: Path, body: str, payload: dict[str, Any]) -> None:
    note = f'<w:footnote w:id="2">{p("【#B】", _START, "x", _STOP, "【/B】")}</w:footnote>'
    stories = {"numbering": NUMBERING, "footnotes": note}
    assert_same(tmp_path, docx(body, stories=stories), payload)


@pytest.mark.parametrize(
    "body",
    [
        tbl(tr(tc("【#A】【.】"), tc("y【/A】"))),
        p("【#A】") + p("【.】") + p("【/A】") + _END,
        p("【#A】【.】、【/A】"),
    ],
    ids=["rows", "paragraphs", "inline"],
)
def test_work_grows_with_the_copies(tmp_path: Path, body: str) -> None:
    few, many = (
        steps_of(finish_open(tmp_path, docx(body), {"A": ["v"] * count}).proof) for count in (100, 400)
    )
    assert many < 4.5 * few
