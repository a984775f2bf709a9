"""``POST /v1/run``, ``/v1/precheck``, ``/v1/inspect``, ``/v1/verify``: one view and a table of job kinds."""

from collections.abc import Callable
from functools import partial
from pathlib import PureWindowsPath
from typing import Any, NamedTuple

from flask import Blueprint, Response

from docops_flask.engine.artefacts import SINGLE_FILES
from docops_flask.engine.errors import ExitCode
from docops_flask.engine.file_name import storable_name
from docops_flask.engine.integrity.verification import Verification
from docops_flask.engine.job import OPEN_TYPE, Job, JobKind
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.reports.precheck import Precheck
from docops_flask.engine.run_result import Counts
from docops_flask.jobs.receipts.envelope import FIELD
from docops_flask.settings.settings import Settings
from docops_flask.web.attachment import MEDIA_TYPES, disposition
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import Services, services
from docops_flask.web.upload.contents import JobFolder, job_folder
from docops_flask.web.upload.form import (
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
from docops_flask.web.upload.received import TEMPLATE
from docops_flask.web.views.archive import RunFacts, RunFile, run_file
from docops_flask.web.views.preview import preview_body
from docops_flask.web.views.results import (
    Answer,
    DoneJob,
    answer_of,
    preview_result,
    render,
    run_result,
)
from docops_flask.web.views.signing import Signing, receipt_of, signing_of

RUN_ENDPOINT = "jobs.run"
_ARCHIVE_NAME = "docops_outputs"
# Where neither pattern nor template has a name that can be stored.
_NO_NAME = "document"
bp = Blueprint("jobs", __name__)


class Finished(NamedTuple):
    """A job that its renderer has finished, while its folder is still there.

    ``signing`` is what was read of the uploads before the renderer began, for or of a receipt.
    """

    request: ApiRequest
    service: Services
    folder: JobFolder
    upload: Upload
    job: Job
    done: DoneJob
    signing: Signing


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
        return finish(kind, folder, kind.receive(request, folder, service.settings))


def finish(kind: Kind, folder: JobFolder, sent: Upload) -> Response | dict[str, Any]:
    """Do the job of ``kind`` that was ``sent`` and answer; ``folder`` is its folder."""
    request, service = api_request(), services()
    upload = with_named_template(sent, service.library, request.enter)
    job = kind.build(upload, service, request.enter)
    signing = signing_of(job, upload, service, request.enter)
    if signing.inputs is not None:
        job = job._replace(receipt=True)
    done = render(request, folder, upload, job, partial(_log_start, request, upload, job))
    return kind.answer(Finished(request, service, folder, upload, job, done, signing))


def _log_start(request: ApiRequest, upload: Upload, job: Job, waited_ms: int) -> None:
    """Write the ``start`` line of the log; only runs and merges have one."""
    if job.kind in (JobKind.RUN, JobKind.MERGE):
        sizes = {f"{name}_bytes": file.size for name, file in upload.files.items()}
        skill = job.skill.name if job.skill is not None else OPEN_TYPE
        request.job_log.started(waited_ms, skill=skill, preset=job.options.preset, **sizes)


def _answer_with_file(finished: Finished) -> Response:
    request, service, folder, upload, job, done, signing = finished
    result = run_result(done.rendered.result)
    service.recorder.format_issues(result.format_issue_codes)
    request.enter("archive")
    # A file alone has no place for a receipt.
    is_single = job.options.output in SINGLE_FILES
    receipt = None if is_single else receipt_of(signing, service, job, result, request.request_id)
    facts = RunFacts(
        request.request_id,
        request.began_at,
        done.waited_ms,
        job,
        sent_parts(upload),
        upload.files[TEMPLATE].sha256,
        receipt,
    )
    file = run_file(folder.workspace, done.rendered, result, facts, service.settings)
    log = request.job_log
    log.succeeded(file.exit_code, file.timing, file.body)
    file.body.on_end(log.close)
    return _stream(file, _disposition(file, job, upload))


def _answer_with_json(wanted: type[Answer], finished: Finished) -> dict[str, Any]:
    answer = answer_of(wanted, finished.done.rendered.result)
    check = finished.signing.check
    checked = {} if check is None else {FIELD: check.as_dict()}
    return {**answer.as_dict(), **checked, "request_id": finished.request.request_id}


def _answer_with_pictures(finished: Finished) -> Response:
    request, service, folder, _, _, done, _signing = finished
    preview = preview_result(done.rendered.result)
    request.enter("archive")
    body = preview_body(folder.workspace, preview, request.request_id, service.settings.max_output_bytes)
    response = Response(body, mimetype="application/json")
    response.content_length = body.size
    response.headers["Content-Digest"] = body.digest
    _add_counts(response, preview.exit_code, preview.counts)
    return response


def _stream(file: RunFile, named: str) -> Response:
    response = Response(file.body, mimetype=MEDIA_TYPES[file.kind])
    response.content_length = file.body.size
    response.headers["Content-Disposition"] = named
    response.headers["Content-Digest"] = file.body.digest
    _add_counts(response, file.exit_code, file.counts)
    return response


def _disposition(file: RunFile, job: Job, upload: Upload) -> str:
    """Return the header that names ``file``: by the pattern, else by the template."""
    if file.kind == "zip" and job.name_pattern is None:
        return disposition(_ARCHIVE_NAME, ".zip")
    extension = f".{file.kind}"
    name = "" if file.name is None else storable_name(file.name, extension)
    return disposition(name or storable_name(template_stem(upload)) or _NO_NAME, extension)


def template_stem(upload: Upload) -> str:
    """Return the name of the template's file without its extension."""
    # Some clients send a path; a path of Windows may have separators of both kinds.
    return PureWindowsPath(upload.files["template"].filename).stem


def _add_counts(response: Response, exit_code: ExitCode, counts: Counts) -> None:
    response.headers["X-Docops-Exit-Code"] = str(int(exit_code))
    response.headers["X-Docops-Left"] = str(counts.left)
    response.headers["X-Docops-Missing"] = str(counts.missing)
    response.headers["X-Docops-Format"] = counts.format


def sent_parts(upload: Upload) -> dict[str, Any]:
    """Return the member ``input`` of api_result.json: names and sizes of what was sent, no contents."""
    files = {name: {"filename": file.filename, "bytes": file.size} for name, file in upload.files.items()}
    assets = [{"filename": file.filename, "bytes": file.size} for file in upload.assets.values()]
    return {**files, **({"assets": assets} if assets else {}), "form_fields": list(upload.fields)}


KINDS = {
    "run": Kind(receive_job, partial(make_job, JobKind.RUN), _answer_with_file),
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
