"""A task without a document type: the template alone says what the payload has to hold."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import OPEN_TYPE
from docops_flask.engine.options import Options
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.field_values import field_values
from docops_flask.engine.template.formats.table import BREAKS
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.payload_check import MAX_ERRORS, PayloadError, UnusedKey, check_payload
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_meaning import TagMeanings, decide_tags, keys_of, path_of
from docops_flask.engine.template.tags import Tag, read_tag
from docops_flask.engine.template.values import Values


class OpenTask(NamedTuple):
    """An open task on a template.

    ``skill`` has a field for each tag that is filled: its placeholder is what stands in the brackets, its key
    the path of the value. ``unused`` are keys of the payload that no tag takes, ``known`` all its keys.
    """

    meanings: TagMeanings
    skill: Skill
    values: Values
    unused: Sequence[UnusedKey]
    known: Collection[str]

    def again(self, scan: Scan, places: PlaceScan) -> tuple[Scan, PlaceScan]:
        """Return what the tags of the expanded template mean: what they mean in the template."""
        meanings = decide_tags(scan, places, self.known)
        return meanings.scan, meanings.places


def read_open_task(scan: Scan, places: PlaceScan, payload: Mapping[str, Value], options: Options) -> OpenTask:
    """Return what ``payload`` gives to a template whose tags are in ``scan`` and ``places``.

    Raises ``InvalidArgument`` (``detail.errors``) for a payload that does not fit, and for keys that no tag
    takes unless ``options`` allow them.
    """
    keys = keys_of(payload)
    meanings = decide_tags(scan, places, keys)
    checked = check_payload(payload, meanings.shape.root)
    errors = list(checked.errors)
    if options.unused == "refuse":
        errors += [_unknown(each) for each in checked.unused]
    if errors:
        raise _refused(errors[:MAX_ERRORS])
    names = _names(meanings)
    filled = field_values(names, payload)
    if filled.errors:
        raise _refused(filled.errors[:MAX_ERRORS])
    return OpenTask(meanings, _skill(names), filled.values, checked.unused, keys)


def _names(meanings: TagMeanings) -> list[str]:
    """Return what stands in the brackets of all tags that are filled, each once."""
    found = [each for paragraph in meanings.scan.paragraphs for each in paragraph.found]
    inside = [
        each.found
        for paragraph in meanings.scan.paragraphs
        for text in paragraph.inline
        for each in text.found
    ]
    elsewhere = [each for _, each in meanings.places.all_found()]
    return list(
        dict.fromkeys(each.name for each in (*found, *inside, *elsewhere) if each.kind is Kind.PLACEHOLDER)
    )


def _skill(names: Sequence[str]) -> Skill:
    title = Bilingual(en="Open task", zh="自由任务")
    return Skill(OPEN_TYPE, title, title, tuple(map(_field, names)))


def _field(name: str) -> Field:
    path, tag = path_of(name), read_tag(name)
    has_breaks = isinstance(tag, Tag) and any(each.name == BREAKS for each in tag.formats)
    label = Bilingual(en=path, zh=path)
    return Field(path, label, "text", True, name, "", label, lines="breaks" if has_breaks else "paragraphs")


def _unknown(key: UnusedKey) -> PayloadError:
    suggestion = None if key.suggestion is None else f"Did you mean {key.suggestion}?"
    return PayloadError(key.path, "The template has no tag that takes this key.", suggestion)


def _refused(errors: Sequence[PayloadError]) -> InvalidArgument:
    first = errors[0]
    more = f" ({len(errors) - 1} more in detail.errors)" if len(errors) > 1 else ""
    return InvalidArgument(
        f"task: {first.path}: {first.message}{more}",
        field="task",
        errors=[each._asdict() for each in errors],
    )
