"""Names what differs between the part as it should be and the part as it was written.

The verdict does not hang on it: whether anything differs is decided by the canonical forms.
"""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.verdict import Unaccounted, shown

# Comparing lists element by element takes quadratic time.
_MOST_ALIGNED = 200


class Differences(NamedTuple):
    """Compares trees of the part ``part``; ``paths`` leads from its paragraphs to their addresses."""

    part: str
    paths: Mapping[_Element, str]

    def between(self, expected: _Element, written: _Element) -> Iterator[Unaccounted]:
        """Yield the differences in the order of the document."""
        pending = [(expected, written)]
        while pending:
            one, other = pending.pop()
            if one.tag != other.tag:
                yield self._found(one, "element", _name(one), _name(other))
                continue
            if _is_element(one):
                yield from self._own(one, other)
            elif _alone(one) != _alone(other):
                yield self._found(one, "text", one.text, other.text)
            pairs, found = self._children(one, other)
            yield from found
            pending.extend(reversed(pairs))

    def _own(self, one: _Element, other: _Element) -> Iterator[Unaccounted]:
        if one.prefix != other.prefix or one.nsmap != other.nsmap:
            parent, other_parent = one.getparent(), other.getparent()
            if parent is None or other_parent is None or parent.nsmap == other_parent.nsmap:
                yield self._found(one, "namespaces", _namespaces(one), _namespaces(other))
        before, after = _attributes(one), _attributes(other)
        for name in before | after:
            if before.get(name) != after.get(name):
                yield self._found(one, "attribute", _said(name, before), _said(name, after))
        if (one.text or "") != (other.text or ""):
            yield self._found(one, "text", one.text, other.text)

    def _children(
        self, one: _Element, other: _Element
    ) -> tuple[list[tuple[_Element, _Element]], list[Unaccounted]]:
        """Return the children to compare further, and the differences between the two lists."""
        before, after = list(one), list(other)
        pairs: list[tuple[_Element, _Element]] = []
        found: list[Unaccounted] = []
        for kind, start, end, other_start, other_end in _aligned(before, after):
            removed, added = before[start:end], after[other_start:other_end]
            if kind == "replace" and len(removed) == len(added):
                pairs.extend(zip(removed, added, strict=True))
            elif kind != "equal":
                found += [self._found(child, "element_removed", _text_of(child), None) for child in removed]
                found += [self._found(one, "element_added", None, _text_of(child)) for child in added]
            if kind == "equal" or len(removed) == len(added):
                found += [
                    self._found(child, "text", child.tail, twin.tail)
                    for child, twin in zip(removed, added, strict=True)
                    if (child.tail or "") != (twin.tail or "")
                ]
        return pairs, found

    def _found(self, element: _Element, what: str, expected: Any, actual: Any) -> Unaccounted:
        return Unaccounted(
            part=self.part,
            place=self._place(element),
            what=what,
            message=_MESSAGES[what],
            expected=shown(expected),
            actual=shown(actual),
        )

    def _place(self, element: _Element) -> str:
        if element in self.paths:
            return self.paths[element]
        return next((self.paths[each] for each in element.iterancestors() if each in self.paths), "")


_MESSAGES = {
    "element": "Another element stands here.",
    "element_added": "An element was added that no entry accounts for.",
    "element_removed": "An element is gone that no entry accounts for.",
    "attribute": "An attribute is other than the template and the entries make it.",
    "namespaces": "Namespace declarations or prefixes changed.",
    "text": "The text is other than the template and the entries make it.",
}


def _aligned(before: list[_Element], after: list[_Element]) -> list[tuple[str, int, int, int, int]]:
    """Return difflib's opcodes between two lists of siblings, in coarse steps where they are long."""
    if len(before) == len(after):
        return [("replace", 0, len(before), 0, len(after))]
    ours, theirs = [_alone(child) for child in before], [_alone(child) for child in after]
    shorter = min(len(ours), len(theirs))
    start = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    end = next((at for at in range(shorter - start) if ours[-1 - at] != theirs[-1 - at]), shorter - start)
    middle, their_middle = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    edges = [("equal", 0, start, 0, start)]
    tail = [("equal", len(ours) - end, len(ours), len(theirs) - end, len(theirs))]
    if max(len(middle), len(their_middle)) > _MOST_ALIGNED:
        return [*edges, ("replace", start, len(ours) - end, start, len(theirs) - end), *tail]
    codes = SequenceMatcher(None, middle, their_middle, autojunk=False).get_opcodes()
    inner = [(kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in codes]
    return [*edges, *inner, *tail]


def _alone(element: _Element) -> bytes:
    return bytes(etree.tostring(element, with_tail=False))


def _is_element(node: _Element) -> bool:
    # A comment's tag is the function that makes one, whatever the stubs say.
    return isinstance(node.tag, str)


def _name(node: _Element) -> str:
    return node.tag if _is_element(node) else "a comment or processing instruction"


def _text_of(element: _Element) -> str:
    if not _is_element(element):
        return f"{_name(element)} {element.text or ''}"
    return f"{_name(element)} {''.join(map(str, element.itertext()))}".strip()


def _said(name: str, attributes: Mapping[str, str]) -> str | None:
    return f'{name}="{attributes[name]}"' if name in attributes else None


def _attributes(element: _Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.items()}


def _namespaces(element: _Element) -> str:
    own = [f"{prefix or ''}={uri}" for prefix, uri in element.nsmap.items()]
    return f"{element.prefix or ''}: {' '.join(own)}"
