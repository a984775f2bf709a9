"""Fills a template as a short script with python-docx does: one pass over paragraphs and cells, no checks."""

import io
import pickle
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docx


def main(folder: Path) -> None:
    """Fill ``template.docx`` in ``folder`` with the values of ``job.pickle``; write ``outputs.zip``."""
    payload = pickle.loads((folder / "job.pickle").read_bytes())
    document = docx.Document(str(folder / "template.docx"))
    for paragraph in _paragraphs(document):
        _fill(paragraph, payload)
    content = io.BytesIO()
    document.save(content)
    with zipfile.ZipFile(folder / "outputs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("out.docx", content.getvalue())


def _paragraphs(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def _fill(paragraph: Any, payload: Mapping[str, Any]) -> None:
    for run in paragraph.runs:
        for name, value in payload.items():
            text = ", ".join(value) if isinstance(value, list) else str(value)
            run.text = run.text.replace(f"【{name.upper()}】", text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
