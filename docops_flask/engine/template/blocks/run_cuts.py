"""Cuts a paragraph at a tag: the run that holds it is ended before, and begun anew behind.

Where the tag begins or ends its run, the cut lies between two runs, so that no run without content is left.
Beside that, what in the bytes of a block keeps it from being one: half a Word field, an object that cannot
stand twice.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.elements import Element, elements_in

SPACE = b' xml:space="preserve"'
_BLANKS = b" \t\r\n"
_FIELD_MARK = re.compile(rb"<(?:[^\s<>/:!?]+:)?fldChar\s[^<>]*?fldCharType\s*=\s*[\"'](\w+)")


class Cut(NamedTuple):
    """A cut at byte ``at`` of a part: ``close`` ends the run that lies across it, ``open`` begins it anew.

    ``parent`` is where the element around that run begins, ``name`` is its local name, ``field`` tells apart
    the parts of Word fields. ``space`` is the byte at which the ``w:t`` has to say that a blank before the
    cut counts, which Word would not show else (XML 1.0, 2.10); -1 where it need not.
    """

    at: int
    close: bytes
    open: bytes
    parent: int
    name: bytes
    field: tuple[int, ...]
    space: int = -1


class RunCuts:
    """The cuts at the tags of one paragraph."""

    def __init__(self, place: ParagraphPlace) -> None:
        part = place.part
        self._content = part.text.content
        self._w = part.text.namespace
        self._elements = elements_in(self._content, place.scope or part.text.root_scope, place.start)
        # The numbers of the w:t, and where they begin.
        self._texts = [
            number
            for number, each in enumerate(self._elements)
            if each.local == b"t" and each.namespace == self._w
        ]
        self._text_starts = [self._elements[number].start for number in self._texts]
        self._fields = self._field_marks()
        self._field_starts = [start for start, _ in self._fields]

    def _field_marks(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return where what part of a field begins: the marks of the fields open there."""
        marks: list[tuple[int, tuple[int, ...]]] = []
        opened: list[int] = []
        for each in self._elements:
            if each.local == b"fldChar" and each.namespace == self._w:
                kind = each.attribute(self._w, b"fldCharType")
                if kind == "begin":
                    opened.append(each.start)
                elif opened and kind == "separate":
                    opened[-1] = each.start
                elif opened and kind == "end":
                    opened.pop()
                marks.append((each.start, tuple(opened)))
        return marks

    def before(self, site: TagSite) -> Cut | None:
        """Return the cut before a tag; ``None`` where it does not stand in a run of the usual form."""
        return self._cut(site.first, site.first, is_before=True)

    def behind(self, site: TagSite) -> Cut | None:
        """Return the cut behind a tag."""
        return self._cut(site.last, site.last - 1, is_before=False)

    def _cut(self, at: int, inside: int, *, is_before: bool) -> Cut | None:
        node = self._text_around(inside)
        if node is None or node.parent < 0:
            return None
        run = self._elements[node.parent]
        if run.local != b"r" or run.namespace != self._w or run.parent < 0:
            return None
        around = self._elements[run.parent]
        mark = bisect_right(self._field_starts, at) - 1
        field = self._fields[mark][1] if mark >= 0 else ()
        begin, properties = run.tag_end, b""
        first = self._elements[node.parent + 1]
        if first.local == b"rPr" and first.namespace == self._w:
            begin, properties = first.end, self._content[first.start : first.end]
        content = self._content
        if (
            is_before
            and begin <= node.start
            and not content[begin : node.start].strip()
            and at == node.tag_end
        ):
            return Cut(run.start, b"", b"", around.start, around.local, field)
        end_tag = content.rindex(b"<", run.tag_end, run.end)
        if not is_before and not content[node.end : end_tag].strip() and self._ends_at(node, at):
            return Cut(run.end, b"", b"", around.start, around.local, field)
        node_tag, space = content[node.start : node.tag_end], -1
        if b"xml:space" not in node_tag:
            node_tag = node_tag[:-1] + SPACE + b">"
            # A blank at its beginning did not count so far.
            if is_before and content[at - 1] in _BLANKS and content[node.tag_end] not in _BLANKS:
                space = node.tag_end - 1
        return Cut(
            at,
            content[content.rindex(b"<", node.start, node.end) : node.end] + content[end_tag : run.end],
            content[run.start : run.tag_end] + properties + node_tag,
            around.start,
            around.local,
            field,
            space,
        )

    def _ends_at(self, node: Element, at: int) -> bool:
        return (
            self._content.find(b"<", at, node.end) == self._content.rindex(b"<", node.start, node.end) == at
        )

    def _text_around(self, at: int) -> Element | None:
        """Return the w:t that holds the byte ``at``."""
        index = bisect_right(self._text_starts, at) - 1
        if index < 0:
            return None
        node = self._elements[self._texts[index]]
        return node if at < node.end else None


def is_field_balanced(content: bytes, start: int, end: int) -> bool:
    """Say whether each Word field that begins in the bytes ``start``:``end`` ends there, and none else."""
    if content.find(b"fldChar", start, end) < 0:
        return True
    depth = 0
    for match in _FIELD_MARK.finditer(content, start, end):
        depth += {b"begin": 1, b"end": -1}.get(match[1], 0)
        if depth < 0:
            return False
    return not depth


_OBJECTS = {
    b"chart": "a chart",
    b"relIds": "a SmartArt drawing",
    b"OLEObject": "an embedded object",
    b"control": "an ActiveX control",
    b"altChunk": "an imported document",
    b"subDoc": "a subdocument",
}
_OBJECT = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?(" + b"|".join(_OBJECTS) + rb")(?=[\s/>])[^<>]*?:(?:id|dm)\s*=|"
    rb"<(?:[^\s<>/:!?]+:)?(OLEObject)[\s/>]"
)


def unrepeatable_object(content: bytes, start: int, end: int) -> str | None:
    """Return what in the bytes ``start``:``end`` of a part cannot be repeated; ``None`` for nothing."""
    found = _OBJECT.search(content, start, end)
    return None if found is None else _OBJECTS[found[1] or found[2]]
