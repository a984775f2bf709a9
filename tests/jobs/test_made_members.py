"""Members of a renderer's ZIP are taken out of it within bounds, and only if they are sound."""

import struct
from pathlib import Path

import pytest

from docops_flask.engine.artefacts import ARTEFACTS, DOCUMENT
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.made_members import MembersTooLarge, read_members
from tests.jobs.test_made_archive import ADDED, CONTENTS, complete, made

MOST = 1 << 20


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    made(tmp_path / "outputs.zip")
    return complete(tmp_path / "outputs.zip")


def test_the_members_that_are_wanted_and_there_are_returned(archive: bytes) -> None:
    assert read_members(archive, (*ARTEFACTS, *ADDED, "none"), MOST) == {**CONTENTS, **ADDED}
    assert list(read_members(archive, ("api_result.json", DOCUMENT), MOST)) == [DOCUMENT, "api_result.json"]


def test_no_more_is_unpacked_than_is_asked_for(archive: bytes) -> None:
    size = len(CONTENTS[DOCUMENT]) + len(ADDED["trace.json"])
    assert len(read_members(archive, (DOCUMENT, "trace.json"), size)) == 2
    with pytest.raises(MembersTooLarge) as caught:
        read_members(archive, (DOCUMENT, "trace.json"), size - 1)
    assert caught.value.size == size


@pytest.mark.parametrize("name", [DOCUMENT, "out.integrity.json"])
def test_a_member_with_another_size_or_crc_or_content_is_refused(archive: bytes, name: str) -> None:
    header = archive.index(b"PK\x03\x04" if name == DOCUMENT else name.encode())
    header -= 0 if name == DOCUMENT else 30
    for offset, form in ((14, "<L"), (22, "<L")):
        changed = bytearray(archive)
        (value,) = struct.unpack_from(form, changed, header + offset)
        struct.pack_into(form, changed, header + offset, value - 1)
        with pytest.raises(RendererCrashed):
            read_members(bytes(changed), (name,), MOST)
    changed = bytearray(archive)
    changed[header + 30 + len(name)] ^= 0xFF
    with pytest.raises(RendererCrashed):
        read_members(bytes(changed), (name,), MOST)
