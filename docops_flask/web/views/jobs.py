"""``POST /v1/run``, ``/v1/precheck``, ``/v1/inspect`` and ``/v1/verify``: a template in, an answer out."""

from typing import Any

from flask import Blueprint, Response

from docops_flask.engine.job import Job, JobKind
from docops_flask.web.request import api_request
from docops_flask.web.services import services
from docops_flask.web.upload.contents import job_folder
from docops_flask.web.upload.form import (
    Upload,
    make_inspection,
    make_job,
    make_verification,
    receive_job,
    receive_template,
    receive_verification,
)
from docops_flask.web.views.archive import Archive, RunFacts, complete_archive
from docops_flask.web.views.results import INSPECTION, PRECHECK, VERIFICATION, answer_of, render, run_result

RUN_ENDPOINT = "jobs.run"
bp = Blueprint("jobs", __name__)


@bp.post("/v1/run")
def run() -> Response:
    """Fill a template and answer with the document and its reports."""
    request, service = api_request(), services()
    log = request.job_log
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_job(request, folder, service.settings)
        job = make_job(JobKind.RUN, upload, service, request.enter)
        kind = _kind_of_job(job, upload)
        done = render(request, folder, upload, job, lambda waited_ms: log.started(waited_ms, **kind))
        result = run_result(done.rendered.result)
        service.recorder.format_issues(result.format_issue_codes)
        request.enter("archive")
        facts = RunFacts(request.request_id, request.began_at, done.waited_ms, job.options, _sent(upload))
        archive = complete_archive(folder.workspace, done.rendered, result, facts, service.settings)
    log.succeeded(archive.exit_code, archive.timing, archive.body)
    archive.body.on_end(log.close)
    return _stream(archive)


def _stream(archive: Archive) -> Response:
    response = Response(archive.body, mimetype="application/zip")
    response.content_length = archive.body.size
    response.headers["Content-Disposition"] = 'attachment; filename="docops_outputs.zip"'
    response.headers["X-Docops-Exit-Code"] = str(int(archive.exit_code))
    return response


def _sent(upload: Upload) -> dict[str, Any]:
    """Return names and sizes of what was sent, never contents."""
    files = {name: {"filename": file.filename, "bytes": file.size} for name, file in upload.files.items()}
    return {**files, "form_fields": list(upload.fields)}


def _kind_of_job(job: Job, upload: Upload) -> dict[str, Any]:
    sizes = {f"{name}_bytes": file.size for name, file in upload.files.items()}
    return {"skill": job.skill.name if job.skill is not None else None, "preset": job.options.preset, **sizes}


@bp.post("/v1/precheck")
def precheck() -> dict[str, Any]:
    """Hold a template against a task and answer with the verdict."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_job(request, folder, service.settings)
        job = make_job(JobKind.PRECHECK, upload, service, request.enter)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, PRECHECK), "request_id": request.request_id}


@bp.post("/v1/inspect")
def inspect() -> dict[str, Any]:
    """Look at a template and answer with its fields and problems."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_template(request, folder, service.settings)
        job = make_inspection(service)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, INSPECTION), "request_id": request.request_id}


@bp.post("/v1/verify")
def verify() -> dict[str, Any]:
    """Prove a job's document again and answer with the verdict."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_verification(request, folder, service.settings)
        job = make_verification(service)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, VERIFICATION), "request_id": request.request_id}
