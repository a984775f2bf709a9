"""What spawned renderers load: the modules of their server, as it has them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from docops_flask.engine.job import Job
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.starting.first_lines import module_image
from docops_flask.jobs.workspace import Workspace
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.optional import not_none

ROOT = Path(__file__).parents[3]


@pytest.fixture
def without_image(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system that keeps no files in memory."""
    module_image.cache_clear()
    monkeypatch.delattr(os, "memfd_create")
    yield
    module_image.cache_clear()


def loaders_in_a_renderer(job: Job, workspace: Workspace) -> dict[str, str]:
    return Renderer("spawn", 60.0, LIMITS, task=targets.list_loaders).run(job, workspace.path).result


def test_a_renderer_takes_the_engine_and_the_library_out_of_the_image(job: Job, workspace: Workspace) -> None:
    loaders = loaders_in_a_renderer(job, workspace)
    engine = {name: kind for name, kind in loaders.items() if name.startswith("docops_flask")}
    assert set(engine.values()) == {"_ImageLoader"}
    assert {loaders[name] for name in ("typing", "pickle", "json", "lxml", "re")} == {"_ImageLoader"}


def test_without_an_image_all_comes_from_files(without_image: None, job: Job, workspace: Workspace) -> None:
    assert module_image() is None
    loaders = loaders_in_a_renderer(job, workspace)
    assert loaders["docops_flask.engine.pipeline"] == loaders["typing"] == "SourceFileLoader"


def test_nobody_can_change_an_image() -> None:
    image_fd = not_none(module_image())
    with pytest.raises(PermissionError):
        os.pwrite(image_fd, b"x", 0)
    with pytest.raises(PermissionError):
        os.truncate(image_fd, 0)
    with pytest.raises(PermissionError):
        os.pwrite(image_fd, b"x", os.fstat(image_fd).st_size)


def test_an_image_is_not_handed_on_but_to_renderers() -> None:
    assert module_image() is not None
    held = subprocess.run(
        ["ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True, check=True
    )
    assert "memfd" not in held.stdout


def test_what_every_renderer_loads_are_few_modules_of_the_library() -> None:
    """Its tests load more themselves, so here it is loaded alone."""
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; from docops_flask.engine.worker import spawned; "
        "import docops_flask.engine.worker.worker; print(*sys.modules)"
    )
    command = [sys.executable, "-S", "-c", code, *sys.path]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "docops_flask.engine.pipeline" in loaded
    assert loaded & {"pathlib", "urllib.parse", "ipaddress", "hashlib", "socket", "multiprocessing"} == set()


def test_a_renderer_runs_what_its_server_loaded_whatever_became_of_the_files(tmp_path: Path) -> None:
    """As when a new version is unpacked over the old one before the server is restarted."""
    installed = tmp_path / "installed"
    copytree(ROOT / "docops_flask", installed / "docops_flask", ignore=ignore_patterns("__pycache__"))
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import docops_flask.jobs.renderer as renderer\n"
        "from docops_flask.engine.worker.isolation import ProcessLimits\n"
        "from docops_flask.engine.sandbox.sandbox import SandboxMode\n"
        "assert renderer.__file__.startswith(sys.argv[1]), renderer.__file__\n"
        "limits = ProcessLimits(1 << 29, 60, 1 << 28, SandboxMode.OFF)\n"
        "one = renderer.Renderer('spawn', 60.0, limits)\n"
        "one.probe()\n"
        "for file in Path(sys.argv[1], 'docops_flask', 'engine', 'checks').glob('*.py'):\n"
        "    file.write_text('raise RuntimeError')\n"
        "one.probe()\n"
        "print('ready')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(installed)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ready\n", "")
