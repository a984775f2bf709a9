"""LibreOffice looked for at a server's start: where it lies, what is said where there is none."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job
from docops_flask.engine.pdf import office
from docops_flask.jobs import office_check, office_paths
from docops_flask.jobs.office_check import OfficePlace, StartedCheck, find_office, without_office
from docops_flask.jobs.office_paths import find_program, readable_for_office
from docops_flask.jobs.pdf_support import NO_OFFICE
from docops_flask.jobs.workspace import Workspaces
from tests.office import LIMITS, PdfMaker


def installation(folder: Path, library: bytes = b"") -> Path:
    program = folder / "program"
    program.mkdir(parents=True)
    (program / "libmergedlo.so").write_bytes(library)
    return program


def test_the_folder_of_the_installation_or_its_program_is_taken(tmp_path: Path) -> None:
    program = installation(tmp_path)
    assert find_program(tmp_path) == find_program(program) == str(program)


def test_a_build_that_is_not_merged_is_found_by_its_other_library(tmp_path: Path) -> None:
    (tmp_path / "libsofficeapp.so").touch()
    assert find_program(tmp_path) == str(tmp_path)
    assert office.library_of(str(tmp_path)) == str(tmp_path / "libsofficeapp.so")


def test_without_a_folder_the_usual_places_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = installation(tmp_path)
    monkeypatch.setattr(office_paths, "_USUAL", (str(tmp_path / "none"), str(program)))
    assert find_program(None) == str(program)


def test_a_renderer_may_read_the_installation_the_profile_and_own_fonts(tmp_path: Path) -> None:
    program = installation(tmp_path / "office")
    paths = readable_for_office(str(program), "/profile", str(tmp_path))
    assert {str(tmp_path / "office"), "/profile", str(tmp_path), "/dev/urandom"} <= set(paths)
    assert "/" not in paths


def test_where_pdfs_are_off_nothing_is_looked_at() -> None:
    assert without_office(OfficePlace(mode="off")) == NO_OFFICE


@pytest.mark.parametrize("library", [b"", b"no library"])
def test_a_broken_installation_is_told(library: bytes, tmp_path: Path, workspaces: Workspaces) -> None:
    installation(tmp_path / "office", library)
    place = OfficePlace(office_dir=tmp_path / "office")
    profile = workspaces.create_lasting(".office")
    found = find_office(place, "spawn", LIMITS, workspaces, profile.path)
    profile.remove()
    assert found.setup is None
    assert found.support.available is False
    assert (found.support.reason or "").startswith("LibreOffice does not start: ")


def is_killed_once(job: Job, _template: str, _folder: str) -> dict[str, Any]:
    assert job.office is not None
    first = Path(job.office.profile, "first")
    if not first.exists():
        first.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"version": "LibreOffice 7.4", "families": []}


def test_a_renderer_that_is_killed_while_it_makes_the_profile_is_started_once_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workspaces: Workspaces
) -> None:
    installation(tmp_path / "office")
    monkeypatch.setattr(office_check, "prepare_office", is_killed_once)
    place = OfficePlace(office_dir=tmp_path / "office")
    profile = workspaces.create_lasting(".office")
    found = office_check.prepare(place, "spawn", LIMITS, workspaces, profile.path)
    profile.remove()
    assert found.support.version == "LibreOffice 7.4"


def test_without_pypdfium2_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installation(tmp_path)
    monkeypatch.setattr(office_check, "find_spec", lambda _name: None)
    missing = without_office(OfficePlace(office_dir=tmp_path))
    assert missing is not None
    assert "requirements-pdf.txt" in (missing.support.reason or "")


def test_a_check_in_a_process_of_its_own_finds_the_same(
    pdf_maker: PdfMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    profile = tmp_path / "profile"
    profile.mkdir()
    check = StartedCheck(profile)
    found = check.wait()
    check.stop()
    assert found.support == pdf_maker.found.support
    assert found.setup is not None
    assert pdf_maker.found.setup is not None
    assert found.setup.families == pdf_maker.found.setup.families
    assert [path.name for path in tmp_path.iterdir()] == ["profile"]


def test_a_check_that_hangs_is_given_up_for_all_who_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(office_check, "_CHECK_SECONDS", 0.2)
    check = StartedCheck(tmp_path)
    assert not check.is_known(0)
    assert "took more than 0.2 s" in (check.wait().support.reason or "")
    assert check.is_known(0)
    check.stop()


def test_a_check_that_dies_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    check = StartedCheck(tmp_path)
    found = check.wait()
    check.stop()
    assert found.setup is None
    assert "ended without a result" in (found.support.reason or "")
