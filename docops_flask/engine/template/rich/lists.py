"""The lists of rich values: those of the template's list styles, else lists of their own (17.9)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.oxml.markup import TOKEN, spliced
from docops_flask.engine.oxml.names import namespace_of, to_integer
from docops_flask.engine.template.elements import elements_in
from docops_flask.engine.template.rich.styles import RichStyles, levels_of
from docops_flask.engine.template.rich.values import MAX_LEVEL, RichParagraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
# What stands before the items of a level, in turn.
_BULLETS = ("•", "–", "▪")
_NUMBERS = (("decimal", "."), ("lowerLetter", ")"), ("lowerRoman", "."))
_INDENT = 420
# Word takes definitions without one for the same; these two are ours.
_NSID = {"bullet": "0D0C0501", "number": "0D0C0502"}


_NAMED = re.compile(rb"<(?:[^\s<>/:!?]+:)?numId\s[^<>]*?val\s*=\s*[\"']([0-9]{1,9})[\"']")


class ListItem(NamedTuple):
    """What an item of a list is written with: the style of its paragraph, its level, its list's number."""

    style: str | None
    level: int
    number: int


class AddedList(NamedTuple):
    """A list added to the numbering part: its number, that of its definition, where it begins to count."""

    number: int
    abstract: int
    level: int
    start: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the log has it."""
        start = {} if self.start is None else {"level": self.level, "start": self.start}
        return {"numId": self.number, "abstractNumId": self.abstract, **start}


class RichLists:
    """The lists of the rich values of one result, in the order of their use."""

    def __init__(
        self,
        numbering: bytes | None,
        name: str,
        styles: RichStyles,
        namespace: str,
        named: Callable[[], int],
    ) -> None:
        """``numbering`` is the numbering part called ``name`` as UTF-8, ``None`` without one.

        ``namespace`` is that of WordprocessingML in the document. ``named`` returns the highest number of a
        list that a paragraph or style names, whether there is such a list or not: no other list may get it.
        """
        self._content = numbering
        self._namespace = namespace
        self._styles = styles
        root = None if numbering is None else parse_part(numbering, name)
        known = () if root is None else levels_of(root)
        # 0 is no list, it switches numbering off (17.9.18).
        self._levels = {number: (abstract, levels) for number, abstract, levels in known if number > 0}
        self._highest_list = _highest(root, "num", "numId")
        self._named = named
        self._next_abstract = _highest(root, "abstractNum", "abstractNumId") + 1
        self._own: dict[str, int] = {}
        self._bullets: int | None = None
        self.added: list[AddedList] = []

    def items(self, paragraphs: Sequence[RichParagraph]) -> list[ListItem | None]:
        """Return what the items among ``paragraphs`` are written with."""
        found: list[ListItem | None] = []
        # The lists that are open, from the outermost in: kind, level, number.
        opened: list[tuple[str, int, ListItem]] = []
        for each in paragraphs:
            if each.kind not in _NSID:
                opened = []
                found.append(None)
                continue
            while opened and opened[-1][1] > each.level:
                opened.pop()
            if not opened or opened[-1][:2] != (each.kind, each.level):
                if opened and opened[-1][1] == each.level:
                    opened.pop()
                opened.append((each.kind, each.level, self._item(each)))
            found.append(opened[-1][2])
        return found

    def _item(self, first: RichParagraph) -> ListItem:
        """Return what the items of the list that begins with ``first`` are written with."""
        style, number = self._styles.of_list(first.kind)
        abstract, levels = self._levels.get(number or 0, (None, frozenset[int]()))
        has_own = abstract is None or not levels.issuperset(range(first.level + 1))
        if first.kind == "bullet":
            if number is not None and not has_own:
                return ListItem(style, first.level, number)
            if self._bullets is None:
                self._bullets = self._add(self._own_abstract("bullet"), first.level, None)
            return ListItem(style, first.level, self._bullets)
        of = self._own_abstract("number") if has_own or abstract is None else abstract
        return ListItem(style, first.level, self._add(of, first.level, first.start))

    def _own_abstract(self, kind: str) -> int:
        if kind not in self._own:
            self._own[kind] = self._next_abstract
            self._next_abstract += 1
        return self._own[kind]

    def _add(self, abstract: int, level: int, start: int | None) -> int:
        if not self.added:
            self._highest_list = max(self._highest_list, self._named())
        self._highest_list += 1
        self.added.append(AddedList(self._highest_list, abstract, level, start))
        return self._highest_list

    def written(self) -> bytes:
        """Return the numbering part with the lists that were added."""
        content = self._content
        if content is None:
            content = (
                b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                b'<w:numbering xmlns:w="%b"></w:numbering>' % self._namespace.encode()
            )
        start = next(match for match in TOKEN.finditer(content) if match[2] is not None)
        prefix, _, _ = start[2].rpartition(b":")
        if start[3].endswith(b"/"):
            opened = b"<%b%b>" % (start[2], start[3][:-1])
            content = content[: start.start()] + opened + b"</%b>" % start[2] + content[start.end() :]
        root, *others = elements_in(content, {}, start.start())
        children = [each for each in others if each.parent == 0]
        end = content.rindex(b"</", root.start, root.end)
        is_cleaned = bool(children) and children[-1].local == b"numIdMacAtCleanup"
        tail = children[-1].start if is_cleaned else end
        first = next((each.start for each in children if each.local == b"num"), tail)
        declared = b"" if prefix else b' xmlns:w="%b"' % self._namespace.encode()
        w = (prefix or b"w").decode() + ":"
        abstracts = "".join(_abstract(w, kind, number) for kind, number in self._own.items()).encode()
        nums = "".join(_num(w, each) for each in self.added).encode()
        if declared:
            abstracts = abstracts.replace(b"<w:abstractNum ", b"<w:abstractNum%b " % declared)
            nums = nums.replace(b"<w:num ", b"<w:num%b " % declared)
        return spliced(content, [(first, first, abstracts), (tail, tail, nums)])


def highest_named(parts: Iterable[bytes]) -> int:
    """Return the highest number of a list that paragraphs in ``parts``, as UTF-8, name; 0 for none."""
    return max((int(match[1]) for part in parts for match in _NAMED.finditer(part)), default=0)


def _highest(root: _Element | None, name: str, attribute: str) -> int:
    if root is None:
        return 0
    w = f"{{{namespace_of(root.tag)}}}"
    numbers = (to_integer(each.get(w + attribute)) for each in root.iter(w + name))
    return max([0, *(number for number in numbers if number is not None)])


def _abstract(w: str, kind: str, number: int) -> str:
    levels = []
    for level in range(MAX_LEVEL + 1):
        if kind == "bullet":
            form, text = "bullet", _BULLETS[level % len(_BULLETS)]
        else:
            form, behind = _NUMBERS[level % len(_NUMBERS)]
            text = f"%{level + 1}{behind}"
        levels.append(
            f'<{w}lvl {w}ilvl="{level}"><{w}start {w}val="1"/><{w}numFmt {w}val="{form}"/>'
            f'<{w}lvlText {w}val="{text}"/><{w}lvlJc {w}val="left"/><{w}pPr>'
            f'<{w}ind {w}left="{_INDENT * (level + 1)}" {w}hanging="{_INDENT}"/></{w}pPr></{w}lvl>'
        )
    return (
        f'<{w}abstractNum {w}abstractNumId="{number}"><{w}nsid {w}val="{_NSID[kind]}"/>'
        f'<{w}multiLevelType {w}val="hybridMultilevel"/>{"".join(levels)}</{w}abstractNum>'
    )


def _num(w: str, added: AddedList) -> str:
    override = ""
    if added.start is not None:
        override = (
            f'<{w}lvlOverride {w}ilvl="{added.level}"><{w}startOverride {w}val="{added.start}"/>'
            f"</{w}lvlOverride>"
        )
    return (
        f'<{w}num {w}numId="{added.number}"><{w}abstractNumId {w}val="{added.abstract}"/>{override}</{w}num>'
    )
