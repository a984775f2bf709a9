"""A tag of another template tool, read: where it stands in a text and what it asks for."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from docops_flask.engine.oxml.markup import Splice


class Meant(Enum):
    """What a foreign tag asks for.

    ``SECTION`` is a block that is a list or a condition as the data decides, ``NOTHING`` a tag of a block
    that has no counterpart of its own, ``LEFT`` one that cannot be rewritten.
    """

    FIELD = "field"
    PICTURE = "picture"
    NUMBER = "number"
    EACH = "each"
    IF = "if"
    SECTION = "section"
    ELSE = "else"
    ELSE_IF = "else_if"
    END = "end"
    REMARK = "remark"
    TEXT = "text"
    NOTHING = "nothing"
    LEFT = "left"


class Test(NamedTuple):
    """A condition: a value is there, or compares with one of ``literals``; ``copy`` is "first" or "last".

    ``is_negated`` turns it round.
    """

    path: tuple[str, ...] = ()
    operator: str | None = None
    literals: tuple[str, ...] = ()
    is_negated: bool = False
    copy: str | None = None


class ForeignTag(NamedTuple):
    """A tag at ``start``:``end`` of a text, which may be empty for one that is added.

    ``path`` are the names of a value or list, () for the item itself. ``tests`` are the conditions of a
    block, all of which must hold; ``formats`` are ours. ``variable`` are the names that stand for the item of
    a list.
    ``name`` is what an end tag says that it ends, None for what is innermost. ``prefix`` is the part of the
    document that the tool takes out with the tag (p, tr, tc), ``extent`` the word that a block needs.
    ``text`` is that of a remark, what stands instead, or what a tag that shows nothing is called.
    ``why`` is the reason why it is left, a key of ``REASONS``, with ``proposed`` for the name in it;
    ``doubt`` is something to check, a key of ``DOUBTS``.
    ``choice`` are the texts of a field with ``tests``: what stands there if the first of them holds, the
    second, and so on, and what if none does, None for the value itself. ``cuts`` are bytes of the paragraph
    that go with the tag.
    """

    start: int
    end: int
    meant: Meant
    path: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    formats: tuple[str, ...] = ()
    variable: tuple[str, ...] = ()
    name: tuple[str, ...] | None = None
    prefix: str = ""
    extent: str = ""
    text: str = ""
    why: str = ""
    proposed: str = ""
    doubt: str = ""
    choice: tuple[tuple[str, ...], str | None] | None = None
    cuts: tuple[Splice, ...] = ()


Reader = Callable[[str], list[ForeignTag]]
BLOCK_STARTS = (Meant.EACH, Meant.IF, Meant.SECTION)
_SMART = str.maketrans("“”‘’", "\"\"''")


def plain_quotes(text: str) -> str:
    """Return ``text`` with the quotation marks that Word puts in place of straight ones made straight."""
    return text.translate(_SMART)


def left(start: int, end: int, why: str, proposed: str = "") -> ForeignTag:
    """Return a tag that cannot be rewritten."""
    return ForeignTag(start, end, Meant.LEFT, why=why, proposed=proposed)


def split_outside(text: str, separators: Sequence[str]) -> list[str]:
    """Split ``text`` at ``separators`` that stand neither in quotes nor in brackets.

    Takes time linear in the length of ``text``.
    """
    pieces, first, at, depth, quote = [], 0, 0, 0, ""
    while at < len(text):
        character = text[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif depth == 0:
            found = next((each for each in separators if text.startswith(each, at)), None)
            if found is not None:
                pieces.append(text[first:at])
                at += len(found)
                first = at
                continue
        at += 1
    return [*pieces, text[first:]]
