"""``POST /v1/run``: a template and a task in, one ZIP out."""

from typing import Any

from flask import Blueprint, Response

from docops_flask.engine.job import Job, JobKind
from docops_flask.web.archive import Archive, RunFacts, complete_archive
from docops_flask.web.job_folder import job_folder
from docops_flask.web.job_request import make_job
from docops_flask.web.rendering import render
from docops_flask.web.request import api_request
from docops_flask.web.results import run_result
from docops_flask.web.services import services
from docops_flask.web.uploads import Upload, receive_job

ENDPOINT = "run.run"
bp = Blueprint("run", __name__)


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
