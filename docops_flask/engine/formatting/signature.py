"""What tells two runs or paragraphs apart, cheaply: the properties that decide their look, as written.

Long documents hold thousands of runs with the same properties. Equal signatures share one resolved object,
so only the first of them is read for good.
"""

from functools import lru_cache

from lxml.etree import _Element

from docops_flask.engine.formatting.stated import paragraph_tags, run_tags
from docops_flask.engine.oxml.children import first_child
from docops_flask.engine.oxml.names import Vocabulary

Signature = tuple[object, ...]


def run_signature(run: _Element, w: Vocabulary) -> Signature:
    """Return what a w:r's own w:rPr says about its look."""
    properties = _properties(run, w.rPr)
    return () if properties is None else _signature(properties, _run_tags(w), w)


def paragraph_signature(paragraph: _Element, w: Vocabulary) -> Signature:
    """Return what a w:p's own w:pPr says about how it is set."""
    properties = _properties(paragraph, w.pPr)
    return () if properties is None else _signature(properties, _paragraph_tags(w), w)


def _properties(owner: _Element, wanted: str) -> _Element | None:
    # The schema has them first, so the first child nearly always settles it, and any search costs more.
    count = len(owner)
    first = owner[0] if count else None
    if first is None or first.tag == wanted:
        return first
    return first_child(owner, wanted) if count > 1 else None


def _signature(properties: _Element, deciding: frozenset[str], w: Vocabulary) -> Signature:
    said: list[object] = []
    with_children = w.numPr
    for child in properties:
        tag = child.tag
        if tag in deciding:
            said.append(tag)
            said += child.items()
            if tag == with_children:
                for inner in child:
                    said.append(inner.tag)
                    said += inner.items()
    return tuple(said)


@lru_cache(maxsize=2)
def _run_tags(w: Vocabulary) -> frozenset[str]:
    return run_tags(w) | {w.rStyle}


@lru_cache(maxsize=2)
def _paragraph_tags(w: Vocabulary) -> frozenset[str]:
    return paragraph_tags(w) | {w.pStyle}
