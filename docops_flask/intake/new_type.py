"""The file of a document type made from a template, read once by its own reader before it is handed out."""

from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.reports.type_fields import TypeField
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.skill_file import parse_spec
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.starter.type_file import name_of_type, type_file


class NewType(NamedTuple):
    """A document type and the TOML file that describes it."""

    skill: Skill
    content: bytes


def new_type_file(
    fields: Sequence[TypeField], stem: str, skills: SkillRegistry, *, name: str | None = None
) -> NewType:
    """Return the document type with ``fields`` of the template ``stem``, called ``name`` if that is given.

    Raises ``InvalidArgument`` where there is no field, and for a name that cannot be used or that one of
    ``skills`` has.
    """
    if not fields:
        raise InvalidArgument(
            "template: holds no field such as 【甲方】 or 【TITLE】; a document type has at least one.",
            field="template",
        )
    chosen = name_of_type(stem) if name is None else name
    if skills.get(chosen) is not None:
        raise InvalidArgument(
            f"name: {chosen} is the name of a document type already; give another with --name.", field="name"
        )
    content = type_file(chosen, stem, fields)
    try:
        return NewType(parse_spec(f"{chosen}.toml", content), content)
    except CatalogueError as error:
        raise InvalidArgument(f"{error}.", field="name") from None
