"""Which namespaces each element declares itself; lxml tells all that are in scope, anew for each element."""

from lxml import etree
from lxml.etree import _Element

# By prefix ("" for none).
Declared = dict[str, str]


def declarations_in(root: _Element) -> dict[_Element, Declared]:
    """Return what elements of the tree declare, without what is declared around them the same.

    Elements that declare nothing of their own are left out.
    """
    found: dict[_Element, Declared] = {}
    scope: Declared = {}
    declared: Declared = {}
    # What each prefix stood for before, to be put back at the end of the element.
    undone: list[tuple[str, str]] = []
    for event, given in etree.iterwalk(root, events=("start", "start-ns", "end-ns")):
        if event == "start-ns":
            prefix, uri = given[0] or "", given[1] or ""
            before = scope.get(prefix, "")
            undone.append((prefix, before))
            if before != uri:
                scope[prefix] = declared[prefix] = uri
        elif event == "end-ns":
            prefix, before = undone.pop()
            scope[prefix] = before
        elif declared:
            found[given] = declared
            declared = {}
    return found
