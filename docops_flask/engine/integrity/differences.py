"""Names what differs between the part as it should be and the part as it was written.

The verdict does not hang on it: whether anything differs is decided by the canonical forms.
"""

from collections.abc import Callable, Mapping, Sequence

from lxml.etree import _Element

from docops_flask.engine.integrity.alignment import Alignment, count_elements
from docops_flask.engine.integrity.attributes import attributes_of
from docops_flask.engine.integrity.declarations import declarations_in
from docops_flask.engine.integrity.verdict import Findings, Unaccounted, shown

_Said = Callable[[_Element], str | None]


class Differences:
    """Compares trees of the part ``part``; ``paths`` leads from its paragraphs to their addresses.

    Takes time by the size of the two trees: an element is described once, while ``findings`` still lists it.
    """

    def __init__(self, part: str, paths: Mapping[_Element, str], findings: Findings) -> None:
        self._part = part
        self._paths = paths
        self._findings = findings

    def find(self, expected: _Element, written: _Element) -> None:
        """Add the differences to the findings in the order of the document."""
        alignment = Alignment(count_elements(expected, written))
        ours, theirs = declarations_in(expected), declarations_in(written)
        # The third says whether what is around the two declares the same.
        pending = [(expected, written, True)]
        while pending:
            one, other, same_around = pending.pop()
            if one.tag != other.tag:
                self._found(one, "element", _name(one), _name(other))
                continue
            same = same_around and ours.get(one) == theirs.get(other)
            if same_around and (not same or one.prefix != other.prefix):
                self._found_in(one, other, "namespaces", _namespaces)
            self._own(one, other)
            pairs = self._children(one, other, alignment)
            pending.extend((child, twin, same) for child, twin in reversed(pairs))

    def _own(self, one: _Element, other: _Element) -> None:
        if _is_element(one):
            before, after = attributes_of(one), attributes_of(other)
            for name in before | after if before != after else ():
                if before.get(name) != after.get(name):
                    self._found(one, "attribute", _said(name, before), _said(name, after))
        if (one.text or "") != (other.text or "") or _target(one) != _target(other):
            self._found(one, "text", one.text, other.text)

    def _children(
        self, one: _Element, other: _Element, alignment: Alignment
    ) -> list[tuple[_Element, _Element]]:
        """Return the children to compare further; add the differences between the two lists."""
        before, after = list(one), list(other)
        pairs: list[tuple[_Element, _Element]] = []
        for kind, start, end, other_start, other_end in alignment.aligned(before, after):
            removed, added = before[start:end], after[other_start:other_end]
            if kind == "replace" and len(removed) == len(added):
                pairs.extend(zip(removed, added, strict=True))
            elif kind != "equal":
                for child in removed:
                    self._found_in(child, child, "element_removed", _text_of, _nothing)
                for child in added:
                    self._found_in(one, child, "element_added", _nothing, _text_of)
            if kind == "equal" or len(removed) == len(added):
                self._tails(removed, added)
        return pairs

    def _tails(self, children: Sequence[_Element], twins: Sequence[_Element]) -> None:
        for child, twin in zip(children, twins, strict=True):
            if (child.tail or "") != (twin.tail or ""):
                self._found(child, "text", child.tail, twin.tail)

    def _found_in(
        self, one: _Element, other: _Element, what: str, said: _Said, other_said: _Said | None = None
    ) -> None:
        """Add a difference; what is shown of the two elements is worked out only where it is listed."""
        if self._findings.has_room:
            self._found(one, what, said(one), (other_said or said)(other))
        else:
            self._findings.count += 1

    def _found(self, element: _Element, what: str, expected: str | None, actual: str | None) -> None:
        if not self._findings.has_room:
            self._findings.count += 1
            return
        self._findings.add(
            Unaccounted(
                part=self._part,
                place=self._place(element),
                what=what,
                message=_MESSAGES[what],
                expected=shown(expected),
                actual=shown(actual),
            )
        )

    def _place(self, element: _Element) -> str:
        paths = self._paths
        if element in paths:
            return paths[element]
        return next((paths[each] for each in element.iterancestors() if each in paths), "")


_MESSAGES = {
    "element": "Another element stands here.",
    "element_added": "An element was added that no entry accounts for.",
    "element_removed": "An element is gone that no entry accounts for.",
    "attribute": "An attribute is other than the template and the entries make it.",
    "namespaces": "Namespace declarations or prefixes changed.",
    "text": "The text is other than the template and the entries make it.",
}


def _is_element(node: _Element) -> bool:
    # A comment's tag is the function that makes one, whatever the stubs say.
    return isinstance(node.tag, str)


def _target(node: _Element) -> str | None:
    """Return the target of a processing instruction, ``None`` for anything else."""
    return getattr(node, "target", None)


def _name(node: _Element) -> str:
    return node.tag if _is_element(node) else "a comment or processing instruction"


def _text_of(element: _Element) -> str:
    if not _is_element(element):
        return f"{_name(element)} {element.text or ''}"
    return f"{_name(element)} {''.join(map(str, element.itertext()))}".strip()


def _said(name: str, attributes: Mapping[str, str]) -> str | None:
    return f'{name}="{attributes[name]}"' if name in attributes else None


def _namespaces(element: _Element) -> str:
    own = [f"{prefix or ''}={uri}" for prefix, uri in element.nsmap.items()]
    return f"{element.prefix or ''}: {' '.join(own)}"


def _nothing(_element: _Element) -> None:
    return None
