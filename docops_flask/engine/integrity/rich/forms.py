"""Whether a log says of rich values what tags and places demand: that they are rich, runs or paragraphs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.integrity.byte_stories import Misfit, Stories
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.rich.insertion import Place
from docops_flask.engine.integrity.tags import formats_of, is_rich
from docops_flask.engine.integrity.verdict import Unaccounted

if TYPE_CHECKING:
    from docops_flask.engine.integrity.place_claims import PlaceReplacement


def untold(claims: Claims) -> Iterator[Unaccounted]:
    """Yield the entries that are plain where their tag makes the value rich, or rich where it does not.

    A value without characters is no rich one.
    """
    rich = {} if claims.rich is None else claims.rich.values
    known: dict[str, bool] = {}
    inside = (each.replacement for each in claims.inline)
    entries: list[Replacement | PlaceReplacement] = [*claims.replacements, *inside, *claims.places]
    for entry in entries:
        tag = entry.original_text
        if tag not in known:
            known[tag] = is_rich(formats_of(without_ignored(tag[1:-1])))
        if known[tag] != (entry.place in rich) and (entry.new_text or entry.place in rich):
            message = "Its tag takes a rich value, or none, and it says otherwise."
            yield Unaccounted("", f"$.entries[{entry.place}]", "value", message)


def check_forms(stories: Stories, claims: Claims, places: Iterable[Place]) -> None:
    """Raise ``Misfit`` where a value is put in as runs or paragraphs and its place demands the other.

    ``places`` are all paragraphs in which values stand.
    """
    assert claims.rich is not None
    values = claims.rich.values
    entries = {entry.place: entry for entry in claims.replacements}
    # How many tags are filled in each paragraph.
    counts = Counter(entry.paragraph_path for entry in claims.replacements)
    of_values: dict[int, list[Place]] = {}
    for place in places:
        for number in place.numbers:
            of_values.setdefault(number, []).append(place)
    repeatable = _Repeatable(stories)
    for number, own in of_values.items():
        lines, entry = values[number].lines, entries[number]
        is_structured = len(lines) > 1 or any(line.kind != "text" for line in lines)
        takes_paragraphs = (
            is_structured
            and counts[entry.paragraph_path] == 1
            and all(place.is_alone and place.may_be_repeated for place in own)
            and repeatable.is_at(entry)
        )
        if not lines or values[number].form != ("paragraphs" if takes_paragraphs else "runs"):
            raise Misfit


class _Repeatable:
    """Tells by addresses whether others may be put behind a paragraph and its mirrors."""

    def __init__(self, stories: Stories) -> None:
        self._stories = stories
        self._twins: dict[str, bool] = {}

    def is_at(self, entry: Replacement) -> bool:
        """Say whether each address of ``entry`` is that of one paragraph, whose other branches are logged."""
        paths = (entry.paragraph_path, *entry.mirrored_at)
        return all(map(self._is_one, paths)) and (bool(entry.mirrored_at) or not self._has_twin(paths[0]))

    def _is_one(self, path: str) -> bool:
        story = self._stories.of(path)
        found: Sequence[object] = self._stories.addresses.paragraphs(path) if story is None else ()
        return len(found) == 1 if story is None else story.only(path) is not None

    def _has_twin(self, path: str) -> bool:
        """Say whether a text box has another branch: behind a copy in one alone, both would differ."""
        box = path.partition("/")[0].removesuffix(".fallback")
        if not path.startswith("textbox"):
            return False
        if box not in self._twins:
            self._twins[box] = self._stories.addresses.holds_paragraphs(f"{box}.fallback/")
        return self._twins[box]
