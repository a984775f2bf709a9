"""What nests as deep as the parser lets it is read, filled and proved like anything else, or refused."""

import json
from pathlib import Path

import pytest

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import PRESETS
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills
from tests.factories import docx, p, r

SKILLS = tuple(load_skills())
SKILL = next(skill for skill in SKILLS if skill.name == "meeting_notice")
# libxml2's own bound, and the levels around what nests here.
DEEPEST = 256
RUN = r("【MEETING_TITLE】")
CHOICE = "<mc:AlternateContent><mc:Choice>|</mc:Choice></mc:AlternateContent>"
# What nests (| is where its content goes), what lies in the innermost one, what is around the outermost.
NESTED = {
    "tables": ("<w:tbl><w:tr><w:tc>|</w:tc></w:tr></w:tbl>", p(RUN), "|"),
    "content controls around blocks": ("<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>", p(RUN), "|"),
    "content controls around runs": ("<w:sdt><w:sdtContent>|</w:sdtContent></w:sdt>", RUN, "<w:p>|</w:p>"),
    "smart tags": ("<w:smartTag>|</w:smartTag>", RUN, "<w:p>|</w:p>"),
    "deletions": ("<w:del>|</w:del>", RUN, "<w:p>|</w:p>"),
    "simple fields": ("<w:fldSimple>|</w:fldSimple>", RUN, "<w:p>|</w:p>"),
    "text boxes": ("<w:p><w:txbxContent>|</w:txbxContent></w:p>", p(RUN), "|"),
    "choices of blocks": (CHOICE, p(RUN), "|"),
    "choices of runs": (CHOICE, RUN, "<w:p>|</w:p>"),
    "choices in a run": (CHOICE, "<w:t>【MEETING_TITLE】</w:t>", "<w:p><w:r>|</w:r></w:p>"),
    "choices of text boxes": (
        CHOICE.replace("|", "<w:p><w:txbxContent>|</w:txbxContent></w:p>"), p(RUN), "|",
    ),
    "elements nobody knows": ("<w:unknown>|</w:unknown>", RUN, "<w:p>|</w:p>"),
}  # fmt: skip


def nested(thing: str, levels: int) -> bytes:
    each, innermost, around = NESTED[thing]
    before, after = each.split("|")
    return docx(around.replace("|", before * levels + innermost + after * levels))


def jobs(folder: Path, template: bytes, other: bytes) -> str:
    """Do every kind of job with ``template``; verify the document ``other`` against it."""
    path = folder / "template.docx"
    path.write_bytes(template)
    payload = {"meeting_title": "one\ntwo"}
    for preset in ("quick", "strict"):
        run_job(Job(JobKind.RUN, SKILLS, SKILL, payload, PRESETS[preset]), path, folder)
    run_job(Job(JobKind.PRECHECK, SKILLS, SKILL, payload), path, folder)
    run_job(Job(JobKind.INSPECT, SKILLS), path, folder)
    (folder / "document.docx").write_bytes(other)
    (folder / "replace_log.json").write_text(json.dumps({"entries": []}))
    (folder / "format_report.json").write_text(json.dumps({"summary": {"fix_changes": []}}))
    found: str = run_job(Job(JobKind.VERIFY, SKILLS), path, folder)["verdict"]
    return found


@pytest.mark.parametrize("thing", NESTED)
def test_nesting_up_to_the_limit_is_processed_and_deeper_nesting_is_refused(
    tmp_path: Path, thing: str
) -> None:
    levels = 1
    while nested_depth(thing, levels + 1) <= DEEPEST:
        levels += 1
    other = docx(p("another"))
    assert jobs(tmp_path, nested(thing, levels - 1), other) == "violated"
    with pytest.raises(InvalidTemplate):
        jobs(tmp_path, nested(thing, levels + 2), other)


def nested_depth(thing: str, levels: int) -> int:
    """How many elements lie in one another: those of w:document and w:body too."""
    each, innermost, around = NESTED[thing]
    inner = innermost.split("<w:t")[0].count("<w:") + 1
    return 2 + around.count("</") + levels * each.count("</") + inner
