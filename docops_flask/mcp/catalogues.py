"""What an installation has: document types, policies, formats, templates of the library."""

from typing import Any

from docops_flask.engine.template.formats.described import describe_formats
from docops_flask.intake.catalogue.policies import PolicyRegistry, describe_policy
from docops_flask.intake.catalogue.skills import SkillRegistry, payload_json_schema
from docops_flask.intake.library.library import Library


def catalogues(skills: SkillRegistry, policies: PolicyRegistry) -> dict[str, Any]:
    """Return the document types with the schemas of their values, the policies and the formats of fields."""
    return {
        "document_types": [
            {
                "name": skill.name,
                "title": skill.title._asdict(),
                "description": skill.description._asdict(),
                "schema": payload_json_schema(skill),
            }
            for skill in skills
        ],
        "policies": [describe_policy(policy) for policy in policies],
        "formats": describe_formats(),
    }


def library_list(library: Library) -> dict[str, Any]:
    """Return the templates that can be used by name, and those that are stopped, with the reason."""
    return {
        "templates": [each.described() for each in library.templates],
        "stopped": [{"name": name, "reason": reason} for name, reason in library.stopped.items()],
    }
