"""Prints JSON, reports and errors of the shell's commands, in any locale."""

import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click

from docops_flask.engine.errors import DocopsError, InvalidArgument

# The exit status of every failure that has none in the contract, such as a wrong command line.
FAILED = 1
# What a message says of faults that are in the detail alone, which --json prints.
_MORE = re.compile(r" \(\d+ more in detail\.(errors|rows)\)")
_MOST_FAULTS = 20


class _Report(Protocol):
    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""


R = TypeVar("R", bound=_Report)


def tolerate_any_locale() -> None:
    """Print characters that the terminal's encoding lacks as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: dict[str, Any]) -> None:
    """Print ``document`` as UTF-8 in every locale, as JSON requires (RFC 8259, 8.1).

    Bytes of a file name that are not valid UTF-8 become escapes.
    """
    click.echo(json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace"))


def print_report(report: R, for_people: Callable[[R], str], *, as_json: bool) -> None:
    """Print ``report`` as JSON, or as the text that ``for_people`` makes of it."""
    if as_json:
        print_json(report.as_dict())
    else:
        click.echo(for_people(report))


@contextmanager
def files_named(files: Mapping[str, Path | None]) -> Iterator[None]:
    """Begin the message of a ``DocopsError`` raised inside ``with`` with the path of the file it is about.

    Such messages begin with the name of a form part (``template: it is damaged``); ``files`` maps these names
    to paths.
    """
    try:
        yield
    except DocopsError as error:
        part = re.match(r"\w*", error.message)
        file = files.get(part[0]) if part else None
        if file is not None:
            error.message = f"{file}: {error.message}"
        raise


def tell(error: Exception, *, as_json: bool) -> None:
    """Print ``error``: the contract's JSON object on standard output, or a message on standard error.

    Raises any other error than those of the contract, the command line, the settings and the system again, so
    that its traceback is shown.
    """
    known = _as_docops_error(error)
    if as_json:
        record = {"error_code": known.code, "message": known.message, "detail": known.detail}
        print_json(record)
    elif isinstance(error, click.ClickException):
        error.show()
    else:
        click.echo(f"docops: {_MORE.sub('', known.message)}", err=True)
        for line in _further_faults(known):
            click.echo(f"  {line}", err=True)
        in_chinese = _in_chinese(known)
        if in_chinese:
            click.echo(f"docops: {in_chinese}", err=True)


def _further_faults(error: DocopsError) -> Iterator[str]:
    """Yield a line for each fault of a task or of rows behind the one that the message names."""
    match = _MORE.search(error.message)
    further: list[dict[str, Any]] = error.detail.get(match[1], [])[1:] if match is not None else []
    for each in further[:_MOST_FAULTS]:
        place = each.get("path") or f"row {each.get('row')}, column {each.get('column')}"
        suggestion = each.get("suggestion")
        yield f"{place}: {each['message']}" + ("" if suggestion is None else f" {suggestion}")
    if len(further) > _MOST_FAULTS:
        yield f"… {len(further) - _MOST_FAULTS} more (all with --json)"


def _in_chinese(error: DocopsError) -> str | None:
    """Return in Chinese what kind of file was given, or in which encoding, where the error is about that."""
    from docops_flask.engine.opc.other_kinds import sentence_of
    from docops_flask.engine.text_encoding import OTHER_ENCODING

    if "encoding" in error.detail:
        return OTHER_ENCODING.zh.format(error.detail["encoding"])
    sentence = sentence_of(error.detail)
    return None if sentence is None else sentence.zh


def _as_docops_error(error: Exception) -> DocopsError:
    # Imported here because most commands succeed without it.
    from docops_flask.settings.settings import SettingsError

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
