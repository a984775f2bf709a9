"""Makes the ``Job`` of a merge of its form, template and rows, checked as other jobs are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from docops_flask.engine.errors import ArgumentConflict, InvalidArgument, echo
from docops_flask.engine.job import Asset, Job, JobKind, RowsAsked
from docops_flask.engine.options import FIELD_ORDER, given_fields, resolve_options
from docops_flask.engine.rows.columns import parse_columns
from docops_flask.engine.rows.row_numbers import numbered, parse_row_numbers
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.job import JobDefaults, file_name_of, named_skill, pattern_of, policy_of

ROWS = "rows"
ROW_FIELDS = ("columns", "sheet", "encoding", "row_numbers", "artefacts")
# A merge answers with a ZIP, of Word files.
RUN_FIELDS = tuple(name for name in FIELD_ORDER if name not in ("output", "pdf", "pdf_version"))
MERGE_FIELDS = (*RUN_FIELDS, *ROW_FIELDS)
WEBHOOK = "webhook_url"
BATCH_FIELDS = (*MERGE_FIELDS, WEBHOOK)
_ARTEFACTS = "all"
_NO_DEFAULTS = JobDefaults()


def build_merge(
    kind: JobKind,
    fields: Mapping[str, str],
    rows: tuple[str, str],
    office: Office,
    *,
    template_name: str | None = None,
    assets: Sequence[Asset] = (),
    enter: Callable[[str], None] = lambda _stage: None,
    defaults: JobDefaults = _NO_DEFAULTS,
    most_rows: int | None = None,
) -> Job:
    """Return the merge that the form ``fields`` (as sent) ask for.

    ``rows`` are where the file of rows is and its name as the client gave it; the others are those of
    ``build_job``. Of more than ``most_rows`` rows (unset: those of a merge) it is refused later. Raises
    ``ArgumentConflict`` and ``InvalidArgument``.
    """
    enter("validate_form")
    fields = given_fields(fields)
    # A library may ask for PDFs, or for one file; a merge answers with a ZIP of Word files.
    options = resolve_options(fields, defaults.options._replace(output="zip", pdf=False))
    pattern = None if options.name is None else pattern_of(numbered(options.name, 1))
    path, name = rows
    asked = RowsAsked(
        path,
        file_name_of(name),
        parse_columns(fields["columns"]) if "columns" in fields else {},
        office.settings.merge_max_rows if most_rows is None else most_rows,
        fields.get("sheet"),
        fields.get("encoding"),
        parse_row_numbers(fields["row_numbers"]) if "row_numbers" in fields else (),
        _all_artefacts(fields),
    )
    enter("validate_skill")
    skill = named_skill(office.skills, "skill", fields.get("skill", defaults.task_type))
    if pattern is not None and skill is not None:
        enter("validate_form")
        pattern.refuse_unknown_names(skill)
    if assets and skill is not None and skill.grammar == 1:
        raise ArgumentConflict(
            f"asset: the document type {skill.name} takes no pictures.", conflicting_fields=["asset"]
        )
    enter("validate_policy")
    return Job(
        kind=kind,
        skills=(),
        skill=skill,
        options=options,
        policy=policy_of(fields, office.policies, defaults.policy),
        limits=office.settings.limits(),
        template_name=None if template_name is None else file_name_of(template_name),
        date=date.today().isoformat(),
        assets=tuple(assets),
        rows=asked,
    )


def _all_artefacts(fields: Mapping[str, str]) -> bool:
    value = fields.get("artefacts")
    if value is None:
        return False
    if value.lower() != _ARTEFACTS:
        raise InvalidArgument(
            "artefacts: use all to get the logs and reports of each row, or leave it out.",
            field="artefacts",
            value=echo(value),
            allowed=[_ARTEFACTS],
        )
    return True
