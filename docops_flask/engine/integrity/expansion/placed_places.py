"""Entries about places outside paragraphs, such as alternative texts, in the expanded template.

Their addresses count elements of one local name (docs/analysis/places.md). An entry has one for the template
and one for the result; both have to lead to the same element, in the copy that the entry names.
"""

import re
from collections.abc import Mapping

from docops_flask.engine.integrity.expansion.emission import WrittenPart
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.place_claims import PlaceReplacement

_ADDRESS = re.compile(r"([^\[\]@]+)\[([0-9]{1,9})\](.*)", re.DOTALL)


class PlacedPlaces:
    """Places such entries; elements are counted once for each local name."""

    def __init__(self, before: Mapping[str, bytes], written: Mapping[str, WrittenPart]) -> None:
        """``before`` are the parts of the template that blocks change."""
        self._before = before
        self._written = written
        self._starts: dict[tuple[str, str, bool], list[int]] = {}

    def placed(self, entry: PlaceReplacement) -> PlaceReplacement:
        """Return an entry with its address in the expanded template; raises ``Misfit`` where it has none."""
        part = self._written.get(entry.part)
        if part is None:
            if entry.copy or entry.result_address not in (None, entry.address):
                raise Misfit("its part has no copies", "log_entry")
            return entry
        one, other = _ADDRESS.fullmatch(entry.address), _ADDRESS.fullmatch(entry.result_address or "")
        if one is None or other is None or (one[1], one[3]) != (other[1], other[3]):
            raise Misfit("its result_path is no address of such a place", "log_entry")
        before = self._element(entry.part, one[1], int(one[2]), is_written=False)
        after = self._element(entry.part, one[1], int(other[2]), is_written=True)
        frame = part.spans[part.span_at(after)][1] if after >= 0 else None
        if before < 0 or frame is None or frame.is_kept or frame.copies != entry.copy:
            raise Misfit("it does not stand in such a copy", "log_entry")
        if part.place_at(after) != before:
            raise Misfit("its result_path is not where it stands in the result", "log_entry")
        return entry._replace(address=entry.result_address or "")

    def _element(self, name: str, local: str, number: int, *, is_written: bool) -> int:
        """Return where the start tag of an element begins, -1 for none."""
        key = name, local, is_written
        if key not in self._starts:
            content = self._written[name].content if is_written else self._before[name]
            tag = rb"<(?:[^\s<>/:!?]+:)?" + re.escape(local.encode()) + rb"(?=[\s/>])"
            self._starts[key] = [match.start() for match in re.finditer(tag, content)]
        starts = self._starts[key]
        return starts[number] if number < len(starts) else -1
