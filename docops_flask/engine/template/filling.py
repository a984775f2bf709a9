"""What filling comes to: edits, the runs whose text changes, those that hold nothing any more."""

from collections.abc import Collection
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.document.edits import Edit


class EmptiedRun(NamedTuple):
    """Run number ``index`` of ``place``, which holds nothing any more; ``edits`` take away its rest."""

    place: ParagraphPlace
    # The method of tuples that the field hides is not used.
    index: int  # type: ignore[assignment]
    edits: list[Edit]


class Filling(NamedTuple):
    """What filling comes to: the edits of each part, the ids of all runs whose text changes, in order.

    ``emptied`` are the runs that hold nothing any more. ``texts`` are edits too: the bytes of a part that
    give way to values, where these were filled together (``alike``); each is for an entry of the log.
    """

    edits: list[Edit]
    touched: dict[str, None]
    emptied: list[EmptiedRun]
    texts: list[tuple[StoryPart, list[tuple[int, int, bytes]]]]

    def edits_of_emptied(self, repaired: Collection[tuple[ParagraphPlace, int]]) -> list[Edit]:
        """Return the edits that take the emptied runs out, the last step of writing.

        Runs that were ``repaired`` (paragraph and number) stay.
        """
        return [edit for run in self.emptied if run[:2] not in repaired for edit in run.edits]
