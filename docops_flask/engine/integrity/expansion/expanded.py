"""The expanded template: what the proof replays entries and fixes on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.integrity.byte_stories import TemplateEvidence
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.integrity.verdict import Unaccounted
from docops_flask.engine.opc.relationships import ContentTypes, Relationship

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.folds import PartFolds


class ExpandedTemplate:
    """The template with other bytes for the ``parts`` that blocks or what copies bring with them change."""

    def __init__(self, template: Template, parts: Mapping[str, bytes]) -> None:
        self._template = template
        self._parts = parts

    @property
    def main_part(self) -> str:
        """The name of the part that the others hang on."""
        return self._template.main_part

    @property
    def content_types(self) -> ContentTypes:
        """The content types of its parts."""
        return self._template.content_types

    def has(self, name: str) -> bool:
        """Return whether there is a part ``name``."""
        return self._template.has(name)

    def is_xml(self, name: str) -> bool:
        """Return whether a part is XML by its name and content type."""
        return self._template.is_xml(name)

    def relationships(self, name: str) -> Sequence[Relationship]:
        """Return the relationships of a part."""
        return self._template.relationships(name)

    def read(self, name: str) -> bytes:
        """Return the content of a part."""
        content = self._parts.get(name)
        return self._template.read(name) if content is None else content


class Expanded(NamedTuple):
    """The expanded template, the claims with places in it, and what does not fit the template.

    ``evidence`` is of the expanded template; ``changed`` are the parts that are not the template's. Copies
    in ``folded`` are left out of it.
    """

    template: Template
    claims: Claims
    misfits: Sequence[Unaccounted]
    evidence: TemplateEvidence
    changed: tuple[str, ...] = ()
    folded: "Sequence[PartFolds]" = ()
