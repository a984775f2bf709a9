"""The command ``docops``: the service's jobs in the shell, with the same engine, options and exit codes.

With ``--json`` standard output is exactly one JSON object: the result, or the error as the service would
answer it. Otherwise results are printed as text and errors go to standard error. The exit codes are those of
the contract; any other failure, such as a wrong command line, is 1.

The commands are in ``cli.commands``; each imports what it needs itself, so that ``docops --help`` is fast.
"""

import sys
from collections.abc import Sequence

import click

from docops_flask import __version__
from docops_flask.cli.commands import documents, processes, rules, templates
from docops_flask.cli.options import JSON_FLAG
from docops_flask.cli.output import FAILED, tell, tolerate_any_locale


@click.group()
@click.version_option(__version__, prog_name="docops")
def docops() -> None:
    """Fill approved Word templates and prove the result."""


for _command in (
    documents.run,
    documents.preview,
    documents.precheck,
    documents.merge_rows,
    documents.verify,
    templates.inspect,
    templates.convert,
    templates.templates,
    templates.new_template,
    templates.new_type,
    rules.skills,
    rules.policies,
    rules.learn,
    processes.serve,
    processes.mcp,
    processes.worker,
):
    docops.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the process's exit status."""
    tolerate_any_locale()
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(docops.main(given, prog_name="docops", standalone_mode=False) or 0)
    except click.Abort:
        click.echo("Stopped.", err=True)
    except Exception as error:
        tell(error, as_json=JSON_FLAG in given)
    return FAILED
