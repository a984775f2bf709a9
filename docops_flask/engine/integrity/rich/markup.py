"""The markup of rich runs as the proof writes it."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from lxml.etree import _Element

from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.rich_claims import Run

_PROPERTIES_OF_RUNS = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike",
    "outline", "shadow", "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden",
    "color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u",
)  # fmt: skip
# An element of w:rPr or w:pPr: its local name, and its bytes.
Property = tuple[str, bytes]


class Writer:
    """Writes the markup of runs."""

    def __init__(
        self, paragraph: _Element, link_style: str | None, links: Mapping[str, str], base: str
    ) -> None:
        if paragraph.prefix is None:
            raise Misfit
        self.w = paragraph.prefix
        self._link_style = link_style
        self._links = links
        self._base = base

    def runs(self, runs: Sequence[Run], look: Sequence[Property]) -> bytes:
        """Return the markup of ``runs`` that look like ``look``, with their marks."""
        written = b""
        for link, same in groupby(runs, key=lambda run: run.link):
            inner = b"".join(self._run(run, look) for run in same)
            if link is None:
                written += inner
                continue
            start = (
                f'<{self.w}:hyperlink xmlns:r="{self._base}" r:id="{self._links[link]}" {self.w}:history="1">'
            )
            written += start.encode() + inner + f"</{self.w}:hyperlink>".encode()
        return written

    def _run(self, run: Run, look: Sequence[Property]) -> bytes:
        own: dict[str, bytes] = {}
        if run.link is not None and self._link_style is not None:
            own["rStyle"] = self.value("rStyle", self._link_style)
        if run.bold:
            own["b"], own["bCs"] = self.empty("b"), self.empty("bCs")
        if run.italic:
            own["i"], own["iCs"] = self.empty("i"), self.empty("iCs")
        if run.color is not None:
            own["color"] = self.value("color", run.color)
        if run.underline or (run.link is not None and self._link_style is None):
            own["u"] = self.value("u", "single")
        properties = self.around("rPr", put_among(look, own, _PROPERTIES_OF_RUNS))
        text = b"".join(
            self.empty("br") if each == "\n" else self.empty("tab") if each == "\t" else self.text(each)
            for each in re.split("([\n\t])", run.text)
        )
        return self.around("r", [("", properties + text)])

    def around(self, name: str, inner: Sequence[Property]) -> bytes:
        """Return an element around others; nothing where there are none."""
        content = b"".join(each for _, each in inner)
        return f"<{self.w}:{name}>".encode() + content + f"</{self.w}:{name}>".encode() if inner else b""

    def text(self, text: str) -> bytes:
        """Return a w:t."""
        if not text:
            return b""
        for sign, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
            text = text.replace(sign, reference)
        return f'<{self.w}:t xml:space="preserve">{text}</{self.w}:t>'.encode()

    def value(self, name: str, value: object) -> bytes:
        """Return an element with a w:val."""
        shown = str(value)
        for sign, reference in (
            ("&", "&amp;"),
            ("<", "&lt;"),
            (">", "&gt;"),
            ("\r", "&#13;"),
            ('"', "&quot;"),
        ):
            shown = shown.replace(sign, reference)
        return f'<{self.w}:{name} {self.w}:val="{shown}"/>'.encode()

    def empty(self, name: str) -> bytes:
        """Return an element without content."""
        return f"<{self.w}:{name}/>".encode()


def put_among(known: Sequence[Property], new: Mapping[str, bytes], order: Sequence[str]) -> list[Property]:
    """Return properties with ``new`` ones, which stand in ``order``, in place of those of their names."""
    found = [each for each in known if each[0] not in new]
    for name in order:
        if name in new:
            later = set(order[: order.index(name) + 1])
            at = next((n for n, each in enumerate(found) if each[0] not in later), len(found))
            found[at:at] = [(name, new[name])]
    return found
