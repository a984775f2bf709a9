"""The log of a run: what was replaced, what is missing or left, what it warns of."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.job import Job
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import SIGNATURE_ORIGIN
from docops_flask.engine.reports.missing_fields import Given, MissingFields, missing_fields
from docops_flask.engine.reports.replace_log import ReplaceLog, replace_log
from docops_flask.engine.run.compiled import CompiledTemplate
from docops_flask.engine.run.edits import Fillings
from docops_flask.engine.run.preparation import Asked, Opened
from docops_flask.engine.template.grammar import Suggestions, closed_names
from docops_flask.engine.template.unaccounted import find_unaccounted

if TYPE_CHECKING:
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.folded_copies import FoldedCopies


def log_of(
    template: CompiledTemplate,
    asked: Asked,
    opened: Opened,
    fillings: Fillings,
    folded: "FoldedCopies | None",
) -> tuple[ReplaceLog, Sequence[tuple[str, str]]]:
    """Return the log of a document with ``fillings``, and the files that were not searched (code, name)."""
    scan, inline, block_run, task = opened.scan, fillings.inline, opened.block_run, asked.open_task
    elsewhere, shown, alike = fillings.elsewhere, fillings.shown, opened.alike
    touched = fillings.touched(scan)
    suggestions = Suggestions(asked.skill.placeholders())
    log = (
        replace_log(
            scan,
            opened.values,
            asked.skill,
            suggestions,
            touched,
            inline,
            opened.expansion,
            elsewhere,
            shown,
            alike,
        )
        if block_run is None or task is None
        else template.language_2.log(block_run, task, suggestions, touched, inline, elsewhere, shown, folded)
    )
    closed = closed_names if task is None else task.meanings.closed_tags
    logged = (*scan.inline_names(), *log.elsewhere(), *(() if block_run is None else block_run.left))
    beside = None if alike is None else template.names_beside
    unaccounted = find_unaccounted(template.package, opened.document, scan, logged, closed, beside)
    media = () if fillings.pictures is None else fillings.pictures.media
    return log.with_unaccounted(unaccounted.names, suggestions).with_media(media), unaccounted.unread


def with_missing(  # noqa: PLR0917, called once
    job: Job, template: CompiledTemplate, asked: Asked, opened: Opened, fields: list[str], log: ReplaceLog
) -> tuple[list[str], ReplaceLog, MissingFields]:
    """Return the names of the template's fields, ``log`` with their paths, and what is missing.

    ``fields`` are the names of the fields that the template was found to have, sorted.
    """
    if template.native is not None:
        repeated = opened.block_run or opened.expansion
        declared = () if asked.open_task is None else asked.open_task.meanings.declared
        log = template.language_2.with_native(log, template.native, repeated, declared)
    if asked.open_task is not None:
        return template.language_2.told(asked.open_task, log, opened.scan, opened.block_run)
    given = Given(asked.skill, job.payload or {}, opened.values)
    return fields, log, missing_fields(fields, given, log, opened.scan, opened.places)


def warnings_of(
    package: Package,
    changed: Mapping[str, bytes],
    left_out: Collection[str],
    unread: Sequence[tuple[str, str]],
) -> "tuple[RunWarning, ...]":
    """Return what the log and the report warn of.

    These are the template's signature, where it no longer holds, and files that were not searched
    (``unread``).
    """
    warnings = [*unread]
    origin = next((each for each in package.relationships("") if each.kind == SIGNATURE_ORIGIN), None)
    if origin is not None and changed and origin.target not in left_out:
        warnings.insert(0, ("SIGNATURE_VOID", origin.target))
    if not warnings:
        return ()
    from docops_flask.engine.run_warnings import warning_of

    return tuple(warning_of(*each) for each in warnings)
