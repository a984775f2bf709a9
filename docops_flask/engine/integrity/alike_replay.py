"""Replays entries on the bytes of paragraphs: of one paragraph, or of all with the same bytes and entries.

Entries of a run that differ in their addresses alone are checked against a paragraph once. For the others
with the same bytes and the same entries the edits are the same, further on in the part.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.byte_replay import ByteEdit, one_line, replay_entries
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.claims import AlikeEntries, Replacement
from docops_flask.engine.integrity.plan import is_placeholder

if TYPE_CHECKING:
    from docops_flask.engine.integrity.emptied_runs import EmptiedRun

# The edits of a paragraph's content, and the runs that they leave without a character.
Replayed = tuple[Sequence[ByteEdit], "Sequence[EmptiedRun]"]


def replayed(reading: ByteParagraph, path: str, entries: Sequence[Replacement]) -> Replayed:
    """Return what ``entries`` come to in a paragraph; their addresses are ``path`` and those of runs there.

    Raises ``Misfit`` where one does not fit, ``ValueError`` for a value that XML cannot hold.
    """
    if len(entries) == 1:
        [(_, _, run_id, start, end, name, original, value, *_)] = entries
        drawing = entries[0].drawing
        within = reading.within(start, original)
        data = one_line(value) if within is not None and within.kept and drawing is None else None
        if within is not None and data is not None:
            if run_id != f"{path}:r{within.run}" or not _is_whole(start, end, name, original):
                raise Misfit
            edits = [ByteEdit(within.first, within.last, data)]
            return edits, () if data else emptied_by(reading, edits)
    _check(reading, path, entries)
    edits = replay_entries(reading, entries)
    return edits, emptied_by(reading, edits)


def _check(reading: ByteParagraph, path: str, entries: Sequence[Replacement]) -> None:
    done = 0
    for _, _, run_id, start, end, name, original, *_ in entries:
        if start < done or not _is_whole(start, end, name, original):
            raise Misfit
        first = reading.spans_between(start, start + 1) if reading.text.startswith(original, start) else ()
        if not first or run_id != f"{path}:r{first[0].run}":
            raise Misfit
        done = end


def _is_whole(start: int, end: int, name: str, original: str) -> bool:
    return end - start == len(original) and is_placeholder(original, name)


def emptied_by(reading: ByteParagraph, edits: Sequence[ByteEdit]) -> "Sequence[EmptiedRun]":
    """Return the runs that ``edits`` leave without a character."""
    if all(edit.new for edit in edits):
        return ()
    # Hardly any paragraph has one, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.emptied_runs import emptied_runs

    return emptied_runs(reading, edits)


def empty_runs(
    part: StoryBytes, offset: int, path: str, emptied: "Sequence[EmptiedRun]", fixed: Collection[str]
) -> None:
    """Have the rest of ``emptied`` runs taken away, all but those that fixes speak of (``fixed``)."""
    for number, edits in emptied:
        if f"{path}:r{number}" not in fixed:
            part.add(offset, edits)


def kinds_by_story(stories: Stories, alike: AlikeEntries | None) -> dict[StoryBytes, dict[str, int]]:
    """Return the numbers of the kinds of ``alike`` by address, for each story; but for those without entries.

    Raises ``Misfit`` where an address comes twice, or leads where trees have to tell.
    """
    by_story: dict[StoryBytes, dict[str, int]] = {}
    if alike is None:
        return by_story
    by_path = dict(zip(alike.paths, alike.numbers, strict=True))
    if len(by_path) < len(alike.paths):
        raise Misfit
    if not all(alike.kinds):
        by_path = {path: number for path, number in by_path.items() if alike.kinds[number]}
    # Mostly all are in the body, whose addresses have no prefix.
    in_others = "/" in "".join(by_path)
    prefixes = {path[: path.find("/") + 1] for path in by_path} if in_others else {""}
    for prefix in prefixes:
        story = stories.of(prefix)
        if story is None:
            raise Misfit
        of_story = by_path
        if len(prefixes) > 1:
            of_story = {
                path: number for path, number in by_path.items() if path[: path.find("/") + 1] == prefix
            }
        by_story.setdefault(story, {}).update(of_story)
    return by_story


def replay_alike(
    story: StoryBytes,
    numbers: Mapping[str, int],
    kinds: Sequence[Sequence[Replacement]],
    fixed: Collection[str],
) -> None:
    """Replay ``kinds`` in the paragraphs found in ``story``; ``numbers`` are those of the kinds by address.

    Raises ``Misfit`` where one does not fit or an address does not lead to one paragraph alone.
    """
    known: dict[int, tuple[ByteParagraph, Sequence[ByteEdit], Sequence[EmptiedRun]]] = {}
    edits, count, replacements = story.edits, 0, 0
    number_of = numbers.get
    for path, at, reading in story.found:
        number = number_of(path)
        if number is None:
            continue
        count += 1
        # Paragraphs of one kind have the same bytes if the log is right.
        made = known.get(number)
        if made is None or made[0] is not reading:
            made = known[number] = reading, *replayed(reading, "", kinds[number])
        _, own, emptied = made
        for start, end, new in own:
            edits.append((at + start, at + end, new))
        replacements += len(kinds[number])
        if emptied:
            empty_runs(story, at, path, emptied, fixed)
    if count != len(numbers) or len(story.found) > len({path for path, _, _ in story.found}):
        raise Misfit
    story.replacements += replacements
