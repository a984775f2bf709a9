"""The folders of jobs: private, removed by their owner, swept when the owner is dead."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from docops_flask.jobs import workspace as workspace_module
from docops_flask.jobs.errors import InsufficientStorage
from docops_flask.jobs.workspace import Workspaces
from tests.conftest import require

SCRIPT = Path(__file__).parent / "server_script.py"


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


def test_a_workspace_is_an_empty_private_folder_directly_in_the_root(tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path)
    first, second = workspaces.create(), workspaces.create()
    assert first.path != second.path
    assert first.path.parent == tmp_path
    assert first.path.stat().st_mode & 0o777 == 0o700
    assert list(first.path.iterdir()) == []
    token = first.path.name.split(".")[0]
    assert names(tmp_path) == sorted([f"{token}.lock", first.path.name, second.path.name])
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
    assert folders(tmp_path) == [made.path.name]
    workspaces.close()


def test_a_later_job_sweeps_again_once_some_time_has_passed(tmp_path: Path, monkeypatch) -> None:
    workspaces = Workspaces(tmp_path)
    first = workspaces.create()
    end(start_server(tmp_path))
    monkeypatch.setattr(workspace_module, "_SWEEP_INTERVAL_SECONDS", 0.0)
    second = workspaces.create()
    assert folders(tmp_path) == sorted([first.path.name, second.path.name])
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
    tmp_path: Path, monkeypatch
) -> None:
    sweeper, real_flock, swept = Workspaces(tmp_path), fcntl.flock, []

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
    assert names(tmp_path) == sorted([f"{made.path.name.split('.')[0]}.lock", made.path.name])
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
    (tmp_path / f"{first.path.name.split('.')[0]}.lock").unlink()
    second = workspaces.create()
    assert (tmp_path / f"{second.path.name.split('.')[0]}.lock").exists()
    workspaces.close()


def test_a_root_that_takes_no_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage) as caught:
        Workspaces(tmp_path / "gone").create()
    assert caught.value.inner == "ENOENT"


@pytest.mark.parametrize("name", ["ENOSPC", "EDQUOT", "EROFS"])
def test_a_full_volume_is_a_storage_error(tmp_path: Path, monkeypatch, name: str) -> None:
    import errno

    def refuse(*_: object, **__: object) -> str:
        raise OSError(getattr(errno, name), "no")

    monkeypatch.setattr(workspace_module.tempfile, "mkdtemp", refuse)
    with pytest.raises(InsufficientStorage) as caught:
        Workspaces(tmp_path).create()
    assert caught.value.inner == name
