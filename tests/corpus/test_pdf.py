"""Real documents as PDF: every character of each is in its PDF, but for the exceptions named here.

All of them with ``DOCOPS_TESTS_PDF_CORPUS=all`` (``make pdf-corpus``), else one of twelve.
"""

import os
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from tests.corpus.test_corpus import REFUSED
from tests.jobs.pdf_targets import convert_as_told
from tests.office import PdfMaker

# Documents of which a PDF lacks characters, how many at most, and why.
LACKING = {
    "test-data_integration_stress001": (31, "a table wider than the page cuts words of its last column off"),
    "test-data_integration_stress004": (173, "pdfium reads Arabic letters in another form"),
    "test-data_integration_stress011": (7, "pdfium reads Arabic letters in another form"),
}
SHORT_STEP = 12


def test_every_document_has_its_text_in_its_pdf(corpus: list[Path], pdf_maker: PdfMaker) -> None:
    step = 1 if os.environ.get("DOCOPS_TESTS_PDF_CORPUS") == "all" else SHORT_STEP
    chosen = [path for path in corpus if path.stem not in REFUSED]
    some = [path for number, path in enumerate(chosen) if number % step == 0 or path.stem in LACKING]
    renderers = pdf_maker.renderers(task=convert_as_told)
    job = renderers.with_office(Job(JobKind.INSPECT, (), options=Options(pdf=True)))
    wrong = {}
    for path in some:
        workspace = pdf_maker.workspaces.create()
        try:
            workspace.file(TEMPLATE_FILE).write_bytes(path.read_bytes())
            told = renderers.run(job, workspace.path).result
        except DocopsError as error:
            wrong[path.stem] = error.inner or error.message
            continue
        finally:
            workspace.remove()
        characters = told["report"]["characters"]
        most, _ = LACKING.get(path.stem, (0, ""))
        if characters["wanted"] - characters["found"] > most:
            wrong[path.stem] = str(characters)
    assert len(some) >= min(len(chosen), 3)
    assert wrong == {}
