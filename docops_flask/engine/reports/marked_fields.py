"""How a template marks its fields, for an inspection: in brackets, or in one of Word's own ways."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.reports.inspection import MAX_SHOWN_CHARACTERS, UnsupportedPlace
from docops_flask.engine.template.tag_meaning import TagMeanings, path_of

if TYPE_CHECKING:
    from docops_flask.engine.template.native.marks import NativeMarks


def unfit_places(native: "NativeMarks | None", declared: Collection[str]) -> Sequence[UnsupportedPlace]:
    """Return the marks that are left as they are, for an inspection; ``declared`` are names of fields."""
    return [
        UnsupportedPlace(each.code, each.shown[:MAX_SHOWN_CHARACTERS], each.path, None, each.reason, None)
        for each in (() if native is None else native.left(declared))
    ]


def with_marks(meanings: TagMeanings, native: "NativeMarks | None") -> TagMeanings:
    """Return ``meanings`` of a template with native marks: these need language 2."""
    if native is None:
        return meanings
    # Imported here: few templates have such marks.
    from docops_flask.engine.template.native.choices import with_choices

    # A control with a name of another script is a field where somebody declares the name.
    told = {name for name, _ in meanings.needing} | {each.text[1:-1] for each in meanings.candidates}
    marks = (mark for story in native.stories for mark in story.marks if mark.tag)
    needing = [(mark.tag[1:-1], mark.path) for mark in marks if mark.tag[1:-1] not in told]
    return with_choices(meanings._replace(needing=[*meanings.needing, *needing]), native)


def kinds_of(names: Iterable[str], native: "NativeMarks | None") -> dict[str, str]:
    """Return the kind of each of the fields ``names``, and of the lists that native marks begin.

    A name that stands both in brackets and in a native mark is of the kind of the mark.
    """
    kinds = dict.fromkeys(names, "bracket")
    for inner, kind in ({} if native is None else native.kinds()).items():
        kinds[path_of(inner)] = kind
    return {name: kind for name, kind in kinds.items() if name}
