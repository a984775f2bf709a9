"""What tells two runs or paragraphs apart, cheaply: the properties that decide their look, as written.

Long documents hold thousands of runs with the same properties. Equal signatures share one resolved object,
so only the first of them is read for good.
"""

from collections.abc import Callable
from functools import lru_cache

from lxml.etree import _Element

from docops_flask.engine.formatting.stated import paragraph_tags, run_tags
from docops_flask.engine.oxml.children import first_child
from docops_flask.engine.oxml.names import Vocabulary

Signature = tuple[object, ...]


@lru_cache(maxsize=2)
def run_signer(w: Vocabulary) -> Callable[[_Element], Signature]:
    """Return the function that tells what a w:r's own w:rPr says about its look."""
    return _signer(w.rPr, run_tags(w) | {w.rStyle}, with_children="")


@lru_cache(maxsize=2)
def paragraph_signer(w: Vocabulary) -> Callable[[_Element], Signature]:
    """Return the function that tells what a w:p's own w:pPr says about how it is set."""
    return _signer(w.pPr, paragraph_tags(w) | {w.pStyle}, with_children=w.numPr)


def _signer(holder: str, deciding: frozenset[str], *, with_children: str) -> Callable[[_Element], Signature]:
    """Return the function that collects names and attributes of the properties ``deciding`` in ``holder``.

    Of those called ``with_children`` the children count as well. It is one function, asked for every run.
    """

    def sign(owner: _Element) -> Signature:
        # The schema has the properties first, so the first child nearly always settles where they are.
        try:
            properties = owner[0]
        except IndexError:
            return ()
        if properties.tag != holder:
            found = first_child(owner, holder) if len(owner) > 1 else None
            if found is None:
                return ()
            properties = found
        said: list[object] = []
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

    return sign
