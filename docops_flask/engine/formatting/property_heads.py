"""Where the properties of a paragraph and of its runs begin in its bytes: w:pPr, and w:r with its w:rPr."""

import re
from collections.abc import Collection
from functools import lru_cache

from docops_flask.engine.oxml.markup import element_end, tag_end


def heads_of(
    content: bytes, prefix: bytes, run_count: int, owners: Collection[int | None]
) -> dict[int | None, tuple[int, int]] | None:
    """Return where the w:pPr of a paragraph lies (for ``None``) or the start of a run with its w:rPr.

    ``content`` has ``run_count`` runs. ``None`` where there are w:pPr or w:rPr elsewhere, or more runs.
    """
    heads: dict[int | None, tuple[int, int]] = {}
    if None in owners:
        end = _end_of(content, prefix + b":pPr", 0)
        if not end and b"<" + prefix + b":pPr" in content:
            return None
        heads[None] = 0, end
    if len(owners) == len(heads):
        return heads
    starts = [match.start() for match in _run_pattern(prefix).finditer(content)]
    if len(starts) != run_count:
        return None
    starts.append(len(content))
    for index in owners:
        if index is None:
            continue
        start, behind = starts[index : index + 2]
        inner = tag_end(content, start)
        end = _end_of(content, prefix + b":rPr", inner)
        if not end and content.find(b"<" + prefix + b":rPr", inner, behind) >= 0:
            return None
        heads[index] = start, end or inner
    return heads


def _end_of(content: bytes, name: bytes, start: int) -> int:
    """Return where the element called ``name`` ends that begins at ``start``, 0 if another does."""
    after = start + 1 + len(name)
    if content.startswith(b"<" + name, start) and content[after : after + 1] in (b">", b" ", b"/"):
        return element_end(content, start)
    return 0


@lru_cache(maxsize=8)
def _run_pattern(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<" + re.escape(prefix) + rb":r(?=[\s/>])")
