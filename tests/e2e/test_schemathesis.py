"""schemathesis sends what the OpenAPI document allows, and what it does not, and finds nothing."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.library_folders import NOTICE, put
from tests.optional import not_none

PROGRAM = Path(sys.executable).with_name("schemathesis")
HOOKS = ROOT / "tests" / "e2e" / "schemathesis_hooks.py"
# For each operation, in the phase that makes them up; the examples are the same ones every time.
EXAMPLES = 30
CREDENTIALS = "Basic dXNlcjpwYXNz"
# A warning is schemathesis' way to say that a check could not look properly.
CONFIGURATION = "[warnings]\nfail-on = true\n"


@pytest.fixture
def find_nothing(tmp_path: Path) -> Callable[..., None]:
    """Let schemathesis loose on a server; fail if it finds anything."""
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)

    def run(server: GunicornServer, *options: str) -> None:
        # From a file, because it leaves out the address that it has the document from.
        document = server.ask("GET", "/v1/openapi.json", Authorization=CREDENTIALS).body
        (tmp_path / "openapi.json").write_bytes(document)
        command: list[str | Path] = [
            PROGRAM, "run", "openapi.json", "--url", f"http://127.0.0.1:{server.port}",
            "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--seed", "1",
            "--generation-database", "none", "--continue-on-failure", "--no-color", *options,
        ]  # fmt: skip
        environ = {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": str(HOOKS), "HOME": str(tmp_path)}
        done = subprocess.run(command, check=False, cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No issues found" in done.stdout
        refuse_gaps(done.stdout, document)

    return run


def refuse_gaps(report: str, document: bytes) -> None:
    """Fail unless every operation of the document was known, and every one that was selected was tested."""
    selected, known, reached = not_none(re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", report)).groups()
    assert int(known) == sum(len(methods) for methods in json.loads(document)["paths"].values())
    assert selected == reached


def test_schemathesis_finds_no_issue(
    start_server: Callable[..., GunicornServer], find_nothing: Callable[..., None]
) -> None:
    server = start_server(mp_start="forkserver", enable_metrics=1)
    find_nothing(server, "--exclude-path", "/v1/preview")
    # What it sent were real jobs and real refusals.
    outcomes = Counter(line.get("outcome") for line in eventually(lambda: server.log))
    assert {"ok", "missing_required", "other_exit_code", "bad_request"} <= set(outcomes)
    assert "internal_error" not in outcomes


def test_schemathesis_finds_no_issue_with_a_template_library(
    start_server: Callable[..., GunicornServer], find_nothing: Callable[..., None], tmp_path: Path
) -> None:
    put(tmp_path / "lib", "notice", NOTICE)
    put(tmp_path / "lib", "会议通知", NOTICE, 'title = { en = "Notice", zh = "通知" }')
    server = start_server(mp_start="forkserver", templates_dir=tmp_path / "lib")
    # Page pictures are 404 where PDFs are off: tests/e2e/test_template_picture_under_gunicorn.py.
    find_nothing(
        server, "--include-path-regex", "templates|inspect|run|precheck|meta",
        "--exclude-path", "/v1/templates/{name}/page.png",
    )  # fmt: skip
    routes = Counter(line.get("route") for line in eventually(lambda: server.log))
    assert routes["/v1/templates/<path:name>"]
    assert "internal_error" not in {line.get("outcome") for line in server.log}


def test_schemathesis_finds_no_issue_with_credentials(
    start_server: Callable[..., GunicornServer], find_nothing: Callable[..., None]
) -> None:
    server = start_server(enable_metrics=1, web_basic_auth="user:pass")
    find_nothing(server, "--auth", "user:pass", "--exclude-tag", "jobs")

    def refused() -> set[str]:
        return {line["route"] for line in server.log if line.get("status_code") == 401}

    assert eventually(lambda: refused() >= {"/v1/meta", "/v1/openapi.json"})
