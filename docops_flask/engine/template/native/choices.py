"""What marks tell of the values of fields: entries of lists, lengths, the names of marks that are left."""

from collections.abc import Mapping, Sequence

from docops_flask.engine.template.grammar import CLOSE, OPEN
from docops_flask.engine.template.native.controls import Settings
from docops_flask.engine.template.native.form_fields import FormData
from docops_flask.engine.template.native.instruction import field_name
from docops_flask.engine.template.native.marks import Mark, NativeMarks
from docops_flask.engine.template.payload_schema import Choices
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tag_meaning import TagMeanings
from docops_flask.engine.template.tags import read_tag

_LISTS = ("choice", "combo")


def with_choices(meanings: TagMeanings, native: NativeMarks) -> TagMeanings:
    """Return ``meanings`` with the lists among ``native``, of controls and form fields.

    Their names take no other values. How long a text of a form field may be is noted too.

    Of lists with one name a value shows what the first says that has it. What is given to a mark that is left
    as it is is no slip of the task: the log tells of the mark.
    """
    of_unfit = {part for each in native.unfit for part in _names_in(each.name)}
    meanings = meanings._replace(faulty=meanings.faulty | of_unfit)
    choices: dict[str, Choices] = {}
    for mark in (mark for story in native.stories for mark in story.marks):
        listed = _list_of(mark)
        if listed is None:
            continue
        shown, is_closed = listed
        known = choices.get(mark.tag[1:-1])
        if known is not None:
            if is_closed and known.is_closed:
                # A value has to be an entry of both, and there is one text for both.
                shown = {
                    value: text
                    for value, text in known.shown.items()
                    if (_shows(shown, value) or _shows(shown, text)) == text
                }
            else:
                shown = {**shown, **known.shown}
            is_closed = is_closed or known.is_closed
        choices[mark.tag[1:-1]] = Choices(shown, is_closed)
    lengths: dict[str, int] = {}
    for (_, tag), limits in native.limits.items():
        known_limits = [each for each in (*limits, lengths.get(tag[1:-1])) if each is not None]
        if known_limits:
            lengths[tag[1:-1]] = min(known_limits)
    if not choices and not lengths:
        return meanings
    meanings.shape.limit(choices, lengths)
    return meanings._replace(choices=choices)


def _list_of(mark: Mark) -> tuple[dict[str, str], bool] | None:
    """Return what the list of a mark shows for values, and whether it takes no others."""
    if mark.shown == "FORMDROPDOWN" and isinstance(mark.more, FormData):
        return {each: each for each in mark.more.entries}, True
    if isinstance(mark.more, Settings) and mark.more.kind in _LISTS:
        return dict(mark.more.items), mark.more.kind == "choice"
    return None


def _shows(shown: Mapping[str, str], value: str) -> str | None:
    """Return what a list shows for a value or a text; ``None`` where that is no entry of it."""
    return shown.get(value, value if value in shown.values() else None)


def _names_in(written: str) -> Sequence[str]:
    """Return the names of the path that a mark is called by: a tag in brackets, or what Word calls it."""
    if written.startswith(OPEN):
        tag = read_tag(written.strip(OPEN + CLOSE))
        return tag.path.names if isinstance(tag, Tag) and tag.path is not None else ()
    name = field_name(written)
    return () if name is None else name.split(".")
