"""Which native marks a template holds, told by a search of its bytes before anything of them is loaded."""

from collections.abc import Callable, Iterator

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.template.native.marks import Mark, MarkedStory, NativeMarks, Unfit

Find = Callable[[StoryPart], Iterator[Mark | Unfit]]


def find_native(document: Document) -> NativeMarks | None:
    """Return the native marks of a document that ``native.probe`` spoke of; ``None`` if there are none."""
    stories: list[MarkedStory] = []
    unfit: list[Unfit] = []
    for part in document.parts:
        if part.kind is StoryKind.COMMENTS:
            continue
        marks: list[Mark] = []
        for find in _finders(part):
            for each in find(part):
                if isinstance(each, Unfit):
                    unfit.append(each)
                else:
                    marks.append(each)
        if marks:
            stories.append(MarkedStory(part, _apart(marks)))
    return NativeMarks(stories, unfit) if stories or unfit else None


def _finders(part: StoryPart) -> Iterator[Find]:
    """Yield what finds each kind of mark that the bytes of ``part`` may hold."""
    # Each kind is loaded where there may be one.
    if b"fldChar" in part.distinct or b"fldSimple" in part.distinct:
        from docops_flask.engine.template.native.fields import find_fields

        yield find_fields
    if b"sdtContent" in part.text.content:
        from docops_flask.engine.template.native.control_marks import find_controls

        yield find_controls


def _apart(marks: list[Mark]) -> list[Mark]:
    """Return marks in document order without those that lie in one that begins before them."""
    kept: list[Mark] = []
    # A tag that stands beside something comes before what begins there.
    for each in sorted(marks, key=lambda mark: (mark.start, mark.start < mark.end, -mark.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept
