"""Values that are longer than people could type into their text form fields (w:maxLength, 17.16.26)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from docops_flask.engine.reports.missing_fields import MAX_LISTED
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.run_warnings import FIELD_LENGTH, RunWarning, warning_of

_Limits = Mapping[tuple[str, str], Sequence[int | None]]


def length_warnings(log: ReplaceLog, limits: _Limits) -> tuple[RunWarning, ...]:
    """Return a warning for each value that is too long for its field, at most ``MAX_LISTED``.

    ``limits`` are those of the text form fields, by address and tag, in document order.
    """
    return tuple(islice(_warnings(log, limits), MAX_LISTED))


def _warnings(log: ReplaceLog, limits: _Limits) -> Iterator[RunWarning]:
    shortest: dict[str, int] = {}
    for (_, tag), of_tag in limits.items():
        for limit in of_tag:
            if limit is not None:
                shortest[tag] = min(limit, shortest.get(tag, limit))
    seen: Counter[tuple[str, str]] = Counter()
    for entry in log.entries:
        tag, text = entry.original_text, entry.new_text
        if tag not in shortest:
            continue
        at = entry.result_path or entry.paragraph_path
        of_place = limits.get((entry.paragraph_path, tag), ())
        number = seen[at, tag]
        seen[at, tag] += 1
        # Behind a repeating section addresses count the paragraphs of the rewritten template.
        limit = of_place[number] if number < len(of_place) else shortest[tag]
        if text is not None and limit is not None and len(text) > limit:
            name = entry.field_name or ""
            yield warning_of(FIELD_LENGTH, at, field=name, length=len(text), limit=limit)
