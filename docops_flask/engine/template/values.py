"""Values: what the payload of a task gives to each placeholder, as text."""

from docops_flask.engine.job import Payload
from docops_flask.engine.skills.skill import Field, Skill


def build_values(skill: Skill, payload: Payload) -> dict[str, str]:
    r"""Return placeholder name to text for every field the payload gives.

    Not given is: no key, ``null``, or, for a required field, nothing but white space. An optional
    field given as "" or [] is filled with nothing. Line ends become ``\n``.
    """
    values = {}
    for placeholder, field in skill.placeholders().items():
        given = payload.get(field.key)
        if given is None:
            continue
        text = _as_text(field, given)
        if text.strip() or not field.required:
            values[placeholder] = text
    return values


def _as_text(field: Field, given: str | list[str]) -> str:
    text = given if isinstance(given, str) else field.separator.join(given)
    return text.replace("\r\n", "\n").replace("\r", "\n")
