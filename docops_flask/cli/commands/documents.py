"""Commands that fill and prove documents: run, preview, precheck, merge, verify."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import click

from docops_flask.cli.job import fields_of, job_of, pdf_maker_of, pdf_option, signer_of, signing_of
from docops_flask.cli.options import (
    OF_MERGES,
    PATH,
    asset_option,
    force_option,
    json_option,
    with_job_options,
)
from docops_flask.cli.output import FAILED, files_named, print_json, print_report


@click.command()
@click.argument("template", type=PATH)
@click.argument("task", type=PATH)
@click.option("--out-dir", type=PATH, required=True, help="Folder for the results; created if missing.")
@with_job_options
@click.option(
    "--signing-key",
    type=PATH,
    help="Sign a receipt with this private key, Ed25519 in PEM (default: DOCOPS_SIGNING_KEY_FILE).",
)
@force_option
@json_option
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
    from docops_flask.cli.running import run_into
    from docops_flask.engine.job import JobKind

    job, office = job_of(JobKind.RUN, template, task, options)
    signing = signing_of(signing_key, template, task, office)
    job = job._replace(receipt=signing is not None)
    with pdf_maker_of(job) as maker, files_named({"template": template}):
        result, files = run_into(out_dir, job, template, task, force=force, signing=signing, maker=maker)
    report = None if maker is None else maker.report
    if as_json:
        print_json(summary.run_as_data(result, job, out_dir, files, report))
    else:
        click.echo(summary.run_for_people(result, out_dir, files, report))
    return int(result.exit_code)


@click.command()
@click.argument("template", type=PATH)
@click.argument("task", type=PATH)
@click.option("--out-dir", type=PATH, required=True, help="Folder for the pictures; created if missing.")
@click.option("--pages", metavar="N|N-M", help="The pages to draw, at most 10 (default: the first 10).")
@click.option("--width", metavar="PIXELS", help="Width of the pictures, 16 to 1600 (default: 800).")
@with_job_options
@force_option
@json_option
def preview(template: Path, task: Path, *, out_dir: Path, force: bool, as_json: bool, **options: Any) -> int:
    """Draw the pages of the document that a run would write, as PNG files.

    Takes TEMPLATE and TASK like run, and ends with the exit code that run would have. Needs LibreOffice.
    """
    from docops_flask.cli import preview as previews
    from docops_flask.cli.files import results_folder
    from docops_flask.engine.job import JobKind
    from docops_flask.engine.picture_order import FIELDS, picture_order
    from docops_flask.engine.preview_result import picture_file
    from docops_flask.intake.job import preview_of
    from docops_flask.settings.settings import from_env

    given = {name: options.pop(name) for name in FIELDS}
    order = picture_order({name: value for name, value in given.items() if value is not None})
    asked, _ = job_of(JobKind.PREVIEW, template, task, options)
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


@click.command()
@click.argument("template", type=PATH)
@click.argument("task", type=PATH)
@with_job_options
@json_option
def precheck(template: Path, task: Path, *, as_json: bool, **options: Any) -> int:
    """Predict the result of a run.

    Takes TEMPLATE and TASK like run, writes no document, and ends with the exit code that run would have.
    """
    from docops_flask.cli import summary
    from docops_flask.engine.job import JobKind
    from docops_flask.engine.pipeline import precheck

    job, office = job_of(JobKind.PRECHECK, template, task, options)
    if job.options.pdf:
        from docops_flask.cli.pdf import refuse_without_office

        refuse_without_office(office.settings, pdf_option(job))
    with files_named({"template": template}):
        report = precheck(job, template)
    print_report(report, summary.precheck_for_people, as_json=as_json)
    return int(report.expected_exit_code)


@click.command("merge")
@click.argument("template", type=PATH)
@click.argument("rows", type=PATH)
@click.option("--out", type=PATH, required=True, help="The ZIP to write.")
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
    type=PATH,
    help="Folder for the rows that are done; run again with it, the command goes on with what is left.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), help="How many rows are filled at a time (default: one a core)."
)
@click.option(
    "--signing-key",
    type=PATH,
    help="Sign a receipt of each row with this private key (default: DOCOPS_SIGNING_KEY_FILE).",
)
@partial(with_job_options, fields=OF_MERGES)
@force_option
@json_option
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
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import merge_of_files

    policy_file, assets = options.pop("policy_file"), options.pop("assets")
    fields = fields_of(options)
    office = office_of(os.environ)
    order = merging.MergeOrder(out, work, jobs, force, quiet=as_json)
    signer = signer_of(signing_key, office)
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


@click.command()
@click.argument("template", type=PATH)
@click.argument("document", type=PATH)
@click.option("--replace-log", type=PATH, help="Default: out.replace_log.json beside DOCUMENT.")
@click.option("--format-report", type=PATH, help="Default: out.format_report.json beside DOCUMENT.")
@click.option("--task", type=PATH, help="The task that was done: also compare the values with it.")
@click.option("--receipt", type=PATH, help="The receipt of the run: also check its signature and hashes.")
@click.option("--key", type=PATH, help="The public key (PEM) that the receipt was signed with.")
@asset_option("A .docx that was put into DOCUMENT under NAME")
@json_option
def verify(
    template: Path,
    document: Path,
    *,
    replace_log: Path | None,
    format_report: Path | None,
    task: Path | None,
    receipt: Path | None,
    key: Path | None,
    assets: list[tuple[str, Path]],
    as_json: bool,
) -> int:
    """Verify that DOCUMENT is TEMPLATE with the logged changes.

    Ends with 0 when nothing else changed and a receipt, where one is given, is valid and about these files;
    otherwise with 1.
    """
    from docops_flask.cli import summary
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
        job = verification_of_files(template, evidence, office, task=task, receipt=receipt, assets=assets)
        check = None
        if receipt is not None and public is not None:
            check = check_files(receipt, public, template, document, task)
        report = verify_files(job, template, evidence)
    if as_json:
        print_json(summary.verification_as_data(report, check))
    else:
        click.echo(summary.verification_for_people(report, left_in(evidence.replace_log), check))
    return 0 if report.verdict == "intact" and (check is None or check.holds) else FAILED
