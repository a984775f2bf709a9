"""Random documents with tags of blocks anywhere, and payloads for them."""

import random
from typing import Any

from tests.factories import p, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, placeholder_picture, png

_TAGS = (
    "x", " ", "【N】", "【#A】", "【#B】", "【?A】", "【^B】", "【/A】", "【/B】", "【/】", "【否则】",
    "【间隔】", "【#A 行】", "【#B 表】", "【?A 段】", "【--r】", "【.】", "【#】", "【?首项】", "【#UP.A】",
    "【/】", "【#A】", "【?B】", "【@P|可空】",
)  # fmt: skip
_COLUMNS = (("【#A 列】", "【/A】"), ("【?A 列】", "【/】"), ("【#B 列】", "【/B】"))
_OF_CELLS = ("x", " ", "【N】", "【#】", "【.】", "【--r】", "【@P|可空】", "【?N】", "【/】")
_DEPTH = 2
NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="4"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
)
_PROPERTIES = (
    '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>',
    '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="5"/></w:numPr>',
    "<w:sectPr><w:cols/></w:sectPr>",
    '<w:jc w:val="right"/>',
)
_PICTURE = {"png": in_base64(png(3, 2))}
_MERGED = ("", "", "<w:vMerge/>", '<w:vMerge w:val="restart"/>')


class RandomTemplate:
    """A template made by ``random_``: its body, its other stories, a payload."""

    def __init__(self, random_: random.Random) -> None:
        self._random = random_
        self.body = "".join(self._block(0) for _ in range(random_.randrange(1, 6))) + p("end")
        if random_.random() < 0.5:
            self.body = p("【#A】") + self.body + p("【/A】") + p("e")
        notes = (f'<w:footnote w:id="{number}">{self._paragraph()}{p()}</w:footnote>' for number in (2, 3, 4))
        self.stories = {
            "numbering": NUMBERING,
            "footnotes": "".join(notes),
            "header1": self._paragraph() + p("h"),
        }

    def any_payload(self) -> dict[str, Any]:
        """Values of all kinds, whatever the template asks for."""
        return {name: self._value(0) for name in "ABNP" if self._random.random() < 0.8}

    def payload(self) -> dict[str, Any]:
        """Lists of items with texts, some of them left out."""
        return self._item(0)

    def _item(self, depth: int) -> dict[str, Any]:
        some = self._random
        items = [self._item(depth + 1) for _ in range(some.randrange(3))] if depth < _DEPTH else []
        texts = some.choice(("x", "y\nz", "3")), some.choice(([], ["p", "q"]))
        values = {"N": texts[0], "A": items, "B": texts[1], "P": some.choice((None, None, _PICTURE))}
        return {name: value for name, value in values.items() if some.random() < 0.85}

    def _value(self, depth: int) -> Any:
        some = self._random
        kind = some.random()
        if depth > _DEPTH or kind < 0.35:
            return some.choice((None, "x", "", " ", 0, 2, True, False, "y"))
        if kind < 0.7:
            return [self._value(depth + 1) for _ in range(some.randrange(4))]
        return {name: self._value(depth + 1) for name in "ABN" if some.random() < 0.7}

    def _text(self) -> str:
        return "".join(self._random.choices(_TAGS, k=self._random.randrange(6)))

    def _paragraph(self) -> str:
        some = self._random
        if some.random() < 0.05:
            return "<w:p/>"
        content = []
        for _ in range(some.randrange(1, 3)):
            content += [self._mark(), r(self._text(), some.choice(("", "<w:b/>")))]
        properties = some.choice(_PROPERTIES) if some.random() < 0.2 else ""
        return p(*filter(None, (*content, self._mark())), properties=properties)

    def _mark(self) -> str:
        some = self._random
        if some.random() < 0.75:
            return ""
        number = some.randrange(3)
        return some.choice((
            f'<w:bookmarkStart w:id="{number}" w:name="m"/>',
            f'<w:bookmarkEnd w:id="{number}"/>',
            f'<w:r><w:drawing><wp:inline><wp:docPr id="{number}" name="n"/></wp:inline></w:drawing></w:r>',
            f'<w:ins w:id="{number}" w:author="a">{r("t")}</w:ins>',
            f'<w:r><w:commentReference w:id="{number}"/></w:r>',
            f'<w:r><w:footnoteReference w:id="{number + 2}"/></w:r>',
            placeholder_picture("【@P|可空】", number=number),
            f'<w:r><w:pict><v:shape id="s{number}" type="#s{number}"/></w:pict></w:r>',
        ))  # fmt: skip

    def _block(self, depth: int) -> str:
        some = self._random
        kind = some.random()
        if kind < 0.55 or depth > _DEPTH:
            return self._paragraph()
        if kind < 0.62:
            return p(self._text() or "q", textbox(*[self._paragraph() for _ in range(some.randrange(1, 3))]))
        if kind < 0.66:
            content = f"<w:sdtContent>{self._paragraph()}{self._paragraph()}</w:sdtContent>"
            return f'<w:sdt><w:sdtPr><w:id w:val="{some.randrange(9)}"/></w:sdtPr>{content}</w:sdt>'
        if kind > 0.9:
            return self._with_columns()
        return tbl(*[self._row(depth + 1) for _ in range(some.randrange(1, 4))])

    def _with_columns(self) -> str:
        """A table of three columns that may be repeated."""
        some = self._random
        width = some.randrange(1, 3)
        start, end = some.choice(_COLUMNS)
        first, last = sorted(some.randrange(3) for _ in range(2))
        rows = []
        for number in range(3):
            texts = ["".join(some.choices(_OF_CELLS, k=some.randrange(3))) for _ in range(3)]
            texts[width] = (start if number == first else "") + texts[width]
            texts[2] += end if number == last and width == 2 else ""
            texts[1] += end if number == last and width == 1 else ""
            cells = [tc(p(text), properties=some.choice(_MERGED)) for text in texts]
            if some.random() < 0.2:
                cells[1:] = [tc(p("".join(texts[1:])), properties='<w:gridSpan w:val="2"/>')]
            elif some.random() < 0.15:
                cells[:2] = [tc(p("".join(texts[:2])), properties='<w:gridSpan w:val="2"/>')]
            rows.append(tr(*cells))
        return tbl(*rows).replace("<w:tblGrid/>", "<w:tblGrid>" + '<w:gridCol w:w="9"/>' * 3 + "</w:tblGrid>")

    def _row(self, depth: int) -> str:
        some = self._random
        cells = []
        for _ in range(some.randrange(1, 3)):
            inner = "".join(self._block(depth) for _ in range(some.randrange(3)))
            cells.append(tc(inner + p(), properties=some.choice(_MERGED)))
        return tr(*cells)
