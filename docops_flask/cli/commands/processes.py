"""Commands that serve: serve (HTTP), mcp (tools of agents), worker (batches)."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from docops_flask.cli.options import PATH


@click.command()
def serve() -> None:
    """Serve over HTTP.

    Runs gunicorn, configured by the DOCOPS_ environment variables.
    """
    replace_this_process()


@click.command()
@click.option(
    "--root",
    type=PATH,
    help="The folder below which files are read and written (default: the current folder, unless it is /).",
)
def mcp(*, root: Path | None) -> None:
    """Serve the tools of agents (MCP) on standard input and output.

    For programs that start it themselves, such as desktop clients; see docs/mcp.md.
    """
    from docops_flask.cli.mcp import serve as serve_messages

    serve_messages(root)


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Serve the worker's metrics there (default: nowhere).")
def worker(*, bind: str | None) -> None:
    """Work on batches.

    Does the work of servers with the same DOCOPS_BATCH_BROKER, and the same DOCOPS_BATCH_DIR or
    DOCOPS_BATCH_STORE.
    """
    from docops_flask.serving.batch_worker import command

    # As for ``serve``: renderers would import the main module of this command.
    os.execv(sys.executable, command(bind))


def replace_this_process() -> NoReturn:
    """Replace this process by gunicorn.

    Renderers started by ``spawn`` import the main module of their parent. That of ``python -m gunicorn``
    costs them nothing, this one would take time (docs/analysis/renderer-process.md).
    """
    arguments = ["--config", "python:docops_flask.serving.gunicorn_config", "docops_flask.app:create_app()"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])
