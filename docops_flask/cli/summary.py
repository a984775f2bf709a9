"""What the shell's commands say to people: a few plain lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docops_flask.engine.artefacts import FORMAT_REPORT, MISSING_FIELDS, REPLACE_LOG
from docops_flask.engine.errors import MESSAGES, ExitCode
from docops_flask.engine.job import Job
from docops_flask.intake.catalogue.policies import (
    PolicyRegistry,
    describe_policy,
    description_of,
    title_of,
)
from docops_flask.intake.catalogue.policy_schema import policy_json_schema
from docops_flask.intake.catalogue.skills import SkillRegistry, task_json_schema

_MANY = 20


def run_as_data(result: dict[str, Any], job: Job, out_dir: Path) -> dict[str, Any]:
    """Return what ``docops run --json`` prints."""
    code = ExitCode(result["exit_code"])
    return {
        "exit_code": int(code),
        "message": MESSAGES[code],
        "summary": result["summary"],
        "format_issue_codes": result["format_issue_codes"],
        **_load(out_dir / MISSING_FIELDS),
        "effective": job.options.effective(),
        "out_dir": str(out_dir),
        "files": result["files"],
    }


def run_for_people(result: dict[str, Any], out_dir: Path) -> str:
    """Return what ``docops run`` prints."""
    return "\n".join(_run_lines(result, out_dir))


def _run_lines(result: dict[str, Any], out_dir: Path) -> Iterator[str]:
    summary = result["summary"]
    missing = _load(out_dir / MISSING_FIELDS)
    report = _load(out_dir / FORMAT_REPORT)
    yield MESSAGES[ExitCode(result["exit_code"])]
    yield f"  filled       {summary['replaced_count']} of {summary['total_placeholders']} placeholders"
    yield f"  missing      {_missing(missing)}"
    if summary["unsupported_count"]:
        entries = _load(out_dir / REPLACE_LOG)["entries"]
        broken = [entry for entry in entries if entry["status"] == "unsupported"]
        yield from _unsupported(
            [{**entry, "text": entry["original_text"], "place": entry["run_id"]} for entry in broken]
        )
    yield f"  format       {_format_line(report)}"
    yield f"  files        {', '.join(result['files'])}"
    yield f"  in           {out_dir}"


def precheck_for_people(report: dict[str, Any]) -> str:
    """Return what ``docops precheck`` prints."""
    code = ExitCode(report["expected_exit_code"])
    lines = [
        f"A run would end with exit code {int(code)}.",
        f"  fields       {', '.join(report['template_fields']) or 'none'}",
        f"  missing      {_missing(report)}",
        *_unsupported([{**each, "place": each["paragraph_path"]} for each in report["unsupported"]]),
    ]
    return "\n".join(lines)


def inspection_for_people(report: dict[str, Any]) -> str:
    """Return what ``docops inspect`` prints."""
    lines = [f"Looks like: {report['suggested_skill'] or 'no known skill'}", "Fields:"]
    lines += [
        f"  {field['name']:<24} {field['count']} x  {_some(field['places'])}"
        f"  ({', '.join(field['known_in']) or 'in no known skill'})"
        for field in report["fields"]
    ] or ["  none"]
    lines += ["Problems:"] + (
        [f"  {each['code']:<24} {each['message']} {each['place']}".rstrip() for each in report["problems"]]
        or ["  none"]
    )
    return "\n".join(lines)


def proof_for_people(report: dict[str, Any]) -> str:
    """Return what ``docops verify`` prints."""
    if report["verdict"] == "intact":
        lines = ["Intact: the document is the template with the logged changes, and nothing else."]
    else:
        lines = [f"Violated: {report['unaccounted_count']} differences that no entry accounts for."]
    lines += [
        f"  {each['part']} {each['place']}  {each['what']}: {each['message']}"
        for each in report["unaccounted"][:_MANY]
    ]
    lines += [
        f"  the template's own: {each['part']} {each['code']} {each['subject']}".rstrip()
        for each in report["template_defects"][:_MANY]
    ]
    return "\n".join(lines)


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


def policies_for_people(policies: PolicyRegistry) -> str:
    """Return what ``docops policies`` prints."""
    return "\n".join(
        f"{policy.name}: {title_of(policy).en} / {title_of(policy).zh}. {description_of(policy).en}".rstrip()
        for policy in policies
    )


def policies_as_data(policies: PolicyRegistry) -> dict[str, Any]:
    """Return what ``docops policies --json`` prints, as ``/v1/meta`` has it."""
    return {"policies": [describe_policy(each) for each in policies], "policy_schema": policy_json_schema()}


def _load(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_bytes())
    return loaded


def _missing(missing: dict[str, Any]) -> str:
    required = [f"{name} (required)" for name in missing["missing_required"]]
    return _some([*required, *missing["missing_optional"]]) or "nothing"


def _unsupported(entries: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"  cannot fill  {entry['text']} at {entry['place']}"
        + (f"; 【{entry['suggestion']}】 was probably meant" if entry["suggestion"] else "")
        for entry in entries[:_MANY]
    ]
    more = len(entries) - _MANY
    return [*lines, f"  cannot fill  {more} more"] if more > 0 else lines


def _format_line(report: dict[str, Any]) -> str:
    if report["summary"]["skipped"]:
        return "not checked"
    verdict = "passed" if report["passed"] else "failed"
    warnings = sum(issue["severity"] == "warn" and not issue["fixed"] for issue in report["issues"])
    counts = f"{report['error_count']} errors, {warnings} warnings, {report['fixed_count']} fixed"
    return f"{verdict} ({counts})"


def _some(items: list[str]) -> str:
    more = f" and {len(items) - _MANY} more" if len(items) > _MANY else ""
    return ", ".join(items[:_MANY]) + more
