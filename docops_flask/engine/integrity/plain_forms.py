"""How the text of a paragraph is made, read from its markup for the proof where that is simple.

Written apart from the reader of the code that fills (``engine.document.form_reading``): a small machine steps
through the tags; at the first that it does not know it gives up, and a tree tells.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

_SHOWN_AS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\u2011",
    "softHyphen": "\u00ad",
}
# What shows nothing in a run, and nothing beside runs.
_SHOWS_NOTHING = ("lastRenderedPageBreak", "fldChar", "instrText")
_BESIDE_RUNS = ("hyperlink", "bookmarkStart", "bookmarkEnd", "proofErr")


class Form(NamedTuple):
    """How a text is made: what stands between the texts; of each its number, its run, whether edges are kept.

    ``is_plain`` says that nothing stands between them and that all count, in their order. ``runs`` is the
    number of its runs.
    """

    between: Sequence[str]
    texts: Sequence[tuple[int, int, bool]]
    is_plain: bool
    runs: int

    @classmethod
    def of(
        cls, between: Sequence[str], texts: Sequence[tuple[int, int, bool]], count: int, runs: int
    ) -> "Form":
        """Return the form of a paragraph with ``count`` texts, shown or not."""
        is_plain = not any(between) and [number for number, _, _ in texts] == list(range(count))
        return cls(between, texts, is_plain, runs)


class _Machine(NamedTuple):
    """What reads forms with one prefix: the pattern of properties, that of steps, and the tags by name."""

    properties: re.Pattern[bytes]
    steps: re.Pattern[bytes]
    names: Mapping[bytes, str]


@lru_cache(maxsize=8)
def _machine(prefix: bytes) -> _Machine:
    w = re.escape(prefix)
    names = (*_SHOWN_AS, *_SHOWS_NOTHING, *_BESIDE_RUNS, "r")
    # A step is a run with nothing but one text, a text, or a tag with the characters behind it. NUL bytes
    # stand around the start tag of a text; one with an element in it is for the tree.
    text = rb"\0<%bt([^<>]*)>\0</%bt\s*>" % (w, w)
    return _Machine(
        re.compile(rb"<%b([pr]Pr)>.*?</%b\1>" % (w, w), re.DOTALL),
        re.compile(
            rb"(<%br(?: [^<>]*[^<>/])?>%b</%br>|%b\s*|<(/?)([^\s/>]++)[^<>]*?(/?)>([^<\0]*+))"
            % (w, text, w, text)
        ),
        {prefix + local.encode(): local for local in names},
    )


def read_plain_form(form: bytes, prefix: bytes) -> Form | None:
    """Return how the text of a paragraph is made; ``None`` where a tree has to tell.

    ``form`` is its markup without the texts of its w:t, each start tag of which stands between NUL bytes;
    ``prefix`` is that of WordprocessingML with its colon.
    """
    if b"Change>" in form:
        # Properties in properties: those before a change.
        return None
    machine = _machine(prefix)
    content = machine.properties.sub(b"", form)
    if content.count(b"\0") < form.count(b"\0"):
        # A text among properties.
        return None
    state = _State()
    done = 0
    for whole, alone, inner, slash, name, empty, behind in machine.steps.findall(content):
        done += len(whole)
        if not name:
            # A run with nothing but a text, or a text in a run.
            is_run = not whole.startswith(b"\0")
            if state.in_run == is_run:
                return None
            state.runs += is_run
            state.texts.append((len(state.texts), state.runs - 1, b"preserve" in (alone or inner)))
            state.between.append("")
            continue
        local = machine.names.get(name, "")
        if not state.takes(local, is_end=bool(slash), is_empty=bool(empty)):
            return None
        if behind and local != "instrText" and behind.strip():
            return None
    if done != len(content) or state.in_run:
        return None
    return Form.of(state.between, state.texts, form.count(b"\0") // 2, state.runs)


class _State:
    """What was met of a paragraph so far."""

    __slots__ = ("between", "in_run", "runs", "texts")

    def __init__(self) -> None:
        self.between = [""]
        self.texts: list[tuple[int, int, bool]] = []
        self.runs = 0
        self.in_run = False

    def takes(self, local: str, *, is_end: bool, is_empty: bool) -> bool:
        """Take a tag; say whether it is known and may stand here."""
        if local == "r":
            was_in_run, self.in_run = self.in_run, not (is_end or is_empty)
            self.runs += not is_end
            return is_end or not was_in_run
        if local in _BESIDE_RUNS:
            return not self.in_run
        if local in _SHOWN_AS and not is_end:
            self.between[-1] += _SHOWN_AS[local]
        return bool(local) and self.in_run
