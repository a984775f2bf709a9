"""The streams of OLE compound files ([MS-CFB])."""

import struct

import pytest

from docops_flask.engine.opc.compound_file import CompoundFile, DamagedFile
from tests.engine.compound_files import compound_file

STREAMS = {
    "small": b"a",
    "none": b"",
    "many sectors of the mini stream": bytes(range(256)) * 15,
    "large": bytes(range(251)) * 40,
    "\x01Ole10Native": b"x" * 4096,
    "not whole": b"y" * 5000,
}


def read(content: bytes) -> dict[str, bytes]:
    file = CompoundFile(content)
    return {stream.name: file.read(stream) for stream in file.streams}


@pytest.mark.parametrize("reverse", [False, True])
def test_each_stream_is_read_wherever_its_sectors_lie(reverse: bool) -> None:
    # Characters that cannot be printed are left out of names.
    expected = {name.lstrip("\x01"): content for name, content in STREAMS.items()}
    assert read(compound_file(STREAMS, reverse=reverse)) == expected


def test_a_file_of_more_than_one_table_sector_is_read() -> None:
    large = bytes(range(256)) * 2000
    assert read(compound_file({"a": large, "b": b"b"}, reverse=True)) == {"a": large, "b": b"b"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04" + bytes(600),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        compound_file(STREAMS)[:1000],
    ],
)
def test_what_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedFile):
        CompoundFile(content)


def test_a_chain_that_comes_back_to_itself_ends() -> None:
    content = bytearray(compound_file({"a": b"x" * 5000}))
    table = content.rindex(struct.pack("<2L", 1, 2))
    # Its third sector leads back to the first.
    content[table + 8 : table + 12] = struct.pack("<L", 0)
    file = CompoundFile(bytes(content))
    assert file.read(file.streams[0]) == b"x" * 5000
    directory = struct.unpack_from("<L", content, 48)[0]
    content[table + 4 * directory : table + 4 * directory + 4] = struct.pack("<L", directory)
    with pytest.raises(DamagedFile):
        CompoundFile(bytes(content))


def test_a_stream_whose_chain_is_too_short_or_leads_outside_is_damaged() -> None:
    content = bytearray(compound_file({"a": b"x" * 5000}))
    table = content.rindex(struct.pack("<2L", 1, 2))
    for following in (0xFFFFFFFE, 0xFFFFFF):
        content[table : table + 4] = struct.pack("<L", following)
        file = CompoundFile(bytes(content))
        with pytest.raises(DamagedFile):
            file.read(file.streams[0])
