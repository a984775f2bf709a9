"""Random bodies with content controls of every kind, at every level, and payloads for them."""

from random import Random
from typing import Any

from tests.engine.native.word_controls import (
    EMPTY,
    GROUP,
    LINES,
    PICTURE,
    PROMPT,
    RICH,
    TEXT,
    box,
    control,
    date,
    entries,
    section,
)
from tests.factories import p, r, tbl, tc, tr
from tests.pictures import in_base64, placeholder_picture, png

_SIZES = entries(("s", "Small"), ("b", "Big"), last="s")
_PICTURES = ("yyyy年M月d日", "EEEE年O月A日", "d.M.yyyy", "yyyy-MM-dd HH:mm", "yy/M", "d MMMM yyyy")
_VALUES: dict[str, tuple[Any, ...]] = {
    "T": ("v", "", "a\nb", "<&>", "x" * 80, None), "D": ("2026-05-06", "2026-12-31T14:30", None),
    "C": ("s", "Big", None), "O": ("b", "free", None), "K": (True, False, None),
    "P": ({"png": in_base64(png())}, None), "G": (True, False, None),
}  # fmt: skip


class Bodies:
    """Makes one body after the other."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._marks = 0

    def body(self) -> str:
        """A body of some pieces."""
        return "".join(self._block(0) for _ in range(self._random.randint(1, 5))) + p("end")

    def payload(self) -> dict[str, Any]:
        """Values for all names, some of them not given."""
        values = self._values()
        for name in ("R", "S"):
            if self._random.random() < 0.8:
                values[name] = [self._item(2) for _ in range(self._random.randint(0, 3))]
        return values

    def _item(self, depth: int) -> dict[str, Any]:
        values = self._values()
        for name in ("R", "S") if depth else ():
            if self._random.random() < 0.6:
                values[name] = [self._item(depth - 1) for _ in range(self._random.randint(0, 2))]
        return values

    def _values(self) -> dict[str, Any]:
        chosen = {name: self._random.choice(values) for name, values in _VALUES.items()}
        return {
            name: value for name, value in chosen.items() if value is not None or self._random.random() < 0.5
        }

    def _name(self, name: str) -> str:
        return self._random.choice((name, name, name, f"【{name}】", "no name!"))

    def _prompt(self) -> str:
        look = self._random.choice(("", "<w:b/>", '<w:rStyle w:val="X"/><w:i/>'))
        return self._random.choice((PROMPT, r("old", look), r("a", look) + r("b"), "", self._marked()))

    def _marked(self) -> str:
        self._marks += 1
        start = f'<w:bookmarkStart w:id="{self._marks}" w:name="b{self._marks}"/>'
        end = f'<w:bookmarkEnd w:id="{self._marks}"/>'
        return self._random.choice((start + r("old") + end, r("old") + start + end, start + end))

    def _inline(self) -> str:
        more = self._random.choice(
            ("", EMPTY, EMPTY, EMPTY + "<w:temporary/>", '<w:lock w:val="sdtLocked"/>')
        )
        made = self._random.randrange(8)
        if made == 0:
            return r(self._random.choice(("text", " ", "【T】")))
        if made == 1:
            return control(self._name("D"), self._prompt(), date(self._random.choice(_PICTURES)), more=more)
        if made == 2:
            return control(self._name("C"), self._prompt(), _SIZES, more=more)
        if made == 3:
            kind = _SIZES.replace("dropDownList", "comboBox")
            return control(self._name("O"), self._prompt(), kind, more=more)
        if made == 4:
            state = self._random.choice((("2612", "MS Gothic"), ("00FE", "Wingdings")))
            return control(self._name("K"), r("☐"), box(state))
        if made == 5:
            picture = placeholder_picture(self._random.choice(("", "a & b")), kind="inline")
            return control("P", picture.replace("&", "&amp;"), PICTURE, more=more)
        return control(self._name("T"), self._prompt(), self._random.choice((TEXT, LINES, RICH)), more=more)

    def _paragraph(self) -> str:
        return p(*(self._inline() for _ in range(self._random.randint(0, 3))))

    def _block(self, depth: int) -> str:
        made = self._random.randrange(8 if depth < 3 else 2)
        if made in (2, 3):
            items = [
                "".join(self._block(depth + 1) for _ in range(self._random.randint(1, 2))) for _ in range(2)
            ]
            return section(self._random.choice("RS"), *items[: self._random.randint(1, 2)])
        if made == 4:
            return control(self._random.choice(("G", "【^G】", "【#R】")), self._block(depth + 1), GROUP)
        if made == 5:
            return control(self._name("T"), p(self._prompt()), RICH, more=EMPTY)
        if made in (6, 7):
            return self._table(depth)
        return self._paragraph()

    def _table(self, depth: int) -> str:
        rows = [tr(tc("head"), tc("of it"))]
        for _ in range(self._random.randint(1, 3)):
            cells = tc(self._paragraph()), tc(self._block(depth + 1), p("x"))
            row = tr(*cells)
            made = self._random.randrange(4)
            if made == 0:
                row = section(self._random.choice("RS"), row)
            elif made == 1:
                row = control("G", row, GROUP)
            elif made == 2:
                row = tr(control(self._name("T"), tc(p(self._prompt())), RICH, more=EMPTY), cells[1])
            rows.append(row)
        return tbl(*rows)
