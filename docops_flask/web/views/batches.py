"""``/v1/batches``: merges that take longer than an answer (docs/batch.md)."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Blueprint, Response

from docops_flask import __version__
from docops_flask.batches.batches import Batches
from docops_flask.batches.errors import RETRY_SECONDS, BatchNotFinished, NoSuchPart
from docops_flask.batches.folder import BatchFolder, BatchRecord, Done
from docops_flask.batches.result import result_blocks, result_of
from docops_flask.batches.status import status_of
from docops_flask.batches.store import Key
from docops_flask.batches.webhooks import check_url
from docops_flask.batches.work import ROWS_FILE
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.file_name import storable_name
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.merge.outcome import MergeCounts
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.intake.assets import asset_file
from docops_flask.intake.merge import ROWS, WEBHOOK
from docops_flask.logs.events import log_event
from docops_flask.web.attachment import MEDIA_TYPES, disposition
from docops_flask.web.conditional import DIGEST_HEADER, content_digest
from docops_flask.web.errors import NotFound, RangeNotSatisfiable
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import Services, services
from docops_flask.web.upload.contents import JobFolder, job_folder
from docops_flask.web.upload.form import Upload, make_merge, receive_batch
from docops_flask.web.upload.named_template import with_named_template
from docops_flask.web.upload.received import TEMPLATE
from docops_flask.web.views.jobs import sent_parts, template_stem

bp = Blueprint("batches", __name__)
_KEY = re.compile("[ -~]{1,255}")
_OUTCOMES = tuple(name for name in MergeCounts._fields if name != "total")
_LINES = "application/jsonl"
T = TypeVar("T")


@bp.post("/v1/batches")
def begin() -> Response:
    """Take a batch; it is done after the answer."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    batches = _batches(service)
    batches.work.refuse_when_away()
    with job_folder(service.workspaces) as folder:
        return _status(take(batches, folder, receive_batch(request, folder, service.settings)), 202)


def take(batches: Batches, folder: JobFolder, sent: Upload) -> BatchFolder:
    """Return the new batch of what was ``sent``; ``folder`` is where it was received."""
    request, service = api_request(), services()
    upload = with_named_template(sent, service.library, request.enter)
    job = make_merge(JobKind.MERGE, upload, service, request.enter, service.settings.batch_max_rows)
    key = _key(request, upload)
    record = _record(service, upload, job, key)
    request.enter("receive")
    upload.store()
    names = {TEMPLATE_FILE: TEMPLATE_FILE, ROWS_FILE: ROWS, **{each: each for each in record.assets}}
    files = {name: folder.workspace.file(source) for name, source in names.items()}
    batch = batches.store.create(record, job, files, key)
    sizes = {f"{name}_bytes": file.size for name, file in upload.files.items()}
    log_event("batch", request_id=request.request_id, batch=batch.short_id, **sizes)
    batches.work.begun(batch)
    return batch


def _record(service: Services, upload: Upload, job: Job, key: Key | None) -> BatchRecord:
    settings = service.settings
    url = upload.fields.get(WEBHOOK, "").strip() or None
    now = time.time()
    return BatchRecord(
        now,
        now + settings.batch_expires_seconds,
        __version__,
        settings.commit_sha,
        storable_name(template_stem(upload)) or "batch",
        sent_parts(upload),
        tuple(asset_file(number) for number in range(len(job.assets))),
        None if url is None else check_url(url, settings.webhook_hosts),
        None if key is None else key.hash,
        upload.files[TEMPLATE].sha256,
        api_request().request_id,
    )


def _key(request: ApiRequest, upload: Upload) -> Key | None:
    """Return the request's ``Idempotency-Key``; raises ``InvalidArgument`` for one of another form."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if _KEY.fullmatch(given) is None:
        raise InvalidArgument(
            "Idempotency-Key: use 1 to 255 printable ASCII characters.", field="Idempotency-Key"
        )
    files = {**upload.files, **{f"asset {name}": file for name, file in upload.assets.items()}}
    digest = hashlib.sha256(json.dumps(sorted(upload.fields.items())).encode())
    for name, file in sorted(files.items()):
        digest.update(json.dumps([name, file.filename, file.content.sha256()]).encode())
    return Key(hashlib.sha256(given.encode()).hexdigest(), digest.hexdigest())


@bp.get("/v1/batches/<batch_id>")
def status(batch_id: str) -> Response:
    """Tell what came of the batch so far."""
    return of_batch(batch_id, lambda batch: _status(batch, 200))


@bp.post("/v1/batches/<batch_id>/cancel")
def cancel(batch_id: str) -> Response:
    """Have no further row be done; rows that are done are the result."""

    def do(batch: BatchFolder) -> Response:
        stop(batch)
        return _status(batch, 202)

    return of_batch(batch_id, do)


def stop(batch: BatchFolder) -> None:
    """Have no further row of ``batch`` be done."""
    batch.cancel()
    _batches(services()).work.begun(batch)


@bp.post("/v1/batches/<batch_id>/resume")
def resume(batch_id: str) -> Response:
    """Go on with a batch that was cancelled or has failed."""

    def do(batch: BatchFolder) -> Response:
        batch.resume()
        _batches(services()).work.begun(batch)
        return _status(batch, 202)

    return of_batch(batch_id, do)


@bp.delete("/v1/batches/<batch_id>")
def delete(batch_id: str) -> Response:
    """Erase the batch."""

    def do(batch: BatchFolder) -> Response:
        _batches(services()).store.delete(batch)
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response

    return of_batch(batch_id, do)


@bp.get("/v1/batches/<batch_id>/rows")
def rows(batch_id: str) -> Response:
    """List what came of the rows that are done, a line of JSON each; ``?status=`` picks one outcome."""
    wanted = api_request().args.get("status")
    if wanted is not None and wanted not in _OUTCOMES:
        raise InvalidArgument(
            f"status: unknown value; use one of {', '.join(_OUTCOMES)}.",
            field="status",
            value=echo(wanted),
            allowed=list(_OUTCOMES),
        )

    def lines(batch: BatchFolder) -> Iterator[bytes]:
        done = batch.done()
        for chunk in batch.segments() if done is None else done.chunks:
            for line in batch.row_lines(chunk):
                if wanted is None or json.loads(line)["outcome"] == wanted:
                    yield line

    return of_batch(batch_id, lambda batch: Response(lines(batch), mimetype=_LINES))


@bp.get("/v1/batches/<batch_id>/result.zip")
def result(batch_id: str) -> Response:
    """Answer with the result of an ended batch, or with a range of it; ``?part=`` picks a part."""
    return of_batch(batch_id, _result)


def _result(batch: BatchFolder) -> Response:
    request = api_request()
    done = batch.done()
    if done is None or not done.files:
        raise BatchNotFinished(batch.state() if done is None else done.state)
    part = _part(request.args.get("part"), done)
    about = done.files[part if len(done.files) > 1 else 0]
    tag = about["sha256"]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
        del response.headers["Content-Type"]
        response.set_etag(tag)
        return response
    found = result_of(
        batch, about["tail"], [each for each in done.chunks if about["first"] <= each < about["behind"]]
    )
    size = found.size
    asked = _range(request, tag, size)
    start, end = asked or (0, size)
    response = Response(
        result_blocks(found, start, end), 200 if asked is None else 206, mimetype=MEDIA_TYPES["zip"]
    )
    response.content_length = end - start
    response.set_etag(tag)
    response.headers["Accept-Ranges"] = "bytes"
    name = batch.record().template_name + (f"-{part}" if part else "")
    response.headers["Content-Disposition"] = disposition(name, ".zip")
    response.headers["X-Docops-Exit-Code"] = str(done.exit_code)
    response.headers["X-Docops-Left"] = str(done.left)
    response.headers["X-Docops-Missing"] = str(done.missing)
    response.headers["X-Docops-Format"] = done.format
    if asked is None:
        response.headers[DIGEST_HEADER] = content_digest(bytes.fromhex(tag))
    else:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _part(text: str | None, done: Done) -> int:
    """Return the number of a part, 0 for the whole; raises ``InvalidArgument``."""
    if text is None:
        return 0
    count = max(len(done.files) - 1, 1)
    if not re.fullmatch("[0-9]{1,6}", text) or not 1 <= int(text) <= count:
        raise NoSuchPart(count)
    return int(text)


def _is_range(request: ApiRequest, tag: str) -> bool:
    """Say whether one range of bytes is asked for, of these bytes (RFC 9110, 13.1.5 and 14.2)."""
    wanted, condition = request.range, request.if_range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return False
    return condition.date is None and (condition.etag is None or condition.etag == tag)


def _range(request: ApiRequest, tag: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one behind the last; ``None``: no range, all bytes.

    Raises ``RangeNotSatisfiable``.
    """
    if not _is_range(request, tag) or request.range is None:
        return None
    found = request.range.range_for_length(size)
    if found is None:
        raise RangeNotSatisfiable(size)
    return found


def of_batch(batch_id: str, answer: Callable[[BatchFolder], T]) -> T:
    """Return the answer about a batch; raises ``NotFound`` where there is none, or none any more."""
    batch = _batches(services()).store.get(batch_id)
    if batch is None:
        raise NotFound
    try:
        return answer(batch)
    except FileNotFoundError:
        if batch.is_there:
            raise
        raise NotFound from None


def _status(batch: BatchFolder, code: int) -> Response:
    """Answer with the status of a batch."""
    told: dict[str, Any] = status_of(batch, api_request().script_root)
    content = json.dumps(told, ensure_ascii=False).encode() + b"\n"
    tag = hashlib.sha256(content).hexdigest()
    if code == 200 and api_request().if_none_match.contains_weak(tag):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(content, code, mimetype="application/json")
    if code == 200:
        response.set_etag(tag)
    if code == 202:
        response.headers["Location"] = told["links"]["self"]
    if told["exit_code"] is None:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _batches(service: Services) -> Batches:
    if service.batches is None:
        raise NotFound
    return service.batches
