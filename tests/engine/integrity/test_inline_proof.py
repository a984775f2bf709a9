"""The proof of field codes, ruby and equations: each byte is the template's or in the log."""

import copy
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.integrity.field_arguments import Arguments
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.template.field_code import FieldCode, Refusal
from tests.engine.inline_markup import any_paragraphs, code, equation, field, fraction, mark, mr, ruby, simple
from tests.engine.integrity.finished_job import STRICT, FinishedJob, finish
from tests.engine.integrity.log_mutations import mutate_log
from tests.factories import docx, p, r, textbox

BODY = (
    p("【A】", field(' HYPERLINK "https://e.org/【A】" \\o ', '"【', 'B】"'), simple(' QUOTE "【A】" 【B】'))
    + p(ruby(r("【A】"), r("【B") + r("】")), equation(mr("【A", "】"), fraction(mr("【B】"), mr("2"))))
    + p(textbox(p("x", field(' DISPLAYBARCODE "【A】" QR'))))
    + p(field(" EQ \\o\\ac(○,【B】)"), field(" MERGEBARCODE 【A】"))
)
NOTE = f'<w:footnote w:id="1">{p(field(" QUOTE 【A】"))}</w:footnote>'
VALUES = {"A": 'one "1" \\ (2), <3>', "B": "zwei\nthree\tfour"}


@pytest.fixture
def job(tmp_path: Path) -> FinishedJob:
    return finish(tmp_path, docx(BODY, stories={"footnotes": NOTE * 2}), VALUES)


def outcome(job: FinishedJob) -> tuple[str, str]:
    proof = job.proof()
    return proof.verdict, proof.exactness


def saved_again(job: FinishedJob) -> FinishedJob:
    """The job's document as another program would write it: with other quotes around an attribute."""
    return job.edited('xml:space="preserve"', "xml:space='preserve'")


def changed(job: FinishedJob, number: int, **members: Any) -> FinishedJob:
    log = copy.deepcopy(job.log)
    log["entries"][number].update(members)
    return replace(job, log=log)


def numbers_inside(job: FinishedJob) -> list[int]:
    """The numbers of the entries about texts inside paragraphs."""
    return [number for number, entry in enumerate(job.log["entries"]) if ":" in entry["paragraph_path"]]


def test_all_places_are_proved_by_bytes_and_in_canonical_form(job: FinishedJob) -> None:
    assert {entry["status"] for entry in job.log["entries"]} == {"replaced"}
    assert outcome(job) == ("intact", "bytes")
    assert outcome(saved_again(job)) == ("intact", "canonical")


def test_entries_are_counted_by_part(job: FinishedJob) -> None:
    counted = {each["name"]: each["replacements"] for each in job.integrity["parts"] if each["changed"]}
    # One entry is about both branches of the text box.
    in_body = sum(not entry["paragraph_path"].startswith("footnotes") for entry in job.log["entries"])
    assert counted == {"word/document.xml": in_body + 1, "word/footnotes.xml": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"new_text": "other"},
        {"new_text": ""},
        {"paragraph_path": "p0:field9"},
        {"paragraph_path": "p9:field0"},
        {"paragraph_path": "p0:field00"},
        {"paragraph_path": "p0:"},
        {"paragraph_path": ":field0"},
        {"start": 0},
        {"end": 1000},
        {"run_id": "p0:r99"},
        {"field_name": "C"},
        {"original_text": "【C】"},
        {"mirrored_at": ["p1"]},
        {"mirrored_at": ["p1:ruby0.rt"]},
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_an_entry_that_says_anything_else_is_found(
    job: FinishedJob, change: dict[str, Any], again: bool
) -> None:
    one = saved_again(job) if again else job
    for number in numbers_inside(job):
        entry = {**job.log["entries"][number], **change}
        if entry != job.log["entries"][number]:
            assert changed(one, number, **change).proof().verdict == "violated", (number, change)


def test_an_entry_about_the_paragraph_itself_is_found(job: FinishedJob) -> None:
    for number in numbers_inside(job):
        entry = job.log["entries"][number]
        path = entry["paragraph_path"].partition(":")[0]
        moved = changed(job, number, paragraph_path=path, run_id=entry["run_id"] or f"{path}:r0")
        assert moved.proof().verdict == "violated"


@pytest.mark.parametrize("again", [False, True])
def test_an_entry_too_few_or_too_many_is_found(job: FinishedJob, again: bool) -> None:
    one = saved_again(job) if again else job
    for number in numbers_inside(job):
        fewer, more = copy.deepcopy((job.log, job.log))
        more["entries"].append(fewer["entries"].pop(number))
        more["entries"].append(more["entries"][-1])
        assert replace(one, log=fewer).proof().verdict == "violated"
        assert replace(one, log=more).proof().verdict == "violated"


def test_an_entry_about_the_same_name_elsewhere_is_found(job: FinishedJob) -> None:
    places = {job.log["entries"][number]["paragraph_path"] for number in numbers_inside(job)}
    for number in numbers_inside(job):
        for place in places - {job.log["entries"][number]["paragraph_path"]}:
            assert changed(job, number, paragraph_path=place).proof().verdict == "violated"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" HYPERLINK ", " HYPERLINK  "),
        ("e.org", "e.com"),
        ("\\o ", "\\O "),
        ('\\"1\\"', '\\"2\\"'),
        ("zwei three four", "zwei  three four"),
        ('"zwei three four"\'', "&#34;zwei three four\"'"),
        ("<w:rt>", "<w:rt >"),
        ("<m:num>", "<m:num><m:r/>"),
        ("○", "●"),
    ],
)
def test_a_change_beside_the_values_is_found(job: FinishedJob, old: str, new: str) -> None:
    assert job.edited(old, new).proof_by_bytes() is None


def test_a_change_that_a_program_makes_by_itself_is_told_from_one_that_says_something(
    job: FinishedJob,
) -> None:
    again = job.edited('"zwei three four"\'', "&#34;zwei three four\"'")
    assert outcome(again) == ("intact", "canonical")
    for old, new in ((" HYPERLINK ", " HYPERLINK  "), ("e.org", "e.com"), ("○", "●")):
        assert job.edited(old, new).proof().verdict == "violated"


def test_a_value_as_it_would_break_out_of_its_argument_is_found(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(field(' QUOTE "【A】"'))), {"A": 'x" \\l "y'})
    assert outcome(job) == ("intact", "bytes")
    assert job.edited('x\\" \\\\l \\"y', 'x" \\l "y').proof().verdict == "violated"


@pytest.mark.parametrize(
    "body",
    [
        p(mark("begin"), code(' QUOTE "【A】" '), field(" PAGE "), mark("end")),
        p(mark("begin"), code(' QUOTE "【A】"')),
        p(field(' INCLUDETEXT "【A】"')),
        p(simple("【A】")),
    ],
)
def test_what_the_log_may_not_say_is_no_account_of_a_change(body: str, tmp_path: Path) -> None:
    job = finish(tmp_path, docx(body), {"A": "v"})
    assert [entry["status"] for entry in job.log["entries"]] == ["unsupported"]
    claimed = changed(job, 0, status="replaced", field_name="A", new_text="v").edited("【A】", "v")
    assert claimed.proof().verdict == "violated"


def test_repairs_of_the_same_paragraphs_are_proved_with_them(tmp_path: Path) -> None:
    policy = Policy(line_spacing_twips=560, first_line_indent_twips=640, run_size_pt=16)
    # Direct formatting, each paragraph another.
    body = "".join(
        p(
            r("【A】", f'<w:sz w:val="{20 + number}"/>'),
            field(' QUOTE "【A】"'),
            simple(' QUOTE "【B】"'),
            ruby(r("【A】"), r("x")),
            r("【B】", f'<w:sz w:val="{40 + number}"/>'),
            properties=f'<w:spacing w:line="{300 + number}"/><w:ind w:firstLine="{number}"/>',
        )
        for number in range(1, 4)
    )
    job = finish(tmp_path, docx(body), VALUES, STRICT, policy)
    assert len(job.report["summary"]["fix_changes"]) > 3
    assert outcome(job) == ("intact", "bytes")
    assert outcome(saved_again(job)) == ("intact", "canonical")


@pytest.mark.parametrize("written", ["【\u200bA】", "【A\u00ad】", "【\ufe0fA\u2060】"])
def test_what_is_ignored_in_a_name_is_part_of_what_was_replaced(written: str, tmp_path: Path) -> None:
    body = p("x", written, r(written[:2]) + r(written[2:]), field(f" QUOTE {written}"))
    job = finish(tmp_path, docx(body), VALUES)
    assert outcome(job) == ("intact", "bytes")
    assert outcome(saved_again(job)) == ("intact", "canonical")
    for number, entry in enumerate(job.log["entries"]):
        assert entry["original_text"] == written
        for other in ("【A】", f"{written} ", written.replace("A", "A\u200e"), written[1:]):
            assert changed(job, number, original_text=other).proof().verdict == "violated"


def test_members_of_the_wrong_type_are_named(job: FinishedJob) -> None:
    (number, *_) = numbers_inside(job)
    for member, value in (("paragraph_path", 1), ("run_id", 1), ("start", None)):
        with pytest.raises(InvalidArgument) as raised:
            changed(job, number, **{member: value}).proof()
        assert raised.value.detail["path"] == f"$.entries[{number}].{member}"
    # Only a text inside a paragraph may have no run around.
    with pytest.raises(InvalidArgument):
        changed(job, 0, run_id=None).proof()


@pytest.mark.parametrize("seed", range(60))
def test_whatever_paragraphs_hold_filling_and_proof_agree(seed: int, tmp_path: Path) -> None:
    random_ = random.Random(seed)
    body = any_paragraphs(random_, 3)
    if seed % 3 == 0:
        fallback = [any_paragraphs(random_, 1)] if seed % 2 else None
        body += p(textbox(any_paragraphs(random_, 1), fallback=fallback))
    values = random_.choice((VALUES, {"A": "x", "B": ""}, {"A": "<&>'\"", "B": "a\\"}))
    job = finish(tmp_path, docx(body), values)
    assert outcome(job) == ("intact", "bytes")
    again = replace(job, document=job.document)
    if 'xml:space="preserve"' in job.part():
        again = saved_again(job)
    assert again.proof().verdict == "intact"
    for _ in range(5):
        what, log, report = mutate_log(random_, job)
        assert replace(job, log=log, report=report).proof_by_bytes() is None, (what, seed)


@pytest.mark.parametrize("seed", range(5))
def test_filling_and_proof_escape_values_alike(seed: int) -> None:
    random_ = random.Random(seed)
    pieces = ["【A】", '"', "\\", " ", "x", "(", ",", " EQ ", "=", " MACROBUTTON ", "\u3000", "LINK "]
    for _ in range(2_000):
        text = "".join(random_.choices(pieces, k=random_.randrange(1, 10)))
        value = "".join(random_.choices(['"', "\\", " ", "v", "(", ")", ",", ""], k=3))
        filler, proof, at = FieldCode(text), Arguments(text), text.find("【A】")
        while at >= 0:
            new = filler.refusal(at) or filler.written(at, at + 3, value)
            wanted = None if isinstance(new, Refusal) else new
            assert proof.written(at, at + 3, value) == wanted, (text, value, new)
            at = text.find("【A】", at + 1)
