"""The markup that takes a named control's place: the control with a tag as its only text."""

import re
from collections.abc import Collection

from docops_flask.engine.oxml.markup import attribute_spans
from docops_flask.engine.template.native.byte_tree import Node
from docops_flask.engine.template.native.controls import Control, local_name
from docops_flask.engine.template.native.runs import prefix_of, run_of

# Ids and marks of ranges that copies lack (docs/analysis/blocks.md).
_OF_COPY = re.compile(
    rb" [A-Za-z0-9]+:(?:paraId|textId)=\"[^\"]*\""
    rb"|<(?:[A-Za-z0-9]+:)?(?:bookmark|perm|commentRange)(?:Start|End)(?:\s[^<>]*)?/>"
)
# What begins or ends in a control and stays, around the value.
_STARTS = frozenset(("bookmarkStart", "permStart", "commentRangeStart"))
_ENDS = frozenset(("bookmarkEnd", "permEnd", "commentRangeEnd"))


class ControlMarkup:
    """Writes the markup of marks into a story whose bytes are ``content``."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def control(self, control: Control, body: bytes, *, keeps_placeholder: bool = False) -> bytes:
        """Return a control with ``body`` as its content, and without brackets in its name.

        It no longer counts as an empty one unless it ``keeps_placeholder``.
        """
        node, own = control.node, control.content
        cuts = [(each.start, each.end, self.without_name(each)) for each in control.bracketed]
        placeholder = self._placeholder(control)
        if placeholder is not None and not keeps_placeholder:
            cuts.append((placeholder.start, placeholder.end, b""))
        pieces: list[bytes] = []
        at = node.start
        for start, end, new in sorted(cuts):
            pieces += (self._content[at:start], new)
            at = end
        return b"".join((*pieces, self._content[at : own.inner], body, self._content[own.close : node.end]))

    def without_name(self, node: Node) -> bytes:
        """Return a w:tag or w:alias with nothing in it."""
        first, last = self.name_span(node)
        return self._content[node.start : first] + self._content[last : node.end]

    @staticmethod
    def name_span(node: Node) -> tuple[int, int]:
        """Return where the value of a w:tag or w:alias stands."""
        begin = node.start + 1 + len(node.name)
        spans = attribute_spans(node.attributes)
        own = next(each for each in spans if each.name.rpartition(b":")[2] == b"val")
        return begin + own.start, begin + own.end

    def bare(self, control: Control) -> bytes:
        """Return a control as it is, without what only one copy of it has."""
        node = control.node
        whole = self._content[node.start : node.end]
        identity = control.properties.child("id")
        if identity is not None:
            whole = whole[: identity.start - node.start] + whole[identity.end - node.start :]
        return _OF_COPY.sub(b"", whole)

    def identity(self, control: Control) -> bytes:
        """Return the number of a control (w:id), which later copies lack; "" where it has none."""
        identity = control.properties.child("id")
        return b"" if identity is None else self._content[identity.start : identity.end]

    def body(self, control: Control, tag: str) -> bytes | None:
        """Return content with ``tag`` as its text, for the level of a control; ``None`` where that is none.

        It looks as the first run of the content does. Paragraph, cell and row are the first of each; there
        is no content for several cells.
        """
        content = control.content
        run = self._ranges(content, _STARTS) + self.run(control, tag) + self._ranges(content, _ENDS)
        if control.level == "inline":
            return run
        if control.level == "block":
            return self._paragraph(content, run, control)
        cells = [each for each in content.inside() if each.local == "tc"]
        rows = [each for each in content.inside() if each.local == "tr"]
        if len(cells) != 1 or len(rows) != (control.level == "row"):
            return None
        [cell] = cells
        inner = self._start(cell) + self._part(cell, "tcPr") + self._paragraph(cell, run, control)
        written = inner + b"</" + cell.name + b">"
        for row in rows:
            before = b"".join(self._part(row, each) for each in ("tblPrEx", "trPr"))
            written = self._start(row) + before + written + b"</" + row.name + b">"
        return written

    def _ranges(self, content: Node, wanted: Collection[str]) -> bytes:
        own = (each for each in content.inside() if each.local in wanted)
        return b"".join(self._content[each.start : each.end] for each in own)

    def run(self, control: Control, tag: str) -> bytes:
        """Return a run with ``tag`` that looks as the first run of a control's content."""
        runs = [each for each in control.content.inside() if each.local == "r"]
        first = next((each for each in runs if each.child("t") is not None), runs[0] if runs else None)
        look = None if first is None else first.child("rPr")
        properties = b""
        if self._placeholder(control) is not None:
            # Typed text has the look that the control states, or none of its own (17.5.2.27, 17.5.2.39).
            stated = control.properties.child("rPr")
            if stated is not None:
                properties = self._content[stated.start : stated.end]
            elif look is not None:
                properties = self._without(look, "rStyle")
        elif look is not None:
            properties = self._content[look.start : look.end]
        return run_of(prefix_of(control.node), properties, tag)

    def alone(self, control: Control, tag: str) -> bytes:
        """Return a run, paragraph or row that holds nothing but ``tag``, to stand beside a control."""
        w = prefix_of(control.node)
        run = run_of(w, b"", tag)
        if control.level == "inline":
            return run
        paragraph = b"<%bp>%b</%bp>" % (w, run, w)
        return (
            paragraph
            if control.level == "block"
            else b"<%btr><%btc>%b</%btc></%btr>" % (w, w, paragraph, w, w)
        )

    def with_attribute(self, node: Node, name: bytes, value: bytes) -> bytes:
        """Return the start tag of ``node`` with an attribute set, the last where it has none."""
        start = self._start(node)
        for each in attribute_spans(node.attributes):
            if each.name == name:
                at = 1 + len(node.name)
                return start[: at + each.start] + value + start[at + each.end :]
        end = len(start) - (2 if start.endswith(b"/>") else 1)
        return start[:end].rstrip() + b' %b="%b"' % (name, value) + start[end:]

    @staticmethod
    def _placeholder(control: Control) -> Node | None:
        return control.properties.child("showingPlcHdr")

    def _paragraph(self, around: Node, run: bytes, control: Control) -> bytes:
        first = next((each for each in around.inside() if each.local == "p"), None)
        if first is None:
            w = prefix_of(control.node)
            return b"<%bp>%b</%bp>" % (w, run, w)
        start = self._start(first)
        if start.endswith(b"/>"):
            start = start[:-2] + b">"
        return start + self._part(first, "pPr") + run + b"</" + first.name + b">"

    def _start(self, node: Node) -> bytes:
        return self._content[node.start : node.inner]

    def _part(self, node: Node, local: str) -> bytes:
        child = node.child(local)
        return b"" if child is None else self._content[child.start : child.end]

    def _without(self, node: Node, local: str) -> bytes:
        """Return an element without its children of a local name, "" where nothing is left."""
        kept = [each for each in node.children if local_name(each) != local]
        inner = b"".join(self._content[each.start : each.end] for each in kept)
        return self._start(node) + inner + b"</" + node.name + b">" if kept else b""
