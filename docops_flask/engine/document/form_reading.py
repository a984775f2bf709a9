"""Reads how the text of a paragraph is put together from its markup alone, without a tree.

Most paragraphs hold nothing but runs with texts, tabs, breaks and fields. All others are for
``document.paragraph_text``, which says what counts as text and why; both come to the same.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_CHARACTERS = {
    b"tab": "\t",
    b"ptab": "\t",
    b"br": "\n",
    b"cr": "\n",
    b"noBreakHyphen": "\u2011",
    b"softHyphen": "\u00ad",
}
_AROUND_RUNS = (b"hyperlink", b"ins", b"smartTag")
_PRESERVE = b' xml:space="preserve"'
# The groups of the pattern of tokens: the tag of the only text of a run, the tag of another text, and "/",
# name and attributes of another tag; and what stands before the next.
_GROUPS = 6
_FIELD_MARK = re.compile(rb":fldCharType=\"(begin|separate|end)\"")


class ShownText(NamedTuple):
    """A text that counts: its number among the texts of the paragraph, its run's number, its w:t's number.

    ``preserves`` says that the w:t states xml:space="preserve": Word keeps white space at its ends then.
    """

    number: int
    run_index: int
    node: int
    preserves: bool
    in_field_result: bool


class FormReading:
    """The texts that count, the characters before, between and behind them, and the number of runs.

    ``is_parted_by_node`` says that each text is all of its w:t, ``is_in_order`` that the texts that count are
    the first ones, in their order, and that no other characters are between. ``runs_shown`` are the numbers
    of their runs where each is all of its run's text; else there are none.
    """

    __slots__ = ("between", "is_in_order", "is_parted_by_node", "run_count", "runs_shown", "shown")

    def __init__(self, shown: list[ShownText], between: list[str], run_count: int) -> None:
        self.shown = shown
        self.between = between
        self.run_count = run_count
        self.is_parted_by_node = len({each.node for each in shown}) == len(shown)
        self.is_in_order = not any(between) and [each.number for each in shown] == list(range(len(shown)))
        runs = [each.run_index for each in shown]
        self.runs_shown = runs if len(set(runs)) == len(runs) else []


def read_form(form: bytes, prefix: bytes, known: dict[bytes, FormReading | None]) -> FormReading | None:
    """Return how a paragraph is put together; ``None`` where something in it takes a tree to read.

    ``form`` is its markup with each start tag of a w:t between NUL bytes, the texts left out; ``prefix``
    stands for WordprocessingML in all of it. ``known`` is what was read with that prefix, by markup without
    properties, and takes what is read now: most forms of a document differ in properties alone.
    """
    # What was there before a change (w:rPrChange) holds properties in properties.
    if b"Change" in form:
        return None
    properties, tokens = _patterns(prefix)
    content = properties.sub(b"", form)
    if content.count(b"\0") < form.count(b"\0"):
        # A w:t among properties.
        return None
    if content not in known:
        known[content] = _read_without_properties(content, tokens)
    return known[content]


def _read_without_properties(content: bytes, tokens: re.Pattern[bytes]) -> FormReading | None:
    pieces = tokens.split(content)
    # All of it has to be known; white space stands between elements where the XML is laid out.
    if b"".join(pieces[::_GROUPS]).strip():
        return None
    reader = _Reader()
    groups = iter(pieces)
    next(groups)
    for only, tag, slash, name, rest, _ in zip(*[groups] * _GROUPS, strict=False):
        if only:
            # A run in a run is for the tree.
            reader.is_odd |= reader.in_run
            reader.run += 1
            reader.text(only)
        elif tag:
            reader.text(tag)
            reader.is_odd |= not reader.in_run
        else:
            reader.tag(slash, name, rest)
    if reader.is_odd:
        return None
    return FormReading(reader.shown, [*reader.between, reader.characters], reader.run + 1)


class _Reader:
    """Takes the tags of a paragraph one after the other; ``is_odd``: one is where it is not expected."""

    __slots__ = ("_fields", "between", "characters", "in_run", "is_odd", "run", "shown")

    def __init__(self) -> None:
        self.shown: list[ShownText] = []
        self.between: list[str] = []
        self.characters = ""
        self.run = -1
        self.in_run = False
        self.is_odd = False
        # Of each open field whether its result has begun (17.16.18).
        self._fields: list[bool] = []

    def text(self, tag: bytes) -> None:
        """Take the start tag of a w:t with its text."""
        preserves = _PRESERVE in tag
        if not preserves and b"space" in tag:
            self.is_odd = True
        in_result = bool(self._fields) and all(self._fields)
        number = len(self.shown)
        self.shown.append(ShownText(number, self.run, number, preserves, in_result))
        self.between.append(self.characters)
        self.characters = ""

    def tag(self, slash: bytes, name: bytes, rest: bytes) -> None:
        """Take another tag; without a name it is the instructions of a field."""
        if name == b"r":
            self.is_odd |= self.in_run and not slash
            self.run += not slash
            self.in_run = not slash and not rest.endswith(b"/")
        elif (name in _AROUND_RUNS) == self.in_run:
            self.is_odd = True
        elif name == b"fldChar":
            self._field_mark(rest)
        elif name in _CHARACTERS and not slash:
            self.characters += _CHARACTERS[name]

    def _field_mark(self, attributes: bytes) -> None:
        mark = _FIELD_MARK.search(attributes)
        if mark is None:
            self.is_odd = True
        elif mark[1] == b"begin":
            self._fields.append(False)
        elif self._fields and mark[1] == b"separate":
            self._fields[-1] = True
        elif self._fields:
            self._fields.pop()


@lru_cache(maxsize=8)
def _patterns(prefix: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return the pattern of properties, and that of all else that is known."""
    w = re.escape(prefix) + b":"
    names = b"|".join((b"r", b"fldChar", *_CHARACTERS, *_AROUND_RUNS))
    properties = rb"<%b([pr]Pr)>.*?</%b\1>|<%b[pr]Pr/>" % (w, w, w)
    return (
        re.compile(properties, re.DOTALL),
        re.compile(
            rb"<%br(?: [^<>]*[^<>/])?>\0(<[^<>]*>)\0</%bt></%br>|\0(<[^<>]*>)\0</%bt>"
            rb"|<%binstrText(?: [^<>]*)?>[^<]*</%binstrText>|<(/?)%b(%b)((?: [^<>]*|/)?)>"
            % (w, w, w, w, w, w, w, names)
        ),
    )
