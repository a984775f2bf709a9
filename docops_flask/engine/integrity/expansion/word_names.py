"""The names of a part's elements, and what their attributes say, with the namespaces as they are declared."""

import re
from collections.abc import Mapping

from lxml import etree

from docops_flask.engine.integrity.expansion.elements import Element, Elements
from docops_flask.engine.integrity.plain_part import NAMESPACE

_NAME = re.compile(rb"<([^\s<>/]+)")
_ATTRIBUTE = re.compile(rb"([^\s=<>/\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class WordNames:
    """Tells which elements of a part are WordprocessingML's."""

    def __init__(self, elements: Elements) -> None:
        self._content = elements.content
        self._namespace = elements.namespace
        self._scope = elements.scope
        # In most parts the root declares all namespaces.
        self._is_all_at_root = elements.content.find(b"xmlns", elements.root.tag_end) < 0

    def local(self, element: Element) -> bytes:
        """Return the local name of an element of WordprocessingML, nothing for another."""
        return self.named(self.name(element), element)

    def named(self, name: bytes, inside: Element) -> bytes:
        """Return the local name of an element that is written ``name``, nothing if it is another's."""
        prefix, _, local = name.rpartition(b":")
        return local if self._declared(inside).get(prefix) == self._namespace else b""

    def name(self, element: Element) -> bytes:
        """Return the name of an element as it is written."""
        found = _NAME.match(self._content, element.start)
        assert found is not None
        return found[1]

    def value(self, element: Element) -> str | None:
        """Return w:val of an element, ``None`` without it."""
        tag = self._content[element.start : element.tag_end]
        for match in _ATTRIBUTE.finditer(tag):
            if match[1].endswith(b":val") and self.named(match[1], element):
                # Only a parser knows references.
                written = match[2] if match[2] is not None else match[3].replace(b'"', b"&quot;")
                return etree.fromstring(b'<a b="%b"/>' % written).get("b")
        return None

    def _declared(self, element: Element) -> Mapping[bytes, bytes]:
        if self._is_all_at_root:
            return self._scope
        around = [element]
        while around[-1].parent is not None:
            around.append(around[-1].parent)
        return {
            declared[1] or b"": declared[2] or declared[3] or b""
            for each in reversed(around)
            for declared in re.finditer(NAMESPACE, self._content[each.start : each.tag_end])
        }
