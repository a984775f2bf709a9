"""Whether two XML parts are the same document: by a canonical form of each.

The form holds what Canonical XML (W3C, inclusive, with comments) holds: names with their prefixes, attributes
in one order, namespace declarations where they say something new, text, comments and processing instructions.
libxml2's own maker of Canonical XML looks at every declaration in scope again for each element and each
declaration; this one looks at everything once, and relative namespace names are names like others.
"""

from typing import NamedTuple
from xml.parsers import expat

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
    try:
        return _canonical(one) == _canonical(other)
    except expat.ExpatError:
        # A name that the fifth edition of XML 1.0 allows and this parser does not: what is not written alike
        # is taken for different.
        return False


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


def _canonical(content: bytes) -> str:
    form = _CanonicalForm()
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = form.start
    parser.EndElementHandler = form.end
    parser.CharacterDataHandler = form.pieces.append
    parser.CommentHandler = form.comment
    parser.ProcessingInstructionHandler = form.instruction
    parser.Parse(content, True)
    return "".join(form.pieces)


# No XML holds them, so nothing that stands between two can be taken for something else.
_START, _ATTRIBUTE, _VALUE, _CONTENT, _END = "\x01", "\x02", "\x03", "\x04", "\x05"
_COMMENT, _INSTRUCTION, _CLOSED = "\x06", "\x07", "\x08"


class _Declaration(NamedTuple):
    """What a prefix stood for before an element declared it anew; ``depth`` is that of the element."""

    depth: int
    name: str
    before: str


class _CanonicalForm:
    """Takes a parser's events; ``pieces`` is the form."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._depth = 0
        self._scope = {"xmlns": ""}
        self._declared: list[_Declaration] = []

    def start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        self.pieces += (_START, name)
        if attributes:
            names, values = attributes[::2], attributes[1::2]
            for attribute, value in sorted(zip(names, values, strict=True)):
                if not (attribute == "xmlns" or attribute.startswith("xmlns:")) or self._declares(
                    attribute, value
                ):
                    self.pieces += (_ATTRIBUTE, attribute, _VALUE, value)
        self.pieces.append(_CONTENT)

    def end(self, _name: str) -> None:
        self.pieces.append(_END)
        while self._declared and self._declared[-1].depth == self._depth:
            declaration = self._declared.pop()
            self._scope[declaration.name] = declaration.before
        self._depth -= 1

    def comment(self, text: str) -> None:
        self.pieces += (_COMMENT, text, _CLOSED)

    def instruction(self, target: str, text: str) -> None:
        self.pieces += (_INSTRUCTION, target, _VALUE, text, _CLOSED)

    def _declares(self, name: str, uri: str) -> bool:
        """Take a namespace declaration; say whether its prefix stood for something else before."""
        before = self._scope.get(name, "")
        if before == uri or name == "xmlns:xml":
            return False
        self._declared.append(_Declaration(self._depth, name, before))
        self._scope[name] = uri
        return True
