"""out.missing_fields.json: what was not given, what was given for nothing, what is left in the document.

Beside the names of the fields without a value it says where each stands and which name was probably meant,
so that a slip in a name shows on both of its sides.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from docops_flask.engine.artefacts import json_text
from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.job import Payload
from docops_flask.engine.reports.log_entry import UNACCOUNTED, LogEntry
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Suggestions, likely_name
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan

# The most that each list has; ``left_count`` is complete.
MAX_LISTED = 1000
MAX_SHOWN_CHARACTERS = 80


class MissingPlace(NamedTuple):
    """A placeholder without a value, at the address ``place``; ``suggestion`` is a similar field."""

    field: str
    place: str
    suggestion: str | None


class UnusedKey(NamedTuple):
    """A payload key whose placeholder the template does not hold.

    ``suggestion`` is a similar name that it holds, and for which there is no value.
    """

    key: str
    suggestion: str | None


class LeftPlace(NamedTuple):
    """A placeholder that is still in the document: its text, the part and the place in it, and why."""

    text: str
    part: str
    place: str
    reason: Literal["missing", "unsupported", "unaccounted"]


class MissingFields(NamedTuple):
    """The placeholder names of the template that got no value, sorted, and what belongs to them.

    ``optional`` are all that the skill does not require, names that it does not know among them.
    ``undeclared`` are bracketed words in other scripts, which no document type declares. ``left`` are the
    placeholders that are still in the document, ``left_count`` says how many, if they are too many to list.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    missing: tuple[MissingPlace, ...] = ()
    unused: tuple[UnusedKey, ...] = ()
    undeclared: tuple[str, ...] = ()
    left: tuple[LeftPlace, ...] = ()
    left_count: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the content of ``out.missing_fields.json``."""
        return {
            "missing_required": list(self.required),
            "missing_optional": list(self.optional),
            **self.details(),
        }

    def details(self) -> dict[str, list[Any]]:
        """Return the lists that ``/v1/precheck`` answers as well."""
        return {
            "missing": [each._asdict() for each in self.missing],
            "unused": [each._asdict() for each in self.unused],
            "undeclared": list(self.undeclared),
            "left": [each._asdict() for each in self.left],
        }


# In a merge most rows have the same.
@lru_cache(maxsize=1)
def missing_fields_json(missing: MissingFields) -> bytes:
    """Return the content of ``out.missing_fields.json``."""
    return json_text(missing.as_dict())


class Given(NamedTuple):
    """What a run was given: the document type, the payload and the names that have values."""

    skill: Skill
    payload: Payload
    values: Collection[str]


def missing_fields(
    template_fields: Collection[str], given: Given, log: ReplaceLog, scan: Scan, places: PlaceScan
) -> MissingFields:
    """Return which of ``template_fields`` have no value, and what log, payload and scans say beside."""
    fields = given.skill.placeholders()
    missing = [name for name in template_fields if name not in given.values]
    required = sorted(name for name in missing if name in fields and fields[name].required)
    optional = sorted(set(missing) - set(required))
    left = log.left
    return MissingFields(
        tuple(required),
        tuple(optional),
        tuple(islice(_missing_places(left, Suggestions(fields)), MAX_LISTED)),
        tuple(_unused(template_fields, given, left)),
        tuple(islice(dict.fromkeys((*scan.undeclared, *places.undeclared)), MAX_LISTED)),
        tuple(left_places(left[:MAX_LISTED], scan)),
        len(left),
    )


def _missing_places(left: Iterable[LogEntry], suggestions: Suggestions) -> Iterator[MissingPlace]:
    for entry in left:
        name = entry.field_name
        if entry.status == "missing" and name is not None:
            near = suggestions.near(name)
            yield MissingPlace(name, entry.paragraph_path, None if near == name else near)


def _unused(template_fields: Collection[str], given: Given, left: Iterable[LogEntry]) -> Iterator[UnusedKey]:
    taken = set(template_fields)
    unused = [
        (field.key, name)
        for name, field in given.skill.placeholders().items()
        if given.payload.get(field.key) is not None and name not in taken
    ]
    if not unused:
        return
    # By the form of a field name, what the template has.
    written: dict[str, str] = {}
    for entry in left:
        name = entry.field_name or entry.original_text.strip("【】")
        written.setdefault(likely_name(name[:MAX_SHOWN_CHARACTERS]), name.strip())
    suggestions = Suggestions(written)
    for key, name in unused[:MAX_LISTED]:
        near = suggestions.near(name)
        yield UnusedKey(key, None if near is None else written[near][:MAX_SHOWN_CHARACTERS])


def left_places(
    left: Sequence[LogEntry], scan: Scan, shown: Callable[[ParagraphPlace, str], str] | None = None
) -> Iterator[LeftPlace]:
    """Yield where the entries ``left`` are in the document; ``scan`` is that of the result.

    ``shown`` returns addresses in the result where ``scan`` has others.
    """
    places = [each.place for each in scan.paragraphs] if left else []
    parts = {place.path if shown is None else shown(place, place.path): place.part.name for place in places}
    for entry in left:
        # The document has the addresses of the result.
        path = entry.result_path or entry.paragraph_path
        part, hash_mark, place = path.partition("#")
        if not hash_mark:
            # A text inside a paragraph adds to the paragraph's address.
            part, place = parts.get(path) or parts.get(path.rpartition(":")[0], ""), path
        yield LeftPlace(entry.original_text[:MAX_SHOWN_CHARACTERS], part, place, _reason(entry))


def _reason(entry: LogEntry) -> Literal["missing", "unsupported", "unaccounted"]:
    if entry.status == "missing":
        return "missing"
    return "unaccounted" if entry.kind == UNACCOUNTED else "unsupported"
