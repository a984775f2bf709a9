"""Makes a ``Job`` of the form, the task, the skill and the policy, checked in the contract's order.

It uses no Flask: the shell's commands make their jobs here as the views do.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.errors import ArgumentConflict, InvalidArgument, echo
from docops_flask.engine.job import OPEN_TYPE, Asset, Job, JobKind, Payload
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import CHOICES, Options, given_fields, resolve_options
from docops_flask.engine.picture_order import PictureOrder
from docops_flask.engine.policy.policy import DEFAULT_NAME, Policy
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.policy_file import parse_policy
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.intake.task import load_task, parse_task
from docops_flask.jobs.pdf_support import NO_PDF, PdfSupport

if TYPE_CHECKING:
    from docops_flask.engine.template.name_pattern import NamePattern


class JobDefaults(NamedTuple):
    """What holds for a job where its form, and its task, say nothing else.

    ``task_type`` is that of a task without one, sent without the field ``skill``; ``labels`` are what people
    call the template's fields, by their names in it.
    """

    options: Options = Options()
    policy: Policy | None = None
    task_type: str | None = None
    labels: Mapping[str, tuple[str, ...]] = {}


_NO_DEFAULTS = JobDefaults()


def build_job(
    kind: JobKind,
    fields: Mapping[str, str],
    task_json: bytes,
    skills: SkillRegistry,
    policies: PolicyRegistry,
    *,
    limits: Limits,
    template_name: str | None = None,
    enter: Callable[[str], None] = lambda _stage: None,
    assets: Sequence[Asset] = (),
    defaults: JobDefaults = _NO_DEFAULTS,
    pdf: Callable[[], PdfSupport] = lambda: NO_PDF,
) -> Job:
    """Return the job that the form ``fields`` (as sent) and the bytes of a task ask for.

    ``template_name`` is the name of the template's file, ``assets`` are the pictures sent beside the
    task, which jobs of template language 2 alone take; ``defaults`` hold where the form says nothing else;
    ``pdf`` says whether documents can be converted, asked only where that matters. ``enter`` is called with
    what is validated next: ``validate_form``, ``validate_skill``, ``validate_task``, ``validate_policy``.
    Raises ``ArgumentConflict``, ``InvalidArgument`` and ``InvalidJson``.
    """
    enter("validate_form")
    fields = given_fields(fields)
    options = resolve_options(fields, defaults.options)
    if options.output == "pdf":
        refuse_output(options, pdf())
    pattern = None if options.name is None else pattern_of(options.name)
    skill, payload = _task(task_json, skills, fields.get("skill"), enter, defaults.task_type)
    if pattern is not None and skill is not None:
        enter("validate_form")
        pattern.refuse_unknown_names(skill)
    enter("validate_policy")
    policy = policy_of(fields, policies, defaults.policy)
    job = Job(
        kind=kind,
        skills=(),
        skill=skill,
        payload=payload,
        options=options,
        policy=policy,
        limits=limits,
        template_name=None if template_name is None else file_name_of(template_name),
        date=date.today().isoformat(),
        assets=tuple(assets),
    )
    if assets and job.grammar == 1 and skill is not None:
        raise InvalidArgument(
            f"asset: the document type {skill.name} takes no pictures; send the task without task_type.",
            field="asset",
        )
    return job


def refuse_output(options: Options, pdf: PdfSupport) -> None:
    """Raise ``InvalidArgument`` where the file that is asked for cannot be made here."""
    allowed = outputs(pdf)
    if options.output not in allowed:
        raise InvalidArgument(
            f"output: no PDF can be made here ({pdf.reason}); use {' or '.join(allowed)}.",
            field="output",
            value=options.output,
            allowed=list(allowed),
        )


def outputs(pdf: PdfSupport) -> tuple[str, ...]:
    """Return the values of the form field ``output`` that can be asked for."""
    return tuple(each for each in CHOICES["output"] if each != "pdf" or pdf.available)


def pattern_of(written: str) -> "NamePattern":
    """Return a pattern of a file's name, read; raises ``InvalidArgument``."""
    # Imported here: most jobs have no pattern.
    from docops_flask.engine.template.name_pattern import read_name_pattern

    return read_name_pattern(written)


def preview_of(job: Job, order: PictureOrder) -> Job:
    """Return ``job``, a preview, with the pages that are wanted; it makes no reports that nobody gets."""
    options = job.options._replace(
        pdf=True, format_report="json", report_files=(), review=None, export_suggested_policy=False
    )
    return job._replace(options=options, pictures=order)


def build_verification(
    task_json: bytes | None,
    skills: SkillRegistry,
    *,
    limits: Limits,
    enter: Callable[[str], None] = lambda _stage: None,
) -> Job:
    """Return the job that verifies the result of an earlier one; ``task_json`` is the task that was done.

    Raises ``InvalidArgument`` and ``InvalidJson``; ``enter`` is called as by ``build_job``.
    """
    job = Job(kind=JobKind.VERIFY, skills=(), limits=limits)
    if task_json is None:
        return job
    skill, payload = _task(task_json, skills, None, enter)
    return job._replace(skill=skill, payload=payload)


def _task(
    task_json: bytes,
    skills: SkillRegistry,
    named: str | None,
    enter: Callable[[str], None],
    default: str | None = None,
) -> tuple[Skill | None, Payload]:
    """Return the document type of a task, ``None`` for an open one, and its payload.

    ``named`` is the type that the form asks for, ``default`` that of a task where neither names one.
    """
    enter("validate_skill")
    wanted = named_skill(skills, "skill", named)
    enter("validate_task")
    task = parse_task(task_json)
    if default is not None and named is None and "task_type" not in task:
        task = {"task_type": default, **task}
    task_type = task.get("task_type")
    known = skills.get(task_type) if isinstance(task_type, str) else None
    is_open = known is None and (task_type == OPEN_TYPE or ("task_type" not in task and wanted is None))
    if known is not None or is_open:
        enter("validate_skill")
        _check_same(named, OPEN_TYPE if known is None else known.name)
    enter("validate_task")
    loaded = load_task(task, known, is_open=is_open)
    enter("validate_skill")
    skill = known
    if skill is None and not is_open:
        skill = find_skill(skills, "task_type", loaded["task_type"])
    return skill, loaded.get("payload", {})


def file_name_of(name: str) -> str:
    """Return the name of a file that a client sent, without folders, short and printable."""
    # Some clients send a path; a path of Windows may have separators of both kinds.
    return echo(PureWindowsPath(name).name)


def find_skill(skills: SkillRegistry, field: str, name: str) -> Skill:
    """Return the skill ``name``, which came in ``field``; raises ``InvalidArgument`` when there is none."""
    skill = skills.get(name)
    if skill is None:
        supported = list(skills.names())
        raise InvalidArgument(
            f"{field}: unknown skill; use {', '.join(supported)}.",
            field=field,
            value=echo(name),
            supported_skills=supported,
        )
    return skill


def find_policy(policies: PolicyRegistry, name: str, field: str = "policy") -> Policy:
    """Return the policy ``name``, which came in ``field``; raises ``InvalidArgument`` when there is none."""
    policy = policies.get(name)
    if policy is None:
        allowed = list(policies.names())
        is_file = field == "policy" and name.lower().endswith((".yaml", ".yml"))
        hint = " A policy of your own is given as policy_yaml (--policy-yaml FILE)." if is_file else ""
        raise InvalidArgument(
            f"{field}: unknown policy; use one of {', '.join(allowed)}.{hint}",
            field=field,
            value=echo(name),
            allowed=allowed,
        )
    return policy


def named_skill(skills: SkillRegistry, field: str, name: str | None) -> Skill | None:
    """Return the skill ``name``, which came in ``field``; ``None`` for none, or for an open task."""
    if name is None or (name == OPEN_TYPE and skills.get(name) is None):
        return None
    return find_skill(skills, field, name)


def _check_same(wanted: str | None, task_type: str) -> None:
    if wanted is not None and wanted != task_type:
        raise ArgumentConflict(
            f"skill is {wanted}, but the task's task_type is {task_type}: send the same, or no skill.",
            skill=wanted,
            task_type=task_type,
        )


def policy_of(fields: Mapping[str, str], policies: PolicyRegistry, default: Policy | None = None) -> Policy:
    """Return the policy that ``fields`` name or hold, else ``default``; raises ``InvalidArgument``."""
    if "policy_yaml" in fields:
        return parse_policy(fields["policy_yaml"])
    if "policy" in fields or default is None:
        return find_policy(policies, fields.get("policy", DEFAULT_NAME))
    return default
