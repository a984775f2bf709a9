"""HTTP Basic authentication (RFC 7617) on the blueprints that describe or show the server."""

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
    """Ask for ``DOCOPS_WEB_BASIC_AUTH`` before every view of ``bp``, when it is set."""
    bp.before_request(_require_credentials)


def challenge(response: Response) -> None:
    """Tell the client of a 401 how to authenticate."""
    response.headers.update(_HEADERS)


def _require_credentials() -> None:
    if services().settings.web_basic_auth is not None:
        _check_credentials()


@_auth.login_required  # type: ignore[untyped-decorator]
def _check_credentials() -> None:
    """Pass when ``_verify`` does."""


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
    """Return what the header says, read strictly; Flask-HTTPAuth takes any scheme and loose base64."""
    try:
        given = request.authorization
    except ValueError:
        # What is not ASCII is no base64 either; of that werkzeug answers None by itself.
        return None
    return given if given is not None and given.type == "basic" else None


def _equal(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())
