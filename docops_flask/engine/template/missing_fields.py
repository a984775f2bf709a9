"""out.missing_fields.json: the fields a template has and a task gives no value for."""

from collections.abc import Collection

from docops_flask.engine.skills.skill import Skill


def missing_fields(
    template_fields: Collection[str], values: Collection[str], skill: Skill
) -> dict[str, list[str]]:
    """Return ``missing_required`` and ``missing_optional`` placeholder names, sorted.

    Optional are all that the skill does not require, those it does not know among them.
    """
    fields = skill.placeholders()
    missing = [name for name in template_fields if name not in values]
    required = sorted(name for name in missing if name in fields and fields[name].required)
    optional = sorted(set(missing) - set(required))
    return {"missing_required": required, "missing_optional": optional}
