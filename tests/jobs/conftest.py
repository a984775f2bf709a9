from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs.observing import METHODS, renderers


@pytest.fixture(autouse=True)
def no_process_stays() -> Iterator[None]:
    """Hold for every test: when it ends, so has every process it started, zombies not excepted."""
    before = renderers()
    yield
    left = {pid: parent for pid, parent in renderers().items() if pid not in before and parent not in before}
    assert left == {}


@pytest.fixture
def job() -> Job:
    return Job(kind=JobKind.RUN, skills=(), payload={"organizer": "办公室"})


@pytest.fixture(params=METHODS)
def start_method(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workspaces(tmp_path: Path) -> Iterator[Workspaces]:
    made = Workspaces(tmp_path)
    yield made
    made.close()


@pytest.fixture
def workspace(workspaces: Workspaces) -> Iterator[Workspace]:
    made = workspaces.create()
    made.file("template.docx").write_text("a template")
    yield made
    made.remove()
