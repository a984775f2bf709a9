"""Makes the job that learns a policy from several documents: how many, how large, which form fields."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docops_flask.engine.errors import DocopsError, InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind, Learning, LearntFrom
from docops_flask.engine.options import given_fields, resolve_options
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.files import check_file, document_part
from docops_flask.intake.job import file_name_of, find_policy
from docops_flask.settings.settings import Settings

# The name of their parts in a form.
DOCUMENT = "document"
MAX_DOCUMENTS = 20
FIELDS = ("against", "lang")


def learning_job(
    fields: Mapping[str, str],
    names: Sequence[str],
    files: Sequence[str],
    office: Office,
    enter: Callable[[str], None] = lambda _stage: None,
) -> Job:
    """Return the job that learns from ``files``, which clients call ``names``.

    ``files`` are names in the job's folder, or paths in the shell; ``fields`` are those of the form, as sent.
    ``enter`` is called with what is validated next: ``validate_form``, ``validate_policy``. Raises
    ``InvalidArgument``.
    """
    enter("validate_form")
    given = given_fields(fields)
    options = resolve_options({name: value for name, value in given.items() if name == "lang"})
    enter("validate_policy")
    against = None
    if "against" in given:
        against = find_policy(office.policies, given["against"], "against")
    documents = tuple(map(LearntFrom, _told_apart(names), files))
    return Job(
        kind=JobKind.LEARN,
        skills=(),
        options=options,
        limits=office.settings.limits(),
        learning=Learning(documents, against),
    )


def learning_of_files(documents: Sequence[Path], fields: Mapping[str, str], office: Office) -> Job:
    """Return the job that learns from ``documents``, files of the shell, which are checked as uploads are."""
    if not documents:
        raise no_documents()
    if len(documents) > MAX_DOCUMENTS:
        raise too_many_documents()
    part = document_part(office.settings)
    for file in documents:
        try:
            check_file(part, file)
        except DocopsError as error:
            raise about_document(str(file), error) from None
    if sum(file.stat().st_size for file in documents) > office.settings.max_documents_bytes:
        raise too_large_documents(office.settings)
    return learning_job(
        fields, [file.name for file in documents], [str(f.resolve()) for f in documents], office
    )


def about_document(name: str, error: DocopsError) -> DocopsError:
    """Return ``error``, which is about one of the documents, as one that names it."""
    error.message = f"{name}: {error.message.removeprefix(f'{DOCUMENT}: ')}"
    error.detail = {**error.detail, "document": name}
    return error


def document_file(number: int) -> str:
    """Return the name in a job's folder of the document ``number``."""
    return f"document{number}.docx"


def no_documents() -> InvalidArgument:
    """Return the error for a request without a document."""
    return InvalidArgument(
        f"{DOCUMENT}: missing; send the documents to learn from, 1 to {MAX_DOCUMENTS} .docx files.",
        field=DOCUMENT,
    )


def too_many_documents() -> TemplateLimitExceeded:
    """Return the error for more documents than ``MAX_DOCUMENTS``."""
    return TemplateLimitExceeded(
        f"{DOCUMENT}: more than {MAX_DOCUMENTS} documents were sent.",
        limit="documents",
        maximum=MAX_DOCUMENTS,
    )


def too_large_documents(settings: Settings) -> UploadTooLarge:
    """Return the error for documents that are too large together."""
    return UploadTooLarge(
        field=DOCUMENT, maximum=settings.max_documents_bytes, setting="DOCOPS_MAX_UPLOAD_BYTES"
    )


def _told_apart(names: Sequence[str]) -> list[str]:
    """Return the names without folders; those that occur again have a number behind them."""
    told: dict[str, None] = {}
    for name in map(file_name_of, names):
        number, each = 1, name
        while each in told:
            number += 1
            each = f"{name} ({number})"
        told[each] = None
    return list(told)
