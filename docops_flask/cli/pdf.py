"""Makes the PDF of a run of the shell, in a renderer process with a server's cell and limits."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING, Any

from docops_flask.engine.artefacts import DOCUMENT, PDF, PDF_REPORT
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.jobs.office_check import OfficePlace, prepare, without_office
from docops_flask.jobs.pdf_support import FoundOffice, PdfRenderers
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings
from docops_flask.settings.work_folder import work_folder

if TYPE_CHECKING:
    from docops_flask.engine.formatting.sections import PageGeometry
    from docops_flask.engine.job import Job


# What each option that asks for a PDF may be where none can be made.
_WITHOUT = {"pdf": ("false",), "output": ("zip", "docx")}
PREVIEW = "preview"


class PdfMaker:
    """Makes PDFs with the LibreOffice that was ``found``; its files are in folders of ``workspaces``."""

    def __init__(self, settings: Settings, workspaces: Workspaces, found: FoundOffice) -> None:
        self._settings = settings
        self._workspaces = workspaces
        self._found = found
        # out.pdf_report.json of the last PDF.
        self.report: dict[str, Any] | None = None

    def add_pdf(self, job: "Job", folder: Path, geometry: "Sequence[PageGeometry]") -> None:
        """Write ``out.pdf`` and its report beside the ``out.docx`` in ``folder``.

        ``geometry`` is what the format check computed. Raises ``PdfIncomplete``, ``RequestTimeout`` and
        ``RendererCrashed``.
        """
        from docops_flask.engine.pdf.make_pdf import convert_document

        renderers = PdfRenderers(
            "spawn",
            self._settings.request_timeout_seconds,
            self._settings.process_limits(),
            lambda: self._found,
            folder_bytes=self._settings.folder_bytes,
            task=partial(convert_document, geometry=geometry),
        )
        workspace = self._workspaces.create()
        try:
            copyfile(folder / DOCUMENT, workspace.path / TEMPLATE_FILE)
            self.report = renderers.run(renderers.with_office(job), workspace.path).result
            for name in (PDF, PDF_REPORT):
                copyfile(workspace.path / name, folder / name)
        finally:
            workspace.remove()


@contextmanager
def pdf_maker(settings: Settings, option: str = "pdf") -> Iterator[PdfMaker]:
    """Yield what makes PDFs; raises ``InvalidArgument`` where there is no LibreOffice.

    ``option`` is the one that asks for them, ``pdf`` or ``output``.
    """
    with found_office(settings, option) as (workspaces, found):
        yield PdfMaker(settings, workspaces, found)


@contextmanager
def found_office(settings: Settings, option: str = "pdf") -> Iterator[tuple[Workspaces, FoundOffice]]:
    """Yield folders for jobs, and LibreOffice; raises ``InvalidArgument`` where there is none.

    ``option`` is as for ``pdf_maker``, or ``PREVIEW``.
    """
    workspaces = Workspaces(work_folder(os.environ))
    try:
        profile = workspaces.create_lasting(".office").path
        found = prepare(_place(settings), "spawn", settings.process_limits(), workspaces, profile)
        if found.setup is None:
            raise _no_pdf(found, option)
        yield workspaces, found
    finally:
        workspaces.close()


def refuse_without_office(settings: Settings, option: str) -> None:
    """Raise ``InvalidArgument`` where a PDF cannot be made for sure; LibreOffice is not tried."""
    missing = without_office(_place(settings))
    if missing is not None:
        raise _no_pdf(missing, option)


def _place(settings: Settings) -> OfficePlace:
    return OfficePlace(settings.pdf, settings.office_dir, settings.fonts_dir)


def _no_pdf(found: FoundOffice, option: str) -> InvalidArgument:
    if option == PREVIEW:
        return InvalidArgument(
            f"No PDF can be made here, and so no preview. {found.support.reason}",
            field="pdf",
            allowed=list(_WITHOUT["pdf"]),
        )
    return InvalidArgument(
        f"{option}: no PDF can be made here; run without it. {found.support.reason}",
        field=option,
        allowed=list(_WITHOUT[option]),
    )


def pdf_for_people(report: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that ``docops run`` prints about a PDF with this ``report``."""
    pages, characters = report["pages"], report["characters"]
    wanted, found = characters["wanted"], characters["found"]
    cut_off = (
        f"; of {wanted} characters {found} are in it: rows and frames of a fixed height cut text off"
        if found < wanted
        else ""
    )
    yield f"  pdf          {pages} {'page' if pages == 1 else 'pages'}{cut_off}"
    yield from fonts_for_people(
        (each["requested"], each["installed"], each["used"]) for each in report["fonts"]
    )


def fonts_for_people(fonts: Iterable[tuple[str, bool, str | None]]) -> Iterator[str]:
    """Yield a line for each font that is not installed: asked for, installed, used."""
    for requested, is_installed, used in fonts:
        if not is_installed:
            yield f"  font         {requested} is not installed; it is shown in {used or 'another one'}"
