"""How the command ``docops`` tells that something went wrong."""

import click

from docops_flask.cli_output import print_json
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.settings import SettingsError


def tell(error: Exception, *, as_json: bool) -> None:
    """Print ``error``: the contract's object on standard output, or lines for people on standard error.

    An error that nobody foresaw is raised again: whoever runs the command should see where it happened.
    """
    known = _as_docops_error(error)
    if as_json:
        record = {"error_code": known.code, "message": known.message, "detail": known.detail}
        print_json(record)
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        click.echo(f"docops: {known.message}", err=True)


def _as_docops_error(error: Exception) -> DocopsError:
    if isinstance(error, DocopsError):
        return error
    if isinstance(error, click.ClickException):
        return InvalidArgument(error.format_message())
    if isinstance(error, SettingsError):
        return InvalidArgument(str(error))
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return InvalidArgument(f"{place}{error.strerror or error}.")
    raise error
