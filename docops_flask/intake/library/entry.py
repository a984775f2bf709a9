"""A template of the library, what is wrong with one, and the errors that clients receive."""

from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import DocopsError, echo

# The form field that names a template of the library in place of the part ``template``.
TEMPLATE_NAME = "template_name"
# The setting that names the folder.
SETTING = "DOCOPS_TEMPLATES_DIR"
# The environment variable in which gunicorn's master tells its workers the folder of the checked copy, how
# the name of that folder ends, and the file that is written into it last.
COPY_VARIABLE = "DOCOPS_LIBRARY_COPY"
COPY_SUFFIX = ".library"
INDEX = "library.json"
_RETRY_AFTER_SECONDS = 60

# Why a template is stopped; ``detail.reason`` of the error, and ``reason`` of the log line.
NAME = "name"
NO_TEMPLATE = "no_template"
UNREADABLE = "unreadable"
TOO_LARGE = "too_large"
NOT_APPROVED = "not_approved"
TOML = "toml"
UNUSABLE = "unusable"
CRASHED = "crashed"
TOO_SLOW = "too_slow"
NOT_CHECKED = "not_checked"
CHANGED = "changed"


class Fault(NamedTuple):
    """Why the template ``name`` is stopped: ``reason`` is one of the words above, ``message`` one line."""

    name: str
    reason: str
    message: str


class Finding(NamedTuple):
    """Something in a template that its author should look at and that does not stop it.

    ``place`` is an address in the template, ``message`` one line that may quote it; no log has that.
    """

    name: str
    code: str
    place: str
    message: str


class LibraryTemplate(NamedTuple):
    """A template that can be used: what its TOML file says, and the SHA-256 of its bytes.

    ``details_sha256`` is that of what its inspection found (``Details``), ``options`` are form fields with
    their values as a form has them, ``document_type`` and ``policy`` are names, ``name_pattern`` is the
    pattern of the answered file's name. ``labels`` are what people call its fields.
    """

    name: str
    title: Bilingual
    description: Bilingual
    template_sha256: str
    size: int
    details_sha256: str
    document_type: str | None
    policy: str | None
    name_pattern: str | None
    options: dict[str, str]
    labels: dict[str, Bilingual]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON members."""
        labels = {name: label._asdict() for name, label in self.labels.items()}
        words = {"title": self.title._asdict(), "description": self.description._asdict(), "labels": labels}
        return {**self._asdict(), **words}

    def described(self) -> dict[str, Any]:
        """Return what ``/v1/templates`` and ``/v1/meta`` say of it."""
        return {
            "name": self.name,
            "title": self.title._asdict(),
            "description": self.description._asdict(),
            "template_sha256": self.template_sha256,
        }


class TemplateStopped(DocopsError):
    """A template of the library that may not be used: it is not the approved one, or it has a fault."""

    status = 503
    code = "TEMPLATE_STOPPED"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{TEMPLATE_NAME}: {echo(name)} is stopped ({reason}); the server's log says why. "
            "Whoever keeps the library has to mend it.",
            field=TEMPLATE_NAME,
            value=echo(name),
            reason=reason,
        )
        self.inner = f"template stopped: {reason}"
        self.retry_after_seconds = _RETRY_AFTER_SECONDS
