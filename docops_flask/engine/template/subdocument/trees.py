"""Elements taken out of a tree; the text behind them stays."""

from lxml.etree import _Element


def take_out(element: _Element) -> None:
    """Remove ``element`` with all that is in it."""
    _keep_text(element, element.tail)
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def give_way(element: _Element) -> None:
    """Put the children of ``element`` in its place."""
    parent = element.getparent()
    assert parent is not None
    _keep_text(element, element.text)
    at = parent.index(element)
    for number, child in enumerate(list(element)):
        parent.insert(at + number, child)
    take_out(element)


def take_out_of_run(element: _Element, run: str, properties: str) -> None:
    """Remove ``element``, with the run (its name is ``run``) that holds nothing else but its properties."""
    parent = element.getparent()
    if parent is not None and parent.tag == run and parent.getparent() is not None:
        others = [each for each in parent if each is not element and each.tag != properties]
        if not others:
            element = parent
    take_out(element)


def _keep_text(element: _Element, text: str | None) -> None:
    """Put ``text`` right before ``element``."""
    if not text:
        return
    before, parent = element.getprevious(), element.getparent()
    assert parent is not None
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
