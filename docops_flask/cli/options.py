"""Options and arguments that several commands take."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from docops_flask.engine.options import CHOICES, FIELD_ORDER, SWITCHES

_Command = Callable[..., Any]

JSON_FLAG = "--json"
PATH = click.Path(path_type=Path)
_HELP = {
    "skill": "Require this document type; fail if the task names another.",
    "preset": "A named set of format options (default: quick), instead of single --format options.",
    "strict": "Fail (exit code 4) when the format check fails.",
    "format_mode": "Check the format and report, check and fail on errors, or do not check.",
    "format_baseline": "Compare with the template or with the policy.",
    "format_fix_mode": "Apply safe fixes, or none.",
    "format_report": "Write the format report as JSON; with human or both also as an HTML page; "
    "with ,sarif and ,junit behind it in these forms too.",
    "policy_yaml": "Compare with this policy file instead of the default policy.",
    "policy": "Compare with the policy of this name (list them with docops policies).",
    "export_suggested_policy": "Also write a policy that this template passes.",
    "lang": "Language of the report page (default: that of the template).",
    "strip_comments": "Leave out the comments of the template's author.",
    "output": "Write all results as they are named in a ZIP of the service, or one file alone.",
    "name": "Pattern of that one file's name, such as 【NUMBER】-【TITLE】 (default: the template's name).",
    "pdf": "Also write a PDF of the document, made by LibreOffice.",
    "pdf_version": "Version of the PDF: 1.6, or PDF/A-2b for archives.",
    "review": "Also write a reviewer's copy: with the findings as comments, or the fixes as tracked changes.",
    "unused": "Refuse payload keys that no tag of the template takes, or allow them (open tasks).",
    "drop_signature": "Leave out the template's digital signature, which filling makes void.",
}
_METAVARS = {"name": "PATTERN"}
OF_MERGES = [name for name in FIELD_ORDER if name != "output"]
json_option = click.option(JSON_FLAG, "as_json", is_flag=True, help="Print one JSON object.")
force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")


def with_job_options(command: _Command, *, fields: Sequence[str] = FIELD_ORDER) -> _Command:
    """Add form fields of ``/v1/run`` as options; their values are checked by the service's own code."""
    for name in reversed(fields):
        flag, help_line = f"--{name.replace('_', '-')}", _HELP[name]
        if name in SWITCHES:
            option = click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=help_line)
        elif name == "policy_yaml":
            option = click.option(flag, "policy_file", type=PATH, help=help_line)
        else:
            option = click.option(
                flag,
                name,
                metavar="|".join(CHOICES.get(name, (_METAVARS.get(name, "NAME"),))),
                help=help_line,
            )
        command = option(command)
    return asset_option("A PNG or JPEG, or a .docx to put in, that the task refers to by NAME")(command)


def asset_option(what: str) -> Callable[[_Command], _Command]:
    """Return the option --asset, whose value is names and paths; ``what`` says which files it takes."""
    return click.option(
        "--asset",
        "assets",
        metavar="NAME=PATH",
        multiple=True,
        callback=_named_files,
        help=f"{what}; may be given several times.",
    )


def _named_files(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> list[tuple[str, Path]]:
    named = [value.partition("=") for value in values]
    if not all(name and path for name, _, path in named):
        raise click.BadParameter("use NAME=PATH")
    return [(name, Path(path)) for name, _, path in named]


def one_line(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Refuse a text that is not one line of characters that a document may have; a callback of options."""
    from docops_flask.intake.task import NOT_XML

    if value is not None and (NOT_XML.search(value) or len(value.splitlines()) != 1 or not value.strip()):
        raise click.BadParameter("use one line of text")
    return value
