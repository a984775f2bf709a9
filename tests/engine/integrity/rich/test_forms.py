"""The proof of how rich values are put in: their tags and places say it, whatever a log says."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.template.lines import RepeatablePlaces
from docops_flask.engine.template.rich.insertion import _Insertion
from tests.engine.integrity.job_files import verdict_of
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r, textbox

TAG = "【A|富文本】"
NOTES = "".join(f'<w:footnote w:id="2">{p(each)}</w:footnote>' for each in (TAG, "x"))


def control(kind: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr><w:{kind}/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


PARAGRAPHS = {
    "alone": docx(p(TAG) + p("x")),
    "blanks beside": docx(p("　", r(TAG), " ") + p("x")),
    "a control for rich text": docx(control("richText", p(TAG)) + p("x")),
    "both branches of a text box": docx(p(textbox(p(TAG)))),
    "a header": docx(p("x"), stories={"header1": p(TAG)}),
    "in a list": docx(p("【#L】") + p(TAG) + p("【/L】") + p("x")),
}
RUNS = {
    "text beside": docx(p("x", r(TAG))),
    "another value beside": docx(p(r(TAG), r(TAG))),
    "a tag without a value beside": docx(p(r(TAG), r("【B】"))),
    "an empty value beside": docx(p(r(TAG), r("【C|可空】"))),
    "a page break beside": docx(p(r(TAG), '<w:r><w:br w:type="page"/></w:r>')),
    "tracked": docx(p(f'<w:ins w:id="1" w:author="x">{r(TAG)}</w:ins>')),
    "a control for plain text": docx(control("text", p(TAG)) + p("x")),
    "a control around a control": docx(control("text", control("richText", p(TAG))) + p("x")),
    "a text box in a control for a date": docx(control("date", p(textbox(p(TAG)))) + p("x")),
    "branches that differ": docx(p(textbox(p(TAG), fallback=[p("x", r(TAG))]))),
    "one branch": docx(p(textbox(p(TAG), fallback=[p("y")]))),
    "branches that read alike once they are filled": docx(p(textbox(p(TAG), fallback=[p("【A|RICH】")]))),
    "two notes of one id": docx(
        p('<w:r><w:footnoteReference w:id="2"/></w:r>'), stories={"footnotes": NOTES}
    ),
}
LINES = "甲\n**乙**"


def payload_of(template: bytes) -> dict[str, Any]:
    payload: dict[str, Any] = {"A": LINES, "L": [{"A": LINES}, {"A": "丙\n丁"}]}
    own = {"in a list": ["L"]}.get(next((k for k, each in PARAGRAPHS.items() if each is template), ""), ["A"])
    return {name: payload[name] for name in own}


def forms_of(folder: Path, template: bytes) -> set[str]:
    done = run_open(folder, template, payload_of(template))
    proof = done.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    entries = done.json("out.replace_log.json")["entries"]
    return {each["rich"]["form"] for each in entries if "rich" in each}


@pytest.mark.parametrize("place", PARAGRAPHS)
def test_paragraphs_are_demanded(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    template = PARAGRAPHS[place]
    assert forms_of(tmp_path / "right", template) == {"paragraphs"}
    monkeypatch.setattr(_Insertion, "_takes_paragraphs", lambda self, path, here: False)
    with pytest.raises(ResultRefused):
        forms_of(tmp_path / "wrong", template)


@pytest.mark.parametrize("place", RUNS)
def test_runs_are_demanded(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    template = RUNS[place]
    assert forms_of(tmp_path / "right", template) == {"runs"}
    monkeypatch.setattr(RepeatablePlaces, "may_be_repeated", lambda self, place: True)
    monkeypatch.setattr(_Insertion, "_takes_paragraphs", lambda self, path, here: True)
    if "beside" not in place or "break" in place:
        with pytest.raises(ResultRefused):
            forms_of(tmp_path / "wrong", template)


def test_one_line_is_put_in_as_runs(tmp_path: Path) -> None:
    done = run_open(tmp_path, docx(p(TAG)), {"A": "**甲**"})
    [entry] = done.json("out.replace_log.json")["entries"]
    assert entry["rich"]["form"] == "runs"


@pytest.mark.parametrize(
    ("tag", "verdict"), [("【A|可空】", "intact"), (TAG, "violated"), ("【A|RICH】", "violated")]
)
@pytest.mark.parametrize("content", ["{}", "{}; {}"])
def test_a_rich_value_put_in_as_a_text_is_violated(
    tmp_path: Path, tag: str, verdict: str, content: str
) -> None:
    plain = run_open(tmp_path / "job", docx(p(content.replace("{}", "【A】"))), {"A": "**甲**"})
    log = plain.json("out.replace_log.json")
    for number, entry in enumerate(log["entries"]):
        entry["original_text"] = tag
        entry["start"] = number * (len(tag) + 2)
        entry["end"] = entry["start"] + len(tag)
    template = docx(p(content.replace("{}", tag)))
    report = plain.files["out.format_report.json"]
    assert verdict_of(tmp_path, template, plain.files["out.docx"], log, report)[0] == verdict


def test_a_text_put_in_as_a_rich_value_is_violated(tmp_path: Path) -> None:
    rich = run_open(tmp_path / "job", docx(p(TAG)), {"A": "**甲**"})
    log = rich.json("out.replace_log.json")
    [entry] = log["entries"]
    report, document = rich.files["out.format_report.json"], rich.files["out.docx"]
    assert verdict_of(tmp_path, docx(p(TAG)), document, log, report)[0] == "intact"
    entry.update(original_text="【A】", end=3)
    assert verdict_of(tmp_path, docx(p("【A】")), document, log, report)[0] == "violated"
