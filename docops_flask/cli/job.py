"""The job of a command line: its form fields and files, what signs its receipt and makes its PDF."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docops_flask.cli.output import files_named

if TYPE_CHECKING:
    from docops_flask.cli.pdf import PdfMaker
    from docops_flask.cli.receipts import Signing
    from docops_flask.engine.job import Job, JobKind
    from docops_flask.intake.catalogue.office import Office
    from docops_flask.jobs.receipts.keys import Signer


def job_of(kind: "JobKind", template: Path, task: Path, options: dict[str, Any]) -> "tuple[Job, Office]":
    """Return the job of this kind that a command line with ``options`` asks for, and what the office has.

    Raises what ``job_of_files`` raises, with the paths of the files in messages.
    """
    from docops_flask.intake.catalogue.office import office_of
    from docops_flask.intake.files import job_of_files

    policy_file, assets = options.pop("policy_file"), options.pop("assets")
    fields = fields_of(options)
    office = office_of(os.environ)
    with files_named({"template": template, "task": task, "policy_yaml": policy_file}):
        job = job_of_files(kind, template, task, fields, office, policy_file=policy_file, assets=assets)
    return job, office


def signing_of(key: Path | None, template: Path, task: Path, office: "Office") -> "Signing | None":
    """Return what signs the run's receipt; ``None`` without a key."""
    signer = signer_of(key, office)
    if signer is None:
        return None
    from docops_flask.cli.receipts import Signing

    return Signing(signer, template, task, office.settings)


def signer_of(key: Path | None, office: "Office") -> "Signer | None":
    """Return what signs with the private ``key`` or, without one, with that of the settings, if any."""
    if key is None and office.settings.signing_key_file is None:
        return None
    from docops_flask.cli.receipts import chosen_signer

    return chosen_signer(key, office.settings)


def pdf_maker_of(job: "Job") -> "AbstractContextManager[PdfMaker | None]":
    """Return the maker of the PDF that ``job`` asks for; it is ready inside ``with``."""
    if not job.options.pdf:
        return nullcontext()
    from docops_flask.cli.pdf import pdf_maker
    from docops_flask.settings.settings import from_env

    return pdf_maker(from_env(os.environ), pdf_option(job))


def pdf_option(job: "Job") -> str:
    """Return the option by which ``job`` asks for a PDF."""
    return "output" if job.options.output == "pdf" else "pdf"


def fields_of(options: Mapping[str, str | bool | None]) -> dict[str, str]:
    """Return the options that are given as the fields of a form."""
    given = {name: value for name, value in options.items() if value is not None}
    return {name: value if isinstance(value, str) else str(value).lower() for name, value in given.items()}
