"""Under a real gunicorn a renderer process loads none of the web's libraries, and little else."""

import os
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer
from tests.web.forms import api_result

WEB = {
    "flask",
    "werkzeug",
    "marshmallow",
    "flask_httpauth",
    "gunicorn",
    "yaml",
    "docx",
    "jinja2",
    "psutil",
    "prometheus_client",
}
GUNICORN = str(Path(sys.executable).with_name("gunicorn"))


@pytest.fixture
def served(
    tmp_path: Path, start_server: Callable[..., GunicornServer]
) -> Callable[..., tuple[int, dict[int, list[str]]]]:
    """Start gunicorn as people type it, noting every import; return a renderer's pid and the notes."""

    def serve(start_method: str, app: str = "wsgi:app", **variables: Any) -> tuple[int, dict[int, list[str]]]:
        log = tmp_path / "imports"
        path = os.pathsep.join([str(ROOT / "tests/e2e/import_log"), str(ROOT)])
        server = start_server(
            command=[GUNICORN, app],
            variables={"PYTHONPATH": path, "IMPORT_LOG_FOR_TESTS": str(log), **variables},
            mp_start=start_method,
        )
        pid = api_result(server.job().body)["subprocess_pid"]
        server.stop()
        imports = defaultdict(list)
        for line in log.read_text().splitlines():
            process, module = line.split()
            imports[int(process)].append(module)
        return pid, imports

    return serve


def test_a_spawned_renderer_loads_the_engine_itself_and_no_web_library(
    served: Callable[..., tuple[int, dict[int, list[str]]]],
) -> None:
    pid, imports = served("spawn", "noted_app:app", DOCOPS_SANDBOX="off")
    assert "docops_flask.engine.pipeline" in imports[pid]
    assert {module.partition(".")[0] for module in imports[pid]} & {*WEB, "pypdfium2_raw"} == set()
    assert [module for module in imports[pid] if module.startswith("docops_flask.engine.pdf")] == []


def test_a_renderer_of_the_fork_server_loads_no_web_library(
    served: Callable[..., tuple[int, dict[int, list[str]]]],
) -> None:
    pid, imports = served("forkserver")
    assert {module.partition(".")[0] for module in imports[pid]} & WEB == set()


def test_a_renderer_of_the_fork_server_finds_the_engine_loaded(
    served: Callable[..., tuple[int, dict[int, list[str]]]],
) -> None:
    pid, imports = served("forkserver")
    assert [module for module in imports[pid] if module.startswith(("lxml", "docops_flask"))] == []
    (fork_server,) = [
        process
        for process, modules in imports.items()
        if process != pid and "lxml" in modules and not WEB & set(modules)
    ]
    assert "docops_flask.engine.pipeline" in imports[fork_server]


def test_a_forked_renderer_imports_nothing_new(
    served: Callable[..., tuple[int, dict[int, list[str]]]],
) -> None:
    pid, imports = served("fork")
    assert imports[pid] == []
