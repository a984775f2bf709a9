"""What the shell's commands print: a few lines for people, or the data of ``--json``."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.checks.report import FormatReport
from docops_flask.engine.errors import ExitCode, message_of
from docops_flask.engine.integrity.verification import Verification
from docops_flask.engine.job import Job
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.reports.missing_fields import MissingPlace, UnusedKey
from docops_flask.engine.reports.precheck import Precheck
from docops_flask.engine.reports.type_fields import TypeField
from docops_flask.engine.run_result import RunResult
from docops_flask.engine.run_warnings import RunWarning
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.policies import (
    PolicyRegistry,
    describe_policy,
    description_of,
    title_of,
)
from docops_flask.intake.catalogue.policy_schema import policy_json_schema
from docops_flask.intake.catalogue.skills import SkillRegistry, task_json_schema

if TYPE_CHECKING:
    from docops_flask.engine.template.removal import Removed
    from docops_flask.jobs.receipts.envelope import ReceiptCheck

_MAX_LISTED = 20


def run_as_data(
    result: RunResult, job: Job, out_dir: Path, files: Sequence[str], pdf: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what ``docops run --json`` prints.

    ``files`` are the names of the files written, ``pdf`` is the report of a PDF.
    """
    return {
        "exit_code": int(result.exit_code),
        "message": message_of(result.exit_code, result.log.left_count),
        "summary": result.summary(),
        "format_issue_codes": result.report.issue_codes(),
        **result.missing.as_dict(),
        "effective": job.effective(result.language),
        **({"warnings": [each.as_dict() for each in result.log.warnings]} if result.log.warnings else {}),
        **({} if pdf is None else {"pdf": pdf}),
        **({} if result.review is None else {"review": result.review.as_dict()}),
        "out_dir": str(out_dir),
        "files": list(files),
    }


def run_for_people(
    result: RunResult, out_dir: Path, files: Iterable[str], pdf: dict[str, Any] | None = None
) -> str:
    """Return what ``docops run`` prints; ``pdf`` is the report of a PDF."""
    log, missing = result.log, result.missing
    broken = [
        _Unsupported(each.original_text, each.run_id or each.paragraph_path, each.suggestion)
        for each in log.unsupported
    ]
    lines = [
        _outcome(result.exit_code, log.left_count, missing.undeclared),
        f"  filled       {log.replaced_count} of {_counted(log.entry_count, 'placeholder')}: "
        f"{log.replaced_count} filled, {log.left_count} left in the document",
        f"  missing      {_missing(missing.required, missing.optional)}",
        *_slips(missing.missing, missing.unused, missing.undeclared),
        *_unsupported(broken),
        *_left_out(log.removed),
        f"  format       {_format_line(result.report)}",
        *_warned(log.warnings),
        *_pdf_lines(pdf),
        f"  files        {', '.join(files)}",
        f"  in           {out_dir}",
    ]
    return "\n".join(lines)


def _pdf_lines(report: dict[str, Any] | None) -> Iterable[str]:
    if report is None:
        return ()
    from docops_flask.cli.pdf import pdf_for_people

    return pdf_for_people(report)


def precheck_for_people(report: Precheck) -> str:
    """Return what ``docops precheck`` prints."""
    places = [_Unsupported(each.text, each.paragraph_path, each.suggestion) for each in report.unsupported]
    left = report.summary.left_count
    lines = [
        f"A run would end with exit code {int(report.expected_exit_code)}.",
        f"  left         {_counted(left, 'placeholder')} would be left in the document",
        f"  fields       {', '.join(report.template_fields) or 'none'}",
        f"  missing      {_missing(report.missing_required, report.missing_optional)}",
        *_slips(report.missing, report.unused, report.undeclared),
        *_unsupported(places),
        *(f"  {each.code}  {each.message} {each.place}" for each in report.problems[:_MAX_LISTED]),
        *_warned(report.warnings),
    ]
    return "\n".join(lines)


def inspection_for_people(report: Inspection) -> str:
    """Return what ``docops inspect`` prints."""
    lines = [f"Looks like: {report.suggested_skill or 'no known skill'}", "Fields:"]
    lines += [
        f"  {field.name:<24} {field.count} x  {_listed(field.places)}"
        f"  ({', '.join(field.known_in) or 'in no known skill'}{_kind(report.kinds.get(field.name))})"
        for field in report.fields
    ] or ["  none"]
    if report.candidates:
        lines.append(f"Text, or fields if declared: {_listed([each.text for each in report.candidates])}")
    lines += ["Problems:"] + (
        [f"  {each.code:<24} {each.message} {each.place}".rstrip() for each in report.problems] or ["  none"]
    )
    return "\n".join(lines)


def _kind(kind: str | None) -> str:
    """Return how a field is marked where that is one of Word's own ways."""
    return "" if kind in (None, "bracket") else f"; {kind.replace('_', ' ')}"


def verification_as_data(report: Verification, check: "ReceiptCheck | None") -> dict[str, Any]:
    """Return what ``docops verify --json`` prints."""
    return {**report.as_dict(), **({} if check is None else {"receipt": check.as_dict()})}


def verification_for_people(report: Verification, left: int, check: "ReceiptCheck | None" = None) -> str:
    """Return what ``docops verify`` prints; ``left`` placeholders are still in the document, by its log."""
    if report.verdict == "intact":
        proved = "the document is the template with the logged changes, and nothing else."
        lines = [f"Intact: {proved}"]
        if left:
            are = "is" if left == 1 else "are"
            lines = [f"Not finished: {_counted(left, 'placeholder')} {are} left in the document."]
            lines += [f"  Proved: {proved}"]
        if report.exactness == "canonical":
            lines += [
                "  The bytes differ: canonical forms were compared, as of a document that was saved again."
            ]
    else:
        lines = [f"Violated: {_counted(report.unaccounted_count, 'difference')} that no entry explains."]
    lines += [
        f"  {each.part} {each.place}  {each.what}: {each.message}"
        for each in report.unaccounted[:_MAX_LISTED]
    ]
    lines += [
        f"  in the template already: {each.part} {each.code} {each.subject}".rstrip()
        for each in report.template_defects[:_MAX_LISTED]
    ]
    if check is not None:
        lines.append(_receipt_line(check))
    return "\n".join(lines)


def _receipt_line(check: "ReceiptCheck") -> str:
    if check.signature == "invalid":
        return "Receipt invalid: it was not signed with this key, or was changed afterwards."
    named = {"document": check.subjects, "template": check.template, "task": check.task}
    others = [name for name, compared in named.items() if compared == "differ"]
    if others:
        return f"Receipt of another run: signed with this key, but not about this {' and '.join(others)}."
    given = [name for name, compared in named.items() if compared == "match"]
    return f"Receipt valid: signed with this key, about this {' and '.join(given)}."


def skills_for_people(skills: SkillRegistry) -> str:
    """Return what ``docops skills`` prints."""
    lines = []
    for skill in skills:
        lines.append(f"{skill.name}: {skill.title.en} / {skill.title.zh}. {skill.description.en}")
        lines += [
            f"  {field.key:<20} {'required' if field.required else 'optional'}  {field.type:<4}  "
            f"【{field.placeholder}】 {field.label.en} / {field.label.zh}"
            for field in skill.fields
        ]
    return "\n".join(lines)


def skills_as_data(skills: SkillRegistry) -> dict[str, Any]:
    """Return what ``docops skills --json`` prints: the JSON Schema of each skill's task."""
    return {"skills": {skill.name: task_json_schema(skill) for skill in skills}}


def new_type_for_people(skill: Skill, fields: Sequence[TypeField], path: Path) -> str:
    """Return what ``docops new-type`` prints, in both languages."""
    lines = [
        f"Wrote {path}: document type {skill.name}, with {len(skill.fields)} fields.",
        f"已写入 {path}：文种 {skill.name}，共 {len(skill.fields)} 项。",
        *(f"  【{field.placeholder}】 {field.label.both()}" for field in skill.fields),
    ]
    undeclared = [f"【{field.name}】" for field in fields if field.is_undeclared]
    if undeclared:
        lines += [
            f"Delete those of these fields that are only text in brackets: {_listed(undeclared)}",
            f"以下各项若只是括号里的普通文字，请删除：{_listed(undeclared)}",
        ]
    return "\n".join(lines)


def new_type_as_data(skill: Skill, fields: Sequence[TypeField], path: Path) -> dict[str, Any]:
    """Return what ``docops new-type --json`` prints."""
    return {
        "name": skill.name,
        "file": str(path),
        "fields": [field.placeholder for field in skill.fields],
        "undeclared": [field.name for field in fields if field.is_undeclared],
    }


def policies_for_people(policies: PolicyRegistry) -> str:
    """Return what ``docops policies`` prints."""
    return "\n".join(
        f"{policy.name}: {title_of(policy).en} / {title_of(policy).zh}. {description_of(policy).en}".rstrip()
        for policy in policies
    )


def policies_as_data(policies: PolicyRegistry) -> dict[str, Any]:
    """Return what ``docops policies --json`` prints, as ``/v1/meta`` has it."""
    return {"policies": [describe_policy(each) for each in policies], "policy_schema": policy_json_schema()}


class _Unsupported(NamedTuple):
    """A text that cannot be filled, the address it stands at, and the field that was probably meant."""

    text: str
    place: str
    suggestion: str | None


def _missing(required: Iterable[str], optional: Iterable[str]) -> str:
    return _listed([*(f"{name} (required)" for name in required), *optional]) or "nothing"


def _slips(
    missing: Iterable[MissingPlace], unused: Sequence[UnusedKey], undeclared: Sequence[str]
) -> Iterator[str]:
    """Yield what was given for nothing, which names were probably meant, what no document type declares."""
    meant = {each.field: each.suggestion for each in missing if each.suggestion}
    for name in list(meant)[:_MAX_LISTED]:
        yield f"  {'not known':<12} 【{name}】; 【{meant[name]}】 was probably meant"
    if unused:
        yield f"  {'unused':<12} {_listed([_unused(each) for each in unused])}"
    if undeclared:
        yield f"  {'as text':<12} {_as_text(undeclared)}"


def _outcome(code: ExitCode, left: int, undeclared: Sequence[str]) -> str:
    """Return what a run came to; it is not simply done where words were left that may be fields."""
    if code is ExitCode.OK and not left and undeclared:
        return "The document was made. Check the bracketed words that were left as text."
    return message_of(code, left)


def _as_text(undeclared: Sequence[str]) -> str:
    were = "was" if len(undeclared) == 1 else "were"
    return f"{_counted(len(undeclared), 'bracketed word')} {were} left as text: {_listed(undeclared)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _warned(warnings: Iterable[RunWarning]) -> Iterator[str]:
    yield from (f"  {'warning':<12} {each.in_both_languages()}" for each in warnings)


def _unused(key: UnusedKey) -> str:
    return f"{key.key} (the template has 【{key.suggestion}】)" if key.suggestion else key.key


def _unsupported(places: Sequence[_Unsupported]) -> Iterator[str]:
    for text, place, suggestion in places[:_MAX_LISTED]:
        meant = f"; 【{suggestion}】 was probably meant" if suggestion else ""
        yield f"  cannot fill  {text} at {place}{meant}"
    if len(places) > _MAX_LISTED:
        yield f"  cannot fill  {len(places) - _MAX_LISTED} more"


def _left_out(removed: "Sequence[Removed]") -> Iterator[str]:
    kinds = sorted({entry.kind for entry in removed})
    parts = [entry.part for entry in removed if entry.what == "part"]
    if kinds:
        yield f"  left out     {' and '.join(kinds)} of the template ({_listed(parts) or 'marks alone'})"


def _format_line(report: FormatReport) -> str:
    if report.skipped:
        return "not checked"
    verdict = "passed" if report.passed else "failed"
    warnings = sum(issue.severity == "warn" and not issue.fixed for issue in report.issues)
    return f"{verdict} ({report.error_count} errors, {warnings} warnings, {report.fixed_count} fixed)"


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - _MAX_LISTED} more" if len(items) > _MAX_LISTED else ""
    return ", ".join(items[:_MAX_LISTED]) + more
