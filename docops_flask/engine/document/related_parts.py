"""The parts beside the stories that decide how text looks: numbering, theme, settings."""

from collections.abc import Callable, Mapping

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import parse_part

KINDS = frozenset(("styles", "numbering", "theme", "settings"))


def _no_part(name: str) -> bytes:
    raise KeyError(name)


class RelatedParts:
    """Related parts by the kind of their relationship, each read and parsed when it is first asked for.

    ``names`` are their part names by kind; ``read`` returns a part's bytes. Most documents never need
    most of these parts, and a theme alone takes longer to parse than a short notice to fill.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, read: Callable[[str], bytes] = _no_part
    ) -> None:
        self._names = dict(names or {})
        self._read = read
        self._roots: dict[str, _Element | None] = {}

    def name(self, kind: str) -> str | None:
        """Return the part's name (``word/styles.xml``), ``None`` where there is no such part."""
        return self._names.get(kind)

    def root(self, kind: str) -> _Element | None:
        """Return the part's root, ``None`` where there is no such part or it is not well formed.

        Formatting that cannot be read counts as not stated; it never stops a job.
        """
        if kind not in self._roots:
            self._roots[kind] = self._parse(kind)
        return self._roots[kind]

    def _parse(self, kind: str) -> _Element | None:
        name = self._names.get(kind)
        if name is None:
            return None
        try:
            return parse_part(self._read(name), name)
        except InvalidTemplate:
            return None
