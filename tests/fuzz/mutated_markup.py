"""Parts whose markup was changed; most changes leave them well formed, few leave them valid."""

import re
from collections.abc import Callable

from tests.engine.inline_markup import equation, field, mr, ruby, simple
from tests.factories import W, p, r, tbl, tc, textbox, tr
from tests.fuzz.chance import Chance

_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)([^\s<>/!?]+)[^<>]*?(/?)>", re.DOTALL)
_FRAGMENTS: tuple[bytes, ...] = tuple(
    each.encode()
    for each in (
        p("【MEETING_TITLE】"),
        p(r("【MEETING"), "<w:proofErr/>", r("_DATE", "<w:b/>"), r("】 x")),
        p(textbox(p("【ORGANIZER】"), p(textbox(p("【MEETING_DATE】"))))),
        p(textbox(p("【ORGANIZER】"), fallback=[p("y"), p("【ORGANIZER】")])),
        p(field(' HYPERLINK "https://e.org/【ORGANIZER】"', result=r("【ORGANIZER】"))),
        p(
            simple(' QUOTE "【MEETING_DATE】"'),
            ruby(r("【ORGANIZER】"), r("x")),
            equation(mr("【ORGANIZER】")),
        ),
        tbl(tr(tc("【MEETING_DATE】"), tc(tbl(tr(tc("x")))))),
        r("【ORGANIZER】"),
        r(" x ", preserve=False),
        "<w:p/>",
        "<w:p></w:p>",
        "<w:r><w:t/></w:r>",
        "<w:tab/>",
        "<w:br/>",
        "<!-- 【ORGANIZER】 <w:p> -->",
        "<?x <w:p>?>",
        "<![CDATA[【ORGANIZER】 <w:p>]]>",
        "&#12304;ORGANIZER&#x3011;",
        "&amp;&lt;&gt;",
        "【ORGANIZER】",
        "\r\n\t ",
        f'<x:p xmlns:x="{W}"><x:r><x:t>【ORGANIZER】</x:t></x:r></x:p>',
        f'<p xmlns="{W}"><r><t>【ORGANIZER】</t></r></p>',
        '<w:p xmlns:w="urn:x"><w:r><w:t>【ORGANIZER】</w:t></w:r></w:p>',
        "<w:sdt><w:sdtPr/><w:sdtContent>【ORGANIZER】</w:sdtContent></w:sdt>",
        '<w:del w:id="1"><w:r><w:delText>【ORGANIZER】</w:delText></w:r></w:del>',
    )
)
_WRAPPERS: tuple[tuple[bytes, bytes], ...] = (
    (b'<w:ins w:id="9">', b"</w:ins>"),
    (b'<w:del w:id="9">', b"</w:del>"),
    (b"<w:sdt><w:sdtContent>", b"</w:sdtContent></w:sdt>"),
    (b"<w:smartTag>", b"</w:smartTag>"),
    (b"<w:hyperlink>", b"</w:hyperlink>"),
    (b'<mc:AlternateContent><mc:Choice Requires="x">', b"</mc:Choice></mc:AlternateContent>"),
    (b"<mc:AlternateContent><mc:Fallback>", b"</mc:Fallback></mc:AlternateContent>"),
    (b"<w:txbxContent>", b"</w:txbxContent>"),
    (b"<w:p>", b"</w:p>"),
    (b"<w:r>", b"</w:r>"),
    (b"<w:t>", b"</w:t>"),
    (b"<w:tbl><w:tr><w:tc>", b"</w:tc></w:tr></w:tbl>"),
    (b'<v:x xmlns:w="urn:x">', b"</v:x>"),
    (b"<x>", b"</x>"),
)
_BLANKS = (b" ", b"\n", b"\t", b"\r\n", b"  ")


def mutate_markup(chance: Chance, content: bytes) -> bytes:
    """Return ``content``, a part as UTF-8, after one change."""
    return chance.choice(_CHANGES)(chance, content)


def _element(chance: Chance, content: bytes) -> tuple[int, int]:
    """Return where an element begins and ends; nothing at the end where there is none."""
    starts = [match for match in _MARKUP.finditer(content) if match[2] and not match[1]]
    if len(starts) < 2:
        return len(content), len(content)
    # Not the root.
    chosen = starts[1 + chance.randrange(len(starts) - 1)]
    depth = 0
    for match in _MARKUP.finditer(content, chosen.start()):
        if match[2]:
            depth += -1 if match[1] else 0 if match[3] else 1
        if depth <= 0:
            return chosen.start(), match.end()
    return chosen.start(), len(content)


def _place(chance: Chance, content: bytes) -> int:
    """Return where markup begins, inside the root."""
    starts = [match.start() for match in _MARKUP.finditer(content)]
    return chance.choice(starts[2:] or [len(content)])


def _drop(chance: Chance, content: bytes) -> bytes:
    start, end = _element(chance, content)
    return content[:start] + content[end:]


def _double(chance: Chance, content: bytes) -> bytes:
    start, end = _element(chance, content)
    return content[:end] + content[start:end] * (1 + chance.randrange(3)) + content[end:]


def _move(chance: Chance, content: bytes) -> bytes:
    start, end = _element(chance, content)
    rest = content[:start] + content[end:]
    to = _place(chance, rest)
    return rest[:to] + content[start:end] + rest[to:]


def _unwrap(chance: Chance, content: bytes) -> bytes:
    start, end = _element(chance, content)
    inside = content[start:end]
    return content[:start] + inside[inside.find(b">") + 1 : max(0, inside.rfind(b"</"))] + content[end:]


def _wrap(chance: Chance, content: bytes) -> bytes:
    start, end = _element(chance, content)
    before, after = chance.choice(_WRAPPERS)
    return content[:start] + before + content[start:end] + after + content[end:]


def _put_in(chance: Chance, content: bytes) -> bytes:
    at = _place(chance, content)
    return content[:at] + chance.choice(_FRAGMENTS) + content[at:]


def _put_into_text(chance: Chance, content: bytes) -> bytes:
    texts = [match.start() for match in re.finditer(rb"(?<=>)[^<>]+(?=<)", content)]
    at = chance.choice(texts or [len(content)]) + 3 * chance.randrange(4)
    return content[:at] + chance.choice(_FRAGMENTS) + content[at:]


def _space_out(chance: Chance, content: bytes) -> bytes:
    ends = [match.end() - 1 - len(match[3]) for match in _MARKUP.finditer(content) if match[2]]
    at = chance.choice(ends or [len(content)])
    return content[:at] + chance.choice(_BLANKS) + content[at:]


def _lay_out(_chance: Chance, content: bytes) -> bytes:
    return content.replace(b"><w:", b">\n  <w:")


def _rename(_chance: Chance, content: bytes) -> bytes:
    return re.sub(rb"(</?|\s|xmlns:)w(?=[:=])", rb"\1ww", content)


def _in_utf_16(_chance: Chance, content: bytes) -> bytes:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    return text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


def _other_byte(chance: Chance, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


_CHANGES: tuple[Callable[[Chance, bytes], bytes], ...] = (
    *(_drop, _double, _move, _unwrap, _wrap, _put_in, _put_into_text, _space_out) * 3,
    _lay_out,
    _rename,
    _in_utf_16,
    _other_byte,
)
