"""A small Markdown: bold, italic, links, headings, bullet and numbered lists (docs/analysis/rich-values.md).

Every text is Markdown: what is none of these is text as it stands. The work is linear in its length.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.template.rich.values import RichParagraph, RichRun, is_link, merged

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)", re.DOTALL)
_ITEM = re.compile(r"([ \t]*)(?:([-*+])|([0-9]{1,9})[.)])[ \t]+(\S.*)", re.DOTALL)
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_BLANK = " \t"
_TAB = 4


def paragraphs_of(text: str) -> list[RichParagraph]:
    """Return the paragraphs of a Markdown text: one for each line that is not blank."""
    found: list[RichParagraph] = []
    # The indents of the items around, from the outermost in; none where no list is open.
    indents: list[int] = []
    for line in _lines(text):
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        if heading is not None:
            found.append(RichParagraph("heading", _runs(_unclosed(heading[2])), len(heading[1])))
            indents = []
        elif item is not None:
            indent = len(item[1].expandtabs(_TAB))
            while len(indents) > 1 and indent < indents[-1]:
                indents.pop()
            if not indents or indent < indents[0]:
                indents = [indent]
            elif indent >= indents[-1] + 2:
                indents.append(indent)
            kind = "bullet" if item[3] is None else "number"
            level = len(indents) - 1
            found.append(RichParagraph(kind, _runs(item[4]), level, int(item[3] or 0)))
        else:
            found.append(RichParagraph("text", _runs(line)))
            indents = []
    return found


def _unclosed(heading: str) -> str:
    """Return the text of a heading without the signs at its end, which a blank parts from it."""
    text = heading.rstrip(_BLANK)
    before = text.rstrip("#")
    return before.rstrip(_BLANK) if before != text and before.endswith(tuple(_BLANK)) else heading


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that are not blank; one that a backslash ends goes on behind a line break."""
    begun = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if (len(line) - len(line.rstrip("\\"))) % 2:
            begun += line[:-1] + "\n"
            continue
        if begun or line.strip():
            yield begun + line
        begun = ""
    if begun:
        yield f"{begun[:-1]}\\"


class _Delimiter(NamedTuple):
    """Signs at a place of the characters that may begin or end a mark."""

    at: int
    size: int


def _runs(line: str) -> tuple[RichRun, ...]:
    return merged(_marked(*_characters(line)))


def _characters(line: str) -> tuple[list[str], list[str], list[str | None]]:
    r"""Return the characters of a line, what each is written as, and the link that it belongs to.

    A sign behind a backslash is written as "\\", so that it marks nothing.
    """
    shown: list[str] = []
    signs: list[str] = []
    at = 0
    while at < len(line):
        is_escape = line[at] == "\\" and line[at + 1 : at + 2] in _PUNCTUATION and at + 1 < len(line)
        at += is_escape
        shown.append(line[at])
        signs.append("\\" if is_escape else line[at])
        at += 1
    links: list[str | None] = [None] * len(shown)
    gone = [False] * len(shown)
    opened: list[int] = []
    at = 0
    while at < len(shown):
        if signs[at] == "[":
            opened.append(at)
        elif signs[at] == "]" and opened:
            first = opened.pop()
            end = _end_of_address(signs, at + 1)
            address = "".join(shown[at + 2 : end])
            is_picture = first > 0 and signs[first - 1] == "!"
            if end and not is_picture and first + 1 < at and is_link(address):
                links[first + 1 : at] = [address] * (at - first - 1)
                gone[first] = True
                gone[at : end + 1] = [True] * (end + 1 - at)
                # A link holds no other.
                opened = []
                at = end
        at += 1
    kept = [number for number, is_gone in enumerate(gone) if not is_gone]
    return [shown[n] for n in kept], [signs[n] for n in kept], [links[n] for n in kept]


def _end_of_address(signs: Sequence[str], at: int) -> int:
    """Return where the address in brackets that begins at ``at`` ends, 0 where none does."""
    if signs[at : at + 1] != ["("]:
        return 0
    for number in range(at + 1, len(signs)):
        # In an address these are written %28 and %29, and a search that ends at each takes linear time.
        if signs[number] == ")":
            return number
        if signs[number] == "(" or signs[number].isspace():
            return 0
    return 0


def _marked(shown: Sequence[str], signs: Sequence[str], links: Sequence[str | None]) -> Iterator[RichRun]:
    """Yield the characters with their marks; signs that mark something are left out."""
    bold, italic = [0] * (len(shown) + 1), [0] * (len(shown) + 1)
    used = [False] * len(shown)
    opened: dict[str, list[_Delimiter]] = {"*": [], "_": []}
    for first, last in _delimiter_runs(signs, links):
        sign, count = signs[first], last - first
        can_open, can_close = _flanks(shown, signs, first, last)
        at = first
        while can_close and count and opened[sign]:
            opener = opened[sign].pop()
            taken = 2 if count > 1 and opener.size > 1 else 1
            begin = opener.at + opener.size - taken
            used[begin : begin + taken] = used[at : at + taken] = [True] * taken
            of_mark = bold if taken > 1 else italic
            of_mark[begin] += 1
            of_mark[at] -= 1
            if opener.size > taken:
                opened[sign].append(opener._replace(size=opener.size - taken))
            other = opened["_" if sign == "*" else "*"]
            while other and other[-1].at > opener.at:
                other.pop()
            at, count = at + taken, count - taken
        if can_open and count:
            opened[sign].append(_Delimiter(at, count))
    is_bold = is_italic = 0
    for number, character in enumerate(shown):
        is_bold += bold[number]
        is_italic += italic[number]
        if not used[number]:
            yield RichRun(character, is_bold > 0, is_italic > 0, link=links[number])


def _delimiter_runs(signs: Sequence[str], links: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """Yield where signs of one kind side by side begin and end."""
    at = 0
    while at < len(signs):
        end = at + 1
        if signs[at] in "*_":
            while end < len(signs) and signs[end] == signs[at] and links[end] == links[at]:
                end += 1
            yield at, end
        at = end


def _flanks(shown: Sequence[str], signs: Sequence[str], first: int, last: int) -> tuple[bool, bool]:
    """Say whether signs may begin a mark and whether they may end one.

    White space decides, and not punctuation as in CommonMark: there **注意：**请 is not bold.
    """
    before = shown[first - 1] if first else " "
    behind = shown[last] if last < len(shown) else " "
    can_open, can_close = not behind.isspace(), not before.isspace()
    if signs[first] == "_":
        return can_open and not before.isalnum(), can_close and not behind.isalnum()
    if last - first == 1 and _is_of_word(before) and _is_of_word(behind):
        # 2*3*4 is no text in italics.
        return False, False
    return can_open, can_close


def _is_of_word(character: str) -> bool:
    return character.isascii() and character.isalnum()
