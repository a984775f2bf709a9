"""The proof of content controls: what a control became is what the log says, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ResultRefused
from docops_flask.engine.integrity.native import control_states
from docops_flask.engine.integrity.verification import Evidence
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pipeline import verify_files
from docops_flask.engine.template.native import control_finish
from tests.engine.integrity.finished_job import FinishedJob
from tests.engine.native.word_controls import TEXT, bound, box, control, date, empty, entries, section
from tests.engine.open_jobs import run_open
from tests.engine.template.places.packages import custom_data
from tests.factories import docx, p, r

_OLD = r("old")
_SIZES = entries(("s", "Small"), ("b", "Big"), last="s")
_BODY = (
    p(control("A", _OLD, TEXT, more=bound()), control("K", r("☐"), box()), control("C", _OLD, _SIZES))
    + p(control("D", _OLD, date()), empty("Missing"), control("Day", _OLD, TEXT))
    + section("R", p("x ", empty("B")), p("further"))
)
_PAYLOAD = {"A": "v", "K": True, "C": "b", "D": "2026-05-06", "Day": "w", "R": [{"B": "1"}, {"B": "2"}, {}]}


@pytest.fixture
def job(tmp_path: Path) -> FinishedJob:
    template = custom_data(_BODY, '<n:root xmlns:n="urn:x"><n:name>old</n:name></n:root>')
    run = run_open(tmp_path, template, _PAYLOAD)
    reports = (run.json(f"out.{each}.json") for each in ("replace_log", "format_report", "integrity"))
    return FinishedJob(tmp_path / "template.docx", run.files["out.docx"], *reports)


def test_the_job_is_intact(job: FinishedJob) -> None:
    assert (job.proof().verdict, job.proof().exactness) == ("intact", "bytes")


def _in(part: str, old: str, new: str) -> Callable[[FinishedJob], FinishedJob]:
    def changed(job: FinishedJob) -> FinishedJob:
        content = job.part(part)
        assert old in content
        return job.with_part(content.replace(old, new, 1), part)

    return changed


def _native(number: int, **members: str) -> Callable[[FinishedJob], FinishedJob]:
    def changed(job: FinishedJob) -> FinishedJob:
        log = json.loads(json.dumps(job.log))
        log["native"][number] |= members
        return _with_log(job, log)

    return changed


def _without_native(job: FinishedJob) -> FinishedJob:
    return _with_log(job, {key: value for key, value in job.log.items() if key != "native"})


def _of_data(job: FinishedJob) -> FinishedJob:
    log = json.loads(json.dumps(job.log))
    [entry] = [each for each in log["entries"] if each.get("bound_control")]
    entry["new_text"] = "other"
    return _with_log(_in("customXml/item1.xml", ">v<", ">other<")(job), log)


def _with_log(job: FinishedJob, log: dict[str, Any]) -> FinishedJob:
    return FinishedJob(job.template, job.document, log, job.report, job.integrity)


_DOCUMENT = "word/document.xml"
_ITEM = "<w15:repeatingSectionItem/>"


def _dropped_item(job: FinishedJob) -> FinishedJob:
    content = job.part()
    last = content.rindex("<w:sdt>", 0, content.rindex(_ITEM)) if "<w:sdt>" in content else 0
    start = max(last, content.rindex("<w:sdt ", 0, content.rindex(_ITEM)))
    end = content.rindex("</w:sdtContent></w:sdt>")
    return job.with_part(content[:start] + content[end:])


def _extra_copy(job: FinishedJob) -> FinishedJob:
    content = job.part()
    start = content.rindex("<w:sdt ", 0, content.rindex(_ITEM))
    end = content.rindex("</w:sdtContent></w:sdt>")
    return job.with_part(content[:end] + content[start:end] + content[end:])


@pytest.mark.parametrize(
    "change",
    [
        _in(_DOCUMENT, ">v<", ">w<"),
        _in(_DOCUMENT, 'w:displayText="Small"', 'w:displayText="Huge"'),
        _in(_DOCUMENT, 'w:lastValue="b"', 'w:lastValue="s"'),
        _in(_DOCUMENT, ">Big<", ">Small<"),
        _in(_DOCUMENT, '<w14:checked w14:val="1"/>', '<w14:checked w14:val="0"/>'),
        _in(_DOCUMENT, "☒", "☐"),
        _in(_DOCUMENT, 'w:fullDate="2026-05-06', 'w:fullDate="2026-05-07'),
        _in(_DOCUMENT, "2026年5月6日", "2026年5月7日"),
        _in(_DOCUMENT, "<w:showingPlcHdr/>", ""),
        _in(_DOCUMENT, "Click here", "Click there"),
        _in(_DOCUMENT, '<w:tag w:val="A"/>', '<w:tag w:val="B"/>'),
        _in("customXml/item1.xml", ">v<", ">old<"),
        _of_data,
        _dropped_item,
        _extra_copy,
        _native(0, name="B"),
        _native(0, tag="【B】"),
        _native(0, paragraph_path="p1"),
        _native(0, kind="merge_field"),
        _without_native,
    ],
)
def test_changes_are_found(job: FinishedJob, change: Callable[[FinishedJob], FinishedJob]) -> None:
    assert change(job).proof().verdict == "violated"


@pytest.mark.parametrize(("key", "value"), [("C", "s"), ("K", False), ("D", "2026-05-07"), ("A", "x")])
def test_the_task_tells_which_values_are_right(
    tmp_path: Path, job: FinishedJob, key: str, value: object
) -> None:
    files = Evidence(*(tmp_path / name for name in ("d.docx", "l.json", "r.json")))
    files.document.write_bytes(job.document)
    files.replace_log.write_text(json.dumps(job.log), encoding="utf-8")
    files.format_report.write_text(json.dumps(job.report), encoding="utf-8")
    asked = Job(JobKind.VERIFY, (), None, _PAYLOAD)
    assert verify_files(asked, job.template, files).verdict == "intact"
    other = asked._replace(payload={**_PAYLOAD, key: value})
    assert verify_files(other, job.template, files).verdict == "violated"


def test_a_document_that_was_saved_again_is_intact(job: FinishedJob) -> None:
    content = job.part().replace('<w:t xml:space="preserve">v</w:t>', "<w:t  xml:space='preserve' >v</w:t>")
    assert (job.with_part(content).proof().verdict, job.with_part(content).proof().exactness) == (
        "intact", "canonical",
    )  # fmt: skip


def test_the_package_is_no_part_of_the_template(job: FinishedJob) -> None:
    package = Package(job.template, Limits())
    try:
        assert "docops-mark" not in package.read(_DOCUMENT).decode() + job.part()
    finally:
        package.close()


def test_a_part_that_is_not_well_formed_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the code that fills and the proof make the same mistake."""
    monkeypatch.setitem(control_finish._STATES, "checkedState", 1)
    monkeypatch.setitem(control_states._BOXES, "☑", ("checkedState", 1, "1"))
    body = p(control("A", r("☐"), '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>'))
    with pytest.raises(ResultRefused):
        run_open(tmp_path, docx(body), {"A": True})
