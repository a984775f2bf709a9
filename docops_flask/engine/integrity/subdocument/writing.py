"""Elements of one document as they are written into another: with what they need of the names around them."""

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.opc.xml_part import HARDENED

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_IGNORABLE = f"{_COMPATIBILITY}Ignorable"
_ATTRIBUTES = (_IGNORABLE, f"{_COMPATIBILITY}MustUnderstand", "Requires", f"{_COMPATIBILITY}ProcessContent")


def written(element: _Element, ignorable: tuple[str, ...]) -> bytes:
    """Return an element as UTF-8 that stands by itself: it declares the prefixes it uses and no others.

    Those of its part that programs may ignore (``ignorable``; ECMA-376 part 3, 7.2) are stated on it.
    """
    parser = etree.XMLParser(huge_tree=False, strip_cdata=False, **HARDENED)
    whole = etree.fromstring(etree.tostring(element, with_tail=False), parser)
    used = set()
    for each in whole.iter("*"):
        names = (each.tag, *each.attrib)
        used |= {name[1:].partition("}")[0] for name in map(str, names) if name.startswith("{")}
    own = whole.get(_IGNORABLE, "").split()
    stated = [*own, *(each for each in ignorable if whole.nsmap.get(each) in used)]
    if stated:
        whole.set(_IGNORABLE, " ".join(dict.fromkeys(stated)))
    kept = {
        word.partition(":")[0]
        for each in whole.iter("*")
        for attribute in _ATTRIBUTES
        for word in each.get(attribute, "").split()
    }
    etree.cleanup_namespaces(whole, keep_ns_prefixes=sorted(kept))
    return bytes(etree.tostring(whole, encoding="UTF-8", xml_declaration=False))
