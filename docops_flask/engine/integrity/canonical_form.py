"""A canonical form of an XML document, computed in linear time.

It has the information of Canonical XML (W3C, inclusive, with comments): names with their prefixes, sorted
attributes, namespace declarations that change something, text, comments and processing instructions.
libxml2's Canonical XML examines all declarations in scope for each element, which takes quadratic time, and
refuses relative namespace URIs; this one examines each declaration once and accepts them.
"""

from typing import NamedTuple
from xml.parsers import expat


def canonical_form(content: bytes) -> str | None:
    """Return the canonical form of a well-formed XML document in UTF-8; different documents differ in it.

    ``None`` if it has a name that XML 1.0 (fifth edition) allows but expat does not.
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


# Separators; XML cannot contain these characters, so the form is unambiguous.
_START, _ATTRIBUTE, _VALUE, _CONTENT, _END = "\x01", "\x02", "\x03", "\x04", "\x05"
_COMMENT, _INSTRUCTION, _CLOSED = "\x06", "\x07", "\x08"


class _Declaration(NamedTuple):
    """The previous namespace of a prefix that the element at ``depth`` declares anew."""

    depth: int
    name: str
    before: str


class _CanonicalForm:
    """Handlers for the parser's events; they collect the form in ``pieces``."""

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
        """Record a namespace declaration; return whether it changes the namespace of its prefix."""
        before = self._scope.get(name, "")
        if before == uri or name == "xmlns:xml":
            return False
        self._declared.append(_Declaration(self._depth, name, before))
        self._scope[name] = uri
        return True
