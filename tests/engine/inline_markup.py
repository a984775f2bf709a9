"""Markup of texts inside paragraphs: complex and simple fields, ruby, equations."""

import random
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.factories import p, r

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def mark(kind: str) -> str:
    """A run with a w:fldChar."""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(*texts: str) -> str:
    """Runs with w:instrText, one for each of ``texts``."""
    return "".join(
        f'<w:r><w:instrText xml:space="preserve">{escape(text)}</w:instrText></w:r>' for text in texts
    )


def field(*texts: str, result: str = "") -> str:
    """A complex field: its code in one w:instrText for each of ``texts``; ``result`` is markup."""
    return mark("begin") + code(*texts) + mark("separate") + result + mark("end")


def simple(text: str, result: str = "") -> str:
    """A w:fldSimple."""
    return f"<w:fldSimple w:instr={quoteattr(text)}>{result}</w:fldSimple>"


def ruby(guide: str, base: str) -> str:
    """A run with ruby; ``guide`` and ``base`` are runs."""
    return f"<w:r><w:ruby><w:rubyPr/><w:rt>{guide}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby></w:r>"


def mr(*texts: str) -> str:
    """Runs of an equation."""
    return "".join(
        f'<m:r><m:rPr/><w:rPr><w:i/></w:rPr><m:t xml:space="preserve">{escape(text)}</m:t></m:r>'
        for text in texts
    )


def equation(*content: str) -> str:
    """An m:oMath."""
    return f'<m:oMath xmlns:m="{M}">{"".join(content)}</m:oMath>'


def fraction(above: str, below: str) -> str:
    """An m:f in an equation."""
    return f"<m:f><m:fPr/><m:num>{above}</m:num><m:den>{below}</m:den></m:f>"


_CODES: Sequence[Sequence[str]] = (
    (' HYPERLINK "', "https://e.org/【A", '】" \\o "【B】 x" '),
    (' DISPLAYBARCODE "【A】" QR \\q 3 ',),
    (" MERGEBARCODE 【A】 QR ",),
    (" EQ \\o\\ac(○,【B】)",),
    (" IF 【A】 = 【B】", ' "【B】" "no ', '\\\\【A】"'),
    (' INCLUDEPICTURE "【A】" ',),
    (" 【A】 x ",),
    (" QUOTE a【A】b 【\u200bB】",),
    (' SET x "\\【A】" 【\u200eB】 【a】',),
    (" PAGE ",),
)


def any_content(random_: random.Random, depth: int = 0) -> str:
    """Content of a paragraph: texts, fields in fields, ruby, equations, wrappers, in any order."""

    def inner() -> str:
        return any_content(random_, depth + 1) if depth < 2 else r(random_.choice(("", "【A】", "x")))

    def one() -> str:
        which = random_.randrange(12)
        codes = random_.choice(_CODES)
        if which == 0:
            return r(random_.choice(("【A】", "【", "A", "】", "text", "【\ufe0fB\u00ad】")))
        if which == 1:
            return field(*codes, result=inner())
        if which == 2:
            return simple("".join(codes), inner())
        if which == 3:
            return mark("begin") + code(*codes) + inner() + code(" 【B】 ") + mark("separate") + mark("end")
        if which == 4:
            return random_.choice((mark("begin"), mark("separate"), mark("end"), code("【A】"), code("x")))
        if which == 5:
            return ruby(r("【A】"), r("【") + r("B】 ") + inner())
        if which == 6:
            return equation(mr("【A", "】"), fraction(mr("【", "B】x"), mr("【A")), mr("】 【B】"), inner())
        if which == 7:
            return f'<w:del w:id="1">{inner()}</w:del>'
        if which == 8:
            return f'<w:ins w:id="2">{inner()}</w:ins>'
        if which == 9:
            return f"<w:hyperlink>{inner()}</w:hyperlink>"
        if which == 10:
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner()}</w:sdtContent></w:sdt>"
        return (
            '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing/></mc:Choice><mc:Fallback>'
            "<w:t>【A】</w:t></mc:Fallback></mc:AlternateContent></w:r>"
        )

    return "".join(one() for _ in range(random_.randrange(1, 5)))


def any_paragraphs(random_: random.Random, count: int) -> str:
    """Paragraphs with ``any_content``."""
    return "".join(p(any_content(random_)) for _ in range(count))
