"""The checks of a job's files (name, first bytes, size), and the jobs of the shell's commands.

Files named on a command line are read and checked as uploads are.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from docops_flask.engine.errors import InvalidArgument, InvalidMediaType
from docops_flask.engine.integrity.verification import Evidence
from docops_flask.engine.job import Asset, Job, JobKind
from docops_flask.engine.opc.first_bytes import FirstBytes
from docops_flask.engine.opc.other_kinds import other_media
from docops_flask.intake.assets import (
    ASSET,
    MAX_ASSETS,
    UploadTooLarge,
    asset_limit,
    asset_name,
    too_many_assets,
)
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.catalogue.policy_file import MAX_BYTES as MAX_POLICY_BYTES
from docops_flask.intake.job import JobDefaults, build_job, build_verification
from docops_flask.intake.merge import build_merge
from docops_flask.jobs.pdf_support import PdfSupport
from docops_flask.jobs.receipts.envelope import FIELD as RECEIPT
from docops_flask.settings.settings import Settings

_READ_BYTES = 1 << 20
_NO_DEFAULTS = JobDefaults()
# What a ZIP archive is, by the end of its name: a renderer looks into those alone that are named .docx.
_KIND_OF_SUFFIX = {
    ".dotx": "dotx",
    ".docm": "docm",
    ".dotm": "docm",
    **dict.fromkeys((".odt", ".ott", ".ods", ".odp"), "odt"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xlsb", ".pptx", ".pptm", ".ppsx", ".vsdx"), "xlsx"),
    ".zip": "zip_of_files",
    ".ofd": "ofd",
    ".pages": "pages",
}


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that a job takes; ``setting`` is the setting that limits its size.

    ``suffix`` is what its name ends with; "" for a part that takes several kinds.
    """

    name: str
    suffix: str
    max_bytes: int
    setting: str
    is_required: bool = True

    @property
    def file_name(self) -> str:
        """The name of its file in a job's folder."""
        return self.name + self.suffix

    @property
    def is_document(self) -> bool:
        """Whether it is a Word document, whose bytes are looked at."""
        return self.suffix == ".docx"

    def refuse_other_media(self, filename: str, first: FirstBytes) -> None:
        """Raise ``InvalidMediaType`` when bytes or name are those of another kind of file.

        ``first`` has taken the file's bytes if it is a Word document. What the file is by its bytes comes
        before its name.
        """
        if not self.suffix:
            # A file of rows: the renderer tells what it is by its bytes.
            return
        suffix = Path(filename.lower()).suffix
        kind = first.kind() if self.is_document else None
        if kind is None and self.is_document and not (suffix == ".zip" and first.begins_as_package):
            kind = _KIND_OF_SUFFIX.get(suffix)
        if kind is not None:
            raise other_media(self.name, kind)
        if suffix != self.suffix:
            raise InvalidMediaType(
                f"{self.name}: the file's name must end with {self.suffix}.",
                field=self.name,
                allowed=[self.suffix],
            )


def template_part(settings: Settings) -> FilePart:
    """Return what is accepted as the part ``template``."""
    return _word_part("template", settings)


def task_part(settings: Settings) -> FilePart:
    """Return what is accepted as the part ``task``; its content is checked by ``intake.task``."""
    is_tighter = settings.max_task_bytes < settings.max_upload_bytes
    setting = "DOCOPS_MAX_TASK_BYTES" if is_tighter else "DOCOPS_MAX_UPLOAD_BYTES"
    return FilePart("task", ".json", settings.max_task_file_bytes, setting)


def rows_part(settings: Settings) -> FilePart:
    """Return what is accepted as the part ``rows``: a CSV file, a workbook or JSON lines."""
    return FilePart("rows", "", settings.max_rows_bytes, "DOCOPS_MAX_ROWS_BYTES")


def document_part(settings: Settings) -> FilePart:
    """Return what is accepted as the part ``document``: a document that is read, not filled."""
    return _word_part("document", settings)


def verification_parts(settings: Settings) -> tuple[FilePart, ...]:
    """Return the parts of ``/v1/verify``: a template, what a job made of it, its task, its receipt."""
    task = replace(task_part(settings), is_required=False)
    receipt = FilePart(
        RECEIPT, ".json", settings.max_upload_bytes, "DOCOPS_MAX_UPLOAD_BYTES", is_required=False
    )
    reports = (
        FilePart(name, ".json", settings.max_upload_bytes, "DOCOPS_MAX_UPLOAD_BYTES")
        for name in ("replace_log", "format_report")
    )
    return (template_part(settings), document_part(settings), *reports, task, receipt)


def _word_part(name: str, settings: Settings) -> FilePart:
    return FilePart(name, ".docx", settings.max_upload_bytes, "DOCOPS_MAX_UPLOAD_BYTES")


def job_of_files(
    kind: JobKind,
    template: Path,
    task: Path,
    fields: Mapping[str, str],
    office: Office,
    *,
    policy_file: Path | None = None,
    assets: Sequence[tuple[str, Path]] = (),
    defaults: JobDefaults = _NO_DEFAULTS,
) -> Job:
    """Return the job that two files and the options ask for.

    ``fields`` are the options given, by their names in a form; ``policy_file`` holds ``policy_yaml``,
    ``assets`` are pictures and documents with the names that the task has for them, ``defaults`` hold where
    no option says otherwise. Checks and raises what the service does for the same input; of ``template``
    name, size and first bytes are checked.
    """
    check_file(template_part(office.settings), template)
    part = task_part(office.settings)
    check_file(part, task)
    if policy_file is not None:
        fields = {**fields, "policy_yaml": _policy_text(policy_file)}
    task_json = _read(part.name, task, part.max_bytes)
    return build_job(
        kind,
        fields,
        task_json,
        office.skills,
        office.policies,
        limits=office.settings.limits(),
        template_name=template.name,
        assets=_assets(assets, office.settings),
        defaults=defaults,
        # Told when it is made.
        pdf=lambda: PdfSupport(True, None, None),
    )


def merge_of_files(
    template: Path,
    rows: Path,
    fields: Mapping[str, str],
    office: Office,
    *,
    policy_file: Path | None = None,
    assets: Sequence[tuple[str, Path]] = (),
    signs: bool = False,
    defaults: JobDefaults = _NO_DEFAULTS,
) -> tuple[Job, Mapping[str, str]]:
    """Return the merge that a template, a file of rows and the options ask for, and all options.

    It may have as many rows as a batch. Everything else is as for ``job_of_files``.
    """
    check_file(template_part(office.settings), template)
    check_file(rows_part(office.settings), rows)
    if policy_file is not None:
        fields = {**fields, "policy_yaml": _policy_text(policy_file)}
    job = build_merge(
        JobKind.MERGE,
        fields,
        (str(rows.resolve()), rows.name),
        office,
        template_name=template.name,
        assets=_assets(assets, office.settings),
        most_rows=office.settings.batch_max_rows,
        defaults=defaults,
        signs=signs,
    )
    return job, fields


def _assets(given: Sequence[tuple[str, Path]], settings: Settings) -> list[Asset]:
    limit = asset_limit(settings)
    found: dict[str, Asset] = {}
    size = 0
    for name, file in given:
        named = asset_name(name, found)
        with _readable(ASSET, file) as stream:
            size += stream.seek(0, 2)
        if len(found) == MAX_ASSETS:
            raise too_many_assets()
        if size > limit.max_bytes:
            raise limit.too_large()
        found[named] = Asset(named, str(file.resolve()))
    return list(found.values())


def inspection_of_file(template: Path, office: Office) -> Job:
    """Return the job that inspects ``template``; raises as ``job_of_files``."""
    check_file(template_part(office.settings), template)
    return Job(kind=JobKind.INSPECT, skills=tuple(office.skills), limits=office.settings.limits())


def verification_of_files(
    template: Path,
    evidence: Evidence,
    office: Office,
    *,
    task: Path | None = None,
    receipt: Path | None = None,
    assets: Sequence[tuple[str, Path]] = (),
) -> Job:
    """Return the job that verifies ``evidence`` against ``template``; raises as ``job_of_files``.

    With ``task``, the file of the task that was done, the values are compared with it. The file ``receipt``
    is checked as the others are, and not read. ``assets`` are the documents that were put in, with the names
    that the task has for them.
    """
    files = (template, evidence.document, evidence.replace_log, evidence.format_report, task, receipt)
    for part, file in zip(verification_parts(office.settings), files, strict=True):
        if file is not None:
            check_file(part, file)
    part = task_part(office.settings)
    job = build_verification(
        None if task is None else _read(part.name, task, part.max_bytes),
        office.skills,
        limits=office.settings.limits(),
    )
    return job._replace(assets=tuple(_assets(assets, office.settings)))


def check_file(part: FilePart, file: Path) -> None:
    """Raise what the service raises for an upload of the file's name, first bytes and size."""
    first = _first_bytes(part, file)
    if file.stat().st_size > part.max_bytes:
        raise UploadTooLarge(field=part.name, maximum=part.max_bytes, setting=part.setting)
    part.refuse_other_media(file.name, first)


def _first_bytes(part: FilePart, file: Path) -> FirstBytes:
    first = FirstBytes()
    with _readable(part.name, file) as stream:
        while part.is_document and first.wants_more:
            block = stream.read(_READ_BYTES)
            if not block:
                break
            first.feed(block)
    return first


def _policy_text(file: Path) -> str:
    # One byte more than allowed shows that a policy is too large; bytes that are not UTF-8 are kept, for the
    # policy's own reader to refuse.
    return _read("policy_yaml", file, MAX_POLICY_BYTES + 1).decode("utf-8", "surrogateescape")


def _read(name: str, file: Path, most_bytes: int) -> bytes:
    with _readable(name, file) as stream:
        return stream.read(most_bytes)


@contextmanager
def _readable(name: str, file: Path) -> Iterator[BinaryIO]:
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as error:
        raise InvalidArgument(
            f"{name}: cannot be read ({error.strerror}); give the path of a readable file.", field=name
        ) from None
