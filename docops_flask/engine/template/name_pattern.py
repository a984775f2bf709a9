"""The pattern of a file's name: text with fields of the template language, such as ``【合同编号】-【甲方】``.

Fields are written as in template language 2, formats included, whatever language the job speaks: a bracketed
name is always a field.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.job import Payload
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.conditions import Value, is_list
from docops_flask.engine.template.field_values import text_of, value_at
from docops_flask.engine.template.formats.table import SEPARATOR, as_written, is_rich, rule_of
from docops_flask.engine.template.formats.values import FormatError
from docops_flask.engine.template.open_task import OpenTask
from docops_flask.engine.template.payload_check import MAX_EXPONENT, near_name
from docops_flask.engine.template.payload_schema import Scope
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind
from docops_flask.engine.template.tags import read_tag
from docops_flask.engine.template.values import (
    CHINESE_SEPARATOR,
    SEPARATOR_OF_LISTS,
    build_values,
    holds_ideograph,
)

FIELD = "name"
MAX_PATTERN = 500
# Of a value so much at most is put into a name, which is cut further when it is made storable.
_MAX_TEXT = 4096
_BRACKETED = re.compile("【([^【】]*)】")
_ACCEPTED = "use text and fields such as 【甲方】 or 【日期|yyyy-MM-dd】"


class PatternField(NamedTuple):
    """A field of a pattern: what stands in its brackets, and what it means."""

    written: str
    path: Path
    tag: Tag


class NamePattern(NamedTuple):
    """A pattern that was read: texts and fields in their order."""

    pieces: tuple[str | PatternField, ...]

    def fields(self) -> tuple[PatternField, ...]:
        """Return the fields in their order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, PatternField))

    def refuse_unknown_names(self, skill: Skill) -> None:
        """Raise ``InvalidArgument`` for a field that is neither a placeholder nor a key of ``skill``."""
        known = {name for field in skill.fields for name in (field.placeholder, field.key)}
        for field in self.fields():
            is_inside = len(field.path.names) > 1 and skill.grammar == 1
            if field.path.names[0] not in known or is_inside:
                allowed = [each.placeholder for each in skill.fields]
                raise _unknown(field, allowed, allowed=allowed)


def read_name_pattern(pattern: str) -> NamePattern:
    """Return what ``pattern`` means.

    Raises ``InvalidArgument`` for one that is too long, for a bracket without its partner, for tags that are
    no fields (blocks, pictures, check boxes, numbers, remarks), for paths to outer scopes and for unknown
    formats.
    """
    if len(pattern) > MAX_PATTERN:
        raise _refused(f"has more than {MAX_PATTERN} characters; use a shorter pattern.")
    pieces: list[str | PatternField] = []
    # Odd pieces are what stands in brackets.
    for number, piece in enumerate(_BRACKETED.split(pattern)):
        if number % 2:
            pieces.append(_field(piece))
        elif "【" in piece or "】" in piece:
            raise _refused("has a bracket without its partner; write each field as 【甲方】.")
        elif piece:
            pieces.append(piece)
    return NamePattern(tuple(pieces))


def _field(written: str) -> PatternField:
    tag = read_tag(written)
    if not isinstance(tag, Tag) or tag.kind is not TagKind.FIELD or tag.path is None or tag.path.up:
        raise _refused(f"【{echo(written)}】 is no field; {_ACCEPTED}.", value=echo(f"【{written}】"))
    unknown = next((each for each in tag.formats if rule_of(each) is None), None)
    if unknown is not None:
        raise _refused(
            f"【{echo(written)}】 has the unknown format {echo(as_written(unknown))}; {_ACCEPTED}.",
            value=echo(f"【{written}】"),
        )
    return PatternField(written, tag.path, tag)


def _unknown(field: PatternField, known: Sequence[str], **detail: object) -> InvalidArgument:
    near = near_name(field.path.names[0], known)
    hint = (
        f"use one of {', '.join(known)}."
        if detail
        else "use a name of the template or of the payload (docops inspect lists those of the template)."
    )
    meant = "" if near is None else f" Did you mean {near}?"
    return _refused(
        f"【{echo(field.written)}】 is an unknown name; {hint}{meant}", value=_shown(field), **detail
    )


def name_of_job(pattern: str, skill: Skill | None, payload: Payload, task: OpenTask | None) -> str | None:
    """Return the text that ``pattern`` makes of the values of a task; ``None`` where one of them is missing.

    ``task`` is what a job of language 2 gives to its template; ``skill`` is the document type, if any. Raises
    ``InvalidArgument`` for a wrong pattern, a name that neither template nor payload has, a value that is no
    text and no number, and one that a format cannot take.
    """
    read = read_name_pattern(pattern)
    if task is None:
        assert skill is not None
        read.refuse_unknown_names(skill)
        return _filled(read, _values_of_type(skill, payload))
    names = {key: name for name, key in task.keys.items()}
    root = task.meanings.shape.root
    candidates = {name for each in task.meanings.candidates for name in each.name.split(".")}
    for field in read.fields():
        path = _with_name(field.path, names)
        if not (
            path.names[0] in {*task.keys, *candidates} or _is_given(path, task.payload) or _is_in(path, root)
        ):
            raise _unknown(field, [*task.keys, *root.names])
    return _filled(read, lambda field: value_at(task.payload, _with_name(field.path, names)))


def _with_name(path: Path, names: Mapping[str, str]) -> Path:
    """Return ``path`` with the name of a field in place of the key that a document type has for it."""
    return path._replace(names=(names.get(path.names[0], path.names[0]), *path.names[1:]))


def _is_given(path: Path, payload: Mapping[str, Value]) -> bool:
    inside: Value = payload
    for name in path.names:
        if not isinstance(inside, Mapping) or name not in inside:
            return False
        inside = inside[name]
    return True


def _is_in(path: Path, scope: Scope | None) -> bool:
    for name in path.names:
        entry = None if scope is None else scope.names.get(name)
        if entry is None:
            return False
        scope = entry.members
    return True


def _values_of_type(skill: Skill, payload: Payload) -> Callable[[PatternField], Value]:
    """Return what gives the value of a field in language 1: the text as the document has it."""
    values = build_values(skill, payload)
    by_name = {name: each for each in skill.fields for name in (each.key, each.placeholder)}

    def value_of(field: PatternField) -> Value:
        known = by_name[field.path.names[0]]
        if any(each.name == SEPARATOR for each in field.tag.formats):
            given: Value = payload.get(known.key)
            return given
        text = values.get(known.placeholder)
        chinese = values.in_chinese.get(known.placeholder, text)
        return chinese if chinese is not None and holds_ideograph(chinese) else text

    return value_of


def _filled(pattern: NamePattern, value_of: Callable[[PatternField], Value]) -> str | None:
    texts: list[str] = []
    for piece in pattern.pieces:
        text = piece if isinstance(piece, str) else _text(piece, value_of(piece))
        if text is None:
            return None
        texts.append(text[:_MAX_TEXT])
    return "".join(texts)[:_MAX_TEXT]


def _text(field: PatternField, value: Value) -> str | None:
    for item in value if is_list(value) else (value,):
        if (
            isinstance(item, bool | Mapping)
            or is_list(item)
            or (isinstance(item, Decimal) and _is_huge(item))
        ):
            raise _refused(
                f"the value of 【{echo(field.written)}】 is no text and no number that can stand in a name; "
                "use another field.",
                value=_shown(field),
            )
    # A list of language 2 is joined as in a paragraph of its own script.
    separator = SEPARATOR_OF_LISTS
    if is_list(value) and any(holds_ideograph(str(item)) for item in value):
        separator = CHINESE_SEPARATOR
    try:
        text = text_of(field.tag, value, separator)
    except FormatError as error:
        raise _refused(
            f"the value of 【{echo(field.written)}】 must be {error}.", value=_shown(field)
        ) from None
    if text is None or not is_rich(field.tag.formats):
        return text
    # Few names have rich values, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.rich.markers import text_in

    return text_in(text)


def _shown(field: PatternField) -> str:
    return echo(f"【{field.written}】")


def _is_huge(number: Decimal) -> bool:
    return not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT


def _refused(problem: str, **detail: object) -> InvalidArgument:
    return InvalidArgument(f"{FIELD}: {problem}", field=FIELD, **detail)
