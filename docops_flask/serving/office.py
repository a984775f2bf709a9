"""LibreOffice for all workers of a server: looked for once by gunicorn's master, beside their start."""

import os
import threading
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.office_check import OfficePlace, StartedCheck, without_office
from docops_flask.jobs.pdf_support import FoundOffice
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.settings.settings import Settings
from docops_flask.settings.work_folder import work_folder


class Office:
    """What the master finds of LibreOffice: at once where there is none, else by a check beside its start."""

    def __init__(self, place: OfficePlace) -> None:
        self._missing = without_office(place)
        self._folders: Workspaces | None = None
        self._check: StartedCheck | None = None
        if self._missing is None:
            self._folders = Workspaces(work_folder(os.environ))
            self._check = StartedCheck(self._folders.create_lasting(".office").path)

    def is_known(self, seconds: float = 0.0) -> bool:
        """Return whether ``find`` answers at once, after waiting for that for at most ``seconds``."""
        return self._check is None or self._check.is_known(seconds)

    def find(self) -> FoundOffice:
        """Return what was found, as soon as it is known."""
        if self._missing is not None:
            return self._missing
        assert self._check is not None
        return self._check.wait()

    def close(self) -> None:
        """End the check and remove the folder of the profile."""
        if self._check is not None and self._folders is not None:
            self._check.stop()
            self._folders.close()


def look_for_office(settings: Settings) -> Office:
    """Have LibreOffice looked for, once for all workers and beside their start.

    With DOCOPS_PDF=require the start waits for the result, and fails where no page was converted.
    """
    try:
        office = Office(OfficePlace(settings.pdf, settings.office_dir, settings.fonts_dir))
    except (OSError, DocopsError) as error:
        raise SystemExit(f"DOCOPS_PDF: TMPDIR has no room for the profile of LibreOffice ({error})") from None
    if settings.pdf == "require":
        support = office.find().support
        if not support.available:
            office.close()
            raise SystemExit(f"DOCOPS_PDF: require, but no PDFs can be made: {support.reason}")
    return office


def report_pdf(worker: Any) -> None:
    """Log whether PDFs are made, once that is known; the first worker does it for all."""

    def report() -> None:
        events.log_event("pdf", **worker.docops_office.find().support.as_json())

    if worker.docops_number == 0 and worker.docops_office.is_known():
        report()
    elif worker.docops_number == 0:
        threading.Thread(target=report, name="docops-pdf", daemon=True).start()
