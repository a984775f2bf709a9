"""``/v1/verify`` and ``docops verify``: the proof again, of files that come from anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.claims import LOG, REPORT, read_claims
from docops_flask.engine.integrity.json_input import read_json
from docops_flask.engine.integrity.proof import prove
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_reader import ZipReader

DOCUMENT = "document"


class Evidence(NamedTuple):
    """The files of a finished job: its document and the two reports that say what changed."""

    document: Path
    replace_log: Path
    format_report: Path


def evidence_in(folder: Path) -> Evidence:
    """Return the evidence that a request's upload left in ``folder``."""
    return Evidence(folder / f"{DOCUMENT}.docx", folder / f"{LOG}.json", folder / f"{REPORT}.json")


def verify(template: Package, evidence: Evidence, limits: Limits) -> dict[str, Any]:
    """Return ``verdict``, ``unaccounted`` and ``template_defects``.

    Raises ``InvalidJson`` and ``InvalidArgument`` (``detail.field``, ``detail.path``) for reports that are
    none, and for the document what a package raises for a template, with ``detail.field``.
    """
    claims = read_claims(read_json(LOG, evidence.replace_log), read_json(REPORT, evidence.format_report))
    with _said_of_the_document():
        document = ZipReader(evidence.document.read_bytes(), limits)
    try:
        return prove(template, document, claims, limits).summary()
    finally:
        document.close()


@contextmanager
def _said_of_the_document() -> Iterator[None]:
    """Have errors of the shared reader, which speak of the template, speak of the document."""
    try:
        yield
    except DocopsError as error:
        error.message = error.message.replace("template:", f"{DOCUMENT}:", 1)
        error.detail["field"] = DOCUMENT
        raise
