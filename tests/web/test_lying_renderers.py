"""Compromised renderers: whatever their output, their client gets an error and no other job is affected."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from docops_flask.engine import pipeline
from docops_flask.engine.integrity.verification import Verification
from docops_flask.engine.job import Job
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.reports.precheck import Precheck
from docops_flask.engine.worker.worker import RESULT_LIMIT_BYTES
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import EXTENSION
from docops_flask.web.views.results import answer_of, run_result
from tests.factories import docx, p
from tests.jobs import disk_targets
from tests.jobs.spoiling import clear
from tests.web.conftest import LogLines
from tests.web.forms import form

OTHER_RESULT = "its result is not one of such a job"


@pytest.fixture(autouse=True)
def nothing_deep_stays(tmp_path: Path) -> Iterator[None]:
    yield
    clear(tmp_path)


def run(
    make_app: Callable[..., Flask], task: Callable[..., Any], path: str = "/v1/run", **settings: bool | str
) -> tuple[Flask, TestResponse]:
    """The app whose renderers do ``task`` in their cell, and its answer to a job."""
    app = make_app(**{"sandbox": "require", **settings})
    services = app.extensions[EXTENSION]
    limits = services.settings.process_limits()
    renderer = Renderer("fork", 60, limits, task=task, folder_bytes=services.settings.folder_bytes)
    app.extensions[EXTENSION] = dataclasses.replace(services, renderer=renderer)
    fields = {"template": form()["template"]} if path == "/v1/inspect" else form()
    return app, app.test_client().post(path, data=fields)


def crashed(answer: TestResponse, log: LogLines) -> str:
    """Why a renderer is taken to have crashed."""
    assert (answer.status_code, answer.get_json()["error_code"]) == (500, "RENDERER_CRASHED")
    assert set(answer.get_json()["detail"]) == {"request_id"}
    assert log.lines[-1]["error_code"] == "RENDERER_CRASHED"
    found: str = log.lines[-1]["inner"]
    return found


@pytest.mark.parametrize(
    ("task", "inner", "stage"),
    [
        (disk_targets.lie_of_the_exit_code, OTHER_RESULT, "render"),
        (disk_targets.tell_many_issue_codes, OTHER_RESULT, "render"),
        (disk_targets.tell_too_much, OTHER_RESULT, "render"),
    ],
)
def test_a_renderer_with_other_results_counts_as_crashed(
    make_app: Callable[..., Flask],
    work_folder: Path,
    log: LogLines,
    task: Callable[..., dict[str, Any]],
    inner: str,
    stage: str,
) -> None:
    app, answer = run(make_app, task)
    assert crashed(answer, log).startswith(inner)
    assert log.lines[-1]["failure_stage"] == stage
    app.extensions[EXTENSION].workspaces.close()
    assert list(work_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("task", "inner", "stage"),
    [
        (disk_targets.leave_a_link_as_archive, "outputs.zip cannot be read: OSError", "archive"),
        (
            disk_targets.leave_a_pipe_as_archive,
            "outputs.zip is not a regular file with a single name",
            "archive",
        ),
        (disk_targets.nest_3000_folders, "its folder contained a folder", "render"),
        (disk_targets.leave_no_archive, "outputs.zip cannot be read: FileNotFoundError", "archive"),
        (disk_targets.leave_a_second_name_of_the_archive, "outputs.zip is not a regular file", "archive"),
        (disk_targets.leave_the_template_as_archive, "outputs.zip is unsound: ", "archive"),
    ],
)
def test_a_renderer_that_left_what_the_sandbox_forbids_counts_as_crashed(
    make_app: Callable[..., Flask],
    work_folder: Path,
    log: LogLines,
    task: Callable[..., dict[str, Any]],
    inner: str,
    stage: str,
) -> None:
    app, answer = run(make_app, task, sandbox="off")
    assert crashed(answer, log).startswith(inner)
    assert log.lines[-1]["failure_stage"] == stage
    app.extensions[EXTENSION].workspaces.close()
    assert list(work_folder.iterdir()) == []


COUNTS = {"left": 2, "missing": 1, "format": "passed"}
GOOD_RUN: dict[str, Any] = {
    "exit_code": 0,
    "summary": {},
    "counts": COUNTS,
    "format_issue_codes": {"FONT": 1},
    "zip_ms": 3,
    "language": "en",
}
EXIT_CODES: list[object] = ["x", 1, 5, -1, 0.0, "0", True, None, [0], {}, 10**30]
ISSUE_CODES: list[object] = [[], None, "x", {"A": "1"}, {"A": -1}, {"A": 1.5}]
SUMMARIES: list[object] = [[], None, {"A": "text"}, {"A": None}]
RUN_LIES: list[dict[str, Any]] = [
    *({**GOOD_RUN, "exit_code": code} for code in EXIT_CODES),
    *({**GOOD_RUN, "zip_ms": each} for each in ("x", -1, 1.5, True, None, 10**30)),
    *({**GOOD_RUN, "language": each} for each in ("fr", "", None, 1)),
    *({**GOOD_RUN, "format_issue_codes": each} for each in ISSUE_CODES),
    {**GOOD_RUN, "format_issue_codes": {"A": True}},
    {**GOOD_RUN, "format_issue_codes": {"A": 10**30}},
    {**GOOD_RUN, "format_issue_codes": {f"CODE_{number}": 1 for number in range(201)}},
    *({**GOOD_RUN, "summary": each} for each in SUMMARIES),
    *({**GOOD_RUN, "counts": each} for each in ({}, None, {**COUNTS, "left": -1}, {**COUNTS, "format": "?"})),
    *({name: GOOD_RUN[name] for name in GOOD_RUN if name != left_out} for left_out in GOOD_RUN),
    {**GOOD_RUN, "more": 1},
    {**GOOD_RUN, "file_name": 1},
    {**GOOD_RUN, "file_name": ["a"]},
    {**GOOD_RUN, "review": {"kind": "other", "sha256": "", "made": 1, "left_out": 0}},
    {**GOOD_RUN, "review": {"kind": "comments", "sha256": "", "made": "1", "left_out": 0}},
    {**GOOD_RUN, "review": {"kind": "comments"}},
    {},
]


@pytest.mark.parametrize("result", RUN_LIES, ids=lambda result: json.dumps(result)[:60])
def test_an_invalid_run_result_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(RendererCrashed) as caught:
        run_result(result)
    assert caught.value.inner == OTHER_RESULT


def test_a_valid_run_result_is_accepted() -> None:
    assert tuple(run_result(GOOD_RUN)) == (0, {}, (2, 1, "passed"), {"FONT": 1}, 3, "en", None, None, None)
    assert run_result({**GOOD_RUN, "file_name": "a/b"}).file_name == "a/b"
    review = {"kind": "tracked", "sha256": "0" * 64, "made": 1, "left_out": 0}
    assert tuple(run_result({**GOOD_RUN, "review": review}).review or ()) == ("tracked", "0" * 64, 1, 0)


@pytest.mark.parametrize("wanted", [Precheck, Inspection, Verification])
@pytest.mark.parametrize("result", [{}, GOOD_RUN, {"ok": True}, {"fields": []}, {"verdict": "intact"}])
def test_an_invalid_answer_is_refused(
    wanted: type[Precheck | Inspection | Verification], result: dict[str, Any]
) -> None:
    with pytest.raises(RendererCrashed):
        answer_of(wanted, result)


@pytest.mark.parametrize("path", ["/v1/precheck", "/v1/inspect"])
def test_a_result_with_an_unknown_member_is_refused(
    make_app: Callable[..., Flask], log: LogLines, path: str
) -> None:
    _, answer = run(make_app, say_something_else, path)
    assert crashed(answer, log) == OTHER_RESULT


def say_something_else(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {**pipeline.run_job(job, template, folder), "html": "<script>"}


def test_unknown_issue_codes_create_no_metric_series(make_app: Callable[..., Flask]) -> None:
    app, answer = run(make_app, disk_targets.tell_many_issue_codes, enable_metrics=True)
    assert answer.status_code == 500
    text = app.test_client().get("/metrics").get_data(as_text=True)
    series = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert [sample for sample in series if sample.name == "docops_format_issues_total"] == []


def test_an_inspection_of_more_than_a_result_may_hold_is_a_413(
    make_client: Callable[..., FlaskClient],
) -> None:
    names = (f"【meeting_date_{'x' * 64}{number}】" for number in range(10_000))
    template = docx("".join(map(p, names)))
    answer = make_client().post("/v1/inspect", data={"template": form(template)["template"]})
    assert (answer.status_code, answer.get_json()["error_code"]) == (413, "TEMPLATE_LIMIT_EXCEEDED")
    detail = answer.get_json()["detail"]
    assert (detail["limit"], detail["max"]) == ("output_bytes", RESULT_LIMIT_BYTES)
    assert RESULT_LIMIT_BYTES == 4 * 2**20
