"""The schema of a policy as a component of the document: the engine's own file, its references led here."""

import json
from typing import Any

from docops_flask.policy_registry import policy_json_schema

NAME = "Policy"


def policy_component() -> dict[str, Any]:
    """Return the JSON Schema of a policy file, to stand at ``#/components/schemas/Policy``."""
    schema = {key: value for key, value in policy_json_schema().items() if key != "$schema"}
    moved = json.dumps(schema).replace('"#/$defs/', f'"#/components/schemas/{NAME}/$defs/')
    component: dict[str, Any] = json.loads(moved)
    return component
