"""Comments and signatures that a job leaves out: gone to the byte, logged, and nothing else is missing."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.options import Options
from tests.engine.counted_steps import steps_of
from tests.engine.integrity.finished_job import FinishedJob, finish, rewritten
from tests.engine.removal_packages import (
    COMMENTED_BODIES,
    END,
    EXTENSIONS,
    REFERENCE,
    START,
    commented,
    relationships,
    signed,
)
from tests.factories import R, W, p, r

STRIP = Options(strip_comments=True)
DROP = Options(drop_signature=True)
VALUES = {"A": "value"}
STYLES = f'<w:styles xmlns:w="{W}"/>'
COMMENT_PARTS = {
    "word/comments.xml",
    "word/_rels/comments.xml.rels",
    "word/media/scribble.png",
    "word/commentsExtended.xml",
    "word/commentsIds.xml",
    "word/commentsExtensible.xml",
    "word/people.xml",
}
SIGNATURE_PARTS = {
    "_xmlsignatures/origin.sigs",
    "_xmlsignatures/_rels/origin.sigs.rels",
    "_xmlsignatures/sig1.xml",
    "_xmlsignatures/_rels/sig1.xml.rels",
    "_xmlsignatures/a.cer",
}


def names(document: bytes) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(document)).namelist())


def outcome(job: FinishedJob) -> tuple[str, str]:
    proof = job.proof()
    return proof.verdict, proof.exactness


def logged(job: FinishedJob, what: str) -> set[str]:
    return {entry["part"] for entry in job.log.get("removed", []) if entry["what"] == what}


@pytest.mark.parametrize("body", COMMENTED_BODIES.values(), ids=COMMENTED_BODIES)
def test_comments_are_left_out_wherever_they_stand(tmp_path: Path, body: str) -> None:
    job = finish(tmp_path, commented(body), VALUES, STRIP)
    written = job.part()
    for mark in ("<w:commentRangeStart", "<w:commentRangeEnd", '<w:commentReference w:id="0"', "x:comment"):
        assert mark not in written
    assert "value" in written
    assert outcome(job) == ("intact", "bytes")
    # In a text box both branches have them.
    marks = [entry for entry in job.log["removed"] if entry["what"].startswith("comment")]
    assert marks
    assert {entry["id"] for entry in marks} <= {"0", "1"}


def test_all_that_belongs_to_comments_goes_with_them(tmp_path: Path) -> None:
    body = p(START, r("【A】"), END, REFERENCE)
    job = finish(tmp_path, commented(body), VALUES, STRIP)
    template = names(job.template.read_bytes())
    assert template - names(job.document) == COMMENT_PARTS
    assert logged(job, "part") == COMMENT_PARTS
    assert "comment" not in job.part("[Content_Types].xml") + job.part("word/_rels/document.xml.rels")
    assert 'Extension="png"' not in job.part("[Content_Types].xml")
    assert 'Id="rId9"' in job.part("word/_rels/document.xml.rels")
    assert {entry["kind"] for entry in job.log["removed"]} == {"comments"}
    # A run with nothing but the reference goes as a whole.
    assert job.part().count("<w:r>") == 1


def test_a_run_keeps_what_stands_beside_a_reference(tmp_path: Path) -> None:
    job = finish(tmp_path, commented(COMMENTED_BODIES["in a run with text"]), VALUES, STRIP)
    assert "<w:r><w:t>x</w:t><w:t>y</w:t></w:r>" in job.part()


def test_people_stay_where_tracked_changes_name_them(tmp_path: Path) -> None:
    job = finish(tmp_path, commented(COMMENTED_BODIES["in tracked changes"]), VALUES, STRIP)
    assert "word/people.xml" in names(job.document)
    assert outcome(job) == ("intact", "bytes")


def test_a_picture_that_the_document_shows_too_stays(tmp_path: Path) -> None:
    content = commented(p("【A】", REFERENCE))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rels = archive.read("word/_rels/document.xml.rels").decode()
    shared = rels.replace("</Rel", '<Relationship Id="rId7" Type="x" Target="media/scribble.png"/></Rel', 1)
    assert shared != rels
    job = finish(tmp_path, rewritten(content, {"word/_rels/document.xml.rels": shared}), VALUES, STRIP)
    assert "word/media/scribble.png" in names(job.document)
    assert 'Extension="png"' in job.part("[Content_Types].xml")
    assert outcome(job) == ("intact", "bytes")


# A relationship of comments to a part that is something else as well; each is kept.
ODD_TARGETS = ("document.xml", "styles.xml", "/[Content_Types].xml", "/_rels/.rels")


@pytest.mark.parametrize("target", ODD_TARGETS)
def test_a_part_that_is_something_else_as_well_stays(tmp_path: Path, target: str) -> None:
    content = commented(p("【A】", REFERENCE), extra={"word/styles.xml": STYLES.encode()})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rels = archive.read("word/_rels/document.xml.rels").decode()
    more = (
        f'<Relationship Id="rId20" Type="{R}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId21" Type="{EXTENSIONS["commentsIds"]}" Target="{target}"/></Relationships>'
    )
    changed = rels.replace("</Relationships>", more)
    job = finish(tmp_path, rewritten(content, {"word/_rels/document.xml.rels": changed}), VALUES, STRIP)
    assert names(job.template.read_bytes()) - names(job.document) == COMMENT_PARTS
    assert outcome(job) == ("intact", "bytes")


@pytest.mark.parametrize("name", ["word/_rels/media.xml.rels", "x/_rels/.rels"])
@pytest.mark.parametrize("content", [b"<x", b"", relationships(("rId1", "x", "/word/people.xml")).encode()])
def test_relationships_of_no_part_do_not_matter_or_keep_what_they_lead_to(
    tmp_path: Path, name: str, content: bytes
) -> None:
    job = finish(tmp_path, commented(p("【A】", REFERENCE), extra={name: content}), VALUES, STRIP)
    assert ("word/people.xml" in names(job.document)) == (b"people" in content)
    assert outcome(job) == ("intact", "bytes")


def test_a_chain_of_parts_goes_in_steps_that_grow_with_it(tmp_path: Path) -> None:
    def steps(length: int) -> int:
        chain = {f"word/c{n}.bin": b"x" for n in range(length)}
        rels = {
            f"word/_rels/c{n}.bin.rels": relationships(("rId1", "x", f"c{n + 1}.bin")).encode()
            for n in range(length - 1)
        }
        first = relationships(("rId1", "x", "c0.bin")).encode()
        extra = {**chain, **rels, "word/_rels/commentsIds.xml.rels": first}
        folder = tmp_path / str(length)
        folder.mkdir()
        template = commented(p("【A】", REFERENCE), extra=extra)
        return steps_of(lambda: finish(folder, template, VALUES, STRIP))

    short, long = steps(50), steps(200)
    assert long < short * 6


@pytest.mark.parametrize("options", [Options(), DROP])
def test_without_the_option_comments_stay(tmp_path: Path, options: Options) -> None:
    job = finish(tmp_path, commented(p(START, r("【A】"), END, REFERENCE)), VALUES, options)
    assert names(job.template.read_bytes()) == names(job.document)
    assert "removed" not in job.log
    assert REFERENCE in job.part()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_parts_in_utf_16_stay_in_it(tmp_path: Path, encoding: str) -> None:
    content = commented(p(START, r("【A】"), END, REFERENCE))
    names_ = ("word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        recoded: dict[str, str | bytes | None] = {
            name: archive.read(name).decode().replace("UTF-8", "UTF-16").encode(encoding) for name in names_
        }
    job = finish(tmp_path, rewritten(content, recoded), VALUES, STRIP)
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        assert "commentR" not in archive.read("word/document.xml").decode("utf-16")
    assert outcome(job) == ("intact", "bytes")


def test_a_signature_is_left_out_with_all_its_parts(tmp_path: Path) -> None:
    job = finish(tmp_path, signed(p("【A】")), VALUES, DROP)
    assert names(job.template.read_bytes()) - names(job.document) == SIGNATURE_PARTS
    assert logged(job, "part") == SIGNATURE_PARTS
    assert "signature" not in job.part("[Content_Types].xml") + job.part("_rels/.rels")
    assert outcome(job) == ("intact", "bytes")
    assert "warnings" not in job.log


def test_a_signature_that_stays_is_a_warning_in_log_and_report(tmp_path: Path) -> None:
    job = finish(tmp_path, signed(p("【A】")), VALUES)
    assert names(job.template.read_bytes()) == names(job.document)
    assert [each["code"] for each in job.log["warnings"]] == ["SIGNATURE_VOID"]
    assert job.report["warnings"] == job.log["warnings"]
    assert job.log["warnings"][0]["place"] == "_xmlsignatures/origin.sigs"
    assert "drop_signature=true" in job.log["warnings"][0]["message"]


def test_a_signature_holds_where_nothing_changed(tmp_path: Path) -> None:
    job = finish(tmp_path, signed(p("【B】")), VALUES)
    assert job.part() == zipfile.ZipFile(job.template).read("word/document.xml").decode()
    assert "warnings" not in job.log


@pytest.fixture
def stripped(tmp_path: Path) -> FinishedJob:
    return finish(tmp_path, commented(p(START, r("【A】"), END, REFERENCE)), VALUES, STRIP)


def without(entry: int) -> Callable[[list[dict[str, Any]]], object]:
    return lambda removed: removed.pop(entry)


TAMPERED: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "an entry less": without(0),
    "another entry less": without(-1),
    "an entry twice": lambda removed: removed.append(removed[0]),
    "another part": lambda removed: removed[0].update(part="word/document.xml"),
    "another id": lambda removed: removed[-1].update(id="rId99"),
    "another kind": lambda removed: [entry.update(kind="signature") for entry in removed],
    "an unknown kind": lambda removed: removed[0].update(kind="x"),
    "none": lambda removed: removed.clear(),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_log_that_lists_something_else_is_found(
    stripped: FinishedJob, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    change(stripped.log["removed"])
    assert outcome(stripped)[0] == "violated"


def test_what_is_missing_beside_the_comments_is_found(stripped: FinishedJob) -> None:
    for name, what in (("word/_rels/document.xml.rels", "rId9"), ("[Content_Types].xml", "xml")):
        tampered = stripped.edited(what, "other", name)
        assert outcome(tampered)[0] == "violated"
    gone = replace(stripped, document=rewritten(stripped.document, {"word/_rels/document.xml.rels": None}))
    assert ("member_removed", "") in gone.found()


def test_a_part_that_was_not_left_out_is_found(stripped: FinishedJob) -> None:
    content = rewritten(stripped.document, {"word/people.xml": "<x/>"})
    tampered = replace(stripped, document=content)
    assert outcome(tampered)[0] == "violated"


def test_a_mark_that_stays_is_found(stripped: FinishedJob) -> None:
    tampered = stripped.edited("<w:sectPr/>", f"{START}<w:sectPr/>")
    assert outcome(tampered)[0] == "violated"


def test_a_document_that_was_saved_again_is_proved_by_its_canonical_form(stripped: FinishedJob) -> None:
    saved = stripped.edited("<w:sectPr/>", "<w:sectPr></w:sectPr>")
    saved = saved.edited("?>\n<Types", "?><Types", "[Content_Types].xml")
    assert outcome(saved) == ("intact", "canonical")
    assert outcome(saved.edited("value", "Value"))[0] == "violated"


def test_both_options_together(tmp_path: Path) -> None:
    content = commented(p(START, r("【A】"), END, REFERENCE))
    with zipfile.ZipFile(io.BytesIO(signed(p("")))) as archive:
        parts: dict[str, str | bytes | None] = {
            name: archive.read(name) for name in [*SIGNATURE_PARTS, "_rels/.rels"]
        }
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        types = archive.read("[Content_Types].xml").decode()
    parts["[Content_Types].xml"] = types.replace(
        "</Types>",
        '<Default Extension="sigs" ContentType="a/b"/><Default Extension="cer" ContentType="a/c"/></Types>',
    )
    job = finish(
        tmp_path, rewritten(content, parts), VALUES, Options(strip_comments=True, drop_signature=True)
    )
    assert logged(job, "part") == COMMENT_PARTS | SIGNATURE_PARTS
    assert outcome(job) == ("intact", "bytes")


AUTHORED = '<w:r><w:rPr><w:ins w:id="9" w:author="【A】"/></w:rPr><w:commentReference w:id="0"/></w:r>'


def test_a_run_whose_properties_are_filled_stays_without_its_reference(tmp_path: Path) -> None:
    job = finish(tmp_path, commented(p(START, r("【A】"), END, AUTHORED)), VALUES, STRIP)
    assert '<w:r><w:rPr><w:ins w:id="9" w:author="value"/></w:rPr></w:r>' in job.part()
    assert outcome(job) == ("intact", "bytes")


@pytest.mark.parametrize(
    "marks",
    [
        '<w:commentRangeStart w:id="0"><w:commentRangeEnd w:id="0"/></w:commentRangeStart>',
        '<w:r><w:commentReference w:id="0"><w:commentReference w:id="1"/></w:commentReference></w:r>',
        '<w:r><w:rPr><w:b><w:commentRangeEnd w:id="0"/></w:b></w:rPr><w:commentReference w:id="0"/></w:r>',
    ],
)
def test_marks_in_marks_or_in_properties_are_refused(tmp_path: Path, marks: str) -> None:
    with pytest.raises(InvalidTemplate, match="mark of a comment") as refused:
        finish(tmp_path, commented(p("【A】", marks)), VALUES, STRIP)
    assert refused.value.detail == {"part": "word/document.xml", "reason": "comment_mark"}


def test_a_run_of_many_references_is_looked_at_once(tmp_path: Path) -> None:
    reference = '<w:commentReference w:id="0"/>'
    templates = [commented(p("<w:r>" + count * reference + "</w:r>")) for count in (100, 200)]
    steps = [steps_of(partial(finish, tmp_path, each, VALUES, STRIP)) for each in templates]
    assert steps[1] < steps[0] * 2.2, steps


def test_a_relationship_in_one_that_goes_is_refused(tmp_path: Path) -> None:
    content = commented(p("【A】", START, END, REFERENCE))
    name = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = archive.read(name).decode()
    nested = written.replace('comments.xml"/>', 'comments.xml"><x/></Relationship>')
    with pytest.raises(InvalidTemplate, match="has elements in an element"):
        finish(tmp_path, rewritten(content, {name: nested}), VALUES, STRIP)


def test_content_types_of_another_name_do_not_count(tmp_path: Path) -> None:
    content = commented(p("【A】", START, END, REFERENCE))
    name = "[Content_Types].xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = archive.read(name).decode()
    odd = '<Other Extension="png" PartName="/word/comments.xml"/>'
    job = finish(
        tmp_path, rewritten(content, {name: written.replace("</Types>", f"{odd}</Types>")}), VALUES, STRIP
    )
    assert odd in job.part(name)
    assert outcome(job) == ("intact", "bytes")
