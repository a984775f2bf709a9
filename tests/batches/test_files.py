"""The files of batches: the same in a folder of one machine, in one that several share, and in a bucket."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from docops_flask.batches.files import Files, write
from docops_flask.batches.folder_files import FolderFiles
from docops_flask.batches.leases import Leases
from docops_flask.jobs.errors import InsufficientStorage
from tests.e2e.cluster.bucket import Bucket


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    made = Bucket(tmp_path_factory.mktemp("bucket"))
    yield made
    made.stop()


def bucket_of(bucket: Bucket, request: pytest.FixtureRequest, address: str, leases: Leases) -> Files:
    """The files of a bucket, whose server the environment names."""
    from docops_flask.batches.object_files import open_bucket

    for name, value in bucket.variables.items():
        request.getfixturevalue("monkeypatch").setenv(name, value)
    return open_bucket(address, leases)


def opened(kind: str, tmp_path: Path, request: pytest.FixtureRequest, leases: Leases) -> Files:
    """A place for files, empty."""
    if kind == "bucket":
        found: Bucket = request.getfixturevalue("bucket")
        return bucket_of(found, request, f"{found.address}/{tmp_path.name}", leases)
    path = tmp_path / "files"
    path.mkdir()
    return FolderFiles(path, leases if kind == "shared folder" else None)


@pytest.fixture(params=["folder", "shared folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return opened(request.param, tmp_path, request, Leases(0.1, 20.0))


def test_a_file_is_read_as_it_was_written(files: Files, tmp_path: Path) -> None:
    content = b"first\n" + b"x" * 3_000_000
    write(files, "one", b"before")
    write(files, "one", content)
    assert files.read("one") == content
    assert files.first_line("one").rstrip(b"\n") == b"first"
    assert files.size("one") == len(content)
    assert b"".join(files.blocks("one", 4, 2_000_000)) == content[4:2_000_000]
    files.fetch("one", tmp_path / "fetched")
    assert (tmp_path / "fetched").read_bytes() == content
    assert abs(files.written_at("one") - time.time()) < 60
    assert abs(files.changed_at() - time.time()) < 60
    assert files.used_bytes() == len(content)


def test_a_file_that_is_not_there_is_told_as_such(files: Files, tmp_path: Path) -> None:
    for read in (files.read, files.first_line, files.size, files.written_at):
        with pytest.raises(FileNotFoundError):
            read("none")
    with pytest.raises(FileNotFoundError):
        list(files.blocks("none", 0, 1))
    with pytest.raises(FileNotFoundError):
        files.fetch("none", tmp_path / "fetched")
    assert not files.exists("none")
    files.remove("none")
    assert files.entries("none") == {}


def test_what_breaks_off_leaves_nothing(files: Files) -> None:
    def breaks_off() -> None:
        with files.writing("one") as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        breaks_off()
    assert not files.exists("one")


def test_of_several_who_create_a_file_one_does(files: Files) -> None:
    start = threading.Barrier(6)

    def create(number: int) -> bool:
        start.wait()
        return files.create("one", str(number).encode())

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(create, range(6)))
    assert made.count(True) == 1
    assert files.read("one") == str(made.index(True)).encode()


def test_a_place_is_erased_with_all_that_is_in_it(files: Files) -> None:
    batch = files.below("b" * 32)
    batch.make()
    write(batch, "job.json", b"{}")
    for number in range(3):
        write(batch, f"seg/{number}.jsonl", b"")
    assert batch.name == "b" * 32
    assert files.places() == ["b" * 32]
    assert sorted(batch.entries("seg")) == ["0.jsonl", "1.jsonl", "2.jsonl"]
    batch.erase()
    assert files.places() == []
    assert not batch.exists("job.json")
    batch.erase()


def test_a_claim_is_that_of_one(files: Files) -> None:
    with files.claimed("chunk") as first:
        assert first
        with files.claimed("chunk") as second:
            assert not second
    with files.claimed("chunk") as third:
        assert third


@pytest.mark.parametrize("kind", ["shared folder", "bucket"])
def test_a_claim_of_a_machine_that_is_gone_is_taken_over(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    files = opened(kind, tmp_path, request, Leases(0.1, 0.6))
    write(files, "claim/chunk", b"of a machine that is gone")
    began = time.monotonic()
    with files.claimed("chunk") as is_ours:
        assert is_ours
    assert time.monotonic() - began >= 0.5


def test_a_store_that_does_not_answer_is_told_as_storage(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    away = Bucket(tmp_path)
    away.stop()
    files = bucket_of(away, request, away.address, Leases())
    for ask in (lambda: files.read("one"), lambda: files.create("one", b""), lambda: files.entries("seg")):
        with pytest.raises(InsufficientStorage):
            ask()
