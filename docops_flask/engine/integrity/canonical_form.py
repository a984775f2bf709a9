"""A canonical form of an XML document, made in time by its size.

It holds what Canonical XML (W3C, inclusive, with comments) holds: names with their prefixes, attributes in
one order, namespace declarations where they say something new, text, comments and processing instructions.
libxml2's own maker of Canonical XML looks at every declaration in scope again for each element and each
declaration; this one looks at everything once, and relative namespace names are names like others.
"""

from typing import NamedTuple
from xml.parsers import expat


def canonical_form(content: bytes) -> str | None:
    """Return the form of a well-formed XML document in UTF-8, a text that no other document has.

    ``None`` for one with a name that the fifth edition of XML 1.0 allows and this parser does not.
    """
    form = _CanonicalForm()
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = form.start
    parser.EndElementHandler = form.end
    parser.CharacterDataHandler = form.pieces.append
    parser.CommentHandler = form.comment
    parser.ProcessingInstructionHandler = form.instruction
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return None
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
