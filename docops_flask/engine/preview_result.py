"""What a renderer tells the server of a preview; loads nothing of LibreOffice and pdfium."""

from typing import Any, NamedTuple

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.run_result import Counts


class Image(NamedTuple):
    """The picture of a page: the page's number, from 1, and width and height in pixels."""

    page: int
    width: int
    height: int


class Font(NamedTuple):
    """A font that the document asks for, as in ``out.pdf_report.json``."""

    requested: str
    installed: bool
    used: str | None


class PlacedFinding(NamedTuple):
    """An issue of the format report on a page that has a picture.

    ``box`` is [left, top, right, bottom] in pixels of the picture, ``issue`` the number of the issue in the
    report, from 0.
    """

    code: str
    page: int
    box: tuple[int, ...]
    issue: int
    severity: str
    message: str
    paragraph_path: str
    run_id: str | None
    fixed: bool


class Preview(NamedTuple):
    """What a preview tells; the pictures are files beside it (``picture_file``).

    ``exit_code`` and ``counts`` are those of the run. ``pages`` is how many the document has, ``fonts`` and
    ``substituted`` are as in ``out.pdf_report.json``, ``issue_count`` how many issues the format report has.
    """

    exit_code: ExitCode
    counts: Counts
    pages: int
    fonts: tuple[Font, ...]
    substituted: tuple[str, ...]
    images: tuple[Image, ...]
    findings: tuple[PlacedFinding, ...]
    issue_count: int

    def as_dict(self) -> dict[str, Any]:
        """Return what the renderer tells the server."""
        return {
            "exit_code": int(self.exit_code),
            "counts": self.counts._asdict(),
            "pages": self.pages,
            "fonts": [font._asdict() for font in self.fonts],
            "substituted": list(self.substituted),
            "images": [image._asdict() for image in self.images],
            "findings": [{**each._asdict(), "box": list(each.box)} for each in self.findings],
            "issue_count": self.issue_count,
        }


def picture_file(page: int) -> str:
    """Return the name of the file with the picture of ``page``."""
    return f"page-{page}.png"
