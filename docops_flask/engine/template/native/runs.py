"""Runs: what they hold, and one with a tag that looks as another does."""

from collections.abc import Sequence

from docops_flask.engine.oxml.markup import escaped
from docops_flask.engine.template.native.byte_tree import Node

# What a result may hold that a value cannot take the place of.
_OBJECTS = frozenset((
    "drawing", "pict", "object", "footnoteReference", "endnoteReference", "commentReference", "sectPr",
))  # fmt: skip


def pieces_of(run: Node) -> list[Node]:
    """Return what a run holds beside its properties."""
    return [each for each in run.children if each.local != "rPr"]


def holds_objects(runs: Sequence[Node]) -> bool:
    """Say whether runs hold what a text cannot take the place of."""
    return any(node.local in _OBJECTS for run in runs for node in run.inside())


def tagged_run(content: bytes, look: Node, tag: str) -> bytes:
    """Return a run with ``tag`` as its text that looks as ``look``, a run or an element without runs."""
    colon = look.name.rpartition(b":")
    prefix = colon[0] + colon[1]
    properties = look.child("rPr") if look.local == "r" else None
    own = b"" if properties is None else content[properties.start : properties.end]
    return b'<%br>%b<%bt xml:space="preserve">%b</%bt></%br>' % (
        prefix, own, prefix, escaped(tag), prefix, prefix,
    )  # fmt: skip
