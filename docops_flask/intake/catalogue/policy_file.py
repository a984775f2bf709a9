"""Reads a policy file into the ``Policy`` that the engine receives.

The text comes from outside, so it is read event by event, and everything that a policy does not need is
refused before anything is built: aliases, anchors, tags, merge keys, further documents, deep nesting.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import yaml

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.policy.key_rules import KEY_RULES, NUMBER_KEYS
from docops_flask.engine.policy.policy import KEYS, OPEN_POLICY, Policy
from docops_flask.intake.catalogue import house_style
from docops_flask.intake.catalogue.house_style import PolicyFault, nearest, read_house_style, shown

MAX_BYTES = 64 * 1024
MAX_DEPTH = 5

# Everything YAML 1.1 calls printable, and the byte order mark a text may begin with (5.1, 5.2).
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}\Z")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}\.[0-9]{1,9}\Z")
_TAG = "tag:yaml.org,2002:"

# Key to its value and its line (from 1); a mapping inside is of the same kind.
Entries = dict[str, tuple[Any, int]]


def read_entries(text: str | bytes) -> Entries:
    """Return the keys of the mapping that ``text`` is, with their values and lines.

    Raises ``PolicyFault``: the text is larger than 64 KiB, not UTF-8, not YAML or not a mapping, or it uses
    features of YAML that are refused.
    """
    decoded = _decoded(text)
    try:
        return _Reader(decoded).read_document()
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise PolicyFault("the policy is not valid YAML.", line=line) from error
    except PolicyFault:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets errors of int() and chr() through for some directives and escapes.
        raise PolicyFault("the policy is not valid YAML.") from error


def number_of(text: str) -> int | float | str:
    """Return the number that ``text`` holds, written as a plain decimal; other text as it is."""
    trimmed = text.strip()
    if _INTEGER.match(trimmed) and not _has_leading_zero(trimmed):
        return int(trimmed)
    return float(trimmed) if _DECIMAL.match(trimmed) else text


def _decoded(text: str | bytes) -> str:
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > MAX_BYTES:
            raise PolicyFault(f"the policy is larger than {MAX_BYTES} bytes.")
        decoded = data.decode("utf-8-sig")
    except UnicodeError as error:
        raise PolicyFault("the policy is not UTF-8 text; save it as UTF-8.") from error
    control = _CONTROL.search(decoded)
    if control:
        line = decoded.count("\n", 0, control.start()) + 1
        raise PolicyFault("the policy has a control character; delete it.", line=line)
    return decoded


class _Reader:
    """Builds plain values from the events of one document; what is refused is never built."""

    def __init__(self, text: str) -> None:
        self._loader = yaml.SafeLoader(text)
        # The policy's key whose value is being read, for the error that names it.
        self._key: str | None = None

    def read_document(self) -> Entries:
        events = self._events()
        entries: Entries | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._key = None
                    raise self._refused("the policy holds more than one document.", event)
                if event.tags:
                    raise self._refused("tags are not accepted in a policy.", event)
            elif isinstance(event, yaml.MappingStartEvent) and entries is None:
                entries = self._mapping(events, 1)
            elif isinstance(event, yaml.NodeEvent) and entries is None:
                break
        if entries is None:
            raise PolicyFault("the policy must be a mapping of keys to values.")
        return entries

    def _events(self) -> Iterator[Any]:
        while self._loader.check_event():
            event = self._loader.get_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise self._refused("anchors and aliases are not accepted in a policy.", event)
            if getattr(event, "tag", None) is not None:
                raise self._refused("tags are not accepted in a policy.", event)
            yield event

    def _mapping(self, events: Iterator[Any], depth: int) -> Entries:
        entries: Entries = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events, depth + 1)
            if not isinstance(key, str):
                raise PolicyFault("a key of a policy must be a plain word.", line=_line(event))
            if key in entries:
                raise PolicyFault(f"the key {shown(key)} is given twice.", line=_line(event), key=shown(key))
            if depth == 1:
                self._key = shown(key)
            entries[key] = (self._value(next(events), events, depth + 1), _line(event))
            if depth == 1:
                self._key = None
        return entries

    def _refused(self, problem: str, event: Any) -> PolicyFault:
        return PolicyFault(problem, line=_line(event), key=self._key)

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise self._refused(f"the policy is nested deeper than {MAX_DEPTH} levels.", event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, depth)
        values = []
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            values.append(self._value(inner, events, depth + 1))
        return values

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        """Return the scalar as YAML 1.1 types it; ``_UNUSABLE`` for a type that policies do not use."""
        tag = self._loader.resolve(  # type: ignore[no-untyped-call]
            yaml.ScalarNode, event.value, event.implicit
        )
        kind = tag.removeprefix(_TAG)
        if kind == "merge":
            raise PolicyFault(
                "merge keys are not accepted in a policy.", line=_line(event), key=self._key or "<<"
            )
        if kind == "str":
            return event.value
        if kind == "null":
            return None
        if kind == "bool":
            return event.value.lower() in ("true", "yes", "on")
        # Only plain decimals are numbers: YAML 1.1 reads 0x1F, 017, 1_000 and 1:30 as people do not expect.
        if kind == "int" and _INTEGER.match(event.value) and not _has_leading_zero(event.value):
            return int(event.value)
        if kind == "float" and _DECIMAL.match(event.value):
            return float(event.value)
        return _UNUSABLE


class _Unusable:
    """Stands for a scalar that is neither text, a decimal number, true, false nor null."""


_UNUSABLE = _Unusable()


def _has_leading_zero(digits: str) -> bool:
    unsigned = digits.lstrip("+-")
    return len(unsigned) > 1 and unsigned.startswith("0")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


__all__ = ["FIELD", "MAX_BYTES", "parse_policy", "read_policy"]

FIELD = "policy_yaml"
_VERSION = "version"
_OF_VERSION_2 = (*KEYS, *house_style.KEYS)


def parse_policy(text: str | bytes) -> Policy:
    """Return the policy that ``text``, sent with a job, describes.

    Raises ``InvalidArgument`` with ``field="policy_yaml"``, and with ``key`` and ``line`` (from 1) where the
    fault has them; see ``read_policy``.
    """
    try:
        return read_policy(text)
    except PolicyFault as fault:
        place = f" (line {fault.line})" if fault.line is not None else ""
        detail: dict[str, Any] = {"key": fault.key, "line": fault.line}
        given = {name: value for name, value in detail.items() if value is not None}
        raise InvalidArgument(f"{FIELD}{place}: {fault.message}", field=FIELD, **given) from fault


def read_policy(text: str | bytes, name: str | None = None) -> Policy:
    """Return the policy that ``text`` describes, under ``name``.

    Raises ``PolicyFault``: the text is larger than 64 KiB, not UTF-8, not YAML or not a mapping; a key is
    unknown or given twice; a value has the wrong type or is out of its range (``engine.policy.key_rules``,
    ``engine.policy.rule_kinds``).
    """
    entries = read_entries(text)
    is_version_2 = _version(entries) == 2
    allowed = _OF_VERSION_2 if is_version_2 else KEYS
    for key, (_, line) in entries.items():
        if key not in allowed and key != _VERSION:
            if key in _OF_VERSION_2:
                raise PolicyFault(f"{key} needs a policy with version: 2.", key, line)
            raise PolicyFault(
                f"{shown(key)} is not a key of a policy{nearest(key, allowed)}.", shown(key), line
            )
    values = _document_rules(entries, is_version_2)
    if is_version_2:
        values["house_style"] = read_house_style(entries)
    data = text.encode() if isinstance(text, str) else text
    return Policy(**values, name=name, sha256=hashlib.sha256(data).hexdigest())


def _version(entries: Entries) -> int:
    version, line = entries.get(_VERSION, (1, 0))
    if version not in (1, 2) or isinstance(version, bool):
        raise PolicyFault("version must be 1 or 2.", _VERSION, line)
    return int(version)


def _document_rules(entries: Entries, is_version_2: bool) -> dict[str, Any]:
    """Return the rules for the whole document.

    For a key that the file leaves out, version 1 has the default policy's rule; version 2 does not check it.
    """
    unnamed = OPEN_POLICY if is_version_2 else Policy()
    values: dict[str, Any] = {}
    for key in KEYS:
        if key not in entries:
            values[key] = getattr(unnamed, key)
            continue
        value, line = entries[key]
        if not is_version_2 and key in NUMBER_KEYS and isinstance(value, str):
            value = number_of(value)
        if not KEY_RULES[key].accepts(value):
            raise PolicyFault(f"{key} must be {KEY_RULES[key].wanted}.", key, line)
        values[key] = tuple(value) if isinstance(value, list) else value
    return values
