"""A policy file's text to its keys, values and lines; the only module that knows YAML.

The text comes from outside, so it is read event by event and everything a policy does not need is
refused before anything is built: aliases, anchors, tags, merge keys, further documents, deep nesting.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from docops_flask.engine.policy.house_style_reader import PolicyFault, shown

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

    Raises ``PolicyFault``: the text is larger than 64 KiB, no UTF-8, no YAML or no mapping, or it uses
    what a policy does not need.
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
        # PyYAML lets int() and chr() fail on absurd directives and escapes.
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
    """Builds plain values from the events of one document; nothing is built for what is refused."""

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
                raise PolicyFault(f"the key {shown(key)} is there twice.", line=_line(event), key=shown(key))
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
        """Return the scalar as YAML 1.1 types it; a type no policy needs gives a value no rule accepts."""
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
        # Only plain decimals count as numbers: 0x1F, 017, 1_000 and 1:30 surprise more than they help.
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
