"""Fixed values in a PDF: nothing of clock and chance is left, and the table of offsets still fits."""

import re
import zlib

import pytest

from docops_flask.engine.pdf.reproducible import with_fixed_profile, with_fixed_values

PROFILE = bytes(range(24)) + bytes.fromhex("07ea000b001d0011000a0039") + bytes(range(200)) * 3


@pytest.mark.parametrize(
    ("found", "fixed"),
    [
        (b"/CreationDate(D:20261129165946Z')", b"/CreationDate(D:20000101000000Z')"),
        (b"/ModDate(D:20261129165946+08'00')", b"/ModDate(D:20000101000000+00'00')"),
        (b"/ID [ <5A9B>\n<5A9B> ]", b"/ID [ <0000>\n<0000> ]"),
        (b"/DocChecksum /" + b"AB" * 16 + b"\n", b"/DocChecksum /" + b"0" * 32 + b"\n"),
        (
            b"<xmp:CreateDate>2026-11-29T16:59:46+08:00</xmp:CreateDate>",
            b"<xmp:CreateDate>2000-01-01T00:00:00+00:00</xmp:CreateDate>",
        ),
    ],
)
def test_what_differs_by_chance_is_fixed_and_keeps_its_length(found: bytes, fixed: bytes) -> None:
    assert with_fixed_values(b"before " + found + b" after") == b"before " + fixed + b" after"


def pdf_with(profile: bytes) -> bytes:
    """A PDF of the parts that count: a profile, the object of its length, an object behind, the table."""
    packed = zlib.compress(profile, 1)
    objects = [
        b"<</N 3/Length 2 0 R/Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream",
        str(len(packed)).encode(),
        b"<</Type/Catalog>>",
    ]
    content, offsets = b"%PDF-1.6\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return content + b"xref\n0 4\n" + table + b"trailer\n<</Size 4>>\nstartxref\n%d\n%%%%EOF\n" % len(content)


def test_the_time_in_a_colour_profile_is_fixed_and_the_offsets_moved() -> None:
    other = PROFILE[:24] + bytes(12) + PROFILE[36:]
    fixed = with_fixed_profile(pdf_with(PROFILE))
    assert fixed == with_fixed_profile(pdf_with(other))
    at = int(re.findall(rb"startxref\n([0-9]+)", fixed)[0])
    assert fixed[at:].startswith(b"xref\n0 4\n")
    offsets = [int(entry) for entry in re.findall(rb"([0-9]{10}) 00000 n", fixed[at:])]
    assert [fixed[offset : offset + 7] for offset in offsets] == [b"1 0 obj", b"2 0 obj", b"3 0 obj"]
    (length,) = re.findall(rb"2 0 obj\n([0-9]+)\n", fixed)
    begins = fixed.index(b"stream\n") + 7
    profile = zlib.decompress(fixed[begins : begins + int(length)])
    assert fixed[begins + int(length) :].startswith(b"\nendstream")
    assert profile[24:36] == bytes.fromhex("07d0 0001 0001 0000 0000 0000")
    assert profile[:24] + profile[36:84] + profile[100:] == PROFILE[:24] + PROFILE[36:84] + PROFILE[100:]


@pytest.mark.parametrize(
    "content", [b"", b"no PDF", pdf_with(PROFILE).replace(b"xref\n0", b"xxxx\n0"), pdf_with(PROFILE)[:80]]
)
def test_a_pdf_of_another_form_stays_as_it_is(content: bytes) -> None:
    assert with_fixed_profile(content) == content
