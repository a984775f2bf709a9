"""Entries of a log that differ in their addresses alone, claimed and replayed once for all their paragraphs.

A run hands its log to the proof in this form: the entries of one paragraph are a *kind*, and each paragraph
is its address and the number of its kind. ``one_by_one`` gives the entries as the log's file has them.

A kind is checked against a paragraph once for all with the same bytes: the edits are the same, further on in
the part. Where the paragraphs of a kind differ in their texts alone, only the placeholder's place is new.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.integrity.byte_replay import ByteEdit, one_line, replay_entries
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.claims import AlikeEntries, Claims, Replacement, read_claims
from docops_flask.engine.integrity.plain_reader import PlainParagraph
from docops_flask.engine.integrity.plan import is_placeholder

if TYPE_CHECKING:
    from docops_flask.engine.integrity.emptied_runs import EmptiedRun

# The edits of a paragraph's content, and the runs that they leave without a character.
Replayed = tuple[Sequence[ByteEdit], "Sequence[EmptiedRun]"]
_NO_FIXES: Mapping[str, Any] = {"summary": {"fix_changes": []}}


def read_run_claims(replace_log: Mapping[str, Any], format_report: object) -> Claims:
    """Return the claims of a run; its log may have the member ``alike`` beside ``entries``.

    ``alike`` has the members ``entries``, those of all kinds without address, ``sizes``, how many each kind
    has, ``numbers`` and ``paths``.

    Raises as ``read_claims`` does.
    """
    claims = read_claims(replace_log, format_report)
    alike = replace_log.get("alike")
    if alike is None:
        return claims
    replaced = read_claims({"entries": alike["entries"]}, _NO_FIXES).replacements
    starts = list(accumulate(alike["sizes"], initial=0))
    kinds: Sequence[Sequence[Replacement]]
    if len(replaced) == starts[-1] == len(alike["sizes"]):
        # Mostly each is one placeholder, and all are filled.
        kinds = [(each,) for each in replaced]
    else:
        places = [each.place for each in replaced]
        kinds = [
            replaced[bisect_left(places, start) : bisect_left(places, end)] for start, end in pairwise(starts)
        ]
    return claims._replace(alike=AlikeEntries(kinds, starts, alike["numbers"], alike["paths"]))


def one_by_one(claims: Claims) -> Claims:
    """Return ``claims`` with each entry that is claimed once for many paragraphs told for each of them."""
    if claims.alike is None:
        return claims
    replacements, count = _with_addresses(claims.alike)
    return claims._replace(
        alike=None,
        replacements=(*replacements, *claims.replacements),
        places=tuple([place._replace(place=count + place.place) for place in claims.places]),
    )


def _with_addresses(alike: AlikeEntries) -> tuple[list[Replacement], int]:
    """Return the replacements with their addresses, and how many entries there are in all."""
    replacements: list[Replacement] = []
    at = 0
    for number, path in zip(alike.numbers, alike.paths, strict=True):
        start, end = alike.starts[number : number + 2]
        replacements += [
            each._replace(place=at + each.place - start, paragraph_path=path, run_id=path + each.run_id)
            for each in alike.kinds[number]
        ]
        at += end - start
    return replacements, at


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


class _Spot(NamedTuple):
    """Where the only placeholder of a kind stands in paragraphs of one form: in one text, by its run.

    ``part`` is the number of that text among the parts of a paragraph, ``markup`` how many bytes the markup
    before it takes, ``start`` the placeholder's first character. ``original`` gives way to ``new``.
    """

    part: int
    markup: int
    start: int
    original: bytes
    new: bytes


def _spot_in(reading: ByteParagraph, entries: Sequence[Replacement]) -> _Spot | None:
    """Return where the only placeholder of ``entries`` stands in paragraphs of the form of ``reading``.

    ``None`` where the form does not tell. Raises ``Misfit`` for an entry that fits nowhere, ``ValueError``
    for a value that XML cannot hold.
    """
    if len(entries) != 1 or not isinstance(reading, PlainParagraph) or not reading.form.is_plain:
        return None
    [entry] = entries
    new = one_line(entry.new_text) if entry.drawing is None else None
    texts = [(number, kept) for number, run, kept in reading.form.texts if entry.run_id == f":r{run}"]
    if not new or len(texts) != 1 or not texts[0][1]:
        return None
    if not _is_whole(entry.start, entry.end, entry.field_name, entry.original_text):
        raise Misfit
    part = 3 * texts[0][0] + 2
    before = reading.parts[:part]
    markup = sum(map(len, before)) - sum(map(len, before[2::3]))
    return _Spot(part, markup, entry.start, entry.original_text.encode(), new)


def replay_alike(
    story: StoryBytes,
    numbers: Mapping[str, int],
    kinds: Sequence[Sequence[Replacement]],
    fixed: Collection[str],
) -> None:
    """Replay ``kinds`` in the paragraphs found in ``story``; ``numbers`` are those of the kinds by address.

    Raises ``Misfit`` where one does not fit or an address does not lead to one paragraph alone.
    """
    spots: dict[tuple[int, int], _Spot | None] = {}
    edits, count = story.edits, 0
    number_of = numbers.get
    times = [0] * len(kinds)
    for path, at, reading in story.found:
        number = number_of(path)
        if number is None:
            continue
        count += 1
        times[number] += 1
        kind = kinds[number]
        # Paragraphs with the same bytes are one object.
        made = reading.replayed
        if made is None or made[0] is not kind:
            # All forms are kept as long as the reader, so that no two have one identity.
            key = number, id(reading.form)
            if key not in spots:
                spots[key] = _spot_in(reading, kind)
            spot = spots[key]
            edit = None if spot is None else _edit_at(spot, reading.parts)
            own = replayed(reading, "", kind) if edit is None else ((edit,), ())
            made = reading.replayed = kind, *own
        for start, end, new in made[1]:
            edits.append((at + start, at + end, new))
        if made[2]:
            empty_runs(story, at, path, made[2], fixed)
    if count != len(numbers) or len(story.found) > len({path for path, _, _ in story.found}):
        raise Misfit
    story.replacements += sum(len(kind) * n for kind, n in zip(kinds, times, strict=True))


def _edit_at(spot: _Spot, parts: Sequence[bytes]) -> tuple[int, int, bytes] | None:
    """Return the edit at ``spot`` in a paragraph with ``parts``; ``None`` where it is not seen there."""
    number, markup, start, original, new = spot
    at = parts[number].find(original)
    if at < 0:
        return None
    before = parts[number][:at] if number == 2 else b"".join((*parts[2:number:3], parts[number][:at]))
    if before.find(b"&") >= 0 or before.find(b"\r") >= 0 or len(before.decode()) != start:
        # The same characters come earlier in the text as well, or are hard to count.
        return None
    first = markup + len(before)
    return first, first + len(original), new
