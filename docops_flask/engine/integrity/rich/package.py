"""The styles, lists and relationships that rich values take or add, worked out by the proof anew."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.copies import spans_in
from docops_flask.engine.integrity.rich_claims import Line
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.opc.relationships import RELATIONSHIP, RELATIONSHIPS_NAMESPACE
from docops_flask.engine.opc.xml_part import parse_part, serialize_part

EMPTY_RELATIONSHIPS = f'<Relationships xmlns="{RELATIONSHIPS_NAMESPACE}"/>'.encode()
_STYLES_OF_LISTS = {"bullet": ["list bullet", "项目符号列表", "列表"], "number": ["list number", "编号列表"]}
_LEVELS = 9
_NAMED = re.compile(rb"<(?:[^\s<>/:!?]+:)?numId\s[^<>]*?val\s*=\s*[\"']([0-9]{1,9})[\"']")
_SIGNS = ("bullet", "•"), ("bullet", "–"), ("bullet", "▪")
_COUNTS = ("decimal", "%{}."), ("lowerLetter", "%{})"), ("lowerRoman", "%{}.")


class Styles:
    """The styles of the template by their names in Word."""

    def __init__(self, root: _Element | None) -> None:
        self._root = root
        self._w = "" if root is None else root.tag[: root.tag.index("}") + 1]

    def _all(self, kind: str) -> list[_Element]:
        if self._root is None:
            return []
        w = self._w
        named = (each for each in self._root.findall(f"{w}style") if self._identity(each))
        return [each for each in named if each.get(f"{w}type", "paragraph") == kind]

    def _called(self, kind: str, name: str) -> _Element | None:
        w = self._w
        for style in self._all(kind):
            named = style.find(f"{w}name")
            if named is not None and (named.get(f"{w}val") or "").lower() == name:
                return style
        return None

    def _identity(self, style: _Element | None) -> str | None:
        return None if style is None else style.get(f"{self._w}styleId", "")

    def link(self) -> str | None:
        """Return the id of the style of links."""
        return self._identity(self._called("character", "hyperlink"))

    def heading(self, level: int) -> str | None:
        """Return the id of the style of headings of a level."""
        w = self._w
        style = self._called("paragraph", f"heading {level}")
        if style is None:
            own = [each for each in self._all("paragraph") if self._identity(each) == f"Heading{level}"]
            outlined = [
                each
                for each in self._all("paragraph")
                if _number(each.find(f"{w}pPr/{w}outlineLvl"), f"{w}val") == level - 1
            ]
            style = next(iter([*own, *outlined]), None)
        return self._identity(style)

    def of_list(self, kind: str) -> tuple[str | None, int | None]:
        """Return the id of the style of a kind of list, and the number of its list."""
        w = self._w
        found = (self._called("paragraph", name) for name in _STYLES_OF_LISTS[kind])
        style = next((each for each in found if each is not None), None)
        if style is None:
            return None, None
        return self._identity(style), _number(style.find(f"{w}pPr/{w}numPr/{w}numId"), f"{w}val")

    def named_lists(self) -> Iterable[int]:
        """Return the numbers of lists that styles name."""
        found = () if self._root is None else self._root.iter(f"{self._w}numId")
        return [number for each in found if (number := _number(each, f"{self._w}val")) is not None]


def _number(element: _Element | None, attribute: str) -> int | None:
    stated = "" if element is None else element.get(attribute, "")
    return int(stated) if re.fullmatch(r"[-+]?\d{1,9}", stated) else None


class Item(NamedTuple):
    """How an item of a list is written."""

    style: str | None
    level: int
    list: int


class Lists:
    """The lists of a result: those of the template, and those added for rich values."""

    def __init__(
        self,
        content: bytes | None,
        name: str,
        styles: Styles,
        namespace: str,
        stories: Callable[[], Iterable[bytes]],
    ) -> None:
        """``stories`` are the parts, as UTF-8, whose paragraphs may name lists that there are not."""
        self._stories = stories
        self._content = content
        self._styles = styles
        self._namespace = namespace
        root = None if content is None else parse_part(content, name)
        self._w = w = "" if root is None else root.tag[: root.tag.index("}") + 1]
        children = [] if root is None else [*root]
        lists = [each for each in children if each.tag == f"{w}num"]
        definitions = [each for each in children if each.tag == f"{w}abstractNum"]
        self._definition_of: dict[int, int] = {}
        for each in lists:
            number = _number(each, f"{w}numId")
            of = _number(each.find(f"{w}abstractNumId"), f"{w}val")
            if number is not None and of is not None:
                self._definition_of[number] = of
        self._levels = {
            _number(each, f"{w}abstractNumId"): {
                _number(level, f"{w}ilvl") for level in each.findall(f"{w}lvl")
            }
            for each in definitions
            if each.find(f"{w}numStyleLink") is None
        }
        self._last_list = self._highest(root, "num", "numId")
        self._last_definition = self._highest(root, "abstractNum", "abstractNumId")
        self._own: dict[str, int] = {}
        self._of_bullets: int | None = None
        self.added: list[dict[str, int]] = []

    def _highest(self, root: _Element | None, name: str, attribute: str) -> int:
        found = () if root is None else root.iter(self._w + name)
        return max([0, *(_number(each, self._w + attribute) or 0 for each in found)])

    def items(self, lines: Sequence[Line]) -> list[Item | None]:
        """Return how the items among ``lines`` are written."""
        found: list[Item | None] = []
        current: dict[int, tuple[str, Item]] = {}
        for kind, _, level, start in lines:
            if kind not in _STYLES_OF_LISTS:
                current = {}
                found.append(None)
                continue
            current = {each: known for each, known in current.items() if each <= level}
            if level not in current or current[level][0] != kind:
                current[level] = kind, self._begun(kind, level, start)
            found.append(current[level][1])
        return found

    def _begun(self, kind: str, level: int, start: int) -> Item:
        style, number = self._styles.of_list(kind)
        # No list is numbered 0 or less.
        definition = None if number is None or number <= 0 else self._definition_of.get(number)
        levels = self._levels.get(definition, set()) if definition is not None else set()
        fits = all(each in levels for each in range(level + 1))
        if kind == "bullet" and fits and number is not None:
            return Item(style, level, number)
        if kind == "bullet":
            if self._of_bullets is None:
                self._of_bullets = self._new({"abstractNumId": self._own_definition(kind)})
            return Item(style, level, self._of_bullets)
        of = definition if fits and definition is not None else self._own_definition(kind)
        return Item(style, level, self._new({"abstractNumId": of, "level": level, "start": start}))

    def _own_definition(self, kind: str) -> int:
        if kind not in self._own:
            self._last_definition += 1
            self._own[kind] = self._last_definition
        return self._own[kind]

    def _new(self, members: dict[str, int]) -> int:
        if not self.added:
            named = (int(each[1]) for story in self._stories() for each in _NAMED.finditer(story))
            self._last_list = max([self._last_list, *named, *self._styles.named_lists()])
        self._last_list += 1
        self.added.append({"numId": self._last_list, **members})
        return self._last_list

    def written(self) -> bytes:
        """Return the numbering part with what was added."""
        content = self._content
        if content is None:
            head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            content = head + f'<w:numbering xmlns:w="{self._namespace}"></w:numbering>'.encode()
        root = parse_part(content, "")
        start = re.search(rb"<(?![?!])", content)
        assert start is not None
        if content.rstrip().endswith(b"/>"):
            tag = content.rstrip()[start.start() :]
            name = re.split(rb"[\s/]", tag[1:])[0]
            content = content[: start.start()] + tag[:-2] + b"></" + name + b">"
        spans = dict(zip(root.iter("*"), spans_in(content, start.start()), strict=True))
        w = self._w or f"{{{self._namespace}}}"
        has_prefix = bool(root.prefix)
        prefix = root.prefix if has_prefix else "w"
        declared = "" if has_prefix else f' xmlns:w="{self._namespace}"'
        end = content.rindex(b"</", 0, spans[root].end)
        last = next(root.iterchildren("*", reversed=True), None)
        is_cleaned = last is not None and last.tag == f"{w}numIdMacAtCleanup"
        behind = spans[last].start if last is not None and is_cleaned else end
        first: _Element | None = root.find(f"{w}num")
        before = behind if first is None else spans[first].start
        definitions = "".join(self._definition(kind, number) for kind, number in self._own.items())
        lists = "".join(map(self._list, self.added))
        new = [
            each.replace("<@:abstractNum ", f"<@:abstractNum{declared} ")
            .replace("<@:num ", f"<@:num{declared} ")
            .replace("@:", f"{prefix}:")
            .encode()
            for each in (definitions, lists)
        ]
        return content[:before] + new[0] + content[before:behind] + new[1] + content[behind:]

    @staticmethod
    def _definition(kind: str, number: int) -> str:
        forms = _SIGNS if kind == "bullet" else _COUNTS
        levels = ""
        for level in range(_LEVELS):
            name, text = forms[level % 3]
            levels += (
                f'<@:lvl @:ilvl="{level}"><@:start @:val="1"/><@:numFmt @:val="{name}"/>'
                f'<@:lvlText @:val="{text.format(level + 1)}"/><@:lvlJc @:val="left"/>'
                f'<@:pPr><@:ind @:left="{420 * level + 420}" @:hanging="420"/></@:pPr></@:lvl>'
            )
        identity = "0D0C0501" if kind == "bullet" else "0D0C0502"
        return (
            f'<@:abstractNum @:abstractNumId="{number}"><@:nsid @:val="{identity}"/>'
            f'<@:multiLevelType @:val="hybridMultilevel"/>{levels}</@:abstractNum>'
        )

    @staticmethod
    def _list(added: Mapping[str, int]) -> str:
        own = ""
        if "start" in added:
            own = (
                f'<@:lvlOverride @:ilvl="{added["level"]}"><@:startOverride @:val="{added["start"]}"/>'
                "</@:lvlOverride>"
            )
        of = f'<@:abstractNumId @:val="{added["abstractNumId"]}"/>'
        return f'<@:num @:numId="{added["numId"]}">{of}{own}</@:num>'


class Relations:
    """The relationships that are added to a part, behind those in ``content``; ``ids`` are taken."""

    def __init__(self, content: bytes, name: str, ids: Iterable[str]) -> None:
        self._root = parse_part(content, name)
        self.ids = {*ids, *(each.get("Id", "") for each in self._root if each.tag == RELATIONSHIP)}

    def add(self, members: Mapping[str, str]) -> str:
        """Add one behind the others; return its id, the next that is free."""
        number = len(self.ids) + 1
        while f"rId{number}" in self.ids:
            number += 1
        self.ids.add(f"rId{number}")
        etree.SubElement(self._root, RELATIONSHIP, {"Id": f"rId{number}", **members})
        return f"rId{number}"

    def written(self) -> bytes:
        """Return the part."""
        return serialize_part(self._root)


def related(template: Template, kind: str) -> str | None:
    """Return the name of the first part of a kind that the main part leads to and that is there."""
    for each in template.relationships(template.main_part):
        if each.kind == kind and not each.external and template.has(each.target):
            return each.target
    return None


def same(claimed: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Raise ``Misfit`` unless what the log says was added to other parts is what its values add (``own``)."""
    if dict(claimed) != dict(own):
        raise Misfit
