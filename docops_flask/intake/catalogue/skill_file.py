"""Reads a document type from its TOML file: the keys, what they accept, their defaults."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any, cast

from docops_flask.engine.bilingual import LANGUAGES, Bilingual
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.skills.skill import Field, FieldType, Lines, Skill, Wording
from docops_flask.engine.template.names import is_name
from docops_flask.intake.catalogue.catalogue import CatalogueError

# Characters that XML 1.0 does not allow (2.2), and line ends.
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_NOT_A_SEPARATOR = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
}


class SpecTable:
    """A TOML table at ``path`` (``""`` for the whole file) of the file ``file``.

    Every reading method raises ``CatalogueError``; ``finish`` refuses the keys that were not read.
    """

    def __init__(self, file: str, path: str, content: dict[str, Any]) -> None:
        self._file = file
        self._path = path
        self._content = content
        self._read: list[str] = []

    def error(self, key: str, problem: str, accepted: str) -> CatalogueError:
        """Return the error about ``key`` (``""``: the table itself)."""
        where = self.path_of(key) if key else self._path
        place = f"{self._file}: {where}" if where else self._file
        return CatalogueError(f"{place}: {problem}; {accepted}")

    def path_of(self, key: str) -> str:
        """Return the dotted path of ``key`` within the file."""
        shown = echo(key)
        return f"{self._path}.{shown}" if self._path else shown

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return the one-line text under ``key``, without white space around it."""
        value = self._get(key, str, "one line of text", required=default is None)
        if value is None:
            return default or ""
        return self._one_line(key, value)

    def optional_text(self, key: str) -> str | None:
        """Return the one-line text under ``key``, or ``None`` without it."""
        self._note(key)
        return self.text(key) if key in self._content else None

    def choice(self, key: str, allowed: Sequence[str], *, default: str) -> str:
        """Return the text under ``key``, one of ``allowed``."""
        value = self.text(key, default=default)
        if value not in allowed:
            raise self.error(key, f"'{echo(value)}' is unknown", f"use {' or '.join(allowed)}")
        return value

    def switch(self, key: str, *, default: bool) -> bool:
        """Return the boolean under ``key``."""
        value = self._get(key, bool, "true or false", required=False)
        return default if value is None else bool(value)

    def number(self, key: str, allowed: Sequence[int], *, default: int) -> int:
        """Return the whole number under ``key``, one of ``allowed``."""
        accepted = " or ".join(map(str, allowed))
        value = self._get(key, int, accepted, required=False)
        if value is not None and value not in allowed:
            raise self.error(key, f"{value} is unknown", f"use {accepted}")
        return default if value is None else int(value)

    def separator(self, key: str) -> str | None:
        """Return the text under ``key``; it may be white space, line ends and tabs among it.

        ``None`` without it.
        """
        value = self._get(key, str, 'text such as ", "', required=False)
        if value is not None and _NOT_A_SEPARATOR.search(value):
            raise self.error(key, "holds a control character", 'use text such as ", ", "、" or "\\n"')
        return None if value is None else str(value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return the list of one-line texts under ``key``; empty without it unless ``required``."""
        items = self._get(key, list, "a list of texts", required=required) or []
        return self._one_lines(key, items)

    def rows(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return the list of lists of texts under ``key``; empty without it."""
        rows = self._get(key, list, "a list of rows", required=False) or []
        for number, row in enumerate(rows):
            if not isinstance(row, list):
                raise self.error(f"{key}[{number}]", f"is {_kind(row)}", "use a list of texts")
        return tuple(self._one_lines(f"{key}[{number}]", row) for number, row in enumerate(rows))

    def table(self, key: str) -> "SpecTable":
        """Return the table under ``key``."""
        content = self._get(key, dict, "a table", required=True)
        return SpecTable(self._file, self.path_of(key), content)

    def optional_table(self, key: str) -> "SpecTable | None":
        """Return the table under ``key``, or ``None`` without it."""
        self._note(key)
        return self.table(key) if key in self._content else None

    def tables(self, key: str) -> list["SpecTable"]:
        """Return the array of tables under ``key``; at least one."""
        wanted = f"one [[{key}]] table for each"
        items = self._get(key, list, wanted, required=True)
        if not items:
            raise self.error(key, "is empty", f"use {wanted}")
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                raise self.error(f"{key}[{number}]", f"is {_kind(item)}", f"use {wanted}")
        return [
            SpecTable(self._file, f"{self.path_of(key)}[{number}]", item) for number, item in enumerate(items)
        ]

    def given(self) -> tuple[str, ...]:
        """Return the keys of the table."""
        return tuple(self._content)

    def unknown_keys(self) -> list[CatalogueError]:
        """Return an error for every key that was not read."""
        accepted = f"use {', '.join(self._read)}"
        return [self.error(key, "unknown key", accepted) for key in self._content if key not in self._read]

    def finish(self) -> None:
        """Refuse the first key that was not read."""
        for error in self.unknown_keys():
            raise error

    def _get(self, key: str, kind: type, wanted: str, *, required: bool) -> Any:
        self._note(key)
        if key not in self._content:
            if required:
                raise self.error(key, "missing", f"give {wanted}")
            return None
        value = self._content[key]
        # Not isinstance: in Python a bool is an int.
        if type(value) is not kind:
            raise self.error(key, f"is {_kind(value)}", f"use {wanted}")
        return value

    def _note(self, key: str) -> None:
        if key not in self._read:
            self._read.append(key)

    def _one_lines(self, key: str, items: list[Any]) -> tuple[str, ...]:
        for number, item in enumerate(items):
            if not isinstance(item, str):
                raise self.error(f"{key}[{number}]", f"is {_kind(item)}", "use one line of text")
        return tuple(self._one_line(f"{key}[{number}]", item) for number, item in enumerate(items))

    def _one_line(self, key: str, value: str) -> str:
        if _NOT_ONE_LINE.search(value):
            raise self.error(key, "holds a line end or a control character", "use one line of text")
        if not value.strip():
            raise self.error(key, "is empty", "use one line of text")
        return value.strip()


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a date or time")


_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAME_HINT = "use a small letter, then small letters, digits and _, 64 at most, such as meeting_notice"
# The placeholder grammar of contract section 8.
_PLACEHOLDER = re.compile(r"(?=.*[A-Z])[A-Z0-9_]{1,64}")
_PLACEHOLDER_HINT = "use capitals, digits and _, with a letter among them, 64 at most, such as MEETING_DATE"
_BRACKETS = re.compile("【([^【】]*)】|[【】]")
_LINES: tuple[Lines, ...] = ("breaks", "paragraphs")


def parse_spec(file: str, content: bytes) -> Skill:
    """Return the skill that ``content``, a TOML file (1.0) by the name ``file``, describes.

    Raises ``CatalogueError`` for bad UTF-8, bad TOML, a key that is missing, unknown or of the wrong type, a
    name that cannot be used, and a key or placeholder that two fields share.
    """
    table = SpecTable(file, "", read_toml(file, content))
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise table.error("name", f"'{echo(name)}' cannot be used", _NAME_HINT)
    title, description = label_of(table.table("title")), label_of(table.table("description"))
    grammar = table.number("grammar", (1, 2), default=1)
    fields = _fields(table, grammar)
    wordings = _wordings(table, {field.placeholder for field in fields})
    file_name = table.optional_text("file_name")
    table.finish()
    skill = Skill(name, title, description, fields, wordings["zh"], wordings["en"], grammar, file_name)
    if file_name is not None:
        _check_pattern(table, skill, file_name)
    return skill


def _check_pattern(table: SpecTable, skill: Skill, pattern: str) -> None:
    # Imported here: most types have none, and the shell's commands start sooner.
    from docops_flask.engine.template.name_pattern import read_name_pattern

    try:
        read_name_pattern(pattern).refuse_unknown_names(skill)
    except InvalidArgument as error:
        problem, _, accepted = error.message.partition(": ")[2].rstrip(".").partition("; ")
        raise table.error("file_name", problem, accepted) from None


def read_toml(file: str, content: bytes, page: str = "docs/skills.md") -> dict[str, Any]:
    """Return the tables of ``content``, a TOML file by the name ``file``; ``page`` describes its keys.

    Raises ``CatalogueError``.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except ValueError as error:  # TOMLDecodeError, and an integer of more digits than Python reads
        raise CatalogueError(
            f"{file}: not valid TOML: {' '.join(str(error).split())}; see https://toml.io"
        ) from None
    except RecursionError:
        raise CatalogueError(f"{file}: nested too deeply; use the keys of {page}") from None


def label_of(table: SpecTable) -> Bilingual:
    """Return the text in English and Chinese that ``table`` holds as ``en`` and ``zh``."""
    label = Bilingual(en=table.text("en"), zh=table.text("zh"))
    table.finish()
    return label


def _fields(table: SpecTable, grammar: int) -> tuple[Field, ...]:
    fields: list[Field] = []
    for each in table.tables("fields"):
        field = _field(each, grammar)
        if any(field.key == other.key for other in fields):
            raise each.error("key", f"{field.key} is given twice", "give every field a key of its own")
        if any(field.placeholder == other.placeholder for other in fields):
            raise each.error(
                "placeholder",
                f"{field.placeholder} is given twice",
                "give every field a placeholder of its own",
            )
        fields.append(field)
    return tuple(fields)


def _field(table: SpecTable, grammar: int) -> Field:
    key = table.text("key")
    if not (_NAME.fullmatch(key) or (grammar == 2 and is_name(key))):
        raise table.error("key", f"'{echo(key)}' cannot be used", _NAME_HINT)
    placeholder = table.text("placeholder", default=key.upper() if _NAME.fullmatch(key) else key)
    if not (_PLACEHOLDER.fullmatch(placeholder) or (grammar == 2 and is_name(placeholder))):
        raise table.error("placeholder", f"'{echo(placeholder)}' cannot be used", _PLACEHOLDER_HINT)
    label = label_of(table.table("label"))
    description = table.optional_table("description")
    kind = cast(FieldType, table.choice("type", ("text", "list"), default="text"))
    is_list = kind == "list"
    field = Field(
        key=key,
        label=label,
        type=kind,
        required=table.switch("required", default=False),
        placeholder=placeholder,
        example=table.texts("example", required=True) if is_list else table.text("example"),
        description=label if description is None else label_of(description),
        separator=table.separator("separator") if is_list else None,
        lines=cast(Lines, table.choice("lines", _LINES, default="breaks")),
    )
    table.finish()
    return field


def _wordings(table: SpecTable, placeholders: set[str]) -> dict[str, Wording | None]:
    template = table.optional_table("template")
    if template is None:
        return dict.fromkeys(LANGUAGES)
    tables = {language: template.optional_table(language) for language in LANGUAGES}
    template.finish()
    return {
        language: None if each is None else _wording(each, placeholders) for language, each in tables.items()
    }


def _wording(table: SpecTable, placeholders: set[str]) -> Wording:
    wording = Wording(
        title=table.text("title"),
        letterhead=table.optional_text("letterhead"),
        number=table.optional_text("number"),
        recipient=table.optional_text("recipient"),
        body=table.texts("body"),
        table=table.rows("table"),
        after_table=table.texts("after_table"),
        closing=table.optional_text("closing"),
        signature=table.optional_text("signature"),
        date=table.optional_text("date"),
    )
    table.finish()
    for number, row in enumerate(wording.table):
        if len(row) not in (2, 4):
            raise table.error(
                f"table[{number}]", f"has {len(row)} cells", "use one or two pairs of label and value"
            )
    _refuse_unknown_placeholders(table, wording, placeholders)
    return wording


def _refuse_unknown_placeholders(table: SpecTable, wording: Wording, placeholders: set[str]) -> None:
    accepted = f"use {', '.join(f'【{name}】' for name in sorted(placeholders))}"
    for text in wording.texts():
        for match in _BRACKETS.finditer(text):
            if match[1] not in placeholders:
                raise table.error(
                    "", f"{match[0]} in '{echo(text)}' is not a placeholder of this skill", accepted
                )
