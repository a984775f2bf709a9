"""Plain parts: those whose paragraphs the proof finds and reads in the bytes.

A part is plain when one prefix stands for WordprocessingML throughout and nothing is in it that bytes alone
do not tell: comments, CDATA sections, processing instructions, namespaces declared anew.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.integrity.blocks import NAMESPACES
from docops_flask.engine.opc.xml_part import holds

_ROOT = (
    rb"(?:\xef\xbb\xbf)?(?:<\?xml [^>]*\?>)?\s*"
    rb"<(?:([A-Za-z_][\w.-]*):)?[A-Za-z_][\w.-]*((?:\s+[^\s=<>]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*>"
)
NAMESPACE = rb"\sxmlns(?::([^\s=]+))?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
ANY_TAG = rb"<(/?)([^\s/>]++)((?:[^>\"'/]++|\"[^\"]*+\"|'[^']*+'|/(?!>))*+)(/?)>"
_ONE_ATTRIBUTE = rb"\s([^\s=<>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_DRAWING = (
    b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
)
COMPATIBILITY = b"http://schemas.openxmlformats.org/markup-compatibility/2006"

_MEANT = frozenset((COMPATIBILITY, *_DRAWING, *map(str.encode, NAMESPACES)))


class PlainPart(NamedTuple):
    """A plain part: the prefix of WordprocessingML with its colon, and its namespace.

    ``start`` is where the content of the root begins. ``declared`` are the declarations of all prefixes, as
    attributes.
    """

    content: bytes
    prefix: bytes
    namespace: str
    start: int
    declared: bytes


def plain_part(content: bytes) -> PlainPart | None:
    """Return ``content``, a well-formed part in UTF-8, as a plain part; ``None`` where it is none."""
    root = re.match(_ROOT, content)
    if root is None or not root[1]:
        return None
    start = root.end()
    prefix = root[1]
    # A single byte is looked for a hundred times faster than two.
    for mark in (b"!", b"?"):
        if content.find(mark, start) >= 0 and content.find(b"<" + mark, start) >= 0:
            return None
    bound: dict[bytes, bytes] = {}
    # Declarations below the root count where they say nothing else of what is told apart.
    for tag in (root[0][root[0].rindex(b"<") :], *_tags_with_declarations(content, start)):
        for name, one, other in re.findall(_ONE_ATTRIBUTE, tag):
            if name != b"xmlns" and not name.startswith(b"xmlns:"):
                continue
            uri = one or other
            known = bound.setdefault(name[6:], uri)
            if known != uri and (known in _MEANT or uri in _MEANT):
                return None
    namespace = bound.get(prefix, b"")
    uris = list(bound.values())
    if namespace.decode() not in NAMESPACES or uris.count(namespace) > 1:
        return None
    w = prefix + b":"
    # The walk finds a w:p by its tags as they are mostly written: a blank in one may be a line end or a tab,
    # and an end tag may have blanks as well (XML 1.0, 3.1).
    start_tag, end_tag = b"<" + w + b"p", b"</" + w + b"p"
    for blank in (b"\t", b"\r", b"\n"):
        if content.find(blank, start) >= 0 and (
            holds(content, start_tag + blank, start) or holds(content, end_tag + blank, start)
        ):
            return None
    if holds(content, end_tag + b" ", start):
        return None
    declared = b"".join(
        b' xmlns%s="%s"' % (b":" + name if name else b"", uri.replace(b'"', b"&quot;"))
        for name, uri in bound.items()
    )
    return PlainPart(content, w, namespace.decode(), start, declared)


def _tags_with_declarations(content: bytes, start: int) -> Iterator[bytes]:
    """Yield the start tags behind ``start`` in which namespaces may be declared."""
    at = content.find(b"xmlns", start) if holds(content, b"xmlns", start) else -1
    while at >= 0:
        tag = re.compile(ANY_TAG).match(content, content.rindex(b"<", 0, at))
        # Else it stands in a text.
        if tag is not None and tag.end() > at:
            yield tag[0]
            at = tag.end()
        at = content.find(b"xmlns", at + 1)
