"""The command ``docops``: the service's jobs in the shell, with the same engine, options and exit codes.

With ``--json`` standard output is exactly one JSON object: the result, or the error as the service would
answer it. Otherwise results are printed as text and errors go to standard error. The exit codes are those of
the contract; any other failure, such as a wrong command line, is 1.

Each command imports what it needs itself, so that ``docops --help`` is fast.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

import click

from docops_flask import __version__
from docops_flask.cli.output import print_json, tolerate_any_locale
from docops_flask.engine.options import CHOICES, FIELD_ORDER, SWITCHES

if TYPE_CHECKING:
    from docops_flask.cli.pdf import PdfMaker
    from docops_flask.cli.receipts import Signing
    from docops_flask.engine.job import Job, JobKind
    from docops_flask.intake.catalogue.office import Office
    from docops_flask.jobs.receipts.keys import Signer

_Command = Callable[..., Any]


class _Report(Protocol):
    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""


R = TypeVar("R", bound=_Report)
_JSON_FLAG = "--json"
_FAILED = 1
_PATH = click.Path(path_type=Path)
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
_OF_MERGES = [name for name in FIELD_ORDER if name != "output"]
_json_option = click.option(_JSON_FLAG, "as_json", is_flag=True, help="Print one JSON object.")
_force_option = click.option("--force", is_flag=True, help="Overwrite existing files.")


def _with_job_options(command: _Command, *, fields: Sequence[str] = FIELD_ORDER) -> _Command:
    """Add form fields of ``/v1/run`` as options; their values are checked by the service's own code."""
    for name in reversed(fields):
        flag, help_line = f"--{name.replace('_', '-')}", _HELP[name]
        if name in SWITCHES:
            option = click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=help_line)
        elif name == "policy_yaml":
            option = click.option(flag, "policy_file", type=_PATH, help=help_line)
        else:
            option = click.option(
                flag,
                name,
                metavar="|".join(CHOICES.get(name, (_METAVARS.get(name, "NAME"),))),
                help=help_line,
            )
        command = option(command)
    return click.option(
        "--asset",
        "assets",
        metavar="NAME=PATH",
        multiple=True,
        callback=_named_files,
        help="A PNG or JPEG that the task refers to by NAME; may be given several times.",
    )(command)


def _named_files(
    _context: click.Context, _option: click.Parameter, values: Sequence[str]
) -> list[tuple[str, Path]]:
    named = [value.partition("=") for value in values]
    if not all(name and path for name, _, path in named):
        raise click.BadParameter("use NAME=PATH")
    return [(name, Path(path)) for name, _, path in named]


@click.group()
@click.version_option(__version__, prog_name="docops")
def docops() -> None:
    """Fill approved Word templates and prove the result."""


@docops.command()
@click.argument("template", type=_PATH)
@click.argument("task", type=_PATH)
@click.option("--out-dir", type=_PATH, required=True, help="Folder for the results; created if missing.")
@_with_job_options
@click.option(
    "--signing-key",
    type=_PATH,
    help="Sign a receipt with this private key, Ed25519 in PEM (default: DOCOPS_SIGNING_KEY_FILE).",
)
@_force_option
@_json_option
def run(
    template: Path,
    task: Path,
    *,
    out_dir: Path,
    signing_key: Path | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Fill TEMPLATE (.docx) with TASK (.json).

    With a signing key out.receipt.json is written too. With --output docx or pdf the document alone is
    written into the folder, under its own name.
    """
    from docops_flask.cli import summary
    from docops_flask.cli.output import files_named
    from docops_flask.cli.running import run_into
    from docops_flask.engine.job import JobKind

    job, office = _job(JobKind.RUN, template, task, options)
    signing = _signing(signing_key, template, task, office)
    job = job._replace(receipt=signing is not None)
    with _pdf_maker(job) as maker, files_named({"template": template}):
        result, files = run_into(out_dir, job, template, task, force=force, signing=signing, maker=maker)
    report = None if maker is None else maker.report
    if as_json:
        print_json(summary.run_as_data(result, job, out_dir, files, report))
    else:
        click.echo(summary.run_for_people(result, out_dir, files, report))
    return int(result.exit_code)


@docops.command()
@click.argument("template", type=_PATH)
@click.argument("task", type=_PATH)
@click.option("--out-dir", type=_PATH, required=True, help="Folder for the pictures; created if missing.")
@click.option("--pages", metavar="N|N-M", help="The pages to draw, at most 10 (default: the first 10).")
@click.option("--width", metavar="PIXELS", help="Width of the pictures, 16 to 1600 (default: 800).")
@_with_job_options
@_force_option
@_json_option
def preview(template: Path, task: Path, *, out_dir: Path, force: bool, as_json: bool, **options: Any) -> int:
    """Draw the pages of the document that a run would write, as PNG files.

    Takes TEMPLATE and TASK like run, and ends with the exit code that run would have. Needs LibreOffice.
    """
    from docops_flask.cli import preview as previews
    from docops_flask.cli.files import results_folder
    from docops_flask.cli.output import files_named
    from docops_flask.engine.job import JobKind
    from docops_flask.engine.picture_order import FIELDS, picture_order
    from docops_flask.engine.preview_result import picture_file
    from docops_flask.intake.job import preview_of
    from docops_flask.settings.settings import from_env

    given = {name: options.pop(name) for name in FIELDS}
    order = picture_order({name: value for name, value in given.items() if value is not None})
    asked, _ = _job(JobKind.PREVIEW, template, task, options)
    job = preview_of(asked, order)
    names = [picture_file(page) for page in range(order.first, order.last + 1)]
    with files_named({"template": template}), results_folder(out_dir, force=force, names=names) as folder:
        made = previews.make_preview(job, template, folder, from_env(os.environ))
    files = [picture_file(image.page) for image in made.images]
    if as_json:
        print_json(previews.preview_as_data(made, out_dir, files))
    else:
        click.echo(previews.preview_for_people(made, out_dir, files))
    return int(made.exit_code)


@docops.command()
@click.argument("template", type=_PATH)
@click.argument("task", type=_PATH)
@_with_job_options
@_json_option
def precheck(template: Path, task: Path, *, as_json: bool, **options: Any) -> int:
    """Predict the result of a run.

    Takes TEMPLATE and TASK like run, writes no document, and ends with the exit code that run would have.
    """
    from docops_flask.cli import summary
    from docops_flask.cli.output import files_named
    from docops_flask.engine.job import JobKind
    from docops_flask.engine.pipeline import precheck

    job, office = _job(JobKind.PRECHECK, template, task, options)
    if job.options.pdf:
        from docops_flask.cli.pdf import refuse_without_office

        refuse_without_office(office.settings, _pdf_option(job))
    with files_named({"template": template}):
        report = precheck(job, template)
    _print_report(report, summary.precheck_for_people, as_json=as_json)
    return int(report.expected_exit_code)


@docops.command("merge")
@click.argument("template", type=_PATH)
@click.argument("rows", type=_PATH)
@click.option("--out", type=_PATH, required=True, help="The ZIP to write.")
@click.option(
    "--columns", metavar="JSON", help='Fields of headers, or null: {"Name": "recipient", "Remark": null}.'
)
@click.option("--sheet", metavar="NAME", help="The sheet with the rows (default: the first).")
@click.option("--encoding", metavar="NAME", help="The encoding of a CSV file (default: found out).")
@click.option(
    "--row-numbers", metavar="3,7,12-15", help="Do these rows alone; row 1 is the first below the header."
)
@click.option("--artefacts", metavar="all", help="Also put the logs and reports of each row into the ZIP.")
@click.option(
    "--work",
    type=_PATH,
    help="Folder for the rows that are done; run again with it, the command goes on with what is left.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), help="How many rows are filled at a time (default: one a core)."
)
@click.option(
    "--signing-key",
    type=_PATH,
    help="Sign a receipt of each row with this private key (default: DOCOPS_SIGNING_KEY_FILE).",
)
@partial(_with_job_options, fields=_OF_MERGES)
@_force_option
@_json_option
def merge_rows(
    template: Path,
    rows: Path,
    *,
    out: Path,
    work: Path | None,
    jobs: int | None,
    signing_key: Path | None,
    force: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Fill TEMPLATE (.docx) once for each row of ROWS (.csv, .xlsx, .jsonl).

    Ends with the gravest exit code of its rows, with 1 where a row was not filled. With --work it can be
    stopped, by Ctrl-C or a power cut, and run again.
    """
    from docops_flask.cli import merging
    from docops_flask.cli.merge_folder import Sources
    from docops_flask.cli.output import files_named
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import merge_of_files

    policy_file, assets = options.pop("policy_file"), options.pop("assets")
    fields = {name: _as_sent(value) for name, value in options.items() if value is not None}
    office = office_of(os.environ)
    order = merging.MergeOrder(out, work, jobs, force, quiet=as_json)
    signer = _signer(signing_key, office)
    with files_named({"template": template, "rows": rows}):
        job, given = merge_of_files(
            template,
            rows,
            fields,
            office,
            policy_file=policy_file,
            assets=assets,
            signs=signer is not None,
        )
        sources = Sources(template, rows, given)
        try:
            merged = merging.merge_into(order, job, sources, office.settings, signer)
        except merging.Interrupted as error:
            return merging.tell_interrupted(error)
    if as_json:
        print_json(merging.merge_as_data(merged, out))
    else:
        click.echo(merging.merge_for_people(merged, out))
    return merged.done.exit_code


@docops.command()
@click.argument("template", type=_PATH)
@click.option("--schema", "only", flag_value="schema", help="Print the JSON Schema of the payload alone.")
@click.option("--sample-task", "only", flag_value="sample_task", help="Print a task that fits, to fill in.")
@_json_option
def inspect(template: Path, *, only: str | None, as_json: bool) -> None:
    """List the fields and problems of TEMPLATE.

    Prints the address of each. With --schema or --sample-task: what an open task for it holds.
    """
    from docops_flask.cli import summary
    from docops_flask.cli.output import files_named
    from docops_flask.engine.pipeline import inspect
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import inspection_of_file

    with files_named({"template": template}):
        report = inspect(inspection_of_file(template, office_of(os.environ)), template)
    if only is not None:
        print_json(report.as_dict()[only])
    else:
        _print_report(report, summary.inspection_for_people, as_json=as_json)


@docops.command()
@click.argument("template", type=_PATH)
@click.option(
    "--from",
    "tool",
    required=True,
    metavar="docxtpl|docxtemplater|poi-tl|carbone|mailmerge",
    help="The tool whose tags TEMPLATE has. 模板所用的工具。",
)
@click.option("--out", type=_PATH, required=True, help="The template to write. 写入的模板。")
@click.option("--report", type=_PATH, help="Also write what became of each tag, as JSON. 另写 JSON 报告。")
@click.option(
    "--delimiters",
    metavar="'{{ }}'",
    help="What stands around tags of docxtemplater or poi-tl, where it is not as usual. 标签两侧的符号。",
)
@_force_option
@_json_option
def convert(
    template: Path,
    *,
    tool: str,
    out: Path,
    report: Path | None,
    delimiters: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Rewrite the tags of another tool in TEMPLATE as ours.

    What cannot be rewritten stays and is listed with its place and what to do. Ends with 0 when everything
    was rewritten, with 3 when something is left.

    把其他工具模板中的标签改写为本系统的标签；无法改写的保持原样，并列出位置与处理办法。全部改写时退出码为 0，
    有未转换的为 3。
    """
    from docops_flask.cli import converting
    from docops_flask.cli.output import files_named
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import inspection_of_file

    read_as = converting.tool_of(tool, delimiters)
    with files_named({"template": template}):
        job = inspection_of_file(template, office_of(os.environ))
        made = converting.convert_into(out, report, job, template, read_as, force=force)
    if as_json:
        print_json({"file": str(out), **made.as_dict()})
    else:
        click.echo(converting.conversion_for_people(made, out))
    return converting.exit_code_of(made)


@docops.command()
@click.argument("template", type=_PATH)
@click.argument("document", type=_PATH)
@click.option("--replace-log", type=_PATH, help="Default: out.replace_log.json beside DOCUMENT.")
@click.option("--format-report", type=_PATH, help="Default: out.format_report.json beside DOCUMENT.")
@click.option("--task", type=_PATH, help="The task that was done: also compare the values with it.")
@click.option("--receipt", type=_PATH, help="The receipt of the run: also check its signature and hashes.")
@click.option("--key", type=_PATH, help="The public key (PEM) that the receipt was signed with.")
@_json_option
def verify(
    template: Path,
    document: Path,
    *,
    replace_log: Path | None,
    format_report: Path | None,
    task: Path | None,
    receipt: Path | None,
    key: Path | None,
    as_json: bool,
) -> int:
    """Verify that DOCUMENT is TEMPLATE with the logged changes.

    Ends with 0 when nothing else changed and a receipt, where one is given, is valid and about these files;
    otherwise with 1.
    """
    from docops_flask.cli import summary
    from docops_flask.cli.output import files_named
    from docops_flask.cli.receipts import check_files, checking_key
    from docops_flask.engine.artefacts import FORMAT_REPORT, REPLACE_LOG
    from docops_flask.engine.integrity.verification import Evidence, left_in
    from docops_flask.engine.pipeline import verify_files
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import verification_of_files

    evidence = Evidence(
        document,
        replace_log or document.with_name(REPLACE_LOG),
        format_report or document.with_name(FORMAT_REPORT),
    )
    office = office_of(os.environ)
    public = checking_key(receipt, key, office.settings)
    with files_named({"template": template, **evidence._asdict(), "task": task, "receipt": receipt}):
        job = verification_of_files(template, evidence, office, task=task, receipt=receipt)
        check = None
        if receipt is not None and public is not None:
            check = check_files(receipt, public, template, document, task)
        report = verify_files(job, template, evidence)
    if as_json:
        print_json(summary.verification_as_data(report, check))
    else:
        click.echo(summary.verification_for_people(report, left_in(evidence.replace_log), check))
    return 0 if report.verdict == "intact" and (check is None or check.holds) else _FAILED


@docops.command()
@_json_option
def skills(*, as_json: bool) -> None:
    """List the document types and their fields.

    With --json: the JSON Schemas of their tasks.
    """
    from docops_flask.cli import summary
    from docops_flask.intake.catalogue.office import office_of

    known = office_of(os.environ).skills
    if as_json:
        print_json(summary.skills_as_data(known))
    else:
        click.echo(summary.skills_for_people(known))


@docops.command()
@_json_option
def policies(*, as_json: bool) -> None:
    """List the policies for --policy.

    With --json: also the JSON Schema of policy files.
    """
    from docops_flask.cli import summary
    from docops_flask.intake.catalogue.office import office_of

    known = office_of(os.environ).policies
    if as_json:
        print_json(summary.policies_as_data(known))
    else:
        click.echo(summary.policies_for_people(known))


@docops.command()
@click.argument("documents", type=_PATH, nargs=-1, required=True)
@click.option("--out", type=_PATH, required=True, help="The policy file to write.")
@click.option(
    "--against", metavar="POLICY", help="Also list where the documents deviate from the policy of this name."
)
@click.option("--lang", metavar="|".join(CHOICES["lang"]), help="Language of the remarks in the file.")
@_force_option
@_json_option
def learn(
    documents: tuple[Path, ...],
    *,
    out: Path,
    against: str | None,
    lang: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write one policy from several good DOCUMENTS (.docx).

    It has each rule that all of them keep, and says how many agree; what they do not agree on is a remark.
    """
    from docops_flask.cli.files import refuse_existing, write_file
    from docops_flask.cli.learning import learnt_as_data, learnt_for_people
    from docops_flask.engine.pipeline import learn_policy
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.learning import learning_of_files

    given = {"against": against, "lang": lang}
    fields = {name: value for name, value in given.items() if value is not None}
    refuse_existing("out", [out], force=force)
    job = learning_of_files(documents, fields, office_of(os.environ))
    learnt = learn_policy(job, os.curdir)
    write_file(out, learnt.policy.encode(), force=force)
    if as_json:
        print_json(learnt_as_data(learnt, out))
    else:
        click.echo(learnt_for_people(learnt, out))


@docops.command()
@click.argument("folder", metavar="[DIR]", type=_PATH, required=False)
@_json_option
def templates(folder: Path | None, *, as_json: bool) -> int:
    """List and check the templates of a library.

    DIR is a folder of NAME.docx, each with an optional NAME.toml (default: DOCOPS_TEMPLATES_DIR). They are
    checked as the server does it when it starts. Ends with 1 when a template would be stopped, or has places
    that runs could not fill.

    列出并检查模板库：DIR 为存放“名称.docx”及可选“名称.toml”的文件夹（默认为 DOCOPS_TEMPLATES_DIR），
    检查方式与服务启动时相同；有模板会被停用，或有填不了的地方时，退出码为 1。
    """
    from docops_flask.cli.library import check_library, library_as_data, library_for_people

    checked = check_library(folder)
    if as_json:
        print_json(library_as_data(checked))
    else:
        click.echo(library_for_people(checked))
    return _FAILED if checked.faults or checked.findings else 0


def _one_line(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    from docops_flask.intake.task import NOT_XML

    if value is not None and (NOT_XML.search(value) or len(value.splitlines()) != 1 or not value.strip()):
        raise click.BadParameter("use one line of text")
    return value


@docops.command("new-template")
@click.argument("skill")
@click.option("--out", type=_PATH, help="The file to write (default: SKILL.docx).")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--organ",
    metavar="NAME",
    callback=_one_line,
    help="The organisation in the letterhead; also the signature where the skill has no field for it.",
)
@click.option(
    "--date",
    metavar="TEXT",
    callback=_one_line,
    help="The date line; without it and a field for it the line is left out.",
)
@_force_option
@_json_option
def new_template(
    skill: str,
    *,
    out: Path | None,
    language: str,
    organ: str | None,
    date: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a starter template for SKILL.

    It contains every field of the document type; edit it in Word.
    """
    from docops_flask.cli.files import write_file
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.job import find_skill
    from docops_flask.starter.template import build_starter_template

    known = find_skill(office_of(os.environ).skills, "skill", skill)
    path = out or Path(f"{known.name}.docx")
    write_file(path, build_starter_template(known, language, organ=organ, date=date), force=force)
    if as_json:
        print_json({"skill": known.name, "language": language, "file": str(path)})
    else:
        click.echo(
            f"Wrote {path}; its fields are {', '.join(f'【{name}】' for name in known.placeholders())}."
        )


@docops.command("new-type")
@click.argument("template", type=_PATH)
@click.option("--out", type=_PATH, help="The file to write (default: NAME.toml). 写入的文件。")
@click.option("--name", help="The name of the document type (default: that of TEMPLATE). 文种的名称。")
@_force_option
@_json_option
def new_type(template: Path, *, out: Path | None, name: str | None, force: bool, as_json: bool) -> None:
    """Write the file of a document type from TEMPLATE.

    It has a field for each name in the template, with labels from the text beside it; edit it, then put it
    into DOCOPS_SKILLS_DIR.

    根据模板生成文种文件：模板中每个名称一项，标签取自旁边的文字；修改后放入 DOCOPS_SKILLS_DIR 所指的文件夹。
    """
    from docops_flask.cli import summary
    from docops_flask.cli.files import write_file
    from docops_flask.cli.output import files_named
    from docops_flask.engine.pipeline import fields_of_template
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import inspection_of_file
    from docops_flask.intake.new_type import new_type_file

    office = office_of(os.environ)
    with files_named({"template": template}):
        fields = fields_of_template(inspection_of_file(template, office), template)
        made = new_type_file(fields, template.stem, office.skills, name=name)
    path = out or Path(f"{made.skill.name}.toml")
    write_file(path, made.content, force=force)
    if as_json:
        print_json(summary.new_type_as_data(made.skill, fields, path))
    else:
        click.echo(summary.new_type_for_people(made.skill, fields, path))


@docops.command()
def serve() -> None:
    """Serve over HTTP.

    Runs gunicorn, configured by the DOCOPS_ environment variables.
    """
    replace_this_process()


@docops.command()
@click.option(
    "--root",
    type=_PATH,
    help="The folder below which files are read and written (default: the current folder, unless it is /).",
)
def mcp(*, root: Path | None) -> None:
    """Serve the tools of agents (MCP) on standard input and output.

    For programs that start it themselves, such as desktop clients; see docs/mcp.md.
    """
    from docops_flask.cli.mcp import serve as serve_messages

    serve_messages(root)


@docops.command()
@click.option("--bind", metavar="HOST:PORT", help="Serve the worker's metrics there (default: nowhere).")
def worker(*, bind: str | None) -> None:
    """Work on batches.

    Does the work of servers with the same DOCOPS_BATCH_BROKER, and the same DOCOPS_BATCH_DIR or
    DOCOPS_BATCH_STORE.
    """
    from docops_flask.serving.batch_worker import command

    # As for ``serve``: renderers would import the main module of this command.
    os.execv(sys.executable, command(bind))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the process's exit status."""
    tolerate_any_locale()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(docops.main(given, prog_name="docops", standalone_mode=False) or 0)
    except click.Abort:
        click.echo("Stopped.", err=True)
    except Exception as error:
        from docops_flask.cli.output import tell

        tell(error, as_json=_JSON_FLAG in given)
    return _FAILED


def _job(kind: "JobKind", template: Path, task: Path, options: dict[str, Any]) -> "tuple[Job, Office]":
    from docops_flask.cli.output import files_named
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import job_of_files

    policy_file, assets = options.pop("policy_file"), options.pop("assets")
    fields = {name: _as_sent(value) for name, value in options.items() if value is not None}
    office = office_of(os.environ)
    with files_named({"template": template, "task": task, "policy_yaml": policy_file}):
        job = job_of_files(kind, template, task, fields, office, policy_file=policy_file, assets=assets)
    return job, office


def _signing(key: Path | None, template: Path, task: Path, office: "Office") -> "Signing | None":
    """Return what signs the run's receipt; ``None`` without a key."""
    signer = _signer(key, office)
    if signer is None:
        return None
    from docops_flask.cli.receipts import Signing

    return Signing(signer, template, task, office.settings)


def _signer(key: Path | None, office: "Office") -> "Signer | None":
    if key is None and office.settings.signing_key_file is None:
        return None
    from docops_flask.cli.receipts import chosen_signer

    return chosen_signer(key, office.settings)


def _pdf_maker(job: "Job") -> "AbstractContextManager[PdfMaker | None]":
    if not job.options.pdf:
        return nullcontext()
    from docops_flask.cli.pdf import pdf_maker
    from docops_flask.settings.settings import from_env

    return pdf_maker(from_env(os.environ), _pdf_option(job))


def _pdf_option(job: "Job") -> str:
    return "output" if job.options.output == "pdf" else "pdf"


def _as_sent(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _print_report(report: R, for_people: Callable[[R], str], *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(for_people(report))


def replace_this_process() -> NoReturn:
    """Replace this process by gunicorn.

    Renderers started by ``spawn`` import the main module of their parent. That of ``python -m gunicorn``
    costs them nothing, this one would take time (docs/analysis/renderer-process.md).
    """
    arguments = ["--config", "python:docops_flask.serving.gunicorn_config", "docops_flask.app:create_app()"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])
