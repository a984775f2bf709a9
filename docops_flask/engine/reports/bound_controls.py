"""Which runs of a template lie in a content control that shows data stored elsewhere."""

from bisect import bisect_left
from collections.abc import Collection, Iterator

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.oxml.markup import TOKEN


class BoundControls:
    """Tells what lies in a content control that shows data stored elsewhere (w:dataBinding, 17.5.2.6)."""

    def __init__(self, filled: Collection[tuple[str, int]]) -> None:
        """``filled`` are those whose data is filled too, by part name and first byte."""
        self._filled = filled
        self._starts: dict[str, list[int]] = {}
        for part, start in sorted(filled):
            self._starts.setdefault(part, []).append(start)
        self._in_part: dict[StoryPart, list[tuple[int, int]]] = {}

    def contain(self, run: RunPlace) -> bool:
        """Return whether ``run`` lies in such a control."""
        place = run.paragraph
        return self._is_around(place) or self._is_inside(run)

    def _is_around(self, place: ParagraphPlace) -> bool:
        part = place.part
        if part not in self._in_part:
            self._in_part[part] = [
                each for each in _bound_controls(part) if (part.name, each[0]) not in self._filled
            ]
        return any(start < place.start < end for start, end in self._in_part[part])

    def _is_inside(self, run: RunPlace) -> bool:
        place = run.paragraph
        starts = self._starts.get(place.part.name, ())
        if bisect_left(starts, place.start) < bisect_left(starts, place.end):
            return False
        w = place.part.w
        controls = run.element.iterancestors(w.sdt)
        return any(control.find(f"{w.sdtPr}/{w.dataBinding}") is not None for control in controls)


def _bound_controls(part: StoryPart) -> Iterator[tuple[int, int]]:
    """Yield where content controls with a w:dataBinding begin and end."""
    content = part.text.content
    if b"dataBinding" not in content:
        return
    # Of each open element: where it begins, whether it is a content control, whether it is bound.
    opened: list[tuple[int, bytes]] = []
    bound: set[int] = set()
    for match in TOKEN.finditer(content, part.text.root_end):
        slash, name, attributes = match.groups()
        if slash:
            start = opened.pop()[0] if opened else -1
            if start in bound:
                yield start, match.end()
        elif name is not None:
            local = name.rpartition(b":")[2]
            around = [each for _, each in opened[-2:]]
            if local == b"dataBinding" and around == [b"sdt", b"sdtPr"]:
                bound.add(opened[-2][0])
            if not attributes.endswith(b"/"):
                opened.append((match.start(), local))
