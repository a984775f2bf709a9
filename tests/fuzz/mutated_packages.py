"""Word packages that a fuzzer has been at: sound ones with bytes, members, tags or values changed."""

import re
from collections.abc import Callable

from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.factories import docx, p, package, r, tbl, tc, textbox, tr
from tests.hostile.damaged_zips import members_of

_PIECES = re.compile(rb"(<[^>]*>)")
_VALUE = re.compile(rb'="[^"]*"')
_RICH = docx(
    p("Title 【MEETING_TITLE】", properties='<w:pStyle w:val="a"/><w:ind w:firstLineChars="200"/>')
    + p(r("【MEET", '<w:b/><w:sz w:val="24"/>'), r("ING_TITLE】 and 【meeting date】"), r(" 【ORGANIZER"))
    + tbl(
        tr(tc("【MEETING_DATE】", properties='<w:gridSpan w:val="2"/>'), tc(tbl(tr(tc("【1】"))))),
        tr(tc(p(textbox(p("【ORGANIZER】"))), properties='<w:vMerge w:val="restart"/>'), tc("x")),
    )
    + "<w:p><w:sdt><w:sdtPr/><w:sdtContent>"
    + r("【MEETING_TIME】")
    + '</w:sdtContent></w:sdt><w:ins w:id="1">'
    + r("x")
    + '</w:ins><w:fldSimple w:instr="PAGE">'
    + r("【ORGANIZER】")
    + "</w:fldSimple></w:p>",
    stories={
        "header1": p("【ORGANIZER】"),
        "footnotes": f'<w:footnote w:id="2">{p("【MEETING_TITLE】")}</w:footnote>',
    },
    styles='<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial"/></w:rPr></w:rPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:styleId="a"><w:name w:val="A"/><w:basedOn w:val="b"/>'
    '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:default="1" w:styleId="b"/>',
)
BASES = [_RICH, *(path.read_bytes() for path in sorted((ROOT / "samples").glob("*.docx")))]

_ODD_VALUES = [
    b"", b"-1", b"0", b"abc", b"99999999999", b"1e400", b"x" * 300, "【ORGANIZER】".encode(), b"true",
    b"restart", b"word/document.xml", b"../../x", b"#", b"http://127.0.0.1:9/", b"External",
]  # fmt: skip
_ODD_TAGS = [
    b"<w:tbl>", b"</w:tbl>", b"<w:p>", b"</w:p>", b"<w:r>", b"<w:t>", b"</w:t>", b"<w:txbxContent>",
    b"<w:tc/>", b"<w:sdt/>", b"<mc:Fallback>", b"<!---->", b"<?x?>", b"<![CDATA[x]]>",
    b'<w:fldChar w:fldCharType="end"/>',
    b"<!DOCTYPE x>", b"&#x10;", b"&amp;", "【".encode(), "】".encode(), "【ORGANIZER】".encode(), b"\xff",
]  # fmt: skip

Change = Callable[[st.DrawFn, bytes], bytes]


@st.composite
def mutated_packages(draw: st.DrawFn) -> bytes:
    """One of the sound packages after one or two changes."""
    content = draw(st.sampled_from(BASES))
    for _ in range(draw(st.integers(1, 2))):
        content = draw(st.sampled_from(_CHANGES))(draw, content)
    return content


def _with_other_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 6))):
        if changed:
            changed[draw(st.integers(0, len(changed) - 1))] = draw(st.integers(0, 255))
    return bytes(changed)


def _with_other_record(draw: st.DrawFn, content: bytes) -> bytes:
    """Change a byte of a ZIP header, where it counts."""
    starts = [match.start() for match in re.finditer(rb"PK[\x01\x03\x05]", content)]
    if not starts:
        return content
    at = draw(st.sampled_from(starts)) + draw(st.integers(4, 45))
    changed = bytearray(content)
    if at < len(changed):
        changed[at] = draw(st.sampled_from([0, 1, 8, 0x7F, 0xFF]))
    return bytes(changed)


def _cut(draw: st.DrawFn, content: bytes) -> bytes:
    first = draw(st.integers(0, len(content)))
    last = min(len(content), first + draw(st.integers(0, 400)))
    return content[:first] + draw(st.binary(max_size=8)) + content[last:]


def _with_other_part(draw: st.DrawFn, content: bytes) -> bytes:
    """Change the pieces of one XML part: tags and texts dropped, doubled, moved, put in, values replaced."""
    members = _members(content)
    names = [name for name in members if name.endswith((".xml", ".rels"))]
    if not names:
        return content
    name = draw(st.sampled_from(names))
    pieces = _PIECES.split(members[name])
    for _ in range(draw(st.integers(1, 3))):
        draw(st.sampled_from(_PIECE_CHANGES))(draw, pieces)
    return package({**members, name: b"".join(pieces)})


def _drop(draw: st.DrawFn, pieces: list[bytes]) -> None:
    at = draw(st.integers(0, len(pieces)))
    del pieces[at : at + draw(st.integers(1, 4))]


def _double(draw: st.DrawFn, pieces: list[bytes]) -> None:
    at = draw(st.integers(0, len(pieces)))
    some = pieces[at : at + draw(st.integers(1, 12))]
    pieces[at:at] = some * draw(st.sampled_from([1, 2, 30, 300]))


def _move(draw: st.DrawFn, pieces: list[bytes]) -> None:
    at = draw(st.integers(0, len(pieces)))
    some = pieces[at : at + 3]
    del pieces[at : at + 3]
    to = draw(st.integers(0, len(pieces)))
    pieces[to:to] = some


def _put_in(draw: st.DrawFn, pieces: list[bytes]) -> None:
    pieces.insert(draw(st.integers(0, len(pieces))), draw(st.sampled_from(_ODD_TAGS)))


def _replace_value(draw: st.DrawFn, pieces: list[bytes]) -> None:
    with_values = [index for index, piece in enumerate(pieces) if b'="' in piece]
    if with_values:
        index = draw(st.sampled_from(with_values))
        value = draw(st.sampled_from(_ODD_VALUES))
        pieces[index] = _VALUE.sub(
            lambda _: b'="' + value + b'"', pieces[index], count=draw(st.integers(1, 3))
        )


def _with_other_members(draw: st.DrawFn, content: bytes) -> bytes:
    """Drop, rename or exchange whole members."""
    members = _members(content)
    if not members:
        return content
    one, other = draw(st.sampled_from(sorted(members))), draw(st.sampled_from(sorted(members)))
    match draw(st.integers(0, 2)):
        case 0:
            del members[one]
        case 1:
            members[one], members[other] = members[other], members[one]
        case _:
            members[draw(st.sampled_from(["word/x.xml", "WORD/DOCUMENT.XML", "a/../b", "/x"]))] = members[one]
    return package(members)


def _members(content: bytes) -> dict[str, bytes]:
    try:
        return members_of(content)
    except Exception:
        return {}


_PIECE_CHANGES = [_drop, _double, _move, _put_in, _replace_value]
# Changes inside the XML get through the guard and so reach the most code.
_CHANGES: list[Change] = [
    *([_with_other_part] * 5), _with_other_members, _with_other_record, _with_other_bytes, _cut,
]  # fmt: skip
