"""Does a run and writes what it makes: all results, or the one file that is asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

from docops_flask.cli.files import RESULTS, move_result, results_folder, temporary_folder
from docops_flask.engine import pipeline
from docops_flask.engine.artefacts import PDF, SINGLE_FILES
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.file_name import storable_name
from docops_flask.engine.job import Job
from docops_flask.engine.run_result import RunResult
from docops_flask.jobs.receipts.envelope import RECEIPT

if TYPE_CHECKING:
    from docops_flask.cli.pdf import PdfMaker
    from docops_flask.cli.receipts import Signing

_NO_NAME = "document"


def run_into(
    out_dir: Path,
    job: Job,
    template: Path,
    task: Path,
    *,
    force: bool,
    signing: "Signing | None" = None,
    maker: "PdfMaker | None" = None,
) -> tuple[RunResult, list[str]]:
    """Run ``job`` and write its results into ``out_dir``; return what came of it and the names of the files.

    With all results goes the receipt that ``signing`` makes, and the PDF of ``maker``. The file that the
    option ``output`` asks for has the name that the option ``name`` makes, else that of the template.
    Raises what ``results_folder`` raises, and ``InvalidArgument`` for a file that would take the place of
    the template or the task, and for a name without one file.
    """
    if job.options.output not in SINGLE_FILES:
        if job.options.name is not None:
            raise InvalidArgument(
                "name: all results have names of their own; give --output docx (or pdf) with it.",
                field="name",
            )
        with results_folder(out_dir, force=force) as folder:
            result = _run(job, template, folder, maker)
            if signing is not None:
                (folder / RECEIPT).write_bytes(signing.receipt(job, result))
            return result, [name for name in RESULTS if (folder / name).exists()]
    with temporary_folder(out_dir) as folder:
        result = _run(job, template, folder, maker)
        name = _file_name(result, job, template)
        for given in (template, task):
            if (out_dir / name).exists() and given.samefile(out_dir / name):
                raise InvalidArgument(
                    f"out-dir: {name} is a file that this run reads; choose another folder or --name.",
                    field="out-dir",
                )
        move_result(folder / SINGLE_FILES[job.options.output], out_dir / name, force=force)
    return result, [name]


def _run(job: Job, template: Path, folder: Path, maker: "PdfMaker | None") -> RunResult:
    # The engine works in this process, LibreOffice in one of its own.
    result = pipeline.run_to_folder(job._replace(options=job.options._replace(pdf=False)), template, folder)
    if maker is not None:
        maker.add_pdf(job, folder, result.report.page_geometry)
        if result.made is not None:
            result = result._replace(made=result.made.with_file(PDF, (folder / PDF).read_bytes()))
    return result


def _file_name(result: RunResult, job: Job, template: Path) -> str:
    extension = f".{job.options.output}"
    name = storable_name(result.file_name or "", extension)
    return (name or storable_name(template.stem) or _NO_NAME) + extension
