"""HTTP Basic authentication (RFC 7617) for the blueprints of meta, metrics, OpenAPI document and console."""

import hmac

from flask import Blueprint, Response
from flask_httpauth import HTTPBasicAuth  # type: ignore[import-untyped]
from werkzeug.datastructures import Authorization

from docops_flask.web.errors import Unauthorized
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import services

REALM = "docops"
CHALLENGE = f'Basic realm="{REALM}"'
_HEADERS = {"WWW-Authenticate": CHALLENGE}
_auth = HTTPBasicAuth(realm=REALM)


def protect(bp: Blueprint) -> None:
    """Require the credentials of ``DOCOPS_WEB_BASIC_AUTH``, when it is set, for every view of ``bp``."""
    bp.before_request(_require_credentials)


def challenge(response: Response) -> None:
    """Add the ``WWW-Authenticate`` header of a 401 to ``response``."""
    response.headers.update(_HEADERS)


def _require_credentials() -> None:
    if services().settings.web_basic_auth is not None:
        _check_credentials()


@_auth.login_required  # type: ignore[untyped-decorator]
def _check_credentials() -> None:
    """Raise ``Unauthorized`` unless ``_verify`` accepts the credentials of the request."""


@_auth.verify_password  # type: ignore[untyped-decorator]
def _verify(_user: str, _password: str) -> bool:
    given = _credentials(api_request())
    expected = services().settings.web_basic_auth
    if given is None or expected is None:
        return False
    user_matches = _equal(given.username, expected[0])
    password_matches = _equal(given.password, expected[1])
    return user_matches and password_matches


@_auth.error_handler  # type: ignore[untyped-decorator]
def _refuse(_status: int) -> None:
    raise Unauthorized


def _credentials(request: ApiRequest) -> Authorization | None:
    """Return the Basic credentials, read strictly: Flask-HTTPAuth takes any scheme and invalid base64."""
    try:
        given = request.authorization
    except ValueError:
        # werkzeug raises for a header that is not ASCII; for base64 that is not valid it returns None.
        return None
    return given if given is not None and given.type == "basic" else None


def _equal(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())
