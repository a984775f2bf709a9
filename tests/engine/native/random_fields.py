"""Random documents with Word fields of any form, sound or not, as Word and other programs leave them."""

from random import Random
from xml.sax.saxutils import escape, quoteattr

from tests.engine.native.word_fields import character
from tests.factories import p, r, tbl, tc, textbox, tr

_NAMES = (
    "A", "B", "C", "L.x", "First Name", "姓名", "TableStart:L", "TableEnd:L", "x-y", "A|B", "Ａ", "END", "1a",
)  # fmt: skip
_SWITCHES = (
    "", "\\* Upper", "\\* MERGEFORMAT", '\\b "x "', '\\f ", "', "\\# 0.00", '\\@ "yyyy-MM-dd"', '\\@ "MMMM"',
    "\\z", '\\b "a|b"', "\\m", "\\*caps",
)  # fmt: skip
PAYLOAD = {
    "A": "1", "B": "", "C": "2026-05-06", "First_Name": "Ann\nLee", "姓名": "张三", "x_y": "5.5", "A_B": "z",
    "L": [{"x": "1", "A": "q", "C": "3", "B": "4"}, {"x": "2"}], "Text": "t", "Box": True, "List": "y",
}  # fmt: skip


class RandomFields:
    """Makes them, of one seed always the same."""

    def __init__(self, seed: int, forms: tuple[str, ...]) -> None:
        """``forms`` are form fields to put in."""
        self._random = Random(seed)
        self._forms = forms

    def body(self) -> str:
        """The content of a body."""
        return "".join(self._block() for _ in range(self._random.randint(1, 4)))

    def payload(self) -> dict[str, object]:
        """Some of the values."""
        return {name: value for name, value in PAYLOAD.items() if self._random.random() < 0.7}

    def _is(self, chance: float) -> bool:
        return self._random.random() < chance

    def _block(self) -> str:
        if self._is(0.25):
            return tbl(*[tr(tc(self._paragraph()), tc(self._paragraph())) for _ in range(2)])
        return self._paragraph()

    def _paragraph(self, *, in_box: bool = False) -> str:
        texts = (" t ", "【A】", "【#L】", "【/L】")
        found = [
            self._wrapped(self._field() if self._is(0.4) else r(self._random.choice(texts)))
            for _ in range(self._random.randint(0, 3))
        ]
        if not in_box and self._is(0.15):
            found.append(textbox(self._paragraph(in_box=True)))
        return p(*found)

    def _wrapped(self, content: str) -> str:
        number = self._random.randint(1, 999)
        return self._random.choice(
            (
                f'<w:ins w:id="{number}" w:author="a">{content}</w:ins>',
                f'<w:del w:id="{number}" w:author="a">{content}</w:del>',
                f'<w:hyperlink w:anchor="z">{content}</w:hyperlink>',
                f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>",
                *[content] * 8,
            )
        )

    def _instruction(self) -> str:
        name = self._random.choice(_NAMES)
        name = f'"{name}"' if " " in name or self._is(0.2) else name
        field = f" MERGEFIELD {name} {self._random.choice(_SWITCHES)} "
        return self._random.choice((field, field, field, " PAGE ", " IF a = b ", f"mergefield\t{name}"))

    def _field(self, *, is_inner: bool = False) -> str:
        written = self._instruction()
        if self._is(0.25):
            inner = "" if is_inner or self._is(0.7) else self._field(is_inner=True)
            return f"<w:fldSimple w:instr={quoteattr(written)}>{r('«x»', '<w:i/>')}{inner}</w:fldSimple>"
        if self._is(0.2):
            return self._random.choice(self._forms)
        cut = self._random.randint(0, len(written))
        begin = '<w:r><w:t>pre</w:t><w:fldChar w:fldCharType="begin"/></w:r>'
        pieces = [self._random.choice((*[character("begin")] * 8, begin, ""))]
        for code in (written[:cut], written[cut:]):
            name = "delInstrText" if self._is(0.1) else "instrText"
            remark = "<!-- c -->" if self._is(0.1) else ""
            pieces.append(f"<w:r><w:{name}>{escape(code)}{remark}</w:{name}></w:r>")
            pieces.append(self._range())
        if not is_inner and self._is(0.1):
            pieces.append(self._field(is_inner=True))
        pieces.append(character("separate") if self._is(0.85) else "")
        results = (
            r("«x»"), r("y", "<w:b/>"), "<w:r/>", "<w:r><w:br/></w:r>", self._range(),
            '<w:r><w:endnoteReference w:id="1"/></w:r>', f'<w:hyperlink w:anchor="a">{r("h")}</w:hyperlink>',
        )  # fmt: skip
        weights = (8, 8, 2, 2, 4, 1, 1)
        pieces += self._random.choices(results, weights, k=self._random.randint(0, 3))
        end = '<w:r><w:fldChar w:fldCharType="end"/><w:t>post</w:t></w:r>'
        return "".join([*pieces, self._random.choice((*[character("end")] * 8, end, ""))])

    def _range(self) -> str:
        number = self._random.randint(1, 9999)
        return f'<w:bookmarkStart w:id="{number}" w:name="b{number}"/>' if self._is(0.15) else ""
