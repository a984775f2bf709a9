"""A policy file's text to the ``Policy`` the engine receives; the only module that knows YAML.

The text comes from outside, so it is read event by event and everything a policy does not need is
refused before anything is built: aliases, anchors, tags, merge keys, further documents, deep nesting.
"""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import yaml

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.policy.key_rules import KEY_RULES
from docops_flask.engine.policy.policy import KEYS, Policy

MAX_BYTES = 64 * 1024
MAX_DEPTH = 4
FIELD = "policy_yaml"

# Everything YAML 1.1 calls printable, and the byte order mark a text may begin with (5.1, 5.2).
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}\Z")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}\.[0-9]{1,9}\Z")
_TAG = "tag:yaml.org,2002:"


def parse_policy(text: str | bytes) -> Policy:
    """Return the policy that ``text`` describes.

    Raises ``InvalidArgument`` with ``field="policy_yaml"``, and with ``key`` and ``line`` (from 1) where the
    fault has them: the text is larger than 64 KiB, no UTF-8, no YAML or no mapping; a key is unknown,
    missing or there twice; a value has the wrong type or is out of its range (``engine.policy.key_rules``).
    """
    entries = _read_entries(_decoded(text))
    for key, (_, line) in entries.items():
        if key not in KEYS:
            raise _fault(f"{_shown(key)} is no key of a policy{_nearest(key)}.", line=line, key=_shown(key))
    missing = [key for key in KEYS if key not in entries]
    if missing:
        raise _fault(f"the key {missing[0]} is missing; a policy names every key.", key=missing[0])
    values: dict[str, Any] = {}
    for key in KEYS:
        value, line = entries[key]
        if not KEY_RULES[key].accepts(value):
            raise _fault(f"{key} must be {KEY_RULES[key].wanted}.", line=line, key=key)
        values[key] = tuple(value) if isinstance(value, list) else value
    return Policy(**values)


def _decoded(text: str | bytes) -> str:
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > MAX_BYTES:
            raise _fault(f"the policy is larger than {MAX_BYTES} bytes.")
        decoded = data.decode("utf-8-sig")
    except UnicodeError as error:
        raise _fault("the policy is not UTF-8 text; save it as UTF-8.") from error
    control = _CONTROL.search(decoded)
    if control:
        line = decoded.count("\n", 0, control.start()) + 1
        raise _fault("the policy has a control character; delete it.", line=line)
    return decoded


def _read_entries(text: str) -> dict[str, tuple[Any, int]]:
    """Return the mapping's keys with their values and lines."""
    try:
        return _Reader(text).read_document()
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise _fault("the policy is not valid YAML.", line=line) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # PyYAML lets int() and chr() fail on absurd directives and escapes.
        raise _fault("the policy is not valid YAML.") from error


class _Reader:
    """Builds plain values from the events of one document; nothing is built for what is refused."""

    def __init__(self, text: str) -> None:
        self._loader = yaml.SafeLoader(text)
        # The policy's key whose value is being read, for the error that names it.
        self._key: str | None = None

    def read_document(self) -> dict[str, tuple[Any, int]]:
        events = self._events()
        entries: dict[str, tuple[Any, int]] | None = None
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
            raise _fault("the policy must be a mapping of keys to values.")
        return entries

    def _events(self) -> Iterator[Any]:
        while self._loader.check_event():
            event = self._loader.get_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise self._refused("anchors and aliases are not accepted in a policy.", event)
            if getattr(event, "tag", None) is not None:
                raise self._refused("tags are not accepted in a policy.", event)
            yield event

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, tuple[Any, int]]:
        entries: dict[str, tuple[Any, int]] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._value(event, events, depth + 1)
            if not isinstance(key, str):
                raise _fault("a key of a policy must be a plain word.", line=_line(event))
            if key in entries:
                raise _fault(f"the key {_shown(key)} is there twice.", line=_line(event), key=_shown(key))
            if depth == 1:
                self._key = _shown(key)
            entries[key] = (self._value(next(events), events, depth + 1), _line(event))
            if depth == 1:
                self._key = None
        return entries

    def _refused(self, problem: str, event: Any) -> InvalidArgument:
        return _fault(problem, line=_line(event), key=self._key)

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
            raise _fault("merge keys are not accepted in a policy.", line=_line(event), key=self._key or "<<")
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


def _fault(message: str, *, line: int | None = None, key: str | None = None) -> InvalidArgument:
    place = f" (line {line})" if line is not None else ""
    detail: dict[str, Any] = {} if key is None else {"key": key}
    if line is not None:
        detail["line"] = line
    return InvalidArgument(f"{FIELD}{place}: {message}", field=FIELD, **detail)


def _shown(key: str) -> str:
    """Return a key from outside so that it can stand in a message: short and printable."""
    short = key[:64] or '""'
    return short if short.isprintable() else ascii(short)[1:-1]


def _nearest(key: str) -> str:
    near = difflib.get_close_matches(key[:64], KEYS, n=1)
    return f"; {near[0]} was probably meant" if near else ""
