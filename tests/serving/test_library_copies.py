"""The copies of the library that gunicorn's master makes, each in a process of its own."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docops_flask.intake.library.entry import COPY_VARIABLE
from docops_flask.intake.library.library import open_copy
from docops_flask.serving.library_copies import LibraryCopies
from docops_flask.settings.settings import SettingsError
from tests.library_folders import CONTRACT, NOTICE, put, sha256

Make = Callable[..., LibraryCopies]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a master whose library is the folder ``lib``."""
    put(tmp_path / "lib", "a")
    (tmp_path / "work").mkdir()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DOCOPS_")}
    return {**plain, "TMPDIR": str(tmp_path / "work"), "DOCOPS_TEMPLATES_DIR": str(tmp_path / "lib")}


@pytest.fixture
def make(tmp_path: Path, environ: dict[str, str]) -> Iterator[Make]:
    made: list[LibraryCopies] = []

    def copies(most_seconds: float = 60.0, **named: tuple[str, ...]) -> LibraryCopies:
        made.append(LibraryCopies(tmp_path / "work", most_seconds, environ=environ, **named))
        return made[-1]

    yield copies
    for each in made:
        each.close()


def hashes(copies: LibraryCopies) -> dict[str, str]:
    library = open_copy(Path(str(copies.current)))
    return {each.name: each.template_sha256 for each in library.templates}


def test_a_copy_is_told_to_workers_by_a_variable(make: Make, environ: dict[str, str]) -> None:
    copies = make()
    assert COPY_VARIABLE not in environ
    copies.renew()
    assert environ[COPY_VARIABLE] == copies.current
    assert hashes(copies) == {"a": sha256(CONTRACT)}
    copies.close()
    assert COPY_VARIABLE not in environ


def test_a_copy_is_locked_against_programs_that_remove_old_files(make: Make) -> None:
    copies = make()
    copies.renew()
    descriptor = os.open(str(copies.current), os.O_RDONLY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


def test_a_copy_stays_while_a_worker_uses_it(make: Make, tmp_path: Path) -> None:
    copies = make()
    copies.renew()
    first = copies.current
    put(tmp_path / "lib", "a", NOTICE)
    copies.renew()
    assert hashes(copies) == {"a": sha256(NOTICE)}
    copies.remove_unused({first, None})
    assert Path(str(first)).exists()
    copies.remove_unused(set())
    assert not Path(str(first)).exists()
    assert hashes(copies) == {"a": sha256(NOTICE)}


def test_where_the_library_cannot_be_read_the_copy_before_stays(
    make: Make, tmp_path: Path, environ: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    copies = make()
    copies.renew()
    first = copies.current
    environ["DOCOPS_TEMPLATES_DIR"] = str(tmp_path / "nowhere")
    with pytest.raises(SettingsError):
        copies.renew()
    assert (copies.current, environ[COPY_VARIABLE]) == (first, first)
    assert len(list((tmp_path / "work").glob("*.library"))) == 1
    assert "cannot be used; use the path of an existing folder" in capfd.readouterr().err


def test_the_process_gets_none_of_the_secrets(
    make: Make, environ: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    # One that cannot be used shows whether it was read.
    environ["DOCOPS_WEB_BASIC_AUTH"] = "no colon"
    with pytest.raises(SettingsError):
        make().renew()
    assert "DOCOPS_WEB_BASIC_AUTH" in capfd.readouterr().err
    make(secrets=("DOCOPS_WEB_BASIC_AUTH",)).renew()


def test_a_process_that_takes_too_long_is_ended(make: Make, tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(SettingsError):
        make(most_seconds=0.0).renew()
    assert time.monotonic() - begun < 30
    assert not list((tmp_path / "work").glob("*.library"))
