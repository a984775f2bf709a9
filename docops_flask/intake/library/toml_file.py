"""Reads NAME.toml, which stands beside a template of the library and says how it is used."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, TypeVar

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import DocopsError, echo
from docops_flask.engine.job import OPEN_TYPE
from docops_flask.engine.options import CHOICES, FIELD_ORDER, SWITCHES, resolve_options
from docops_flask.engine.template.name_pattern import read_name_pattern
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.catalogue.skill_file import SpecTable, label_of, read_toml

MAX_BYTES = 64 * 1024
_SHA256 = re.compile("[0-9a-f]{64}")
# ``strict`` is another word for format_mode = "strict"; the others have keys of their own, or none.
_NOT_OPTIONS = ("skill", "policy", "policy_yaml", "name", "strict")
OPTIONS = tuple(name for name in FIELD_ORDER if name not in _NOT_OPTIONS)
_NO_TEXT = Bilingual("", "")

T = TypeVar("T")


class Declared(NamedTuple):
    """What a TOML file says of its template; ``None`` and empty where it says nothing.

    ``options`` are form fields with their values as a form has them; ``labels`` are the words for people of
    the template's fields.
    """

    title: Bilingual | None = None
    description: Bilingual = _NO_TEXT
    labels: Mapping[str, Bilingual] = {}
    document_type: str | None = None
    policy: str | None = None
    name_pattern: str | None = None
    options: Mapping[str, str] = {}
    approved_sha256: str | None = None

    def as_fields(self) -> dict[str, str]:
        """Return options, policy and pattern as the form fields that they are defaults of."""
        return as_fields(self.options, self.policy, self.name_pattern)


def as_fields(options: Mapping[str, str], policy: str | None, name_pattern: str | None) -> dict[str, str]:
    """Return ``options``, the name of a policy and the pattern of the file's name as form fields."""
    given = {"policy": policy, "name": name_pattern}
    return {**options, **{name: value for name, value in given.items() if value is not None}}


class _Collector:
    """Reads keys one by one and collects what is wrong with them, so that one start shows every fault."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def take(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what ``read`` returns; ``otherwise`` if it raises."""
        try:
            return read()
        except CatalogueError as error:
            self.faults.append(str(error))
        except DocopsError as error:
            self.faults.append(error.message)
        return otherwise


def read_declared(file: str, content: bytes, office: Office) -> tuple[Declared, list[str]]:
    """Return what ``content``, a TOML file (1.0) by the name ``file``, says, and a line for each fault."""
    collect = _Collector()
    if len(content) > MAX_BYTES:
        return Declared(), [f"{file}: larger than {MAX_BYTES} bytes; use the keys of docs/library.md"]
    tables = collect.take(lambda: read_toml(file, content, "docs/library.md"), None)
    if tables is None:
        return Declared(), collect.faults
    table = SpecTable(file, "", tables)
    options: dict[str, str] = collect.take(lambda: _options(table, collect), {})
    policy = collect.take(lambda: _known(table, "policy", office.policies.names()), None)
    types = (*office.skills.names(), *(() if office.skills.get(OPEN_TYPE) else (OPEN_TYPE,)))
    declared = Declared(
        title=collect.take(lambda: _bilingual(table, "title"), None),
        description=collect.take(lambda: _bilingual(table, "description"), None) or _NO_TEXT,
        labels=collect.take(lambda: _labels(table, collect), {}),
        document_type=collect.take(lambda: _known(table, "document_type", types), None),
        policy=policy,
        name_pattern=collect.take(lambda: _name_pattern(table), None),
        options=options,
        approved_sha256=collect.take(lambda: _approved(table), None),
    )
    collect.faults += map(str, table.unknown_keys())
    collect.take(lambda: _check_together(file, declared), None)
    collect.take(lambda: _check_names(table, declared, office), None)
    return declared, collect.faults


def _bilingual(table: SpecTable, key: str) -> Bilingual | None:
    found = table.optional_table(key)
    return None if found is None else label_of(found)


def _known(table: SpecTable, key: str, names: tuple[str, ...]) -> str | None:
    name = table.optional_text(key)
    if name is not None and name not in names:
        raise table.error(key, f"'{echo(name)}' is unknown", f"use one of {', '.join(names)}")
    return name


def _name_pattern(table: SpecTable) -> str | None:
    text = table.optional_text("name")
    if text is not None:
        try:
            read_name_pattern(text)
        except DocopsError as error:
            problem, _, accepted = error.message.removeprefix("name: ").partition("; ")
            raise table.error("name", problem, accepted.removesuffix(".")) from None
    return text


def _approved(table: SpecTable) -> str | None:
    text = table.optional_text("approved_sha256")
    if text is not None and not _SHA256.fullmatch(text.lower()):
        raise table.error("approved_sha256", "is no SHA-256", "use 64 hexadecimal digits")
    return None if text is None else text.lower()


def _labels(table: SpecTable, collect: _Collector) -> dict[str, Bilingual]:
    labels = table.optional_table("labels")
    if labels is None:
        return {}
    read: dict[str, Bilingual] = {}
    for key in labels.given():
        label = collect.take(partial(_bilingual, labels, key), None)
        if label is not None:
            read[key] = label
    return read


def _options(table: SpecTable, collect: _Collector) -> dict[str, str]:
    options = table.optional_table("options")
    if options is None:
        return {}
    read: dict[str, str] = {}
    for name in OPTIONS:
        value = collect.take(partial(_option, options, name), None)
        if value is not None:
            read[name] = value
    collect.faults += map(str, options.unknown_keys())
    return read


def _option(options: SpecTable, name: str) -> str | None:
    if name in SWITCHES:
        given = name in options.given()
        value = options.switch(name, default=False)
        return str(value).lower() if given else None
    text = options.optional_text(name)
    # Other forms of the report stand behind its value; they are checked with all options together.
    chosen = text.partition(",")[0] if text is not None and name == "format_report" else text
    if chosen is not None and name in CHOICES and chosen not in CHOICES[name]:
        raise options.error(name, f"'{echo(chosen)}' is unknown", f"use {' or '.join(CHOICES[name])}")
    return text


def _check_names(table: SpecTable, declared: Declared, office: Office) -> None:
    """Refuse a pattern with names that the document type does not have."""
    skill = None if declared.document_type is None else office.skills.get(declared.document_type)
    if skill is not None and declared.name_pattern is not None:
        try:
            read_name_pattern(declared.name_pattern).refuse_unknown_names(skill)
        except DocopsError as error:
            problem, _, accepted = error.message.removeprefix("name: ").partition("; ")
            raise table.error("name", problem, accepted.removesuffix(".")) from None


def _check_together(file: str, declared: Declared) -> None:
    try:
        resolve_options(declared.as_fields())
    except DocopsError as error:
        raise CatalogueError(f"{file}: options: {error.message.removesuffix('.')}") from None
