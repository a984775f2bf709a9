"""A job, and a line for each module that its process has loaded in the end."""

import os
import sys
from typing import Any

from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job


def run_and_note(job: Job, template: str, folder: str) -> dict[str, Any]:
    """Do ``job``; the cell must be off, for it would keep the log from being written."""
    result = run_job(job, template, folder)
    with open(os.environ["IMPORT_LOG_FOR_TESTS"], "a") as log:
        log.writelines(f"{os.getpid()} {name}\n" for name in list(sys.modules))
    return result
