"""Turns any exception into the contract's answer (section 3): one table for all errors."""

import errno
from typing import Any, cast

from flask import Flask, Response, json
from werkzeug import exceptions

from docops_flask.engine.errors import DocopsError, InvalidArgument, InvalidMediaType
from docops_flask.jobs.errors import InsufficientStorage
from docops_flask.logs import place_of
from docops_flask.web.errors import MethodNotAllowed, NotFound
from docops_flask.web.request import ApiRequest, api_request

_FULL_VOLUME = (errno.ENOSPC, errno.EDQUOT)


def register(app: Flask) -> None:
    """Make ``app`` answer every exception with the contract's JSON."""
    app.register_error_handler(Exception, _answer)


def as_docops_error(error: Exception) -> DocopsError:
    """Return ``error`` as one of the contract's; what nobody foresaw says nothing but for the log."""
    if isinstance(error, DocopsError):
        return error
    if isinstance(error, exceptions.HTTPException):
        return _from_werkzeug(error)
    if isinstance(error, OSError) and error.errno in _FULL_VOLUME:
        return InsufficientStorage(inner=errno.errorcode[error.errno])
    unexpected = DocopsError("The server made a mistake; its log says more under this request id.")
    unexpected.inner = place_of(type(error), error.__traceback__)
    return unexpected


def error_body(error: DocopsError, request_id: str) -> dict[str, Any]:
    """Return what the answer that tells ``error`` holds."""
    return {
        "error_code": error.code,
        "message": error.message,
        "detail": {**error.detail, "request_id": request_id},
    }


def error_response(error: DocopsError, request_id: str) -> Response:
    """Return the answer that tells ``error``."""
    body = json.dumps(error_body(error, request_id)) + "\n"
    response = Response(body, error.status, mimetype="application/json")
    if error.retry_after_seconds is not None:
        response.headers["Retry-After"] = str(error.retry_after_seconds)
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
    unexpected = DocopsError("The server made a mistake; its log says more under this request id.")
    unexpected.inner = type(error).__name__
    return unexpected
