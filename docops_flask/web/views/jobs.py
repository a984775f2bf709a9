"""``POST /v1/run``, ``/v1/precheck``, ``/v1/inspect``, ``/v1/verify``: one view and a table of job kinds."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.integrity.verification import Verification
from docops_flask.engine.job import OPEN_TYPE, Job, JobKind
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.reports.precheck import Precheck
from docops_flask.engine.run_result import Counts
from docops_flask.settings.settings import Settings
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import Services, services
from docops_flask.web.upload.contents import JobFolder, job_folder
from docops_flask.web.upload.form import (
    TEMPLATE,
    Upload,
    make_inspection,
    make_job,
    make_verification,
    receive_job,
    receive_template,
    receive_verification,
)
from docops_flask.web.upload.named_template import with_named_template
from docops_flask.web.upload.preview import make_preview, receive_preview
from docops_flask.web.views.archive import Archive, RunFacts, complete_archive
from docops_flask.web.views.preview import preview_body
from docops_flask.web.views.results import (
    Answer,
    DoneJob,
    answer_of,
    preview_result,
    render,
    run_result,
)

RUN_ENDPOINT = "jobs.run"
bp = Blueprint("jobs", __name__)


class Finished(NamedTuple):
    """A job that its renderer has finished, while its folder is still there."""

    request: ApiRequest
    service: Services
    folder: JobFolder
    upload: Upload
    job: Job
    done: DoneJob


class Kind(NamedTuple):
    """What differs between the kinds of jobs: the parts, the job made of them, and the answer."""

    receive: Callable[[ApiRequest, JobFolder, Settings], Upload]
    build: Callable[[Upload, Services, Callable[[str], None]], Job]
    answer: Callable[[Finished], Response | dict[str, Any]]


def serve(kind: Kind) -> Response | dict[str, Any]:
    """Receive a job of ``kind``, do it and answer; it is stopped when the client disconnects."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        sent = kind.receive(request, folder, service.settings)
        upload = with_named_template(sent, service.library, request.enter)
        job = kind.build(upload, service, request.enter)
        done = render(request, folder, upload, job, partial(_log_start, request, upload, job))
        return kind.answer(Finished(request, service, folder, upload, job, done))


def _log_start(request: ApiRequest, upload: Upload, job: Job, waited_ms: int) -> None:
    """Write the ``start`` line of the log; only runs have one."""
    if job.kind is JobKind.RUN:
        sizes = {f"{name}_bytes": file.size for name, file in upload.files.items()}
        skill = job.skill.name if job.skill is not None else OPEN_TYPE
        request.job_log.started(waited_ms, skill=skill, preset=job.options.preset, **sizes)


def _answer_with_archive(finished: Finished) -> Response:
    request, service, folder, upload, job, done = finished
    result = run_result(done.rendered.result)
    service.recorder.format_issues(result.format_issue_codes)
    request.enter("archive")
    facts = RunFacts(
        request.request_id,
        request.began_at,
        done.waited_ms,
        job,
        _sent(upload),
        upload.files[TEMPLATE].sha256,
    )
    archive = complete_archive(folder.workspace, done.rendered, result, facts, service.settings)
    log = request.job_log
    log.succeeded(archive.exit_code, archive.timing, archive.body)
    archive.body.on_end(log.close)
    return _stream(archive)


def _answer_with_json(wanted: type[Answer], finished: Finished) -> dict[str, Any]:
    answer = answer_of(wanted, finished.done.rendered.result)
    return {**answer.as_dict(), "request_id": finished.request.request_id}


def _answer_with_pictures(finished: Finished) -> Response:
    request, service, folder, _, _, done = finished
    preview = preview_result(done.rendered.result)
    request.enter("archive")
    body = preview_body(folder.workspace, preview, request.request_id, service.settings.max_output_bytes)
    response = Response(body, mimetype="application/json")
    response.content_length = body.size
    _add_counts(response, preview.exit_code, preview.counts)
    return response


def _stream(archive: Archive) -> Response:
    response = Response(archive.body, mimetype="application/zip")
    response.content_length = archive.body.size
    response.headers["Content-Disposition"] = 'attachment; filename="docops_outputs.zip"'
    _add_counts(response, archive.exit_code, archive.counts)
    return response


def _add_counts(response: Response, exit_code: ExitCode, counts: Counts) -> None:
    response.headers["X-Docops-Exit-Code"] = str(int(exit_code))
    response.headers["X-Docops-Left"] = str(counts.left)
    response.headers["X-Docops-Missing"] = str(counts.missing)
    response.headers["X-Docops-Format"] = counts.format


def _sent(upload: Upload) -> dict[str, Any]:
    """Return the member ``input`` of api_result.json: names and sizes of what was sent, no contents."""
    files = {name: {"filename": file.filename, "bytes": file.size} for name, file in upload.files.items()}
    assets = [{"filename": file.filename, "bytes": file.size} for file in upload.assets.values()]
    return {**files, **({"assets": assets} if assets else {}), "form_fields": list(upload.fields)}


KINDS = {
    "run": Kind(receive_job, partial(make_job, JobKind.RUN), _answer_with_archive),
    "preview": Kind(receive_preview, make_preview, _answer_with_pictures),
    "precheck": Kind(receive_job, partial(make_job, JobKind.PRECHECK), partial(_answer_with_json, Precheck)),
    "inspect": Kind(
        receive_template,
        lambda _upload, service, _enter: make_inspection(service),
        partial(_answer_with_json, Inspection),
    ),
    "verify": Kind(
        receive_verification,
        make_verification,
        partial(_answer_with_json, Verification),
    ),
}
for _name, _kind in KINDS.items():
    bp.add_url_rule(f"/v1/{_name}", _name, partial(serve, _kind), methods=["POST"])
