"""The headers of a result: made of what was checked and nothing else, so that every reader sees the same."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.hostile.damaged_zips import GOOD, ODD, UTF8, with_members
from tests.hostile.odd_zips import CONTENT, ODD_BUT_SOUND, beside, odd
from tests.hostile.raw_zip import Member
from tests.hostile.zip_tools import LISTED, UNPACK, contents, require_tools, unpacked

CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")


def result(tmp_path: Path, template: bytes) -> bytes:
    """The package of ``template`` with its main part replaced, as a job and each row of a merge write it."""
    path = tmp_path / "template.docx"
    path.write_bytes(template)
    package = Package(path, Limits())
    written = set()
    for _ in range(3):
        buffer = io.BytesIO()
        package.write(buffer, {"word/document.xml": b"<new/>"})
        written.add(buffer.getvalue())
    other = io.BytesIO()
    package.write(other, {})
    package.close()
    [one] = written
    assert other.getvalue() != one
    return one


def headers(archive: bytes) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...], str]]:
    """Each member's two headers, field by field, and its name decoded according to its flags."""
    at = archive.index(b"PK\1\2")
    while archive[at : at + 4] == b"PK\1\2":
        central = CENTRAL.unpack_from(archive, at)
        name = archive[at + 46 : at + 46 + central[10]]
        yield (
            central,
            LOCAL.unpack_from(archive, central[16]),
            name.decode("utf-8" if central[3] & UTF8 else "ascii"),
        )
        at += 46 + sum(central[10:13])


@pytest.mark.parametrize("name", ODD_BUT_SOUND)
def test_local_header_and_central_directory_agree_and_hold_nothing_else(tmp_path: Path, name: str) -> None:
    written = result(tmp_path, ODD_BUT_SOUND[name])
    for central, local, member in headers(written):
        _, made, needed, flags, method, time, date, crc, packed, size, length, *rest = central
        extra, comment, disk, internal, attributes, _ = rest
        assert local == (b"PK\3\4", needed, flags, method, time, date, crc, packed, size, length, 0)
        assert (made, needed, extra, comment, disk, internal) == ((3 << 8) | 20, 20, 0, 0, 0, 0)
        assert flags == (0 if member.isascii() else UTF8)
        assert attributes == ((0o40700 << 16) | 0x10 if member.endswith("/") else 0o100600 << 16)
        assert 1 <= date >> 5 & 15 <= 12
    assert written[-2:] == b"\0\0", "an archive comment"


@pytest.mark.parametrize("name", ODD_BUT_SOUND)
def test_every_program_lists_and_unpacks_the_same(tmp_path: Path, name: str) -> None:
    require_tools()
    written = tmp_path / "out.docx"
    written.write_bytes(result(tmp_path, ODD_BUT_SOUND[name]))
    expected = contents(written.read_bytes())
    assert expected.pop("word/document.xml") == b"<new/>"
    assert expected["word/odd.xml"] == CONTENT
    expected["word/document.xml"] = b"<new/>"
    names = [entry.name for entry in ZipReader(written.read_bytes(), Limits()).entries]
    for reader, listed in LISTED.items():
        assert listed(written) == names, reader
    for number, reader in enumerate(UNPACK):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert unpacked(reader, written, folder) == expected, reader


def test_a_name_from_an_extra_field_is_written_in_utf8(tmp_path: Path) -> None:
    written = result(tmp_path, ODD_BUT_SOUND["a Chinese name told by an extra field"])
    (told,) = (name for _, _, name in headers(written) if not name.isascii())
    assert told == "图片.png"


def test_a_valid_date_is_kept_and_an_invalid_one_becomes_1980_01_01(tmp_path: Path) -> None:
    kept = {"time": 23 << 11 | 59 << 5 | 29, "date": 46 << 9 | 2 << 5 | 29}
    for told, expected in [
        (kept, kept),
        ({**kept, "time": kept["time"] + 1}, {"time": 0, "date": 0x21}),
        ({**kept, "time": 24 << 11}, {"time": 0, "date": 0x21}),
        ({**kept, "time": 60 << 5}, {"time": 0, "date": 0x21}),
        ({**kept, "date": 46 << 9 | 2 << 5 | 30}, {"time": 0, "date": 0x21}),
        ({**kept, "date": 46 << 9 | 2 << 5}, {"time": 0, "date": 0x21}),
        ({**kept, "date": 46 << 9 | 13 << 5 | 1}, {"time": 0, "date": 0x21}),
        ({**kept, "date": 46 << 9 | 1}, {"time": 0, "date": 0x21}),
    ]:
        *_, (central, _, name) = headers(result(tmp_path, odd(both=told)))
        assert name.encode() == ODD
        assert dict(zip(("time", "date"), central[5:7], strict=True)) == expected, told


@pytest.mark.parametrize("stored", [b"", b"\3\0"])
def test_an_empty_folder_is_kept_as_it_is_stored(tmp_path: Path, stored: bytes) -> None:
    told = {"method": 8 if stored else 0, "size": 0, "crc": 0}
    written = result(tmp_path, beside(Member(b"word/f/", stored, method=0, both=told)))
    reader = ZipReader(written, Limits())
    assert bytes(reader.stored_bytes(reader.entries[-1])) == stored


def test_agrees_is_true_for_plain_headers_and_false_for_each_deviation() -> None:
    """What ``agrees`` means for a member, which the proof goes by."""
    assert all(entry.agrees for entry in ZipReader(GOOD, Limits()).entries)
    for more in (
        {"local": {"flags": 2}},
        {"local": {"needed": 10}},
        {"local": {"time": 1}},
        {"local": {"date": 0x22}},
        {"flags": 8, "after": bytes(16)},
        {"central": {"comment": b"x"}},
        {"both": {"extra": struct.pack("<2HQ", 1, 8, 0)}},
    ):
        reader = ZipReader(with_members(Member(ODD, CONTENT, **more)), Limits())
        assert [entry.name for entry in reader.entries if not entry.agrees] == ["word/odd.xml"], more
