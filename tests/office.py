"""LibreOffice for tests: found once in a run of tests, as a server finds it at its start."""

import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import MIB, Limits
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import TEMPLATE_FILE
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.intake.job import build_job
from docops_flask.jobs.pdf_support import FoundOffice, PdfRenderers
from docops_flask.jobs.workspace import Workspaces
from tests.conftest import ROOT

# Those of a server with the default settings.
LIMITS = ProcessLimits(
    memory_bytes=1024 * MIB, cpu_seconds=70, file_bytes=192 * MIB, sandbox=SandboxMode.REQUIRE
)
SAMPLES = sorted((ROOT / "samples").glob("*.docx"))


class MadePdf(NamedTuple):
    """The PDF of a job, its report and its document."""

    pdf: bytes
    report: dict[str, Any]
    document: bytes

    def text(self) -> str:
        """The PDF's text as pdfium reads it, without blanks."""
        from docops_flask.engine.pdf.pdf_text import PdfText

        with PdfText(self.pdf) as opened:
            return "".join("".join(page.text.split()) for page in opened.pages())


class PdfMaker:
    """Runs jobs with a PDF in renderers of their own; its folders lie in ``workspaces``."""

    def __init__(self, found: FoundOffice, workspaces: Workspaces) -> None:
        self.found = found
        self.workspaces = workspaces

    def renderers(self, limits: ProcessLimits = LIMITS, **other: Any) -> PdfRenderers:
        """Return renderers like those of a server."""
        return PdfRenderers("spawn", other.pop("seconds", 60.0), limits, lambda: self.found, **other)

    def make(self, template: bytes, job: Job, renderers: PdfRenderers | None = None) -> MadePdf:
        """Do ``job`` with ``template`` and return what came of it; its folder is gone then."""
        renderers = renderers or self.renderers()
        workspace = self.workspaces.create()
        try:
            workspace.file(TEMPLATE_FILE).write_bytes(template)
            renderers.run(renderers.with_office(job), workspace.path)
            with zipfile.ZipFile(workspace.path / "outputs.zip") as archive:
                report = json.loads(archive.read("out.pdf_report.json"))
                return MadePdf(archive.read("out.pdf"), report, archive.read("out.docx"))
        finally:
            workspace.remove()


def pdf_job(task: dict[str, Any] | bytes = b"{}", **fields: str) -> Job:
    """Return a run of ``task``, an open one with nothing to fill by default, that makes a PDF."""
    content = task if isinstance(task, bytes) else json.dumps(task).encode()
    skills, policies = load_skills(None), load_policies(None)
    given = {"pdf": "true", "unused": "allow", **fields}
    return build_job(JobKind.RUN, given, content, skills, policies, limits=Limits())


def sample_job(sample: Path, **fields: str) -> Job:
    """Return the job that fills a sample with its task."""
    return pdf_job(sample.with_suffix(".task.json").read_bytes(), **fields)
