"""Batches in a folder of the test, worked on in this process."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from docops_flask.batches.folder import BatchFolder, BatchRecord
from docops_flask.batches.runner import BatchRunner
from docops_flask.batches.store import Key, Store
from docops_flask.batches.work import BatchWork
from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.web.services import NoRecorder
from tests.factories import docx, p

TEMPLATE = docx(p("【甲方】：") + p("金额 【金额|#,##0.00】 元"))
RELEASE = ("1", "abc")
LIMITS = ProcessLimits(512 * 1024 * 1024, 60, 200 * 1024 * 1024)


def rows_of(values: Mapping[int, str], count: int) -> bytes:
    """A CSV file of ``count`` rows, some of them with another name."""
    lines = [f"{values.get(number, f'公司{number}')},{number}" for number in range(1, count + 1)]
    return ("甲方,金额\n" + "\n".join(lines) + "\n").encode()


class Office:
    """A store, and what begins and works on batches."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "batches"
        self.folder.mkdir()
        self._sources = folder
        self.work_folder = folder / "work"
        self.work_folder.mkdir()
        self.workspaces = Workspaces(self.work_folder)
        self.store = Store(self.folder, 10, 0)
        self.store.open()

    def begin(
        self,
        rows: bytes,
        key: Key | None = None,
        expires: float = 3600,
        pattern: str | None = None,
        all_artefacts: bool = False,
        **record: Any,
    ) -> BatchFolder:
        """Begin a batch."""
        (self._sources / "t").write_bytes(TEMPLATE)
        (self._sources / "r").write_bytes(rows)
        asked = RowsAsked("rows", "rows.csv", {}, 100_000, all_artefacts=all_artefacts)
        job = Job(JobKind.MERGE, (), rows=asked, template_name="合同.docx", options=Options(name=pattern))
        now = time.time()
        told = BatchRecord(now, now + expires, *RELEASE, "合同", {}, key=key and key.hash, **record)
        files = {"template.docx": self._sources / "t", "rows": self._sources / "r"}
        return self.store.create(told, job, files, key)

    def runner(
        self, task: Any = run_job, timeout: float = 60, may_start: Callable[[], bool] = lambda: True
    ) -> BatchRunner:
        """Return a runner whose renderers do ``task``."""
        renderer = Renderer("spawn", timeout, LIMITS, task)
        work = BatchWork(renderer, renderer, self.workspaces, 128 * 1024 * 1024)
        return BatchRunner(self.store, work, RELEASE, 1, may_start, NoRecorder())

    def finish(self, batch: BatchFolder, task: Any = run_job, timeout: float = 60) -> None:
        """Do all the work on a batch."""
        runner = self.runner(task, timeout)
        runner.open()
        deadline = time.monotonic() + 60
        while batch.done() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        runner.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office in a folder of the test."""
    made = Office(tmp_path)
    yield made
    made.workspaces.close()
