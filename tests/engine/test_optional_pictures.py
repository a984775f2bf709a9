"""A picture that may be absent goes with its paragraph where nothing else stands there (templates.md, V3)."""

import json
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck
from tests.engine.integrity.finished_job import finish_open
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, placeholder_picture, png

_PICTURE = {"png": in_base64(png(3, 2))}
_TEXT, _BOX = p("【@S 20mm|可空】"), p(placeholder_picture("【@S|可空】"))
_SECTION = "<w:sectPr><w:cols/></w:sectPr>"


def _is_intact(done: OpenRun) -> bool:
    proof = done.json("out.integrity.json")
    return bool((proof["verdict"], proof["exactness"]) == ("intact", "bytes"))


def _blocks(done: OpenRun) -> list[dict[str, Any]]:
    return list(done.json("out.replace_log.json").get("blocks", ()))


@pytest.mark.parametrize("paragraph", [_TEXT, _BOX])
@pytest.mark.parametrize(("payload", "left"), [({}, ["a", "b"]), ({"S": None}, ["a", "b"])])
def test_the_paragraph_goes(tmp_path: Path, paragraph: str, payload: dict[str, Any], left: list[str]) -> None:
    done = run_open(tmp_path, docx(p("a") + paragraph + p("b")), payload)
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == left
    [block] = _blocks(done)
    assert (block["kind"], block["name"], block["copies"], block["branch"]) == ("picture", "S", 0, None)
    assert block["dropped"] == [{"path": "p1", "reason": "V3"}]
    assert (block["from"], block["result_from"]) == ("p1", None)
    assert _is_intact(done)


@pytest.mark.parametrize("paragraph", [_TEXT, _BOX])
def test_a_picture_that_is_given_stands_in_it(tmp_path: Path, paragraph: str) -> None:
    done = run_open(tmp_path, docx(p("a") + paragraph + p("b")), {"S": _PICTURE})
    assert done.paragraphs() == ["a", "", "b"]
    assert done.part("word/document.xml").count(b"<w:drawing>") == 1
    [block] = _blocks(done)
    assert (block["copies"], block["branch"], block["dropped"]) == (1, "main", [])
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["copy"], "picture" in entry) == ([[0, 0]], True)
    assert _is_intact(done)


def test_each_item_of_a_list_has_its_own(tmp_path: Path) -> None:
    body = p("【#A】") + p("【N】") + _TEXT + _BOX + p("【/A】") + p("b")
    items = [{"N": "1", "S": _PICTURE}, {"N": "2"}, {"N": "3", "S": _PICTURE}]
    done = run_open(tmp_path, docx(body), {"A": items})
    assert done.paragraphs() == ["1", "", "", "2", "3", "", "", "b"]
    pictures = [each for each in _blocks(done) if each["kind"] == "picture"]
    assert [(each["inside"], each["copies"]) for each in pictures] == [
        ([[0, 0]], 1), ([[0, 0]], 1), ([[0, 1]], 0), ([[0, 1]], 0), ([[0, 2]], 1), ([[0, 2]], 1),
    ]  # fmt: skip
    assert _is_intact(done)


@pytest.mark.parametrize(
    ("body", "payload", "left"),
    [
        # Something else stands there.
        (p("Seal: 【@S|可空】"), {}, ["Seal: "]),
        (p("【@S|可空】【T】"), {"T": ""}, [""]),
        (p("【@S|可空】", "<w:r><w:br w:type='page'/></w:r>"), {}, [""]),
        # Two pictures, of which one is given; neither.
        (p("【@S|可空】 【@T|可空】"), {"T": _PICTURE}, [" "]),
        (p("【@S|可空】 【@T|可空】", placeholder_picture("【@U|可空】")), {}, []),
        # Inline blocks, remarks.
        (p("【?X】x【/X】【@S|可空】【--r】"), {}, []),
        (p("【?X】x【/X】【@S|可空】【--r】"), {"X": "1"}, ["x"]),
        (p("【#X】【@S|可空】【/X】"), {"X": [{}, {}]}, []),
        (p("【#X】【@S|可空】【/X】"), {"X": [{}, {"S": _PICTURE}]}, [""]),
        (p("【^S】none【/S】【@S|可空】"), {}, ["none"]),
        # What a section or a cell has to have stays, emptied.
        (p("【@S|可空】", properties=_SECTION), {}, [""]),
        (tbl(tr(tc("x"), tc("【@S|可空】"))), {}, ["x", ""]),
        (tbl(tr(tc(p("x") + p("【@S|可空】")))), {}, ["x"]),
        (tbl(tr(tc(p(placeholder_picture("【@S|可空】"))))), {}, [""]),
        # A tag in several runs.
        (p(r("【@S"), r("|可", "<w:b/>"), r("空】")), {}, []),
        # A text box in both branches.
        (p(textbox(p("u") + p("【@S|可空】"))), {}, None),
        (p(textbox(p("u") + p("【@S|可空】"))), {"S": _PICTURE}, None),
        (p(textbox(_BOX + p("u"))), {}, None),
    ],
)
def test_what_stays(tmp_path: Path, body: str, payload: dict[str, Any], left: list[str] | None) -> None:
    done = run_open(tmp_path, docx(body + p("end")), payload)
    assert left is None or done.paragraphs() == [*left, "end"]
    assert done.result.exit_code is ExitCode.OK
    assert "可空".encode() not in done.part("word/document.xml")
    assert _is_intact(done)


@pytest.mark.parametrize("body", [p("【?X】x【/X】"), ""])
@pytest.mark.parametrize("tag", ["【@S】", "【@S|可空】"])
def test_a_picture_described_twice_is_one(tmp_path: Path, body: str, tag: str) -> None:
    # Word writes the alternative text of a picture at two places.
    picture = placeholder_picture(tag, repeated=tag)
    listed = p("【#A】") + p("x", picture) + p("【/A】")
    payload = {"S": _PICTURE, "A": [{"S": _PICTURE}, {"S": {"png": in_base64(png(4, 4))}}]}
    done = run_open(tmp_path, docx(body + p(picture) + listed), payload)
    assert done.result.exit_code is ExitCode.OK
    assert sum("media" in each for each in done.parts()) == 2
    assert _is_intact(done)


def test_in_notes_and_headers(tmp_path: Path) -> None:
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    stories = {
        "header1": p("h") + _BOX + _TEXT,
        "footnotes": f'<w:footnote w:id="2">{_TEXT}{p("n")}</w:footnote>',
    }
    body = docx(p("【#A】") + p("x", reference) + p("【/A】") + p("e"), stories=stories)
    done = run_open(tmp_path, body, {"A": [{}, {"S": _PICTURE}]})
    assert done.paragraphs("word/header1.xml") == ["h"]
    assert done.paragraphs("word/footnotes.xml") == ["n", "", "n"]
    assert _is_intact(done)


def test_names_for_values_of_two_kinds_leave_the_tag(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(p("【@S|可空】") + _BOX + p("【S|yyyy】")), {})
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert done.paragraphs()[0] == "【@S|可空】"
    assert _is_intact(done)


def test_inspect_and_precheck(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("a") + _TEXT + _BOX))
    found = json.loads(json.dumps(inspect(Job(JobKind.INSPECT, ()), file).as_dict()))
    assert (found["structure"], found["schema"]["properties"]["S"].get("x-docops-required")) == ([], None)
    checked = precheck(Job(JobKind.PRECHECK, (), None, {}), file).as_dict()
    assert (checked["expected_exit_code"], checked["summary"]["copies"]) == (0, 0)
    checked = precheck(Job(JobKind.PRECHECK, (), None, {"S": _PICTURE}), file).as_dict()
    assert (checked["expected_exit_code"], checked["summary"]["copies"]) == (0, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"copies": 1, "branch": "main"},
        {"name": "T"},
        {"dropped": []},
        {"extent": "paragraphs"},
        {"from": "p0"},
        {"kind": "if"},
        None,
    ],
)
@pytest.mark.parametrize("paragraph", [_TEXT, _BOX])
def test_the_proof_finds_what_the_log_says_wrongly(
    tmp_path: Path, paragraph: str, change: dict[str, Any] | None
) -> None:
    job = finish_open(tmp_path, docx(p("a") + paragraph + p("b")), {})
    log = job.log
    if change is None:
        log["blocks"] = []
    else:
        log["blocks"][0] |= change
    assert job.proof().verdict == "violated"
