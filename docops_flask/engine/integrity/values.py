"""Whether a log says of an open task what its payload makes: copies, branches and values."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.integrity.claims import Claims, PlaceReplacement, Replacement
from docops_flask.engine.integrity.code_tags import code_tag
from docops_flask.engine.integrity.control_tags import Path
from docops_flask.engine.integrity.formats import Scalar, formatted
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.scopes import Scope, Scopes
from docops_flask.engine.integrity.tags import formats_of, is_rich, name_in_copies
from docops_flask.engine.integrity.verdict import Unaccounted

if TYPE_CHECKING:
    from docops_flask.engine.integrity.rich_claims import RichClaim

_BLANK = " \t\n\u00a0\u3000"
_DEFAULT, _OPTIONAL, _SEPARATOR = "缺省", "可空", "分隔"
_COUNTING = ("计数", "COUNT", "合计", "SUM")
# Blanks count at the end of what is behind their colon.
_WITH_BLANKS = (_SEPARATOR, "前", "后")
# What check boxes and pictures begin with, and what one of is in all of them.
_NO_FIELD = re.compile("[□@＠]|(?:勾选|CHECK|图片|IMAGE)[\\s:：]")
# What tags of documents begin with.
_DOCUMENT = ("+", "＋", "插入", "INSERT")
_WORDS = ("@", "＠", "图片", "IMAGE", "□", "勾选", "CHECK")


class _Field(NamedTuple):
    """A tag that is filled: ``kind`` is field, item, number or drawn; formats as name and argument.

    Pictures and check boxes are drawn.
    """

    kind: str
    path: Path
    formats: tuple[tuple[str, str | None], ...] = ()


def value_faults(
    claims: Claims,
    payload: Mapping[str, Any],
    keys: Mapping[str, str] = MappingProxyType({}),
    files: Mapping[str, str] | None = None,
    choices: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> Iterator[Unaccounted]:
    """Yield what in ``claims`` is not what the payload makes.

    ``choices`` are the texts that lists of controls show for values, by their tags.

    ``keys`` are the payload's keys for names of fields where a document type has others; ``files`` the paths
    of the files that were sent with it, by name, where they are at hand.
    """
    named = {**payload, **{name: payload.get(key) for name, key in keys.items()}} if keys else payload
    scopes = Scopes(named, claims.entries_of_blocks)
    rich = {} if claims.rich is None else claims.rich.values
    for entry in claims.entries_of_blocks:
        decided = scopes.decided(entry) if entry.is_block else None
        if not entry.is_block or decided == (entry.status, entry.copies, entry.branch):
            continue
        what = "copy_count" if entry.kind == "each" else "branch"
        message = "Its status, copies and branch are not what the task gives."
        yield Unaccounted("", f"$.blocks[{entry.place}]", what, message)
    yield from _drawn_faults(claims, payload, files)
    lines = {block.number for block in claims.blocks}
    for replacement in claims.replacements:
        if any(word in replacement.original_text for word in _DOCUMENT):
            # Few templates have such tags.
            from docops_flask.engine.integrity.subdocument.values import named_value

            named_tag = named_value(replacement.original_text)
            if named_tag is not None:
                if not _is_document(claims, replacement, scopes, keys, named_tag):
                    message = "Its subdocument or payload_path is not what the task gives."
                    yield Unaccounted("", f"$.entries[{replacement.place}]", "value", message)
                continue
        copies, line = replacement.copy, None
        if copies and copies[-1][0] in lines:
            copies, line = copies[:-1], copies[-1][1]
        scope = scopes.of(copies)
        shown = choices.get(replacement.original_text)
        claim = rich.get(replacement.place)
        if scope is None or not _is_what_it_says(replacement, scope, line, keys, shown, claim):
            message = "Its new_text or payload_path is not what the task gives."
            yield Unaccounted("", f"$.entries[{replacement.place}]", "value", message)
    for index, group in enumerate(claims.groups):
        # Few documents have long lists, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.group_values import wrong_entries

        def check(entry: Replacement, scope: Scope) -> bool:
            return _is_what_it_says(entry, scope, None, keys)

        for number in wrong_entries(group, scopes, _plain_name, check, keys):
            message = "Its new_text or payload_path is not what the task gives."
            yield Unaccounted("", f"$.groups[{index}].copies[{number}]", "value", message)


def _is_document(
    claims: Claims, entry: Replacement, scopes: Scopes, keys: Mapping[str, str], tag: str
) -> bool:
    """Say whether an entry of a tag of a document, of a field if it were ``tag``, is what the task makes."""
    from docops_flask.engine.integrity.subdocument.values import is_of_value

    field, scope = _field(tag), scopes.of(entry.copy)
    claim = None if claims.subdocuments is None else claims.subdocuments.values.get(entry.place)
    if field is None or scope is None:
        return claim is None
    value, path = _value(field, scope)
    if entry.payload_path is not None and _with_key(path, keys) != entry.payload_path:
        return False
    return is_of_value(claim, entry.new_text, value)


def _plain_name(original: str) -> str | None:
    """Return the name of a member of an item that a placeholder asks for as it is; ``None`` for others."""
    field = _field(original)
    if field is None or field.kind != "field" or field.formats:
        return None
    names, up, is_root = field.path
    return names[0] if len(names) == 1 and not up and not is_root else None


def _drawn_faults(
    claims: Claims, payload: Mapping[str, Any], files: Mapping[str, str] | None
) -> Iterator[Unaccounted]:
    """Yield the check boxes and pictures that are not what the payload has at the paths that are logged."""
    inside = (each.replacement for each in claims.inline)
    entries: list[Replacement | PlaceReplacement] = [*claims.replacements, *inside, *claims.places]
    texts = {entry.original_text for entry in entries}
    if any(word in text for text in texts for word in _WORDS):
        # Few templates have such tags, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.picture_values import picture_value_faults

        yield from picture_value_faults(claims, payload, files)


def _is_what_it_says(  # noqa: PLR0917, called once
    entry: Replacement,
    scope: Scope,
    line: int | None,
    keys: Mapping[str, str],
    shown: Mapping[str, str] | None = None,
    claim: "RichClaim | None" = None,
) -> bool:
    field = _field(entry.original_text)
    if field is None:
        return True
    value, path = _value(field, scope)
    if entry.payload_path is not None and _with_key(path, keys) != entry.payload_path:
        return False
    if field.kind == "drawn":
        # ``picture_values`` compares it.
        return True
    if is_rich(field.formats):
        # Few values are rich, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.rich.values import is_of_value

        return is_of_value(claim, entry.new_text, value, dict(field.formats).get(_DEFAULT))
    if claim is not None:
        return False
    if shown is None and not field.formats and line is None and type(value) is str and "\r" not in value:
        # Most are such. A newline at the end of a value is dropped.
        return entry.new_text == value.removesuffix("\n")
    try:
        texts = _texts(field, value)
    except ValueError:
        return False
    for text in texts if shown is None else [shown.get(each, each) for each in texts]:
        lines = text.removesuffix("\n").split("\n")
        if line is None:
            is_it = entry.new_text == "\n".join(lines)
        else:
            is_it = 0 <= line < len(lines) and lines[line] == entry.new_text
        if is_it:
            return True
    return False


def _value(field: _Field, scope: Scope) -> tuple[Any, str]:
    if field.kind in ("item", "number"):
        own = scope.up(field.path.up)
        if own is None:
            return None, ""
        return (own.value if field.kind == "item" else own.number), own.path
    return scope.at(field.path)


def _with_key(path: str, keys: Mapping[str, str]) -> str:
    """Return a path with the document type's key in place of the name of its field."""
    match = re.match(r"\$\.([^.\[]*)", path) if keys else None
    return path if match is None else f"$.{keys.get(match[1], match[1])}{path[match.end() :]}"


@lru_cache(maxsize=1024)
def _field(original: str) -> _Field | None:
    """Return the tag that is written ``original``."""
    written = without_ignored(original[1:-1])
    inner = written.strip(_BLANK)
    name = name_in_copies(inner)
    if name is None:
        return None
    is_drawn = _NO_FIELD.match(inner) is not None and code_tag(inner) is None
    formats = formats_of(inner)
    if formats and formats[-1][0] in _WITH_BLANKS and formats[-1][1] is not None:
        # The blanks at the end of a tag belong to it.
        formats[-1] = formats[-1][0], formats[-1][1] + written[len(written.rstrip(_BLANK)) :]
    kind = {".": "item", "#": "number"}.get(name[-1], "field")
    names = name.split(".") if kind == "field" else name.split(".")[:-1]
    if kind == "item":
        names = []
    up = 0
    while up < len(names) and names[up] == "上级":
        up += 1
    is_root = kind == "field" and len(names) > 1 and names[0] == "全文"
    path = Path(tuple(names[up + is_root :]), up, is_root)
    return _Field("drawn", path) if is_drawn else _Field(kind, path, tuple(formats))


def _texts(field: _Field, value: Any) -> list[str]:
    """Return the texts that a tag may make of a value: of a list two, for two languages of paragraphs."""
    arguments = dict(field.formats)
    if value is None or (isinstance(value, str) and not value.strip()):
        if arguments.get(_DEFAULT) is not None:
            return [str(arguments[_DEFAULT])]
        if value is None:
            return [""] if (_OPTIONAL, None) in field.formats else []
    if isinstance(value, (list, tuple)) and any(name in _COUNTING for name in arguments):
        # Few templates have such tags.
        from docops_flask.engine.integrity.list_formats import number_of

        value = number_of(value, field.formats)
        if value is None:
            return []
    if isinstance(value, (list, tuple)):
        return _texts_of_list(field.formats, value)
    text = _as_text(value)
    return [_formatted(field.formats, value if isinstance(value, (int, Decimal)) else text, text)]


def _texts_of_list(formats: tuple[tuple[str, str | None], ...], values: Sequence[Any]) -> list[str]:
    """Return the texts that a list may be: formats before 分隔 are of each item, the others of the whole."""
    before, behind, own = formats[:0], formats, None
    for number, (name, argument) in enumerate(formats):
        if name == _SEPARATOR and argument is not None:
            before, behind, own = formats[:number], formats[number + 1 :], argument
    items = [text for each in values if each is not None for text in [_as_text(each)]]
    items = [_formatted(before, text, text) for text in items]
    texts = []
    for separator in (", ", "、") if own is None else (own.replace("\\n", "\n"),):
        text = separator.join(items)
        default = None if text.strip() else dict(formats).get(_DEFAULT)
        texts.append(_formatted(behind, text, text) if default is None else default)
    return texts


def _formatted(formats: Iterable[tuple[str, str | None]], value: Scalar, text: str) -> str:
    """Return what ``formats`` make of a value whose text is ``text``: blanks stay."""
    if not text.strip():
        return text
    for name, argument in formats:
        made = formatted(value, name if argument is None else f"{name}:{argument}")
        if made is not None:
            value = text = made
    return text


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).replace("\r\n", "\n").replace("\r", "\n")
