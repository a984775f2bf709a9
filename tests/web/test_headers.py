"""Response headers: those of the console (contract section 10) under /web, another set elsewhere."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.web.views import console
from tests.web.forms import form

HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "X-Robots-Tag": "noindex, nofollow",
}
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
ANSWERS = [
    ("GET", "/web", 200),
    ("HEAD", "/web", 200),
    ("GET", "/web/", 200),
    ("GET", "/web?x=1", 200),
    ("GET", "/web/static/js/main.js", 200),
    ("GET", "/web/static/js/core/i18n.js", 200),
    ("GET", "/web/static/css/tokens.css", 200),
    ("GET", "/web/nothing", 404),
    ("GET", "/web//static/js/main.js", 404),
    ("GET", "/web/static/", 404),
    ("GET", "/web/static/js", 404),
    ("GET", "/web/static/js/core/", 404),
    ("GET", "/web/static/js/core/../main.js", 404),
    ("GET", "/web/static/js/../../../wsgi.py", 404),
    ("GET", "/web/static/..%2f..%2fwsgi.py", 404),
    ("GET", "/web/static/%2e%2e/%2e%2e/wsgi.py", 404),
    ("GET", "/web/static//etc/passwd", 404),
    ("GET", "/web/static/%00", 404),
    ("GET", "/web/../v1/meta", 404),
    ("GET", "/%77eb", 200),
    ("GET", "/web%2Fstatic%2Fjs%2Fmain.js", 200),
    ("POST", "/web", 405),
    ("OPTIONS", "/web", 405),
    ("DELETE", "/web/static/js/main.js", 405),
]


def policy_of(response: TestResponse) -> dict[str, str]:
    directives = (
        each.strip().partition(" ") for each in response.headers["Content-Security-Policy"].split(";")
    )
    return {name: value for name, _, value in directives}


def assert_console_headers(response: TestResponse) -> None:
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert policy_of(response) == POLICY


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_of_the_console_has_the_headers(
    make_client: Callable[..., FlaskClient], method: str, path: str, status: int
) -> None:
    response = make_client(enable_web_console=True).open(path, method=method)
    assert response.status_code == status
    assert_console_headers(response)
    assert len(response.headers["X-Docops-Request-Id"]) == 32


@pytest.mark.parametrize("path", ["/web", "/web/static/js/main.js"])
def test_a_refusal_has_the_headers(make_client: Callable[..., FlaskClient], path: str) -> None:
    response = make_client(enable_web_console=True, web_basic_auth=("user", "pass")).get(path)
    assert response.status_code == 401
    assert_console_headers(response)


def test_an_internal_error_has_the_headers(
    make_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> None:
        raise RuntimeError

    monkeypatch.setattr(console._files, "find", fail)
    response = make_client(enable_web_console=True).get("/web/static/js/main.js")
    assert (response.status_code, response.get_json()["error_code"]) == (500, "INTERNAL_ERROR")
    assert_console_headers(response)


@pytest.mark.parametrize("path", ["/web", "/web/static/js/main.js"])
def test_a_disabled_console_has_the_headers(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert_console_headers(response)


def test_a_request_with_conditions_gets_the_whole_file(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_web_console=True)
    conditions = {
        "If-None-Match": "*",
        "If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT",
        "Range": "bytes=0-3",
    }
    response = client.get("/web/static/js/main.js", headers=conditions)
    assert response.status_code == 200
    assert_console_headers(response)


def test_the_origins_the_page_may_call_are_in_connect_src(make_client: Callable[..., FlaskClient]) -> None:
    origins = ("https://docops.example", "http://10.0.0.5:8080")
    response = make_client(enable_web_console=True, web_connect_src=origins).get("/web")
    assert policy_of(response)["connect-src"] == "'self' https://docops.example http://10.0.0.5:8080"


DATA_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
OTHER_ANSWERS = [
    ("GET", "/readyz", 200),
    ("HEAD", "/v1/meta", 200),
    ("GET", "/v1/meta", 200),
    ("GET", "/v1/openapi.json", 200),
    ("GET", "/v1/skills/other/template.docx", 404),
    ("GET", "/metrics", 404),
    ("GET", "/v1/run", 405),
    ("POST", "/v1/run", 415),
    ("GET", "/website", 404),
    ("GET", "/webx/static", 404),
    ("GET", "/WEB", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), OTHER_ANSWERS)
def test_every_other_answer_is_private_and_not_cached(
    make_client: Callable[..., FlaskClient], method: str, path: str, status: int
) -> None:
    response = make_client(enable_web_console=True).open(path, method=method)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in DATA_HEADERS} == DATA_HEADERS


def test_a_starter_template_may_be_kept_but_is_asked_for_each_time(client: FlaskClient) -> None:
    path = "/v1/skills/meeting_notice/template.docx"
    given = client.get(path)
    kept = client.get(path, headers={"If-None-Match": given.headers["ETag"]})
    expected = DATA_HEADERS | {"Cache-Control": "private, no-cache"}
    for answer in (given, kept):
        assert {name: answer.headers.get(name) for name in DATA_HEADERS} == expected
    assert (given.status_code, kept.status_code) == (200, 304)


def test_a_zip_and_a_refused_upload_have_the_headers_too(
    client: FlaskClient, make_client: Callable[..., FlaskClient]
) -> None:
    answers = [
        client.post("/v1/run", data=form()),
        make_client(max_upload_bytes=10).post("/v1/run", data=form()),
    ]
    assert [answer.status_code for answer in answers] == [200, 413]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in DATA_HEADERS} == DATA_HEADERS


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_health_has_a_cross_origin_resource_policy(client: FlaskClient, method: str) -> None:
    response = client.open("/healthz", method=method)
    expected = DATA_HEADERS | {"Cross-Origin-Resource-Policy": "cross-origin"}
    assert {name: response.headers.get(name) for name in DATA_HEADERS} == expected


def test_an_allowed_origin_reads_answers_all_the_same(make_client: Callable[..., FlaskClient]) -> None:
    origin = {"Origin": "https://office.example"}
    client = make_client(enable_cors=True, cors_allow_origins=("https://office.example",))
    response = client.get("/v1/meta", headers=origin)
    assert response.headers["Access-Control-Allow-Origin"] == "https://office.example"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/web", "/web/static/js/main.js", "/web/nothing"])
def test_the_console_has_no_cors_headers(make_client: Callable[..., FlaskClient], path: str) -> None:
    client = make_client(enable_web_console=True, enable_cors=True)
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": "https://office.example", "Access-Control-Request-Method": "GET"}
        response = client.open(path, method=method, headers=headers)
        assert [name for name, _ in response.headers if name.startswith("Access-Control-")] == []
