"""The bytes of the properties in a paragraph: runs with the same bytes look the same, no tree is needed."""

import re
from functools import lru_cache
from typing import NamedTuple


class PropertyBytes(NamedTuple):
    """The w:pPr of a paragraph and the w:rPr of each of its runs as bytes, empty where there is none."""

    paragraph: bytes
    runs: list[bytes]


def properties_in(markup: bytes, prefix: bytes, run_count: int) -> PropertyBytes | None:
    """Return the properties in ``markup``, of which ``form_reading`` says that it has so many runs.

    ``prefix`` stands for WordprocessingML in all of it. ``None`` where they are not what comes first in their
    paragraph and run, or where a name is bound in it.
    """
    of_paragraph, of_runs = _patterns(prefix)
    first = of_paragraph.match(markup)
    paragraph = b"" if first is None else first[0]
    runs = of_runs.findall(markup, len(paragraph))
    mark = b"<" + prefix + b":%cPr"
    if (
        len(runs) != run_count
        or markup.count(mark % b"p") != (first is not None)
        or markup.count(mark % b"r", len(paragraph)) != run_count - runs.count(b"")
        or b"xmlns" in markup
    ):
        return None
    return PropertyBytes(paragraph, runs)


@lru_cache(maxsize=8)
def _patterns(prefix: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    w = re.escape(prefix) + b":"
    paragraph = rb"<%bpPr>.*?</%bpPr>|<%bpPr/>" % (w, w, w)
    run = rb"<%br(?: [^<>]*|/)?>(<%brPr>.*?</%brPr>|<%brPr/>|)" % (w, w, w, w)
    return re.compile(paragraph, re.DOTALL), re.compile(run, re.DOTALL)
