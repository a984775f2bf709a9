"""Whether two XML parts are the same document: by a canonical form of each."""

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
    one, other = _serialized(expected), _serialized(written)
    if one == other:
        return True
    # A renderer starts the faster for what it does not load, and nearly all parts are written alike.
    from docops_flask.engine.integrity.canonical_form import canonical_form

    form = canonical_form(one)
    return form is not None and form == canonical_form(other)


def is_same_declaration(expected: _Element, written: _Element) -> bool:
    """Say whether two XML declarations say the same; what is written anew is UTF-8."""
    one, other = expected.getroottree().docinfo, written.getroottree().docinfo
    encodings = {(one.encoding or "UTF-8").upper(), "UTF-8"}
    return (
        one.xml_version == other.xml_version
        and bool(one.standalone) == bool(other.standalone)
        and (other.encoding or "UTF-8").upper() in encodings
    )


def _serialized(root: _Element) -> bytes:
    return bytes(etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False))
