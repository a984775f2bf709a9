"""Small members are unpacked once; large and damaged ones as often as they are asked for."""

import io
import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc import zip_reader
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_entry import ZipEntry
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.factories import docx, p

SMALL = b"<x>" + b"y" * 1000 + b"</x>"


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return stream.getvalue()


def test_a_small_member_that_was_kept_is_read_as_any_other() -> None:
    reader = ZipReader(archive(a=SMALL), Limits())
    entry = reader.entries[0]
    unkept = reader.read(entry), reader.head(entry, 10), list(reader.contents(entry, 400))
    assert reader.small(entry) == SMALL
    assert (reader.read(entry), reader.head(entry, 10), list(reader.contents(entry, 400))) == unkept
    assert reader.read(entry) is reader.read(entry)


def test_a_large_member_and_what_is_more_than_is_kept_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reader, "_MOST_KEPT_BYTES", 2 * len(SMALL))
    reader = ZipReader(archive(large=b"y" * (1 << 17), a=SMALL, b=SMALL, c=SMALL), Limits())
    assert [reader.small(entry) for entry in reader.entries] == [None, SMALL, SMALL, None]


def test_a_damaged_member_is_not_kept() -> None:
    content = archive(a=SMALL)
    with zipfile.ZipFile(io.BytesIO(content)) as written:
        checksum = written.infolist()[0].CRC.to_bytes(4, "little")
    reader = ZipReader(content.replace(checksum, b"\1\2\3\4"), Limits())
    entry = reader.entries[0]
    assert reader.small(entry) is None
    assert reader.head(entry, 3) == b"<x>"
    with pytest.raises(InvalidTemplate):
        reader.read(entry)


def test_each_small_part_of_a_package_is_unpacked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[str] = []
    inflate = zip_reader._inflate

    def counting(stored: memoryview, entry: ZipEntry) -> bytes:
        unpacked.append(entry.name)
        return inflate(stored, entry)

    monkeypatch.setattr(zip_reader, "_inflate", counting)
    path = tmp_path / "t.docx"
    path.write_bytes(docx(p("text")))
    package = Package(path, Limits())
    for entry in package.archive.entries:
        assert package.archive.read(entry) == b"".join(package.archive.contents(entry, 1 << 16))
    assert len(unpacked) == len(set(unpacked))
    package.close()
