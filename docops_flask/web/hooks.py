"""What happens before and after every request, and how errors become answers (contract section 3)."""

import errno
from typing import Any, cast

from flask import Flask, Response, json
from werkzeug import exceptions

from docops_flask.engine.errors import DocopsError, InvalidArgument, InvalidMediaType
from docops_flask.engine.files import STORAGE_ERRNOS
from docops_flask.jobs.errors import InsufficientStorage
from docops_flask.logs.events import log_event, place_of
from docops_flask.web import auth, headers
from docops_flask.web.conditional import add_digest
from docops_flask.web.errors import MethodNotAllowed, NotFound, RangeNotSatisfiable, Unauthorized
from docops_flask.web.job_log import error_fields
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import services
from docops_flask.web.views.health import READY_ENDPOINT
from docops_flask.web.views.jobs import RUN_ENDPOINT
from docops_flask.web.views.merge import MERGE_ENDPOINT

_UNEXPECTED = "An error occurred in the server; its log has the details under this request id."


def register_errors(app: Flask) -> None:
    """Make ``app`` answer every exception with the contract's JSON."""
    app.register_error_handler(Exception, _answer)


def as_docops_error(error: Exception) -> DocopsError:
    """Return ``error`` as an error of the contract; of an unexpected one only the log has the details."""
    if isinstance(error, DocopsError):
        return error
    if isinstance(error, exceptions.HTTPException):
        return _from_werkzeug(error)
    if isinstance(error, OSError) and error.errno in STORAGE_ERRNOS:
        return InsufficientStorage(inner=errno.errorcode[error.errno])
    unexpected = DocopsError(_UNEXPECTED)
    unexpected.inner = place_of(type(error), error.__traceback__)
    return unexpected


def error_body(error: DocopsError, request_id: str) -> dict[str, Any]:
    """Return the JSON body of the answer to ``error``."""
    return {
        "error_code": error.code,
        "message": error.message,
        "detail": {**error.detail, "request_id": request_id},
    }


def error_response(error: DocopsError, request_id: str) -> Response:
    """Return the answer to ``error``."""
    body = json.dumps(error_body(error, request_id)) + "\n"
    response = Response(body, error.status, mimetype="application/json")
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
    if isinstance(error, RangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.methods)
    return response


def _answer(error: Exception) -> Response:
    request: ApiRequest = api_request()
    request.failure = as_docops_error(error)
    return error_response(request.failure, request.request_id)


def _from_werkzeug(error: exceptions.HTTPException) -> DocopsError:
    if isinstance(error, exceptions.NotFound):
        return NotFound()
    if isinstance(error, exceptions.MethodNotAllowed):
        return MethodNotAllowed(cast("list[str]", error.valid_methods) or [])
    if isinstance(error, exceptions.UnsupportedMediaType):
        return InvalidMediaType("The request's content is of another kind than this address takes.")
    if error.code is not None and 400 <= error.code < 500:
        return InvalidArgument("The request cannot be understood.")
    unexpected = DocopsError(_UNEXPECTED)
    unexpected.inner = type(error).__name__
    return unexpected


REQUEST_ID_HEADER = "X-Docops-Request-Id"
_PATH_CHARACTERS = 200


def register(app: Flask) -> None:
    """Register the functions that run before and after every request of ``app``."""
    app.before_request(_before)
    app.after_request(_after)


def _before() -> Response | None:
    request = api_request()
    request.body.limit_idle_time()
    return headers.preflight_answer(request, services().settings)


def _after(response: Response) -> Response:
    request = api_request()
    request.body.drain()
    response.headers[REQUEST_ID_HEADER] = request.request_id
    add_digest(request, response)
    if isinstance(request.failure, Unauthorized):
        auth.challenge(response)
    headers.add_headers(request, response, services().settings)
    headers.add_security_headers(request, response, services().settings)
    _record(request, response)
    if request.endpoint in (RUN_ENDPOINT, MERGE_ENDPOINT) or request.has_job_lines:
        if request.failure is not None:
            request.job_log.failed(request.failure)
            request.job_log.close()
        response.call_on_close(request.job_log.close)
    elif request.failure is not None:
        _log_failure(request, request.failure)
    return response


def _record(request: ApiRequest, response: Response) -> None:
    recorder = services().recorder
    route = request.url_rule.rule if request.url_rule is not None else None
    recorder.request_ended(route, request.method, response.status_code)
    # A probe of /readyz that fails is not a refused job.
    if request.failure is not None and request.endpoint != READY_ENDPOINT:
        recorder.failed(request.failure)


def _logged_path(request: ApiRequest) -> str:
    """Return the path for the log: of a batch the rule alone, since an id is the right to a batch."""
    rule = request.url_rule.rule if request.url_rule is not None else ""
    return rule if rule.startswith("/v1/batches/") else request.path[:_PATH_CHARACTERS]


def _log_failure(request: ApiRequest, failure: DocopsError) -> None:
    log_event(
        "error",
        request_id=request.request_id,
        client=request.remote_addr,
        method=request.method,
        route=request.url_rule.rule if request.url_rule is not None else None,
        path=_logged_path(request),
        queue_wait_ms=getattr(failure, "waited_ms", None) or 0,
        failure_stage=request.stage,
        **error_fields(failure),
    )
