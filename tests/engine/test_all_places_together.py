"""Blocks, texts inside paragraphs, places outside them, and what is left out, in one job."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from tests.engine.inline_markup import field
from tests.engine.integrity.finished_job import FinishedJob, finish, rewritten
from tests.engine.removal_packages import END, REFERENCE, START, commented
from tests.factories import p, r, tbl, tc, textbox, tr

LINK = field(' HYPERLINK "https://e.org/', '【B】" ')
DRAWING = "<w:r><w:drawing><wp:inline>%s</wp:inline></w:drawing></w:r>"
PICTURE = DRAWING % '<wp:docPr id="1" name="a" descr="【B】 of 【A】"/>'
DIRECT = '<w:ind w:firstLine="1"/>'
RELATIONSHIPS = "word/_rels/document.xml.rels"
VALUES = {"A": "一\n二\n三", "B": "b&c"}


def body() -> str:
    return (
        p("【A】", properties=DIRECT)
        + p("text 【B】", LINK)
        + p(textbox(p("【A】") + p("【B】", LINK)))
        + tbl(tr(tc(p("【A】") + p(LINK)), tc(p(PICTURE))))
        + p(START, r("【B】"), END, REFERENCE, properties=DIRECT)
        + p("left: 【C】", LINK)
    )


def template() -> bytes:
    """A template with comments, a link to a place that a value names, and the rest in its body."""
    content = commented(body())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        links = archive.read(RELATIONSHIPS).decode()
    return rewritten(
        content,
        {
            RELATIONSHIPS: links.replace(
                'Target="document.xml"', 'Target="https://e.org/【B】" TargetMode="External"'
            )
        },
    )


@pytest.fixture(name="job")
def finished(tmp_path: Path) -> FinishedJob:
    return finish(
        tmp_path,
        template(),
        VALUES,
        Options(format_baseline="policy", strip_comments=True),
        Policy(line_spacing_twips=560, first_line_indent_twips=640),
        lines="paragraphs",
    )


def test_the_result_is_proved_to_the_byte(job: FinishedJob) -> None:
    proof = job.proof()
    assert (proof.verdict, proof.exactness) == ("intact", "bytes")
    assert {"blocks", "removed"} <= job.log.keys()


def test_the_log_has_places_of_the_template_and_of_the_result(job: FinishedJob) -> None:
    links = [entry for entry in job.log["entries"] if ":field" in entry["paragraph_path"]]
    assert [(entry["paragraph_path"], entry["result_path"]) for entry in links] == [
        ("p1:field0", "p3:field0"),
        ("textbox0/p1:field0", "textbox0/p3:field0"),
        ("t0.r0.c0.p1:field0", "t0.r0.c0.p3:field0"),
        ("p4:field0", "p6:field0"),
    ]
    assert links[1]["mirrored_at"] == ["textbox0.fallback/p1:field0"]
    left = [entry for entry in job.log["entries"] if entry["status"] != "replaced"]
    assert [(entry["original_text"], entry["result_path"]) for entry in left] == [("【C】", "p6")]


def test_all_of_it_is_in_the_document(job: FinishedJob) -> None:
    root = etree.fromstring(job.part().encode())
    codes = [each.text or "" for each in root.iter("{*}instrText")]
    assert sum("b&c" in code for code in codes) == 5
    assert [each.get("descr") for each in root.iter("{*}docPr")] == ["b&c of 一\n二\n三"]
    assert not list(root.iter("{*}commentRangeStart", "{*}commentReference"))
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        assert "word/comments.xml" not in archive.namelist()
        links = archive.read(RELATIONSHIPS).decode()
    assert 'Target="https://e.org/b&amp;c"' in links
    assert "comments" not in links
