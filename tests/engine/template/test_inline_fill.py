"""Placeholders in field codes, ruby and equations: filled or reported, never passed over in silence."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from tests.engine.inline_markup import code, equation, field, fraction, mark, mr, ruby, simple
from tests.engine.integrity.finished_job import FinishedJob, finish, rewritten, skill_of
from tests.factories import DECLARATION, W, docx, p, r, story, tbl, tc, textbox, tr

VALUES = {"A": "v", "URL": "https://e.org/?a=1&b=2", "NAME": "李明"}
QR = ' DISPLAYBARCODE "【URL】" QR \\q 3 '


def body_of(job: FinishedJob) -> str:
    content = job.part()
    return content[content.index("<w:body>") + len("<w:body>") : content.index("<w:sectPr/>")]


def places(job: FinishedJob) -> list[tuple[str, str | None, str]]:
    return [(entry["status"], entry["run_id"], entry["paragraph_path"]) for entry in job.log["entries"]]


def unsupported(tmp_path: Path, body: str, values: dict[str, str] = VALUES) -> list[dict[str, Any]]:
    """What a run says of ``body``; precheck and inspect say the same of it, and the exit code is 3."""
    template = tmp_path / "reported.docx"
    template.write_bytes(docx(body))
    skill = skill_of(values)
    payload = {name.lower(): value for name, value in values.items()}
    run, precheck, inspect = (
        run_job(Job(kind, (skill,), skill, payload), template, tmp_path)
        for kind in (JobKind.RUN, JobKind.PRECHECK, JobKind.INSPECT)
    )
    assert run["exit_code"] == precheck["expected_exit_code"] == 3
    assert precheck["unsupported"] == inspect["unsupported"]
    return list(precheck["unsupported"])


ACROSS = {
    "in ruby": p("【", ruby(r("x"), r("NAME")), "】"),
    "in ruby in pieces": p("【", ruby(r("x"), r("NA")), ruby(r("x"), r("ME")), "】"),
    "in an equation": p("【", equation(mr("NAME")), "】"),
}


@pytest.mark.parametrize("thing", ACROSS)
def test_a_name_inside_brackets_that_are_outside_is_reported(tmp_path: Path, thing: str) -> None:
    (told,) = unsupported(tmp_path, ACROSS[thing])
    assert (told["kind"], told["paragraph_path"]) == ("malformed", "p0")
    assert told["suggestion"] == "NAME"


def test_ruby_that_is_no_name_in_brackets_is_ordinary_text(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【", ruby(r("x"), r("甲")), "】【A】")), VALUES)
    assert [entry["status"] for entry in job.log["entries"]] == ["replaced"]


def test_a_whole_address_behind_the_beginning_of_one_is_reported(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(field(' HYPERLINK "http://【URL】" '))), VALUES)
    assert [entry["kind"] for entry in job.log["entries"]] == ["field_code"]
    assert 'HYPERLINK "http://【URL】"' in job.part()


FILLED = {
    "a code in one piece": (p(field(QR)), p(field(QR.replace("【URL】", VALUES["URL"])))),
    "a code in pieces": (
        p(field(' HYPERLINK "【', "UR", 'L】" \\o ', '"【NAME】" ')),
        p(field(f' HYPERLINK "{VALUES["URL"]}', "", '" \\o ', '"李明" ')),
    ),
    "small letters, no quotes": (
        p(field(" mergebarcode 【NAME】 qr")),
        p(field(" mergebarcode 李明 qr")),
    ),
    "a simple field": (p(simple(' SET x "【URL】"')), p(simple(f' SET x "{VALUES["URL"]}"'))),
    "several in one paragraph": (
        p("【A】", field(' SET a "【A】"', result=r("【A】")), simple(' SET b "【A】【A】"', r("【A】"))),
        p("v", field(' SET a "v"', result=r("v")), simple(' SET b "vv"', r("v"))),
    ),
    "a field in the result of another": (
        p(field(" QUOTE x ", result=field(' SET a "【A】"'))),
        p(field(" QUOTE x ", result=field(' SET a "v"'))),
    ),
    "in a link, a control and inserted text": (
        p(f'<w:hyperlink>{field(QR)}</w:hyperlink><w:ins w:id="1">{ruby(r("【A】"), r("x"))}</w:ins>'),
        p(
            f"<w:hyperlink>{field(QR.replace('【URL】', VALUES['URL']))}</w:hyperlink>"
            f'<w:ins w:id="1">{ruby(r("v"), r("x"))}</w:ins>'
        ),
    ),
    "ruby": (p(ruby(r("【A】"), r("【NA") + r("ME】"))), p(ruby(r("v"), r("李明") + r("")))),
    "ruby between text": (p("【A】", ruby(r("a"), r("【A】")), "【A】"), p("v", ruby(r("a"), r("v")), "v")),
    "an equation": (
        p(equation(mr("x=【A", "】", "+1"), fraction(mr("【", "NAME", "】"), mr("【A】")))),
        p(equation(mr("x=v", "", "+1"), fraction(mr("李明", "", ""), mr("v")))),
    ),
    "names with characters without width": (
        p(field(' SET x "【A\u200b】"'), ruby(r("【\u00adA】"), r("x")), equation(mr("【A", "\ufeff】"))),
        p(field(' SET x "v"'), ruby(r("v"), r("x")), equation(mr("v", ""))),
    ),
    "in a table": (tbl(tr(tc(p(field(QR))))), tbl(tr(tc(p(field(QR.replace("【URL】", VALUES["URL"]))))))),
}  # fmt: skip


@pytest.mark.parametrize("case", FILLED)
def test_the_value_stands_where_the_placeholder_stood_and_nothing_else_changes(
    case: str, tmp_path: Path
) -> None:
    template, expected = FILLED[case]
    job = finish(tmp_path, docx(template), VALUES)
    assert body_of(job) == expected
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    assert {entry["status"] for entry in job.log["entries"]} == {"replaced"}


def test_each_is_logged_with_its_place_its_run_and_its_offsets(tmp_path: Path) -> None:
    body = p("【A】", field(" QUOTE 【A】"), simple(" QUOTE 【A】"), ruby(r("【A】"), r("x【A】"))) + p(
        equation(mr("1【A】"))
    )
    job = finish(tmp_path, docx(body), {"A": "v"})
    assert [(e["paragraph_path"], e["run_id"], e["start"]) for e in job.log["entries"]] == [
        ("p0", "p0:r0", 0),
        ("p0:field0", "p0:r2", 7),
        ("p0:field1", None, 7),
        ("p0:ruby0.rt", "p0:r5", 0),
        ("p0:ruby0.base", "p0:r5", 1),
        ("p1:math0", None, 1),
    ]
    assert job.log["touched_runs"] == ["p0:r0", "p0:r2", "p0:r5"]
    assert job.log["entries"][1]["context"] == {"before": " QUOTE ", "after": ""}


@pytest.mark.parametrize("story_name", ["header1", "footer2", "footnotes", "endnotes"])
def test_other_stories_are_filled_too(story_name: str, tmp_path: Path) -> None:
    content = p(field(QR), ruby(r("【A】"), r("【A】")), equation(mr("【A】")))
    is_notes = story_name.endswith("notes")
    wrapped = f'<w:{story_name[:-1]} w:id="2">{content}</w:{story_name[:-1]}>' if is_notes else content
    job = finish(tmp_path, docx(p("x"), stories={story_name: wrapped}), VALUES)
    assert "【" not in job.part(f"word/{story_name}.xml")
    path = f"{story_name}/{'n2.' if is_notes else ''}p0"
    assert [place for _, _, place in places(job)] == [
        f"{path}:{name}" for name in ("field0", "ruby0.rt", "ruby0.base", "math0")
    ]


def test_comments_are_not_filled(tmp_path: Path) -> None:
    comment = f'<w:comment w:id="0">{p(field(QR))}</w:comment>'
    job = finish(tmp_path, docx(p("【A】"), stories={"comments": comment}), VALUES)
    assert "【URL】" in job.part("word/comments.xml")


def test_a_text_box_is_filled_in_both_branches_and_logged_once(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(textbox(p("x", field(QR))))), VALUES)
    assert job.part().count(VALUES["URL"].replace("&", "&amp;")) == 2
    (entry,) = job.log["entries"]
    assert (entry["paragraph_path"], entry["mirrored_at"]) == (
        "textbox0/p0:field0",
        ["textbox0.fallback/p0:field0"],
    )


def test_branches_that_differ_are_logged_apart(tmp_path: Path) -> None:
    box = textbox(p("x"), fallback=[p("x", ruby(r("【A】"), r("b")))])
    job = finish(tmp_path, docx(p(box)), VALUES)
    assert places(job) == [("replaced", "textbox0.fallback/p0:r1", "textbox0.fallback/p0:ruby0.rt")]
    assert job.proof().exactness == "bytes"


def test_branches_inside_a_paragraph_are_filled_each(tmp_path: Path) -> None:
    branches = "".join(
        f'<mc:{name} Requires="wps">{field(" QUOTE 【A】")}</mc:{name}>' for name in ("Choice", "Fallback")
    )
    job = finish(tmp_path, docx(p(f"<mc:AlternateContent>{branches}</mc:AlternateContent>")), VALUES)
    assert [place for _, _, place in places(job)] == ["p0:field0", "p0:field1"]
    assert "【" not in body_of(job)


def test_comments_sections_and_instructions_in_the_markup_stay(tmp_path: Path) -> None:
    odd = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText> QUOTE "【A<!-- c -->】"'
        '<![CDATA[ "<【A】" ]]>'
        "<?pi x?>【A】</w:instrText><w:fldChar w:fldCharType='end'/></w:r>"
        "<w:fldSimple w:instr=' QUOTE &quot;【A】&#x3010;A】\"'/></w:p>"
    )
    job = finish(tmp_path, docx(odd), {"A": "<\"'>"})
    assert body_of(job) == (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText xml:space="preserve">QUOTE '
        '"&lt;\\"\'&gt;<!-- c -->"<![CDATA[ "<]]>&lt;\\"\'&gt;<![CDATA[" ]]>'
        "<?pi x?>\"&lt;\\\"'&gt;\"</w:instrText><w:fldChar w:fldCharType='end'/></w:r>"
        '<w:fldSimple w:instr=\' QUOTE &quot;&lt;\\"&apos;&gt;&lt;\\"&apos;&gt;"\'/></w:p>'
    )
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_parts_in_other_encodings_keep_theirs(encoding: str, tmp_path: Path) -> None:
    content = p(
        "【A】", field(QR), simple(" QUOTE 【A】"), ruby(r("【A】"), r("【A】")), equation(mr("【A】"))
    )
    document = story("document", f"<w:body>{content}<w:sectPr/></w:body>")
    raw = document.replace(DECLARATION, f'<?xml version="1.0" encoding="{encoding}"?>').encode(encoding)
    template = docx("", extra={})
    job = finish(tmp_path, _with_document(template, raw), VALUES)
    assert "【" not in _document(job).decode(encoding)
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")


def _with_document(template: bytes, content: bytes) -> bytes:
    return rewritten(template, {"word/document.xml": content})


def _document(job: FinishedJob) -> bytes:
    with zipfile.ZipFile(io.BytesIO(job.document)) as archive:
        return archive.read("word/document.xml")


def test_other_prefixes_are_understood(tmp_path: Path) -> None:
    content = (
        f'<x:document xmlns:x="{W}"><x:body><x:p><x:fldSimple x:instr="QUOTE 【A】"/>'
        f'<y:fldSimple xmlns:y="{W}" y:instr="QUOTE 【A】"/>'
        "<x:r><x:ruby><x:rubyBase><x:r><x:t>【A】</x:t></x:r></x:rubyBase></x:ruby></x:r>"
        "</x:p></x:body></x:document>"
    )
    job = finish(tmp_path, _with_document(docx(""), content.encode()), VALUES)
    assert _document(job).decode() == content.replace("【A】", "v")


def test_lines_of_a_value_become_spaces_but_in_ruby(tmp_path: Path) -> None:
    body = p(field(' QUOTE "【A】"'), equation(mr("【A】")), ruby(r("x"), r("【A】")))
    job = finish(tmp_path, docx(body), {"A": "a\nb\tc"})
    assert body_of(job).count("a b c") == 2
    assert '<w:t xml:space="preserve">a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t>' in body_of(job)
    assert [entry["new_text"] for entry in job.log["entries"]] == ["a b c", "a b c", "a\nb\tc"]
    assert "spaces" in job.log["entries"][0]["note"]


def test_a_note_says_what_word_shows_until_the_field_is_updated(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(field(QR), field(' HYPERLINK "【URL】"'))), VALUES)
    assert ["F9" in entry.get("note", "") for entry in job.log["entries"]] == [True, False]


def test_characters_without_width_are_noted_in_ordinary_text_as_well(tmp_path: Path) -> None:
    body = p("致【N\u200bA\ufe0fME】：") + p(r("【NA"), "<w:r><w:softHyphen/></w:r>", r("ME】"))
    job = finish(tmp_path, docx(body), VALUES)
    assert [entry["note"] for entry in job.log["entries"]] == [
        "characters without width in the name were ignored: U+200B, U+FE0F",
        "characters without width in the name were ignored: U+00AD",
    ]
    assert "致李明：" in body_of(job)
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")


NOT_FILLED = {
    "a field in the code": (
        p(mark("begin"), code(' HYPERLINK "【URL】'), field(" PAGE "), code('"'), mark("end")),
        ("nested_field", "p0:field0"),
    ),
    "a field in the code of another": (
        p(mark("begin"), code(" IF "), field(" QUOTE 【A】 "), code(" = x"), mark("end")),
        ("nested_field", "p0:field1"),
    ),
    "a simple field in the code of another": (
        p(mark("begin"), code(" IF "), simple(" QUOTE 【A】 "), mark("end")),
        ("nested_field", "p0:field1"),
    ),
    "a code that ends in the next paragraph": (
        p(mark("begin"), code(' QUOTE "【A】')) + p(code('"'), mark("end")),
        ("field_code", "p0:field0"),
    ),
    "a code that begins in the paragraph before": (
        p(mark("begin"), code(' QUOTE "')) + p(code('【A】"'), mark("end")),
        ("field_code", "p1:field0"),
    ),
    "a picture's path": (p(field(' INCLUDEPICTURE "【URL】" \\d')), ("field_code", "p0:field0")),
    "the type of a field": (p(simple("【A】")), ("field_code", "p0:field0")),
    "small letters": (p(field(" QUOTE 【url】")), ("malformed", "p0:field0")),
    "marks of direction": (p(field(" QUOTE 【A\u200e】")), ("bidirectional", "p0:field0")),
    "a fraction in the name": (
        p(equation(mr("【A"), fraction(mr("1"), mr("2")), mr("】"))),
        ("malformed", "p0:math0"),
    ),
    "half a name in ruby": (p(ruby(r("【A"), r("x"))), ("unclosed", "p0:ruby0.rt")),
}


@pytest.mark.parametrize("case", NOT_FILLED)
def test_what_cannot_be_filled_is_reported(case: str, tmp_path: Path) -> None:
    body, expected = NOT_FILLED[case]
    found = unsupported(tmp_path, body)[0]
    assert (found["kind"], found["paragraph_path"]) == expected
    assert found["reason"]


@pytest.mark.parametrize(
    ("code_text", "value"),
    [
        (' HYPERLINK "file:///x/【A】"', "v"),
        (' HYPERLINK "docs/【A】.pdf"', "v"),
        (" SEQ x【A】", "two words"),
        (" = 【A】 * 2", "two words"),
    ],
)
def test_a_value_that_cannot_stand_where_the_template_wants_it_is_reported(
    code_text: str, value: str, tmp_path: Path
) -> None:
    job = finish(tmp_path, docx(p(field(code_text))), {"A": value})
    (entry,) = job.log["entries"]
    assert (entry["status"], entry["kind"], entry["paragraph_path"]) == (
        "unsupported",
        "field_code",
        "p0:field0",
    )
    assert code_text in body_of(job)


def test_a_name_cut_by_marks_of_direction_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (found,) = unsupported(tmp_path, p("致【NA\u200fME】"))
    assert (found["kind"], found["suggestion"]) == ("bidirectional", "NAME")
    assert "type it again" in found["reason"]
    assert found["paragraph_path"] == "p0"


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "file:///etc/passwd", "www.e.org", "\\\\host\\share"]
)
@pytest.mark.parametrize("kind", [JobKind.RUN, JobKind.PRECHECK])
def test_a_link_elsewhere_than_to_the_web_mail_or_a_telephone_is_a_400(
    kind: JobKind, value: str, tmp_path: Path
) -> None:
    template = tmp_path / "link.docx"
    template.write_bytes(docx(p(field(' HYPERLINK "【UR', 'L】" \\o "x"'))))
    skill = skill_of({"URL": ""})
    with pytest.raises(InvalidArgument) as raised:
        run_job(Job(kind, (skill,), skill, {"url": value}), template, tmp_path)
    assert raised.value.detail["errors"][0]["path"] == "$.payload.url"
    assert value not in raised.value.message


@pytest.mark.parametrize(
    ("code_text", "value"),
    [
        (' HYPERLINK "【URL】"', "MAILTO:a@b.cn"),
        (' HYPERLINK "【URL】"', "tel:+86-10"),
        (' HYPERLINK "【URL】"', ""),
        (' HYPERLINK "mailto:【URL】"', "a@b.cn"),
        (' HYPERLINK "https://e.org/【URL】"', "javascript:x"),
        (' HYPERLINK \\l "【URL】"', "mark"),
        (' HYPERLINK "https://e.org" \\o "【URL】"', "no link"),
        (' DISPLAYBARCODE "【URL】" QR', "anything"),
    ],
)
def test_other_links_and_other_arguments_are_filled(code_text: str, value: str, tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(field(code_text))), {"URL": value})
    assert code_text.replace("【URL】", value) in body_of(job)


def test_deleted_text_stays_and_is_not_spoken_of(tmp_path: Path) -> None:
    deleted = (
        f'<w:del w:id="1">{field(QR)}{ruby(r("【A】"), r("【A】"))}'
        "<w:r><w:delInstrText>【A】</w:delInstrText></w:r></w:del>"
        f'<w:moveFrom w:id="2">{simple(" QUOTE 【A】")}{r("【A】")}</w:moveFrom>'
    )
    job = finish(tmp_path, docx(p("【NAME】", deleted)), VALUES)
    assert deleted in body_of(job)
    assert [entry["field_name"] for entry in job.log["entries"]] == ["NAME"]


def test_a_missing_value_leaves_the_code_and_is_logged(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p(field(' HYPERLINK "【OTHER】"'), ruby(r("【OTHER】"), r("x")))), VALUES)
    assert [status for status, _, _ in places(job)] == ["missing", "missing"]
    assert body_of(job).count("【OTHER】") == 2


def test_inspect_counts_them_with_their_places(tmp_path: Path) -> None:
    template = tmp_path / "inspected.docx"
    template.write_bytes(docx(p("【A】", field(QR), equation(mr("【A】【X】")))))
    result = run_job(Job(JobKind.INSPECT, (skill_of(VALUES),)), template, tmp_path)
    assert [(each["name"], each["count"], each["places"]) for each in result["fields"]] == [
        ("A", 2, ["p0:r0", "p0:math0"]),
        ("URL", 1, ["p0:field0"]),
        ("X", 1, ["p0:math0"]),
    ]
    assert [(each["code"], each["place"]) for each in result["problems"]] == [("UNKNOWN_FIELD", "p0:math0")]


def test_a_result_without_any_says_nothing_new(tmp_path: Path) -> None:
    job = finish(tmp_path, docx(p("【A】", field(" PAGE ", result=r("【A】")))), VALUES)
    assert not any("note" in entry or ":" in entry["paragraph_path"] for entry in job.log["entries"])


def test_a_paragraph_full_of_fields_takes_linear_time(tmp_path: Path) -> None:
    # Work that grew with the square of the number would not come back from this within minutes.
    count = 5_000
    body = p(
        "".join(field(' QUOTE "【A】"') for _ in range(count)), mark("begin") * count, code("【A】" * count)
    )
    job = finish(tmp_path, docx(body), VALUES)
    assert len(job.log["entries"]) == 2 * count
    assert len(re.findall('QUOTE "v"', body_of(job))) == count


@pytest.mark.parametrize("depth", [2, 3])
def test_a_text_box_in_text_boxes_is_filled_in_every_branch(depth: int, tmp_path: Path) -> None:
    body = p("【A】", field(QR))
    for _ in range(depth):
        body = p(textbox(body))
    job = finish(tmp_path, docx(body), VALUES)
    assert body_of(job).count('<w:t xml:space="preserve">v</w:t>') == 2**depth
    assert "【" not in body_of(job)
    assert [len(entry["mirrored_at"]) for entry in job.log["entries"]] == [2**depth - 1] * 2
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")
    assert job.edited('"preserve">v<', '"preserve" >v<').proof().exactness == "canonical"


def test_a_code_is_not_looked_for_in_the_value_of_another_attribute(tmp_path: Path) -> None:
    tag = "<w:fldSimple w:other=\" w:instr='【NAME】' \" w:instr='%s'/>"
    job = finish(tmp_path, docx(p(tag % "QUOTE 【NAME】")), VALUES)
    assert tag % "QUOTE 李明" in job.part()
    assert job.integrity["exactness"] == "bytes"
