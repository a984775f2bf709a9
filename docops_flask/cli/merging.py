"""``docops merge``: fills a template for each row of a file, with its progress on a terminal."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from docops_flask.cli.files import move_result
from docops_flask.engine.job import Job
from docops_flask.engine.merge.merge_job import merge
from docops_flask.engine.merge.outcome import MergeResult, RowOutcome


def merge_into(out: Path, job: Job, template: Path, *, force: bool, quiet: bool) -> MergeResult:
    """Do the merge ``job`` and write its ZIP to ``out``; raises what ``merge`` and ``move_result`` raise."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".docops-") as folder:
        made = Path(folder) / "outputs.zip"
        with _Progress(quiet=quiet) as progress:
            result = merge(job, template, folder, made, progress.row_done)
        move_result(made, out, force=force)
    return result


class _Progress:
    """Shows rows, faults and the rate on a terminal; nothing in a pipe."""

    def __init__(self, *, quiet: bool) -> None:
        self._is_shown = not quiet and sys.stderr.isatty()
        self._rows = self._faults = 0

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown and self._rows:
            click.echo(err=True)

    def row_done(self, outcome: RowOutcome) -> None:
        """Count a row."""
        self._rows += 1
        self._faults += outcome.outcome == "failed"
        if self._is_shown:
            faults = f", {self._faults} not filled" if self._faults else ""
            click.echo(f"\r{self._rows} rows{faults}", err=True, nl=False)


def merge_as_data(result: MergeResult, out: Path) -> dict[str, Any]:
    """Return what ``--json`` prints of a merge."""
    return {
        "exit_code": result.exit_code,
        "rows": result.rows._asdict(),
        "left": result.left,
        "missing": result.missing,
        "format": result.format,
        "faults": [each.as_dict() for each in result.faults],
        "file": os.fspath(out),
    }


def merge_for_people(result: MergeResult, out: Path) -> str:
    """Return what a merge came to, for a terminal."""
    rows = result.rows
    made = rows.total - rows.failed
    told = [f"{made} of {rows.total} documents made: {out}"]
    told += [
        f"  {count} {what}"
        for count, what in (
            (rows.missing_required, "with values missing"),
            (rows.unsupported, "with placeholders that cannot be filled"),
            (rows.strict_failed, "that fail the format check"),
            (rows.failed, "not made; results.csv in the ZIP says why"),
        )
        if count
    ]
    if result.left:
        are = "1 placeholder is" if result.left == 1 else f"{result.left} placeholders are"
        told.append(f"  {are} still in the documents; results.csv says in which.")
    told += [
        f"  {'' if each.sheet is None else f'{each.sheet}, '}row {each.row}: {each.message}"
        for each in result.faults
    ]
    return "\n".join(told)
