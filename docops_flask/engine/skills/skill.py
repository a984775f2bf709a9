"""A skill: one document type the service can fill, and its fields."""

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["text", "list"]


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the two languages of the product."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Field:
    """One payload key of a skill and the placeholder it fills.

    ``required`` means: needed by exit code 0 whenever the template asks for it.
    ``separator`` joins the items of a ``list`` field.
    """

    key: str
    label: Label
    type: FieldType
    required: bool
    placeholder: str
    example: str | tuple[str, ...]
    description: Label
    separator: str = ", "


@dataclass(frozen=True, slots=True)
class Skill:
    """A document type: ``name`` is its ``task_type``, ``fields`` stand in the spec's order."""

    name: str
    title: Label
    description: Label
    fields: tuple[Field, ...]

    def placeholders(self) -> dict[str, Field]:
        """Return placeholder name to field."""
        return {field.placeholder: field for field in self.fields}
