"""Commands about templates: inspect, convert, templates (a library), new-template, new-type."""

import os
from pathlib import Path

import click

from docops_flask.cli.options import PATH, force_option, json_option, one_line
from docops_flask.cli.output import FAILED, files_named, print_json, print_report


@click.command()
@click.argument("template", type=PATH)
@click.option("--schema", "only", flag_value="schema", help="Print the JSON Schema of the payload alone.")
@click.option("--sample-task", "only", flag_value="sample_task", help="Print a task that fits, to fill in.")
@json_option
def inspect(template: Path, *, only: str | None, as_json: bool) -> None:
    """List the fields and problems of TEMPLATE.

    Prints the address of each. With --schema or --sample-task: what an open task for it holds.
    """
    from docops_flask.cli import summary
    from docops_flask.engine.pipeline import inspect
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import inspection_of_file

    with files_named({"template": template}):
        report = inspect(inspection_of_file(template, office_of(os.environ)), template)
    if only is not None:
        print_json(report.as_dict()[only])
    else:
        print_report(report, summary.inspection_for_people, as_json=as_json)


@click.command()
@click.argument("template", type=PATH)
@click.option(
    "--from",
    "tool",
    required=True,
    metavar="docxtpl|docxtemplater|poi-tl|carbone|mailmerge",
    help="The tool whose tags TEMPLATE has. 模板所用的工具。",
)
@click.option("--out", type=PATH, required=True, help="The template to write. 写入的模板。")
@click.option("--report", type=PATH, help="Also write what became of each tag, as JSON. 另写 JSON 报告。")
@click.option(
    "--delimiters",
    metavar="'{{ }}'",
    help="What stands around tags of docxtemplater or poi-tl, where it is not as usual. 标签两侧的符号。",
)
@force_option
@json_option
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


@click.command()
@click.argument("folder", metavar="[DIR]", type=PATH, required=False)
@json_option
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
    return FAILED if checked.faults or checked.findings else 0


@click.command("new-template")
@click.argument("skill")
@click.option("--out", type=PATH, help="The file to write (default: SKILL.docx).")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--organ",
    metavar="NAME",
    callback=one_line,
    help="The organisation in the letterhead; also the signature where the skill has no field for it.",
)
@click.option(
    "--date",
    metavar="TEXT",
    callback=one_line,
    help="The date line; without it and a field for it the line is left out.",
)
@force_option
@json_option
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


@click.command("new-type")
@click.argument("template", type=PATH)
@click.option("--out", type=PATH, help="The file to write (default: NAME.toml). 写入的文件。")
@click.option("--name", help="The name of the document type (default: that of TEMPLATE). 文种的名称。")
@force_option
@json_option
def new_type(template: Path, *, out: Path | None, name: str | None, force: bool, as_json: bool) -> None:
    """Write the file of a document type from TEMPLATE.

    It has a field for each name in the template, with labels from the text beside it; edit it, then put it
    into DOCOPS_SKILLS_DIR.

    根据模板生成文种文件：模板中每个名称一项，标签取自旁边的文字；修改后放入 DOCOPS_SKILLS_DIR 所指的文件夹。
    """
    from docops_flask.cli import summary
    from docops_flask.cli.files import write_file
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
