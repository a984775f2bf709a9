"""Whether two XML parts are the same document: by their canonical forms (W3C Canonical XML)."""

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.opc.xml_part import serialize_part


def is_written_as(expected: _Element, written: bytes) -> bool:
    """Say whether ``written`` is ``expected`` byte for byte, as this service writes parts.

    Then it is well formed and its tree is ``expected``: it need not be parsed to be known.
    """
    return serialize_part(expected) == written


def is_same_document(expected: _Element, written: _Element) -> bool:
    """Say whether two roots, with what stands around them, have the same canonical form."""
    try:
        return _canonical(expected) == _canonical(written)
    except etree.C14NError:
        # Canonical XML does not know relative namespace names; equal trees are written equally.
        return serialize_part(expected) == serialize_part(written)


def is_same_declaration(expected: _Element, written: _Element) -> bool:
    """Say whether two XML declarations say the same; what is written anew is UTF-8."""
    one, other = expected.getroottree().docinfo, written.getroottree().docinfo
    encodings = {(one.encoding or "UTF-8").upper(), "UTF-8"}
    return (
        one.xml_version == other.xml_version
        and bool(one.standalone) == bool(other.standalone)
        and (other.encoding or "UTF-8").upper() in encodings
    )


def _canonical(root: _Element) -> bytes:
    return bytes(etree.tostring(root.getroottree(), method="c14n"))
