"""Documents with blocks, opened from raw XML, and how tests show what is found in them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.structure import Structure, find_structure
from tests.factories import docx


def opened(body: str, **parts: Any) -> Document:
    """The document with ``body``; ``parts`` are as for ``docx``."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "template.docx")
        path.write_bytes(docx(body, **parts))
        return open_document(Package(path, Limits()), Limits())


def structure(body: str, **parts: Any) -> Structure:
    """The structure of the document with ``body``."""
    return find_structure(opened(body, **parts))


def faults(body: str, **parts: Any) -> list[tuple[str, str, str]]:
    """Code, tag and paragraph of each fault."""
    return [(each.code, each.text, each.place.path) for each in structure(body, **parts).faults]
