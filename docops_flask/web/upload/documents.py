"""The form of ``/v1/policies/suggest``: several documents in parts of one name, and two fields."""

from collections.abc import Callable, Sequence
from contextlib import closing

from docops_flask.engine.errors import DocopsError, InvalidArgument, echo
from docops_flask.engine.job import Job
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.files import document_part
from docops_flask.intake.job import file_name_of
from docops_flask.intake.learning import (
    DOCUMENT,
    FIELDS,
    MAX_DOCUMENTS,
    about_document,
    document_file,
    learning_job,
    no_documents,
    too_large_documents,
    too_many_documents,
)
from docops_flask.jobs.errors import storage_errors
from docops_flask.settings.settings import Settings
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import Services
from docops_flask.web.upload.contents import Contents, JobFolder
from docops_flask.web.upload.form import Upload
from docops_flask.web.upload.multipart import read_parts
from docops_flask.web.upload.received import FIELD_BYTES, FileSink, field_text, refuse_compressed


def receive_documents(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return the documents of ``request``, in their order by the names of their files, and its fields.

    Raises what ``receive_job`` raises; errors about one document name it.
    """
    refuse_compressed(request)
    with storage_errors(), closing(folder.contents) as contents:
        receiver = _Receiver(contents, settings)
        read_parts(request.body, request.content_type, receiver)
    receiver.refuse_part_faults(request.enter)
    return receiver.upload()


def make_learning(
    upload: Upload, services: Services, enter: Callable[[str], None] = lambda _stage: None
) -> Job:
    """Return the job that learns from the documents of ``upload``; raises ``InvalidArgument``."""
    office = Office(services.settings, services.skills, services.policies)
    names: Sequence[str] = [file.filename for file in upload.files.values()]
    return learning_job(upload.fields, names, list(upload.files), office, enter)


class _Receiver:
    """Takes the parts of one request; keeps the first fault of each kind until the body has been read."""

    def __init__(self, contents: Contents, settings: Settings) -> None:
        self._contents = contents
        self._settings = settings
        self._part = document_part(settings)
        self._documents: list[tuple[str, FileSink]] = []
        self._fields: dict[str, bytearray] = {}
        self._size = 0
        self._part_fault: DocopsError | None = None
        self._size_fault: DocopsError | None = None
        self._field: bytearray | None = None
        self._document: FileSink | None = None

    def begin(self, name: str | None, filename: str | None) -> None:
        """Begin the next part; the content of one that is not accepted is dropped."""
        self._field = self._document = None
        name = name or ""
        fault = self._fault_of(name, filename)
        if fault is not None:
            self._part_fault = self._part_fault or fault
        elif name in FIELDS:
            self._field = self._fields[name] = bytearray()
        # Browsers send a file input that nobody used with an empty file name.
        elif filename and len(self._documents) == MAX_DOCUMENTS:
            self._size_fault = self._size_fault or too_many_documents()
        elif filename:
            content = self._contents.add(document_file(len(self._documents)))
            self._document = FileSink(self._part, filename, self._contents, content)
            self._documents.append((file_name_of(filename), self._document))

    def write(self, block: bytes) -> None:
        """Take the next bytes of the part begun last."""
        if self._document is not None:
            self._size += len(block)
            if self._size > self._settings.max_documents_bytes:
                self._size_fault = self._size_fault or too_large_documents(self._settings)
                return
            self._document.write(block)
            if self._document.is_too_large and self._size_fault is None:
                name, sink = self._documents[-1]
                self._size_fault = about_document(name, sink.too_large())
        elif self._field is not None:
            self._field += block[: FIELD_BYTES - len(self._field)]

    def refuse_part_faults(self, enter: Callable[[str], None]) -> None:
        """Raise the first part that is missing or not accepted; ``enter`` is given the stage before."""
        fault = self._part_fault
        if fault is None and not self._documents:
            fault = no_documents()
        if fault is not None:
            enter("validate_form")
            raise fault

    def upload(self) -> Upload:
        """Return the upload, its files by their names in the folder; raises as the form of a run does."""
        if self._size_fault is not None:
            raise self._size_fault
        fields = {name: field_text(name, value) for name, value in self._fields.items()}
        files = {}
        for number, (name, sink) in enumerate(self._documents):
            try:
                files[document_file(number)] = sink.received()
            except DocopsError as error:
                raise about_document(name, error) from None
        return Upload(files, fields, self._contents)

    def _fault_of(self, name: str, filename: str | None) -> DocopsError | None:
        allowed = [DOCUMENT, *FIELDS]
        if name not in allowed:
            return InvalidArgument(
                f"{echo(name)}: not a part of this request; use {', '.join(allowed)}.",
                field=echo(name),
                allowed=allowed,
            )
        if name == DOCUMENT and filename is None:
            return InvalidArgument(f"{name}: must be sent as a file, with a file name.", field=name)
        if name in FIELDS and filename is not None:
            return InvalidArgument(f"{name}: must be sent as a form field, not as a file.", field=name)
        if name in self._fields:
            return InvalidArgument(f"{name}: sent more than once.", field=name)
        return None
