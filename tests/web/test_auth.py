"""Basic authentication: asked for by what describes the server, never by jobs and health."""

import base64

import pytest
from flask import Blueprint

from docops_flask.web.auth import protect
from tests.web.forms import form

PASSWORD = "pa:ss 密码"
PROTECTED = ["/v1/meta", "/v1/skills/meeting_notice/template.docx", "/v1/openapi.json"]


@pytest.fixture
def client(make_client):
    return make_client(web_basic_auth=("user", PASSWORD))


def basic(credentials, scheme="Basic"):
    data = credentials if isinstance(credentials, bytes) else credentials.encode()
    return f"{scheme} {base64.b64encode(data).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_right_credentials_open(client, scheme):
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
def test_anything_else_is_a_401_with_a_challenge(client, path, header):
    response = client.get(path, headers={} if header is None else {"Authorization": header})
    assert (response.status_code, response.get_json()["error_code"]) == (401, "UNAUTHORIZED")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="docops"'


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_asks_for_nothing(client, path):
    assert client.get(path).status_code == 200


def test_jobs_ask_for_nothing(client):
    assert client.post("/v1/run", data=form()).status_code == 200


def test_a_gate_that_is_off_is_a_404_before_any_credentials(make_client):
    client = make_client(web_basic_auth=("user", PASSWORD), enable_meta=False)
    response = client.get("/v1/meta")
    assert response.status_code == 404
    assert "WWW-Authenticate" not in response.headers


def test_without_the_setting_nobody_is_asked(make_client):
    assert make_client().get("/v1/meta").status_code == 200


@pytest.mark.parametrize("scheme", ["Digest", "Bearer", "Basically"])
def test_the_right_credentials_in_the_parameters_of_another_scheme_do_not_open(make_client, scheme):
    client = make_client(web_basic_auth=("user", "sesame"))
    header = f'{scheme} username="user", password="sesame"'
    assert client.get("/v1/meta", headers={"Authorization": header}).status_code == 401


def test_a_blueprint_is_protected_by_one_call(make_app):
    blueprint = Blueprint("another", __name__)
    blueprint.get("/another")(lambda: "opened")
    protect(blueprint)
    app = make_app(web_basic_auth=("user", PASSWORD))
    app.register_blueprint(blueprint)
    client = app.test_client()
    assert client.get("/another").status_code == 401
    assert client.get("/another", headers={"Authorization": basic(f"user:{PASSWORD}")}).text == "opened"
