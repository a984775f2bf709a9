"""Archives that look odd and are sound: they are read, and what is not changed is copied as it is stored."""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.opc.limits import MIB, Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader
from tests.hostile.damaged_zips import GOOD, members_of, sound_members, with_members
from tests.hostile.odd_zips import CONTENT, MARK, ODD_BUT_SOUND, PACKED, odd
from tests.hostile.raw_zip import Member, archive, deflated, zip64_extra


def opened(tmp_path: Path, content: bytes, limits: Limits | None = None) -> Package:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    return Package(path, limits or Limits())


def rewritten(package: Package) -> zipfile.ZipFile:
    buffer = io.BytesIO()
    package.write(buffer, {"word/document.xml": b"<new/>"})
    package.close()
    return zipfile.ZipFile(buffer)


@pytest.mark.parametrize("name", ODD_BUT_SOUND)
def test_an_unusual_but_sound_archive_is_read_and_copied(tmp_path: Path, name: str) -> None:
    package = opened(tmp_path, ODD_BUT_SOUND[name])
    open_document(package, Limits())
    assert package.read("word/odd.xml") == CONTENT
    copy = rewritten(package)
    assert copy.testzip() is None
    assert copy.read("word/odd.xml") == CONTENT
    assert copy.read("word/document.xml") == b"<new/>"


def test_a_zip64_offset_is_read(tmp_path: Path) -> None:
    first, *others = sound_members()
    moved = Member(first.name, first.content, offset=MARK, central={"extra": zip64_extra(0)})
    assert opened(tmp_path, archive([moved, *others])).main_part == "word/document.xml"


def test_zip64_values_stand_in_the_order_size_packed_offset(tmp_path: Path) -> None:
    member = Member(
        b"word/odd.xml", CONTENT, both={"size": MARK, "packed": MARK},
        local={"extra": zip64_extra(len(CONTENT), PACKED)},
    )  # fmt: skip
    offset = archive(sound_members()).index(b"PK\1\2")
    extra = zip64_extra(len(CONTENT), PACKED, offset)
    told = Member(
        member.name, CONTENT, both=member.both, local=member.local, central={"extra": extra}, offset=MARK
    )
    assert opened(tmp_path, with_members(told)).read("word/odd.xml") == CONTENT


def test_a_copied_part_keeps_its_checksum_even_if_it_is_wrong(tmp_path: Path) -> None:
    package = opened(tmp_path, odd(both={"crc": 7}))
    open_document(package, Limits())
    assert rewritten(package).getinfo("word/odd.xml").CRC == 7
    with pytest.raises(InvalidTemplate) as caught:
        opened(tmp_path, odd(both={"crc": 7})).read("word/odd.xml")
    assert caught.value.detail["reason"] == "checksum"


@pytest.mark.parametrize("stored", [deflated(CONTENT)[:-1], deflated(CONTENT) + b"hidden"])
def test_a_deflate_stream_ends_where_the_member_does(tmp_path: Path, stored: bytes) -> None:
    told = {"method": 8, "crc": zlib.crc32(CONTENT), "size": len(CONTENT)}
    package = opened(tmp_path, with_members(Member(b"word/odd.xml", stored, method=0, both=told)))
    with pytest.raises(InvalidTemplate) as caught:
        package.read("word/odd.xml")
    assert caught.value.detail["reason"] == "deflate"
    assert "word/odd.xml in it cannot be unpacked" in caught.value.message


def test_a_member_far_larger_than_declared_is_not_decompressed() -> None:
    zeros = bytes(50 * MIB)
    reader = ZipReader(with_members(Member(b"word/odd.xml", zeros, both={"size": 10})), Limits())
    entry = reader.entries[-1]
    with pytest.raises(InvalidTemplate) as caught:
        reader.read(entry)
    assert caught.value.detail["reason"] == "checksum"


@pytest.mark.parametrize("method", [0, 8])
def test_the_head_of_a_member_is_its_first_bytes(method: int) -> None:
    content = bytes(range(256)) * 300
    reader = ZipReader(with_members(Member(b"word/odd.bin", content, method=method)), Limits())
    assert reader.head(reader.entries[-1], 5) == content[:5]
    assert reader.head(reader.entries[-1], 2000) == content[:2000]


def test_the_head_of_a_broken_member_is_empty() -> None:
    broken = Member(b"word/odd.bin", b"\xff" * 50, method=0, both={"method": 8})
    reader = ZipReader(with_members(broken), Limits())
    assert reader.head(reader.entries[-1], 5) == b""


def test_a_member_is_found_by_its_exact_name_in_the_reader_and_without_case_in_the_package(
    tmp_path: Path,
) -> None:
    reader = ZipReader(GOOD, Limits())
    entry = reader.get("word/document.xml")
    assert entry is not None
    assert entry.name == "word/document.xml"
    assert reader.get("WORD/document.xml") is None
    assert opened(tmp_path, GOOD).read("WORD/Document.xml") == members_of(GOOD)["word/document.xml"]


def test_each_limit_allows_what_it_says(tmp_path: Path) -> None:
    members = members_of(GOOD)
    xml = [len(content) for name, content in members.items() if name.endswith((".xml", ".rels"))]
    limits = {
        "zip_entries": len(members),
        "unpacked_bytes": sum(map(len, members.values())),
        "xml_bytes": sum(xml),
        "xml_part_bytes": max(xml),
    }
    opened(tmp_path, GOOD, Limits(**limits)).close()
    for name, value in limits.items():
        with pytest.raises(TemplateLimitExceeded) as caught:
            opened(tmp_path, GOOD, Limits(**{**limits, name: value - 1}))
        assert caught.value.detail == {"limit": name, "max": value - 1}


@pytest.mark.parametrize(("size", "is_a_bomb"), [(12_000_000, False), (12_000_001, True)])
def test_a_compression_ratio_of_200_is_allowed(tmp_path: Path, size: int, is_a_bomb: bool) -> None:
    content = with_members(Member(b"word/x.bin", b"x" * 60_000, method=0, both={"method": 8, "size": size}))
    if not is_a_bomb:
        opened(tmp_path, content).close()
        return
    with pytest.raises(TemplateLimitExceeded) as caught:
        opened(tmp_path, content)
    assert caught.value.detail == {"limit": "unpacked_bytes", "max": 12_000_000}


@pytest.mark.parametrize(("size", "is_a_bomb"), [(10 * MIB, False), (10 * MIB + 1, True)])
def test_up_to_ten_megabytes_any_compression_ratio_is_allowed(
    tmp_path: Path, size: int, is_a_bomb: bool
) -> None:
    content = with_members(Member(b"word/x.bin", b"x", method=0, both={"method": 8, "size": size}))
    if not is_a_bomb:
        opened(tmp_path, content).close()
        return
    with pytest.raises(TemplateLimitExceeded):
        opened(tmp_path, content)


def test_sizes_that_need_zip64_are_refused_whatever_the_setting(tmp_path: Path) -> None:
    told: dict[str, Any] = {"size": MARK, "packed": MARK, "extra": zip64_extra(2**32, 1)}
    content = with_members(Member(b"word/x.bin", b"x", method=0, both={**told, "method": 8}))
    with pytest.raises(TemplateLimitExceeded) as caught:
        opened(tmp_path, content, Limits(unpacked_bytes=2**40))
    assert caught.value.detail == {"limit": "unpacked_bytes", "max": 2**32 - 2}


def test_a_package_can_be_closed_while_a_view_of_its_bytes_exists(tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    class Target(io.BytesIO):
        def write(self, data: Any) -> int:
            if isinstance(data, memoryview):
                raise Interrupted
            return super().write(data)

    # Small members are copied from the view before they are written.
    package = opened(tmp_path, with_members(Member(b"word/x.bin", bytes(MIB), method=0)))
    with pytest.raises(Interrupted) as caught:
        package.write(Target(), {})
    package.close()
    assert caught.traceback
