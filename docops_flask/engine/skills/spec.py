"""One TOML file to one ``Skill``: which keys there are, what they accept, what they default to."""

import re
import tomllib
from typing import Any, cast

from docops_flask.engine.skills.skill import Field, FieldType, Label, Skill
from docops_flask.engine.skills.spec_table import SkillSpecError, SpecTable, shown_value
from docops_flask.engine.skills.wording import LANGUAGES, Wording

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NAME_HINT = "use a small letter, then small letters, digits and _, 64 at most, such as meeting_notice"
# The placeholder grammar of contract section 8.
_PLACEHOLDER = re.compile(r"(?=.*[A-Z])[A-Z0-9_]{1,64}")
_PLACEHOLDER_HINT = "use capitals, digits and _, with a letter among them, 64 at most, such as MEETING_DATE"
_BRACKETS = re.compile("【([^【】]*)】|[【】]")
_DEFAULT_SEPARATOR = ", "


def parse_spec(file: str, content: bytes) -> Skill:
    """Return the skill that ``content``, a TOML file (1.0) by the name ``file``, describes.

    Raises ``SkillSpecError`` for bad UTF-8, bad TOML, a key that is missing, unknown or of the wrong type, a
    name that cannot be used, and a key or placeholder that two fields share.
    """
    table = SpecTable(file, "", _toml(file, content))
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise table.error("name", f"{shown_value(name)} cannot be used", _NAME_HINT)
    title, description = _label(table.table("title")), _label(table.table("description"))
    fields = _fields(table)
    wordings = _wordings(table, {field.placeholder for field in fields})
    table.finish()
    return Skill(name, title, description, fields, wording_zh=wordings["zh"], wording_en=wordings["en"])


def _toml(file: str, content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SkillSpecError(f"{file}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except ValueError as error:  # TOMLDecodeError, and an integer of more digits than Python reads
        raise SkillSpecError(
            f"{file}: not TOML: {' '.join(str(error).split())}; see https://toml.io"
        ) from None
    except RecursionError:
        raise SkillSpecError(f"{file}: nested too deeply; use the keys of docs/skills.md") from None


def _label(table: SpecTable) -> Label:
    label = Label(en=table.text("en"), zh=table.text("zh"))
    table.finish()
    return label


def _fields(table: SpecTable) -> tuple[Field, ...]:
    fields: list[Field] = []
    for each in table.tables("fields"):
        field = _field(each)
        if any(field.key == other.key for other in fields):
            raise each.error("key", f"{field.key} is there twice", "give every field a key of its own")
        if any(field.placeholder == other.placeholder for other in fields):
            raise each.error(
                "placeholder",
                f"{field.placeholder} is there twice",
                "give every field a placeholder of its own",
            )
        fields.append(field)
    return tuple(fields)


def _field(table: SpecTable) -> Field:
    key = table.text("key")
    if not _NAME.fullmatch(key):
        raise table.error("key", f"{shown_value(key)} cannot be used", _NAME_HINT)
    placeholder = table.text("placeholder", default=key.upper())
    if not _PLACEHOLDER.fullmatch(placeholder):
        raise table.error("placeholder", f"{shown_value(placeholder)} cannot be used", _PLACEHOLDER_HINT)
    label = _label(table.table("label"))
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
        description=label if description is None else _label(description),
        separator=table.separator("separator", _DEFAULT_SEPARATOR) if is_list else _DEFAULT_SEPARATOR,
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
                    "", f"{match[0]} in {shown_value(text)} is no placeholder of this skill", accepted
                )
