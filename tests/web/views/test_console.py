"""The console's page and its files, as a browser asks for them."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from lxml import html
from lxml.html import HtmlElement

from docops_flask.engine.policy.policy import PageRules, RoleRules, TextRules
from tests.conftest import ROOT
from tests.optional import not_none
from tests.web.test_auth import basic

STATIC = ROOT / "static"
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
SCRIPTS = {
    path.relative_to(STATIC / "js").as_posix(): path.read_text("utf-8") for path in STATIC.rglob("*.js")
}
FIRST_VIEW_BYTES = 80_000
# The page, three style sheets, the icon, the scripts and the sentences of one language.
FIRST_VIEW_REQUESTS = 20


@pytest.fixture
def console(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client(enable_web_console=True)


def page_of(client: FlaskClient, **kwargs: dict[str, str]) -> HtmlElement:
    response = client.get("/web", **kwargs)
    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    return html.fromstring(response.text)


def test_the_gate_is_off_by_default(client: FlaskClient) -> None:
    assert [client.get(path).status_code for path in ("/web", "/web/static/js/main.js")] == [404, 404]


def test_the_page_has_no_inline_script_or_style_and_no_external_resources(console: FlaskClient) -> None:
    page = page_of(console)
    assert [element.text for element in page.xpath("//script | //style")] == [None]
    assert page.xpath("//@style") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    links = page.xpath("//link/@href | //script/@src")
    assert links
    for link in links:
        assert link.startswith("/web/static/")
        assert console.get(link).status_code == 200


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_served_with_its_type(console: FlaskClient, name: str) -> None:
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    response = console.get(f"/web/static/{name}")
    assert response.status_code == 200
    assert response.content_type == f"{types[name.rpartition('.')[2]]}; charset=utf-8"
    assert response.data == (STATIC / name).read_bytes()


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("br", False),
        ("identity", False),
        (None, False),
    ],
)
def test_files_are_compressed_if_the_browser_accepts_it(
    console: FlaskClient, accepted: str | None, is_compressed: bool
) -> None:
    response = console.get(
        "/web/static/js/main.js", headers={} if accepted is None else {"Accept-Encoding": accepted}
    )
    assert response.headers.get("Content-Encoding") == ("gzip" if is_compressed else None)
    assert response.headers["Vary"] == "Accept-Encoding"
    content = gzip.decompress(response.data) if is_compressed else response.data
    assert content == (STATIC / "js/main.js").read_bytes()


def test_a_changed_file_is_served_in_its_new_version(tmp_path: Path) -> None:
    from docops_flask.web.views.console import StaticFiles

    (tmp_path / "js").mkdir()
    script = tmp_path / "js" / "a.js"
    script.write_text("1")
    (tmp_path / "notes.txt").write_text("not for a browser")
    files = StaticFiles(tmp_path)
    assert not_none(files.find("js/a.js")).content == b"1"
    script.write_text("22")
    assert not_none(files.find("js/a.js")).content == b"22"
    assert files.find("notes.txt") is None


def test_the_page_requires_credentials_if_they_are_configured(
    make_client: Callable[..., FlaskClient],
) -> None:
    client = make_client(enable_web_console=True, web_basic_auth=("user", "pass"))
    for path in ("/web", "/web/", "/web/static/js/main.js"):
        response = client.get(path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Basic realm="docops"'
        assert client.get(path, headers={"Authorization": basic("user:pass")}).status_code == 200


def test_the_page_knows_whether_credentials_were_sent_but_not_which(console: FlaskClient) -> None:
    response = console.get("/web", headers={"Authorization": basic("user:secret-word")})
    assert html.fromstring(response.text).get("data-credentials") is not None
    assert "secret" not in response.text
    assert basic("user:secret-word").split()[1] not in response.text
    assert page_of(console).get("data-credentials") is None


def test_behind_a_prefix_the_page_points_below_it(console: FlaskClient) -> None:
    page = page_of(console, environ_overrides={"SCRIPT_NAME": "/docops"})
    assert page.get("data-api-base") == "/docops"
    assert page.xpath("//script/@src") == ["/docops/web/static/js/main.js"]


def imports_of(text: str) -> list[str]:
    return re.findall(r'^(?:import|export)\b[^;]*?from "(.+?)";', text, re.MULTILINE)


def test_the_first_view_is_small_over_the_wire_and_names_only_files_that_exist(console: FlaskClient) -> None:
    """What the page and its static imports come to, with the sentences of one language."""
    page = console.get("/web")
    links: Any = html.fromstring(page.text).xpath("//link/@href | //script/@src")
    names = [*links, "/web/static/js/messages/core_zh.js"]
    seen: dict[str, int] = {}
    while names:
        name = names.pop()
        if name in seen:
            continue
        response = console.get(name, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200, name
        seen[name] = len(response.data)
        if name.endswith(".js"):
            names += [urljoin(name, target) for target in imports_of(gzip.decompress(response.data).decode())]
    assert len(page.data) + sum(seen.values()) < FIRST_VIEW_BYTES
    assert 1 + len(seen) <= FIRST_VIEW_REQUESTS


@pytest.mark.parametrize("part", ["core", "work", "form", "runs", "result", "look", "gallery", "many"])
def test_both_languages_have_the_same_sentences(part: str) -> None:
    keys = [
        re.findall(r"^  (\w+):", SCRIPTS[f"messages/{part}_{language}.js"], re.MULTILINE)
        for language in ("en", "zh")
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])


def test_every_sentence_referred_to_by_name_exists() -> None:
    sentences = "".join(text for name, text in SCRIPTS.items() if name.startswith("messages/"))
    asked = {key for text in SCRIPTS.values() for key in re.findall(r'\bt\(\s*"(\w+)"', text)}
    assert len(asked) > 100
    assert asked - set(re.findall(r"^  (\w+):", sentences, re.MULTILINE)) == set()


def test_no_script_makes_markup_or_code_from_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.srcdoc"
    )
    found = {name: forbidden.findall(text) for name, text in SCRIPTS.items()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_of_a_policy_has_its_name_in_the_console(language: str) -> None:
    rules = {name for kind in (RoleRules, PageRules, TextRules) for name in kind._fields}
    named = set(re.findall(r"^  rule_(\w+):", SCRIPTS[f"messages/result_{language}.js"], re.MULTILINE))

    assert named == rules


FOLDERS = ["core", "messages", "work", "result", "look", "gallery", "many"]


def test_a_folder_s_modules_import_only_from_their_own_folder_and_those_before_it() -> None:
    """What comes later, as a dynamic import, may lie anywhere; the start imports what it likes."""
    upward = {}
    for name, text in SCRIPTS.items():
        folder = name.rpartition("/")[0]
        targets = [urljoin(name, target).rpartition("/")[0] for target in imports_of(text)]
        if folder:
            upward[name] = [each for each in targets if FOLDERS.index(each) > FOLDERS.index(folder)]
    assert len(upward) > 30
    assert {name: targets for name, targets in upward.items() if targets} == {}


def test_the_documentation_lists_every_module() -> None:
    table = (ROOT / "docs/console.md").read_text("utf-8").partition("## Modules")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    told = [f"{name}.js" for row in rows for name in re.findall(r"`([\w/]+)`", row)]
    assert sorted(told) == sorted(SCRIPTS)


def test_the_types_of_the_answers_are_those_of_the_api_description(console: FlaskClient) -> None:
    """The members this page reads exist, and are declared nullable where the service may send ``null``."""
    schemas = console.get("/v1/openapi.json").get_json()["components"]["schemas"]
    schemas["ErrorBody"] = schemas["InvalidJsonError"]
    typedefs = re.findall(r"@typedef \{object\} (\w+)(.*?)\*/", SCRIPTS["core/answers.js"], re.DOTALL)
    assert len(typedefs) > 15
    for name, body in typedefs:
        for type_, member in re.findall(r"@property \{(.+?)\} \[?(\w+)", body):
            described = schemas[name]["properties"].get(member)
            assert described is not None, f"{name}.{member}"
            assert ("null" in type_) == _may_be_null(described), f"{name}.{member}"


def _may_be_null(described: dict[str, Any]) -> bool:
    choices = [described, *described.get("anyOf", []), *described.get("oneOf", [])]
    return any("null" in choice.get("type", []) for choice in choices)
