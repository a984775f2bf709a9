"""Related parts that affect formatting: styles, numbering, theme, settings."""

from collections.abc import Callable, Mapping

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import parse_part

KINDS = frozenset(("styles", "numbering", "theme", "settings"))


def _no_part(name: str) -> bytes:
    raise KeyError(name)


class RelatedParts:
    """Related parts by relationship kind (``styles``, ``theme``); each is read and parsed at first use.

    ``names`` maps kinds to part names; ``read`` returns a part's bytes. Parsing at first use saves time:
    few jobs need all of these parts, and parsing a theme takes longer than filling a short notice.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, read: Callable[[str], bytes] = _no_part
    ) -> None:
        self._names = dict(names or {})
        self._read = read
        self._roots: dict[str, _Element | None] = {}

    def name(self, kind: str) -> str | None:
        """Return the part's name (``word/styles.xml``), or ``None`` if there is no such part."""
        return self._names.get(kind)

    def root(self, kind: str) -> _Element | None:
        """Return the part's root element, or ``None`` if the part is absent or not well-formed XML.

        Formatting that cannot be read is treated as absent; it never fails a job.
        """
        if kind not in self._roots:
            self._roots[kind] = self._parse(kind)
        return self._roots[kind]

    def content(self, kind: str) -> bytes:
        """Return the bytes of a part that there is."""
        return self._read(self._names[kind])

    def with_content(self, kind: str, content: bytes) -> "RelatedParts":
        """Return these parts with other bytes for one of them."""
        changed = self._names[kind]
        return RelatedParts(self._names, lambda name: content if name == changed else self._read(name))

    def _parse(self, kind: str) -> _Element | None:
        name = self._names.get(kind)
        if name is None:
            return None
        try:
            return parse_part(self._read(name), name)
        except InvalidTemplate:
            return None
