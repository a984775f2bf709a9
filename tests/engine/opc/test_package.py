"""Packages: what is refused and why, what is limited, and that nothing is rewritten without need."""

import io
import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import (
    DocopsError,
    InvalidMediaType,
    InvalidTemplate,
    TemplateLimitExceeded,
)
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.factories import docx, p
from tests.hostile.damaged_zips import DAMAGED, GOOD, OVER_A_LIMIT, members_of
from tests.hostile.unsound_packages import OTHER_KINDS, UNSOUND, typed


def opened(tmp_path: Path, content: bytes, limits: Limits | None = None) -> Package:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    return Package(path, limits or Limits())


def refusal(tmp_path: Path, content: bytes, limits: Limits | None = None) -> DocopsError:
    with pytest.raises(DocopsError) as caught:
        opened(tmp_path, content, limits).close()
    return caught.value


def read_whole(tmp_path: Path, content: bytes) -> None:
    source = opened(tmp_path, content)
    try:
        open_document(source, Limits())
    finally:
        source.close()


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_archive_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    make, reason = DAMAGED[name]
    with pytest.raises(InvalidTemplate) as caught:
        read_whole(tmp_path, make())
    assert caught.value.detail["reason"] == reason
    ways_out = ("save it", "copy it again", "unpack it", "save the file")
    assert any(way in caught.value.message for way in ways_out)


@pytest.mark.parametrize("name", OVER_A_LIMIT)
def test_an_archive_beyond_a_limit_is_refused_with_the_name_of_the_limit(tmp_path: Path, name: str) -> None:
    make, limit = OVER_A_LIMIT[name]
    with pytest.raises(TemplateLimitExceeded) as caught:
        read_whole(tmp_path, make())
    assert caught.value.detail["limit"] == limit


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_or_unsafe_package_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    make, reason = UNSOUND[name]
    with pytest.raises(InvalidTemplate) as caught:
        read_whole(tmp_path, make())
    assert caught.value.detail["reason"] == reason
    assert "save it" in caught.value.message
    assert len(caught.value.detail.get("part", "")) <= 64


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_sound_package_of_another_kind_is_another_media_type(tmp_path: Path, kind: str) -> None:
    assert isinstance(refusal(tmp_path, typed(OTHER_KINDS[kind])), InvalidMediaType)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7", b"PK\x05\x06" + bytes(18)])
def test_content_without_a_zip_signature_is_another_media_type(tmp_path: Path, content: bytes) -> None:
    assert isinstance(refusal(tmp_path, content), InvalidMediaType)


@pytest.mark.parametrize(
    ("limits", "limit", "maximum"),
    [
        (Limits(zip_entries=3), "zip_entries", 3),
        (Limits(unpacked_bytes=2000), "unpacked_bytes", 2000),
        (Limits(xml_bytes=1000), "xml_bytes", 1000),
        (Limits(xml_part_bytes=500), "xml_part_bytes", 500),
    ],
)
def test_exceeding_a_limit_is_refused_with_the_name_of_the_limit(
    tmp_path: Path, limits: Limits, limit: str, maximum: int
) -> None:
    error = refusal(tmp_path, GOOD, limits)
    assert isinstance(error, TemplateLimitExceeded)
    assert error.detail == {"limit": limit, "max": maximum}


def test_a_member_above_ten_megabytes_with_a_compression_ratio_above_200_is_refused(tmp_path: Path) -> None:
    content = docx(p("x"), extra={"word/media/bomb.png": bytes(11 * 1024 * 1024)})
    assert refusal(tmp_path, content).detail["limit"] == "unpacked_bytes"


@pytest.mark.parametrize("tail", [b"\n", b"\r\n", b"\0" * 64])
def test_white_space_after_the_archive_is_tolerated_as_word_does(tmp_path: Path, tail: bytes) -> None:
    opened(tmp_path, GOOD + tail).close()


def test_members_keep_their_stored_bytes_names_order_and_dates(tmp_path: Path) -> None:
    path_package = opened(tmp_path, GOOD)
    buffer = io.BytesIO()
    path_package.write(buffer, {"word/document.xml": b"<new/>"})
    path_package.close()
    before, after = zipfile.ZipFile(io.BytesIO(GOOD)), zipfile.ZipFile(buffer)
    assert after.testzip() is None
    assert before.namelist() == after.namelist()
    for old, new in zip(before.infolist(), after.infolist(), strict=True):
        assert (old.date_time, old.compress_type) == (new.date_time, new.compress_type)
        if old.filename == "word/document.xml":
            assert after.read(new) == b"<new/>"
        else:
            assert (old.CRC, old.compress_size) == (new.CRC, new.compress_size)
            assert before.read(old) == after.read(new)


def test_members_written_by_a_streaming_producer_are_copied_whole(tmp_path: Path) -> None:
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members_of(GOOD).items():
            archive.writestr(name, content)
    source = opened(tmp_path, buffer.getvalue())
    copy = io.BytesIO()
    source.write(copy, {})
    source.close()
    assert members_of(copy.getvalue()) == members_of(GOOD)
