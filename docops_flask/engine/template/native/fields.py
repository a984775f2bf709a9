"""Word fields that are marks of fields: MERGEFIELD, simple and complex (ECMA-376 part 1, 17.16.2)."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.native.byte_tree import Node, read_nodes
from docops_flask.engine.template.native.form_fields import (
    FORM_FIELD,
    FORM_TYPES,
    FormParts,
    form_mark,
    name_of_form_field,
)
from docops_flask.engine.template.native.instruction import (
    MERGE_ONLY,
    Instruction,
    NoTag,
    read_instruction,
    tag_of_merge_field,
)
from docops_flask.engine.template.native.marks import Mark, Unfit
from docops_flask.engine.template.native.runs import holds_objects, pieces_of, tagged_run, text_of

MERGE_FIELD = "merge_field"
UNSUPPORTED = Kind.UNSUPPORTED_FIELD.value
_FIELD_MARKUP = re.compile(rb"[:<]fld(?:Char|Simple)\b")
_CHARACTER = re.compile(rb"fldCharType\s*=\s*[\"'](begin|end)[\"']")
# What may stand in a field beside its runs, and stays.
_RANGES = frozenset((
    "bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "permStart", "permEnd",
))  # fmt: skip


# What holds no fields of the text, or none that is there.
_NOT_READ = frozenset(("pPr", "rPr", "proofErr", "p"))
# What is there no more but for those who look at tracked changes.
_CHANGES = frozenset(("del", "moveFrom"))
# Elements of a run that are characters of an instruction.
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


class Piece(NamedTuple):
    """A run's piece of a complex field: ``kind`` is begin, separate, end, code or result."""

    kind: str
    node: Node
    run: Node


class ComplexField:
    """A complex field whose runs are side by side: its pieces, what else stands among them."""

    __slots__ = ("has_fields", "others", "pieces", "ranges")

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.ranges: list[Node] = []
        self.others: list[Node] = []
        self.has_fields = False

    def code(self, content: bytes) -> str:
        """Return its instruction; what stands in tracked insertions and the like belongs to it too."""
        separator = next((each.node.start for each in self.pieces if each.kind == "separate"), len(content))
        others = (each for each in self.others if each.local not in _CHANGES)
        inside = (node for each in others for node in each.inside() if node.start < separator)
        nodes = (*(each.node for each in self.pieces if each.kind == "code"), *inside)
        return "".join(
            text_of(content, each) if each.local == "instrText" else _SIGNS.get(each.local, "")
            for each in sorted(nodes, key=lambda node: node.start)
        )

    def runs(self, kind: str) -> list[Node]:
        """Return its runs with pieces of a kind."""
        return list(dict.fromkeys(each.run for each in self.pieces if each.kind == kind))

    @property
    def holds_more(self) -> bool:
        """Whether it has more than its instruction and its result, or its runs have more than it."""
        first, last = self.pieces[0], self.pieces[-1]
        is_whole = pieces_of(first.run)[0] is first.node and pieces_of(last.run)[-1] is last.node
        return (
            bool(self.others)
            or not is_whole
            or any(each.run.local != "r" for each in self.pieces)
            or holds_objects(list(dict.fromkeys(each.run for each in self.pieces)))
        )


def find_fields(part: StoryPart) -> Iterator[Mark | Unfit]:
    """Yield the marks of a story that are Word fields, in document order."""
    content = part.text.content
    depths = _Depths(content)
    paths = {place.start: place.path for place in part.paragraphs}
    for place in _outermost_with_fields(part):
        end = content.index(b">", place.end) + 1
        scope = part.text.root_scope if place.scope is None else place.scope
        for paragraph in read_nodes(content, place.start, end, part.text.namespace, scope):
            found: list[Mark | Unfit] = []
            for each in (paragraph, *(node for node in paragraph.inside() if node.local == "p")):
                found += _Reader(content, paths.get(each.start, place.path), depths).of(each)
            # Text boxes lie in the runs of their paragraph.
            yield from sorted(found, key=lambda each: each.start if isinstance(each, Mark) else 0)


def _outermost_with_fields(part: StoryPart) -> list[ParagraphPlace]:
    """Return the paragraphs, not in others, that hold markup of fields, in document order."""
    outermost: list[ParagraphPlace] = []
    for place in part.paragraphs:
        if not outermost or place.start > outermost[-1].end:
            outermost.append(place)
    starts = [place.start for place in outermost]
    numbers = {bisect_right(starts, match.start()) - 1 for match in _FIELD_MARKUP.finditer(part.text.content)}
    return [outermost[number] for number in sorted(numbers) if number >= 0]


class _Depths:
    """In how many complex fields a byte of a story lies; fields may begin and end in different paragraphs."""

    def __init__(self, content: bytes) -> None:
        self._starts: list[int] = []
        self._depths: list[int] = [0]
        for match in _CHARACTER.finditer(content):
            self._starts.append(match.start())
            self._depths.append(max(0, self._depths[-1] + (1 if match[1] == b"begin" else -1)))

    def at(self, position: int) -> int:
        """Return the number of fields that are open before the byte ``position``."""
        return self._depths[bisect_right(self._starts, position)]


class _Reader:
    """Reads the fields of one paragraph, without those of text boxes in it."""

    def __init__(self, content: bytes, path: str, depths: _Depths) -> None:
        self._content = content
        self._path = path
        self._depths = depths
        self._found: list[Mark | Unfit] = []

    def of(self, paragraph: Node) -> list[Mark | Unfit]:
        """Return the marks of the paragraph."""
        self._read(paragraph, is_inside=False)
        return self._found

    def _read(self, container: Node, *, is_inside: bool) -> None:
        """Read what lies side by side in ``container``, which may lie in a field itself."""
        around: list[ComplexField] = []
        for node in container.children:
            if node.local == "r" or _is_math_run(node):
                for piece in pieces_of(node):
                    self._take(piece, node, around, is_inside=is_inside)
                self._guides(node)
            elif node.local == "fldSimple":
                self._simple(node, is_inside=is_inside or bool(around) or self._depths.at(node.start) > 0)
                if around:
                    around[-1].has_fields = True
            elif node.local in _RANGES:
                # Only one that lies in no other may be a mark.
                if around:
                    around[0].ranges.append(node)
            elif node.local in _CHANGES:
                if around:
                    around[-1].others.append(node)
            elif node.local not in _NOT_READ:
                if around:
                    around[0].others.append(node)
                self._read(node, is_inside=is_inside or bool(around))
        for field in around:
            self._leave(field, _CUT)

    def _guides(self, run: Node) -> None:
        """Leave the fields of phonetic guides (17.3.3.25) in a run, whose texts are not the paragraph's."""
        for text in (text for ruby in run.children if ruby.local == "ruby" for text in ruby.children):
            for each in _Reader(self._content, self._path, self._depths).of(text):
                if isinstance(each, Mark):
                    self._found.append(
                        Unfit(each.kind, each.name, each.path, each.shown, UNSUPPORTED, _IN_RUBY)
                    )
                else:
                    self._found.append(each)

    def _take(self, node: Node, run: Node, around: list[ComplexField], *, is_inside: bool) -> None:
        kind = node.attribute("fldCharType") if node.local == "fldChar" else None
        if kind == "begin":
            if around:
                around[-1].has_fields = True
            around.append(ComplexField())
        if not around:
            return
        field = around[-1]
        if kind is None:
            is_code = not any(each.kind == "separate" for each in field.pieces)
            kind = "code" if is_code else "result"
        field.pieces.append(Piece(kind, node, run))
        if kind == "end":
            around.pop()
            is_in_other = is_inside or bool(around) or self._depths.at(field.pieces[0].node.start) > 0
            self._complex(field, is_in_other=is_in_other)

    def _complex(self, field: ComplexField, *, is_in_other: bool) -> None:
        code = field.code(self._content)
        read = read_instruction(code)
        if read.type in FORM_TYPES:
            self._form(field, read.type, is_in_other=is_in_other)
        if read.type in MERGE_ONLY:
            self._unfit(code, read, UNSUPPORTED, _MERGE_ONLY)
        if read.type != "MERGEFIELD":
            return
        results = field.runs("result")
        if is_in_other:
            self._leave(field, _IN_OTHER)
        elif field.has_fields:
            self._leave(field, _HAS_OTHERS)
        elif field.holds_more:
            self._leave(field, _HOLDS_MORE)
        else:
            looks = [*results, *field.runs("code"), *field.runs("begin")]
            start, end = field.pieces[0].run.start, field.pieces[-1].run.end
            self._merge_field(code, read, start, end, looks[0], field.ranges)

    def _form(self, field: ComplexField, kind: str, *, is_in_other: bool) -> None:
        data = field.pieces[0].node.child("ffData")
        if data is None:
            return
        results = field.runs("result")
        parts = FormParts(data, field.pieces[0].run, results, field.ranges)
        mark = form_mark(self._content, kind, parts, self._path)
        reason = None
        if is_in_other:
            reason = _IN_OTHER
        elif field.has_fields:
            reason = _HAS_OTHERS
        elif field.holds_more:
            reason = _HOLDS_MORE
        elif any(each.kind != "result" for each in field.pieces if each.run in results):
            reason = _IN_ONE_RUN
        if mark is not None and reason is not None:
            mark = Unfit(FORM_FIELD, mark.name, self._path, kind, UNSUPPORTED, reason)
        if mark is not None:
            self._found.append(mark)

    def _simple(self, node: Node, *, is_inside: bool) -> None:
        code = node.attribute("instr") or ""
        read = read_instruction(code)
        inside = list(node.inside())
        if read.type in MERGE_ONLY:
            self._unfit(code, read, UNSUPPORTED, _MERGE_ONLY)
        if read.type != "MERGEFIELD":
            self._read(node, is_inside=True)
            return
        runs = [each for each in node.children if each.local == "r"]
        if is_inside:
            self._unfit(code, read, UNSUPPORTED, _IN_OTHER)
        elif any(each.local in ("fldChar", "fldSimple") for each in inside):
            self._unfit(code, read, UNSUPPORTED, _HAS_OTHERS)
            self._read(node, is_inside=True)
        elif holds_objects(runs) or any(
            each.local not in {"r", "proofErr", "fldData", *_RANGES} for each in node.children
        ):
            self._unfit(code, read, UNSUPPORTED, _HOLDS_MORE)
        else:
            ranges = [each for each in node.children if each.local in _RANGES]
            self._merge_field(code, read, node.start, node.end, runs[0] if runs else node, ranges)

    def _merge_field(  # noqa: PLR0917
        self, code: str, read: Instruction, start: int, end: int, look: Node, ranges: Sequence[Node]
    ) -> None:
        tag = tag_of_merge_field(read)
        if isinstance(tag, NoTag):
            self._unfit(code, read, tag.code, tag.reason)
            return
        content = self._content
        behind = b"".join(content[each.start : each.end] for each in ranges)
        bare = None
        if ranges:
            bare = content[start:end]
            for each in sorted(ranges, key=lambda node: node.start, reverse=True):
                bare = bare[: each.start - start] + bare[each.end - start :]
        new = tagged_run(content, look, tag) + behind
        mark = Mark(MERGE_FIELD, read.arguments[0], start, end, self._path, code.strip(), tag, new)
        self._found.append(mark._replace(bare=bare))

    def _leave(self, field: ComplexField, reason: str) -> None:
        code = field.code(self._content)
        read = read_instruction(code)
        if read.type == "MERGEFIELD":
            self._unfit(code, read, UNSUPPORTED, reason)
        elif read.type in FORM_TYPES:
            name = name_of_form_field(field.pieces[0].node.child("ffData"), field.ranges)
            if name:
                self._found.append(Unfit(FORM_FIELD, name, self._path, read.type, UNSUPPORTED, reason))

    def _unfit(self, code: str, read: Instruction, fault: str, reason: str) -> None:
        name = read.arguments[0] if read.arguments else ""
        self._found.append(Unfit(MERGE_FIELD, name, self._path, code.strip(), fault, reason))


def _is_math_run(node: Node) -> bool:
    """Say whether an element is a run of an equation that holds a piece of a field (22.1.2.87)."""
    return not node.local and any(each.local in ("fldChar", "instrText") for each in node.children)


_CUT = "it begins and ends in different paragraphs, links, controls or changes"
_IN_OTHER = "it lies in another field, whose result Word computes from it"
_IN_RUBY = "it lies in a phonetic guide; take the guide away"
_HAS_OTHERS = "it holds another field"
_MERGE_ONLY = "only a mail merge in Word gives it a result"
_IN_ONE_RUN = "its result and its field characters share a run; fill it in once in Word and save"
_HOLDS_MORE = "it holds more than its instruction and its result"
