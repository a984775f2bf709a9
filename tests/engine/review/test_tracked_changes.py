"""The fixes of the format check as tracked changes, and what accepting and rejecting them gives."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.options import Options, Review, resolve_options
from tests.engine.review.jobs import STRICT, letter, make, parts
from tests.factories import p, package, r

_BODY = "word/document.xml"
_CHANGE = re.compile(r"<w:([pr]Pr)Change w:id=\"\d+\" w:author=\"DocOps\">(.*?)</w:\1Change>")
UNFIXED = STRICT._replace(format_fix_mode="none")


def tracked(folder: Path, template: bytes) -> tuple[str, dict[str, bytes]]:
    """Return the body of the copy, and all files."""
    _, files = make(folder, template, review="tracked")
    return parts(files["out.review.docx"])[_BODY].decode(), files


def rejected(body: str) -> str:
    """Return a body in which the properties of each change take the place of those around it."""

    def inner(match: re.Match[str]) -> str:
        before = re.fullmatch(rf"<w:{match[1]}/>|<w:{match[1]}>(.*)</w:{match[1]}>", match[3])
        assert before is not None
        return f"<w:{match[1]}>{before[1]}</w:{match[1]}>" if before[1] else ""

    pattern = r"<w:([pr]Pr)>((?:(?!</?w:\1>).)*)<w:\1Change [^>]*>(.*?)</w:\1Change></w:\1>"
    return re.sub(pattern, inner, body)


def test_each_repaired_paragraph_and_run_has_one_change_with_what_was_there(tmp_path: Path) -> None:
    body, files = tracked(tmp_path, letter())

    assert _CHANGE.findall(body) == [
        ("rPr", '<w:rPr><w:sz w:val="28"/></w:rPr>'),
        ("pPr", '<w:pPr><w:ind w:firstLineChars="0" w:firstLine="0"/></w:pPr>'),
    ]
    told = json.loads(files["out.integrity.json"])["review"]
    assert (told["kind"], told["changes"], told["left_out"]) == ("tracked", 2, 0)
    assert "w:date" not in body


def test_accepting_all_gives_the_document_and_rejecting_all_the_one_without_fixes(tmp_path: Path) -> None:
    body, files = tracked(tmp_path / "tracked", letter())
    _, unfixed = make(tmp_path / "unfixed", letter(), review=None, options=UNFIXED)

    document = parts(files["out.docx"])
    copy = parts(files["out.review.docx"])
    assert _CHANGE.sub("", body) == document[_BODY].decode()
    assert rejected(body) == parts(unfixed["out.docx"])[_BODY].decode() != document[_BODY].decode()
    assert {name for name in document if copy[name] != document[name]} == {_BODY}


def test_several_fixes_of_one_run_are_one_change(tmp_path: Path) -> None:
    slip = r("【地点】", '<w:rFonts w:eastAsia="宋体"/><w:sz w:val="28"/>')
    body, files = tracked(tmp_path, letter(p("会议在", slip, "召开。")))

    fixes = json.loads(files["out.format_report.json"])["summary"]["fix_changes"]
    assert len(fixes) > len(_CHANGE.findall(body)) == 3


def test_the_mark_and_the_section_of_a_paragraph_are_not_in_its_change(tmp_path: Path) -> None:
    properties = (
        '<w:ind w:firstLineChars="0" w:firstLine="0"/><w:rPr><w:b/></w:rPr>'
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    )
    body, _ = tracked(tmp_path, letter(p(r("地点在【地点】。"), properties=properties)))

    assert re.search(r"<w:rPr><w:b/></w:rPr><w:sectPr>.*?</w:sectPr><w:pPrChange", body)
    assert _CHANGE.findall(body)[-1] == (
        "pPr",
        '<w:pPr><w:ind w:firstLineChars="0" w:firstLine="0"/></w:pPr>',
    )


@pytest.mark.parametrize(
    "written",
    [
        '<w:rPr><!-- <w:b> --><w:sz w:val="28"/><!-- </w:rPr> --></w:rPr><w:t>【地点】</w:t>',
        '<w:rPr><?note </w:rPr> ?><w:sz w:val="28"/></w:rPr><w:t>【地点】</w:t>',
        '<w:rPr><w:sz w:val="28"/></w:rPr><w:t>【地点】<![CDATA[</w:p>]]></w:t>',
        '<w:rPr ><w:sz w:val="28"/></w:rPr ><w:t>【地点】</w:t>',
    ],
)
def test_what_only_looks_like_a_tag_is_none(tmp_path: Path, written: str) -> None:
    body, files = tracked(tmp_path, letter(p("会议在", f"<w:r>{written}</w:r>", "召开。")))

    assert len(_CHANGE.findall(body)) == 3
    assert _CHANGE.sub("", body) == parts(files["out.docx"])[_BODY].decode()


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-16LE", "GB18030"])
@pytest.mark.parametrize("review", ["comments", "tracked"])
def test_parts_in_other_encodings_have_copies_too(tmp_path: Path, review: Review, encoding: str) -> None:
    members = parts(letter())
    body = members[_BODY].decode().replace('encoding="UTF-8"', f'encoding="{encoding}"').encode(encoding)
    _, files = make(tmp_path, package({**members, _BODY: body}), review=review)

    told = json.loads(files["out.integrity.json"])["review"]
    assert (told["verdict"], told.get("comments"), told.get("changes")) in {
        ("intact", 9, None),
        ("intact", None, 2),
    }


def test_a_run_that_filling_left_empty_and_a_fix_touched_stays(tmp_path: Path) -> None:
    slip = r("【地", '<w:sz w:val="28"/>') + r("点】", '<w:sz w:val="28"/>')
    body, files = tracked(tmp_path, letter(p("会议在", slip, "召开。")))

    assert _CHANGE.sub("", body) == parts(files["out.docx"])[_BODY].decode()


def test_without_fixes_the_copy_is_the_document(tmp_path: Path) -> None:
    _, files = make(tmp_path, letter(), {"时间": "1月5日", "地点": None}, review="tracked", options=UNFIXED)

    assert parts(files["out.review.docx"]) == parts(files["out.docx"])


_SIZE = '<w:sz w:val="28"/>'
_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_OF_RUN = '<w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>'
_OF_PARAGRAPH = '<w:pPrChange w:id="1" w:author="Ms Li"><w:pPr/></w:pPrChange>'
_OF_SECTION = '<w:sectPrChange w:id="1" w:author="Ms Li"><w:sectPr/></w:sectPrChange>'


@pytest.mark.parametrize(
    "body",
    [
        p("会议在", r("【地点】", f"{_SIZE}{_OF_RUN}"), "召开。"),
        p(r("地点在【地点】。"), properties=f"{_INDENT}{_OF_PARAGRAPH}"),
    ],
)
def test_where_the_template_has_a_tracked_change_of_its_own_the_job_is_refused(
    tmp_path: Path, body: str
) -> None:
    with pytest.raises(InvalidArgument, match=r"p7 .*Accept or reject.*in the template") as caught:
        make(tmp_path, letter(body), review="tracked")

    assert caught.value.detail["allowed"] == ["comments"]


@pytest.mark.parametrize(
    "of_others",
    [
        # Of the paragraph's mark: its formatting, that it was inserted; of the section.
        f"<w:rPr><w:b/>{_OF_RUN}</w:rPr>",
        '<w:rPr><w:ins w:id="1" w:author="Ms Li"/></w:rPr>',
        f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>{_OF_SECTION}</w:sectPr>',
    ],
)
def test_a_change_of_the_mark_or_the_section_stays_beside_that_of_the_paragraph(
    tmp_path: Path, of_others: str
) -> None:
    body, _ = tracked(tmp_path, letter(p(r("地点在【地点】。"), properties=f"{_INDENT}{of_others}")))

    assert f"{of_others}<w:pPrChange" in body
    assert _CHANGE.findall(body)[-1] == ("pPr", f"<w:pPr>{_INDENT}</w:pPr>")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"preset": "template"},
        {"format_mode": "off"},
        {"policy": "x", "format_fix_mode": "none"},
        {"format_baseline": "policy", "format_mode": "off"},
    ],
)
def test_a_job_that_does_not_fix_has_no_tracked_changes(given: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        resolve_options({**given, "review": "tracked"})

    expected: dict[str, Any] = {"field": "review", "value": "tracked", "allowed": ["comments"]}
    assert caught.value.detail == expected
    assert resolve_options({**given, "review": "comments"}).review == "comments"


@pytest.mark.parametrize("given", [{"preset": "strict"}, {"policy": "x"}, {"format_baseline": "policy"}])
def test_a_job_that_fixes_may_have_them(given: dict[str, str]) -> None:
    assert resolve_options({**given, "review": "Tracked"}).review == "tracked"


def test_the_other_forms_of_the_report_stand_behind_its_value() -> None:
    options = resolve_options({"format_report": "both, JUnit ,sarif"})

    assert (options.format_report, options.report_files) == ("both", ("sarif", "junit"))
    assert options.effective("zh")["format_report"] == "both,sarif,junit"
    assert Options().effective("zh")["format_report"] == "json"
    for value in ("json,pdf", "sarif", "json,", ",sarif"):
        with pytest.raises(InvalidArgument):
            resolve_options({"format_report": value})
