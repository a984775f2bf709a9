"""Under a real gunicorn a renderer process loads none of the web's libraries, and little else."""

import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.serving import free_port, post_run, until_healthy

WEB = {"flask", "werkzeug", "marshmallow", "flask_httpauth", "gunicorn", "yaml", "docx", "jinja2", "psutil"}
GUNICORN = str(Path(sys.executable).with_name("gunicorn"))


@pytest.fixture
def served(tmp_path):
    """Start gunicorn as people type it, noting every import; return a renderer's pid and the notes."""

    def serve(start_method):
        log, port = tmp_path / "imports", free_port()
        environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests/e2e/import_log"), str(ROOT)]),
            "IMPORT_LOG_FOR_TESTS": str(log),
            "DOCOPS_MP_START": start_method,
            "DOCOPS_WORKERS": "1",
            "DOCOPS_BIND": f"127.0.0.1:{port}",
            "TMPDIR": str(tmp_path),
        }
        server = subprocess.Popen([GUNICORN, "wsgi:app"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        try:
            until_healthy(port)
            with urllib.request.urlopen(post_run(port)) as answer:
                archive = zipfile.ZipFile(BytesIO(answer.read()))
            pid = json.loads(archive.read("api_result.json"))["subprocess_pid"]
        finally:
            server.terminate()
            server.wait(20)
        imports = defaultdict(list)
        for line in log.read_text().splitlines():
            process, module = line.split()
            imports[int(process)].append(module)
        return pid, imports

    return serve


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_a_renderer_loads_no_web_library(served, start_method):
    pid, imports = served(start_method)
    assert {module.partition(".")[0] for module in imports[pid]} & WEB == set()


def test_a_spawned_renderer_loads_the_engine_itself(served):
    pid, imports = served("spawn")
    assert "docops_flask.engine.pipeline" in imports[pid]


def test_a_renderer_of_the_fork_server_finds_the_engine_loaded(served):
    pid, imports = served("forkserver")
    assert [module for module in imports[pid] if module.startswith(("lxml", "docops_flask"))] == []
    (fork_server,) = [
        process
        for process, modules in imports.items()
        if process != pid and "lxml" in modules and not WEB & set(modules)
    ]
    assert "docops_flask.engine.pipeline" in imports[fork_server]


def test_a_forked_renderer_imports_nothing_new(served):
    pid, imports = served("fork")
    assert imports[pid] == []
