"""Archives that are no sound ZIP, each with the reason it is refused for; and those beyond a limit."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from functools import partial

from tests.factories import docx, p
from tests.hostile.raw_zip import Member, archive, extra_field, unicode_path, zip64_extra

GOOD = docx(p("text"), extra={"word/media/a.png": bytes(range(256)) * 40})
MIB = 1024 * 1024
_MARK = 0xFFFFFFFF


def members_of(content: bytes) -> dict[str, bytes]:
    """The members of a sound archive by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def sound_members() -> list[Member]:
    """The members of a sound package."""
    return [Member(name.encode(), content) for name, content in members_of(GOOD).items()]


def with_members(*more: Member, **ends: object) -> bytes:
    """The sound package with ``more`` members at its end, and what ``archive`` takes."""
    return archive([*sound_members(), *more], **ends)  # type: ignore[arg-type]


def first_changed(**changes: object) -> bytes:
    """The sound package with changed headers of its first member, the content types."""
    first, *others = sound_members()
    return archive([Member(first.name, first.content, **changes), *others])  # type: ignore[arg-type]


def named(name: bytes, **more: object) -> bytes:
    """The sound package with one more member called ``name``."""
    return with_members(Member(name, **more))  # type: ignore[arg-type]


def overlapping() -> bytes:
    """Two members that share the same stored bytes, as bombs made of overlaps do."""
    name = b"word/media/a.png"
    members = sound_members()
    at = archive(members).index(b"PK\x03\x04", 10)
    first = members[0]
    return archive(
        [*members, Member(name + b"2", offset=at), Member(first.name + b"2", first.content, offset=0)]
    )


def quoted_overlap() -> bytes:
    """A member whose stored bytes hold the whole of the next one, its header included."""
    inner = Member(b"word/inner.bin", b"y" * 100, method=0)
    whole = archive([inner])
    quoted = whole[: whole.index(b"PK\x01\x02")]
    sound = sound_members()
    start = archive(sound).index(b"PK\x01\x02")
    outer = Member(b"word/outer.bin", quoted, method=0)
    at = start + 30 + len(outer.name)
    return archive([*sound, outer, Member(inner.name, inner.content, method=0, offset=at)])


def corrupt_deflate() -> bytes:
    """A read part whose compressed bytes are random."""
    content = bytearray(GOOD)
    at = content.index(b"word/document.xml") + len(b"word/document.xml")
    content[at + 8 : at + 60] = b"\xff" * 52
    return bytes(content)


def with_digit_of_crc_changed() -> bytes:
    """A read part with a wrong CRC in both headers."""
    members = sound_members()
    main = next(member for member in members if member.name == b"word/document.xml")
    members[members.index(main)] = Member(main.name, main.content, both={"crc": 1})
    return archive(members)


def declared_size_too_small() -> bytes:
    """A read part that decompresses to more than its declared size."""
    members = sound_members()
    main = next(member for member in members if member.name == b"word/document.xml")
    members[members.index(main)] = Member(main.name, main.content, both={"size": 10})
    return archive(members)


def zip64_end() -> bytes:
    """An archive whose end is described by ZIP64 records only."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 5, 5, 10, 10)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    return with_members(before_end=record + locator)


def listed_twice() -> bytes:
    """An archive whose comment is another central directory with its own end record."""
    plain = with_members()
    start = plain.index(b"PK\1\2")
    directory = plain[start:-22]
    count = len(sound_members())
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(plain), 0)
    return with_members(comment=directory + end)


UTF8 = 0x0800
ODD = b"word/odd.xml"


def with_extra(extra: bytes, where: str = "both") -> bytes:
    """The sound package with one more member whose headers, or one of them, hold ``extra``."""
    return named(ODD, **{where: {"extra": extra}})


def two(*names: str) -> bytes:
    """The sound package with one more member for each of ``names``."""
    return with_members(*(Member(name.encode(), flags=UTF8) for name in names))


UNSAFE_NAMES = {
    "a dot at the end": "word/x.xml.",
    "a space at the end": "word/x.xml ",
    "a folder with a dot at its end": "word./x.xml",
    "a folder with a space at its end": "word /x.xml",
    "three dots": "word/.../x.xml",
    "a device": "word/CON",
    "a device in lower case": "word/nul.xml",
    "a device with two extensions": "word/aux.tar.xml",
    "a device with a space": "word/prn .xml",
    "a device as folder": "COM1/x.xml",
    "a device with a superscript digit": "word/LPT².xml",
    "the console's input": "word/CONIN$",
    "the console's output": "word/conout$.txt",
    "a hidden stream": "word/document.xml:x",
    "a question mark": "word/x?.xml",
    "an asterisk": "word/*.xml",
    "a pipe": "word/a|b.xml",
    "quotes": 'word/"x".xml',
    "angle brackets": "word/<x>.xml",
    "a control beyond ASCII": "word/x\x85.xml",
    "a mark that turns the direction": "word/\u202elmx.exe",
    "a line separator": "word/x\u2028.xml",
    "a byte order mark": "word/\ufeffx.xml",
    "a decomposed letter": "word/e\u0301.xml",
    "percent-encoded dots": "word/%2e%2E/x.xml",
    "a percent-encoded slash": "word/..%2fx.xml",
    "a percent-encoded backslash": "word/x%5Cy.xml",
    "a percent-encoded NUL": "word/x%00.xml",
    "a segment of 256 bytes": "word/" + "n" * 256,
    "a segment of 256 bytes in 128 characters": "word/" + "é" * 128,
    "a path of 513 bytes": "word/" + "/".join(["n" * 126] * 4) + "n",
}
SAME_NAMES = {
    "by case beyond ASCII": ("word/\u00c9.xml", "word/\u00e9.xml"),
    "by percent-encoding and normalisation": ("word/\u00e9.xml", "word/e%CC%81.xml"),
    "by case and normalisation": ("word/\u00c9.xml", "word/e%CC%81.xml"),
    "by percent-encoding": ("word/odd.xml", "word/%6Fdd.xml"),
    "by percent-encoding beyond ASCII": ("word/\u56fe.xml", "word/%E5%9B%BE.xml"),
    "by percent-encoding of the content types": ("%5BContent_Types%5D.xml",),
    "as file and folder": ("word/a", "word/a/b.xml"),
    "as folder and file": ("word/a/b.xml", "word/a"),
    "as folder and file by case": ("word/A/b/c.xml", "word/a"),
}
SECOND_NAMES = {
    "outside the folder": unicode_path(b"../../evil", ODD),
    "of another part": unicode_path(b"word/document.xml", ODD),
    "that is not for this name": unicode_path(b"word/x.xml", ODD, crc=7),
    "of an unknown version": extra_field(0x7075, b"\x02" + bytes(4) + b"word/x.xml"),
    "that is empty": unicode_path(b"", ODD),
    "after a true one": unicode_path(ODD, ODD) + unicode_path(b"evil", ODD),
}
CUT_EXTRAS = {
    "by a byte": extra_field(0x5455, b"\1" * 4, length=5),
    "to its head": extra_field(0x5455, b"", length=9),
    "by as much as there is": extra_field(0xCAFE, b"", length=0xFFFF),
    "to no CRC": extra_field(0x7075, b"\1\0\0"),
}
FORBIDDEN_FLAGS = {
    "strong encryption": (0x40, "encrypted"),
    "masked headers": (0x2000, "encrypted"),
    "a patch": (0x20, "compression"),
}
HEADERS_AND_NAMES: dict[str, tuple[Callable[[], bytes], str]] = {
    **{f"{name} in a name": (partial(two, given), "entry_name") for name, given in UNSAFE_NAMES.items()},
    **{f"names equal {name}": (partial(two, *both), "duplicate_name") for name, both in SAME_NAMES.items()},
    **{
        f"a second name {name} in {where}": (partial(with_extra, extra, where), "entry_name")
        for name, extra in SECOND_NAMES.items()
        for where in ("central", "local")
    },
    **{
        f"an extra field cut {name} in {where}": (partial(with_extra, extra, where), "zip_structure")
        for name, extra in CUT_EXTRAS.items()
        for where in ("central", "local")
    },
    **{
        f"{name} told in both lists": (partial(named, ODD, flags=flag), reason)
        for name, (flag, reason) in FORBIDDEN_FLAGS.items()
    },
    **{
        f"{name} told in {where} alone": (
            partial(named, ODD, **{where: {"flags": flag}}),
            reason if reason == "compression" else "zip_structure",
        )
        for name, (flag, reason) in FORBIDDEN_FLAGS.items()
        for where in ("central", "local")
    },
    "a name in GBK": (lambda: named("word/图片.xml".encode("gbk")), "entry_name"),
    "a name in UTF-8 that does not say so": (lambda: named("word/图片.xml".encode()), "entry_name"),
    "a file for an empty folder": (
        lambda: with_members(Member(b"word/a"), Member(b"word/a/", b"", method=0)),
        "duplicate_name",
    ),
    "a name in no known encoding that says UTF-8 in one list": (
        lambda: named(b"word/\xff", local={"flags": UTF8}),
        "entry_name",
    ),
    "a second name not made for a name in no known encoding": (
        lambda: named(b"word/\xff", both={"extra": unicode_path(b"word/x", b"word/y")}),
        "entry_name",
    ),
    "a second name that is not UTF-8": (
        lambda: named(b"word/\xff", both={"extra": unicode_path(b"word/\xff", b"word/\xff")}),
        "entry_name",
    ),
    "a true name outside the folder": (
        lambda: named(b"word/\xff", both={"extra": unicode_path(b"../x", b"word/\xff")}),
        "entry_name",
    ),
    "ZIP64 sizes told twice": (
        lambda: first_changed(both={"size": _MARK, "extra": zip64_extra(5) + zip64_extra(6)}),
        "zip_structure",
    ),
    "a member on another disk": (lambda: first_changed(central={"disk": 1}), "zip_structure"),
    "a folder that holds data": (lambda: named(b"word/media/", content=b"hidden"), "zip_structure"),
    "a folder that says it is empty and is not": (
        lambda: named(b"word/media/", content=b"hidden", both={"size": 0, "crc": 0}),
        "zip_structure",
    ),
    "a symbolic link from a system without any": (
        lambda: named(b"word/link", central={"made": 20, "attributes": 0o120777 << 16}),
        "symlink",
    ),
}
DAMAGED: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated": (lambda: GOOD[:-200], "truncated"),
    "only its first bytes": (lambda: GOOD[:40], "truncated"),
    "only its magic": (lambda: b"PK\x03\x04", "truncated"),
    "all but its last byte": (lambda: GOOD[:-1], "truncated"),
    "cut off behind its end record": (lambda: with_members(comment=b"comment")[:-1], "truncated"),
    "bytes behind its end": (lambda: GOOD + b"more", "truncated"),
    "corrupt deflate stream": (corrupt_deflate, "deflate"),
    "wrong CRC of a read part": (with_digit_of_crc_changed, "checksum"),
    "a read part larger than it says": (declared_size_too_small, "checksum"),
    "a read part smaller than it says": (lambda: first_changed(both={"size": 10**6}), "checksum"),
    "a stored member of two sizes": (lambda: first_changed(method=0, both={"size": 9}), "zip_structure"),
    "sizes that differ in the two lists": (lambda: first_changed(local={"size": 7}), "zip_structure"),
    "sizes that are told neither before nor after": (
        lambda: first_changed(local={"crc": 0, "packed": 0, "size": 0}),
        "zip_structure",
    ),
    "sizes that differ where some follow": (
        lambda: first_changed(flags=8, local={"size": 7}),
        "zip_structure",
    ),
    "packed sizes that differ": (lambda: first_changed(local={"packed": 7}), "zip_structure"),
    "CRCs that differ": (lambda: first_changed(local={"crc": 7}), "zip_structure"),
    "methods that differ": (lambda: first_changed(local={"method": 0}), "zip_structure"),
    "names that differ": (lambda: first_changed(local={"name": b"[Content_Types].xmL"}), "zip_structure"),
    "size beyond the file": (lambda: first_changed(both={"packed": 0x7FFFFFFF}), "truncated"),
    "encrypted": (lambda: first_changed(flags=1), "encrypted"),
    "strongly encrypted": (lambda: first_changed(flags=0x41), "encrypted"),
    "encrypted in one list only": (lambda: first_changed(local={"flags": 1}), "zip_structure"),
    "compression LZMA": (lambda: first_changed(both={"method": 14}), "compression"),
    "compression 99 (AES)": (lambda: first_changed(both={"method": 99}), "compression"),
    "a ZIP version of the future": (lambda: first_changed(both={"needed": 64}), "zip_structure"),
    "a header elsewhere": (lambda: first_changed(offset=5), "zip_structure"),
    "a header beyond the end": (lambda: first_changed(offset=0x7FFFFFF0), "zip_structure"),
    "members that overlap": (overlapping, "zip_structure"),
    "two members at one place": (
        lambda: archive([*sound_members(), Member(sound_members()[0].name, offset=0)]),
        "zip_structure",
    ),
    "a member inside another": (quoted_overlap, "overlap"),
    "data before the first member": (
        lambda: archive([Member(b"hidden", hidden=True), *sound_members()]),
        "zip_structure",
    ),
    "data between members": (lambda: named(b"word/x.bin", before=b"\0" * 5), "zip_structure"),
    "a member in no list": (lambda: with_members(Member(b"evil", hidden=True)), "zip_structure"),
    "data before the list of contents": (lambda: named(b"word/x.bin", after=b"#" * 12), "zip_structure"),
    "a descriptor of no known size": (
        lambda: named(b"word/x.bin", flags=8, after=b"#" * 13),
        "zip_structure",
    ),
    "data before the end record": (lambda: with_members(before_end=b"????"), "zip_structure"),
    "fewer members than listed": (lambda: with_members(count=3), "zip_structure"),
    "more members than listed": (lambda: with_members(count=50), "zip_structure"),
    "no members told": (lambda: with_members(count=0), "zip_structure"),
    "a directory elsewhere": (lambda: with_members(start_off=-4), "zip_structure"),
    "a directory before the file": (lambda: with_members(size_off=-20, start_off=20), "zip_structure"),
    "a second list of contents in the comment": (listed_twice, "zip_structure"),
    "a split archive": (lambda: with_members(disk=1), "zip_structure"),
    "ZIP64 end records": (zip64_end, "zip_structure"),
    "ZIP64 sizes that are missing": (lambda: first_changed(both={"size": _MARK}), "zip_structure"),
    "ZIP64 sizes cut short": (
        lambda: first_changed(both={"size": _MARK, "packed": _MARK, "extra": zip64_extra(5)}),
        "zip_structure",
    ),
    "a ZIP64 offset beyond the end": (
        lambda: first_changed(offset=_MARK, central={"extra": zip64_extra(2**63)}),
        "zip_structure",
    ),
    "a ZIP64 packed size beyond the end": (
        lambda: first_changed(both={"packed": _MARK, "extra": zip64_extra(2**63)}),
        "truncated",
    ),
    "duplicate name": (lambda: named(b"word/document.xml"), "duplicate_name"),
    "duplicate name by case": (lambda: named(b"WORD/Document.XML"), "duplicate_name"),
    "duplicate name by case beyond ASCII": (
        lambda: with_members(*(Member(name.encode(), flags=UTF8) for name in ("word/É", "word/é"))),
        "duplicate_name",
    ),
    "absolute name": (lambda: named(b"/etc/passwd"), "entry_name"),
    "parent folder": (lambda: named(b"word/../../x"), "entry_name"),
    "parent folder alone": (lambda: named(b".."), "entry_name"),
    "this folder": (lambda: named(b"word/./x"), "entry_name"),
    "an empty segment": (lambda: named(b"word//x"), "entry_name"),
    "backslash": (lambda: named(b"word\\..\\x.xml"), "entry_name"),
    "NUL": (lambda: named(b"word/x.xml\0.png"), "entry_name"),
    "a newline": (lambda: named(b"word/x\n.xml"), "entry_name"),
    "drive letter": (lambda: named(b"C:/x"), "entry_name"),
    "no name": (lambda: named(b""), "entry_name"),
    "a name that is not UTF-8": (lambda: named(b"word/\xff\xfe", flags=UTF8), "entry_name"),
    "symbolic link": (
        lambda: named(b"word/link", central={"made": 3 << 8, "attributes": 0o120777 << 16}),
        "symlink",
    ),
    **HEADERS_AND_NAMES,
}  # fmt: skip


def _many(count: int) -> bytes:
    members: Sequence[Member] = [Member(f"word/media/{number}.png".encode()) for number in range(count)]
    return archive([*sound_members(), *members])


def bomb(size: int) -> Member:
    """A member of ``size`` zeros, deflated as far as deflate goes (1:1030)."""
    return Member(b"word/media/bomb.png", bytes(size))


OVER_A_LIMIT: dict[str, tuple[Callable[[], bytes], str]] = {
    "1,001 files": (lambda: _many(996), "zip_entries"),
    "65,535 files told by the end record alone": (lambda: with_members(count=0xFFFF), "zip_entries"),
    "a bomb of 11 MB": (lambda: with_members(bomb(11 * MIB)), "unpacked_bytes"),
    "a ZIP64 size of 2^62": (
        lambda: named(b"word/x.bin", both={"size": _MARK, "extra": zip64_extra(2**62)}),
        "unpacked_bytes",
    ),
    "201 MB in all": (
        lambda: with_members(
            *(Member(b"word/media/%d.png" % number, both={"size": 21 * MIB}) for number in range(10))
        ),
        "unpacked_bytes",
    ),
    "an XML part of 26 MB": (lambda: named(b"word/x.xml", both={"size": 26 * MIB}), "xml_part_bytes"),
    "60 MB of XML": (
        lambda: with_members(*(Member(b"word/%d.xml" % n, both={"size": 20 * MIB}) for n in range(3))),
        "xml_bytes",
    ),
}  # fmt: skip
