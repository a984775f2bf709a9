"""Runs: what they hold, and one with a tag that looks as another does."""

import re
from collections.abc import Sequence

from docops_flask.engine.oxml.markup import decoded, escaped
from docops_flask.engine.template.native.byte_tree import Node, elements_of

# What a result may hold that a value cannot take the place of.
_OBJECTS = frozenset((
    "drawing", "pict", "object", "footnoteReference", "endnoteReference", "commentReference", "sectPr",
))  # fmt: skip

# Groups: the characters of a CDATA section, those outside of sections, comments and instructions.
_DATA = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>|([^<]+)", re.DOTALL)


def text_of(content: bytes, node: Node) -> str:
    """Return the characters directly in ``node``, without those of comments."""
    raw = content[node.inner : node.close]
    if b"<" not in raw:
        return decoded(raw)
    return "".join(
        data.decode() if is_cdata else decoded(data)
        for data, is_cdata in ((match[1] or match[2], match[1] is not None) for match in _DATA.finditer(raw))
        if data
    )


def pieces_of(run: Node) -> list[Node]:
    """Return what a run holds beside its properties."""
    return [each for each in run.children if each.local != "rPr"]


def holds_objects(runs: Sequence[Node]) -> bool:
    """Say whether runs hold what a text cannot take the place of."""
    return any(node.local in _OBJECTS for run in runs for node in run.inside())


def tagged_run(content: bytes, look: Node, tag: str) -> bytes:
    """Return a run with ``tag`` as its text that looks as ``look``, a run or an element without runs."""
    properties = look.child("rPr") if look.local == "r" else None
    own = b"" if properties is None else content[properties.start : properties.end]
    return run_of(prefix_of(look), own, tag)


def run_of(prefix: bytes, properties: bytes, text: str) -> bytes:
    """Return a run with one text; ``prefix`` has its colon, ``properties`` are a w:rPr or nothing."""
    return b'<%br>%b<%bt xml:space="preserve">%b</%bt></%br>' % (
        prefix, properties, prefix, escaped(text), prefix, prefix,
    )  # fmt: skip


def prefix_of(node: Node) -> bytes:
    """Return the prefix of an element's name, with its colon."""
    prefix, colon, _ = node.name.rpartition(b":")
    return prefix + colon


def shows_alone(element: bytes, tag: str) -> bool:
    """Say whether ``tag`` is all that an element shows, in one text: a value in its place may have it too."""
    first = elements_of(element)[0]
    runs = [node for node in (first, *first.inside()) if node.local == "r"]
    pieces = [piece for run in runs for piece in pieces_of(run)]
    return [each.local for each in pieces] == ["t"] and text_of(element, pieces[0]) == tag
