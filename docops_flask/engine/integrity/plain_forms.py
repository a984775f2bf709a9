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
    names = (*_SHOWN_AS, *_SHOWS_NOTHING, *_BESIDE_RUNS, "r", "t")
    # A step is a run with nothing but one text, or a tag with the characters behind it. NUL bytes stand around
    # the start tag of a text.
    text = rb"\0<%bt([^<>]*)>\0" % w
    return _Machine(
        re.compile(rb"<%b([pr]Pr)>.*?</%b\1>" % (w, w), re.DOTALL),
        re.compile(
            rb"(<%br(?: [^<>]*[^<>/])?>%b</%bt></%br>|%b|<(/?)([^\s/>]++)[^<>]*?(/?)>([^<\0]*+))"
            % (w, text, w, w, text)
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
    between = [""]
    texts: list[tuple[int, int, bool]] = []
    runs, in_run = 0, False
    done = 0
    for whole, alone, inner, slash, name, empty, behind in machine.steps.findall(content):
        done += len(whole)
        if not name:
            if in_run == whole.startswith(b"<"):
                return None
            runs += not in_run
            texts.append((len(texts), runs - 1, b"preserve" in (alone or inner)))
            between.append("")
            continue
        local = machine.names.get(name, "")
        if local == "r":
            if not slash:
                if in_run:
                    return None
                runs += 1
            in_run = not (slash or empty)
        elif local in _BESIDE_RUNS:
            if in_run:
                return None
        elif local == "t":
            if not slash:
                return None
        elif not local or not in_run:
            return None
        elif local in _SHOWN_AS and not slash:
            between[-1] += _SHOWN_AS[local]
        if behind and local != "instrText" and behind.strip():
            return None
    if done != len(content) or in_run:
        return None
    return Form.of(between, texts, form.count(b"\0") // 2, runs)
