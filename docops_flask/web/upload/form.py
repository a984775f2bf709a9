"""Reads a multipart body into the files of a job, checked by name, size and media type, and makes the job.

The body is read to its end even when a fault has been found, because clients read the answer only after they
have sent everything. Bytes beyond a part's limit are counted and dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from docops_flask.engine.errors import (
    DocopsError,
    InvalidArgument,
    echo,
)
from docops_flask.engine.job import Asset, Job, JobKind
from docops_flask.engine.options import FIELD_ORDER
from docops_flask.intake.assets import (
    ASSET,
    MAX_ASSETS,
    AssetLimit,
    asset_file,
    asset_limit,
    asset_name,
    too_many_assets,
)
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.files import (
    FilePart,
    rows_part,
    task_part,
    template_part,
    verification_parts,
)
from docops_flask.intake.job import JobDefaults, build_job, build_verification
from docops_flask.intake.library.entry import TEMPLATE_NAME, LibraryTemplate
from docops_flask.intake.library.library import defaults_of
from docops_flask.intake.merge import BATCH_FIELDS, MERGE_FIELDS, ROWS, build_merge
from docops_flask.jobs.errors import storage_errors
from docops_flask.settings.settings import Settings
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import Services
from docops_flask.web.upload.contents import Content, Contents, JobFolder
from docops_flask.web.upload.multipart import read_parts
from docops_flask.web.upload.received import (
    FIELD_BYTES,
    TEMPLATE,
    FileSink,
    ReceivedFile,
    field_text,
    refuse_compressed,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """The parts of a request: files by part name, form fields as sent, pictures by the client's names.

    ``template`` is the template of the library that a field names; its bytes are among the files then.
    """

    files: Mapping[str, ReceivedFile]
    fields: Mapping[str, str]
    contents: Contents
    assets: Mapping[str, ReceivedFile] = field(default_factory=dict)
    template: LibraryTemplate | None = None

    def store(self) -> None:
        """Write all files to the job's folder, for a renderer; raises ``InsufficientStorage``."""
        with storage_errors():
            self.contents.store()


def receive_job(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return template, task, pictures and form fields of ``request``; large files are kept in ``folder``.

    The template is absent where the field ``template_name`` names one. Raises ``InvalidArgument``,
    ``UploadTooLarge``, ``InvalidMediaType``, ``InsufficientStorage`` and what reading the body raises.
    """
    files = [template_part(settings), task_part(settings)]
    return receive(request, folder, files, (*FIELD_ORDER, TEMPLATE_NAME), asset_limit(settings))


def receive_merge(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return template, rows, pictures and form fields of ``request``; raises as ``receive_job`` does."""
    files = [template_part(settings), rows_part(settings)]
    return receive(request, folder, files, (*MERGE_FIELDS, TEMPLATE_NAME), asset_limit(settings))


def receive_batch(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return template, rows, pictures and form fields of ``request``; raises as ``receive_job`` does."""
    files = [template_part(settings), rows_part(settings)]
    return receive(request, folder, files, (*BATCH_FIELDS, TEMPLATE_NAME), asset_limit(settings))


def receive_template(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return the template of ``request``, or the field that names one; raises as ``receive_job`` does."""
    return receive(request, folder, [template_part(settings)], (TEMPLATE_NAME,))


def receive_verification(request: ApiRequest, folder: JobFolder, settings: Settings) -> Upload:
    """Return the template of ``request``, its document, reports and, where they were sent, task and assets.

    Raises as ``receive_job`` does.
    """
    return receive(request, folder, verification_parts(settings), (), asset_limit(settings))


def receive(
    request: ApiRequest,
    folder: JobFolder,
    files: Sequence[FilePart],
    fields: Sequence[str],
    assets: AssetLimit | None = None,
) -> Upload:
    """Return the parts of ``request``: ``files``, form ``fields``, pictures if ``assets`` are taken."""
    refuse_compressed(request)
    with storage_errors(), closing(folder.contents) as contents:
        receiver = _Receiver(contents, files, fields, assets)
        read_parts(request.body, request.content_type, receiver)
    receiver.refuse_part_faults(request.enter)
    return receiver.upload()


class _Receiver:
    """Takes the parts of one request; keeps the first fault of each kind until the body has been read."""

    def __init__(
        self,
        contents: Contents,
        files: Sequence[FilePart],
        fields: Sequence[str],
        assets: AssetLimit | None,
    ) -> None:
        """``assets`` is what is accepted as pictures beside the files; ``None``: no such part is."""
        self._asset_limit = assets
        self._assets: dict[str, _AssetSink] = {}
        self._assets_size = 0
        self._contents = contents
        self._expected = {part.name: part for part in files}
        self._allowed_fields = fields
        self._fields: dict[str, bytearray] = {}
        self._files: dict[str, FileSink] = {}
        self._part_fault: DocopsError | None = None
        self._size_fault: DocopsError | None = None
        self._field: bytearray | None = None
        self._file: FileSink | None = None
        self._asset: _AssetSink | None = None

    def begin(self, name: str | None, filename: str | None) -> None:
        """Begin the next part; the content of one that is not accepted is dropped."""
        self._field = self._file = self._asset = None
        name = name or ""
        if name == ASSET and self._asset_limit is not None:
            self._begin_asset(filename)
            return
        fault = self._fault_of(name, filename)
        if fault is not None:
            self._part_fault = self._part_fault or fault
        # Browsers send a file input that nobody used with an empty file name.
        elif name in self._expected and filename:
            part = self._expected[name]
            content = self._contents.add(part.file_name)
            self._file = self._files[name] = FileSink(part, filename, self._contents, content)
        elif name in self._allowed_fields:
            self._field = self._fields[name] = bytearray()

    def write(self, block: bytes) -> None:
        """Take the next bytes of the part begun last."""
        if self._file is not None:
            self._file.write(block)
            if self._file.is_too_large and self._size_fault is None:
                self._size_fault = self._file.too_large()
        elif self._asset is not None and self._asset_limit is not None:
            self._assets_size += len(block)
            if self._assets_size <= self._asset_limit.max_bytes:
                self._asset.write(block)
            elif self._size_fault is None:
                self._size_fault = self._asset_limit.too_large()
        elif self._field is not None:
            self._field += block[: FIELD_BYTES - len(self._field)]

    def _begin_asset(self, filename: str | None) -> None:
        if filename == "":
            # A file input that nobody used.
            return
        try:
            name = asset_name(filename, self._assets)
        except DocopsError as fault:
            self._part_fault = self._part_fault or fault
            return
        if len(self._assets) == MAX_ASSETS:
            self._size_fault = self._size_fault or too_many_assets()
            return
        content = self._contents.add(asset_file(len(self._assets)))
        self._asset = self._assets[name] = _AssetSink(name, content, self._contents)

    def refuse_part_faults(self, enter: Callable[[str], None]) -> None:
        """Raise the first part that is missing or not accepted; ``enter`` is given the stage before."""
        given = {*self._files, *([TEMPLATE] if self._fields.get(TEMPLATE_NAME, b"").strip() else [])}
        missing = [
            part.name for part in self._expected.values() if part.is_required and part.name not in given
        ]
        if self._part_fault is None and missing:
            self._part_fault = InvalidArgument(
                f"{missing[0]}: missing; send it as a {self._expected[missing[0]].suffix} file.",
                field=missing[0],
            )
        if self._part_fault is not None:
            enter("validate_form")
            raise self._part_fault

    def upload(self) -> Upload:
        """Return the upload; raises the first fault: sizes first, then texts, then media types."""
        if self._size_fault is not None:
            raise self._size_fault
        fields = {name: field_text(name, value) for name, value in self._fields.items()}
        files = {name: sink.received() for name, sink in self._files.items()}
        assets = {name: sink.received() for name, sink in self._assets.items()}
        return Upload(files, fields, self._contents, assets)

    def _fault_of(self, name: str, filename: str | None) -> DocopsError | None:
        if name not in self._expected and name not in self._allowed_fields:
            pictures = () if self._asset_limit is None else (ASSET,)
            allowed = [*self._expected, *pictures, *self._allowed_fields]
            return InvalidArgument(
                f"{echo(name)}: not a part of this request; use {', '.join(allowed)}.",
                field=echo(name),
                allowed=allowed,
            )
        if name in self._expected and filename is None:
            return InvalidArgument(f"{name}: must be sent as a file, with a file name.", field=name)
        if name in self._allowed_fields and filename is not None:
            return InvalidArgument(f"{name}: must be sent as a form field, not as a file.", field=name)
        if name in self._files or name in self._fields:
            return InvalidArgument(f"{name}: sent more than once.", field=name)
        return None


class _AssetSink:
    """Takes the content of one picture."""

    def __init__(self, name: str, content: Content, contents: Contents) -> None:
        self._name = name
        self._content = content
        self._contents = contents
        self._size = 0

    def write(self, block: bytes) -> None:
        self._size += len(block)
        self._contents.write(self._content, block)

    def received(self) -> ReceivedFile:
        """Return the file; the renderer looks at its bytes."""
        return ReceivedFile(self._content, self._name, self._size)


def make_job(
    kind: JobKind, upload: Upload, services: Services, enter: Callable[[str], None] = lambda _stage: None
) -> Job:
    """Return the job that ``upload`` asks for; ``enter`` is given the stage (see ``build_job``).

    Raises ``ArgumentConflict``, ``InvalidArgument`` and ``InvalidJson``.
    """
    task_json = upload.files["task"].content.read()
    template = upload.template
    job = build_job(
        kind,
        upload.fields,
        task_json,
        services.skills,
        services.policies,
        limits=services.settings.limits(),
        template_name=upload.files[TEMPLATE].filename,
        enter=enter,
        assets=_assets_of(upload),
        defaults=JobDefaults() if template is None else defaults_of(template, services.policies),
        pdf=lambda: services.pdf,
    )
    enter("validate_form")
    with_office = services.pdf_renderers.with_office(job)
    # A precheck makes no PDF, and yet says where there would be none.
    return with_office if kind is JobKind.RUN else job


def make_merge(
    kind: JobKind,
    upload: Upload,
    services: Services,
    enter: Callable[[str], None] = lambda _stage: None,
    most_rows: int | None = None,
) -> Job:
    """Return the merge that ``upload`` asks for; raises as ``make_job`` does."""
    template = upload.template
    job = build_merge(
        kind,
        upload.fields,
        (ROWS, upload.files[ROWS].filename),
        Office(services.settings, services.skills, services.policies),
        template_name=upload.files[TEMPLATE].filename,
        assets=_assets_of(upload),
        enter=enter,
        defaults=JobDefaults() if template is None else defaults_of(template, services.policies),
        most_rows=most_rows,
        signs=kind is JobKind.MERGE and services.signer is not None,
    )
    enter("validate_form")
    with_office = services.pdf_renderers.with_office(job)
    # The jobs of a batch get it when they are done.
    return with_office if kind is JobKind.MERGE and most_rows is None else job


def make_inspection(services: Services) -> Job:
    """Return the job that inspects a template."""
    return Job(kind=JobKind.INSPECT, skills=tuple(services.skills), limits=services.settings.limits())


def make_verification(
    upload: Upload, services: Services, enter: Callable[[str], None] = lambda _stage: None
) -> Job:
    """Return the job that verifies the result of an earlier one; raises as ``make_job`` does."""
    task = upload.files.get("task")
    job = build_verification(
        None if task is None else task.content.read(),
        services.skills,
        limits=services.settings.limits(),
        enter=enter,
    )
    return job._replace(assets=_assets_of(upload))


def _assets_of(upload: Upload) -> tuple[Asset, ...]:
    """Return the files sent beside a task, with their names in the job's folder."""
    return tuple([Asset(name, asset_file(number)) for number, name in enumerate(upload.assets)])
