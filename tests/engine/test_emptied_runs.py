"""A run that filling leaves without a character is taken out; addresses count it all the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.scan import scan_document
from docops_flask.engine.template.values import Values
from tests.engine.integrity.finished_job import FinishedJob, finish
from tests.engine.story_parts import body_part
from tests.factories import docx, p, r, tbl, tc, textbox, tr

BOLD = "<w:b/>"
CONTROL = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"


def body_of(job: FinishedJob) -> str:
    return job.part().partition("<w:body>")[2].partition("<w:sectPr/>")[0]


def run(folder: Path, body: str, value: str = "") -> FinishedJob:
    return finish(folder, docx(body), {"A": value})


@pytest.mark.parametrize(
    ("template", "value", "result"),
    [
        (p("【A】"), "", p()),
        (p("【A】", properties=f"<w:rPr>{BOLD}</w:rPr>"), "", p(properties=f"<w:rPr>{BOLD}</w:rPr>")),
        (p(r("【A】", BOLD)), "", p()),
        (p(r("a"), r("【A】", BOLD), r("b")), "", p(r("a"), r("b"))),
        (p(r("【"), r("A", BOLD), r("】")), "x", p(r("x"))),
        (p(r("【"), r("A", BOLD), r("】")), "", p()),
        (p(r("【"), r("A", BOLD), r("】b")), "", p(r("b"))),
        (p(r("（【A】）")), "", p(r("（）"))),
        (p('<w:r w:rsidR="0A"><w:rPr/><w:t>【A】</w:t></w:r>'), "", p()),
        (p("<w:r><w:t>【</w:t><w:t>A】</w:t></w:r>"), "", p()),
        (p("<w:r><w:t>【A</w:t><w:t>】</w:t><w:t/></w:r>"), "", p()),
        (p("<w:r><w:t><![CDATA[【A】]]></w:t></w:r>"), "", p()),
        (
            p(f'<w:hyperlink w:anchor="x">{r("【A】")}</w:hyperlink>'),
            "",
            p('<w:hyperlink w:anchor="x"></w:hyperlink>'),
        ),
        ("<w:p>\n<w:r>\n<w:t>【A】</w:t>\n</w:r>\n</w:p>", "", "<w:p>\n\n</w:p>"),
        (tbl(tr(tc("【A】"))), "", tbl(tr(tc(p())))),
        (p(textbox(p(r("【"), r("A】")))), "x", p(textbox(p(r("x"))))),
        (p(textbox(p("【A】"), fallback=[p(r("【A"), r("】"))])), "", p(textbox(p()))),
    ],
)
def test_an_emptied_run_goes(tmp_path: Path, template: str, value: str, result: str) -> None:
    job = run(tmp_path, template, value)
    assert body_of(job) == result
    assert job.integrity["exactness"] == "bytes"


@pytest.mark.parametrize(
    ("template", "result"),
    [
        (p("<w:r><w:t>【A】</w:t><w:tab/></w:r>"), p("<w:r><w:t></w:t><w:tab/></w:r>")),
        (
            p("<w:r><w:lastRenderedPageBreak/><w:t>【A】</w:t></w:r>"),
            p("<w:r><w:lastRenderedPageBreak/><w:t></w:t></w:r>"),
        ),
        (p("<w:r><w:t>【A】</w:t><w:t>b</w:t></w:r>"), p("<w:r><w:t></w:t><w:t>b</w:t></w:r>")),
        (p("<w:r><w:t>【A】</w:t><!-- a comment --></w:r>"), p("<w:r><w:t></w:t><!-- a comment --></w:r>")),
        (p("<w:r><w:t>【<!-- a comment -->A】</w:t></w:r>"), p("<w:r><w:t><!-- a comment --></w:t></w:r>")),
        (p(CONTROL.format(r("【A】"))), p(CONTROL.format(r("")))),
        (p(r("")), p(r(""))),
        (p("<w:r/>", r("【A】x")), p("<w:r/>", r("x"))),
    ],
)
def test_a_run_that_holds_anything_else_stays(tmp_path: Path, template: str, result: str) -> None:
    job = run(tmp_path, template)
    assert body_of(job) == result


def test_addresses_count_the_runs_of_the_template(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(r("【"), r("A"), r("】"), r("【B】"))), {"A": "", "B": "x"})
    assert body_of(job) == p(r("x"))
    assert [entry["run_id"] for entry in job.log["entries"]] == ["p0:r0", "p0:r3"]
    assert job.proof().verdict == "intact"


def test_a_run_that_is_repaired_stays() -> None:
    document = Document((part := body_part(p(r("a"), r("【A】", BOLD))),), None, walk_stories([part], 1))
    filling = fill(scan_document(document), Values({"A": ""}))
    place = document.walk.paragraphs[0]
    assert filling.edits_of_emptied([(place, 1)]) == []
    assert len(filling.edits_of_emptied([(place, 0)])) == 2


def test_the_proof_expects_a_repaired_run_to_stay(tmp_path: Path) -> None:
    job = run(tmp_path, p(r("a"), r("【A】", '<w:sz w:val="40"/>')))
    fix = {
        "paragraph_path": "p0",
        "run_id": "p0:r1",
        "element": "sz",
        "before": {"val": "40"},
        "after": {"val": "32"},
    }
    report = {**job.report, "summary": {**job.report["summary"], "fix_changes": [fix]}}
    kept = job.edited(r("a"), r("a") + r("", '<w:sz w:val="32"/>'))
    assert replace(kept, report=report).proof().exactness == "bytes"
    assert replace(job, report=report).proof().verdict == "violated"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<w:p></w:p>", p(r(""))),
        ("<w:p></w:p>", "<w:p><w:r></w:r></w:p>"),
        (r("b"), r("b") + r("")),
    ],
)
def test_a_document_that_keeps_an_emptied_run_is_violated(tmp_path: Path, old: str, new: str) -> None:
    job = run(tmp_path, p(r("【"), r("A】")) + p(r("b"), r("【A】")))
    changed = job.edited(old, new)
    assert changed.proof_by_bytes() is None
    assert changed.proof().verdict == "violated"


def test_a_document_that_lacks_another_run_is_violated(tmp_path: Path) -> None:
    job = run(tmp_path, p(r("b"), r(""), r("【A】")))
    assert job.edited(r(""), "").proof().verdict == "violated"


def test_a_document_saved_again_is_intact_by_canonical_forms(tmp_path: Path) -> None:
    job = run(tmp_path, p(r("b", '<w:b w:val="1"/>'), r("【A】")) + p(textbox(p(r("【"), r("A】")))))
    again = job.edited('<w:b w:val="1"/>', "<w:b w:val='1'></w:b>").proof()
    assert (again.verdict, again.exactness) == ("intact", "canonical")
