"""``POST /v1/merge`` and ``/v1/merge/precheck``: one template, rows of data, a document for each row."""

import json
import time
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response

from docops_flask import __version__
from docops_flask.engine.file_name import storable_name
from docops_flask.engine.job import JobKind
from docops_flask.engine.merge.merge_precheck import MergePrecheck
from docops_flask.engine.merge.outcome import FAILED, MergeResult
from docops_flask.engine.pipeline import ARCHIVE
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.errors import RendererCrashed, storage_errors
from docops_flask.jobs.made_archive import open_archive, rules_of_merge
from docops_flask.jobs.receipts.rows import RowSigning
from docops_flask.logs.events import log_event
from docops_flask.web.attachment import MEDIA_TYPES, disposition
from docops_flask.web.upload.form import Upload, make_merge, receive_merge
from docops_flask.web.upload.received import TEMPLATE
from docops_flask.web.views.archive import UnlinkedFile
from docops_flask.web.views.jobs import Finished, Kind, sent_parts, serve, template_stem

MERGE_ENDPOINT = "merge.merge"
bp = Blueprint("merge", __name__)
T = TypeVar("T", MergeResult, MergePrecheck)
_MESSAGES = {
    0: "Done.",
    FAILED: "Some rows were not filled; results.csv says which and why.",
}
_OTHER_MESSAGE = "Done, but some documents are not complete; results.csv says which."


def _answer_with_archive(finished: Finished) -> Response:
    request, service, folder, upload, _, done, _signing = finished
    result = _read(MergeResult, done.rendered.result)
    request.enter("archive")
    started = time.monotonic()
    with storage_errors():
        made = folder.workspace.file(ARCHIVE)
        most_rows = service.settings.merge_max_rows
        archive = open_archive(made, service.settings.max_output_bytes, rules_of_merge(most_rows))
        try:
            now = time.monotonic()
            timing = {
                "queue_wait_ms": done.waited_ms,
                "subprocess_ms": done.rendered.subprocess_ms,
                "zip_ms": int((now - started) * 1000),
                "total_ms": int((now - request.began_at) * 1000),
            }
            receipts = _receipts(finished, result)
            archive.complete({**receipts, "api_result.json": _api_result(finished, result, timing)})
            body = UnlinkedFile(archive.file)
        except BaseException:
            archive.file.close()
            raise
    folder.workspace.remove()
    for cause in result.inner:
        log_event("row_failed", request_id=request.request_id, inner=cause)
    log = request.job_log
    log.succeeded(result.exit_code, timing, body)
    body.on_end(log.close)
    return _stream(body, result, upload)


def _receipts(finished: Finished, result: MergeResult) -> dict[str, bytes]:
    service, job = finished.service, finished.job
    if service.signer is None:
        return {}
    # Taken before the renderer began, which may change the file.
    template = finished.upload.files[TEMPLATE].sha256
    request_id = finished.request.request_id
    commit = service.settings.commit_sha
    signing = RowSigning(service.signer, job, template, result.language, commit, request_id)
    return signing.members(result.made)


def _stream(body: UnlinkedFile, result: MergeResult, upload: Upload) -> Response:
    response = Response(body, mimetype=MEDIA_TYPES["zip"])
    response.content_length = body.size
    name = storable_name(template_stem(upload)) or "merge"
    response.headers["Content-Disposition"] = disposition(name, ".zip")
    response.headers["Content-Digest"] = body.digest
    response.headers["X-Docops-Exit-Code"] = str(result.exit_code)
    response.headers["X-Docops-Left"] = str(result.left)
    response.headers["X-Docops-Missing"] = str(result.missing)
    response.headers["X-Docops-Format"] = result.format
    return response


def _api_result(finished: Finished, result: MergeResult, timing: dict[str, int]) -> bytes:
    job, rendered = finished.job, finished.done.rendered
    document = {
        "exit_code": result.exit_code,
        "message": _MESSAGES.get(result.exit_code, _OTHER_MESSAGE),
        "request_id": finished.request.request_id,
        "rows": result.rows._asdict(),
        "faults": [each.as_dict() for each in result.faults],
        "timing": timing,
        "input": sent_parts(finished.upload),
        "template_sha256": finished.upload.files[TEMPLATE].sha256,
        "effective": job.effective(result.language),
        "build": {"version": __version__, "commit": finished.service.settings.commit_sha},
        "subprocess_pid": rendered.pid,
        "subprocess_create_time": rendered.create_time,
    }
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode()


def _answer_with_json(finished: Finished) -> dict[str, Any]:
    told = _read(MergePrecheck, finished.done.rendered.result)
    return {**told.as_dict(), "request_id": finished.request.request_id}


def _read(wanted: type[T], result: dict[str, Any]) -> T:
    try:
        return read_as(wanted, result)
    except ValueError as error:
        raise RendererCrashed(inner="its result is not one of such a job") from error


MERGE = Kind(receive_merge, partial(make_merge, JobKind.MERGE), _answer_with_archive)
PRECHECK = Kind(receive_merge, partial(make_merge, JobKind.MERGE_PRECHECK), _answer_with_json)
bp.add_url_rule("/v1/merge", "merge", partial(serve, MERGE), methods=["POST"])
bp.add_url_rule("/v1/merge/precheck", "precheck", partial(serve, PRECHECK), methods=["POST"])
