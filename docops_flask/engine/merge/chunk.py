"""A chunk of a batch: some of its rows, whose payloads and names the plan has written."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.merge.merging import RowFilling
from docops_flask.engine.merge.outcome import Outcome, RowOutcome
from docops_flask.engine.merge.row_files import RowFiles
from docops_flask.engine.merge.row_made import RowMade
from docops_flask.engine.merge.shards import ShardRow, shard_rows
from docops_flask.engine.opc.zip_writer import ZipWriter

SHARD_FILE = "shard.jsonl"


class RowError(NamedTuple):
    """Why a row has no document, as an error of ``/v1/run`` says it."""

    code: str
    message: str
    detail: dict[str, Any]


class ChunkRow(NamedTuple):
    """What came of one row, as the server reads it: the members of ``RowOutcome``."""

    row: int
    outcome: Outcome
    exit_code: int
    name: str | None
    sha256: str | None
    missing: tuple[str, ...]
    left: int
    format: str
    error: RowError | None
    pdf_sha256: str | None = None
    warnings: tuple[str, ...] = ()


class ChunkResult(NamedTuple):
    """What came of a chunk: each of its rows, in their order, and causes of failed rows for the log.

    ``made`` is what receipts say of rows, where they are asked for.
    """

    rows: tuple[ChunkRow, ...]
    inner: tuple[str, ...]
    made: tuple[RowMade, ...] = ()


def do_chunk(job: Job, template: FilePath, folder: FilePath, archive: FilePath) -> dict[str, Any]:
    """Fill the template for each row of ``shard.jsonl`` in ``folder`` and write the ZIP ``archive``.

    It has ``docs/NAME.docx``, and the PDF where one is asked for, for each row of which a document was made,
    with ``all_artefacts`` also its logs and reports in ``rows/NUMBER/``. Returns the members of
    ``ChunkResult``. Raises what opening the template raises and ``TemplateLimitExceeded`` for a ZIP that
    becomes too large; a fault of one row is its outcome.
    """
    outcomes: list[RowOutcome] = []
    with (
        closing(RowFilling(job, template)) as filling,
        open(archive, "wb") as file,
        open(os.path.join(folder, SHARD_FILE), "rb") as shard,
    ):
        writer = ZipWriter(file)
        files = RowFiles(job, writer)
        for row, name in _rows(filling, shard):
            sink = files.sink()
            outcome, result = filling.outcome(row, sink)
            if result is not None and name is not None:
                outcome = files.add(row, name, outcome, result, sink)
            outcomes.append(outcome)
        files.finish()
        writer.finish()
        return {
            "rows": [each.as_dict() for each in outcomes],
            "inner": filling.inner[:20],
            "made": [each._asdict() for each in files.made],
        }


def _rows(filling: RowFilling, lines: Iterator[bytes]) -> Iterator[ShardRow]:
    """Yield the rows of a shard, whose first line has the headers of the columns."""
    try:
        filling.headers = json.loads(next(lines))
        yield from shard_rows(lines)
    except (ValueError, KeyError, TypeError) as error:
        raise DocopsError("The rows of a chunk cannot be read.") from error
