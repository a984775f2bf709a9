"""The folders of jobs: private, removed by their owner, swept when the owner is dead."""

import errno
import fcntl
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from docops_flask.jobs import removal
from docops_flask.jobs import workspace as workspace_module
from docops_flask.jobs.errors import InsufficientStorage
from docops_flask.jobs.removal import REQUEST_ENTRIES, RETRIED_ENTRIES, Leftovers, Removal
from docops_flask.jobs.workspace import Workspaces
from tests.conftest import require
from tests.jobs.observing import eventually
from tests.jobs.spoiling import clear, nest, widen
from tests.jobs.unprivileged import as_nobody, folder_of_nobody

SCRIPT = Path(__file__).parent / "server_script.py"


@pytest.fixture(autouse=True)
def nothing_deep_stays(tmp_path: Path) -> Iterator[None]:
    yield
    clear(tmp_path)


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def folders(root: Path) -> list[str]:
    return [path.name for path in sorted(root.iterdir()) if path.is_dir()]


def start_server(root: Path) -> subprocess.Popen[str]:
    """Start a process that makes a workspace with a file in ``root`` and waits."""
    server = subprocess.Popen(
        [sys.executable, str(SCRIPT), "workspace", str(root)], stdout=subprocess.PIPE, text=True, cwd="/"
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "made\n"
    return server


def end(server: subprocess.Popen[str], number: signal.Signals = signal.SIGKILL) -> None:
    server.send_signal(number)
    server.communicate()


def test_a_workspace_is_an_empty_private_folder_in_an_unlisted_one_of_its_own(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    first, second = workspaces.create(), workspaces.create()
    assert first.path.parent != second.path.parent
    assert first.path.parent.parent == second.path.parent.parent == tmp_path
    assert first.path.parent.stat().st_mode & 0o777 == 0o300
    # Nobody guesses 128 bits.
    assert first.path.name != second.path.name
    assert re.fullmatch("[0-9a-f]{32}", first.path.name)
    assert first.path.stat().st_mode & 0o777 == 0o700
    assert list(first.path.iterdir()) == []
    token = first.path.parent.name.split(".")[0]
    assert names(tmp_path) == sorted([f"{token}.lock", first.path.parent.name, second.path.parent.name])
    workspaces.close()


def test_a_workspace_gives_paths_of_its_own_files_only(tmp_path: Path) -> None:
    workspace = Workspaces(tmp_path).create()
    assert workspace.file("template.docx") == workspace.path / "template.docx"
    for name in ("../x", "a/b", "/etc/passwd", "", ".."):
        with pytest.raises(ValueError, match="plain name"):
            workspace.file(name)


def test_removing_takes_all_that_is_in_it_and_may_be_repeated(tmp_path: Path) -> None:
    workspace = Workspaces(tmp_path).create()
    (workspace.path / "deep" / "er").mkdir(parents=True)
    workspace.file("out.docx").write_bytes(b"x")
    workspace.remove()
    workspace.remove()
    assert folders(tmp_path) == []


def test_removing_does_not_follow_a_link_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    workspace = Workspaces(tmp_path).create()
    (workspace.path / "link").symlink_to(outside)
    workspace.remove()
    assert names(outside) == ["kept"]


def test_closing_leaves_nothing_and_the_next_folder_starts_anew(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    workspaces.create()
    workspaces.close()
    workspaces.close()
    assert names(tmp_path) == []
    assert workspaces.create().path.is_dir()
    workspaces.close()


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    assert Workspaces(tmp_path).sweep() == 0
    assert names(tmp_path) == []


def test_folders_of_a_killed_server_are_swept_and_those_of_a_live_one_are_not(tmp_path: Path) -> None:
    dead, alive = start_server(tmp_path), start_server(tmp_path)
    assert len(folders(tmp_path)) == 2
    workspaces = Workspaces(tmp_path)
    assert workspaces.sweep() == 0
    end(dead)
    assert workspaces.sweep() == 1
    assert len(folders(tmp_path)) == 1
    assert len(names(tmp_path)) == 2
    end(alive)
    assert workspaces.sweep() == 1
    assert names(tmp_path) == []


def test_the_first_job_of_a_server_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    end(start_server(tmp_path))
    workspaces = Workspaces(tmp_path)
    made = workspaces.create()
    assert folders(tmp_path) == [made.path.parent.name]
    workspaces.close()


def test_a_later_job_sweeps_again_once_some_time_has_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces = Workspaces(tmp_path)
    first = workspaces.create()
    end(start_server(tmp_path))
    monkeypatch.setattr(workspace_module, "_SWEEP_INTERVAL_SECONDS", 0.0)
    second = workspaces.create()
    assert folders(tmp_path) == sorted([first.path.parent.name, second.path.parent.name])
    workspaces.close()


@pytest.mark.parametrize("age_seconds", [0, 10**8])
def test_age_says_nothing_about_a_folder(tmp_path: Path, age_seconds: int) -> None:
    workspaces = Workspaces(tmp_path)
    made = workspaces.create()
    for path in tmp_path.iterdir():
        os.utime(path, (path.stat().st_atime - age_seconds, path.stat().st_mtime - age_seconds))
    assert Workspaces(tmp_path).sweep() == 0
    assert made.path.is_dir()
    workspaces.close()


def test_what_only_looks_like_ours_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("x")
    (tmp_path / "docops-0123456789abcdef.lock").symlink_to(target)
    (tmp_path / "docops-0123456789abcdef.folder").mkdir()
    os.mkfifo(tmp_path / "docops-00000000000000aa.lock")
    (tmp_path / "docops-notes.lock").write_text("x")
    (tmp_path / "docops-*.lock").write_text("x")
    before = names(tmp_path)
    assert Workspaces(tmp_path).sweep() == 0
    assert names(tmp_path) == before


def test_a_lock_of_another_user_is_left_alone(tmp_path: Path) -> None:
    require(os.geteuid() == 0, "only root can make a file of another user")
    lock = tmp_path / "docops-0123456789abcdef.lock"
    lock.write_text("")
    os.chown(lock, 12345, 12345)
    (tmp_path / "docops-0123456789abcdef.folder").mkdir()
    assert Workspaces(tmp_path).sweep() == 0
    assert len(names(tmp_path)) == 2


def test_a_sweep_between_the_making_of_a_lock_file_and_its_lock_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeper, real_flock = Workspaces(tmp_path), fcntl.flock
    swept: list[bool] = []

    def flock_after_a_sweep(descriptor: int, operation: int) -> None:
        if not swept:
            swept.append(True)
            sweeper.sweep()
        real_flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock_after_a_sweep)
    workspaces = Workspaces(tmp_path)
    made = workspaces.create()
    assert swept == [True]
    assert Workspaces(tmp_path).sweep() == 0
    assert names(tmp_path) == sorted([f"{made.path.parent.name.split('.')[0]}.lock", made.path.parent.name])
    workspaces.close()


def test_sweeps_at_the_same_time_count_each_folder_once(tmp_path: Path) -> None:
    for server in [start_server(tmp_path) for _ in range(4)]:
        end(server)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(Workspaces(tmp_path).sweep())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(counts) == 4
    assert names(tmp_path) == []


def test_a_forked_server_process_owns_folders_of_its_own(tmp_path: Path) -> None:
    """The master makes a folder, forks a worker that makes one and lives, and is killed."""
    command = [sys.executable, str(SCRIPT), "forked-workspace", str(tmp_path)]
    master = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd="/")
    assert master.stdout is not None
    worker_pid = int(master.stdout.readline())
    assert len({name.split(".")[0] for name in folders(tmp_path)}) == 2
    try:
        master.kill()
        master.wait()
        assert Workspaces(tmp_path).sweep() == 1
        assert len(folders(tmp_path)) == 1
    finally:
        os.kill(worker_pid, signal.SIGKILL)
        master.stdout.read()  # ends when the worker has ended
        master.stdout.close()
    assert Workspaces(tmp_path).sweep() == 1
    assert names(tmp_path) == []


def test_a_lost_lock_file_is_made_again_before_the_next_folder(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    first = workspaces.create()
    (tmp_path / f"{first.path.parent.name.split('.')[0]}.lock").unlink()
    second = workspaces.create()
    assert (tmp_path / f"{second.path.parent.name.split('.')[0]}.lock").exists()
    workspaces.close()


def test_a_root_that_takes_no_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage) as caught:
        Workspaces(tmp_path / "gone").create()
    assert caught.value.inner == "ENOENT"


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EROFS"])
@pytest.mark.parametrize("failing_mkdir", [1, 2])
def test_a_full_volume_is_a_storage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, failing_mkdir: int
) -> None:
    real_mkdir, count = os.mkdir, itertools.count(1)

    def refuse(*arguments: Any, **options: Any) -> None:
        if next(count) == failing_mkdir:
            raise OSError(getattr(errno, name), "no")
        real_mkdir(*arguments, **options)

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(InsufficientStorage) as caught:
        Workspaces(tmp_path).create()
    assert caught.value.inner == name
    assert folders(tmp_path) == []


def test_a_lasting_folder_lies_directly_in_the_root_and_is_swept_like_others(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    lasting = workspaces.create_lasting(".db")
    assert (lasting.path.parent, lasting.path.suffix) == (tmp_path, ".db")
    assert lasting.path.stat().st_mode & 0o777 == 0o700
    workspaces.close()
    assert names(tmp_path) == []


def test_the_parent_of_a_job_folder_is_listed_by_no_user_without_rights() -> None:
    def look() -> tuple[bool, bool]:
        workspace = Workspaces(root).create()
        workspace.file("template.docx").write_bytes(b"x")
        try:
            os.listdir(workspace.path.parent)
        except PermissionError:
            return True, workspace.file("template.docx").read_bytes() == b"x"
        return False, False

    with folder_of_nobody() as root:
        assert as_nobody(look) == (True, True)


def test_a_job_folder_goes_with_its_parent_and_all_that_was_put_beside_it() -> None:
    def make_and_remove() -> tuple[list[str], list[str]]:
        workspaces = Workspaces(root)
        one, other = workspaces.create(), workspaces.create()
        (one.path.parent / "beside").touch()
        other.path.chmod(0)
        other.path.parent.chmod(0)
        one.remove()
        other.remove()
        left = folders(root)
        workspaces.close()
        return left, names(root)

    with folder_of_nobody() as root:
        assert as_nobody(make_and_remove) == ([], [])


class Told:
    """What is said of the folders that are left."""

    def __init__(self, root: Path) -> None:
        self.left: list[int] = []
        self.failures = 0
        self.workspaces = Workspaces(root, self.left.append, self._failed)

    def _failed(self) -> None:
        self.failures += 1


def test_a_deep_folder_is_removed_beside_the_jobs(tmp_path: Path) -> None:
    told = Told(tmp_path)
    workspace = told.workspaces.create()
    nest(workspace.path, 3_000)
    workspace.remove()
    assert eventually(lambda: folders(tmp_path) == [] and told.left[-1:] == [0], 60)
    assert told.left == [1, 0]
    assert told.failures == 0
    told.workspaces.close()
    assert names(tmp_path) == []


def test_a_request_removes_no_more_than_it_has_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the one that made them nor those that come next; counted with nobody to remove the rest."""
    monkeypatch.setattr(Leftovers, "_start", lambda self: None)
    workspaces = Workspaces(tmp_path)
    workspace = workspaces.create()
    widen(workspace.path, 5_000)
    workspace.remove()
    left = len(os.listdir(workspace.path))
    assert left == 5_000 - REQUEST_ENTRIES
    workspaces.create().remove()
    assert left - RETRIED_ENTRIES <= len(os.listdir(workspace.path)) < left
    workspaces.close()
    assert names(tmp_path) == []


def test_a_request_tries_no_more_than_a_few_of_many_that_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Leftovers, "_start", lambda self: None)
    workspaces = Workspaces(tmp_path)
    left = [workspaces.create() for _ in range(300)]
    tried: list[str] = []

    def refuse(path: str, may_go_on: Any) -> Removal:
        tried.append(path)
        return Removal(gone=False, error="EBUSY")

    with monkeypatch.context() as broken:
        broken.setattr(removal, "remove_folder", refuse)
        broken.setattr(workspace_module, "remove_folder", refuse)
        for workspace in left:
            workspace.remove()
        tried.clear()
        workspaces.create()
        assert len(tried) == RETRIED_ENTRIES
    workspaces.close()
    assert names(tmp_path) == []


def test_what_cannot_be_removed_is_told_once_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(removal, "_FIRST_WAIT_SECONDS", 0.01)
    real_rmdir, attempts, is_broken = os.rmdir, [], True

    def rmdir(path: Any, **options: Any) -> None:
        attempts.append(path)
        if is_broken:
            raise OSError(errno.EBUSY, "busy")
        real_rmdir(path, **options)

    monkeypatch.setattr(os, "rmdir", rmdir)
    told = Told(tmp_path)
    told.workspaces.create().remove()
    assert eventually(lambda: len(attempts) > 20)
    assert (told.left, told.failures) == ([1], 1)
    assert [record.getMessage().split(" ", 1)[1] for record in caplog.records] == [
        "cannot be removed now (EBUSY); it will be tried again"
    ]
    # Other jobs go on meanwhile.
    assert told.workspaces.create().path.is_dir()
    is_broken = False
    assert eventually(lambda: told.left == [1, 0])
    told.workspaces.close()
    assert names(tmp_path) == []


@pytest.mark.parametrize("spoil", [lambda path: nest(path, 3_000), lambda path: widen(path, 30_000)])
def test_what_a_killed_server_left_is_taken_over_and_removed(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    server = start_server(tmp_path)
    (parent,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    (job_folder,) = parent.iterdir()
    spoil(job_folder)
    end(server)
    workspaces = Workspaces(tmp_path)
    workspaces.sweep()
    workspaces.create().remove()
    assert eventually(lambda: folders(tmp_path) == [], 60)
    assert len(names(tmp_path)) == 1
    workspaces.close()
    assert names(tmp_path) == []


def test_a_server_that_stops_at_once_removes_what_it_has_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The disk of a machine that does much else is slow.
    monkeypatch.setattr(removal, "_CLOSE_SECONDS", 60.0)
    server = start_server(tmp_path)
    (job_folder,) = tmp_path.glob("docops-*/*")
    nest(job_folder, 3_000)
    end(server)
    workspaces = Workspaces(tmp_path)
    workspaces.sweep()
    workspaces.close()
    assert names(tmp_path) == []


def test_a_volume_mounted_in_a_killed_servers_folder_stops_neither_sweep_nor_jobs(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    (job_folder,) = tmp_path.glob("docops-*/*")
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", job_folder], capture_output=True, check=False)
    end(server)
    require(done.returncode == 0, "this machine lets nobody mount a volume")
    try:
        told = Told(tmp_path)
        told.workspaces.sweep()
        told.workspaces.create().remove()
        assert eventually(lambda: told.failures == 1)
        told.workspaces.close()
        # It is found again by its lock file.
        (place,) = tmp_path.glob("docops-*/*")
        assert (tmp_path / f"{place.parent.name.split('.')[0]}.lock").exists()
    finally:
        (place,) = tmp_path.glob("docops-*/*")
        subprocess.run(["umount", place], check=True)
    assert Workspaces(tmp_path).sweep() == 1
    assert names(tmp_path) == []


@pytest.mark.parametrize("call", ["listdir", "open", "rmdir", "rename", "unlink", "stat"])
def test_nothing_that_fails_makes_a_sweep_raise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    server = start_server(tmp_path)
    (job_folder,) = tmp_path.glob("docops-*/*")
    nest(job_folder, 3)
    end(server)

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    workspaces = Workspaces(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        assert workspaces.sweep() == 0
    workspaces.sweep()
    workspaces.close()
    assert names(tmp_path) == []


def test_what_is_left_ends_no_thread_and_holds_no_process_up(tmp_path: Path) -> None:
    """The thread that removes goes when there is nothing to remove, and with its process."""
    before = threading.active_count()
    workspaces = Workspaces(tmp_path)
    workspace = workspaces.create()
    nest(workspace.path, 2_000)
    workspace.remove()
    assert eventually(lambda: folders(tmp_path) == [], 60)
    assert eventually(lambda: threading.active_count() == before)
    workspaces.close()


def test_a_forked_process_leaves_what_is_left_to_its_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Leftovers, "_start", lambda self: None)
    workspaces = Workspaces(tmp_path)
    workspace = workspaces.create()
    widen(workspace.path, 2_000)
    workspace.remove()
    pid = os.fork()
    if pid == 0:
        workspaces.create()
        workspaces.close()
        os._exit(0)
    os.waitpid(pid, 0)
    assert len(os.listdir(workspace.path)) == 1_000
    workspaces.close()
    assert names(tmp_path) == []
