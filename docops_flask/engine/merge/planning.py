"""The plan of a batch: its file of rows is read once, and each row becomes a line that a chunk takes.

Names of documents are given here, because chunks do not know of each other: doubles are numbered over all
rows, those included that turn out to fail.
"""

import os
from contextlib import closing
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.bilingual import Language
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.file_name import UniqueNames, storable_name
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.merge.merge_job import usual_name
from docops_flask.engine.merge.merging import Merging
from docops_flask.engine.merge.shards import ShardRow, shard_line
from docops_flask.engine.rows.errors import MAX_FAULTS, RowFault
from docops_flask.engine.rows.payloads import RowPayload

PLAN_FILE = "plan.jsonl"


class PlanResult(NamedTuple):
    """What a plan came to: the number of rows, and faults of lines that belong to no row.

    ``headers`` are those of the columns by the fields that they fill, for messages about rows. ``language``
    is the one of the texts for people.
    """

    total: int
    faults: tuple[RowFault, ...]
    headers: dict[str, str]
    language: Language

    def as_dict(self) -> dict[str, Any]:
        """Return what the renderer tells the server."""
        return {**self._asdict(), "faults": [each._asdict() for each in self.faults]}


def plan(job: Job, template: FilePath, folder: FilePath) -> PlanResult:
    """Write a line for each row that ``job``, a merge, asks for to ``plan.jsonl`` in ``folder``.

    Raises as ``merge`` does for the template and the file of rows, ``TemplateLimitExceeded`` where the rows
    take more than the limit of a job's results.
    """
    budget = OutputBudget(job.limits.output_bytes)
    names = _Names(job)
    total = 0
    with closing(Merging(job, template, folder)) as merging:
        with open(os.path.join(folder, PLAN_FILE), "wb") as file:
            for row in merging.payloads():
                line = shard_line(ShardRow(row, names.of(row, merging)))
                budget.spend(len(line))
                file.write(line)
                total += 1
        faults = [*merging.rows.lines_without_row(), *merging.unused_assets()]
        language = job.options.lang or merging.template.language
        return PlanResult(total, tuple(faults[:MAX_FAULTS]), dict(merging.headers), language)


class _Names:
    """The names of the documents of a batch."""

    def __init__(self, job: Job) -> None:
        self._has_pattern = job.name_pattern is not None
        self._usual = usual_name(job)
        self._names = UniqueNames()

    def of(self, row: RowPayload, merging: Merging) -> str | None:
        """Return the name of the document of ``row``, without extension; ``None`` for a row with faults."""
        if row.faults:
            return None
        text: str | None = None
        try:
            job = merging.job_of(row)
            text = merging.template.file_name(job) if self._has_pattern else None
        except DocopsError:
            # The chunk tells this fault; the row will have no document.
            text = None
        return self._names.take(storable_name(text or "", ".docx") or self._usual)
