"""The ZIP of a renderer that may have been taken over: it is as it has to be, or refused."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.artefacts import ARTEFACTS, DOCUMENT, OutputBudget, ZipSink
from docops_flask.engine.opc.limits import MIB, Limits
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.opc.zip_writer import ZipWriter, packed
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed
from docops_flask.jobs.made_archive import open_archive
from tests.conftest import require
from tests.jobs.observing import descriptors

MOST_BYTES = MIB
CONTENTS = {name: f"the content of {name} ".encode() * 50 for name in ARTEFACTS}
ADDED = {"trace.json": b"{}\n", "api_result.json": '{"message": "完成"}\n'.encode()}
END = 22


def made(path: Path, names: tuple[str, ...] = ARTEFACTS) -> bytes:
    """The ZIP at ``path`` as a renderer makes it."""
    with ZipSink(path, OutputBudget(MOST_BYTES)) as sink:
        for name in names:
            if name == DOCUMENT:
                sink.document(lambda stream: stream.write(CONTENTS[DOCUMENT]))
            else:
                sink.add(name, CONTENTS[name])
        sink.finish()
    return path.read_bytes()


def complete(path: Path, added: dict[str, bytes] = ADDED) -> bytes:
    archive = open_archive(path, MOST_BYTES)
    with archive.file as file:
        archive.complete(added)
        return file.read()


def refused(path: Path, content: bytes) -> str:
    """Why ``content`` is refused; it stays as it was."""
    path.write_bytes(content)
    with pytest.raises(RendererCrashed) as caught:
        open_archive(path, MOST_BYTES)
    assert path.read_bytes() == content
    assert caught.value.inner
    return caught.value.inner


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outputs.zip"


@pytest.mark.parametrize("names", [ARTEFACTS, (DOCUMENT,), ARTEFACTS[:5]])
def test_a_renderers_zip_is_completed_and_every_reader_takes_it(path: Path, names: tuple[str, ...]) -> None:
    made(path, names)
    whole = complete(path)
    assert whole == path.read_bytes()
    expected = {**{name: CONTENTS[name] for name in names}, **ADDED}
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == expected
        assert archive.namelist() == list(expected)
    strict = ZipReader(whole, Limits())
    assert {entry.name: strict.read(entry) for entry in strict.entries} == expected


def test_it_is_byte_for_byte_what_one_writer_would_have_written(path: Path) -> None:
    made(path)
    stream = io.BytesIO()
    writer = ZipWriter(stream)
    with writer.growing(DOCUMENT, stream) as member:
        member.write(CONTENTS[DOCUMENT])
    for name in ARTEFACTS[1:]:
        writer.add_packed(name, packed(CONTENTS[name]))
    for name, content in ADDED.items():
        writer.add(name, content)
    writer.finish()
    assert complete(path) == stream.getvalue()


def test_no_more_is_read_than_headers_and_nothing_is_copied(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted: whatever the members' sizes, a kilobyte of the directory and their headers."""
    with ZipSink(path, OutputBudget(100 * MIB)) as sink:
        sink.document(lambda stream: stream.write(bytes(50 * MIB)))
        sink.finish()
    read = []
    real = os.pread

    def counted(descriptor: int, count: int, offset: int) -> bytes:
        content = real(descriptor, count, offset)
        read.append(len(content))
        return content

    monkeypatch.setattr(os, "pread", counted)
    archive = open_archive(path, 100 * MIB)
    inode = path.stat().st_ino
    with archive.file as file:
        archive.complete(ADDED)
        assert os.fstat(file.fileno()).st_ino == inode
    assert sum(read) < 1000


def test_a_zip_of_very_many_members_is_refused_without_being_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    read: list[int] = []
    real = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        read.append(length)
        return real(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", counted)
    with pytest.raises(RendererCrashed):
        open_archive(path, MOST_BYTES)
    assert sum(read) < 1000


def with_end(content: bytes, **changed: int) -> bytes:
    """``content`` with other values in its end record."""
    fields = ("disk", "start_disk", "here", "count", "size", "start", "comment")
    values = dict(zip(fields, struct.unpack("<4x4H2LH", content[-END:]), strict=True))
    values |= changed
    return content[:-END] + b"PK\x05\x06" + struct.pack("<4H2LH", *values.values())


def written(*members: tuple[str, bytes, int], **options: bytes) -> bytes:
    """A ZIP of the standard library's with name, content and method of each member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content, method in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = 0o600 << 16
            info.extra = options.get("extra", b"")
            info.comment = options.get("member_comment", b"")
            archive.writestr(info, content)
        archive.comment = options.get("comment", b"")
    return stream.getvalue()


def ours(*members: tuple[str, bytes, bool]) -> bytes:
    """A ZIP of our own writer's, with name, content and whether it is stored."""
    stream = io.BytesIO()
    writer = ZipWriter(stream)
    for name, content, is_stored in members:
        if is_stored:
            with writer.growing(name, stream) as member:
                member.write(content)
        else:
            writer.add(name, content)
    writer.finish()
    return stream.getvalue()


DOC = (DOCUMENT, b"x" * 100, True)
LOG = ("out.replace_log.json", b"{}", False)
UNSOUND: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda good: b"",
    "text": lambda good: b"not a ZIP " * 100,
    "an end alone": lambda good: with_end(good[-END:], here=0, count=0, size=0, start=0),
    "no end": lambda good: good[:-END],
    "half": lambda good: good[: len(good) // 2],
    "without its first byte": lambda good: good[1:],
    "without its last byte": lambda good: good[:-1],
    "bytes before it": lambda good: b"MZ" + good,
    "bytes after it": lambda good: good + b"\0",
    "another after it": lambda good: good + good,
    "a comment": lambda good: with_end(good, comment=4) + b"text",
    "a comment that is not there": lambda good: with_end(good, comment=1),
    "more members than there are": lambda good: with_end(good, here=8, count=8),
    "fewer members than there are": lambda good: with_end(good, here=6, count=6),
    "two counts": lambda good: with_end(good, here=1),
    "65,535 members": lambda good: with_end(good, here=0xFFFF, count=0xFFFF),
    "another disk": lambda good: with_end(good, disk=1),
    "a directory of 4 GiB": lambda good: with_end(good, size=0xFFFFFFFF),
    "a directory at the beginning": lambda good: with_end(good, start=0),
    "a directory beyond the end": lambda good: with_end(good, start=0xFFFFFFFF),
    "no document": lambda good: ours(LOG),
    "a deflated document": lambda good: ours((DOCUMENT, b"x" * 100, False)),
    "a stored report": lambda good: ours(DOC, (*LOG[:2], True)),
    "a member that no run makes": lambda good: ours(DOC, ("evil.exe", b"x", False)),
    "the server's own member": lambda good: ours(DOC, ("api_result.json", b"{}", False)),
    "a name that leads out": lambda good: ours(DOC, ("../out.replace_log.json", b"{}", False)),
    "a folder": lambda good: ours(DOC, ("out.replace_log.json/", b"", False)),
    "another case": lambda good: ours(("OUT.DOCX", b"x", True), LOG),
    "an empty name": lambda good: ours(DOC, ("", b"", False)),
    "a document twice": lambda good: ours(DOC, DOC),
    "a report twice": lambda good: ours(DOC, LOG, LOG),
    "too much": lambda good: ours((DOCUMENT, bytes(MOST_BYTES + 1), True)),
    "too much, unpacked": lambda good: ours(DOC, (LOG[0], bytes(MOST_BYTES), False)),
    "of another writer": lambda good: written((DOCUMENT, b"x", zipfile.ZIP_STORED)),
    "with extra fields": lambda good: written((DOCUMENT, b"x", 0), extra=b"\x75\x70\x05\x00evil!"),
    "with a member's comment": lambda good: written((DOCUMENT, b"x", 0), member_comment=b"text"),
    "with LZMA": lambda good: written((DOCUMENT, b"x", zipfile.ZIP_LZMA)),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_what_no_renderer_makes_is_refused(path: Path, what: str) -> None:
    refused(path, UNSOUND[what](made(path)))


def test_not_one_bit_outside_the_members_may_be_another(path: Path) -> None:
    good = made(path, ARTEFACTS[:3])
    strict = ZipReader(good, Limits())
    of_members = {
        at
        for entry in strict.entries
        for at in range(entry.data_offset, entry.data_offset + entry.compressed_size)
    }
    for at in sorted(set(range(len(good))) - of_members):
        for bit in (0x01, 0x80):
            refused(path, good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :])


def test_sizes_that_add_up_to_nothing_that_is_there_are_refused(path: Path) -> None:
    """The same lie in both headers, for every size that a header can tell."""
    good = made(path, (DOCUMENT,))
    size = len(CONTENTS[DOCUMENT])
    for told in (0, 1, size - 1, size + 1, 2**31, 2**32 - 1):
        lie = good.replace(struct.pack("<LL", size, size), struct.pack("<LL", told, told))
        refused(path, lie)


def test_two_members_of_the_same_bytes_are_refused(path: Path) -> None:
    """A second header in the directory leads into the first member."""
    inner = ours(LOG)
    content = inner[: inner.index(b"PK\x01\x02")]
    stream = io.BytesIO()
    writer = ZipWriter(stream)
    with writer.growing(DOCUMENT, stream) as member:
        member.write(content)
    writer.finish()
    whole = stream.getvalue()
    start = whole.index(b"PK\x01\x02")
    header = bytearray(inner[inner.index(b"PK\x01\x02") : -END])
    struct.pack_into("<L", header, 42, whole.index(content))
    lie = whole[:-END] + header + whole[-END:]
    refused(path, with_end(lie, here=2, count=2, size=len(whole) - END - start + len(header)))


def test_a_wrong_checksum_costs_its_own_job_alone(path: Path) -> None:
    """It would take a look at every byte. The archive is sound all the same, and its reader tells."""
    good = made(path)
    crc = struct.pack("<L", zlib.crc32(CONTENTS[DOCUMENT]))
    path.write_bytes(good.replace(crc, b"\1\2\3\4"))
    with zipfile.ZipFile(io.BytesIO(complete(path))) as archive:
        assert archive.testzip() == DOCUMENT
        assert archive.read("api_result.json") == ADDED["api_result.json"]


def test_a_file_of_another_kind_is_refused(path: Path, tmp_path: Path) -> None:
    good = made(tmp_path / "good")
    own = "outputs.zip is not a regular file with a single name"
    places: list[tuple[Callable[[], object], str]] = [
        (lambda: None, "outputs.zip cannot be read: FileNotFoundError"),
        (lambda: path.symlink_to(tmp_path / "good"), "outputs.zip cannot be read: OSError"),
        (lambda: path.symlink_to("/nowhere"), "outputs.zip cannot be read: OSError"),
        (lambda: path.hardlink_to(tmp_path / "good"), own),
        (lambda: os.mkfifo(path), own),
        (path.mkdir, "outputs.zip cannot be read: IsADirectoryError"),
    ]
    for put, inner in places:
        put()
        with pytest.raises(RendererCrashed) as caught:
            open_archive(path, MOST_BYTES)
        assert caught.value.inner == inner
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
    assert (tmp_path / "good").read_bytes() == good


def test_a_file_of_another_user_is_refused(path: Path) -> None:
    require(os.geteuid() == 0, "only root can make a file of another user")
    made(path)
    os.chown(path, 12345, 12345)
    with pytest.raises(RendererCrashed):
        open_archive(path, MOST_BYTES)


def test_a_folder_that_is_gone_is_one_of_storage(tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage):
        open_archive(tmp_path / "gone" / "outputs.zip", MOST_BYTES)


def test_a_refusal_leaves_no_descriptor(path: Path) -> None:
    before = descriptors()
    for what in ("text", "no document", "a report twice"):
        refused(path, UNSOUND[what](b""))
    assert descriptors() == before
