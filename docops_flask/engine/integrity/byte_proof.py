"""The proof by bytes: each changed part is its template's bytes with the logged changes in, and nothing else.

The paragraphs that the log speaks of are found in the template by address, its entries and fixes replayed on
their bytes, and the outcome compared with what was written. It sees what a canonical form does not tell:
white space between attributes, their order, prefixes, how a character is written.
"""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.byte_replay import ByteEdit, as_data, checked, has_mark, replay_entries
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.gate import defects_of, may_have_defects, untyped_parts
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.integrity.plan import Plan, PlannedParagraph, is_placeholder
from docops_flask.engine.integrity.verdict import Defect, Findings, Proof
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import parse_part, recoded

if TYPE_CHECKING:
    from docops_flask.engine.integrity.removals import Removals


def prove_bytes(template: Package, members: Members, claims: Claims) -> Proof | None:
    """Return the proof that every byte is accounted for; ``None`` where one is not, for whatever reason."""
    stories = Stories(template)
    removals = _removals(template, stories, claims)
    unaccounted = members.unaccounted if removals is None else removals.others(members.unaccounted)
    if unaccounted or (removals is not None and removals.kept(members.records)):
        return None
    try:
        _replay(stories, claims)
        others = {} if removals is None else _leave_out(template, stories, removals, claims)
        expected = {name: part.written() for name, part in stories.touched().items()}
    except (Misfit, ValueError):
        return None
    touched = stories.touched()
    changed = {member.record.name: member.after for member in members.changed}
    for record in members.records:
        part = touched.get(record.name)
        after = changed.get(record.name)
        if removals is not None and record.name in removals.parts:
            continue
        if record.name in others:
            if after != others[record.name]:
                return None
            continue
        if part is None:
            if record.changed:
                return None
            continue
        wanted = expected[record.name]
        if wanted != (template.read(record.name) if after is None else after):
            return None
        record.replacements, record.fixes = part.replacements, part.fixes
    defects, own = _defects(template, stories, changed)
    return Proof(
        parts=tuple(members.records),
        findings=Findings(),
        exactness="bytes",
        defects=tuple(defects),
        template_defects=(*untyped_parts(template), *own),
    )


def _removals(template: Package, stories: Stories, claims: Claims) -> "Removals | None":
    if not claims.removed:
        return None
    # Most jobs leave nothing out, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.removals import removals_of

    return removals_of(template, stories.parts, claims.removed)


def _leave_out(template: Package, stories: Stories, removals: "Removals", claims: Claims) -> dict[str, bytes]:
    """Have the marks of ``removals`` taken out of the stories; return the other parts that change.

    Raises ``Misfit`` where the log lists something else.
    """
    from docops_flask.engine.integrity.removals import edits_of

    if not removals.is_listed_by(claims.removed):
        raise Misfit
    for name, elements in removals.marks.items():
        story = stories.part(name)
        story.edits += edits_of(stories.parts, name, story.content, elements)
    return removals.written(template, stories.parts)


class _Grouped:
    """Entries by the story and the address they lead to; ``others`` are those that trees have to place."""

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


def _replay(stories: Stories, claims: Claims) -> None:
    grouped = _Grouped(stories)
    for entry in claims.replacements:
        grouped.add(entry)
    for entry in grouped.others:
        grouped.want(entry.paragraph_path)
    for fix in claims.fixes:
        grouped.want(fix.paragraph_path)
    others = grouped.others
    for story, by_path in grouped.by_story.items():
        others += _replay_story(story, by_path)
    _replay_planned(stories, others)
    if claims.fixes:
        # Most jobs repair nothing, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.fix_replay import replay_fixes

        replay_fixes(stories, claims.fixes)


def _replay_story(story: StoryBytes, by_path: Mapping[str, Sequence[Replacement]]) -> list[Replacement]:
    """Replay entries in paragraphs that one address alone leads to; return the others."""
    story.find(by_path)
    single = {path for path, _, _ in story.found}
    if len(single) < len(story.found):
        single = {path for path in single if story.only(path) is not None}
    for path, start, reading in story.found:
        if by_path[path] and path in single:
            _replay_alone(story, start, reading, path, by_path[path])
    if len(single) == len(by_path):
        return []
    return [entry for path, entries in by_path.items() if path not in single for entry in entries]


def _replay_planned(stories: Stories, entries: Sequence[Replacement]) -> None:
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
        part.add(offset, replay_entries(planned.reading, planned.entries))
        part.replacements += len(planned.entries)


_place = attrgetter("place")


def _replay_alone(
    story: StoryBytes, offset: int, reading: ByteParagraph, path: str, entries: Sequence[Replacement]
) -> None:
    """Replay ``entries`` in the only paragraph that ``path`` leads to; its content begins at ``offset``.

    Raises ``Misfit`` where one does not fit.
    """
    story.replacements += len(entries)
    if len(entries) > 1:
        _check(reading, path, entries)
        story.add(offset, replay_entries(reading, entries))
        return
    [(_, _, run_id, start, end, name, original, value, _)] = entries
    claimed = start, end, name, original, run_id[len(path) :], value
    if not run_id.startswith(path):
        raise Misfit
    # Paragraphs with the same bytes are one object: in a table most are replayed with the same entry.
    if reading.replayed is None or reading.replayed[0] != claimed:
        within = reading.within(start, original)
        if within is not None and within.kept and not has_mark(value):
            if claimed[4] != f":r{within.run}" or not _is_whole(start, end, name, original):
                raise Misfit
            edits = [ByteEdit(within.first, within.last, as_data(checked(value)))]
        else:
            _check(reading, path, entries)
            edits = replay_entries(reading, entries)
        reading.replayed = claimed, edits
    story.add(offset, reading.replayed[1])


def _is_whole(start: int, end: int, name: str, original: str) -> bool:
    return end - start == len(original) and is_placeholder(original, name)


def _check(reading: ByteParagraph, path: str, entries: Sequence[Replacement]) -> None:
    done = 0
    for _, _, run_id, start, end, name, original, _, _ in entries:
        if start < done or not _is_whole(start, end, name, original):
            raise Misfit
        first = reading.spans_between(start, start + 1) if reading.text.startswith(original, start) else ()
        if not first or run_id != f"{path}:r{first[0].run}":
            raise Misfit
        done = end


def _defects(
    template: Package, stories: Stories, changed: Mapping[str, bytes]
) -> tuple[list[Defect], list[Defect]]:
    """Return the new defects of changed parts, and those that the template has as well."""
    new, own = [], []
    for name, after in changed.items():
        part = stories.touched().get(name)
        if part is None:
            continue
        content = recoded(after, part.encoding)
        ids = stories.parts.relationship_ids
        if part.plain is not None and not may_have_defects(name, content, ids):
            continue
        written = parse_part(after, name)
        before = stories.parts.fresh_root(name)
        known = set() if before is None else set(defects_of(name, before, part.content, ids))
        found = list(defects_of(name, written, content, ids))
        new += [defect for defect in found if defect not in known]
        own += [defect for defect in found if defect in known]
    return new, own
