"""A task without a document type: the template alone says what the payload has to hold.

So does a task of a document type of language 2, which adds keys, labels and what is required.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.document.document import StoryKind
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.job import OPEN_TYPE, Asset
from docops_flask.engine.options import Options
from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.drawn_tags import is_check, is_code, is_document, is_picture
from docops_flask.engine.template.field_values import field_values
from docops_flask.engine.template.formats.table import BREAKS, CODES, RICH
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.names import is_name
from docops_flask.engine.template.payload_check import (
    MAX_ERRORS,
    PayloadError,
    UnusedKey,
    check_payload,
    step,
)
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tag_meaning import Candidate, TagMeanings, decide_tags, path_of, words_in
from docops_flask.engine.template.tags import read_tag
from docops_flask.engine.template.values import Values

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.given import GivenPictures


# The types of values without keys.
_SCALARS = {str, int, float, bool, Decimal, type(None)}
_PLAIN = {*_SCALARS, dict, list}


class OpenTask(NamedTuple):
    """An open task on a template.

    ``skill`` has a field for each tag that is filled: its placeholder is what stands in the brackets, its key
    the path of the value. ``payload`` has the names of fields for the keys of a document type, which ``keys``
    has by these names. ``unused`` are keys of the payload that no tag takes, ``known`` all its keys and the
    names of a document type, ``known_fields`` its fields. Of a template with blocks ``values`` is empty, and
    there are no ``pictures``, which are what the payload gives to tags of pictures.
    """

    meanings: TagMeanings
    skill: Skill
    payload: Mapping[str, Value]
    values: Values
    unused: Sequence[UnusedKey]
    known: Collection[str]
    keys: Mapping[str, str]
    known_fields: Sequence[Field]
    pictures: "GivenPictures | None" = None

    @property
    def has_pictures(self) -> bool:
        """Whether the template has tags of pictures or codes, or check boxes outside paragraphs."""
        return any(map(_is_drawn, (field.placeholder for field in self.skill.fields))) or any(
            is_check(found.name) for _, found in self.meanings.places.all_found()
        )

    @property
    def has_rich_values(self) -> bool:
        """Whether the template has fields that take rich values."""
        names = (field.placeholder for field in self.skill.fields)
        return any(RICH in name or "RICH" in name for name in names)

    @property
    def has_documents(self) -> bool:
        """Whether the template has tags in whose place documents are put."""
        return any(is_document(field.placeholder) for field in self.skill.fields)

    def again(self, scan: Scan, places: PlaceScan) -> tuple[Scan, PlaceScan]:
        """Return what the tags of the expanded template mean: what they mean in the template."""
        meanings = _with_pictures(decide_tags(scan, places, self.known))
        return meanings.scan, meanings.places


def _keys_of(payload: Value) -> set[str]:
    """Return the keys of a payload, at any depth."""
    keys: set[str] = set()
    pending: list[Any] = [payload]
    while pending:
        # The items of a list are mostly alike; then they are not looked at one by one.
        kinds = set(map(type, pending))
        if kinds <= _SCALARS:
            break
        if kinds <= _PLAIN:
            objects = [each for each in pending if type(each) is dict]
            lists = [each for each in pending if type(each) is list]
            keys.update(*objects)
            pending = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
        else:
            pending = [*_inside(pending, keys)]
    return keys


def _inside(values: Iterable[Any], keys: set[str]) -> Iterator[Any]:
    """Yield what is in ``values``; ``keys`` takes the keys of objects."""
    for value in values:
        if type(value) is dict or isinstance(value, Mapping):
            keys.update(value)
            yield from value.values()
        elif type(value) is not str and isinstance(value, Sequence):
            yield from value


def read_open_task(
    decide: Callable[[Collection[str]], TagMeanings],
    payload: Mapping[str, Value],
    options: Options,
    skill: Skill | None = None,
    assets: Sequence[Asset] = (),
) -> OpenTask:
    """Return what ``payload`` gives to a template.

    ``decide`` tells what its tags mean, given the names that the task declares. ``skill`` is a document type
    of language 2, which knows names, keys, labels, and what is required. ``assets`` are the pictures sent
    beside the task; one that the payload does not refer to is refused as an unknown key is. Raises
    ``InvalidArgument`` (``detail.errors``) for a payload that does not fit, and for keys that neither a tag,
    whatever its scope, nor ``skill`` takes unless ``options`` allow them in an open task.
    """
    fields = () if skill is None else skill.fields
    keys = {field.placeholder: field.key for field in fields}
    names_of_keys = {field.key: field.placeholder for field in fields}
    # A placeholder's name is no key of a document type.
    errors = [
        PayloadError(f"$.payload{step(key)}", "unknown key.", f"Did you mean {keys[key]}?")
        for key in payload
        if key in keys and key not in names_of_keys
    ]
    values = {names_of_keys.get(key, key): value for key, value in payload.items()}
    known = _keys_of(values) | keys.keys()
    meanings = _with_pictures(decide(known))
    checked = check_payload(values, meanings.shape.root)
    own = list(checked.errors)
    if options.unused == "refuse" or skill is not None:
        legal = {f"$.payload{step(name)}" for name in keys}
        # A name of another scope is no slip; where it was meant, the report says so.
        elsewhere = meanings.faulty | meanings.shape.all_names() if checked.unused else frozenset()
        # What is nearly a tag, by the words in it.
        nearly = {word: each for each in meanings.candidates if each.accepted for word in words_in(each.text)}
        own += [
            _unknown(each, keys, nearly)
            for each in checked.unused
            if each.path not in legal and each.key not in elsewhere
        ]
    names = _names(meanings)
    # A number with a huge exponent is refused before it is written out.
    filled = field_values(names, {} if own or meanings.structure is not None else values, meanings.choices)
    own += filled.errors
    pictures = None
    if meanings.structure is None and (assets or any(map(_is_drawn, names))):
        pictures = _pictures(names, {} if own else values, assets)
        pictures = pictures._replace(unused=without_documents(pictures.unused, values, meanings))
        own += pictures.errors or (() if own else unused_assets(pictures.unused, options, skill))
    errors += [each._replace(path=with_key(each.path, keys)) for each in own]
    if errors:
        raise refused(errors)
    unused = [each._replace(path=with_key(each.path, keys)) for each in checked.unused]
    task = OpenTask(meanings, _skill(names, skill), values, filled.values, unused, known, keys, fields)
    return task._replace(pictures=pictures)


def unused_assets(names: Sequence[str], options: Options, skill: Skill | None) -> list[PayloadError]:
    """Return the faults about files sent beside a task that nothing refers to, unless they are allowed."""
    if options.unused == "allow" and skill is None:
        return []
    return [PayloadError("asset", f"No value refers to {echo(name)}.") for name in names]


def without_documents(
    names: Sequence[str], payload: Mapping[str, Value], meanings: TagMeanings
) -> Sequence[str]:
    """Return those of ``names``, of files sent with a task, that ``payload`` does not name for documents."""
    if not names:
        return names
    # As in ``_pictures``.
    from docops_flask.engine.template.subdocument.named import files_named

    used = files_named(payload, meanings.shape.root)
    return [name for name in names if name not in used]


def _pictures(names: Sequence[str], payload: Mapping[str, Value], assets: Sequence[Asset]) -> "GivenPictures":
    # Few tasks give pictures, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.pictures.given import given_pictures

    return given_pictures(names, payload, assets)


def _with_pictures(meanings: TagMeanings) -> TagMeanings:
    """Return ``meanings`` where the tags of pictures that stand where none can be put are of that kind."""
    found = [
        each.found for text in meanings.scan.paragraphs for inline in text.inline for each in inline.found
    ]
    found += [each for _, each in meanings.places.all_found()]
    in_boxes = (each for each in meanings.scan.paragraphs if each.place.story is StoryKind.TEXTBOX)
    found += [each for paragraph in in_boxes for each in paragraph.found]
    if not any(_is_drawn(each.name) or is_check(each.name) for each in found):
        return meanings
    # As above.
    from docops_flask.engine.template.pictures.tags_of_boxes import without_unfillable

    scan, places = without_unfillable(meanings.scan, meanings.places)
    return meanings._replace(scan=scan, places=places)


def with_key(path: str, keys: Mapping[str, str], root: str = "$.payload.") -> str:
    """Return the JSON path of a value with the document type's key in place of the name of its field.

    ``root`` is what the path begins with before the key.
    """
    head, dot, rest = path.partition(root)
    if not dot or head:
        return path
    match = re.match(r"[^.\[]*", rest)
    name = match[0] if match is not None else ""
    return f"{head}{dot}{keys.get(name, name)}{rest[len(name) :]}"


def _is_drawn(inner: str) -> bool:
    """Say whether a tag becomes a drawing: a picture or a code."""
    return is_picture(inner) or is_code(inner)


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


def _skill(names: Sequence[str], skill: Skill | None) -> Skill:
    fields = {} if skill is None else skill.placeholders()
    title = Bilingual(en="Open task", zh="自由任务")
    base = Skill(OPEN_TYPE, title, title, ()) if skill is None else skill
    return base._replace(fields=tuple(_field(name, fields) for name in names))


def _field(name: str, known: Mapping[str, Field]) -> Field:
    path, tag = path_of(name), read_tag(name)
    # The lines of a code are one text.
    in_one = (BREAKS, *CODES)
    has_breaks = isinstance(tag, Tag) and any(each.name in in_one for each in tag.formats)
    root, dot, rest = path.partition(".")
    field = known.get(root)
    label = Bilingual(en=path, zh=path) if field is None or dot else field.label
    return Field(
        path if field is None else field.key + dot + rest,
        label,
        "text",
        field is None or field.required,
        name,
        "",
        label,
        lines="breaks" if has_breaks else "paragraphs",
    )


def _unknown(key: UnusedKey, keys: Mapping[str, str], nearly: Mapping[str, Candidate]) -> PayloadError:
    meant = None if key.suggestion is None else keys.get(key.suggestion, key.suggestion)
    suggestion = None if meant is None else f"Did you mean {meant}?"
    near = nearly.get(key.key)
    if near is not None:
        suggestion = f"{near.text} at {near.places[0]} is not read as a tag: {near.accepted}."
    if suggestion is None and not is_name(key.key):
        suggestion = "A name begins with a letter or _ and has only letters, digits and _, at most 64 in all."
    return PayloadError(key.path, "The template has no tag that takes this key.", suggestion)


def refused(errors: Sequence[PayloadError]) -> InvalidArgument:
    """Return the error for a payload that does not fit."""
    errors = errors[:MAX_ERRORS]
    first = errors[0]
    more = f" ({len(errors) - 1} more in detail.errors)" if len(errors) > 1 else ""
    meant = "" if first.suggestion is None else f" {first.suggestion}"
    return InvalidArgument(
        f"task: {first.path}: {first.message}{meant}{more}",
        field="task",
        errors=[each._asdict() for each in errors],
    )
