"""Rich values that cannot stand where their tags do: what is wrong, what to do."""

from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.template.rich.markers import is_marker


class FilledTag(NamedTuple):
    """A tag that was filled with ``text`` in the paragraph at ``path`` of the filled document.

    ``original`` is how it is written, ``payload_path`` the JSON path of its value; ``places`` counts the
    branches that show it.
    """

    path: str
    text: str
    original: str
    payload_path: str | None
    places: int

    @property
    def is_rich(self) -> bool:
        """Whether its value is a rich one."""
        return is_marker(self.text)


class InsertionFault(NamedTuple):
    """A value that cannot stand where its tag does: its JSON path, what is wrong, what to do."""

    path: str
    message: str
    suggestion: str


class RichRefused(Exception):
    """Values that cannot stand where their tags do."""

    def __init__(self, faults: Sequence[InsertionFault]) -> None:
        super().__init__(faults[0].message)
        self.faults = faults


def noncharacters() -> InvalidArgument:
    """Return the error about signs of rich values that stand for none."""
    return InvalidArgument(
        "The template or the task holds noncharacters (U+FDD0 to U+FDEF), which no text needs and which are "
        "refused where values are rich (富文本): take them out.",
        field="task",
    )


def nested_values() -> InvalidArgument:
    """Return the error about a run that holds a value and a text box with another."""
    return InvalidArgument(
        "template: a rich value (富文本) stands in one run with a text box that holds another. Move the text "
        "box to another place of the paragraph in Word, save and retry.",
        field="template",
    )


def no_list(tag: FilledTag) -> InsertionFault:
    """Return the fault of a list or a heading at a place that takes runs alone."""
    return InsertionFault(
        _path_of(tag),
        f"Has a list or a heading, and {tag.original} stands in a paragraph with other text, or where "
        "no paragraphs can be added.",
        "Give the tag a paragraph of its own, or take the list or heading out of the value.",
    )


def no_link(tag: FilledTag, place: str) -> InsertionFault:
    """Return the fault of a link in ``place``, which holds none."""
    message = f"Has a link, and {tag.original} stands in a {place}."
    suggestion = "Take one of the two links out."
    if place == "tracked insertion":
        suggestion = "Accept the insertion in Word, or take the link out."
    return InsertionFault(_path_of(tag), message, suggestion)


def _path_of(tag: FilledTag) -> str:
    return "$.payload" if tag.payload_path is None else f"$.payload{tag.payload_path[1:]}"
