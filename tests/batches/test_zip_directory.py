"""The directory of a ZIP that is put together, small or beyond what ZIP without ZIP64 can say."""

import io
import zipfile
from pathlib import Path

import pytest

from docops_flask.batches.zip_directory import Directory, entries_of, headers_in
from docops_flask.engine.opc.zip_entry import STORED
from docops_flask.engine.opc.zip_writer import Header, central_header, local_header

CRC_OF_A = 0xE8B7BE43


def member(name: str) -> tuple[bytes, bytes]:
    """A stored member "a" with its local header, and its header of the directory."""
    header = Header(name.encode(), STORED, crc=CRC_OF_A, compressed_size=1, size=1)
    return local_header(header) + b"a", central_header(header, 7)


def test_members_stand_where_the_directory_says() -> None:
    directory, out = Directory(), io.BytesIO()
    for name in ("docs/甲.docx", "b"):
        content, raw = member(name)
        assert directory.add(raw, out.tell()) == len(content)
        out.write(content)
    for block in directory.blocks(out.tell()):
        out.write(block)
    archive = zipfile.ZipFile(out)
    assert archive.testzip() is None
    assert archive.namelist() == ["docs/甲.docx", "b"]


@pytest.mark.parametrize("count", [65_534, 65_535, 70_000])
def test_more_members_than_sixteen_bits_count(count: int) -> None:
    directory, out = Directory(), io.BytesIO()
    for number in range(count):
        content, raw = member(str(number))
        directory.add(raw, out.tell())
        out.write(content)
    for block in directory.blocks(out.tell()):
        out.write(block)
    archive = zipfile.ZipFile(out)
    assert len(archive.namelist()) == count
    assert archive.read(str(count - 1)) == b"a"
    assert (b"PK\x06\x06" in out.getvalue()) == (count > 65_534)


def test_members_beyond_four_gibibytes(tmp_path: Path) -> None:
    directory = Directory()
    path = tmp_path / "large.zip"
    with path.open("wb") as file:
        for name, at in (("first", 0), ("last one below", 0xFFFFFFFE), ("beyond", 5 * 2**30)):
            # The holes between take no room.
            content, raw = member(name)
            file.seek(at)
            file.write(content)
            directory.add(raw, at)
        for block in directory.blocks(file.tell()):
            file.write(block)
    archive = zipfile.ZipFile(path)
    assert [archive.read(name) for name in archive.namelist()] == [b"a", b"a", b"a"]
    assert [info.header_offset for info in archive.infolist()] == [0, 0xFFFFFFFE, 5 * 2**30]


def test_a_directory_is_read_back_without_its_extra_fields() -> None:
    directory = Directory()
    raws = [member(name)[1] for name in ("甲", "b")]
    for raw in raws:
        directory.add(raw, 2**33)
    whole = b"".join(directory.blocks(0))[: directory.size]
    assert [each.name for each in entries_of(headers_in(whole))] == ["甲", "b"]
    assert [len(each) for each in headers_in(whole)] == [len(raw) for raw in raws]
