"""``/metrics`` of one process: what is counted, under which labels."""

import base64
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from docops_flask import __version__
from docops_flask.engine.checks.registry import CODES
from docops_flask.web.job_log import OUTCOMES
from docops_flask.web.services import EXTENSION
from tests.conftest import ROOT
from tests.factories import docx, p
from tests.web.conftest import crash_renderers
from tests.web.forms import form, task


class Metrics:
    """An app with metrics enabled, and its figures."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def figures(self) -> dict[tuple[str, ...], float]:
        text = self.client.get("/metrics").get_data(as_text=True)
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def of(self, name: str, *labels: str) -> float:
        return self.figures().get((f"docops_{name}", *sorted(labels)), 0)

    def named(self, name: str) -> dict[tuple[str, ...], float]:
        """What has been counted: many series are there at zero."""
        return {
            key[1:]: value for key, value in self.figures().items() if key[0] == f"docops_{name}" and value
        }


@pytest.fixture
def start(make_app: Callable[..., Flask]) -> Callable[..., Any]:
    return lambda **settings: Metrics(make_app(enable_metrics=True, **settings))


def test_metrics_are_off_by_default(client: FlaskClient) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.get_json()["error_code"]) == (404, "NOT_FOUND")


def test_metrics_require_the_servers_credentials(start: Callable[..., Any]) -> None:
    client = start(web_basic_auth=("user", "pass")).client
    assert client.get("/metrics").status_code == 401
    right = base64.b64encode(b"user:pass").decode()
    answer = client.get("/metrics", headers={"Authorization": f"Basic {right}"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"


def test_answers_are_counted_by_route_method_and_status(start: Callable[..., Any]) -> None:
    metrics = start()
    for _ in range(3):
        metrics.client.get("/healthz")
    metrics.client.post("/healthz")
    metrics.client.post("/v1/run", data={})
    assert metrics.of("http_requests_total", "/healthz", "GET", "200") == 3
    assert metrics.of("http_requests_total", "unmatched", "POST", "405") == 1
    assert metrics.of("http_requests_total", "/v1/run", "POST", "415") == 1


def test_the_number_of_labels_does_not_depend_on_requests(start: Callable[..., Any]) -> None:
    metrics = start()
    for number in range(20):
        metrics.client.get(f"/nothing/{number}")
        metrics.client.open("/healthz", method=f"METHOD{number}")
        metrics.client.get(f"/v1/skills/skill{number}/template.docx")
    assert set(metrics.named("http_requests_total")) == {
        ("404", "GET", "unmatched"),
        ("405", "other", "unmatched"),
        ("/v1/skills/<name>/template.docx", "404", "GET"),
    }


def test_a_job_is_counted_by_its_outcome_with_its_time_and_wait(start: Callable[..., Any]) -> None:
    metrics = start()
    assert metrics.client.post("/v1/run", data=form()).headers["X-Docops-Exit-Code"] == "0"
    assert metrics.client.post("/v1/run", data=form(task_json=task({}))).status_code == 200
    assert metrics.client.post("/v1/run", data={}).status_code == 415
    assert metrics.of("run_duration_seconds_count", "ok") == 1
    assert metrics.of("run_duration_seconds_count", "missing_required") == 1
    assert metrics.of("run_duration_seconds_count", "bad_request") == 1
    assert metrics.of("run_duration_seconds_sum", "ok") > 0
    assert metrics.of("queue_wait_seconds_count") == 3


def test_a_precheck_is_not_counted_as_a_run(start: Callable[..., Any]) -> None:
    metrics = start()
    assert metrics.client.post("/v1/precheck", data=form()).status_code == 200
    assert metrics.named("run_duration_seconds_count") == {}


def test_busy_slots_are_reported(start: Callable[..., Any]) -> None:
    metrics = start(max_concurrency=3)
    assert (metrics.of("slots_busy"), metrics.of("slots_total")) == (0, 3)
    with metrics.app.extensions[EXTENSION].slots.take():
        assert metrics.of("slots_busy") == 1
    assert metrics.of("slots_busy") == 0


def test_metrics_answer_while_all_slots_are_taken_and_refusals_have_a_reason(
    start: Callable[..., Any],
) -> None:
    metrics = start(max_concurrency=1)
    with metrics.app.extensions[EXTENSION].slots.take():
        assert metrics.client.post("/v1/run", data=form()).status_code == 429
        assert metrics.client.post("/v1/inspect", data={"template": form()["template"]}).status_code == 429
        assert metrics.named("rejected_total") == {("no_slot",): 2}


@pytest.mark.parametrize(("threads", "reason"), [(16, "queue_timeout"), (5, "queue_full")])
def test_a_refusal_after_waiting_has_its_own_reason(
    start: Callable[..., Any], threads: int, reason: str
) -> None:
    metrics = start(max_concurrency=1, threads=threads, queue_timeout_seconds=0.01)
    with metrics.app.extensions[EXTENSION].slots.take():
        assert metrics.client.post("/v1/run", data=form()).status_code == 429
    assert metrics.named("rejected_total") == {(reason,): 1}


def test_a_stopping_server_refuses_as_not_ready(start: Callable[..., Any]) -> None:
    metrics = start()
    metrics.app.extensions[EXTENSION].lifecycle.stop()
    assert metrics.client.post("/v1/run", data=form()).status_code == 503
    assert metrics.named("rejected_total") == {("not_ready",): 1}


def test_a_failed_readiness_probe_is_not_counted_as_a_refused_job(
    start: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "drain").touch()
    metrics = start(drain_file=tmp_path / "drain")
    assert metrics.client.get("/readyz").status_code == 503
    assert metrics.of("http_requests_total", "/readyz", "GET", "503") == 1
    assert metrics.named("rejected_total") == {}


def test_series_used_by_alerts_exist_before_the_first_event(start: Callable[..., Any]) -> None:
    figures = start().figures()
    for route in ("/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify", "/v1/policies/suggest"):
        assert figures[("docops_http_requests_total", *sorted((route, "POST", "500")))] == 0
    for reason in ("no_slot", "queue_full", "queue_timeout", "not_ready", "no_storage"):
        assert figures[("docops_rejected_total", reason)] == 0
    for outcome in OUTCOMES:
        assert figures[("docops_run_duration_seconds_count", outcome)] == 0
    assert figures[("docops_renderer_deaths_total",)] == 0
    assert figures[("docops_renderer_timeouts_total",)] == 0
    assert figures[("docops_folders_left",)] == 0
    assert figures[("docops_folders_not_removed_total",)] == 0


def test_timeouts_are_counted(start: Callable[..., Any]) -> None:
    metrics = start(request_timeout_seconds=0.001)
    assert metrics.client.post("/v1/run", data=form()).status_code == 408
    assert metrics.of("renderer_timeouts_total") == 1
    assert metrics.of("run_duration_seconds_count", "timeout") == 1
    assert metrics.of("renderer_deaths_total") == 0


def test_a_slow_body_is_not_counted_as_a_renderer_timeout(start: Callable[..., Any]) -> None:
    metrics = start(body_timeout_seconds=0.000001)
    assert metrics.client.post("/v1/run", data=form()).status_code == 408
    assert metrics.of("renderer_timeouts_total") == 0
    assert metrics.of("run_duration_seconds_count", "timeout") == 1


def test_a_full_volume_is_counted_as_a_reason(start: Callable[..., Any], work_folder: Path) -> None:
    metrics = start()
    work_folder.rmdir()
    assert metrics.client.post("/v1/run", data=form()).status_code == 503
    assert metrics.named("rejected_total") == {("no_storage",): 1}


def test_crashed_renderers_are_counted(start: Callable[..., Any]) -> None:
    metrics = start()
    crash_renderers(metrics.app)
    assert metrics.client.post("/v1/run", data=form()).status_code == 500
    assert metrics.of("renderer_deaths_total") == 1
    assert metrics.of("run_duration_seconds_count", "internal_error") == 1


def test_format_issues_are_counted_by_the_codes_of_the_checks(start: Callable[..., Any]) -> None:
    metrics = start()
    template = docx(p("　　前面有空格【MEETING_TITLE】"))
    answer = metrics.client.post(
        "/v1/run", data=form(template, format_mode="report", format_baseline="policy")
    )
    assert answer.status_code == 200
    counted = metrics.named("format_issues_total")
    assert counted
    assert {code for (code,) in counted} <= set(CODES)


def test_an_unknown_issue_code_creates_no_series(start: Callable[..., Any]) -> None:
    metrics = start()
    recorder = metrics.app.extensions[EXTENSION].recorder
    recorder.format_issues({f"CODE_{number}": 1 for number in range(10)})
    assert metrics.named("format_issues_total") == {("other",): 10}


def test_folders_that_could_not_be_removed_are_counted_until_they_are_gone(
    start: Callable[..., Any], work_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = start()
    assert metrics.of("folders_left") == metrics.of("folders_not_removed_total") == 0
    workspace = metrics.app.extensions[EXTENSION].workspaces.create()
    with monkeypatch.context() as broken:
        broken.setattr(os, "rmdir", refuse_busy)
        workspace.remove()
        assert (metrics.of("folders_left"), metrics.of("folders_not_removed_total")) == (1, 1)
    # The next job tries again.
    assert metrics.client.post("/v1/run", data=form()).status_code == 200
    assert (metrics.of("folders_left"), metrics.of("folders_not_removed_total")) == (0, 1)


def refuse_busy(*_arguments: str, **_options: int) -> None:
    raise OSError(errno.EBUSY, "busy")


def test_the_build_is_reported(start: Callable[..., Any]) -> None:
    metrics = start(commit_sha="abc123")
    assert metrics.of("build_info", __version__, "abc123") == 1


def test_apps_in_one_process_have_separate_counters(start: Callable[..., Any]) -> None:
    one, other = start(), start()
    one.client.get("/healthz")
    assert other.of("http_requests_total", "/healthz", "GET", "200") == 0


def test_the_deployment_guide_names_every_metric_and_no_other(start: Callable[..., Any]) -> None:
    text = start().client.get("/metrics").get_data(as_text=True)
    kinds = dict(re.findall(r"^# TYPE (docops_\w+) (\w+)$", text, re.MULTILINE))
    served = {name for name in kinds if not name.endswith("_created")}
    guide = (ROOT / "docs" / "deployment.md").read_text()
    named = re.findall(r"`(docops_\w+)`", guide)
    assert set(named) == served
    alerts = re.findall(r"docops_\w+?(?=_bucket\{|[^a-z_])", guide)
    assert set(alerts) <= served
