"""What marks tell of the values of fields: the entries of lists, the names of marks that are left."""

from docops_flask.engine.template.grammar import CLOSE, OPEN
from docops_flask.engine.template.native.instruction import field_name
from docops_flask.engine.template.native.marks import NativeMarks
from docops_flask.engine.template.payload_schema import Choices
from docops_flask.engine.template.tag_meaning import TagMeanings

_LISTS = ("choice", "combo")


def with_choices(meanings: TagMeanings, native: NativeMarks) -> TagMeanings:
    """Return ``meanings`` with the lists of the controls among ``native``; their names take no other values.

    Of lists with one name a value shows what the first says that has it. What is given to a mark that is left
    as it is is no slip of the task: the log tells of the mark.
    """
    names = (field_name(each.name.strip(OPEN + CLOSE).partition("|")[0]) for each in native.unfit)
    of_unfit = {part for name in names if name is not None for part in name.split(".")}
    meanings = meanings._replace(faulty=meanings.faulty | of_unfit)
    choices: dict[str, Choices] = {}
    for mark in (mark for story in native.stories for mark in story.marks):
        if getattr(mark.more, "kind", None) not in _LISTS:
            continue
        shown = dict(mark.more.items)
        is_closed = mark.more.kind == "choice"
        known = choices.get(mark.tag[1:-1])
        if known is not None:
            if is_closed and known.is_closed:
                # A value has to be an entry of both.
                texts = {*known.shown, *known.shown.values()}
                shown = {value: text for value, text in shown.items() if not texts.isdisjoint((value, text))}
            else:
                shown = {**shown, **known.shown}
            is_closed = is_closed or known.is_closed
        choices[mark.tag[1:-1]] = Choices(shown, is_closed)
    if not choices:
        return meanings
    meanings.shape.limit(choices)
    return meanings._replace(choices=choices)
