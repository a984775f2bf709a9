"""Elements of one document written so that they can stand in another (subdocuments.md, rule 10)."""

from collections.abc import Sequence

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.opc.xml_part import HARDENED

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
IGNORABLE = f"{_MC}Ignorable"
# Attributes whose values name prefixes (ECMA-376 part 3, 7.2 to 7.6).
_NAMING = (IGNORABLE, f"{_MC}MustUnderstand", f"{_MC}ProcessContent", "Requires")


def written(element: _Element, ignorable: Sequence[str]) -> bytes:
    """Return ``element`` without its tail as UTF-8, with the declarations that it uses and no others.

    ``ignorable`` are the prefixes that the root of its part says may be ignored (ECMA-376 part 3, 7.2).
    """
    parser = etree.XMLParser(huge_tree=False, strip_cdata=False, **HARDENED)
    whole = etree.fromstring(etree.tostring(element, with_tail=False), parser)
    used = {name for each in whole.iter("*") for name in map(_namespace, (each.tag, *each.attrib))}
    own = whole.get(IGNORABLE, "").split()
    stated = [*own, *(prefix for prefix in ignorable if whole.nsmap.get(prefix) in used)]
    if stated:
        whole.set(IGNORABLE, " ".join(dict.fromkeys(stated)))
    etree.cleanup_namespaces(whole, keep_ns_prefixes=sorted(_named_prefixes(whole)))
    return bytes(etree.tostring(whole, encoding="UTF-8", xml_declaration=False))


def _namespace(name: object) -> str | None:
    text = str(name)
    return text[1:].partition("}")[0] if text.startswith("{") else None


def _named_prefixes(whole: _Element) -> set[str]:
    return {
        word.partition(":")[0]
        for each in whole.iter("*")
        for attribute in _NAMING
        for word in (each.get(attribute) or "").split()
    }
