"""Runs that filling leaves without a character: they are taken out of the document as the last step.

LibreOffice shows a blank for an empty w:t in a text box. The run goes with it if it holds nothing but its
properties and w:t that are empty now. Addresses count it as before: checks and repairs come first, and a run
that was repaired stays.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.oxml.markup import TOKEN, Splice

# What may hold a run and nothing else; without one Word shows a prompt there, or repairs the file.
_WANTS_CONTENT = frozenset(("sdtContent", "rt", "rubyBase"))

_EMPTY_SECTION = b"<![CDATA[]]>"


def emptied_runs(
    paragraph: Paragraph, splices: Sequence[Splice], runs: Sequence[int]
) -> list[tuple[int, list[Splice]]]:
    """Return the numbers of the runs that ``splices`` empty, each with what takes away the rest of it.

    ``runs`` are those that the splices lie in.
    """
    emptied = _emptied_texts(paragraph, splices)
    by_run: dict[int, list[int]] = {}
    for each in paragraph.shape.shown:
        if each.number in emptied:
            by_run.setdefault(each.run_index, []).append(each.number)
    content = b"".join(paragraph.parts) if by_run else b""
    written = sorted(splice.start for splice in splices if splice.new)
    found: list[tuple[int, list[Splice]]] = []
    for index in dict.fromkeys(runs):
        rest = _rest_of(paragraph, content, index, by_run[index], written) if index in by_run else None
        if rest is not None:
            found.append((index, rest))
    return found


def _emptied_texts(paragraph: Paragraph, splices: Sequence[Splice]) -> frozenset[int]:
    """Return the numbers of the texts all of whose bytes go."""
    offsets = paragraph.offsets
    emptied = set()
    ordered = iter(sorted(splices))
    splice = next(ordered, None)
    for number in sorted({each.number for each in paragraph.shape.shown}):
        start, end = offsets[3 * number + 2 : 3 * number + 4]
        done = start
        is_empty = end > start
        while splice is not None and splice.start < end:
            if splice.start >= start:
                is_empty = is_empty and not splice.new and splice.start == done
                done = splice.end
            splice = next(ordered, None)
        if is_empty and done == end:
            emptied.add(number)
    return frozenset(emptied)


def _rest_of(
    paragraph: Paragraph, content: bytes, index: int, texts: Sequence[int], written: Sequence[int]
) -> list[Splice] | None:
    """Return what takes away a run beside its ``texts``, all emptied; ``None`` where it holds anything else.

    ``written`` is where something new is put.
    """
    run = paragraph.shape.runs[index]
    around = run.getparent()
    if around is None or around.tag.rpartition("}")[2] in _WANTS_CONTENT:
        return None
    name = re.escape(b"" if run.prefix is None else run.prefix.encode() + b":")
    offsets = paragraph.offsets
    ranges = [(offsets[3 * number + 2], offsets[3 * number + 3]) for number in sorted(texts)]
    start = _run_start(content, name, ranges[0][0])
    end = re.compile(rb"</" + name + rb"r\s*>").search(content, ranges[-1][1])
    if start < 0 or end is None or bisect_left(written, start) != bisect_left(written, end.end()):
        # Something is written in it as well.
        return None
    rest = [*_around(start, end.end(), ranges)]
    left = b"".join([content[each.start : each.end] for each in rest])
    return rest if _holds_nothing(left) else None


def _run_start(content: bytes, name: bytes, at: int) -> int:
    """Return where the last start tag of a run before ``at`` begins, -1 without one."""
    while at >= 0:
        at = content.rfind(b"<", 0, at)
        if at >= 0 and re.compile(rb"<" + name + rb"r[\s>]").match(content, at):
            return at
    return -1


def _around(start: int, end: int, ranges: Sequence[tuple[int, int]]) -> Iterator[Splice]:
    """Yield the splices that take away ``start``:``end`` but for ``ranges``."""
    for first, last in ranges:
        yield Splice(start, first, b"")
        start = last
    yield Splice(start, end, b"")


@lru_cache(maxsize=64)
def _holds_nothing(run: bytes) -> bool:
    """Say whether a run holds its properties, as the first, and w:t without a character at most."""
    at = 0
    # The local names of the open elements, and of the last child of the run.
    opened: list[bytes] = []
    last_child = b""
    for match in TOKEN.finditer(run):
        slash, name, attributes = match.groups()
        is_tag = bool(slash) or name is not None
        if run[at : match.start()].strip() or not (is_tag or match[0] == _EMPTY_SECTION):
            # Characters, or a comment.
            return False
        at = match.end()
        if not is_tag:
            continue
        if slash:
            opened.pop()
            continue
        local = name.rpartition(b":")[2]
        if len(opened) == 1:
            if local != b"t" and (local != b"rPr" or last_child):
                return False
            last_child = local
        elif len(opened) > 1 and opened[1] != b"rPr":
            return False
        if not attributes.endswith(b"/"):
            opened.append(local)
    return True
