"""Document properties that a package does not state: Word knows them all, and a control may be bound to one.

Source: ECMA-376 part 2, 11 (core properties), part 1, 22.2 (extended properties). Both allow their elements
in any order, so that one is added behind all others.
"""

import re

from docops_flask.engine.oxml.markup import TOKEN, attributes_of, decoded
from docops_flask.engine.template.places.data import Data, Node

_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_EXTENDED = (
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
)
# The properties with text that Word offers (Insert, Quick Parts, Document Property), by the root of the part.
_PROPERTIES: dict[str, frozenset[str]] = {
    f"{{{_CORE}}}coreProperties": frozenset(
        (
            *(f"{{{_CORE}}}{name}" for name in ("category", "contentStatus", "keywords")),
            *(f"{{{_DUBLIN_CORE}}}{name}" for name in ("creator", "description", "subject", "title")),
        )
    ),
    **{
        f"{{{namespace}}}Properties": frozenset((f"{{{namespace}}}Company", f"{{{namespace}}}Manager"))
        for namespace in _EXTENDED
    },
}
_STEP = r"/([\w.-]+):([\w.-]+)(?:\[1\])?"
_TWO_STEPS = re.compile(_STEP + _STEP)


def unstated_property(data: Data, path: str, mapped: dict[str, str]) -> Node | None:
    """Return the property that ``path`` leads to and ``data`` lacks; ``None`` where it is none of Word's.

    ``mapped`` has the namespaces of prefixes.
    """
    steps = _TWO_STEPS.fullmatch(path)
    if steps is None or steps[1] not in mapped or steps[3] not in mapped:
        return None
    name = f"{{{mapped[steps[3]]}}}{steps[4]}"
    is_lacking = (
        data.root.tag == f"{{{mapped[steps[1]]}}}{steps[2]}"
        and name in _PROPERTIES.get(str(data.root.tag), ())
        and data.root.find(name) is None
    )
    node = Node(data, data.root, "", name)
    return node if is_lacking and bytes_of_unstated(node) is not None else None


def bytes_of_unstated(node: Node) -> tuple[int, bytes, bytes] | None:
    """Return the byte at which a lacking property is added, and what is written around its text.

    ``None`` where the root of the part is written as an empty element, or anything follows it.
    """
    content = node.data.part.content
    namespace, _, local = node.lacking[1:].partition("}")
    root = next(match for match in TOKEN.finditer(content) if match[2] is not None)
    end = content.rfind(b"</")
    if end < root.end() or re.fullmatch(rb"</" + re.escape(root[2]) + rb"\s*>\s*", content[end:]) is None:
        return None
    prefixes = [
        name.partition(b":")[2]
        for name, value in attributes_of(root[3]).items()
        if name.partition(b":")[0] == b"xmlns" and decoded(value) == namespace
    ]
    # The root's own prefix, or else the first that is declared, "" for the default namespace.
    own = root[2].rpartition(b":")[0]
    prefix = own if own in prefixes else next(iter(prefixes), None)
    name = (prefix + b":" if prefix else b"") + local.encode()
    declared = b' xmlns="%b"' % namespace.encode() if prefix is None else b""
    return end, b"<" + name + declared + b">", b"</" + name + b">"
