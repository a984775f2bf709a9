"""Tools and files that tests need; tests are skipped with a reason where these are missing.

With ``DOCOPS_TESTS_SKIP_NOTHING=1``, as ``.ci/run`` sets it, absence is a failure instead.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.office import PdfMaker

ROOT = Path(__file__).resolve().parent.parent

# How long an example takes says nothing on a loaded machine.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# What a test needs beyond this process, by the folder it lies in; the first that fits counts.
_MARKS = {
    "tests/e2e/console": "browser",
    "tests/e2e": "e2e",
    "tests/hostile": "e2e",
    "tests/tools": "e2e",
    "tests/container": "container",
    "tests/corpus": "corpus",
    "tests/oracle": "corpus",
    "tests/fuzz": "fuzz",
}
# Units that take seconds each, by their work or for all that they try.
_SLOW = (
    "tests/engine/checks/test_corpus_format.py",
    "tests/engine/test_linear_",
    "tests/engine/test_nesting.py",
    "tests/engine/integrity/test_mutations.py",
    "tests/engine/test_text_work_in_c.py",
    "tests/golden",
    "tests/jobs",
    "tests/test_wheel.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder: ``pytest -m "not e2e and not browser"``, for instance."""
    for item in items:
        place = item.path.relative_to(ROOT).as_posix()
        marks = [mark for folder, mark in _MARKS.items() if place.startswith(folder)]
        if marks:
            item.add_marker(marks[0])
        elif place.startswith(_SLOW):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Let garbage collection leave out the collected tests and begin less often.

    Without this it takes a fifth of the tests' time: it looks at all of the 17,000 tests again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def require(present: bool, reason: str) -> None:
    """Skip the test with ``reason`` unless ``present``; fail it where nothing may be skipped."""
    if present:
        return
    if os.environ.get("DOCOPS_TESTS_SKIP_NOTHING") == "1":
        pytest.fail(f"{reason} (DOCOPS_TESTS_SKIP_NOTHING=1)")
    pytest.skip(reason)


def require_package(name: str) -> None:
    """Skip the test unless a package of an extra is installed."""
    require(find_spec(name) is not None, f"{name} is not installed; run `make test`, or see pyproject.toml")


@pytest.fixture(scope="session")
def corpus() -> list[Path]:
    """The real Word files; ``DOCOPS_CORPUS`` says where they are, ../shared/corpus by default."""
    folder = Path(os.environ.get("DOCOPS_CORPUS") or ROOT.parent / "shared" / "corpus")
    files = sorted(folder.glob("*/*.docx"))
    require(bool(files), f"no Word files under {folder}; set DOCOPS_CORPUS to the corpus")
    return files


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice program."""
    program = shutil.which("soffice")
    require(program is not None, "LibreOffice is not installed (Debian: libreoffice-writer)")
    assert program is not None
    return program


@pytest.fixture(scope="session")
def pdf_maker(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[PdfMaker]":
    """LibreOffice as a server finds it, and jobs with a PDF."""
    from docops_flask.jobs.office_check import OfficePlace, find_office
    from docops_flask.jobs.workspace import Workspaces
    from tests.office import LIMITS, PdfMaker

    workspaces = Workspaces(tmp_path_factory.mktemp("office"))
    profile = workspaces.create_lasting(".office").path
    found = find_office(OfficePlace(), "spawn", LIMITS, workspaces, profile)
    require(found.support.available, f"no PDFs can be made here: {found.support.reason}")
    yield PdfMaker(found, workspaces)
    workspaces.close()
