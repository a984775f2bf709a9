"""The Dockerfile carried out as an unprivileged user: what it makes serves jobs from a read-only tree."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml

from tests.conftest import ROOT
from tests.container.build_context import context_files
from tests.container.container import Container
from tests.container.image import Image, build
from tests.container.namespace import require_namespaces
from tests.e2e.gunicorn_server import eventually
from tests.web.forms import api_result, members

DRAIN_FILE = "/tmp/docops-drain"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SAMPLE = {
    "template": ROOT / "samples" / "meeting_notice.docx",
    "task": ROOT / "samples" / "meeting_notice.task.json",
}
# All that server, renderer, report and health check load, beside what they import only when asked.
PROGRAMS = (
    "gunicorn.app.wsgiapp, gunicorn.workers.gthread, docops_flask.serving.gunicorn_config, docops_flask.app",
    "multiprocessing.spawn, multiprocessing.forkserver, docops_flask.engine.worker.worker",
    "docops_flask.engine.reports.page.html",
    "docops_flask.serving.healthcheck, docops_flask.cli.main, docops_flask.starter.template",
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    require_namespaces()
    return build(tmp_path_factory.mktemp("image"), {"DOCOPS_COMMIT_SHA": COMMIT})


@pytest.fixture(scope="module")
def container(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """A container that answers; the tests leave it as they found it."""
    with Container(image, tmp_path_factory.mktemp("container")) as running:
        running.wait_until_well()
        yield running


@pytest.fixture
def own_container(image: Image, tmp_path: Path) -> Iterator[Container]:
    """A container for a test that ends it, or takes a part of it down."""
    with Container(image, tmp_path, DOCOPS_WORKERS="1", DOCOPS_DRAIN_FILE=DRAIN_FILE) as running:
        running.wait_until_well()
        yield running


def test_a_job_succeeds_and_names_the_commit_of_the_build_argument(container: Container) -> None:
    answer = container.client.post_files("/v1/run", SAMPLE, {"format_report": "both"})
    assert (answer.status, answer.headers["x-docops-exit-code"]) == (200, "0")
    assert api_result(answer.body)["build"]["commit"] == COMMIT
    assert b"<html" in members(answer.body)["out.format_report.html"]


def test_it_is_ready_and_describes_itself(container: Container) -> None:
    assert container.client.get("/readyz").status == 200
    assert "meeting_notice" in container.client.get("/v1/meta").json()["supported_skills"]


def test_it_runs_as_the_images_user_without_home_group_or_capability(container: Container) -> None:
    for process in (psutil.Process(container.pid), *psutil.Process(container.pid).children()):
        assert set(process.uids()) == set(process.gids()) == {container.image.user}
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines)
        assert status["Groups"].strip() == ""
        assert {int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {0}
        assert status["NoNewPrivs"] == "1"
        assert "HOME" not in process.environ()


# "." is where the server was started, and a place it imports from.
@pytest.mark.parametrize("folder", ["/", ".", "/opt/docops/bytecode", "/usr/local", "/dev", "/tmp"])
def test_only_the_folder_for_temporary_files_can_be_written_to(container: Container, folder: str) -> None:
    done = container.run(["touch", f"{folder.rstrip('/')}/written"])
    assert (done.returncode == 0) == (folder == "/tmp")
    if folder == "/tmp":
        (container.work_folder / "written").unlink()
    else:
        assert "Read-only file system" in done.stderr


def test_a_job_leaves_nothing_behind(container: Container) -> None:
    assert container.client.post_files("/v1/run", SAMPLE).status == 200

    def left() -> set[str]:
        return {path.suffix for path in container.work_folder.iterdir()} - {".lock", ".pid", ".db"}

    # The folder goes when the body has gone out; the client may know of that first.
    eventually(lambda: not left())


def test_nothing_in_the_image_belongs_to_the_user_who_serves_it(image: Image) -> None:
    program = image.folder / "opt" / "docops"
    owners = {path.lstat().st_uid for path in (program, *program.rglob("*"))}
    assert owners.isdisjoint({image.user})


@pytest.mark.parametrize("modules", PROGRAMS)
def test_every_module_is_compiled(container: Container, modules: str) -> None:
    """A read-only tree cannot keep what Python compiles: each start, and each job, would do it again."""
    done = container.run(["python", "-v", "-c", f"import {modules}"])
    assert done.returncode == 0, done.stderr
    # Python puts a compiled file in quotes, a source file not.
    loaded = re.findall(r"^# code object from '?(/[^'\n]*)'?$", done.stderr, re.MULTILINE)
    assert len(loaded) > 20
    bytecode = container.image.environ["PYTHONPYCACHEPREFIX"]
    assert [path for path in loaded if not path.startswith(f"{bytecode}/")] == []


def test_the_image_holds_no_tests_no_tools_and_no_installer(image: Image) -> None:
    (packages,) = (image.folder / "opt" / "docops" / "lib").glob("python3*/site-packages")
    names = {path.name for path in packages.iterdir()}
    assert {"docops_flask", "gunicorn", "lxml"} <= names
    assert names.isdisjoint({"tests", "tools", "pip", "setuptools", "pytest"})


def test_the_image_holds_the_data_of_the_package(image: Image) -> None:
    (package,) = (image.folder / "opt" / "docops" / "lib").glob("python3*/site-packages/docops_flask")
    # templates/ and static/ are links in the package's folder.
    data = [name.removeprefix("docops_flask/") for name in context_files(ROOT) if "/" in name]
    assert "templates/format_report.html" in data
    absent = {name for name in data if not (package / name).exists()}
    assert absent == set()


def test_the_health_check_fails_where_nothing_answers(container: Container) -> None:
    done = container.run(["env", "DOCOPS_BIND=127.0.0.1:1", *container.image.health_command])
    assert done.returncode == 1
    assert done.stderr == "/healthz at 127.0.0.1:1: [Errno 111] Connection refused\n"


def test_the_stop_signal_ends_it_with_status_0_and_an_empty_folder(own_container: Container) -> None:
    server = psutil.Process(own_container.pid)
    # Held open: the container's files cannot be looked at when its processes are gone.
    folder = os.open(own_container.work_folder, os.O_RDONLY)
    try:
        assert own_container.client.post_files("/v1/run", SAMPLE).status == 200
        assert own_container.stop() == 0
        assert os.listdir(folder) == []
    finally:
        os.close(folder)
    assert not server.is_running()
    # Each line of both streams is one of the log's: no warning, no trace of a failed write.
    assert all(line.startswith("{") for line in own_container.errors.splitlines()), own_container.errors
    assert [line["event"] for line in own_container.log] == ["sandbox", "pdf", "start", "done"]


def test_after_the_pre_stop_hook_it_is_not_ready_and_still_accepts_jobs(own_container: Container) -> None:
    manifest = yaml.safe_load((ROOT / "docs" / "kubernetes" / "deployment.yaml").read_text())
    (pod,) = manifest["spec"]["template"]["spec"]["containers"]
    assert {"name": "DOCOPS_DRAIN_FILE", "value": DRAIN_FILE} in pod["env"]
    client = own_container.client
    assert client.get("/readyz").status == 200
    with own_container.running(pod["lifecycle"]["preStop"]["exec"]["command"]):
        eventually(lambda: client.get("/readyz").status == 503)
        assert client.post_files("/v1/run", SAMPLE).status == 200
        assert own_container.is_well()


def test_gunicorn_as_the_first_process_reaps_what_a_killed_worker_leaves(own_container: Container) -> None:
    assert own_container.client.post_files("/v1/run", SAMPLE).status == 200
    first = psutil.Process(own_container.pid)
    (worker,) = first.children()
    # multiprocessing's resource tracker, which outlives its worker for a moment.
    assert worker.children()
    os.kill(worker.pid, signal.SIGKILL)

    eventually(lambda: worker not in first.children() and len(first.children()) == 1)
    own_container.wait_until_well()
