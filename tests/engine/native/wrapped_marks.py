"""Random templates in which each mark has a name of its own, and stands in whatever Word puts around it."""

from random import Random

from tests.engine.native.word_controls import RICH, TEXT, box, control, date, entries
from tests.engine.native.word_fields import character, code, complex_field, merge_field, simple
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_CHANGE = 'w:author="a" w:date="2026-01-01T00:00:00Z"'
_SIZES = (("s", "Small"), ("b", "Big"))
_WRAPS = (
    "{}", "{}", "{}", '<w:hyperlink w:anchor="x">{}</w:hyperlink>',
    f'<w:ins w:id="90" {_CHANGE}>{{}}</w:ins>',
    f'<w:moveTo w:id="91" {_CHANGE}>{{}}</w:moveTo>', '<w:smartTag w:uri="u" w:element="e">{}</w:smartTag>',
    '<w:customXml w:uri="u" w:element="e">{}</w:customXml>', '<w:bdo w:val="rtl">{}</w:bdo>',
    simple('HYPERLINK "http://x"', "{}"), complex_field(' HYPERLINK "http://x" ', "{}"),
    complex_field(" PAGE ", "{}"),
    f"{character('begin')}{code(' IF 1 = 1 ')}{{}}{character('separate')}{r('x')}{character('end')}",
    f"<w:r><w:ruby><w:rubyPr/><w:rt>{r('x')}</w:rt><w:rubyBase>{{}}</w:rubyBase></w:ruby></w:r>",
)  # fmt: skip


class WrappedMarks:
    """One template; ``values`` are those of its marks, by their names."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.values: dict[str, object] = {}
        body = "".join(self._block() for _ in range(self._random.randint(2, 4)))
        stories = {
            "header1": p(self._inline()),
            "footnotes": f'<w:footnote w:id="2">{p(self._inline())}</w:footnote>',
        }
        body += p('<w:r><w:footnoteReference w:id="2"/></w:r>')
        names = "、".join(name for name in self.values if not name.isascii())
        self.template = docx(body + p(f"【字段：{names}】" if names else "end"), stories=stories)

    def _name(self, value: object, patterns: tuple[str, ...] = ("F{}_", "甲{}_")) -> str:
        name = self._random.choice(patterns).format(len(self.values))
        self.values[name] = value
        return name

    def _content(self) -> str:
        """What stands in a control: without a name, or it would be filled in the place of the control."""
        return self._random.choice(_WRAPS[:-4]).format(self._random.choice((r("old"), control("", r("old")))))

    def _mark(self) -> str:
        made = self._random.randrange(8)
        if made == 0:
            return control(self._name("2026-05-06"), self._content(), date())
        if made == 1:
            kind = self._random.choice(("dropDownList", "comboBox"))
            return control(self._name("b"), self._content(), entries(*_SIZES, kind=kind))
        if made == 2:
            # A declared name of another script is that of a text.
            return control(self._name(True, ("F{}_",)), r("☐"), box())
        if made == 3:
            return merge_field(self._name("v"))
        if made == 4:
            return simple(f"MERGEFIELD {self._name('v')}", r("x"))
        kind, by = self._random.choice((TEXT, RICH)), self._random.choice(("tag", "alias"))
        return control(self._name("v"), self._content(), kind, by=by)

    def _inline(self) -> str:
        return "".join(
            self._random.choice(_WRAPS).format(self._mark()) for _ in range(self._random.randint(1, 2))
        )

    def _block(self) -> str:
        made = self._random.randrange(7)
        if made == 0:
            return tbl(tr(tc(p(self._inline())), tc(p(self._inline()))))
        if made == 1:
            return p(textbox(p(self._inline())))
        if made == 2:
            return control(self._name("v"), p(self._content()) * self._random.randint(1, 2), RICH)
        if made == 3:
            cells = tc(p(self._content())) * self._random.randint(1, 2)
            return tbl(control(self._name("v"), tr(cells), RICH))
        if made == 4:
            return tbl(tr(control(self._name("v"), tc(p(self._content())), RICH), tc("x")))
        return p(self._inline())
