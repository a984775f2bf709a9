"""What tests may need of the machine. Where it is absent they skip and say why.

With ``DOCOPS_TESTS_SKIP_NOTHING=1``, as ``.ci/run`` sets it, absence is a failure instead.
"""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def require(present: bool, reason: str) -> None:
    """Skip the test with ``reason`` unless ``present``; fail it where nothing may be skipped."""
    if present:
        return
    if os.environ.get("DOCOPS_TESTS_SKIP_NOTHING") == "1":
        pytest.fail(f"{reason} (DOCOPS_TESTS_SKIP_NOTHING=1)")
    pytest.skip(reason)


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
