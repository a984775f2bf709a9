"""The folder of jobs is TMPDIR, also while it cannot be used; a server does not start without it."""

import re
import tempfile
from pathlib import Path

import pytest

from docops_flask.settings.settings import SettingsError
from docops_flask.settings.work_folder import check_work_folder, work_folder


def test_it_is_tmpdir_whether_that_exists_or_not(tmp_path: Path) -> None:
    assert work_folder({"TMPDIR": str(tmp_path / "absent")}) == tmp_path / "absent"


@pytest.mark.parametrize("environ", [{}, {"TMPDIR": ""}])
def test_without_tmpdir_it_is_the_systems(environ: dict[str, str]) -> None:
    assert work_folder(environ) == Path(tempfile.gettempdir())


def test_a_folder_that_exists_is_accepted(tmp_path: Path) -> None:
    check_work_folder({"TMPDIR": str(tmp_path)})


def test_the_error_says_which_folder_is_absent_and_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "absent"
    line = f"TMPDIR: '{folder}' does not exist; make the folder, or set TMPDIR to one"
    with pytest.raises(SettingsError, match=f"^{re.escape(line)}$"):
        check_work_folder({"TMPDIR": str(folder)})


def test_the_error_says_of_a_file_that_it_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match="is not a folder"):
        check_work_folder({"TMPDIR": str(file)})
