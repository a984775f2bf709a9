"""Templates with blocks around what copies keep once: bookmarks, comments, permissions, ids, lists, notes."""

import re
from collections.abc import Callable
from typing import Any

from tests.factories import docx, p, r, tbl, tc, tr
from tests.fuzz.chance import Chance

_PICTURE = '<w:r><w:drawing><wp:inline><wp:docPr {} name="n"/></wp:inline></w:drawing></w:r>'
_INLINE = (
    '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>',
    f'<w:bookmarkStart w:id="2" w:name="k"/>{r("k")}<w:bookmarkEnd w:id="2"/>',
    f'<w:commentRangeStart w:id="0"/>{r("c")}<w:commentRangeEnd w:id="0"/>'
    '<w:r><w:commentReference w:id="0"/></w:r>',
    '<w:permStart w:id="7" w:edGrp="everyone"/>', '<w:permEnd w:id="7"/>',
    _PICTURE.format('id="3"'), _PICTURE.format('descr="a > b" id="9"'),
    f'<w:ins w:id="5" w:author="a">{r("i")}</w:ins>',
    f'<w:sdt><w:sdtPr><w:id w:val="9"/><w:text/></w:sdtPr><w:sdtContent>{r("s")}</w:sdtContent></w:sdt>',
    '<w:r><w:pict><v:shapetype id="t1"/><v:shape id="s1" type="#t1" style="width:1pt"/></w:pict></w:r>',
    '<w:r><w:footnoteReference w:id="2"/></w:r>', '<w:proofErr w:type="spellStart"/>',
    '<w:r><w:tab/></w:r>', '<w:r><w:br/></w:r>', '<w:fldSimple w:instr="REF m"/>', "<w:r/>",
    f'<w:hyperlink w:anchor="m">{r("h")}</w:hyperlink>',
    r("【N】"), r("x"), r("【?N】y【/N】"), r("【#】"), r("【#C】【.】【间隔】,【/C】"),
)  # fmt: skip
_PROPERTIES = (
    "", "", "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>', "<w:pageBreakBefore/>",
    '<w:numPr><w:numId w:val="4"/></w:numPr><w:rPr><w:ins w:id="70" w:author="b"/></w:rPr>',
)  # fmt: skip
_BETWEEN = (
    "", "", "", '<w:bookmarkStart w:id="31" w:name="bb"/>', '<w:bookmarkEnd w:id="31"/>',
    '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>',
)  # fmt: skip
_MERGED = ("", "", "", '<w:vMerge w:val="restart"/>', "<w:vMerge/>")
_STORIES = {
    "numbering": '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="4"><w:abstractNumId w:val="0"/></w:num>',
    "footnotes": f'<w:footnote w:type="separator" w:id="-1">{p("")}</w:footnote>'
    f'<w:footnote w:id="2">{p("n【N】")}</w:footnote>',
    "comments": f'<w:comment w:id="0" w:author="a">{p("c")}</w:comment>',
}
# What a document has once, and what has an id of its own.
_ONCE = re.compile(
    "<w:(?:bookmark|perm|commentRange)(?:Start|End)[^>]*/>|<w:r><w:(?:comment|footnote)Reference[^>]*/></w:r>"
)
_DRAWING = re.compile(r'(<wp:docPr (?:descr="[^"]*" )?id=")\d+')
_DEEPEST = 2


def any_marked(chance: Chance, *, has_documents: bool) -> bytes:
    """Return such a template; with ``has_documents`` it has tags of the document 文件."""
    body = "".join(_piece(chance, 0, has_documents) for _ in range(1 + chance.randrange(4))) + p("e")
    stories = dict(_STORIES)
    if chance.randrange(5) == 0:
        mark = '<w:bookmarkStart w:id="1" w:name="h"/><w:bookmarkEnd w:id="1"/>'
        stories["header1"] = p("【#A】") + p("h", mark) + p("【/A】")
    return docx(_sound(body), stories=stories)


def any_asset(chance: Chance) -> bytes:
    """Return a document to put in, with no tags."""
    body = "".join(_piece(chance, 0, False) for _ in range(1 + chance.randrange(3))) + p("e")
    return docx(_sound(re.sub("【[^】]*】", "", body)), stories=_STORIES)


def any_payload(chance: Chance) -> dict[str, Any]:
    """Return a payload for it."""

    def items(count: int) -> list[dict[str, Any]]:
        return [
            {
                "N": chance.choice(("n", "a\nb", "")),
                "C": ["1", "2"][: chance.randrange(3)],
                "A": [{"N": "i"}] * chance.randrange(3),
            }
            for _ in range(count)
        ]

    payload = {"A": items(chance.randrange(4)), "B": items(chance.randrange(3)), "C": ["s"]}
    return payload | {"N": chance.choice(("v", "v", ""))}


def _sound(body: str) -> str:
    known: set[str] = set()

    def once(match: "re.Match[str]") -> str:
        is_new = match[0] not in known
        known.add(match[0])
        return match[0] if is_new else ""

    numbers = iter(range(1, len(body)))
    return _DRAWING.sub(lambda match: f"{match[1]}{next(numbers)}", _ONCE.sub(once, body))


def _paragraph(chance: Chance, before: str = "", behind: str = "") -> str:
    content = (chance.choice(_INLINE) for _ in range(chance.randrange(4)))
    made = p(*(each for each in (before, *content, behind) if each), properties=chance.choice(_PROPERTIES))
    if chance.randrange(3):
        return made
    w14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    ids = f'w14:paraId="{1 + chance.randrange(2**31 - 2):08X}" w14:textId="77777777"'
    return made.replace("<w:p>", f"<w:p {w14} {ids}>", 1)


def _cell(chance: Chance, before: str = "", behind: str = "") -> str:
    inner = _paragraph(chance, before, behind)
    if chance.randrange(4) == 0:
        inner = f'<w:bookmarkStart w:id="21" w:name="cc"/>{inner}<w:bookmarkEnd w:id="21"/>'
    width = f'<w:tcW w:w="{1000 + chance.randrange(9)}" w:type="dxa"/>'
    return tc(inner, properties=width + chance.choice(_MERGED))


def _table(chance: Chance) -> str:
    count = 2 + chance.randrange(2)

    def row(first: str = "", last: str = "", of_first: str = "") -> str:
        middle = (_cell(chance) for _ in range(count - 2))
        return tr(_cell(chance, first, of_first), *middle, _cell(chance, "", last))

    def alone(tag: str) -> str:
        return tr(tc(tag), *(tc("") for _ in range(count - 1)))

    makers: tuple[Callable[[], str], ...] = (
        lambda: row() + row("【#A】", "【/A】") + row(),
        lambda: row() + alone("【#A 行】") + row() + row() + alone("【/A】"),
        lambda: row("【#A 列】", "", "【/A】") + row(),
        lambda: row("【#A】【合并】【N】", "【/A】") + row(),
    )
    rows = chance.choice(makers)()
    grid = "".join(f'<w:gridCol w:w="{1000 + number}"/>' for number in range(count))
    width = '<w:tblPr><w:tblW w:w="5000" w:type="dxa"/></w:tblPr>'
    return tbl(rows).replace("<w:tblPr/><w:tblGrid/>", f"{width}<w:tblGrid>{grid}</w:tblGrid>", 1)


def _piece(chance: Chance, depth: int, has_documents: bool) -> str:
    def inner() -> str:
        return _piece(chance, depth + 1, has_documents)

    def block() -> str:
        name = chance.choice("AAB")
        gap = p("【间隔】") + _paragraph(chance) if chance.randrange(4) == 0 else ""
        content = "".join(inner() for _ in range(1 + chance.randrange(2)))
        marks = chance.choice(_BETWEEN), chance.choice(_BETWEEN)
        return _paragraph(chance, f"【#{name}】") + marks[0] + content + marks[1] + gap + p(f"【/{name}】")

    makers: list[Callable[[], str]] = [
        lambda: _paragraph(chance),
        lambda: _table(chance),
        lambda: chance.choice(_BETWEEN) + _paragraph(chance),
    ]
    if has_documents:
        makers += [lambda: p(*filter(None, (chance.choice(_BETWEEN), "【+全文.文件】")))] * 2
    if depth < _DEEPEST:
        makers += (
            block,
            block,
            lambda: p("【?N】") + inner() + p("【否则】") + inner() + p("【/】"),
            lambda: (
                f'<w:sdt><w:sdtPr><w:id w:val="90"/></w:sdtPr><w:sdtContent>{inner()}'
                f"{chance.choice(_BETWEEN)}</w:sdtContent></w:sdt>"
            ),
        )
    return chance.choice(makers)()
