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


class FormReading(NamedTuple):
    """The texts that count, the characters before, between and behind them, and the number of runs."""

    shown: list[ShownText]
    between: list[str]
    run_count: int


def read_form(form: bytes, prefix: bytes) -> FormReading | None:
    """Return how a paragraph is put together; ``None`` where something in it takes a tree to read.

    ``form`` is its markup with each start tag of a w:t between NUL bytes, the texts left out; ``prefix``
    stands for WordprocessingML in all of it.
    """
    properties, tokens = _patterns(prefix)
    # What was there before a change (w:rPrChange) holds properties in properties.
    if b"Change" in form:
        return None
    pieces = tokens.split(properties.sub(b"", form))
    # All of it has to be known; white space stands between elements where the XML is laid out.
    if b"".join(pieces[::_GROUPS]).strip():
        return None
    shown: list[ShownText] = []
    between: list[str] = []
    characters = ""
    run, in_run = -1, False
    # Of each open field whether its result has begun (17.16.18).
    fields: list[bool] = []
    groups = iter(pieces)
    next(groups)
    for only, tag, slash, name, rest, _ in zip(*[groups] * _GROUPS, strict=False):
        if only or tag:
            if only:
                run += 1
                tag = only
            elif not in_run:
                return None
            if b"space" in tag and _PRESERVE not in tag:
                return None
            in_result = bool(fields) and all(fields)
            shown.append(ShownText(len(shown), run, len(shown), _PRESERVE in tag, in_result))
            between.append(characters)
            characters = ""
        elif name == b"r":
            if slash:
                in_run = False
            else:
                run += 1
                in_run = not rest.endswith(b"/")
        elif name in _AROUND_RUNS:
            if in_run:
                return None
        elif not in_run:
            return None
        elif not name:
            # The instructions of a field.
            continue
        elif name == b"fldChar":
            mark = _FIELD_MARK.search(rest)
            if mark is None:
                return None
            if mark[1] == b"begin":
                fields.append(False)
            elif fields and mark[1] == b"separate":
                fields[-1] = True
            elif fields:
                fields.pop()
        elif not slash:
            characters += _CHARACTERS[name]
    between.append(characters)
    return FormReading(shown, between, run + 1)


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
