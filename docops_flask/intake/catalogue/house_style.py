"""Reads the house style from the plain values of a policy file; every fault names its key and line."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import echo
from docops_flask.engine.policy.key_rules import MAX_FONT_NAME
from docops_flask.engine.policy.policy import (
    ROLES,
    HouseStyle,
    NotChecked,
    PageRules,
    RoleRules,
    Rule,
    Severity,
    TextRules,
)
from docops_flask.engine.policy.rule_kinds import (
    LENGTH,
    MAX_FONTS,
    PAGE_KINDS,
    ROLE_KINDS,
    TEXT_KINDS,
    FontSets,
    RuleKind,
    font_names,
)

KEYS = ("title", "description", "fonts", "page", "roles", "styles", "text", "not_checked")
SEVERITIES = ("error", "warn")
MAX_TEXT = 500
MAX_NOT_CHECKED = 100
LANGUAGES = ("en", "zh")
NOT_CHECKED_KEYS = ("source", *LANGUAGES)
_DEFAULT_KEYS = ("severity", "source")
_RULE_KEYS = ("value", *_DEFAULT_KEYS, "tolerance")

# What a mapping of the file is read to: key to its value and its line (from 1).
Entries = Mapping[str, tuple[Any, int]]
# One of them: its path (roles.title.size_pt), its value, its line.
_Entry = tuple[str, Any, int]


class _Defaults(NamedTuple):
    """Severity and source of the rules of a part that have none of their own."""

    severity: Severity = "error"
    source: str | None = None


class PolicyFault(ValueError):
    """A policy that cannot be used.

    ``key`` is the path of the faulty key (``roles.title.size_pt``), ``line`` counts from 1; both may be
    ``None``.
    """

    def __init__(self, message: str, key: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.key = key
        self.line = line


def read_house_style(entries: Entries) -> HouseStyle:
    """Return the house style of a policy file; ``entries`` are those of its keys that are in ``KEYS``.

    Raises ``PolicyFault``.
    """
    sets = _font_sets(entries)
    return HouseStyle(
        title=_words("title", entries),
        description=_words("description", entries),
        page=PageRules(**_rules("page", _section("page", entries), PAGE_KINDS, sets)),
        roles=_roles(_section("roles", entries), sets),
        styles=_styles(_section("styles", entries)),
        text=TextRules(**_rules("text", _section("text", entries), TEXT_KINDS, sets)),
        not_checked=tuple(_not_checked(entries)),
    )


def nearest(key: str, known: Iterable[str]) -> str:
    """Return a hint at the key that was probably meant, "" when none is similar."""
    near = difflib.get_close_matches(key[:64], list(known), n=1)
    return f"; {near[0]} was probably meant" if near else ""


def shown(key: str) -> str:
    """Return a key of a policy as messages name it; an empty one as a pair of quotes."""
    return echo(key) or '""'


def _section(name: str, entries: Entries) -> Entries:
    if name not in entries:
        return {}
    return _mapping(name, *entries[name])


def _mapping(path: str, value: Any, line: int) -> Entries:
    if not isinstance(value, dict):
        raise PolicyFault(f"{path} must be a mapping of keys to values.", path, line)
    return value


def _known(path: str, entries: Entries, allowed: Iterable[str]) -> Iterator[tuple[str, Any, int]]:
    allowed = tuple(allowed)
    for key, (value, line) in entries.items():
        if key not in allowed:
            name = f"{path}.{shown(key)}"
            raise PolicyFault(f"{name} is not a key of a policy{nearest(key, allowed)}.", name, line)
        yield key, value, line


def _words(name: str, entries: Entries) -> Bilingual | None:
    if name not in entries:
        return None
    line = entries[name][1]
    texts: dict[str, str] = {}
    for language, value, at in _known(name, _mapping(name, *entries[name]), LANGUAGES):
        texts[language] = _text(f"{name}.{language}", value, at)
    for language in LANGUAGES:
        if language not in texts:
            key = f"{name}.{language}"
            raise PolicyFault(f"the key {key} is missing; give the text in both languages.", key, line)
    return Bilingual(**texts)


def _text(path: str, value: Any, line: int) -> str:
    usable = isinstance(value, str) and len(value.strip()) > 0 and len(value) <= MAX_TEXT
    if not usable or not value.isprintable():
        raise PolicyFault(f"{path} must be one line of text, up to {MAX_TEXT} characters.", path, line)
    return str(value)


def _not_checked(entries: Entries) -> Iterator[NotChecked]:
    if "not_checked" not in entries:
        return
    items, line = entries["not_checked"]
    if not isinstance(items, list) or len(items) > MAX_NOT_CHECKED:
        raise PolicyFault(
            f"not_checked must be a list of up to {MAX_NOT_CHECKED} clauses.", "not_checked", line
        )
    for number, item in enumerate(items):
        path = f"not_checked.{number}"
        given = {
            key: _text(f"{path}.{key}", value, at)
            for key, value, at in _known(path, _mapping(path, item, line), NOT_CHECKED_KEYS)
        }
        for key in NOT_CHECKED_KEYS:
            if key not in given:
                raise PolicyFault(f"the key {path}.{key} is missing.", f"{path}.{key}", line)
        yield NotChecked(given["source"], Bilingual(given["en"], given["zh"]))


def _font_sets(entries: Entries) -> FontSets:
    sets: dict[str, tuple[str, ...]] = {}
    for name, (value, line) in _section("fonts", entries).items():
        path = f"fonts.{shown(name)}"
        names = font_names(value, {}) if isinstance(value, list) else None
        if names is None or len(name) > MAX_FONT_NAME:
            raise PolicyFault(f"{path} must be a list of 1 to {MAX_FONTS} names of fonts.", path, line)
        sets[name] = names
    return sets


def _roles(entries: Entries, sets: FontSets) -> dict[str, RoleRules]:
    roles = {}
    for role, value, line in _known("roles", entries, ROLES):
        path = f"roles.{role}"
        roles[role] = RoleRules(**_rules(path, _mapping(path, value, line), ROLE_KINDS, sets))
    return roles


def _styles(entries: Entries) -> dict[str, str]:
    styles = {}
    for name, (role, line) in entries.items():
        path = f"styles.{shown(name)}"
        if role not in ROLES:
            raise PolicyFault(f"{path} must be a role: {', '.join(ROLES)}.", path, line)
        styles[name.casefold()] = role
    return styles


def _rules(path: str, entries: Entries, kinds: Mapping[str, RuleKind], sets: FontSets) -> dict[str, Any]:
    """Return the rules of a part; its ``severity`` and ``source`` hold for those that have none."""
    defaults = _defaults(path, entries, _Defaults())
    rules: dict[str, Any] = {}
    for key, value, line in _known(path, entries, (*kinds, *_DEFAULT_KEYS)):
        if key in kinds and value is not None:
            rules[key] = _rule((f"{path}.{key}", value, line), kinds[key], sets, defaults)
    return rules


def _rule(entry: _Entry, kind: RuleKind, sets: FontSets, defaults: _Defaults) -> Rule[Any]:
    path, value, line = entry
    tolerance = None
    if isinstance(value, dict):
        given = value
        for _ in _known(path, given, _RULE_KEYS):
            pass
        if "value" not in given:
            raise PolicyFault(f"the key {path}.value is missing.", f"{path}.value", line)
        defaults = _defaults(path, given, defaults)
        if "tolerance" in given:
            given_tolerance, at = given["tolerance"]
            tolerance = _read((f"{path}.tolerance", given_tolerance, at), LENGTH, sets)
        value, line = given["value"]
        path = f"{path}.value"
    return Rule(_read((path, value, line), kind, sets), defaults.severity, defaults.source, tolerance)


def _read(entry: _Entry, kind: RuleKind, sets: FontSets) -> Any:
    path, value, line = entry
    read = kind.read(value, sets)
    if read is None:
        raise PolicyFault(f"{path} must be {kind.wanted}.", path, line)
    return read


def _defaults(path: str, entries: Entries, outer: _Defaults) -> _Defaults:
    severity, source = outer.severity, outer.source
    if "severity" in entries:
        given, line = entries["severity"]
        if given not in SEVERITIES:
            raise PolicyFault(f"{path}.severity must be error or warn.", f"{path}.severity", line)
        severity = given
    if "source" in entries:
        source = _text(f"{path}.source", *entries["source"])
    return _Defaults(severity, source)
