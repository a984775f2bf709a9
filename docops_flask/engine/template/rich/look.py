"""The markup of rich runs: the look of the tag's run and the marks of the value (ECMA-376 1, 17.3.2)."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.template.rich.values import RichRun

# The order of elements in w:rPr (17.3.2.28) and w:pPr (17.3.1.26), as far as something is put among them.
RUN_ORDER = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike",
    "outline", "shadow", "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden",
    "color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u",
)  # fmt: skip
PARAGRAPH_ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
)  # fmt: skip
_PIECE = re.compile(r"([\n\t])")


class Property(NamedTuple):
    """An element of w:rPr or w:pPr: its local name, "" in another namespace, and its bytes."""

    local: str
    content: bytes


def with_properties(
    properties: Sequence[Property], new: Mapping[str, bytes], order: Sequence[str]
) -> list[Property]:
    """Return ``properties`` with ``new`` in the places of their own; what they replace is left out."""
    found = [each for each in properties if each.local not in new]
    ranks = {name: number for number, name in enumerate(order)}
    for name, content in sorted(new.items(), key=lambda each: ranks[each[0]]):
        rank = ranks[name]
        at = next(
            (number for number, each in enumerate(found) if ranks.get(each.local, len(order)) > rank),
            len(found),
        )
        found.insert(at, Property(name, content))
    return found


class RunMarkup:
    """Writes runs into a part.

    ``prefix`` is that of WordprocessingML with its colon, ``link_style`` the style of links, if there is one;
    ``relationships`` are the ids of links by address.
    """

    def __init__(
        self, prefix: bytes, link_style: str | None, relationships: Mapping[str, str], *, is_strict: bool
    ) -> None:
        self._w = prefix
        self._link_style = link_style
        self._relationships = relationships
        self._namespace = (REL_STRICT if is_strict else REL_TRANSITIONAL).encode()

    def runs(self, runs: Sequence[RichRun], look: Sequence[Property]) -> bytes:
        """Return the markup of ``runs``; ``look`` are the properties of the run that they stand for."""
        written: list[bytes] = []
        for link, of_link in groupby(runs, key=lambda run: run.link):
            inner = b"".join([self._run(run, look) for run in of_link])
            if link is not None:
                identity = self._relationships[link].encode()
                inner = b'<%bhyperlink xmlns:r="%b" r:id="%b" %bhistory="1">%b</%bhyperlink>' % (
                    self._w, self._namespace, identity, self._w, inner, self._w,
                )  # fmt: skip
            written.append(inner)
        return b"".join(written)

    def _run(self, run: RichRun, look: Sequence[Property]) -> bytes:
        new: dict[str, bytes] = {}
        for is_marked, names in ((run.bold, ("b", "bCs")), (run.italic, ("i", "iCs"))):
            if is_marked:
                new |= {name: b"<%b%b/>" % (self._w, name.encode()) for name in names}
        is_plain_link = run.link is not None and self._link_style is None
        if run.underline or is_plain_link:
            new["u"] = self._value("u", "single")
        if run.color is not None:
            new["color"] = self._value("color", run.color)
        if run.link is not None and self._link_style is not None:
            new["rStyle"] = self._value("rStyle", self._link_style)
        return b"<%br>%b%b</%br>" % (
            self._w, self.properties("rPr", with_properties(look, new, RUN_ORDER)),
            b"".join(map(self._piece, filter(None, _PIECE.split(run.text)))), self._w,
        )  # fmt: skip

    def properties(self, name: str, properties: Sequence[Property]) -> bytes:
        """Return ``properties`` as the element ``name``; nothing of none."""
        if not properties:
            return b""
        inner = b"".join([each.content for each in properties])
        return b"<%b%b>%b</%b%b>" % (self._w, name.encode(), inner, self._w, name.encode())

    def text(self, text: str) -> bytes:
        """Return ``text`` as a w:t; nothing of none."""
        if not text:
            return b""
        return b'<%bt xml:space="preserve">%b</%bt>' % (self._w, escaped(text), self._w)

    def style(self, identity: str) -> bytes:
        """Return the w:pStyle of a style."""
        return self._value("pStyle", identity)

    def list_item(self, level: int, number: int) -> bytes:
        """Return the w:numPr of an item."""
        inner = self._value("ilvl", str(level)) + self._value("numId", str(number))
        return b"<%bnumPr>%b</%bnumPr>" % (self._w, inner, self._w)

    def line_break(self) -> bytes:
        """Return a w:br."""
        return b"<%bbr/>" % self._w

    def _piece(self, text: str) -> bytes:
        if text == "\n":
            return self.line_break()
        return b"<%btab/>" % self._w if text == "\t" else self.text(text)

    def _value(self, name: str, value: str) -> bytes:
        quoted = escaped(value).replace(b'"', b"&quot;")
        return b'<%b%b %bval="%b"/>' % (self._w, name.encode(), self._w, quoted)
