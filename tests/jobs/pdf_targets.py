"""Tasks of renderers of PDF jobs that do what a test wants to see."""

import ctypes
import os
import time
from typing import Any

from docops_flask.engine.job import Job
from docops_flask.engine.pdf.make_pdf import convert_document


def crash_with_libreoffice(job: Job, document: str, folder: str) -> dict[str, Any]:
    """Convert, then read where nothing is: LibreOffice handles the signal by then."""
    convert_document(job, document, folder)
    ctypes.string_at(0)
    raise AssertionError("crashed")


def convert_and_hang(job: Job, document: str, folder: str) -> dict[str, Any]:
    """Convert, with LibreOffice's threads still there, and never answer."""
    convert_document(job, document, folder)
    time.sleep(600)
    return {}


def convert_as_told(job: Job, document: str, folder: str) -> dict[str, Any]:
    """Convert a file as it is and return the report, and what lies in the folder."""
    report = convert_document(job, document, folder)
    return {"report": report, "files": sorted(os.listdir(folder))}
