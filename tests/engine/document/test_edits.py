"""Edits: each says why it is made, and what the log and the report tell is made by edits."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from docops_flask.engine.document.edits import (
    Edit,
    EditedPart,
    LeaveOut,
    RemoveRun,
    RepeatBlock,
    ReplaceText,
    SetAttributes,
    Texts,
    edited_texts,
    written_parts,
)
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run import edits as run_edits
from docops_flask.engine.skills.skill import Lines
from docops_flask.engine.template import expansion
from tests.engine.inline_markup import equation, field, mr, ruby, simple
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish
from tests.engine.removal_packages import END, REFERENCE, START, commented, signed
from tests.engine.story_parts import body_part
from tests.factories import docx, p, r, tbl, tc, textbox, tr

POLICY = Policy(line_spacing_twips=560, first_line_indent_twips=640)
PICTURE = (
    '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="n" descr="【A】 of 【B】"/></wp:inline></w:drawing>'
    "</w:r>"
)
BODY = (
    p(r("x 【"), r("A】 y 【B】", "<w:b/>"), properties='<w:jc w:val="both"/>')
    + p(r("【", preserve=False), r("A", preserve=False), r("】 【B】 ", preserve=False))
    + p("【A】")
    + tbl(tr(tc("【B】"), tc(p("b"), p("【B】 and 【A】 and 【B】"))))
    + p("around", textbox(p("【B】 in a box")))
    + p(
        field(' QUOTE "【B】" 【A】'),
        simple(' QUOTE "【A】"'),
        ruby(r("【A】"), r("x")),
        equation(mr("【A", "】")),
    )
    + p("【B】", PICTURE)
    + p("【A】", properties='<w:spacing w:line="300"/><w:ind w:left="4" w:firstLine="0"/>')
)


class Planned:
    """The edits of the last job, and what its logs tell."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.edits: list[Edit] = []

        def written(edits: Iterable[Edit], texts: Texts) -> dict[str, bytes]:
            self.edits += (taken := list(edits))
            return written_parts(taken, texts)

        def edited(edits: Iterable[Edit]) -> dict[EditedPart, bytes]:
            self.edits += (taken := list(edits))
            return edited_texts(taken)

        monkeypatch.setattr(run_edits, "written_parts", written)
        monkeypatch.setattr(expansion, "edited_texts", edited)

    def of(self, kind: type) -> set[object]:
        """The reasons of this kind."""
        return {edit.why for edit in self.edits if isinstance(edit.why, kind)}


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Planned:
    return Planned(monkeypatch)


def replaced(job: FinishedJob) -> set[object]:
    """The reasons that the entries of a replace log stand for."""
    return {
        ReplaceText(path, entry["start"])
        for entry in job.log["entries"]
        if entry["status"] == "replaced"
        for path in (entry.get("result_path", entry["paragraph_path"]), *entry.get("mirrored_at", ()))
    }


@pytest.mark.parametrize("lines", ["breaks", "paragraphs"])
@pytest.mark.parametrize("values", [{"A": "one\ntwo", "B": " b "}, {"A": "", "B": "b"}, {"A": "a"}])
def test_each_edit_is_for_an_entry_of_a_log_and_each_entry_has_edits(
    tmp_path: Path, planned: Planned, values: dict[str, str], lines: Lines
) -> None:
    stories = {"header1": p("【B】 head"), "footnotes": f'<w:footnote w:id="1">{p("【A】")}</w:footnote>'}
    template = docx(BODY, stories=stories, styles='<w:style w:styleId="a"/>')
    job = finish(tmp_path, template, values, STRICT, POLICY, lines=lines)
    assert planned.of(ReplaceText) == replaced(job)
    fixes = job.report["summary"]["fix_changes"]
    # A paragraph without a value in it is not repaired.
    assert bool(fixes) == bool(values["A"])
    assert planned.of(SetAttributes) == {SetAttributes(fix["paragraph_path"]) for fix in fixes}
    assert planned.of(RepeatBlock) == {RepeatBlock(block["id"]) for block in job.log.get("blocks", ())}
    assert not planned.of(LeaveOut)
    # Its placeholder lies in three runs; the value is in the first.
    second = "p1" if "blocks" not in job.log else job.log["entries"][2]["result_path"]
    assert RemoveRun(f"{second}:r1") in planned.of(RemoveRun)


@pytest.mark.parametrize("template", [commented(p(START, r("【A】"), END, REFERENCE)), signed(p("【A】"))])
def test_what_is_left_out_of_parts_is_an_edit_for_an_entry_of_removed(
    tmp_path: Path, planned: Planned, template: bytes
) -> None:
    job = finish(tmp_path, template, {"A": "a"}, Options(strip_comments=True, drop_signature=True))
    told = {
        LeaveOut(each["what"], each["part"], each["id"])
        for each in job.log["removed"]
        if each["what"] != "part"
    }
    assert planned.of(LeaveOut) == told
    assert told


def test_two_edits_of_the_same_bytes_are_refused_with_their_reasons() -> None:
    part = body_part(p("【A】"))
    edits: Sequence[Edit] = (
        Edit(part, 5, 9, b"", ReplaceText("p0", 0)),
        Edit(part, 8, 12, b"", SetAttributes("p0")),
    )
    with pytest.raises(DocopsError) as caught:
        written_parts(edits)
    assert "ReplaceText(path='p0', start=0), SetAttributes(path='p0')" in str(caught.value)
