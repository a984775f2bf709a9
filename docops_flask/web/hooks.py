"""What happens before and after every request, whichever view or error answers it."""

from flask import Flask, Response

from docops_flask.engine.errors import DocopsError
from docops_flask.logs import log_event
from docops_flask.web import auth, cors, headers
from docops_flask.web.errors import Unauthorized
from docops_flask.web.health import READY_ENDPOINT
from docops_flask.web.job_log import error_fields
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.run import ENDPOINT as RUN_ENDPOINT
from docops_flask.web.services import services

REQUEST_ID_HEADER = "X-Docops-Request-Id"
_PATH_CHARACTERS = 200


def register(app: Flask) -> None:
    """Hook into ``app``."""
    app.before_request(_before)
    app.after_request(_after)


def _before() -> Response | None:
    request = api_request()
    request.body.limit_idle_time()
    return cors.preflight_answer(request, services().settings)


def _after(response: Response) -> Response:
    request = api_request()
    request.body.drain()
    response.headers[REQUEST_ID_HEADER] = request.request_id
    if isinstance(request.failure, Unauthorized):
        auth.challenge(response)
    cors.add_headers(request, response, services().settings)
    headers.add_security_headers(request, response, services().settings)
    _record(request, response)
    if request.endpoint == RUN_ENDPOINT:
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
    # A probe that is told no is no job that was refused.
    if request.failure is not None and request.endpoint != READY_ENDPOINT:
        recorder.failed(request.failure)


def _log_failure(request: ApiRequest, failure: DocopsError) -> None:
    log_event(
        "error",
        request_id=request.request_id,
        client=request.remote_addr,
        method=request.method,
        route=request.url_rule.rule if request.url_rule is not None else None,
        path=request.path[:_PATH_CHARACTERS],
        queue_wait_ms=getattr(failure, "waited_ms", None) or 0,
        failure_stage=request.stage,
        **error_fields(failure),
    )
