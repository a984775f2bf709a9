"""XML parts: the hardened parser for all of them, the check for a DTD, and serialization.

The parser resolves no entities, loads no DTD and uses no network. libxml2's own limits hold: 256 levels of
depth, 10 MB in a text node. Two causes of quadratic time in libxml2 and lxml are bounded here: a namespace
is searched among all that are in scope, and a text is copied for each CDATA section in it.

The check for a DTD covers the parts that are only copied as well, because the program that opens the
result parses them all.
"""

import re
from typing import Any, NamedTuple, NoReturn

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate, echo

# What nearly every producer writes: UTF-8 (by XML 1.0, appendix F), then the root element without a prolog.
_PLAIN_START = rb"""(?x)(?:\xef\xbb\xbf)?
    (?:<\?xml\s+version=["']1\.0["'](?:\s+encoding=["'](?i:utf-8)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>)?
    \s*<[A-Za-z_]"""
# The XML declarations of Word and most libraries. They are compared first: compiling the pattern is slow.
USUAL_STARTS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>',
    b"<?xml version='1.0' encoding='UTF-8' standalone='yes'?>",
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b'<?xml version="1.0" encoding="utf-8"?>',
)
HEAD_BYTES = 256
# Options of every parser for parts: resolve no entities, load no DTD, fetch nothing.
HARDENED: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True}


class _RootReached(Exception):
    """The root element was reached: no document type declaration can follow."""


class _DoctypeReached(Exception):
    """A document type declaration was reached."""


class _Prolog:
    """A parser target that stops at the document type declaration or at the root element."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        raise _DoctypeReached

    def start(self, _tag: str, _attributes: object) -> NoReturn:
        raise _RootReached

    def close(self) -> None:
        """Do nothing; the parser calls this for a part without a root element."""


def holds(content: bytes, word: bytes, start: int = 0) -> bool:
    """Say whether several bytes, ``word``, stand in ``content`` from ``start`` on; mostly they do not.

    CPython looks for what is not there from the end in half the time (``fastsearch.h``). Code that runs
    often looks for a single byte with ``find``: ``in`` first tries to read the bytes as a number, and the
    exception that this raises takes longer than the search (``_Py_bytes_contains``).
    """
    return content.rfind(word, start) >= 0


def begins_plainly(head: bytes) -> bool:
    """Return whether the root element follows the XML declaration directly, so no DTD can precede it.

    ``head`` is the beginning of the part, up to ``HEAD_BYTES``. After ``False`` only the parser can tell.
    """
    if head.startswith(USUAL_STARTS):
        root = head[head.index(b"?>") + 2 :].lstrip(b" \t\r\n")[:2]
        if root[:1] == b"<" and root[1:].isalpha():
            return True
    return re.match(_PLAIN_START, head) is not None


def declares_doctype(content: bytes) -> bool:
    """Return whether ``content`` has a document type declaration, in any encoding libxml2 reads.

    Raises ``lxml.etree.XMLSyntaxError`` if the XML is malformed before the root element.
    """
    # The type stubs require a method for every event; lxml needs only the ones it is to call.
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
# Word declares about forty.
_MAX_NAMESPACES = 1000
# The fewest bytes that so many declarations can take.
_LEAST_BYTES = _MAX_NAMESPACES * len(' xmlns:a="b"')
# libxml2's own bound (XML_MAX_TEXT_LENGTH).
_MOST_TEXT_BYTES = 10_000_000
# CDATA sections in one part; Word writes none. With more than this they are converted to plain text.
_MAX_CDATA_SECTIONS = 1000
# Encodings in which a mark-up character is its ASCII byte and that byte is nothing else.
_PLAIN_ENCODINGS = ("UTF-8", "US-ASCII", "ASCII", "ISO-8859-", "WINDOWS-125")


def parse_part(content: bytes, name: str) -> _Element:
    """Parse ``content`` and return its root element; ``name`` is the part name shown in errors.

    Raises ``InvalidTemplate`` if it is not well-formed (reason ``xml``), has a document type declaration
    (``dtd``), or has more than ``_MAX_NAMESPACES`` namespaces in scope at one element (``namespaces``);
    ``MemoryError`` if libxml2 runs out of memory.
    """
    root = _parsed(content, name, strip_cdata=False)
    # Asking libxml2 is correct in every encoding.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype_in(echo(name))
    is_plain = _is_plain(content, root.getroottree().docinfo.encoding)
    if not is_plain or (b"!" in content and content.count(b"<![CDATA[") > _MAX_CDATA_SECTIONS):
        root = _parsed(content, name, strip_cdata=True)
    if not is_plain or (len(content) > _LEAST_BYTES and _count(content, is_wide=False) > _MAX_NAMESPACES):
        _check_namespaces(root, name)
    return root


def _is_plain(content: bytes, encoding: str | None) -> bool:
    """Return whether mark-up can be counted in the bytes of ``content``; UTF-16 may be undeclared."""
    return content.find(b"\0", 0, 4) < 0 and (encoding or "UTF-8").upper().startswith(_PLAIN_ENCODINGS)


def _parsed(content: bytes, name: str, *, strip_cdata: bool) -> _Element:
    parser = etree.XMLParser(huge_tree=False, strip_cdata=strip_cdata, **HARDENED)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", None) == _NO_MEMORY:
            raise MemoryError from error
        raise _malformed(echo(name), error.lineno) from error
    # lxml looks at the last entry alone: a warning behind a namespace error hides the error.
    noted = parser.error_log.filter_from_errors() if len(parser.error_log) else ()
    if noted:
        raise _malformed(echo(name), noted[0].line)
    return root


def _check_namespaces(root: _Element, name: str) -> None:
    in_scope = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if in_scope > _MAX_NAMESPACES:
            raise InvalidTemplate(
                f"template: the part {echo(name)} declares more than {_MAX_NAMESPACES} XML namespaces "
                "for one element. Open the file in Word, save it again as .docx and retry.",
                reason="namespaces",
                part=echo(name),
            )


class _Nothing:
    """Takes a parser's events and keeps nothing but whether there was a document type."""

    def __init__(self) -> None:
        self.has_doctype = False

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        self.has_doctype = True

    def close(self) -> None:
        """End the part."""


# Parsers that found nothing to note, with their targets: setting one up takes as long as checking 700 bytes.
_idle: list[tuple[Any, etree.XMLParser]] = []


def check_part(content: bytes, name: str) -> None:
    """Raise what ``parse_part`` raises for ``content``, without building a tree: half the time."""
    target: Any
    try:
        target, parser = _idle.pop()
    except IndexError:
        target = _Nothing()
        parser = etree.XMLParser(target=target, huge_tree=False, strip_cdata=False, **HARDENED)
    try:
        etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", None) == _NO_MEMORY:
            raise MemoryError from error
        raise _malformed(echo(name), error.lineno) from error
    if target.has_doctype:
        raise _doctype_in(echo(name))
    is_wide = content.find(b"\0", 0, 4) >= 0
    # Some errors are errors in trees alone; those of namespaces are noted.
    is_noted = bool(len(parser.error_log))
    if not is_noted:
        _idle.append((target, parser))
    if is_noted or is_wide or holds(content, b"xml:id") or _may_hold_long_text(content):
        _parsed(content, name, strip_cdata=False)
    if len(content) > _LEAST_BYTES and _count(content, is_wide=is_wide) > _MAX_NAMESPACES:
        _check_namespaces(_parsed(content, name, strip_cdata=True), name)


def _count(content: bytes, *, is_wide: bool) -> int:
    """Return how often namespaces are declared, at the most."""
    word = b"x\0m\0l\0n\0s" if is_wide else b"xmlns"
    # Mostly they stand in the root alone. See ``holds``.
    return content.count(word, 0, content.rfind(word) + len(word))


def _may_hold_long_text(content: bytes) -> bool:
    """Say whether a tree may be refused for the length of a text, which libxml2 checks in trees alone."""
    at = 0
    while len(content) - at > _MOST_TEXT_BYTES:
        at = content.rfind(b"<", at, at + _MOST_TEXT_BYTES) + 1
        if not at:
            return True
    return False


class Encoding(NamedTuple):
    """How a part that is not UTF-8 is encoded: Python's codec, the bytes before its first character."""

    codec: str
    mark: bytes


# Byte order marks, and the first bytes of "<?" without one (XML 1.0, appendix F); longer ones first.
_BY_FIRST_BYTES = (
    (b"\xff\xfe\0\0", Encoding("utf-32-le", b"\xff\xfe\0\0")),
    (b"\0\0\xfe\xff", Encoding("utf-32-be", b"\0\0\xfe\xff")),
    (b"<\0\0\0", Encoding("utf-32-le", b"")),
    (b"\0\0\0<", Encoding("utf-32-be", b"")),
    (b"\xff\xfe", Encoding("utf-16-le", b"\xff\xfe")),
    (b"\xfe\xff", Encoding("utf-16-be", b"\xfe\xff")),
    (b"<\0", Encoding("utf-16-le", b"")),
    (b"\0<", Encoding("utf-16-be", b"")),
)
_DECLARED_ENCODING = rb"<\?xml\s[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']"


def encoding_of(content: bytes, name: str) -> Encoding | None:
    """Return how a well-formed part is encoded, ``None`` for UTF-8 (XML 1.0, 4.3.3 and appendix F).

    Raises ``InvalidTemplate`` for an encoding that Python does not know or that loses characters.
    """
    if content.startswith(USUAL_STARTS):
        return None
    for first, found in _BY_FIRST_BYTES:
        if content.startswith(first):
            return _held(content, found, name)
    declared = re.match(_DECLARED_ENCODING, content[:HEAD_BYTES])
    if declared is None or declared[1].lower() in (b"utf-8", b"utf8"):
        return None
    return _held(content, Encoding(declared[1].decode(), b""), name)


def _held(content: bytes, encoding: Encoding, name: str) -> Encoding:
    try:
        if encoded(recoded(content, encoding), encoding) == content:
            return encoding
    except (LookupError, UnicodeError):
        pass
    raise InvalidTemplate(
        f"template: the part {echo(name)} is in an encoding that cannot be written again. "
        "Open the file in Word, save it again as .docx and retry.",
        reason="encoding",
        part=echo(name),
    )


def recoded(content: bytes, encoding: Encoding | None) -> bytes:
    """Return a part as UTF-8; its XML declaration still names the encoding it had."""
    if encoding is None:
        return content
    return content[len(encoding.mark) :].decode(encoding.codec).encode()


def encoded(content: bytes, encoding: Encoding | None) -> bytes:
    """Return a recoded part in its own encoding; characters that this lacks become references."""
    if encoding is None:
        return content
    return encoding.mark + content.decode().encode(encoding.codec, "xmlcharrefreplace")


def refuse_doctype(content: bytes, name: str) -> None:
    """Raise ``InvalidTemplate`` if ``content`` has a document type declaration.

    Malformed XML before the root element raises it too. ``name`` is the part name shown in the error.
    """
    shown = echo(name)
    try:
        found = declares_doctype(content)
    except etree.XMLSyntaxError as error:
        raise _malformed(shown, error.lineno) from error
    if found:
        raise _doctype_in(shown)


def serialize_part(root: _Element) -> bytes:
    """Return the part as UTF-8 bytes with an XML declaration; comments around the root are kept."""
    tree = root.getroottree()
    # lxml reports False for a missing standalone attribute too. None leaves it out, which means "no".
    options: dict[str, Any] = {"standalone": tree.docinfo.standalone or None}
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True, **options))


def _malformed(shown: str, line: int | None) -> InvalidTemplate:
    return InvalidTemplate(
        f"template: the part {shown} is not well-formed XML (line {line}). "
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
