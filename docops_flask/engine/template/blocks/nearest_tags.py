"""Which tag a start without an end may belong to, or an end without a start: the nearest of the same name."""

from bisect import bisect_left
from collections.abc import Sequence

from docops_flask.engine.template.blocks.found_blocks import Fault
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.tag_kinds import Path, TagKind

_STARTS = frozenset(("BLOCK_UNCLOSED", "BLOCK_MISMATCH"))


def with_nearest(faults: Sequence[Fault]) -> list[Fault]:
    """Return ``faults``, in document order, each of a lone tag with the nearest lone tag that may be its own.

    It may stand in another story: a block cannot begin in one and end in another.
    """
    lone: dict[tuple[Path | None, bool], list[tuple[int, TagSite]]] = {}
    for number, fault in enumerate(faults):
        if fault.site is not None and (fault.code in _STARTS or fault.code == "BLOCK_UNOPENED"):
            is_end = fault.site.tag.kind is TagKind.END
            lone.setdefault((fault.site.tag.path, is_end), []).append((number, fault.site))
    found = []
    for number, fault in enumerate(faults):
        if fault.site is None or fault.related is not None:
            found.append(fault)
            continue
        is_start = fault.code in _STARTS
        if is_start or fault.code == "BLOCK_UNOPENED":
            own = _nearest(lone.get((fault.site.tag.path, is_start), ()), number)
            fault = fault._replace(related=own)  # noqa: PLW2901
        found.append(fault)
    return found


def _nearest(sites: Sequence[tuple[int, TagSite]], number: int) -> TagSite | None:
    at = bisect_left(sites, number, key=lambda each: each[0])
    near = sorted(sites[max(0, at - 1) : at + 1], key=lambda each: abs(each[0] - number))
    return near[0][1] if near else None
