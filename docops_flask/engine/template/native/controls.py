"""Content controls that an author has named as fields (ECMA-376 part 1, 17.5.2; [MS-DOCX] 2.5 and 2.6).

A control is named by its w:tag, else by its w:alias: a tag of template language 2 in its brackets, or a name.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import StoryKind, StoryPart
from docops_flask.engine.oxml.markup import TOKEN, Scope, attributes_of, decoded, element_end, inner_scope
from docops_flask.engine.template.grammar import CLOSE, OPEN
from docops_flask.engine.template.native.byte_tree import Node, read_nodes
from docops_flask.engine.template.native.marker import MARKER
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_path, read_tag

# The kinds of control, by the properties that say so; one without any takes rich text (17.5.2.26).
_KINDS = {
    "text": "text", "richText": "rich", "date": "date", "dropDownList": "choice", "comboBox": "combo",
    "checkbox": "check", "picture": "picture", "group": "group", "repeatingSection": "section",
    "repeatingSectionItem": "item",
}  # fmt: skip
# The kinds whose names are those of fields in any script: their tags have a sign or a format.
_SURE_KINDS = frozenset(("date", "check", "picture", "section", "group"))
# What Word itself keeps in controls: galleries, citations, equations.
_OF_WORD = frozenset(("docPartObj", "docPartList", "citation", "bibliography", "equation"))
# What says that somebody is to fill in a control.
_FILLED_KINDS = frozenset(("showingPlcHdr", "date", "dropDownList", "comboBox", "picture"))
# Names that programs give to controls of their own accord: Google Docs numbers all of them.
_GENERATED = re.compile(r"goog_rdk_[0-9]+\Z")
_LOOKED_THROUGH = frozenset(("sdt", "sdtContent", "customXml", "ins", "del", "moveFrom", "moveTo"))
_LEVELS = {
    "p": "inline", "hyperlink": "inline", "smartTag": "inline", "fldSimple": "inline", "dir": "inline",
    "bdo": "inline", "tbl": "row", "tr": "cell",
}  # fmt: skip


class Control(NamedTuple):
    """A content control: its element, its properties and content, what it is.

    ``level`` is inline, block, row or cell: what its content stands among. ``kind`` is text, rich, date,
    choice, combo, check, picture, group, section or item. ``tag`` is what its author calls it, with brackets
    if he wrote them; ``named`` is that tag read.
    """

    node: Node
    properties: Node
    content: Node
    level: str
    kind: str
    written: str
    tag: Tag

    @property
    def bracketed(self) -> list[Node]:
        """Its w:tag and w:alias that call it by a tag in brackets."""
        if not self.written.startswith(OPEN):
            return []
        named = (self.properties.child(each) for each in ("tag", "alias"))
        return [each for each in named if each is not None and (value_of(each) or "").strip() == self.written]

    @property
    def has_place(self) -> bool:
        """Whether it stands in a paragraph or holds one, so that there is an address for it."""
        return self.level == "inline" or any(each.local == "p" for each in self.content.inside())

    @property
    def holds_named(self) -> bool:
        """Whether a control with a name stands in it."""
        inner = (each for each in self.content.inside() if each.local == "sdt")
        return any(_control(each, ()) is not None for each in inner)

    @property
    def is_surely_a_field(self) -> bool:
        """Whether its name is a field's, whatever names the template and the task declare."""
        names = () if self.tag.path is None else self.tag.path.names
        return self.kind in _SURE_KINDS or self.tag.is_explicit or all(map(str.isascii, names))

    def setting(self, local: str) -> Node | None:
        """Return the first property of this local name, in whatever namespace, in another or not."""
        return next((each for each in self.properties.inside() if local_name(each) == local), None)


class Settings(NamedTuple):
    """What it takes to finish a control that was filled.

    ``form`` is the format of a date, or the start tag of a picture's wp:docPr; ``items`` are value and shown
    text of a list, ``is_temporary`` says that the control goes once it has content. ``hidden`` are the names
    with brackets that it has, by w:tag or w:alias. ``prefix`` is that of attributes of WordprocessingML, with
    its colon.
    """

    kind: str
    form: str = ""
    items: tuple[tuple[str, str], ...] = ()
    is_temporary: bool = False
    hidden: tuple[tuple[str, bytes], ...] = ()
    prefix: bytes = b""


def local_name(node: Node) -> str:
    """Return the local name of an element, in whatever namespace."""
    return node.name.rpartition(b":")[2].decode()


def value_of(node: Node | None, local: str = "val") -> str | None:
    """Return an attribute's value by its local name, in whatever namespace."""
    if node is None:
        return None
    for name, value in attributes_of(node.attributes.removesuffix(b"/")).items():
        if name.rpartition(b":")[2] == local.encode():
            return decoded(value)
    return None


class Addresses:
    """The addresses of the paragraphs that controls of a story lie in or begin with."""

    def __init__(self, part: StoryPart) -> None:
        self._paragraphs = part.paragraphs
        self._starts = [place.start for place in part.paragraphs]

    def of(self, node: Node) -> str:
        """Return the address for a control; where it holds no paragraph, that of the one before it, or ""."""
        places = self._paragraphs
        inside = bisect_left(self._starts, node.start)
        if inside < len(places) and places[inside].start < node.end:
            return places[inside].path
        number = inside - 1
        while number >= 0 and places[number].story is StoryKind.TEXTBOX and places[number].end <= node.start:
            # A text box stands before it in its paragraph.
            number -= 1
        return places[number].path if number >= 0 else ""


class UnnamedControl(NamedTuple):
    """A control to be filled in that has no name of a field; ``written`` is what it is called."""

    node: Node
    written: str


def controls_in(part: StoryPart) -> Iterator[Control]:
    """Yield the named controls of a story, in document order; those inside others follow them."""
    for node, around in _all_in(part):
        control = _control(node, around)
        if control is not None:
            yield control


def unnamed_controls_in(part: StoryPart) -> Iterator[UnnamedControl]:
    """Yield the controls of a story that look as if they were to be filled and have no name of a field.

    Those are controls that show their placeholder, and lists, dates and pictures.
    """
    content = part.text.content
    for node, _ in _all_in(part):
        properties, inner = node.child("sdtPr"), node.child("sdtContent")
        if properties is None or inner is None or _is_marked(node):
            continue
        names = {local_name(each) for each in properties.children}
        if not _OF_WORD.isdisjoint(names) or _FILLED_KINDS.isdisjoint(names):
            continue
        holds_others = any(each.local == "sdt" for each in inner.inside())
        if holds_others or OPEN.encode() in content[inner.inner : inner.close]:
            continue
        called = [(value_of(properties.child(local)) or "").strip() for local in ("tag", "alias")]
        if not any(_GENERATED.match(each) or _named(each) is not None for each in called):
            yield UnnamedControl(node, next(filter(None, called), ""))


def _is_marked(node: Node) -> bool:
    """Say whether a control is a field, or would be and is left, without its name in brackets."""
    names = [] if (properties := node.child("sdtPr")) is None else properties.children
    return any(MARKER.encode() in each.attributes for each in (node, *names))


def _all_in(part: StoryPart) -> Iterator[tuple[Node, Sequence[str]]]:
    """Yield the controls of a story, in document order, each with the elements around the outermost.

    Only controls are read element by element: most of a long story stands in none.
    """
    text = part.text
    content, namespace = text.content, text.namespace
    # Of each open element its local name, "" where it is of another namespace, and the namespaces in scope.
    opened: list[tuple[str, Scope]] = [("", text.root_scope)]
    at = text.root_end
    while (match := TOKEN.search(content, at)) is not None:
        at = match.end()
        slash, name, attributes = match.groups()
        if slash:
            if len(opened) == 1:
                return
            opened.pop()
        elif name is not None:
            outer = opened[-1][1]
            scope = inner_scope(outer, attributes) if b"xmlns" in attributes else outer
            prefix, _, local = name.rpartition(b":")
            own = local.decode() if scope.get(prefix) == namespace else ""
            if own == "sdt":
                at = element_end(content, match.start())
                around = [each for each, _ in reversed(opened)]
                [node] = read_nodes(content, match.start(), at, namespace, outer)
                for each in (node, *node.inside()):
                    if each.local == "sdt":
                        yield each, around
            elif not attributes.endswith(b"/"):
                opened.append((own, scope))


def _control(node: Node, around: Sequence[str]) -> Control | None:
    properties, content = node.child("sdtPr"), node.child("sdtContent")
    if properties is None or content is None:
        return None
    names = [local_name(each) for each in properties.children]
    if not _OF_WORD.isdisjoint(names):
        return None
    kind = next((_KINDS[each] for each in names if each in _KINDS), "rich")
    if "repeatingSection" in names or "repeatingSectionItem" in names:
        kind = "section" if "repeatingSection" in names else "item"
    for local in ("tag", "alias"):
        written = (value_of(properties.child(local)) or "").strip()
        tag = _named(written)
        if tag is not None:
            return Control(node, properties, content, _level(node, around), kind, written, tag)
    return None


def _named(written: str) -> Tag | None:
    """Return the tag that a control is called by; ``None`` where its name is that of no field."""
    is_bracketed = written.startswith(OPEN) and written.endswith(CLOSE) and written.count(OPEN) == 1
    if not is_bracketed and (read_path(written) is None or _GENERATED.match(written)):
        return None
    tag = read_tag(written[1:-1] if is_bracketed else written)
    return tag if isinstance(tag, Tag) else None


def _level(node: Node, around: Sequence[str]) -> str:
    """Return what a control stands among; ``around`` are the elements around the outermost, inside first."""
    inside = []
    parent = node.parent
    while parent is not None:
        inside.append(parent.local)
        parent = parent.parent
    for local in (*inside, *around):
        if local not in _LOOKED_THROUGH:
            return _LEVELS.get(local, "block")
    return "block"
