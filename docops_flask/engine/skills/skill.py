"""A skill: one document type the service can fill, and its fields."""

from typing import Literal, NamedTuple

from docops_flask.engine.skills.wording import Wording

FieldType = Literal["text", "list"]


class Label(NamedTuple):
    """A text in the two languages of the product."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """Return the text in ``language``, "zh" or "en"."""
        return self.zh if language == "zh" else self.en


class Field(NamedTuple):
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


class Skill(NamedTuple):
    """A document type: ``name`` is its ``task_type``, ``fields`` stand in the spec's order.

    Its starter template is worded by ``wording_zh`` and ``wording_en``; ``None`` means from the labels.
    """

    name: str
    title: Label
    description: Label
    fields: tuple[Field, ...]
    wording_zh: Wording | None = None
    wording_en: Wording | None = None

    def placeholders(self) -> dict[str, Field]:
        """Return placeholder name to field."""
        return {field.placeholder: field for field in self.fields}

    def wording(self, language: str) -> Wording | None:
        """Return the wording of the starter template in ``language`` (one of ``LANGUAGES``)."""
        return self.wording_zh if language == "zh" else self.wording_en
