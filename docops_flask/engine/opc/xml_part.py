"""XML parts: the hardened parser every one goes through, the search for a DTD, and the way back to bytes.

Most parts are never parsed here, only copied, and whoever opens the result parses them all.

No entity is resolved, no DTD loaded, no network touched; depth and text size stay within libxml2's
own bounds (256 levels, 10 MB a text node). What makes libxml2 or lxml take quadratic time is bounded here:
they look for a namespace among all that are in scope, and copy a text anew for each CDATA section in it.
"""

import re
from typing import Any, NoReturn

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate, echo

# What nearly every producer writes: UTF-8 by the rules of XML 1.0 (appendix F), and the root right after it.
_PLAIN_START = rb"""(?x)(?:\xef\xbb\xbf)?
    (?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?
    \s*<[A-Za-z_]"""
# How Word and most libraries begin a part: settled without the pattern, which takes long to compile.
_USUAL_STARTS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
    b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b'<?xml version="1.0" encoding="utf-8"?>',
)
HEAD_BYTES = 256
# What no parser of parts may do: resolve entities, load a DTD, fetch anything.
HARDENED: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True}


class _RootReached(Exception):
    """There can be no document type any more."""


class _DoctypeReached(Exception):
    """There is one."""


class _Prolog:
    """Hears the parser's events up to the root element."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        raise _DoctypeReached

    def start(self, _tag: str, _attributes: object) -> NoReturn:
        raise _RootReached

    def close(self) -> None:
        """End a part that has no root."""


def begins_plainly(head: bytes) -> bool:
    """Say whether a part that begins with ``head`` has its root where no document type can precede it."""
    if head.startswith(_USUAL_STARTS):
        root = head[head.index(b"?>") + 2 :].lstrip(b" \t\r\n")[:2]
        if root[:1] == b"<" and root[1:].isalpha():
            return True
    return re.match(_PLAIN_START, head) is not None


def declares_doctype(content: bytes) -> bool:
    """Say whether the part ``content`` declares one, whatever its encoding: by the parser's own event.

    Raises ``lxml.etree.XMLSyntaxError`` when there is no telling: no root is reached.
    """
    # The stubs ask a target for every event; lxml only tells it of those it has a method for.
    target: Any = _Prolog()
    parser = etree.XMLParser(target=target, **HARDENED)
    try:
        parser.feed(content)
        parser.close()
    except _DoctypeReached:
        return True
    except _RootReached:
        pass
    return False


_NO_MEMORY = 2
# Word declares some forty.
_MOST_NAMESPACES = 1000
# What as many declarations take at least.
_LEAST_BYTES = _MOST_NAMESPACES * len(' xmlns:a="b"')
# Sections in one part; Word writes none. Beyond that they are read as the text they are.
_MOST_CDATA_SECTIONS = 1000
# Where a mark-up character is one byte, the same as in ASCII, and nothing else is that byte.
_PLAIN_ENCODINGS = ("UTF-8", "US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125")


def parse_part(content: bytes, name: str) -> _Element:
    """Return the root of the XML in ``content``; ``name`` is the part's, for the message.

    Raises ``InvalidTemplate`` (reason ``xml``, ``dtd`` or ``namespaces``) when it is not well formed,
    declares a document type or more namespaces than ``_MOST_NAMESPACES`` around one element,
    ``MemoryError`` when libxml2 ran out of memory.
    """
    root = _parsed(content, name, strip_cdata=False)
    # libxml2 itself says whether there was one, whatever the encoding.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype_in(echo(name))
    is_plain = _is_plain(content, root.getroottree().docinfo.encoding)
    if not is_plain or (b"!" in content and content.count(b"<![CDATA[") > _MOST_CDATA_SECTIONS):
        root = _parsed(content, name, strip_cdata=True)
    if not is_plain or (len(content) > _LEAST_BYTES and content.count(b"xmlns") > _MOST_NAMESPACES):
        _hold_namespaces(root, name)
    return root


def _is_plain(content: bytes, encoding: str | None) -> bool:
    """Say whether mark-up in ``content`` can be counted in its bytes; UTF-16 need not be declared."""
    return b"\0" not in content[:4] and (encoding or "UTF-8").upper().startswith(_PLAIN_ENCODINGS)


def _parsed(content: bytes, name: str, *, strip_cdata: bool) -> _Element:
    parser = etree.XMLParser(huge_tree=False, strip_cdata=strip_cdata, **HARDENED)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", None) == _NO_MEMORY:
            raise MemoryError from error
        raise _malformed(echo(name), error) from error


def _hold_namespaces(root: _Element, name: str) -> None:
    in_scope = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if in_scope > _MOST_NAMESPACES:
            raise InvalidTemplate(
                f"template: the part {echo(name)} declares more than {_MOST_NAMESPACES} XML namespaces "
                "for one element. Open the file in Word, save it again as .docx and retry.",
                reason="namespaces",
                part=echo(name),
            )


def refuse_doctype(content: bytes, name: str) -> None:
    """Raise ``InvalidTemplate`` when ``content`` declares a document type, or hides whether it does."""
    shown = echo(name)
    try:
        found = declares_doctype(content)
    except etree.XMLSyntaxError as error:
        raise _malformed(shown, error) from error
    if found:
        raise _doctype_in(shown)


def serialize_part(root: _Element) -> bytes:
    """Return the part as UTF-8 bytes with an XML declaration; what stands around the root stays."""
    tree = root.getroottree()
    # lxml says False also where nothing was declared, and None leaves the attribute out, which means "no".
    options: dict[str, Any] = {"standalone": tree.docinfo.standalone or None}
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True, **options))


def _malformed(shown: str, error: etree.XMLSyntaxError) -> InvalidTemplate:
    return InvalidTemplate(
        f"template: the part {shown} is not well-formed XML (line {error.lineno}). "
        "Open the file in Word, save it again as .docx and retry.",
        reason="xml",
        part=shown,
    )


def _doctype_in(shown: str) -> InvalidTemplate:
    return InvalidTemplate(
        f"template: the part {shown} declares a document type (DTD), which Word never writes. "
        "Open the file in Word, save it again as .docx and retry.",
        reason="dtd",
        part=shown,
    )
