"""XML parts: the hardened parser every one goes through, and the way back to bytes.

No entity is resolved, no DTD loaded, no network touched; depth and text size stay within libxml2's
own bounds (256 levels, 10 MB a text node).
"""

from typing import Any

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate
from docops_flask.engine.opc.doctype import declares_doctype
from docops_flask.engine.opc.shown_name import shown_name

_NO_MEMORY = 2


def parse_part(content: bytes, name: str) -> _Element:
    """Return the root of the XML in ``content``; ``name`` is the part's, for the message.

    Raises ``InvalidTemplate`` (reason ``xml`` or ``dtd``) when it is not well formed or declares a
    document type, ``MemoryError`` when libxml2 ran out of memory.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", None) == _NO_MEMORY:
            raise MemoryError from error
        raise _malformed(shown_name(name), error) from error
    # libxml2 itself says whether there was one, whatever the encoding.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype_in(shown_name(name))
    return root


def refuse_doctype(content: bytes, name: str) -> None:
    """Raise ``InvalidTemplate`` when ``content`` declares a document type, or hides whether it does."""
    shown = shown_name(name)
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
