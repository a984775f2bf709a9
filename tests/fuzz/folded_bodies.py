"""Templates with lists whose copies differ in values, most of them, and long payloads for them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.factories import docx, p, r, tbl, tc, tr
from tests.fuzz.chance import Chance
from tests.pictures import in_base64, jpeg, placeholder_picture, png

_FIELDS = (
    "【a】",
    "【b】",
    "【c|#,##0.00】",
    "【d|日期】",
    "【#】",
    "【上级.#】",
    "【全文.t】",
    "【上级.a】",
    "【a|缺省:无】",
    "【#|圈码】",
)
_OF_INNER = (*_FIELDS, "【上级.b】", "【上级.上级.t】")
_PLAIN = ("", "", "", "", "text ", " ", "100% ", "<&> ".replace("<", "&lt;").replace("&>", "&amp;&gt;"))
_PROPERTIES = (
    "", "", "", "", "<w:jc w:val='center'/>", "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>",
    "<w:pageBreakBefore/>",
)  # fmt: skip
_ODD_MARKUP = (
    "<w:bookmarkStart w:id='1' w:name='b'/>", "<w:bookmarkEnd w:id='1'/>", "<w:r><w:tab/></w:r>",
    "<w:ins w:id='8'><w:r><w:t>new</w:t></w:r></w:ins>", "<w:proofErr w:type='spellStart'/>",
)  # fmt: skip
# The parts of a table whose text a style of that name makes look different, and the looks that ask for them.
_STYLES = {"B": ("band1Horz",), "R": ("firstRow", "lastRow", "firstCol"), "C": ("band1Vert", "neCell")}
_LOOKS = ("", "<w:tblLook w:val='04A0'/>", "<w:tblLook w:val='0460'/>", "<w:tblLook w:val='0600'/>")
_NUMBERING = (
    "<w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:start w:val='1'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
)
_VALUES = (
    "x", "纸", "two words", "<&>\"'", "100%", "%s%b", "长 文", "preserve", "a【b】", "\\u0001",
    "é\U00020000", "]]>",
)  # fmt: skip
_ODD_VALUES = (
    "",
    " ",
    " blank",
    "blank ",
    "two\nlines",
    "tab\there",
    "\u3000",
    "end\n",
    None,
    7,
    Decimal("1.50"),
    True,
)


def any_template(chance: Chance) -> bytes:
    """A template with lists in body, cells and now and then a header."""
    stories = {"numbering": _NUMBERING}
    if chance.randrange(4) == 0:
        stories["header1"] = _list(chance, "L", 0) + p("end")
    body = "".join(_piece(chance) for _ in range(1 + chance.randrange(4)))
    return docx(body + p("end【t】"), stories=stories, styles=_styles())


def _styles() -> str:
    def part(name: str) -> str:
        return f"<w:tblStylePr w:type='{name}'><w:rPr><w:sz w:val='30'/></w:rPr></w:tblStylePr>"

    return "".join(
        f"<w:style w:type='table' w:styleId='{name}'>{''.join(map(part, parts))}</w:style>"
        for name, parts in _STYLES.items()
    )


def any_payload(chance: Chance) -> dict[str, Any]:
    """A payload for them: lists of up to a dozen items, in these lists again."""
    picture = {"png": in_base64(png(3, 2))}
    return {"t": "title", "a": "A", "b": "B", "图": picture, "L": _items(chance, 2), "M": _items(chance, 1)}


def _items(chance: Chance, depth: int) -> list[dict[str, Any]]:
    items = []
    for _ in range(chance.randrange(12)):
        item: dict[str, Any] = {name: _value(chance) for name in "ab"}
        item |= {
            "c": chance.choice((Decimal("12.5"), 3, "1200")),
            "d": "2026-05-06",
            "on": chance.randrange(3) > 0,
        }
        if chance.randrange(4):
            item["图"] = {"jpeg": in_base64(jpeg())}
        if depth:
            item["I"] = _items(chance, depth - 1)
        items.append(item)
    return items


def _value(chance: Chance) -> Any:
    return chance.choice(_VALUES) if chance.randrange(12) else chance.choice(_ODD_VALUES)


def _piece(chance: Chance) -> str:
    form = chance.randrange(6)
    if chance.randrange(6) == 0:
        return p(placeholder_picture(chance.choice(("【t】", "【@图】", "【a】 beside"))))
    if form == 0:
        return p(r(chance.choice(("text", "【t】", "【a】 and 【b】", "【@图】", "【@图 4mm】【t】"))))
    if form < 4:
        return _list(chance, chance.choice("LM"), 0)
    if form == 4:
        cells = [tc(_list(chance, chance.choice("LM"), 1) + p("x")), tc(p("【a】"))]
        return tbl(tr(*cells), tr(tc(p("y")), tc(p("【t】"))))
    return _table(chance, chance.choice("LM"))


def _table(chance: Chance, name: str) -> str:
    head, behind = tr(tc(p("h")), tc(p("【t】"))), tr(tc(p("【b】")), tc(p("e")))

    def row(inner: bool) -> str:
        fields = _OF_INNER if inner else _FIELDS
        return tr(*(tc(_paragraph(chance, fields)) for _ in range(1 + chance.randrange(3))))

    form = chance.randrange(4)
    if form == 0:
        rows = tr(tc(p(f"【#{name}】【a】")), tc(p(f"【b】【/{name}】")))
    elif form == 1:
        rows = _tag_row(f"【#{name}】") + row(False) + row(False) + _tag_row("【/】")
    elif form == 2:
        rows = (
            _tag_row(f"【#{name}】")
            + row(False)
            + _tag_row("【#I】")
            + row(True)
            + _tag_row("【/I】")
            + _tag_row("【/】")
        )
    else:
        rows = (
            _tag_row(f"【#{name}】")
            + row(False)
            + _tag_row("【?on】")
            + row(False)
            + _tag_row("【/】")
            + _tag_row("【/】")
        )
    around = chance.choice(((head, rows, behind), (head, rows, behind), (head, rows), (rows, behind)))
    style, look = chance.choice(("", "", *_STYLES)), chance.choice(_LOOKS)
    properties = f"<w:tblPr><w:tblStyle w:val='{style}'/>{look}</w:tblPr>"
    return tbl(*around).replace("<w:tblPr/>", properties if style else "<w:tblPr/>", 1)


def _tag_row(tag: str) -> str:
    return tr(tc(p(tag)), tc(p("")))


def _list(chance: Chance, name: str, depth: int) -> str:
    pieces: list[str] = [p(f"【#{name}】")]
    makers: list[Callable[[], str]] = [
        lambda: _paragraph(chance, _FIELDS),
        lambda: _paragraph(chance, _FIELDS),
        lambda: _paragraph(chance, _FIELDS) + _paragraph(chance, _FIELDS),
        lambda: p("【?on】") + _paragraph(chance, _FIELDS) + p("【/】"),
        lambda: p("【?首项】") + _paragraph(chance, _FIELDS) + p("【/】"),
        lambda: p(r("x【?on】y【a】【/】")),
        lambda: p("【#I】") + _paragraph(chance, _OF_INNER) + p("【/I】"),
        lambda: p(r("【#I】【a】【间隔】, 【/I】")),
        lambda: tbl(tr(tc(p("【a】")), tc(p("【b】")))),
        lambda: p(r("【a】【@图】")),
        lambda: p(r("【a】"), placeholder_picture(chance.choice(("【b】", "【@图|可空】")))),
        lambda: _table(chance, "I") if depth == 0 else _paragraph(chance, _FIELDS),
    ]
    pieces += (chance.choice(makers)() for _ in range(1 + chance.randrange(3)))
    if chance.randrange(4) == 0:
        pieces += (p("【间隔】"), p(chance.choice(("between", "【#】"))))
    return "".join((*pieces, p("【/】")))


def _paragraph(chance: Chance, fields: tuple[str, ...]) -> str:
    content = []
    for _ in range(1 + chance.randrange(3)):
        content.append(r(chance.choice(_PLAIN)) if chance.randrange(2) else "")
        content.append(_runs(chance, chance.choice(_PLAIN) + chance.choice(fields) + chance.choice(_PLAIN)))
    if chance.randrange(8) == 0:
        content.append(chance.choice(_ODD_MARKUP))
    return p(*content, properties=chance.choice(_PROPERTIES))


def _runs(chance: Chance, text: str) -> str:
    if chance.randrange(6) or "&" in text:
        return r(text, preserve=chance.randrange(3) > 0)
    at = 1 + chance.randrange(len(text) - 1)
    return r(text[:at]) + r(text[at:], "<w:b/>")
