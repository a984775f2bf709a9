"""A preview: the document of a run as pictures of its pages, and where the findings of its check stand."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing

from docops_flask.engine.artefacts import DOCUMENT, FolderSink, OutputBudget
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.engine.files import FilePath, write_file
from docops_flask.engine.job import Job, OfficeSetup
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pdf.finding_places import FindingPlace, finding_places
from docops_flask.engine.pdf.make_pdf import MadePdf, make_pdf
from docops_flask.engine.pdf.margin_parts import MarginParts
from docops_flask.engine.pdf.page_pictures import page_pictures
from docops_flask.engine.pdf.pdf_text import PdfText
from docops_flask.engine.picture_order import PictureOrder
from docops_flask.engine.preview_result import Font, Image, PlacedFinding, Preview, picture_file
from docops_flask.engine.render import Template
from docops_flask.engine.run_result import RunResult

# Boxes beyond that many would say no more than these.
_MOST_FINDINGS = 1000


class _DocumentOnly(FolderSink):
    """Keeps the document of a run, for LibreOffice; of its reports it only counts the bytes."""

    def add(self, name: str, content: bytes) -> None:
        """Count an artefact."""
        self.budget.spend(len(content))


def preview(job: Job, package: Package, template: Template, folder: FilePath) -> Preview:
    """Run ``job`` on ``template``, which was opened from ``package``, and write the pictures into ``folder``.

    Raises what a run with a PDF raises, and ``InvalidArgument`` where the document has none of the pages.
    """
    if job.office is None or job.pictures is None:
        raise DocopsError("A preview needs LibreOffice and pages.")
    sink = _DocumentOnly(folder, OutputBudget(job.limits.output_bytes))
    without_pdf = job._replace(options=job.options._replace(pdf=False))
    result = template.render(without_pdf, sink)
    made = _pdf(job, job.office, folder)
    pages = _pages(job.pictures, made.report.pages)
    with closing(PdfText(made.content)) as pdf:
        images = []
        for picture in page_pictures(pdf, pages, job.pictures.width):
            sink.budget.spend(len(picture.png))
            write_file(os.path.join(folder, picture_file(picture.page)), picture.png)
            images.append(Image(picture.page, picture.width, picture.height))
        margins = MarginParts(template.document, package.relationships(package.main_part))
        sizes = {image.page: (image.width, image.height) for image in images}
        places = _places(result, margins, pdf, sizes)
    return Preview(
        result.exit_code,
        result.counts(),
        made.report.pages,
        tuple(Font(*each) for each in made.report.fonts),
        tuple(made.report.substituted),
        tuple(images),
        tuple(_placed(each, result.report.issues) for each in places[:_MOST_FINDINGS]),
        len(result.report.issues),
    )


def first_page(job: Job, package: Package, folder: FilePath) -> Image:
    """Write the picture of the first page of a template into ``folder``, as it is, with nothing filled.

    Raises what a run with a PDF raises.
    """
    if job.office is None or job.pictures is None:
        raise DocopsError("A preview needs LibreOffice and pages.")
    # LibreOffice gets what the engine has written and read alone: it guesses what other bytes are.
    sink = FolderSink(folder, OutputBudget(job.limits.output_bytes))
    sink.document(lambda stream: package.write(stream, {}, {}, ()))
    with closing(PdfText(_pdf(job, job.office, folder).content)) as pdf:
        (picture,) = page_pictures(pdf, (1,), job.pictures.width)
    write_file(os.path.join(folder, picture_file(1)), picture.png)
    return Image(picture.page, picture.width, picture.height)


def _pdf(job: Job, office: OfficeSetup, folder: FilePath) -> MadePdf:
    return make_pdf(os.path.join(folder, DOCUMENT), job, office)


def _pages(order: PictureOrder, count: int) -> range:
    if order.first > count:
        raise InvalidArgument(
            f"pages: the last page of the document is page {count}.",
            field="pages",
            value=f"{order.first}-{order.last}",
            allowed=[f"1-{count}"],
        )
    return range(order.first, min(order.last, count) + 1)


def _places(
    result: RunResult, margins: MarginParts, pdf: PdfText, sizes: Mapping[int, tuple[int, int]]
) -> list[FindingPlace]:
    assert result.document is not None
    return finding_places(result.report.issues, result.document, margins, pdf, sizes)


def _placed(place: FindingPlace, issues: Sequence[Issue]) -> PlacedFinding:
    issue = issues[place.issue]
    return PlacedFinding(
        issue.code,
        place.page,
        tuple(place.box),
        place.issue,
        issue.severity,
        issue.finding.message,
        issue.paragraph_path,
        issue.run_id,
        issue.fixed,
    )
