"""Makes the PDF of a written document, counts its characters, and reports on it."""

import gc
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NamedTuple

from docops_flask.engine.artefacts import PDF, PDF_REPORT, ArtefactSink, json_text
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError, PdfIncomplete
from docops_flask.engine.files import FilePath, read_file, write_file
from docops_flask.engine.formatting.sections import PageGeometry
from docops_flask.engine.job import Job, OfficeSetup
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import PdfVersion
from docops_flask.engine.pdf.character_count import PdfCounts, count
from docops_flask.engine.pdf.document_text import DocumentText, document_text
from docops_flask.engine.pdf.margin_parts import MarginParts
from docops_flask.engine.pdf.office import Office, OfficeError
from docops_flask.engine.pdf.page_layout import page_layout
from docops_flask.engine.pdf.pdf_report import PdfReport, font_uses
from docops_flask.engine.pdf.pdf_text import PdfText, UnreadablePdf
from docops_flask.engine.pdf.profile import environment
from docops_flask.engine.pdf.reproducible import with_fixed_values

# What LibreOffice reads and writes in the job's folder.
_DOCUMENT_FILE, _PDF_FILE = "office.docx", "office.pdf"
# The values of SelectPdfVersion, of the filter writer_pdf_Export: PDF 1.6 and PDF/A-2b.
_VERSIONS: dict[PdfVersion, int] = {"1.6": 16, "a2b": 2}


class MadePdf(NamedTuple):
    """A PDF and its report."""

    content: bytes
    report: PdfReport


def add_pdf(job: Job, sink: ArtefactSink, geometry: Sequence[PageGeometry] = ()) -> bytes | None:
    """Add the PDF of the document in ``sink``, and its report; return the PDF, ``None`` without a document.

    ``geometry`` is what the format check computed of the document's sections.

    Raises ``PdfIncomplete`` as ``make_pdf`` does, and ``DocopsError`` where ``job`` has no LibreOffice.
    """
    if job.office is None:
        raise DocopsError("A PDF needs LibreOffice.")
    document = os.path.join(job.office.work, _DOCUMENT_FILE)
    with sink.written() as written:
        if written is None:
            return None
        write_file(document, written)
    made = make_pdf(document, job, job.office, geometry)
    sink.add(PDF, made.content)
    sink.add(PDF_REPORT, json_text(made.report.as_dict()))
    return made.content


def make_pdf(
    document: FilePath, job: Job, setup: OfficeSetup, geometry: Sequence[PageGeometry] = ()
) -> MadePdf:
    """Convert the file ``document``, which the engine has written, with files of its own in ``setup.work``.

    Raises ``PdfIncomplete`` for a PDF without all of the text, or none at all. LibreOffice's threads stay:
    the process has to end by ``os._exit``.
    """
    os.environ.update(environment(setup, setup.work))
    pdf = os.path.join(setup.work, _PDF_FILE)
    options = {"SelectPdfVersion": _VERSIONS[job.options.pdf_version], "UseTaggedPDF": True}
    try:
        office = Office(setup.program, setup.profile)
        office.convert(os.fspath(document), pdf, options)
        content = with_fixed_values(read_file(pdf))
    except (OfficeError, FileNotFoundError) as error:
        raise PdfIncomplete(inner=f"LibreOffice: {error}") from error
    text, parts = _text_of(document, job.limits)
    return MadePdf(content, _checked_report(content, text, parts, setup, geometry))


def _checked_report(
    content: bytes,
    text: DocumentText,
    parts: MarginParts,
    setup: OfficeSetup,
    geometry: Sequence[PageGeometry],
) -> PdfReport:
    try:
        with PdfText(content) as pdf:
            shown: Counter[str] = Counter()
            for page in pdf.pages():
                shown.update(page.text)
            margins = _margins_shown(text, parts, pdf.page_count)
            characters = count(text.counted, shown, margins=margins, cut_off=text.cut_off)
            if not characters.is_complete:
                raise _lacking(characters)
            families = frozenset(name.casefold() for name in setup.families)
            fonts, layout = font_uses(text, pdf, families), page_layout(pdf, geometry)
            return PdfReport(pdf.page_count, fonts, setup.version, characters.total, layout)
    except UnreadablePdf as error:
        raise PdfIncomplete(inner=f"the PDF: {error}") from error


def _margins_shown(text: DocumentText, parts: MarginParts, pages: int) -> Counter[str]:
    """Return the characters of the headers and footers that the pages have for certain, each once."""
    names = {name for number in range(1, pages + 1) for name in parts.on_page(number) or ()}
    return sum((text.margins[name] for name in names if name in text.margins), Counter())


def _lacking(characters: PdfCounts) -> PdfIncomplete:
    told = "; ".join(
        f"{name}: " + " and ".join(f"{each.found} of {each.wanted}" for each in counts)
        for name, counts in zip(("text", "headers and footers", "may be cut off"), characters, strict=True)
    )
    return PdfIncomplete(
        inner=f"the PDF lacks characters, East Asian and others; {told}",
        characters=characters.total._asdict(),
    )


def _text_of(document: FilePath, limits: Limits) -> tuple[DocumentText, MarginParts]:
    # A filled document may be larger than a template is allowed to be.
    own = limits._replace(
        xml_part_bytes=max(limits.xml_part_bytes, limits.output_bytes),
        xml_bytes=limits.xml_bytes + limits.output_bytes,
        unpacked_bytes=limits.unpacked_bytes + limits.output_bytes,
    )
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with closing(Package(document, own)) as package:
            opened = open_document(package, own)
            parts = MarginParts(opened, package.relationships(package.main_part))
            return document_text(opened), parts
    finally:
        if was_enabled:
            gc.enable()


def convert_document(
    job: Job, document: str, folder: str, *, geometry: Sequence[PageGeometry] = ()
) -> dict[str, Any]:
    """Make the PDF of the ``document`` that an earlier run wrote; a renderer's task for the shell.

    ``geometry`` is as for ``add_pdf``. Writes ``out.pdf`` and ``out.pdf_report.json`` into ``folder`` and
    returns the report. Raises as ``make_pdf``.
    """
    if job.office is None:
        raise DocopsError("A PDF needs LibreOffice.")
    made = make_pdf(document, job, job.office._replace(work=folder), geometry)
    report = made.report.as_dict()
    write_file(os.path.join(folder, PDF), made.content)
    write_file(os.path.join(folder, PDF_REPORT), json_text(report))
    return report
