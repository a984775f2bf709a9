"""What the arguments of tools say, as the forms of the HTTP API and the options of the command say it."""

from collections.abc import Callable, Mapping
from typing import Any

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.options import REPORT_FILES
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.mcp.json_text import written

Given = Mapping[str, Any]

# Arguments that are form fields, and the names that these have.
_FIELDS = {
    "document_type": "skill",
    "preset": "preset",
    "lang": "lang",
    "unused": "unused",
    "pdf": "pdf",
    "review": "review",
    "name": "name",
    "columns": "columns",
    "sheet": "sheet",
    "encoding": "encoding",
    "row_numbers": "row_numbers",
    "pages": "pages",
    "width": "width",
}
# Files that may be given as JSON.
JSON_ARGUMENTS = ("task", "replace_log", "format_report", "rows")
_JSON_ENDS = (("{", "}"), ("[", "]"))
# The names that files have which are given without one; what a file of rows is, its bytes say.
FILE_NAMES = {
    "template": "template.docx",
    "task": "task.json",
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
    "rows": "rows",
}


def form_fields(
    arguments: Given, policies: PolicyRegistry, policy_text: Callable[[str], str]
) -> dict[str, str]:
    """Return the form fields that ``arguments`` give; those that are files are none of them.

    ``policy_text`` returns the YAML of a policy that is given and is no name of one; it raises
    ``InvalidArgument`` where it is no policy either.
    """
    fields = {field: _as_sent(arguments[name]) for name, field in _FIELDS.items() if name in arguments}
    if "format_report" in arguments:
        fields["format_report"] = _report_forms(arguments["format_report"])
    policy = arguments.get("policy")
    if policy is not None and policies.get(policy) is not None:
        fields["policy"] = policy
    elif policy is not None:
        fields["policy_yaml"] = policy_text(policy)
    return fields


def no_policy(given: str, policies: PolicyRegistry, otherwise: str) -> InvalidArgument:
    """Return the error for what is neither the name of a policy nor, as ``otherwise`` says, a policy."""
    allowed = list(policies.names())
    return InvalidArgument(
        f"policy: unknown policy; use one of {', '.join(allowed)}, or {otherwise}.",
        field="policy",
        value=echo(given),
        allowed=allowed,
    )


def json_content(value: Any) -> bytes | None:
    """Return the bytes of a file that stands in an argument as JSON; ``None`` where it is given as a text.

    A list is one of rows: JSON lines.
    """
    if isinstance(value, dict):
        return written(value).encode()
    if isinstance(value, list):
        return b"".join(f"{written(each)}\n".encode() for each in value)
    return None


def refuse_json_text(name: str, given: str, otherwise: str) -> None:
    """Raise ``InvalidArgument`` where the argument ``name`` is JSON, and written as a text.

    ``otherwise`` says how a file is given in its place.
    """
    text = given.strip()
    if (text[:1], text[-1:]) in _JSON_ENDS:
        raise InvalidArgument(
            f"{name}: this is JSON in a text; give the JSON itself, without quotation marks around it, or "
            f"{otherwise}.",
            field=name,
        )


def refuse_no_template(arguments: Given) -> None:
    """Raise ``InvalidArgument`` where no template is given."""
    if "template" not in arguments and "template_name" not in arguments:
        raise InvalidArgument(
            "template: missing; give template, or template_name with a name of list_templates.",
            field="template",
        )


def _report_forms(given: list[str] | str) -> str:
    """Return the forms of the format report, in any order or as the form field has them, as that field."""
    if isinstance(given, str):
        return given
    wants_page = not {"human", "both"}.isdisjoint(given)
    wants_both = "both" in given or (wants_page and "json" in given)
    first = "both" if wants_both else "human" if wants_page else "json"
    return ",".join((first, *(form for form in REPORT_FILES if form in given)))


def _as_sent(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else written(value)
