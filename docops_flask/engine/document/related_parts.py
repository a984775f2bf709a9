"""Related parts that affect formatting: styles, numbering, theme, settings."""

from collections.abc import Callable, Mapping

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.xml_part import USUAL_STARTS, parse_part

KINDS = frozenset(("styles", "numbering", "theme", "settings"))
_LATENT, _LATENT_END, _EXCEPTION = b"<w:latentStyles ", b"</w:latentStyles>", b"<w:lsdException"
# The attributes of both elements (17.7.4.5, 17.7.4.8), and the characters of their values.
_LATENT_ATTRIBUTES = frozenset(
    b" w:" + name
    for name in (
        b"count", b"defLockedState", b"defQFormat", b"defSemiHidden", b"defUIPriority", b"defUnhideWhenUsed",
        b"locked", b"name", b"qFormat", b"semiHidden", b"uiPriority", b"unhideWhenUsed",
    )
)  # fmt: skip
_LATENT_CHARACTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -()"
_BLANKS = b" \t\r\n"
# Beyond these libxml2's own limits on depth and lengths may matter.
_MOST_TAGS_BEFORE, _MOST_LATENT_BYTES = 200, 1 << 20


def without_latent_styles(content: bytes) -> bytes:
    """Return a styles part with an empty w:latentStyles (17.7.4.5), which nothing here reads.

    It is two thirds of the part in most documents, and to make a tree of it takes twice as long as this.
    What is left out is well-formed, so the rest is so if and only if ``content`` is. ``content`` is returned
    as it is where more than attributes of the standard are in it.
    """
    start = content.find(_LATENT) if content.startswith(USUAL_STARTS) else -1
    end = content.rfind(_LATENT_END)
    if not 0 < start < end <= start + _MOST_LATENT_BYTES:
        return content
    pieces = content[start + len(_LATENT) - 1 : end].split(b'"')
    own, *exceptions = b'"'.join(pieces[::2]).split(_EXCEPTION)
    if (
        not _has_attributes_and(own, b">")
        or not all(_has_attributes_and(each, b"/>") for each in set(exceptions))
        or b"".join(pieces[1::2]).translate(None, _LATENT_CHARACTERS)
        or content.count(b"<", 0, start) > _MOST_TAGS_BEFORE
    ):
        return content
    return content[:start] + _LATENT + b"/>" + content[end + len(_LATENT_END) :]


def _has_attributes_and(markup: bytes, end: bytes) -> bool:
    """Say whether the markup of a tag, values left out, is different attributes and the end of the tag.

    Blanks may follow, as in parts that are laid out with line breaks.
    """
    *names, last = markup.split(b'="')
    return (
        last.rstrip(_BLANKS) == end and len(names) == len(set(names)) and _LATENT_ATTRIBUTES.issuperset(names)
    )


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
