"""The text that a payload gives to each field of a template in language 2 (docs/templates.md, *Values*)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from docops_flask.engine.template.conditions import Value, holds, is_given, is_list, number_as_written
from docops_flask.engine.template.formats.table import (
    COUNT,
    DEFAULT,
    SEPARATOR,
    SUM,
    Format,
    code_format,
    is_rich,
    rule_of,
)
from docops_flask.engine.template.formats.values import FormatError, Scalar
from docops_flask.engine.template.payload_check import PayloadError
from docops_flask.engine.template.payload_schema import Choices
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind
from docops_flask.engine.template.tags import read_tag
from docops_flask.engine.template.values import CHINESE_SEPARATOR, SEPARATOR_OF_LISTS, Values

_NO_CHOICES: Mapping[str, Choices] = MappingProxyType({})
CHECKED, UNCHECKED = "☑", "☐"
_COUNTING = (COUNT, SUM)
_OTHERS = (TagKind.CHECK, TagKind.PICTURE, TagKind.DOCUMENT)
_OF_LISTS = (SEPARATOR, *_COUNTING)


class FieldValues(NamedTuple):
    """The texts of fields by what stands in their brackets, and values that a format cannot take."""

    values: Values
    errors: Sequence[PayloadError]


def field_values(
    names: Iterable[str], payload: Mapping[str, Value], choices: Mapping[str, Choices] = _NO_CHOICES
) -> FieldValues:
    r"""Return the texts of the fields that are written ``names``; one without a value has none.

    ``choices`` are the lists that have another text for a value, by names. Line ends become ``\n``; one at
    the end of a value is dropped.
    """
    texts: dict[str, str] = {}
    in_chinese: dict[str, str] = {}
    shortened: list[str] = []
    errors: list[PayloadError] = []
    for name in names:
        tag = read_tag(name)
        if not isinstance(tag, Tag) or tag.path is None or not tag.path.names:
            # Numbers and items have no value outside lists.
            continue
        value = value_at(payload, tag.path)
        try:
            text = text_of(tag, value, SEPARATOR_OF_LISTS)
        except FormatError as error:
            path = f"$.payload.{'.'.join(tag.path.names)}"
            errors.append(PayloadError(path, f"Must be {error}, for 【{name}】."))
            continue
        if text is None:
            continue
        if name in choices:
            text = choices[name].shown.get(text, text)
        texts[name] = text.removesuffix("\n")
        if text.endswith("\n"):
            shortened.append(name)
        if joins_as_its_paragraph(tag, value):
            chinese = text_of(tag, value, CHINESE_SEPARATOR)
            if chinese is not None:
                in_chinese[name] = chinese.removesuffix("\n")
    return FieldValues(Values(texts, in_chinese, frozenset(shortened)), errors)


def value_at(payload: Mapping[str, Value], path: Path) -> Value:
    """Return the value at ``path`` of the payload, ``None`` where there is none."""
    value: Value = payload
    for name in path.names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def joins_as_its_paragraph(tag: Tag, value: Value) -> bool:
    """Say whether the language of its paragraph says what joins the texts of a list."""
    if not is_list(value) or is_rich(tag.formats):
        return False
    return not any(each.name in _OF_LISTS for each in tag.formats)


def text_of(tag: Tag, value: Value, separator: str) -> str | None:
    """Return the text that ``tag`` makes of ``value``; ``None`` where it asks for one and there is none.

    ``separator`` joins the texts of a list without a 分隔 of its own. A picture has no text: it is put in
    beside. Raises ``FormatError`` for a value that a format cannot take.
    """
    if tag.kind in _OTHERS:
        return _of_other_kind(tag, value)
    default = next((each.argument for each in tag.formats if each.name == DEFAULT), None)
    if value is None or (isinstance(value, str) and not value.strip()):
        if default is not None:
            return _rich(default) if is_rich(tag.formats) else _code_text(tag, default)
        if value is None:
            return "" if tag.is_optional else None
    if is_rich(tag.formats):
        return _rich(value)
    if is_list(value):
        if not any(each.name in _COUNTING for each in tag.formats):
            text = _joined(tag, value, separator)
            return text if default is None or text.strip() else _code_text(tag, default)
        value = _counted(tag, value)
        if value is None:
            return None
    text = _as_text(value)
    if not text.strip():
        return text
    # The first format takes a number as it is, each further one what the one before made of it.
    return _written(tag.formats, value if isinstance(value, int | Decimal) else text, text)


def _written(formats: Iterable[Format], value: Scalar, text: str) -> str:
    """Return what ``formats`` make of a value, ``text`` where there are none."""
    for each in formats:
        rule = rule_of(each)
        if rule is not None and rule.write is not None:
            value = text = rule.write(value)
    return text


def _of_other_kind(tag: Tag, value: Value) -> str | None:
    """Return the text of the tag of a check box, a picture or a document."""
    if tag.kind is TagKind.CHECK:
        return _checked(tag, value)
    if tag.kind is TagKind.DOCUMENT and isinstance(value, Mapping):
        return _document(value)
    return "" if value is not None or tag.is_optional else None


def _document(value: Mapping[str, Value]) -> str:
    """Return what stands for a document until it is put in (``template.subdocument``)."""
    # Few values are documents, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.subdocument.markers import marker_of

    return marker_of(str(value.get("file")))


def _rich(value: Value) -> str:
    """Return what stands for a rich value until it is put in (``template.rich``)."""
    # Few values are rich, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.rich.given import RichError, rich_paragraphs
    from docops_flask.engine.template.rich.markers import marker_of

    try:
        paragraphs = rich_paragraphs(value)
    except RichError as error:
        raise FormatError(error.message) from None
    return marker_of(paragraphs) if paragraphs else ""


def _code_text(tag: Tag, text: str) -> str:
    """Return a text that no format wrote. Raises ``FormatError`` where it is drawn and no code holds it."""
    code = code_format(tag.formats)
    rule = None if code is None or not text.strip() else rule_of(code)
    return text if rule is None or rule.write is None else rule.write(text)


def _joined(tag: Tag, value: Sequence[Value], separator: str) -> str:
    """Return the texts of a list as one: formats before 分隔 are of each item, the others of the whole."""
    of_items, of_whole = tag.formats[:0], tag.formats
    for number, each in enumerate(tag.formats):
        if each.name == SEPARATOR and each.argument is not None:
            separator = each.argument.replace("\\n", "\n")
            of_items, of_whole = tag.formats[:number], tag.formats[number + 1 :]
    items = [_as_text(item) for item in value if item is not None]
    if of_items:
        items = [_written(of_items, item, item) if item.strip() else item for item in items]
    text = separator.join(items)
    return _written(of_whole, text, text) if text.strip() else text


def _counted(tag: Tag, value: Sequence[Value]) -> Decimal | None:
    # Imported here: few templates have sums.
    from docops_flask.engine.template.formats.lists import counted, counting_format

    made_by = counting_format(tag.formats)
    assert made_by is not None
    return counted(value, made_by, skips_absent=tag.is_optional)


def _checked(tag: Tag, value: Value) -> str | None:
    """Return the box that a check shows; a value that is not given and need not be leaves it empty."""
    if value is None:
        return UNCHECKED if tag.is_optional else None
    if tag.operator is None:
        return CHECKED if is_given(value) else UNCHECKED
    if isinstance(value, str | int | Decimal) and holds(value, tag.operator, tag.literals):
        return CHECKED
    return UNCHECKED


def _as_text(value: Value) -> str:
    if isinstance(value, Mapping):
        # The check of the payload refuses it before, and no form of it would be one for people.
        raise FormatError("a text or a number")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_as_written(value)
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
