"""Hints of inspect about content controls: those without a field's name, groups that are conditions."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.errors import echo
from docops_flask.engine.reports.inspection import MAX_LISTED, MAX_SHOWN_CHARACTERS, Problem
from docops_flask.engine.template.native.controls import Addresses, unnamed_controls_in
from docops_flask.engine.template.native.instruction import field_name

if TYPE_CHECKING:
    from docops_flask.engine.template.native.marks import NativeMarks

UNNAMED_CONTROL, GROUP_CONDITION = "UNNAMED_CONTROL", "GROUP_CONDITION"


def control_hints(document: Document, native: "NativeMarks | None") -> Iterator[Problem]:
    """Yield the hints about the controls of ``document``, at most ``MAX_LISTED`` of each kind.

    ``native`` are the marks that were rewritten into tags in it.
    """
    if native is not None:
        yield from islice(_groups(native), MAX_LISTED)
    parts = (part for part in document.parts if part.kind is not StoryKind.COMMENTS)
    yield from islice((each for part in parts for each in _unnamed(part)), MAX_LISTED)


def _groups(native: "NativeMarks") -> Iterator[Problem]:
    for story in native.stories:
        for mark in story.marks:
            # A group called by a tag in brackets says itself that it is a condition.
            if mark.kind == "control" and mark.tag == f"【?{mark.name}】":
                name = echo(mark.name)
                message = (
                    f"The group control {name} is the condition 【?{name}】: it goes with all it holds where "
                    f"{name} has no value. Take its name out if it only keeps its content from being edited."
                )
                yield Problem(GROUP_CONDITION, message, mark.path, mark.name[:MAX_SHOWN_CHARACTERS])


def _unnamed(part: StoryPart) -> Iterator[Problem]:
    if b"sdtContent" not in part.content:
        return
    addresses = Addresses(part)
    for control in unnamed_controls_in(part):
        called = control.written[:MAX_SHOWN_CHARACTERS]
        name = field_name(called) or "NAME"
        why = (
            f"is called {echo(called)}, which is no name of a field" if called else "has no tag and no title"
        )
        message = f"A content control {why}: it is not filled. Give it the tag {name} if it is to be filled."
        yield Problem(UNNAMED_CONTROL, message, addresses.of(control.node), called)
