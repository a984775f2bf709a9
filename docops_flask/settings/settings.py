"""The settings of the server: environment variable, default, bounds and help line of each.

The variable of the field ``max_upload_bytes`` is ``DOCOPS_MAX_UPLOAD_BYTES``, and so on. Settings are read
once, at startup. docs/settings.md lists them; tests/settings/test_settings.py compares it with this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from math import ceil
from pathlib import Path
from typing import Any

from docops_flask.engine.opc.limits import MIB, Limits
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.settings import values
from docops_flask.settings.setting import Setting, setting

PREFIX = "DOCOPS_"
# Threads reserved for health checks, /v1/meta and refusals while jobs run and wait for a slot.
_SPARE_THREADS = 4
# Threads of these that remain free while the maximum number of bodies is being received.
_SPARE_THREADS_WHILE_RECEIVING = 2
_DEFAULT_EXTRA_THREADS = 16
# Bytes of a request body for form fields and part headers, beside the two files.
_FORM_BYTES = MIB
# Time to kill a renderer that ignores SIGTERM and to send the response. Receiving a body may take longer.
_WORKER_MARGIN_SECONDS = 60
_CPU_MARGIN_SECONDS = 10
# How many time limits of a job the inspection of the template library may take.
_LIBRARY_TIME_LIMITS = 5
# Bytes that a renderer may write beside the artefacts: its result and the ZIP headers.
_RESULT_BYTES = 64 * MIB
_SHOWN_VALUE_CHARACTERS = 64


class SettingsError(ValueError):
    """A setting is invalid; the message is one line for the operator."""


_size = values.integer(1)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one server; sizes are in bytes, durations in seconds."""

    max_upload_bytes: int = setting(25 * MIB, _size, "Maximum size of an uploaded file, in bytes.")
    max_task_bytes: int = setting(
        2 * MIB, _size, "Maximum size of a task, in bytes; DOCOPS_MAX_UPLOAD_BYTES applies to it too."
    )
    max_rows_bytes: int = setting(25 * MIB, _size, "Maximum size of a file of rows, in bytes.")
    merge_max_rows: int = setting(1000, values.integer(1), "Maximum number of rows of a merge.")
    batch_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.folder,
        "The folder of batches, which hold rows and documents until they expire; unset: no batches.",
        default_text="unset",
    )
    batch_store: str | None = setting(
        None,
        values.bucket,
        "The bucket of batches, in place of a folder; needs DOCOPS_BATCH_BROKER.",
        default_text="unset",
    )
    batch_broker: str | None = setting(
        None,
        values.broker,
        "The broker of `docops worker`, which do the work on batches in place of this server; never printed.",
        default_text="unset",
        secret=True,
    )
    batch_concurrency: int = setting(
        1, values.integer(1), "Chunks of batches at the same time, per worker process, beside the slots."
    )
    max_batches: int = setting(10, values.integer(1), "Maximum number of batches that have not ended.")
    batch_max_rows: int = setting(100_000, values.integer(1), "Maximum number of rows of a batch.")
    batch_expires_seconds: float = setting(
        86_400.0, values.seconds(zero_allowed=False), "Seconds after which a batch is erased."
    )
    batch_max_store_bytes: int = setting(
        0, _size, "Maximum size of all batches together, in bytes.", default_text="unset"
    )
    webhook_hosts: tuple[str, ...] = setting(
        (),
        values.webhook_hosts,
        "The hosts that may be told when a batch has ended, comma-separated; unset: no webhooks.",
        default_text="unset",
    )
    webhook_secret_file: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.file,
        "The file with the secret that signs webhooks: whsec_ and 24 to 64 bytes in base64.",
        default_text="unset",
    )
    request_timeout_seconds: float = setting(
        60.0, values.seconds(zero_allowed=False), "Time limit for a job in its renderer, in seconds."
    )
    body_timeout_seconds: float = setting(
        60.0,
        values.seconds(zero_allowed=False),
        "Time limit for receiving a request body, in seconds.",
    )
    max_concurrency: int = setting(2, values.integer(1), "Slots: jobs at the same time, per worker process.")
    queue_timeout_seconds: float = setting(
        0.0, values.seconds(zero_allowed=True), "Seconds a job may wait for a slot; 0: 429 at once."
    )
    mp_start: str = setting(
        "spawn",
        values.choice("spawn", "forkserver", "fork"),
        "Start method of renderer processes (as in multiprocessing).",
    )
    standby: int = setting(
        1,
        values.integer(0),
        "Idle renderers started in advance, per worker process; 0: a renderer starts with its job.",
    )
    renderer_memory_bytes: int = setting(1024 * MIB, _size, "Memory limit of a renderer, in bytes.")
    sandbox: str = setting(
        "auto",
        values.choice(*SandboxMode),
        "auto: as much of the sandbox as the system supports; require: all of it or no start; off: none.",
    )
    max_zip_entries: int = setting(1000, values.integer(1), "Maximum number of entries in a template's ZIP.")
    max_unpacked_bytes: int = setting(200 * MIB, _size, "Maximum uncompressed size of a template, in bytes.")
    max_xml_bytes: int = setting(50 * MIB, _size, "Maximum size of all XML parts of a template, in bytes.")
    max_xml_part_bytes: int = setting(25 * MIB, _size, "Maximum size of one XML part, in bytes.")
    max_table_cells: int = setting(100_000, values.integer(1), "Maximum number of table cells in a template.")
    max_output_bytes: int = setting(
        128 * MIB, _size, "Maximum uncompressed size of a job's artefacts, in bytes."
    )
    max_block_copies: int = setting(
        100_000, values.integer(1), "Maximum number of paragraphs that lines of values become in a document."
    )
    debug_artifacts: bool = setting(False, values.switch, "Adds trace.json to the ZIP.")
    commit_sha: str = setting("unknown", values.text, "The commit named in api_result.json.")
    skills_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "A folder with your own skills, one TOML file each.", default_text="unset"
    )
    policies_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "A folder with your own policies, one YAML file each.", default_text="unset"
    )
    templates_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.folder,
        "The template library: a folder of NAME.docx, each with an optional NAME.toml.",
        default_text="unset",
    )
    signing_key_file: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.file,
        "The private key that signs receipts: Ed25519, PEM (PKCS#8), readable by no other users.",
        default_text="unset",
    )
    pdf: str = setting(
        "auto",
        values.choice("auto", "require", "off"),
        "auto: PDFs where LibreOffice converts a page at the start; require: or no start; off: none.",
    )
    office_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "The folder of LibreOffice.", default_text="the usual places"
    )
    fonts_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "A folder with your own fonts for PDFs.", default_text="unset"
    )
    pdf_concurrency: int = setting(
        1, values.integer(1), "Slots for jobs with a PDF, per worker process, beside the others."
    )
    enable_meta: bool = setting(True, values.switch, "Serves /v1/meta and the starter templates.")
    enable_mcp: bool = setting(False, values.switch, "Serves /mcp, the tools for agents (MCP).")
    enable_metrics: bool = setting(False, values.switch, "Serves /metrics (Prometheus).")
    enable_web_console: bool = setting(False, values.switch, "Serves /web, the console.")
    web_basic_auth: tuple[str, str] | None = setting(
        None,
        values.credentials,
        "user:password required by /v1/meta, /metrics, /mcp and the console; never printed.",
        default_text="unset",
        secret=True,
    )
    web_connect_src: tuple[str, ...] = setting(
        (),
        values.origins,
        "Other origins that the console may call, comma-separated.",
        default_text="unset",
    )
    console_drafts: bool = setting(
        True, values.switch, "The console keeps what is typed in the browser; 0 on shared computers."
    )
    console_own_templates: bool = setting(
        True, values.switch, "The console takes own files as templates; 0: those of the library only."
    )
    enable_cors: bool = setting(False, values.switch, "Allows requests from other origins (CORS).")
    cors_allow_origins: tuple[str, ...] = setting(
        (),
        values.origins_or_any,
        "The allowed origins, comma-separated, or * for any.",
        default_text="* when CORS is on",
    )
    cors_allow_credentials: bool = setting(
        False, values.switch, "Allows those origins to send credentials; not together with *."
    )
    cors_max_age: int = setting(600, values.integer(0), "Seconds a browser may cache a preflight response.")
    trusted_proxies: int = setting(
        0, values.integer(0), "Number of proxies in front whose X-Forwarded-* headers are trusted."
    )
    drain_file: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.file_path,
        "While this file exists, /readyz returns 503; everything else works as usual.",
        default_text="unset",
    )
    workers: int = setting(2, values.integer(1), "Number of gunicorn worker processes.")
    threads: int = setting(
        0, values.integer(1), "Threads per worker process.", default_text="DOCOPS_MAX_CONCURRENCY + 16"
    )
    keepalive_seconds: int = setting(
        75,
        values.integer(1),
        "Seconds an idle connection stays open (keep-alive); use more than the proxy in front does.",
    )
    bind: str = setting("127.0.0.1:8000", values.address, "The address gunicorn listens on.")

    def __post_init__(self) -> None:
        if not self.threads:
            object.__setattr__(self, "threads", self.max_concurrency + _DEFAULT_EXTRA_THREADS)
        if self.enable_cors and not self.cors_allow_origins:
            object.__setattr__(self, "cors_allow_origins", ("*",))
        if self.cors_allow_credentials and "*" in self.cors_allow_origins:
            raise SettingsError(
                "DOCOPS_CORS_ALLOW_CREDENTIALS: cannot be 1 while every origin is allowed; "
                "list the origins in DOCOPS_CORS_ALLOW_ORIGINS, or use 0"
            )

        if self.webhook_hosts and self.webhook_secret_file is None:
            raise SettingsError("DOCOPS_WEBHOOK_SECRET_FILE: needed where DOCOPS_WEBHOOK_HOSTS is set")
        if self.batch_store and self.batch_dir is not None:
            raise SettingsError("DOCOPS_BATCH_STORE: cannot be used together with DOCOPS_BATCH_DIR")
        if self.batch_store and not self.batch_broker:
            raise SettingsError("DOCOPS_BATCH_BROKER: needed where DOCOPS_BATCH_STORE is set")
        if self.batch_broker and not self.has_batches:
            raise SettingsError(
                "DOCOPS_BATCH_DIR: needed where DOCOPS_BATCH_BROKER is set, or DOCOPS_BATCH_STORE"
            )

    @property
    def has_batches(self) -> bool:
        """Whether batches are served: there is a place for them."""
        return self.batch_dir is not None or self.batch_store is not None

    @property
    def max_waiting(self) -> int:
        """The maximum number of jobs in a worker process that wait for a slot at the same time."""
        return max(0, self.threads - self.max_concurrency - _SPARE_THREADS)

    @property
    def max_pdf_waiting(self) -> int:
        """The maximum number of jobs in a worker process that wait for a slot for PDFs at the same time."""
        return max(1, self.max_waiting // 8)

    @property
    def max_receiving(self) -> int:
        """The maximum number of threads in a worker process that receive bodies, at least one.

        Further requests wait without a thread. Threads reserved for jobs that wait for a slot are used here
        if ``queue_timeout_seconds`` is 0.
        """
        queue = self.max_waiting if self.queue_timeout_seconds > 0 else 0
        return max(1, self.threads - self.max_concurrency - queue - _SPARE_THREADS_WHILE_RECEIVING)

    @property
    def max_task_file_bytes(self) -> int:
        """The maximum size of a task in bytes: the smaller of ``max_task_bytes`` and ``max_upload_bytes``."""
        return min(self.max_task_bytes, self.max_upload_bytes)

    @property
    def max_body_bytes(self) -> int:
        """The maximum size of a request body in bytes: both files, pictures, form fields and part headers.

        In place of a task and pictures a merge has rows; with pictures beside, less than the limit of each.
        """
        beside = max(self.max_task_file_bytes + self.max_assets_bytes, self.max_rows_bytes)
        return self.max_upload_bytes + beside + _FORM_BYTES

    @property
    def max_assets_bytes(self) -> int:
        """The maximum size in bytes of all pictures together that are sent beside a task."""
        return self.max_upload_bytes

    @property
    def max_documents_bytes(self) -> int:
        """The maximum size in bytes of all documents together that a policy is learnt from.

        No more than the request body may have.
        """
        return 2 * self.max_upload_bytes

    @property
    def worker_timeout_seconds(self) -> int:
        """The worker timeout and graceful timeout of gunicorn, in seconds; longer than any job can take."""
        rest = max(_WORKER_MARGIN_SECONDS, ceil(self.body_timeout_seconds))
        return ceil(self.request_timeout_seconds + self.queue_timeout_seconds) + rest

    @property
    def library_seconds(self) -> float:
        """The time in seconds that all templates of the library together may take to inspect."""
        return _LIBRARY_TIME_LIMITS * self.request_timeout_seconds

    @property
    def folder_bytes(self) -> int:
        """The maximum size of a job's folder in bytes.

        The request body counts twice because the folder holds both the uploads and the job made from them.
        """
        return 2 * self.max_body_bytes + self.process_limits().file_bytes

    def process_limits(self) -> ProcessLimits:
        """The resource limits of a renderer process."""
        return ProcessLimits(
            memory_bytes=self.renderer_memory_bytes,
            # The server ends a job at its deadline; this limit ends it if the server is gone.
            cpu_seconds=ceil(self.request_timeout_seconds) + _CPU_MARGIN_SECONDS,
            file_bytes=self.max_output_bytes + _RESULT_BYTES,
            sandbox=SandboxMode(self.sandbox),
        )

    def limits(self) -> Limits:
        """The limits on a template's uncompressed size and a job's output."""
        return Limits(
            zip_entries=self.max_zip_entries,
            unpacked_bytes=self.max_unpacked_bytes,
            xml_bytes=self.max_xml_bytes,
            xml_part_bytes=self.max_xml_part_bytes,
            table_cells=self.max_table_cells,
            output_bytes=self.max_output_bytes,
            block_copies=self.max_block_copies,
        )


def all_settings() -> Iterator[tuple[str, Field[Any], Setting]]:
    """Yield the environment variable, the dataclass field and the ``Setting`` of each setting."""
    for each in fields(Settings):
        yield PREFIX + each.name.upper(), each, each.metadata["setting"]


def from_env(environ: Mapping[str, str]) -> Settings:
    """Return the settings in ``environ``; an absent or empty variable has its default.

    Raises ``SettingsError`` for the first invalid variable, with the problem and the accepted values.
    """
    given = {
        each.name: _parse(variable, described, environ[variable])
        for variable, each, described in all_settings()
        if environ.get(variable)
    }
    return Settings(**given)


def _parse(variable: str, described: Setting, value: str) -> Any:
    shown = "its value" if described.secret else _shown(value)
    if not value.isprintable():
        raise SettingsError(
            f"{variable}: {shown} holds characters that are not text; use printable UTF-8 text"
        )
    try:
        return described.parse(value)
    except ValueError as error:
        raise SettingsError(f"{variable}: {shown} cannot be used; {error}") from None


def _shown(value: str) -> str:
    # Not ``echo``: a full-width digit is printable, and yet the reason why the value cannot be used.
    if len(value) > _SHOWN_VALUE_CHARACTERS:
        value = value[:_SHOWN_VALUE_CHARACTERS] + "..."
    return ascii(value)
