"""A folder is removed whatever was made of it; what cannot be removed is told and tried again."""

import errno
import os
import resource
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docops_flask.jobs.removal import Removal, at_most, remove_folder
from tests.conftest import require
from tests.jobs.spoiling import clear, close_by_modes, nest, widen
from tests.jobs.unprivileged import as_nobody, folder_of_nobody

GONE = Removal(gone=True)


def always() -> bool:
    return True


@pytest.fixture(autouse=True)
def nothing_deep_stays(tmp_path: Path) -> Iterator[None]:
    yield
    clear(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def removed_by_nobody(spoil: Callable[[Path], None]) -> tuple[Removal, list[str]]:
    """What comes of a removal by a user without rights, who made the folder; what is left."""

    def make_and_remove() -> tuple[Removal, list[str]]:
        (root / "folder").mkdir()
        spoil(root / "folder")
        return remove_folder(str(root / "folder"), always), os.listdir(root)

    with folder_of_nobody() as root:
        return as_nobody(make_and_remove)


def test_a_folder_goes_with_all_kinds_of_files(folder: Path) -> None:
    (folder / "file").write_text("x")
    (folder / "link").symlink_to("/nowhere")
    (folder / "hard").hardlink_to(folder / "file")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
    (folder / os.fsdecode(b"\xff\n")).touch()
    assert remove_folder(str(folder), always) == GONE
    assert not folder.exists()


def test_what_is_not_there_is_gone(tmp_path: Path) -> None:
    assert remove_folder(str(tmp_path / "nothing"), always) == GONE
    assert remove_folder(str(tmp_path / "nothing" / "in" / "nothing"), always) == GONE


@pytest.mark.parametrize("depth", [3_000, 20_000])
def test_a_folder_goes_however_deep_it_is(folder: Path, depth: int) -> None:
    nest(folder, depth)
    assert remove_folder(str(folder), always) == GONE


def test_many_folders_in_many_folders_go(folder: Path) -> None:
    for first in range(20):
        for second in range(20):
            (folder / f"{first}" / f"{second}" / "inner").mkdir(parents=True)
            (folder / f"{first}" / f"{second}" / "file").touch()
    assert remove_folder(str(folder), always) == GONE


def test_a_folder_goes_whatever_the_modes_in_it() -> None:
    assert removed_by_nobody(close_by_modes) == (GONE, [])


def test_a_deep_folder_of_closed_folders_goes() -> None:
    assert removed_by_nobody(lambda folder: nest(folder, 3_000, mode=0)) == (GONE, [])


def test_no_more_than_a_few_descriptors_are_needed(folder: Path) -> None:
    nest(folder, 500)
    close_by_modes(folder)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open("/", os.O_RDONLY)
    os.close(lowest)
    taken = len([int(name) for name in os.listdir("/proc/self/fd") if int(name) >= lowest])
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + taken + 6, before[1]))
    try:
        assert remove_folder(str(folder), always) == GONE
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_without_descriptors_it_is_told_and_goes_later(folder: Path) -> None:
    (folder / "file").touch()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        assert remove_folder(str(folder), always) == Removal(gone=False, error="EMFILE")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert remove_folder(str(folder), always) == GONE


@pytest.mark.parametrize("spoil", [lambda folder: widen(folder, 2_000), lambda folder: nest(folder, 1_000)])
def test_a_removal_stops_when_it_may_not_go_on_and_is_continued(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(folder)
    rounds = 0
    while remove_folder(str(folder), at_most(300)) != GONE:
        assert folder.exists()
        rounds += 1
        assert rounds < 20
    assert rounds >= 3


def test_the_allowance_is_one_for_several_removals(tmp_path: Path) -> None:
    may_go_on = at_most(15)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        widen(tmp_path / name, 10)
    assert remove_folder(str(tmp_path / "first"), may_go_on) == GONE
    assert remove_folder(str(tmp_path / "second"), may_go_on) == Removal(gone=False)
    assert len(list((tmp_path / "second").iterdir())) == 5


def test_links_are_removed_and_what_they_lead_to_stays(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (folder / "inner").mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "inner" / "link").symlink_to(outside)
    assert remove_folder(str(folder), always) == GONE
    assert (outside / "kept").exists()


def test_a_link_in_the_place_of_the_folder_is_removed_itself(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").touch()
    (tmp_path / "folder").symlink_to(tmp_path / "outside")
    assert remove_folder(str(tmp_path / "folder"), always) == GONE
    assert os.listdir(tmp_path / "outside") == ["kept"]


@pytest.fixture
def mounted(folder: Path) -> Iterator[Path]:
    """A folder with another file system in it."""
    place = folder / "deep" / "mounted"
    place.mkdir(parents=True)
    (folder / "file").touch()
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True, check=False)
    require(done.returncode == 0, "this machine lets nobody mount a volume")
    (place / "theirs").touch()
    yield place
    subprocess.run(["umount", place], check=True)


def test_another_file_system_in_it_stays_and_all_else_goes(folder: Path, mounted: Path) -> None:
    assert remove_folder(str(folder), always) == Removal(gone=False, error="EBUSY")
    assert (mounted / "theirs").exists()
    assert not (folder / "file").exists()


def test_what_belongs_to_somebody_else_stays_and_all_else_goes() -> None:
    require(os.geteuid() == 0, "only root can make a file of another user")
    with folder_of_nobody() as root:
        theirs = root / "folder" / "sub" / "theirs"
        theirs.mkdir(parents=True)
        (theirs / "file").touch()
        (root / "folder" / "ours").touch()
        for path in (root / "folder", root / "folder" / "sub"):
            os.chown(path, 65534, 65534)
        removal = as_nobody(lambda: remove_folder(str(root / "folder"), always))
        assert (removal.gone, removal.error) == (False, "EACCES")
        assert (theirs / "file").exists()
        assert not (root / "folder" / "ours").exists()


@pytest.mark.parametrize("call", ["unlink", "rmdir", "rename", "scandir"])
def test_a_call_that_fails_is_told_and_what_can_go_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    (folder / "sub" / "sub").mkdir(parents=True)
    (folder / "file").touch()

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        assert remove_folder(str(folder), always) == Removal(gone=False, error="EIO")
    assert (folder / "file").exists() == (call in {"unlink", "scandir"})
    assert remove_folder(str(folder), always) == GONE
