"""What a job does is accounted for, to the last node, whatever the template looks like."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from tests.engine.integrity.finished_job import STRICT, finish
from tests.factories import docx, p, r, tbl, tc, textbox, tr

NOTES = "".join(f'<w:footnote w:id="{number}">{p(f"note 【A】 {number}")}</w:footnote>' for number in (1, 2))
SAME_IDS = (
    f'<w:footnote w:id="1">{p("【A】 x")}</w:footnote><w:footnote w:id="1">{p("【B】 【A】")}</w:footnote>'
)
SPANS = tbl(
    tr(tc("a", properties='<w:gridSpan w:val="2"/>'), tc("【A】"), properties='<w:gridBefore w:val="1"/>'),
    f"<w:sdt><w:sdtContent>{tr(tc(tbl(tr(tc('【B】'))), '【A】'))}</w:sdtContent></w:sdt>",
)
DELETED = f"<w:del>{r('【A】').replace('w:t', 'w:delText')}</w:del>"
INLINE = '<w:r><w:drawing><wp:inline><wp:docPr id="1"/></wp:inline></w:drawing></w:r>'
CHOICE = (
    f'<mc:AlternateContent><mc:Choice Requires="w14">{r("【A】1")}</mc:Choice>'
    f"<mc:Fallback>{r('【A】2')}</mc:Fallback></mc:AlternateContent>"
)

TEMPLATES = {
    "one run": p("【A】"),
    "nothing to fill": p("text"),
    "text around": p("before 【A】 after 【B】 end"),
    "split across runs": p(r("x【"), r("A"), r("】y", "<w:b/>")),
    "three in one run": p("【A】【B】【A】"),
    "split, and one behind": p(r("【A"), r("】【B】 【"), r("A】")),
    "hidden white space": p(r(" 【A】 ", preserve=False)),
    "white space kept": p(r(" 【A】 ")),
    "marks between": p(
        r("【A"), '<w:bookmarkStart w:id="0" w:name="m"/>', '<w:proofErr w:type="x"/>', r("】")
    ),
    "deleted text between": p(r("【A"), DELETED, r("】")),
    "hyperlink, field, control": p(
        f"<w:hyperlink>{r('【A】')}</w:hyperlink>",
        f'<w:fldSimple w:instr="DATE">{r("【B】")}</w:fldSimple>',
        f"<w:sdt><w:sdtContent>{r('【A】')}</w:sdtContent></w:sdt>",
    ),
    "tabs, breaks, pictures": p("<w:r><w:tab/><w:t>【A】</w:t><w:br/></w:r>", INLINE, r("【B】")),
    "own newline and tab in the text": p(r("a\n【A】\tb")),
    "two branches": p(CHOICE),
    "tables": SPANS,
    "text box": p("x", textbox(p("【A】 in a box"))),
    "text box that differs": p("x", textbox(p("【A】"), fallback=(p("【B】"),))),
    "box in a box": p(textbox(p("【A】", textbox(p("【B】 inner"))))),
    "two boxes": p(textbox(p("【A】")), textbox(p("【B】")), "【A】"),
    "block controls": f"<w:sdt><w:sdtContent>{p('【A】')}</w:sdtContent></w:sdt>{p('【B】')}",
    "comments in the XML": f"<!-- 【A】 -->{p('【A】', '<!-- x -->', r('【B】'))}",
    "CDATA": "<w:p><w:r><w:t><![CDATA[【A】 & <]]></w:t></w:r></w:p>",
    "missing and unsupported": p("【A】 【UNKNOWN】 【a b】 【B"),
    "empty cell": tbl("<w:tr><w:tc/></w:tr>") + p("【A】"),
}
VALUES = {
    "plain": {"A": "value", "B": "值"},
    "lines": {"A": "one\ntwo\n", "B": "\tx\ty\n"},
    "white space": {"A": " ", "B": "x "},
    "empty": {"A": "", "B": ""},
    "markup": {"A": "<&>\"'", "B": "【A】]]>"},
    "itself": {"A": "【A】", "B": "【B】"},
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("body", TEMPLATES.values(), ids=TEMPLATES)
def test_every_change_of_a_job_is_accounted_for(tmp_path: Path, body: str, values: dict[str, str]) -> None:
    job = finish(tmp_path, docx(body), values)
    assert job.integrity["verdict"] == job.proof().verdict == "intact"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("notes", [NOTES, SAME_IDS], ids=["notes", "notes of one id"])
def test_changes_in_different_stories_are_distinguished(tmp_path: Path, notes: str, strict: bool) -> None:
    stories = {
        "header1": p("【A】"),
        "header2": tbl(tr(tc("【B】"))),
        "footer9": p("x【A】"),
        "footnotes": notes,
    }
    stories["comments"] = f'<w:comment w:id="0">{p("【A】")}</w:comment>'
    job = finish(tmp_path, docx(p("【A】"), stories=stories, strict=strict), VALUES["lines"])
    assert job.proof().verdict == "intact"
    changed = {part["name"]: part["replacements"] for part in job.integrity["parts"] if part["changed"]}
    of_notes = 2 if notes == NOTES else 3
    assert changed == {
        "word/document.xml": 1,
        "word/header1.xml": 1,
        "word/header2.xml": 1,
        "word/footer9.xml": 1,
        "word/footnotes.xml": of_notes,
    }


REPAIRED = {
    "a property alone": p("【A】", properties='<w:spacing w:line="300"/>'),
    "others before and after": p(
        "【A】", properties='<w:keepNext/><w:spacing w:line="300"/><w:jc w:val="both"/>'
    ),
    "indent in characters": p("【A】", properties='<w:ind w:firstLineChars="200" w:left="100"/>'),
    "hanging": p("【A】", properties='<w:spacing w:after="3"/><w:ind w:hanging="200"/>'),
    "twice the same": p("【A】", properties='<w:ind w:left="1"/><w:ind w:firstLine="1"/>'),
    "two paragraphs": p("【A】", properties='<w:ind w:firstLine="0"/>')
    + p("b【B】", properties='<w:spacing w:line="300"/><w:ind w:left="3" w:hanging="3"/>'),
}


@pytest.mark.parametrize("body", REPAIRED.values(), ids=REPAIRED)
def test_fixes_are_accounted_for(tmp_path: Path, body: str) -> None:
    policy = Policy(line_spacing_twips=560, first_line_indent_twips=640)
    job = finish(tmp_path, docx(body), VALUES["lines"], STRICT, policy)
    assert job.report["summary"]["fix_changes"]
    assert job.proof().verdict == "intact"
    (part,) = (each for each in job.integrity["parts"] if each["changed"])
    assert part["fixes"] == len(job.report["summary"]["fix_changes"])


def test_a_hash_is_that_of_the_bytes_it_names(tmp_path: Path) -> None:
    picture = bytes(range(256)) * 40
    job = finish(tmp_path, docx(p("【A】"), extra={"word/media/image1.png": picture}), VALUES["plain"])
    parts = {part["name"]: part for part in job.integrity["parts"]}
    for content, key in ((job.template.read_bytes(), "before"), (job.document, "after")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            written = archive.read("word/document.xml")
            assert parts["word/document.xml"][key] == hashlib.sha256(written).hexdigest()
            info = archive.getinfo("word/media/image1.png")
            name_at = info.header_offset + 30
            stored = content[name_at + len(info.filename) :][: info.compress_size]
            assert parts["word/media/image1.png"][key] == hashlib.sha256(stored).hexdigest()
    assert parts["word/document.xml"]["hashed"] == "content"
    assert parts["word/media/image1.png"]["hashed"] == "stored"
    assert list(parts) == [part.filename for part in zipfile.ZipFile(job.template).infolist()]


def test_a_part_that_was_copied_has_one_hash(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("text")), VALUES["plain"], Options(format_mode="off"))
    for part in job.integrity["parts"]:
        assert part["before"] == part["after"]
        assert not part["changed"]
