r"""Field codes (ECMA-376 part 1, 17.16.1 and 17.16.5): where a value may stand in one, and how it is written.

An argument is text in double quotes, with ``\"`` and ``\\`` for a quote and a backslash, or a word without
white space. A placeholder is part of an argument; what would let a value become a field, a switch, or the
path of a file is reported instead. docs/analysis/texts-inside-paragraphs.md has the rules.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.template.grammar import Kind

# Text in quotes (the last may lack its closing quote), or a word.
_TOKEN = r"\"((?:[^\"\\]|\\.)*)(?:\"|\\?\Z)|[^\s\"]+"
_NEEDS_QUOTES = r"[\s\"\\]"
# They load a file, a program's data or another document, or start a program or macro.
_EXTERNAL = frozenset(
    [
        "AUTOTEXT",
        "AUTOTEXTLIST",
        "DATABASE",
        "DDE",
        "DDEAUTO",
        "EMBED",
        "GLOSSARY",
        "HTMLACTIVEX",
        "IMPORT",
        "INCLUDE",
        "INCLUDEPICTURE",
        "INCLUDETEXT",
        "LINK",
        "RD",
    ]
)
# What they hold is the data of a program.
_PRIVATE = frozenset(("ADDIN", "CONTROL", "OCX", "PRIVATE", "CITATION"))
# The first argument is a macro or a bookmark, all behind it is shown as it stands.
_BUTTONS = frozenset(("MACROBUTTON", "GOTOBUTTON"))
# Word shows these from their codes; of others it shows the result that it worked out last.
_SHOWN_FROM_CODE = frozenset(("HYPERLINK", "EQ", "XE", "TC", "TA", "SYMBOL", "ADVANCE", *_BUTTONS))
# Of a HYPERLINK field (17.16.5.25).
_SWITCHES_WITH_ARGUMENT = frozenset((r"\l", r"\o", r"\s", r"\t"))
# The links that a value may make.
_SCHEMES = r"\s*(?:https?|mailto|tel):"
_SCHEME_BEFORE = r"\s*[A-Za-z][A-Za-z0-9+.-]*:/*\Z"
TWO_SCHEMES = (
    "the value is a whole address, and the link has the beginning of one before the placeholder: delete that "
    "from the link in the template"
)


class Refusal(NamedTuple):
    """Why a placeholder cannot be filled where it stands and what to do; ``kind`` is for programs."""

    reason: str
    kind: Kind = Kind.FIELD_CODE


class _Token(NamedTuple):
    """A word of a code or a text in quotes: ``code[start:end]``, quotes included."""

    start: int
    end: int
    is_quoted: bool


_end = attrgetter("end")


class FieldCode:
    """A field code taken apart."""

    __slots__ = ("_tokens", "code", "type")

    def __init__(self, code: str) -> None:
        self.code = code
        self._tokens: Sequence[_Token] = [
            _Token(*match.span(), match[1] is not None) for match in re.finditer(_TOKEN, code, re.DOTALL)
        ]
        first = self._tokens[0] if self._tokens else None
        word = "" if first is None or first.is_quoted else code[first.start : first.end].upper()
        self.type = "=" if word.startswith("=") else word

    @property
    def shows_old_result(self) -> bool:
        """Whether Word shows the old result until the field is updated."""
        return self.type not in _SHOWN_FROM_CODE

    def refusal(self, start: int) -> Refusal | None:
        """Return why no value can stand for the placeholder at ``start``; ``None`` where one can."""
        number = self._number_of(start)
        token = self._tokens[number]
        if self.type in _EXTERNAL or self.type in _PRIVATE:
            return Refusal(
                f"a {self.type} field refers to a file, a program or its data, which no value may choose: "
                "write the code without a placeholder"
            )
        if number == 0 and self.type != "=":
            return Refusal("it stands where the field's type is expected: write the type into the field code")
        if self.type in _BUTTONS and number == 1:
            return Refusal(
                f"a {self.type} field does what its first argument says: write that without a placeholder"
            )
        if not token.is_quoted and self.code[token.start] == "\\" and self.type != "EQ":
            return Refusal("it is part of a switch of the field code: write the switch without a placeholder")
        if _follows_escape(self.code, start):
            return Refusal("a single backslash stands right before it in the field code: delete or double it")
        return None

    def _number_of(self, start: int) -> int:
        return bisect_right(self._tokens, start, key=_end)

    def written(self, start: int, end: int, value: str) -> str | Refusal:
        """Return ``value``, which has no line ends, as it is written in place of ``start``:``end``."""
        target = self.target()
        if target is not None and target[0] <= start and doubles_scheme(self.code[target[0] : start], value):
            return Refusal(TWO_SCHEMES)
        token = self._tokens[self._number_of(start)]
        if token.is_quoted and self.type not in _BUTTONS:
            return _escaped(value)
        if self.type == "EQ":
            if '"' not in value:
                return re.sub(r"([\\(),])", r"\\\1", value)
            return Refusal("the value holds a quotation mark, which an EQ field cannot show")
        if self.type in _BUTTONS:
            if not re.search(r"[\"\\]", value):
                return value
            return Refusal(
                f"the value holds a quotation mark or a backslash, which a {self.type} field cannot show"
            )
        is_alone = (token.start, token.end) == (start, end)
        if not re.search(_NEEDS_QUOTES, value) and (value or not is_alone):
            return value
        if self.type == "=":
            return Refusal("the value is no number, and a formula takes nothing else: send a number")
        if is_alone:
            return f'"{_escaped(value)}"'
        return Refusal(
            "the value holds white space, a quotation mark or a backslash, and the argument of the field is "
            "not in quotation marks: put it in quotation marks in the template"
        )

    def target(self) -> tuple[int, int] | None:
        """Return where the target of a HYPERLINK lies (17.16.5.25), without quotes; ``None`` for none."""
        if self.type != "HYPERLINK":
            return None
        takes_next = False
        for start, end, is_quoted in self._tokens[1:]:
            word = self.code[start:end]
            if not is_quoted and word.startswith("\\"):
                takes_next = word.lower() in _SWITCHES_WITH_ARGUMENT
            elif takes_next:
                takes_next = False
            else:
                is_closed = is_quoted and end - start > 1 and word.endswith('"')
                return start + is_quoted, end - is_closed
        return None


def _follows_escape(code: str, start: int) -> bool:
    """Say whether a backslash right before ``start`` takes the next character as it is."""
    first = start
    while first and code[first - 1] == "\\":
        first -= 1
    return (start - first) % 2 == 1


def _escaped(value: str) -> str:
    return re.sub(r"([\\\"])", r"\\\1", value)


def is_allowed_target(target: str) -> bool:
    """Say whether a value may make this target of a link: http, https, mailto or tel, or none at all."""
    return not target or re.match(_SCHEMES, target, re.IGNORECASE) is not None


def doubles_scheme(before: str, value: str) -> bool:
    """Say whether ``value`` begins with a scheme, and ``before`` it stands nothing but a scheme."""
    return (
        re.match(_SCHEME_BEFORE, before) is not None and re.match(_SCHEMES, value, re.IGNORECASE) is not None
    )
