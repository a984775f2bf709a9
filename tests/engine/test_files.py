"""A file that is written late: in memory while it is small, on the disk when it is finished or large."""

from pathlib import Path

import pytest

from docops_flask.engine.files import LateFile

MOST = 100


@pytest.mark.parametrize("size", [10, MOST, MOST + 1, 5 * MOST])
def test_what_was_written_is_in_the_file_when_it_is_finished(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    file = LateFile(path, MOST)
    for _ in range(size // 10):
        file.write(b"0123456789")
    file.write(b"x" * (size % 10))
    end = file.tell()
    file.seek(2)
    file.write(b"ab")
    file.seek(end)
    file.write(b"end")
    assert path.exists() == (size + 3 > MOST)
    file.finish()
    written = b"0123456789" * (size // 10) + b"x" * (size % 10)
    assert path.read_bytes() == written[:2] + b"ab" + written[4:] + b"end"


def test_a_small_one_is_read_back_from_memory_and_a_large_one_from_the_disk(tmp_path: Path) -> None:
    file = LateFile(tmp_path / "file", MOST)
    file.write(b"small")
    assert file.in_memory() == b"small"
    file.write(memoryview(bytes(MOST)))
    assert file.in_memory() is None
    assert file.tell() == MOST + 5
    disk = file.on_disk()
    assert (tmp_path / "file").read_bytes() == b"small" + bytes(MOST)
    disk.seek(0)
    assert disk.read(5) == b"small"
    file.close()


def test_one_that_is_not_finished_leaves_no_file(tmp_path: Path) -> None:
    file = LateFile(tmp_path / "file", MOST)
    file.write(b"small")
    file.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_an_error_at_the_end(tmp_path: Path) -> None:
    file = LateFile(tmp_path / "gone" / "file", MOST)
    file.write(b"small")
    with pytest.raises(FileNotFoundError):
        file.finish()
