"""What the files of a request have to be, by name, first bytes and size; for uploads and for the shell."""

from dataclasses import dataclass

from docops_flask.engine.errors import InvalidMediaType
from docops_flask.settings import Settings

_ZIP_MAGIC = b"PK\x03\x04"
# How many first bytes ``refuse_other_media`` needs.
HEAD_BYTES = len(_ZIP_MAGIC)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that a request is to bring; ``setting`` is the one that allows a larger one."""

    name: str
    suffix: str
    magic: bytes
    max_bytes: int
    setting: str

    def refuse_other_media(self, filename: str, head: bytes) -> None:
        """Raise ``InvalidMediaType`` when ``filename`` or the first bytes tell another kind of file."""
        if not filename.lower().endswith(self.suffix):
            raise InvalidMediaType(
                f"{self.name}: must be a {self.suffix} file, by its name.",
                field=self.name,
                allowed=[self.suffix],
            )
        if not head.startswith(self.magic):
            raise InvalidMediaType(
                f"{self.name}: its content is not that of a {self.suffix} file.", field=self.name
            )


def template_part(settings: Settings) -> FilePart:
    """Return what the part ``template`` has to be."""
    return _word_part("template", settings)


def task_part(settings: Settings) -> FilePart:
    """Return what the part ``task`` has to be; its content is looked at by ``task_json``."""
    is_tighter = settings.max_task_bytes < settings.max_upload_bytes
    setting = "DOCOPS_MAX_TASK_BYTES" if is_tighter else "DOCOPS_MAX_UPLOAD_BYTES"
    return FilePart("task", ".json", b"", settings.max_task_file_bytes, setting)


def verification_parts(settings: Settings) -> tuple[FilePart, ...]:
    """Return what the parts of ``/v1/verify`` have to be: a template, and what a job made of it."""
    reports = (
        FilePart(name, ".json", b"", settings.max_upload_bytes, "DOCOPS_MAX_UPLOAD_BYTES")
        for name in ("replace_log", "format_report")
    )
    return (template_part(settings), _word_part("document", settings), *reports)


def _word_part(name: str, settings: Settings) -> FilePart:
    return FilePart(name, ".docx", _ZIP_MAGIC, settings.max_upload_bytes, "DOCOPS_MAX_UPLOAD_BYTES")
