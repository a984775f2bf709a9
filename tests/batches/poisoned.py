"""Renderers that rows of a chunk can harm; they import this module by its name."""

import os
import time
from pathlib import Path
from typing import Any

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job


def harmed(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the job, unless a row of it has one of these words as a value."""
    if job.kind is JobKind.CHUNK:
        shard = (Path(folder) / "shard.jsonl").read_text()
        if '"KILLS"' in shard:
            os._exit(1)
        if '"HANGS"' in shard:
            time.sleep(600)
        if '"LARGE"' in shard:
            raise TemplateLimitExceeded("too large", limit="output_bytes", maximum=1)
    return run_job(job, template, folder)


def slow(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the job, a chunk after a while, so that its renderer can be found and killed."""
    if job.kind is JobKind.CHUNK:
        time.sleep(1)
    return run_job(job, template, folder)


def lying(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do the job and tell of another row's document."""
    result = run_job(job, template, folder)
    if job.kind is JobKind.CHUNK:
        result["rows"][0]["name"] = "other.docx"
    return result
