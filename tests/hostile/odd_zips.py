"""Unusual but sound archives: each holds ``word/odd.xml`` with ``CONTENT`` and unusual headers.

What is odd about them never reaches a result (docs/analysis/zip-details.md).
"""

import struct

from tests.hostile.damaged_zips import ODD, UTF8, with_members
from tests.hostile.raw_zip import Member, deflated, extra_field, unicode_path, zip64_extra

MARK = 0xFFFFFFFF
TIMES = extra_field(0x5455, struct.pack("<BL", 1, 0))
CONTENT = b"<x>" + b"content " * 50 + b"</x>"
PACKED = len(deflated(CONTENT))


def odd(**more: object) -> bytes:
    """The sound package with one more part that has unusual headers."""
    return with_members(Member(ODD, CONTENT, **more))  # type: ignore[arg-type]


def beside(*more: Member) -> bytes:
    """The sound package with a plain part and ``more``."""
    return with_members(Member(ODD, CONTENT), *more)


def streamed(descriptor: bytes, **more: object) -> bytes:
    """The same as a producer writes it that streams: sizes follow the data in ``descriptor``."""
    sizes = {"crc": 0, "packed": 0, "size": 0}
    return odd(**{"flags": 8, "local": sizes, "after": descriptor, **more})


STREAMED = {
    "sizes that follow the data, wrong ones": streamed(struct.pack("<4s3L", b"PK\7\x08", 1, 2, 3)),
    "sizes that follow without a signature": streamed(bytes(12)),
    "sizes of 64 bits that follow": streamed(bytes(24)),
    "sizes of 64 bits that follow without a signature": streamed(bytes(20)),
    "sizes that should follow and do not": streamed(b""),
    "sizes that follow and are told before": odd(flags=8, after=bytes(16)),
    "sizes that follow by the local header alone": streamed(
        bytes(16), flags=0, local={"flags": 8, "crc": 0, "packed": 0, "size": 0}
    ),
    "sizes that follow by the directory alone": odd(central={"flags": 8}, after=bytes(16)),
    "sizes that follow a stored part": streamed(bytes(16), method=0),
}
ZIP64 = {
    "ZIP64 sizes": odd(
        both={"size": MARK, "packed": MARK, "extra": TIMES + zip64_extra(len(CONTENT), PACKED) + TIMES}
    ),
    "a ZIP64 packed size alone": odd(both={"packed": MARK, "extra": zip64_extra(PACKED)}),
    "ZIP64 sizes in the local header alone": odd(
        local={"size": MARK, "packed": MARK, "extra": zip64_extra(len(CONTENT), PACKED)}
    ),
    "a ZIP64 size that follows the data": odd(
        flags=8, local={"crc": 0, "packed": MARK, "size": MARK, "extra": zip64_extra(0, 0)}, after=bytes(24)
    ),
    "a ZIP64 field that says nothing": odd(both={"extra": zip64_extra(7, 7, 7)}),
    "a ZIP64 field twice that says nothing": odd(both={"extra": zip64_extra(7) + zip64_extra(8, 9)}),
}
EXTRAS = {
    "a padding of three bytes behind an extra field": odd(both={"extra": TIMES + b"\0\0\0"}),
    "an extra field of four bytes": odd(both={"extra": TIMES + extra_field(0xCAFE, b"")}),
    "Word's growth hint": odd(local={"extra": extra_field(0xA220, b"\x28\xa0\0\0" + bytes(500))}),
    "an extra field twice": odd(both={"extra": TIMES + extra_field(0x5455, b"\1\2\3\4\5")}),
    "an extra field in the directory alone": odd(central={"extra": extra_field(0x000A, bytes(32))}),
    "extra fields that differ": odd(
        central={"extra": TIMES}, local={"extra": extra_field(0x7875, b"\1\4" + bytes(9))}
    ),
    "its own name a second time": odd(both={"extra": unicode_path(ODD, ODD)}),
    "a Unicode comment": odd(both={"extra": extra_field(0x6375, b"\1" + bytes(4) + b"../../evil")}),
    "an AES field without AES": odd(both={"extra": extra_field(0x9901, b"\2\0AE\3\x08\0")}),
}
FLAGS = {
    "UTF-8 for an ASCII name in both lists": odd(flags=UTF8),
    "UTF-8 for an ASCII name in the local header alone": odd(local={"flags": UTF8}),
    "UTF-8 for an ASCII name in the directory alone": odd(central={"flags": UTF8}),
    "hints at the compression level": odd(flags=6),
    "hints in one list alone": odd(local={"flags": 4}),
    "flags that mean nothing": odd(flags=0xD790),
}
NAMES = {
    "a Chinese name": beside(Member("word/media/图片1.png".encode(), flags=UTF8)),
    "a Chinese name that says UTF-8 in the local header alone": beside(
        Member("word/media/图片1.png".encode(), local={"flags": UTF8})
    ),
    "a Chinese name that says UTF-8 in the directory alone": beside(
        Member("word/media/图片1.png".encode(), central={"flags": UTF8})
    ),
    "a Chinese name told by an extra field": beside(
        Member(
            "图片.png".encode("gbk"),
            both={"extra": unicode_path("图片.png".encode(), "图片.png".encode("gbk"))},
        )
    ),
    "a Chinese name told twice": beside(
        Member(
            "图片.png".encode(),
            flags=UTF8,
            both={"extra": unicode_path("图片.png".encode(), "图片.png".encode())},
        )
    ),
    "percent signs in names": beside(
        Member(b"word/media/100%.png"), Member(b"word/media/a%20b.png"), Member(b"word/media/%E5%9B%BE.png")
    ),
    "spaces and dots within names": beside(Member(b"word/media/ a .b  c.png"), Member(b"word/media/.x..png")),
    "names that are nearly a device's": beside(
        Member(b"word/console.png"), Member(b"word/COM10"), Member(b"word/x.con"), Member(b"word/nul_1.png")
    ),
    "a name of 255 bytes": beside(Member(b"word/" + b"n" * 255)),
    "a path of 512 bytes": beside(Member(b"word/" + b"/".join([b"n" * 126] * 4))),
    "folders": beside(
        Member(b"word/media/folder/", b"", method=0),
        Member(b"word/", b"", central={"made": 20, "attributes": 0x10}),
        Member(b"empty/", b"", method=0, central={"made": 0x31E, "attributes": 0o40755 << 16}),
    ),
    "folders by another case": beside(Member(b"WORD/a/x.png"), Member(b"word/A/y.png")),
}
HEADERS = {
    "the newest version": odd(both={"needed": 63}),
    "a version of the future in the local header": odd(local={"needed": 255}),
    "another date in the local header": odd(local={"time": 0x6000, "date": 0x5555}),
    "a month 15 and an hour 31": odd(both={"time": 0xFFFF, "date": 0xFFFF}),
    "a date that is no date": odd(both={"date": 0}),
    "a comment of its own": odd(central={"comment": b"PK\1\2 comment"}),
    "text attributes": odd(central={"internal": 1}),
    "a device file's attributes": odd(central={"made": 0x31E, "attributes": 0o060666 << 16}),
    "the attributes of a folder": odd(central={"made": 20, "attributes": 0x10}),
    "attributes that let nobody read it": odd(central={"made": 0x31E, "attributes": 0o100000 << 16}),
    "made on VMS": odd(central={"made": 0x214}),
    "a stored part": odd(method=0),
    "an empty part": beside(Member(b"word/empty.xml", b"")),
    "a comment": with_members(Member(ODD, CONTENT), comment=b"PK\5\6 comment"),
    "white space at its end": odd() + b"\r\n",
}
ODD_BUT_SOUND = {**STREAMED, **ZIP64, **EXTRAS, **FLAGS, **NAMES, **HEADERS}
