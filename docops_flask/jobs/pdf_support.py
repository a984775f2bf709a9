"""Whether documents can be converted to PDF here."""

from typing import NamedTuple


class PdfSupport(NamedTuple):
    """Whether LibreOffice makes PDF here, which ``version``, and why not (one phrase) where it does not."""

    available: bool
    version: str | None
    reason: str | None


NO_PDF = PdfSupport(False, None, "LibreOffice is not set up")
