"""The styles of a template that rich values take: of headings, links and lists (ECMA-376 part 1, 17.7)."""

from collections.abc import Iterator

from lxml.etree import _Element

from docops_flask.engine.oxml.names import namespace_of, to_integer

LIST_NAMES = {
    "bullet": ("list bullet", "项目符号列表", "列表"),
    "number": ("list number", "编号列表"),
}
_LINK = "hyperlink"


class RichStyles:
    """Finds styles by what Word calls them, whatever their ids are."""

    def __init__(self, styles: _Element | None) -> None:
        """``styles`` is the root of the styles part, ``None`` where the template has none."""
        self._root = styles
        self._w = "" if styles is None else f"{{{namespace_of(styles.tag)}}}"
        found = [] if styles is None else styles.iterchildren(f"{self._w}style")
        # One without an id is no style that a paragraph can name.
        self._styles = [each for each in found if self._id(each)]
        self._by_name: dict[tuple[str, str], _Element] = {}
        for style in self._styles:
            self._by_name.setdefault((self._type(style), self._name(style).lower()), style)

    def heading(self, level: int) -> str | None:
        """Return the id of the style of headings of ``level`` (1 to 6): by name, by id, by outline level."""
        named = self._by_name.get(("paragraph", f"heading {level}"))
        if named is not None:
            return self._id(named)
        paragraphs = [each for each in self._styles if self._type(each) == "paragraph"]
        for style in paragraphs:
            if self._id(style) == f"Heading{level}":
                return self._id(style)
        for style in paragraphs:
            outline = style.find(f"{self._w}pPr/{self._w}outlineLvl")
            if outline is not None and to_integer(outline.get(f"{self._w}val")) == level - 1:
                return self._id(style)
        return None

    def link(self) -> str | None:
        """Return the id of the style of links."""
        style = self._by_name.get(("character", _LINK))
        return None if style is None else self._id(style)

    def of_list(self, kind: str) -> tuple[str | None, int | None]:
        """Return the id of the style of a kind of list (bullet, number), and the number of its list."""
        for name in LIST_NAMES[kind]:
            style = self._by_name.get(("paragraph", name))
            if style is not None:
                number = style.find(f"{self._w}pPr/{self._w}numPr/{self._w}numId")
                return self._id(style), None if number is None else to_integer(number.get(f"{self._w}val"))
        return None, None

    @property
    def highest_list(self) -> int:
        """The highest number of a list that a style names, 0 where none does."""
        if self._root is None:
            return 0
        found = (to_integer(each.get(f"{self._w}val")) for each in self._root.iter(f"{self._w}numId"))
        return max([0, *(number for number in found if number is not None)])

    def _type(self, style: _Element) -> str:
        return style.get(f"{self._w}type") or "paragraph"

    def _id(self, style: _Element) -> str:
        return style.get(f"{self._w}styleId") or ""

    def _name(self, style: _Element) -> str:
        name = style.find(f"{self._w}name")
        return "" if name is None else name.get(f"{self._w}val") or ""


def levels_of(numbering: _Element) -> Iterator[tuple[int, int, frozenset[int]]]:
    """Yield of each list that is no link to a style: its number, that of its definition, its levels."""
    w = f"{{{namespace_of(numbering.tag)}}}"
    levels: dict[int, frozenset[int]] = {}
    for abstract in numbering.iterchildren(f"{w}abstractNum"):
        identity = to_integer(abstract.get(f"{w}abstractNumId"))
        if identity is not None and abstract.find(f"{w}numStyleLink") is None:
            known = (to_integer(each.get(f"{w}ilvl")) for each in abstract.iterchildren(f"{w}lvl"))
            levels[identity] = frozenset(each for each in known if each is not None)
    for num in numbering.iterchildren(f"{w}num"):
        number, named = to_integer(num.get(f"{w}numId")), num.find(f"{w}abstractNumId")
        of = None if named is None else to_integer(named.get(f"{w}val"))
        if number is not None and of is not None and of in levels:
            yield number, of, levels[of]
