"""Commands about document types and policies: skills, policies, learn."""

import os
from pathlib import Path

import click

from docops_flask.cli.options import PATH, force_option, json_option
from docops_flask.cli.output import print_json
from docops_flask.engine.options import CHOICES


@click.command()
@json_option
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


@click.command()
@json_option
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


@click.command()
@click.argument("documents", type=PATH, nargs=-1, required=True)
@click.option("--out", type=PATH, required=True, help="The policy file to write.")
@click.option(
    "--against", metavar="POLICY", help="Also list where the documents deviate from the policy of this name."
)
@click.option("--lang", metavar="|".join(CHOICES["lang"]), help="Language of the remarks in the file.")
@force_option
@json_option
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
