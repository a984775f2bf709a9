"""Writes what came of rows into the ZIP of a merge or of a chunk: documents, PDFs, logs and tasks."""

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from docops_flask.engine.artefacts import PDF, MemorySink, OutputBudget
from docops_flask.engine.job import Job
from docops_flask.engine.merge.members import DOCUMENTS, ROW_TASK, ROWS
from docops_flask.engine.merge.outcome import RowOutcome
from docops_flask.engine.merge.row_made import RowMade, salt_of_row
from docops_flask.engine.opc.zip_writer import Packed, ZipWriter, packed
from docops_flask.engine.rows.payloads import RowPayload
from docops_flask.engine.run_result import RunResult

# No text of a payload begins so: XML has no such character, and a row with it is refused.
_DECIMAL = "\0decimal "
_ENCODED_DECIMAL = re.compile(r'"\\u0000decimal ([^"\\]*)"')

# The most that is kept of files: of those that are not written yet, and of one that may come again.
MOST_WAITING_BYTES = 1 << 19


class RowFiles:
    """Adds the files of rows to ``writer``, as ``job``, a merge or a chunk, asks for them.

    They are written some rows later, in their order; ``finish`` writes the rest.
    ``made`` has what receipts say of the rows, where the job asks for them.
    """

    def __init__(self, job: Job, writer: ZipWriter) -> None:
        self._job = job
        self._writer = writer
        self._budget = OutputBudget(job.limits.output_bytes)
        self.made: list[RowMade] = []
        # The last file of each name: rows that differ in their values have some reports in common.
        self._last: dict[str, tuple[bytes, Packed]] = {}
        # What is not written yet: the row of a file, its name, and its content.
        self._waiting: list[tuple[int | None, str, bytes]] = []
        self._waiting_bytes = 0

    def sink(self) -> MemorySink:
        """Return what the files of the next row are written to."""
        keeps_reports = self._job.rows is not None and self._job.rows.all_artefacts
        return MemorySink(OutputBudget(self._job.limits.output_bytes), keeps_reports=keeps_reports)

    def add(
        self, row: RowPayload, name: str, outcome: RowOutcome, result: RunResult, sink: MemorySink
    ) -> RowOutcome:
        """Add the files of a row whose document is called ``name``; return its outcome with their hashes.

        Raises ``TemplateLimitExceeded`` for a ZIP that becomes too large.
        """
        pdf = sink.others.pop(PDF, None)
        contents = {".docx": sink.document_bytes, **({} if pdf is None else {".pdf": pdf})}
        hashes = {}
        for extension, content in contents.items():
            hashes[extension] = hashlib.sha256(content).hexdigest()
            self._add(None, f"{DOCUMENTS}{name}{extension}", content)
        asked = self._job.rows
        if asked is not None and asked.all_artefacts:
            for other, artefact in sink.others.items():
                self._add(row.number, other, artefact)
        outcome = outcome._replace(name=f"{name}.docx", sha256=hashes[".docx"], pdf_sha256=hashes.get(".pdf"))
        if result.made is not None and asked is not None:
            task = task_of(self._job, row.payload)
            self._add(row.number, ROW_TASK, task)
            digest = hashlib.sha256(salt_of_row(asked.salt, row.number) + task).hexdigest()
            counts = result.counts()
            self.made.append(
                RowMade(
                    row.number,
                    result.exit_code,
                    *counts,
                    hashes[".docx"],
                    hashes.get(".pdf"),
                    result.made.verdict,
                    result.made.exactness,
                    digest,
                )
            )
        return outcome

    def finish(self) -> None:
        """Write what still waits; called after the last row."""
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        for row, name, content in waiting:
            if row is None:
                self._writer.add_stored(name, content)
                continue
            last = self._last.get(name)
            if last is None or last[0] != content:
                last = content, packed(content)
                if len(content) <= MOST_WAITING_BYTES:
                    self._last[name] = last
            self._writer.add_packed(f"{ROWS}{row}/{name}", last[1])

    def _add(self, row: int | None, name: str, content: bytes) -> None:
        """Add a file of a row to be deflated, or one that is compressed already under its whole name."""
        self._budget.spend(len(content))
        self._waiting.append((row, name, content))
        self._waiting_bytes += len(content)
        # Deflated one after the other they take about half the time: zlib's tables stay in the cache.
        if self._waiting_bytes > MOST_WAITING_BYTES:
            self.finish()


def task_of(job: Job, payload: Mapping[str, Any]) -> bytes:
    """Return the task that gives the document of a row when it is sent to ``/v1/run`` alone."""
    kind = {} if job.skill is None else {"task_type": job.skill.name}
    text = json.dumps({**kind, "payload": payload}, ensure_ascii=False, default=_marked, indent=2)
    # ``json`` writes no number as it was written.
    numbers = _ENCODED_DECIMAL.sub(r"\1", text)
    return f"{numbers}\n".encode("utf-8", "surrogatepass")


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_DECIMAL}{value}"
    raise TypeError(type(value).__name__)
