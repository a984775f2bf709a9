r"""How a value stands in a field code, worked out by the proof itself (ECMA-376 part 1, 17.16.1).

docs/analysis/texts-inside-paragraphs.md has the rules. In quotation marks ``\`` and ``"`` have a backslash
before them; a value that is a whole argument gets quotation marks where it needs them.
"""

import re

_BLANKS = re.compile(r"\s")
# Whose arguments choose a file, a program or a program's data, so that no value is ever put there.
_CLOSED = frozenset(
    [
        "ADDIN",
        "AUTOTEXT",
        "AUTOTEXTLIST",
        "CITATION",
        "CONTROL",
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
        "OCX",
        "PRIVATE",
        "RD",
    ]
)


class Arguments:
    """A field code read from its start to its end; tells of a place in it how a value is written there."""

    def __init__(self, code: str) -> None:
        self._code = code
        # Where each argument begins and ends, quotation marks included, and whether it has some.
        self._arguments: list[tuple[int, int, bool]] = []
        self._by_start: dict[int, int] = {}
        self._split()
        word = ""
        if self._arguments and not self._arguments[0][2]:
            word = code[self._arguments[0][0] : self._arguments[0][1]].upper()
        self._type = "=" if word.startswith("=") else word
        self._at = 0

    def _split(self) -> None:
        code, at = self._code, 0
        while at < len(code):
            if _BLANKS.match(code, at):
                at += 1
                continue
            start, is_quoted = at, code[at] == '"'
            if is_quoted:
                at += 1
                while at < len(code) and code[at] != '"':
                    at += 2 if code[at] == "\\" else 1
                at = min(at + 1, len(code))
            else:
                while at < len(code) and code[at] != '"' and not _BLANKS.match(code, at):
                    at += 1
            self._arguments.append((start, at, is_quoted))

    def written(self, start: int, end: int, value: str) -> str | None:
        """Return ``value`` as it has to stand in place of ``start``:``end``; ``None`` where it must not.

        Places come in ascending order.
        """
        arguments = self._arguments
        while self._at < len(arguments) and arguments[self._at][1] <= start:
            self._at += 1
        if self._at == len(arguments) or self._type in _CLOSED or "\n" in value or "\t" in value:
            return None
        first, last, is_quoted = arguments[self._at]
        if (self._at == 0 and self._type != "=") or self._is_escaped(start):
            return None
        if not is_quoted and self._type != "EQ" and self._code[first] == "\\":
            return None
        if self._type in {"MACROBUTTON", "GOTOBUTTON"}:
            return None if self._at < 2 or '"' in value or "\\" in value else value
        if is_quoted:
            return _escaped(value)
        if self._type == "EQ":
            return (
                None if '"' in value else "".join(f"\\{each}" if each in "\\()," else each for each in value)
            )
        is_alone = (first, last) == (start, end)
        if not ('"' in value or "\\" in value or _BLANKS.search(value) or (is_alone and not value)):
            return value
        return f'"{_escaped(value)}"' if is_alone and self._type != "=" else None

    def _is_escaped(self, start: int) -> bool:
        count = 0
        while start > count and self._code[start - count - 1] == "\\":
            count += 1
        return bool(count % 2)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
