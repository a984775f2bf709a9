"""The schema of a policy, made of what the engine knows of its keys."""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from marshmallow import RAISE, Schema
from marshmallow import fields as kinds

from docops_flask.engine.policy.key_rules import KEY_RULES
from docops_flask.engine.policy.policy import Policy

# By the annotation of the dataclass; a kind that is not listed is described in words alone.
_KINDS: Mapping[Any, tuple[type[kinds.Field[Any]], bool]] = {
    bool: (kinds.Boolean, False),
    int: (kinds.Integer, False),
    int | None: (kinds.Integer, True),
    float | None: (kinds.Float, True),
    str | None: (kinds.String, True),
}


class _Closed(Schema):
    class Meta:
        unknown = RAISE


def policy_schema() -> type[Schema]:
    """Return the schema of a whole policy; its defaults are those of the built-in policy."""
    return _Closed.from_dict({field.name: _key(field) for field in fields(Policy)}, name="Policy")


def _key(field: Field[Any]) -> kinds.Field[Any]:
    metadata = {
        "description": f"Must be {KEY_RULES[field.name].wanted}.",
        "default": Policy().as_dict()[field.name],
    }
    if field.type == tuple[str, ...]:
        return kinds.List(kinds.String(), required=True, metadata=metadata)
    kind, nullable = _KINDS.get(field.type, (kinds.Raw, False))
    return kind(required=True, allow_none=nullable, metadata=metadata)
