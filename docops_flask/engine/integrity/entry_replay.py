"""Replays the entries of a log that were not told as alike, on the bytes of the paragraphs that they lead to.

An entry whose address leads to one paragraph of a plain part is replayed there at once; for the others a
``Plan`` says which of several paragraphs is meant.
"""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

from docops_flask.engine.integrity.alike_entries import (
    emptied_by,
    empty_runs,
    kinds_by_story,
    replay_alike,
    replayed,
)
from docops_flask.engine.integrity.byte_replay import replay_entries
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.plan import Plan, PlannedParagraph

# The addresses of runs that fixes speak of: such a run stays where its texts are emptied.
_Fixed = Collection[str]


class _Grouped:
    """Entries by the story and the address they lead to.

    ``others`` are those with mirrors, and those of parts whose paragraphs are found on a tree.
    """

    def __init__(self, stories: Stories) -> None:
        self._stories = stories
        self.by_story: dict[StoryBytes, dict[str, list[Replacement]]] = {}
        self.others: list[Replacement] = []
        # By what an address begins with.
        self._known: dict[str, dict[str, list[Replacement]] | None] = {}

    def add(self, entry: Replacement) -> None:
        """Add an entry."""
        path = entry.paragraph_path
        by_path = self._of(path)
        if by_path is None or entry.mirrored_at:
            self.others.append(entry)
        elif path in by_path:
            by_path[path].append(entry)
        else:
            by_path[path] = [entry]

    def want(self, path: str) -> None:
        """Have the paragraph at ``path`` found, whether entries lead to it or not."""
        by_path = self._of(path)
        if by_path is not None:
            by_path.setdefault(path, [])

    def _of(self, path: str) -> dict[str, list[Replacement]] | None:
        prefix = path[: path.find("/") + 1]
        if prefix not in self._known:
            story = self._stories.of(path)
            self._known[prefix] = None if story is None else self.by_story.setdefault(story, {})
        return self._known[prefix]


def replay_stories(stories: Stories, claims: Claims) -> None:
    """Replay the entries, fixes and texts inside paragraphs of ``claims``, alike ones among them.

    Raises ``Misfit`` where one does not fit, ``ValueError`` for a value that XML cannot hold.
    """
    grouped = _Grouped(stories)
    for entry in claims.replacements:
        grouped.add(entry)
    for entry in grouped.others:
        grouped.want(entry.paragraph_path)
    for fix in claims.fixes:
        grouped.want(fix.paragraph_path)
    for inside in claims.inline:
        for path, _ in (inside.place, *inside.mirrors):
            grouped.want(path)
    fixed = _fixed_runs(claims)
    others = grouped.others
    alike = kinds_by_story(stories, claims.alike)
    for story in {**grouped.by_story, **alike}:
        by_path, numbers = grouped.by_story.get(story, {}), alike.get(story, {})
        story.find(by_path.keys() | numbers.keys())
        if claims.alike is not None and numbers:
            replay_alike(story, numbers, claims.alike.kinds, fixed)
        if any(by_path.values()):
            others += _replay_story(story, by_path, fixed)
    _replay_planned(stories, others, fixed)
    if claims.inline:
        # Few templates have placeholders in field codes, ruby or equations.
        from docops_flask.engine.integrity.inline_bytes import replay_inline

        replay_inline(stories, claims.inline)
    if claims.fixes:
        # Most jobs repair nothing, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.fix_replay import replay_fixes

        replay_fixes(stories, claims.fixes)


def _fixed_runs(claims: Claims) -> _Fixed:
    return {fix.run_id for fix in claims.fixes if fix.run_id is not None}


def _replay_story(
    story: StoryBytes, by_path: Mapping[str, Sequence[Replacement]], fixed: _Fixed
) -> list[Replacement]:
    """Replay entries in the paragraphs found that one address alone leads to; return the others."""
    single = {path for path, _, _ in story.found}
    if len(single) < len(story.found):
        single = {path for path in single if story.only(path) is not None}
    for path, start, reading in story.found:
        if path in single and by_path.get(path):
            _replay_alone(story, start, reading, path, by_path[path], fixed)
    if by_path.keys() <= single:
        return []
    return [entry for path, entries in by_path.items() if path not in single for entry in entries]


def _replay_planned(stories: Stories, entries: Sequence[Replacement], fixed: _Fixed) -> None:
    """Replay entries of which several paragraphs may be meant, or which trees have to place."""

    def paragraphs_at(path: str) -> list[PlannedParagraph[ByteParagraph]]:
        story = stories.of(path)
        return stories.on_trees(path) if story is None else story.paragraphs(path)

    plan = Plan(paragraphs_at)
    for entry in sorted(entries, key=_place):
        if plan.take(entry) is not None:
            raise Misfit
    for planned in plan.planned():
        part, offset = planned.where
        edits = replay_entries(planned.reading, planned.entries)
        part.add(offset, edits)
        empty_runs(part, offset, planned.path, emptied_by(planned.reading, edits), fixed)
        part.replacements += len(planned.entries)


_place = attrgetter("place")


def _replay_alone(  # noqa: PLR0917
    story: StoryBytes,
    offset: int,
    reading: ByteParagraph,
    path: str,
    entries: Sequence[Replacement],
    fixed: _Fixed,
) -> None:
    """Replay ``entries`` in the only paragraph that ``path`` leads to; its content begins at ``offset``.

    Raises ``Misfit`` where one does not fit.
    """
    story.replacements += len(entries)
    edits, emptied = _replayed_alone(reading, path, entries)
    story.add(offset, edits)
    if emptied:
        empty_runs(story, offset, path, emptied, fixed)


def _replayed_alone(
    reading: ByteParagraph, path: str, entries: Sequence[Replacement]
) -> tuple[Sequence[tuple[int, int, bytes]], Sequence[Any]]:
    if len(entries) > 1:
        return replayed(reading, path, entries)
    [(_, _, run_id, start, end, name, original, value, *_)] = entries
    claimed = start, end, name, original, run_id[len(path) :], value, entries[0].drawing
    if not run_id.startswith(path):
        raise Misfit
    # Paragraphs with the same bytes are one object: in a table most are replayed with the same entry.
    if reading.replayed is None or reading.replayed[0] != claimed:
        reading.replayed = claimed, *replayed(reading, path, entries)
    return reading.replayed[1:]
