"""Changes without a log entry are found and reported with part, place and kind."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.opc.additions import Additions
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import REL_TRANSITIONAL
from docops_flask.engine.policy.policy import Policy
from tests.engine.integrity.finished_job import LIMITS, STRICT, FinishedJob, finish, rewritten
from tests.factories import docx, p, r, tbl, tc, tr

BODY = p("one 【A】 two", properties='<w:jc w:val="both"/>') + tbl(tr(tc("cell"), tc("【B】")))
VALUES = {"A": "first\nsecond ", "B": "value"}


@pytest.fixture
def job(tmp_path: Path) -> FinishedJob:
    content = docx(BODY, stories={"header1": p("head 【A】")}, extra={"word/media/a.png": b"picture"})
    return finish(tmp_path, content, VALUES)


EDITS = {
    "a character of the template's text": ("one ", "One ", [("text", "p0")]),
    "a character of a value": ("first", "fist", [("text", "p0")]),
    "text at the end": (" two", " two!", [("text", "p0")]),
    "another cell": ("cell", "cel", [("text", "t0.r0.c0.p0")]),
    "white space between elements": ("<w:tblGrid/>", "<w:tblGrid/> ", [("text", "")]),
    "an attribute's value": ('val="both"', 'val="left"', [("attribute", "p0")]),
    "an attribute more": ("<w:tblGrid/>", '<w:tblGrid w:x="1"/>', [("attribute", "")]),
    "an attribute less": (' w:val="both"', "", [("attribute", "p0")]),
    "xml:space less": (' xml:space="preserve"', "", [("attribute", "p0")]),
    "a break less": ("<w:br/>", "", [("element_removed", "p0")]),
    "a break more": ("<w:br/>", "<w:br/><w:br/>", [("element_added", "p0")]),
    "a break that is a tab": ("<w:br/>", "<w:tab/>", [("element", "p0")]),
    "an empty run": ("<w:tblGrid/>", "<w:tblGrid/><w:r/>", [("element_added", "")]),
    "a paragraph more": ("<w:tbl>", "<w:p/><w:tbl>", [("element_added", "")]),
    "an XML comment": ("<w:tblGrid/>", "<w:tblGrid/><!-- x -->", [("element_added", "")]),
    "an instruction": ("<w:tblGrid/>", "<w:tblGrid/><?x y?>", [("element_added", "")]),
    "a comment before the root": ("<w:document", "<!-- x --><w:document", [("canonical_form", "")]),
    "a namespace": ("<w:body>", '<w:body xmlns:x="urn:x">', [("namespaces", "")]),
    "the declaration": ('standalone="yes"', 'standalone="no"', [("declaration", "")]),
    "broken XML": ("<w:tblGrid/>", "<w:tblGrid>", [("not_well_formed", "")]),
    "a DTD": ("<w:document", "<!DOCTYPE x><w:document", [("not_well_formed", "")]),
}


@pytest.mark.parametrize(("old", "new", "found"), EDITS.values(), ids=EDITS)
def test_an_edit_is_found_where_it_is(
    job: FinishedJob, old: str, new: str, found: list[tuple[str, str]]
) -> None:
    tampered = job.edited(old, new)
    assert tampered.found() == found
    assert tampered.proof().verdict == "violated"


SAME = {
    "quotes": ('<w:jc w:val="both"/>', "<w:jc w:val='both'/>"),
    "an element's two forms": ("<w:tblGrid/>", "<w:tblGrid></w:tblGrid>"),
    "a character reference": ("cell", "&#99;ell"),
    "CDATA": ("cell", "<![CDATA[cell]]>"),
    "white space in a tag": ("<w:tblGrid/>", "<w:tblGrid\n />"),
}


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_equivalent_serializations_are_no_difference(job: FinishedJob, old: str, new: str) -> None:
    assert job.edited(old, new).proof().verdict == "intact"


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_a_part_without_entries_must_be_equal_byte_for_byte(tmp_path: Path, old: str, new: str) -> None:
    job = finish(tmp_path, docx(BODY.replace("【", "(")), VALUES).edited(old, new)
    assert job.found() == [("bytes", "")]


MEMBERS = {
    "a picture changed": ({"word/media/a.png": b"Picture"}, [("bytes", "")]),
    "a picture gone": ({"word/media/a.png": None}, [("member_removed", "")]),
    "a member more": ({"word/x.xml": b"<x/>"}, [("member_added", "")]),
    "content types": ({"[Content_Types].xml": b"<Types/>"}, [("namespaces", "")]),
    "a relationship": ({"_rels/.rels": b"x"}, [("not_well_formed", "")]),
}


@pytest.mark.parametrize(("changes", "found"), MEMBERS.values(), ids=MEMBERS)
def test_a_change_of_members_is_found(
    job: FinishedJob, changes: dict[str, str | bytes | None], found: list[tuple[str, str]]
) -> None:
    tampered = type(job)(**{**vars(job), "document": rewritten(job.document, changes)})
    assert set(found) <= set(tampered.found()) | {("namespaces", "")}
    assert tampered.proof().verdict == "violated"


def entry_of(job: FinishedJob, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = job.log["entries"][number]
    return found


CLAIMS = {
    "another value": {"new_text": "other"},
    "another paragraph": {"paragraph_path": "p1", "run_id": "p1:r0"},
    "another run": {"run_id": "p0:r1"},
    "another place in the text": {"start": 5, "end": 8},
    "beyond the text": {"start": 500, "end": 503},
    "backwards": {"start": 7, "end": 4},
    "another name": {"field_name": "B"},
    "no placeholder": {"field_name": "a", "original_text": "【a】"},
    "leading zeros": {"paragraph_path": "p00", "run_id": "p00:r0"},
    "a value no XML can hold": {"new_text": "\x00"},
    "a path of no sense": {"paragraph_path": "t0.r0.c0." * 1000 + "p0"},
    "a mirror that is none": {"mirrored_at": ["header1/p0"]},
    "itself as its mirror": {"mirrored_at": ["p0"]},
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_wrong_replace_log_entry_is_found(job: FinishedJob, claim: dict[str, Any]) -> None:
    entry_of(job).update(claim)
    assert job.proof().verdict == "violated"


def test_a_missing_replace_log_entry_is_found(job: FinishedJob) -> None:
    del job.log["entries"][0]
    assert {place for _, place in job.found()} == {"p0"}


def test_a_duplicate_replace_log_entry_is_found(job: FinishedJob) -> None:
    job.log["entries"].insert(0, entry_of(job))
    assert job.found() == [("log_entry", "$.entries[1]")]


LINE = '<w:spacing w:line="300"/>'
FIXES = {
    "another value": {"after": {"line": "1"}},
    "another state before": {"before": {"line": "1"}},
    "another paragraph": {"paragraph_path": "p7"},
    "another element": {"element": "ind"},
    "no element of paragraphs": {"element": "sz"},
    "a run that is none": {"element": "sz", "run_id": "p0:r9"},
}


@pytest.mark.parametrize("claim", FIXES.values(), ids=FIXES)
def test_a_wrong_fix_entry_is_found(tmp_path: Path, claim: dict[str, Any]) -> None:
    job = finish(tmp_path, docx(p("【A】", properties=LINE)), VALUES, STRICT, Policy(line_spacing_twips=560))
    change = next(each for each in job.report["summary"]["fix_changes"] if each["element"] == "spacing")
    change.update(claim)
    assert job.proof().verdict == "violated"


def test_a_missing_fix_entry_is_found(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】", properties=LINE)), VALUES, STRICT, Policy(line_spacing_twips=560))
    job.report["summary"]["fix_changes"] = []
    assert job.proof().verdict == "violated"


def test_a_filled_comment_is_found(tmp_path: Path) -> None:
    comments = f'<w:comment w:id="0">{p("【A】")}</w:comment>'
    job = finish(tmp_path, docx(p("【A】"), stories={"comments": comments}), VALUES)
    assert job.edited("【A】", "x", "word/comments.xml").found() == [("text", "comments/n0.p0")]


def test_a_changed_part_without_an_entry_is_found(job: FinishedJob) -> None:
    assert job.edited("head ", "Head ", "word/header1.xml").found() == [("text", "header1/p0")]


def test_long_lists_are_truncated_and_counted(tmp_path: Path) -> None:
    job = finish(
        tmp_path, docx("".join(p(r(f"text {number}")) for number in range(300)) + p("【A】")), VALUES
    )
    proof = job.with_part(job.part().replace("text", "Text")).proof()
    assert (proof.unaccounted_count, len(proof.unaccounted)) == (300, 100)


def test_a_part_that_was_added_with_all_that_belongs_to_it_is_found(job: FinishedJob, tmp_path: Path) -> None:
    """``Additions`` makes a sound package of it; no entry of the log speaks of the part."""
    file = tmp_path / "document.docx"
    file.write_bytes(job.document)
    package, stream = Package(file, LIMITS), io.BytesIO()
    additions = Additions(package, LIMITS)
    additions.add_part("word/media/b.gif", "image/gif", b"GIF89a")
    additions.relate("word/document.xml", f"{REL_TRANSITIONAL}/image", "word/media/b.gif")
    package.write(stream, *additions.finish())
    package.close()
    proof = replace(job, document=stream.getvalue()).proof()
    assert proof.verdict == "violated"
    found = {(each.part, each.what) for each in proof.unaccounted}
    assert ("word/media/b.gif", "member_added") in found
    assert {part for part, _ in found} == {
        *("word/media/b.gif", "[Content_Types].xml", "word/_rels/document.xml.rels")
    }
