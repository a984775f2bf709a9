"""From an upload to a job: the form, the task, the skill and the policy, checked in the contract's order."""

from collections.abc import Mapping

from docops_flask.engine.errors import ArgumentConflict, InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import resolve_options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.skills.registry import SkillRegistry
from docops_flask.engine.skills.skill import Skill
from docops_flask.policy_yaml import parse_policy
from docops_flask.web.echo import echo
from docops_flask.web.schemas import load_task
from docops_flask.web.services import Services
from docops_flask.web.task_json import parse_task
from docops_flask.web.uploads import Upload


def make_job(kind: JobKind, upload: Upload, services: Services) -> Job:
    """Return the job that ``upload`` asks for.

    Raises ``ArgumentConflict``, ``InvalidArgument`` and ``InvalidJson``.
    """
    fields = upload.fields
    options = resolve_options(fields)
    wanted = _skill(services.skills, "skill", fields["skill"]) if "skill" in fields else None
    task = parse_task(upload.files["task"].path.read_bytes())
    known = services.skills.get(task["task_type"]) if isinstance(task.get("task_type"), str) else None
    loaded = load_task(task, known)
    skill = known or _skill(services.skills, "task_type", loaded["task_type"])
    _check_same(wanted, skill)
    return Job(
        kind=kind,
        skills=tuple(services.skills),
        skill=skill,
        payload=loaded["payload"],
        options=options,
        policy=_policy(fields),
        limits=services.settings.limits(),
    )


def make_inspection(services: Services) -> Job:
    """Return the job that looks at a template alone."""
    return Job(kind=JobKind.INSPECT, skills=tuple(services.skills), limits=services.settings.limits())


def _skill(skills: SkillRegistry, field: str, name: str) -> Skill:
    skill = skills.get(name)
    if skill is None:
        supported = list(skills.names())
        raise InvalidArgument(
            f"{field}: unknown; this server fills {', '.join(supported)}.",
            field=field,
            value=echo(name),
            supported_skills=supported,
        )
    return skill


def _check_same(wanted: Skill | None, skill: Skill) -> None:
    if wanted is not None and wanted.name != skill.name:
        raise ArgumentConflict(
            f"skill is {wanted.name}, but the task's task_type is {skill.name}: send the same, or no skill.",
            skill=wanted.name,
            task_type=skill.name,
        )


def _policy(fields: Mapping[str, str]) -> Policy:
    return parse_policy(fields["policy_yaml"]) if "policy_yaml" in fields else Policy()
