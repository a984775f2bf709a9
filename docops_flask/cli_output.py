"""Standard output as the shell's commands use it, whatever the locale."""

import io
import json
import sys
from typing import Any

import click


def tolerate_any_locale() -> None:
    """Have characters that the terminal's encoding lacks written as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: dict[str, Any]) -> None:
    """Print ``document`` as UTF-8, which JSON is in every locale (RFC 8259, 8.1).

    Bytes of a file's name that are no UTF-8 become escapes.
    """
    click.echo(json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace"))
