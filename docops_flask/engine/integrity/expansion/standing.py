"""Where blocks stand in the result and what went with them, held against what the log says."""

from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.integrity.block_claims import Block as Lines
from docops_flask.engine.integrity.block_claims import BlockEntry
from docops_flask.engine.integrity.expansion.emission import Outcome, WrittenPart
from docops_flask.engine.integrity.expansion.folds import PartFolds
from docops_flask.engine.integrity.expansion.lines import Shifts
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.placing import PlacedPart, Placing
from docops_flask.engine.integrity.expansion.structure import PartBlocks, tags_between


def check_standing(
    blocks: Mapping[str, PartBlocks],
    written: Mapping[str, WrittenPart],
    placing: Placing,
    lines: Sequence[Lines],
) -> Iterator[tuple[BlockEntry, Misfit]]:
    """Yield the entries whose ``dropped`` or addresses in the result are not what they have to be.

    ``lines`` are the paragraphs of the expanded template that come to stand once for each line.
    """
    shifts = Shifts(lines)
    copies = {path: each.copies for each in lines for path in each.paths}
    for name, part in written.items():
        found = blocks[name]
        vanished = _vanished(found)
        for outcome in part.outcomes:
            entry = outcome.entry
            if outcome.block.is_mirror:
                continue
            dropped = _dropped(outcome, found, vanished)
            if (entry.dropped or dropped) and sorted(entry.dropped) != sorted(dropped):
                yield entry, Misfit("its dropped is not what went with it", "dropped_content")
            first, last = _standing(outcome, placing.parts[name], part)
            if first is not None and last is not None:
                first, last = shifts.result(first), shifts.result(last, copies.get(last, 1) - 1)
            if (entry.result_from, entry.result_to) != (first, last):
                yield entry, Misfit("its result_from and result_to are not where its copies stand")


def _vanished(found: PartBlocks) -> dict[int, list[tuple[str, str]]]:
    """Return the control paragraphs and rows by the first block that has a tag in them."""
    owners = {id(tag): block for block in found.blocks if not block.is_mirror for tag in block.tags}
    by_block: dict[int, list[tuple[str, str]]] = {}
    for start, (element, rule) in found.control.gone.items():
        if start in found.control.emptied:
            continue
        tags = tags_between(found.tags, start, element.end)
        own = [owners[id(tag)] for tag in tags if id(tag) in owners]
        address = found.part.address(element)
        if own and address is not None:
            first = min(own, key=lambda block: block.start.first)
            by_block.setdefault(id(first), []).append((address, rule))
    return by_block


def _dropped(
    outcome: Outcome, found: PartBlocks, vanished: Mapping[int, list[tuple[str, str]]]
) -> list[tuple[str, str]]:
    dropped = [] if outcome.entry.status == "missing" else [*vanished.get(id(outcome.block), ())]
    for element, reason in outcome.dropped:
        address = found.part.address(element)
        if address is not None:
            dropped.append((address, reason))
    return dropped


def _standing(outcome: Outcome, placed: PlacedPart, part: WrittenPart) -> tuple[str | None, str | None]:
    """Return the addresses in the result of the first and the last piece of a block."""
    if part.folds is not None and not outcome.block.is_inline:
        return _standing_folded(outcome, placed, part, part.folds)
    first, last = part.starts[outcome.first], part.starts[outcome.last]
    if first == last:
        return None, None
    if outcome.block.is_inline:
        path = placed.shown(placed.paths[placed.paragraph_around(first)])
        return path, path
    low, high = placed.first_from(first), placed.first_from(last)
    if low == high:
        return None, None
    paths = placed.paths
    story = paths[low].rpartition("/")[0]
    while paths[high - 1].rpartition("/")[0] != story:
        high -= 1
    from_path, to_path = outcome.entry.first or "", outcome.entry.last or ""
    return _shortened(paths[low], from_path), _shortened(paths[high - 1], to_path)


def _standing_folded(
    outcome: Outcome, placed: PlacedPart, part: WrittenPart, folds: PartFolds
) -> tuple[str | None, str | None]:
    """Do as ``_standing`` in a part of which copies are left out."""

    def paths_of(number: int) -> list[str]:
        if number in folds.left_out:
            return folds.paths_in(number)
        low, high = placed.first_from(part.starts[number]), placed.first_from(part.starts[number + 1])
        return [folds.shown(path) for path in placed.paths[low:high]]

    for number in range(outcome.first, outcome.last):
        if paths := paths_of(number):
            break
    else:
        return None, None
    first = paths[0]
    story = first.rpartition("/")[0]
    last = first
    for number in range(outcome.last - 1, outcome.first - 1, -1):
        own = [path for path in paths_of(number) if path.rpartition("/")[0] == story]
        if own:
            last = own[-1]
            break
    from_path, to_path = outcome.entry.first or "", outcome.entry.last or ""
    return _shortened(first, from_path), _shortened(last, to_path)


def _shortened(path: str, like: str) -> str:
    """Return the beginning of an address that names a piece of the kind that ``like`` names."""
    steps = like.count(".")
    return path if path.count(".") == steps else ".".join(path.split(".")[: steps + 1])
