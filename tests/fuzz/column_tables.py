"""Tables with repeated columns: random grids with merged cells, blocks in cells, rows across the columns."""

from typing import Any

from tests.factories import docx, p, tc, tr
from tests.fuzz.chance import Chance

_LISTS = ("A", "B")
_FIELDS = ("", "x", "【N】", "【M】", "【全文.V】", "【V】", "【N|可空】", "【M|可空】")
_OF_LISTS = ("【#】", "【上级.N】", "【?首项】首【/】")
_INSIDE = (
    "【?N】有【N】【/N】", "【#C】【.】【间隔】，【/C】", "【^N】无【否则】有【/N】",
    "【#C|可空】【#】【/C】", "【#C】【.】【/C】", "【--r】", "【合并】",
)  # fmt: skip
_MERGES = ("", "", "", "", '<w:hMerge w:val="restart"/>', "<w:hMerge/>", "<w:vMerge/>")
_NARROW, _WIDE = 1000, 9000


def any_table(chance: Chance) -> bytes:
    """A document with one or two such tables."""
    body = "".join(_table(chance) + p("【V】") for _ in range(1 + chance.randrange(2)))
    if chance.randrange(4) == 0:
        body = p("【#A】") + body + p("【/A】")
    return docx(body)


def any_payload(chance: Chance) -> dict[str, Any]:
    """A payload for them; lists are short, and now and then they are not given."""
    payload: dict[str, Any] = {"V": "v", "N": "n", "M": "m", "W": "w", "C": ["1", "2"]}
    counts = {name: chance.randrange(4) for name in _LISTS}
    for name, count in counts.items():
        if chance.randrange(12):
            payload[name] = [_item(chance, counts) for _ in range(count)]
    payload["R"] = [_item(chance, counts) for _ in range(chance.randrange(4))]
    return {name: value for name, value in payload.items() if chance.randrange(24)}


def _item(chance: Chance, counts: dict[str, int]) -> dict[str, Any]:
    item: dict[str, Any] = {"V": "iv", "N": "in", "M": chance.choice(("im", "a\nb")), "C": ["3"]}
    for name, count in counts.items():
        inner = count if chance.randrange(8) else chance.randrange(4)
        item[name] = [{"V": f"v{each}", "N": f"n{each}", "M": "m", "C": []} for each in range(inner)]
    return {name: value for name, value in item.items() if chance.randrange(16)}


def _table(chance: Chance) -> str:
    columns, rows = 1 + chance.randrange(4), 1 + chance.randrange(4)
    grid = [_NARROW + chance.randrange(_WIDE) for _ in range(columns)]
    texts = [[_text(chance) for _ in range(columns)] for _ in range(rows)]
    _put_columns(chance, texts, 0 if chance.randrange(4) else chance.randrange(rows))
    if chance.randrange(4) == 0:
        _put_columns(chance, texts, chance.randrange(rows))
    if rows > 1 and chance.randrange(2):
        _put_rows(chance, texts, 1 if chance.randrange(4) else 0)
    made = [_row(chance, row, grid) for row in texts]
    stated = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid) if chance.randrange(4) else ""
    kind = chance.choice(("dxa", "pct", "auto"))
    width = f'<w:tblW w:w="{sum(grid)}" w:type="{kind}"/>' if chance.randrange(2) else ""
    return f"<w:tbl><w:tblPr>{width}</w:tblPr><w:tblGrid>{stated}</w:tblGrid>{''.join(made)}</w:tbl>"


def _text(chance: Chance) -> str:
    if chance.randrange(24) == 0:
        return chance.choice(_OF_LISTS)
    return chance.choice(_FIELDS) + (chance.choice(_INSIDE) if chance.randrange(4) == 0 else "")


def _put_columns(chance: Chance, texts: list[list[str]], row: int) -> None:
    """Put the tags of a block of columns into a table, mostly into one row."""
    first = chance.randrange(len(texts[0]))
    last = first + chance.randrange(len(texts[0]) - first)
    last_row = row if chance.randrange(3) else row + chance.randrange(len(texts) - row)
    start, name = chance.choice((("#A", "A"), ("#B", "B"), ("#全文.B", "全文.B"), ("?W", "W"), ("^W", "W")))
    optional = chance.choice(("", "", "|可空")) if start[0] == "#" else ""
    texts[row][first] = f"【{start} 列{optional}】" + texts[row][first]
    texts[last_row][last] += f"【/{name}】"


def _put_rows(chance: Chance, texts: list[list[str]], least: int) -> None:
    """Put the tags of a block of rows into a table, now and then into rows of their own."""
    name = chance.choice(("#R", "#R", "?W", "#A"))
    first = least + chance.randrange(len(texts) - least)
    last = first + chance.randrange(len(texts) - first)
    if chance.randrange(3) == 0:
        around = ["" for _ in texts[0]]
        texts.insert(last + 1, [f"【/{name[1:]}】", *around[1:]])
        texts.insert(first, [f"【{name} 行】", *around[1:]])
        return
    texts[first][0] = f"【{name} 行】" + texts[first][0]
    texts[last][-1] += f"【/{name[1:]}】"


def _row(chance: Chance, texts: list[str], grid: list[int]) -> str:
    """A row in which some cells span others."""
    cells = []
    at = 0
    before = ""
    if len(texts) > 1 and not texts[0] and chance.randrange(8) == 0:
        at, before = 1, '<w:gridBefore w:val="1"/>'
    while at < len(texts):
        span = 1 + (chance.randrange(len(texts) - at) if chance.randrange(3) == 0 else 0)
        width = sum(grid[at : at + span])
        properties = f'<w:tcW w:w="{width}" w:type="{chance.choice(("dxa", "dxa", "pct"))}"/>'
        if span > 1:
            properties += f'<w:gridSpan w:val="{span}"/>'
        properties += chance.choice(
            ("", "", "", "", '<w:hMerge w:val="restart"/>', "<w:hMerge/>", "<w:vMerge/>")
        )
        content = "".join(texts[at : at + span])
        cells.append(tc(content or p(), properties=properties if chance.randrange(8) else ""))
        if not chance.randrange(8) and span > 1:
            span = 1
        at += span
    return tr(*cells, properties=before)
