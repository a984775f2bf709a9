"""Cross-origin answers, contract section 11."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.forms import form

ORIGIN = "https://office.example"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}


def cors_headers(response: TestResponse) -> dict[str, str]:
    return {name: value for name, value in response.headers if name.startswith("Access-Control-")}


def test_without_cors_there_is_no_cors_header(client: FlaskClient) -> None:
    answers = [
        client.get("/healthz", headers={"Origin": ORIGIN}),
        client.options("/v1/run", headers=PREFLIGHT),
        client.post("/v1/run", data=form(), headers={"Origin": ORIGIN}),
    ]
    for response in answers:
        assert cors_headers(response) == {}
        assert "Vary" not in response.headers
    assert answers[1].status_code == 405


@pytest.mark.parametrize(
    ("origins", "origin", "answer"),
    [
        (("*",), ORIGIN, "*"),
        ((), ORIGIN, "*"),
        ((ORIGIN, "http://10.0.0.5:8080"), ORIGIN, ORIGIN),
        ((ORIGIN, "http://10.0.0.5:8080"), "http://10.0.0.5:8080", "http://10.0.0.5:8080"),
        ((ORIGIN,), "https://OFFICE.example", None),
        ((ORIGIN,), "http://office.example", None),
        ((ORIGIN,), "https://office.example:8443", None),
        ((ORIGIN,), "https://office.example.evil.example", None),
        ((ORIGIN,), "null", None),
        ((ORIGIN,), None, None),
        (("*",), None, None),
    ],
)
def test_origins_are_compared_exactly(
    make_client: Callable[..., FlaskClient], origins: tuple[str, ...], origin: str | None, answer: str | None
) -> None:
    client = make_client(enable_cors=True, cors_allow_origins=origins)
    response = client.get("/healthz", headers={} if origin is None else {"Origin": origin})
    assert response.headers.get("Access-Control-Allow-Origin") == answer
    assert response.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/v1/meta", 401),
        ("GET", "/nope", 404),
        ("GET", "/v1/run", 405),
        ("POST", "/v1/run", 415),
    ],
)
def test_errors_carry_the_headers_too(
    make_client: Callable[..., FlaskClient], method: str, path: str, status: int
) -> None:
    client = make_client(enable_cors=True, web_basic_auth=("user", "pass"))
    response = client.open(path, method=method, headers={"Origin": ORIGIN})
    assert response.status_code == status
    assert cors_headers(response) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": (
            "X-Docops-Request-Id, X-Docops-Exit-Code, X-Docops-Left, X-Docops-Missing, X-Docops-Format, "
            "Content-Digest, Content-Disposition, Content-Range, ETag, Location, Retry-After"
        ),
    }


def test_a_zip_carries_the_headers_too(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_cors=True, cors_allow_origins=(ORIGIN,), cors_allow_credentials=True)
    response = client.post("/v1/run", data=form(), headers={"Origin": ORIGIN})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize(
    "path", ["/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify", "/v1/meta", "/healthz", "/readyz"]
)
def test_a_preflight_is_204_without_credentials(make_client: Callable[..., FlaskClient], path: str) -> None:
    client = make_client(
        enable_cors=True, cors_allow_origins=(ORIGIN,), cors_max_age=5, web_basic_auth=("user", "pass")
    )
    response = client.options(path, headers=PREFLIGHT)
    assert (response.status_code, response.data) == (204, b"")
    assert response.headers["Vary"] == "Origin"
    assert cors_headers(response) | {"Access-Control-Expose-Headers": ""} == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": (
            "Authorization, Content-Type, Idempotency-Key, If-None-Match, Range"
        ),
        "Access-Control-Max-Age": "5",
        "Access-Control-Expose-Headers": "",
    }
    assert len(response.headers["X-Docops-Request-Id"]) == 32


def test_a_preflight_of_another_origin_allows_nothing(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_cors=True, cors_allow_origins=(ORIGIN,))
    response = client.options("/v1/run", headers=PREFLIGHT | {"Origin": "https://evil.example"})
    assert cors_headers(response) == {}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nope", PREFLIGHT, 404),
        ("/web", PREFLIGHT, 404),
        ("/v1/run", {"Origin": ORIGIN}, 405),
        ("/v1/run", {"Access-Control-Request-Method": "POST"}, 405),
    ],
)
def test_other_options_requests_are_no_preflights(
    make_client: Callable[..., FlaskClient], path: str, headers: dict[str, str], status: int
) -> None:
    assert make_client(enable_cors=True).options(path, headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/web", "/web/", "/web/static/console.js"])
def test_the_console_has_no_cors_headers(make_client: Callable[..., FlaskClient], path: str) -> None:
    response = make_client(enable_cors=True).get(path, headers={"Origin": ORIGIN})
    assert cors_headers(response) == {}
