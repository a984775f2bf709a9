"""Basic authentication: required for descriptions of the server, not for jobs and health."""

import base64
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from docops_flask.web.auth import protect
from tests.web.forms import form

PASSWORD = "pa:ss 密码"
PROTECTED = ["/v1/meta", "/v1/skills/meeting_notice/template.docx", "/v1/openapi.json"]


@pytest.fixture
def client(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client(web_basic_auth=("user", PASSWORD))


def basic(credentials: bytes | str, scheme: str = "Basic") -> str:
    data = credentials if isinstance(credentials, bytes) else credentials.encode()
    return f"{scheme} {base64.b64encode(data).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_right_credentials_are_accepted(client: FlaskClient, scheme: str) -> None:
    header = basic(f"user:{PASSWORD}", scheme)
    assert client.get("/v1/meta", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic dXNlcg",
        basic("user"),
        basic("user:"),
        basic(":"),
        basic("user:wrong"),
        basic(f"User:{PASSWORD}"),
        basic(f"user:{PASSWORD} "),
        basic(b"user:\xff\xfe"),
        basic(f"user:{PASSWORD}".encode("gbk")),
        basic(f"user:{PASSWORD}", "Bearer"),
        basic(f"user:{PASSWORD}") + ",x",
        basic(f"user:{PASSWORD}").replace("Basic ", "Basic  x"),
        "Bearer x",
        'Digest username="user"',
        "Digest =,=,\"",
        "x" * 8000,
        "Basic \u00ff\u00fe",
    ],
)  # fmt: skip
def test_other_credentials_are_answered_401_with_a_challenge(
    client: FlaskClient, path: str, header: str | None
) -> None:
    response = client.get(path, headers={} if header is None else {"Authorization": header})
    assert (response.status_code, response.get_json()["error_code"]) == (401, "UNAUTHORIZED")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="docops"'


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_credentials(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_jobs_need_no_credentials(client: FlaskClient) -> None:
    assert client.post("/v1/run", data=form()).status_code == 200


def test_a_disabled_feature_is_answered_404_without_credentials(
    make_client: Callable[..., FlaskClient],
) -> None:
    client = make_client(web_basic_auth=("user", PASSWORD), enable_meta=False)
    response = client.get("/v1/meta")
    assert response.status_code == 404
    assert "WWW-Authenticate" not in response.headers


def test_without_the_setting_no_credentials_are_needed(make_client: Callable[..., FlaskClient]) -> None:
    assert make_client().get("/v1/meta").status_code == 200


@pytest.mark.parametrize("scheme", ["Digest", "Bearer", "Basically"])
def test_credentials_in_another_authentication_scheme_are_refused(
    make_client: Callable[..., FlaskClient], scheme: str
) -> None:
    client = make_client(web_basic_auth=("user", "sesame"))
    header = f'{scheme} username="user", password="sesame"'
    assert client.get("/v1/meta", headers={"Authorization": header}).status_code == 401


def test_a_blueprint_is_protected_by_one_call(make_app: Callable[..., Flask]) -> None:
    blueprint = Blueprint("another", __name__)
    blueprint.get("/another")(lambda: "opened")
    protect(blueprint)
    app = make_app(web_basic_auth=("user", PASSWORD))
    app.register_blueprint(blueprint)
    client = app.test_client()
    assert client.get("/another").status_code == 401
    assert client.get("/another", headers={"Authorization": basic(f"user:{PASSWORD}")}).text == "opened"
