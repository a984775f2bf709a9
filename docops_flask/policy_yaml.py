"""A policy file's text to the ``Policy`` the engine receives."""

from typing import Any

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.policy import house_style_reader
from docops_flask.engine.policy.house_style_reader import PolicyFault, nearest, read_house_style, shown
from docops_flask.engine.policy.key_rules import KEY_RULES, NUMBER_KEYS
from docops_flask.engine.policy.policy import KEYS, OPEN_POLICY, Policy
from docops_flask.policy_entries import MAX_BYTES, Entries, number_of, read_entries

__all__ = ["FIELD", "MAX_BYTES", "parse_policy", "read_policy"]

FIELD = "policy_yaml"
_VERSION = "version"
_OF_VERSION_2 = (*KEYS, *house_style_reader.KEYS)


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

    Raises ``PolicyFault``: the text is larger than 64 KiB, no UTF-8, no YAML or no mapping; a key is unknown
    or there twice; a value has the wrong type or is out of its range (``engine.policy.key_rules``,
    ``engine.policy.rule_kinds``).
    """
    entries = read_entries(text)
    is_version_2 = _version(entries) == 2
    allowed = _OF_VERSION_2 if is_version_2 else KEYS
    for key, (_, line) in entries.items():
        if key not in allowed and key != _VERSION:
            if key in _OF_VERSION_2:
                raise PolicyFault(f"{key} needs a policy with version: 2.", key, line)
            raise PolicyFault(f"{shown(key)} is no key of a policy{nearest(key, allowed)}.", shown(key), line)
    values = _document_rules(entries, is_version_2)
    if not is_version_2:
        return Policy(**values, name=name)
    return Policy(**values, house_style=read_house_style(entries), name=name)


def _version(entries: Entries) -> int:
    version, line = entries.get(_VERSION, (1, 0))
    if version not in (1, 2) or isinstance(version, bool):
        raise PolicyFault("version must be 1 or 2.", _VERSION, line)
    return int(version)


def _document_rules(entries: Entries, is_version_2: bool) -> dict[str, Any]:
    """Return the rules for the whole document.

    What a file leaves out: in version 1 the default policy's rule holds, in version 2 nothing is checked.
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
