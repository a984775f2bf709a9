"""Every setting of the server: its environment variable, default, bounds and help line, in one place.

The variable of the field ``max_upload_bytes`` is ``DOCOPS_MAX_UPLOAD_BYTES``, and so on. Settings are
read once, at the start; docs/settings.md lists them, and a test holds it against this file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from math import ceil
from pathlib import Path
from typing import Any

from docops_flask.engine.opc.limits import MIB, Limits
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.settings import values
from docops_flask.settings.values import Parser


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting beside its default."""

    parse: Parser
    help: str
    secret: bool = False
    # What the documentation says where the default is worked out or absent.
    default_text: str | None = None


def setting(
    default: Any,
    parse: Parser,
    help_line: str,
    *,
    default_text: str | None = None,
    secret: bool = False,
) -> Any:
    """Return the dataclass field of a setting; its metadata holds the ``Setting`` as ``setting``.

    The value of a ``secret`` one is not in the repr.
    """
    described = Setting(parse, help_line, secret, default_text)
    return field(default=default, repr=not secret, metadata={"setting": described})


PREFIX = "DOCOPS_"
# Threads that health, meta and refusals find free whatever runs and waits for a slot.
_SPARE_THREADS = 4
# Of these, what is left when as many requests as may are being received.
_SPARE_THREADS_WHILE_RECEIVING = 2
_DEFAULT_EXTRA_THREADS = 16
# What the form fields and part headers of a request may add to its two files.
_FORM_BYTES = MIB
# Ending a renderer that ignores SIGTERM and sending the answer; receiving a body may take longer.
_WORKER_MARGIN_SECONDS = 60
_CPU_MARGIN_SECONDS = 10
# What a renderer may write beside the artefacts themselves: its result, the ZIP's own structure.
_RESULT_BYTES = 64 * MIB
_SHOWN_VALUE_CHARACTERS = 64


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one line for the operator."""


_size = values.integer(1)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one server; sizes are bytes, durations seconds."""

    max_upload_bytes: int = setting(25 * MIB, _size, "Most bytes of an uploaded file.")
    max_task_bytes: int = setting(
        2 * MIB, _size, "Most bytes of a task; DOCOPS_MAX_UPLOAD_BYTES holds for it as well."
    )
    request_timeout_seconds: float = setting(
        60.0, values.seconds(zero_allowed=False), "Most seconds a renderer may take for a job."
    )
    body_timeout_seconds: float = setting(
        60.0,
        values.seconds(zero_allowed=False),
        "Most seconds the body of a request may take to arrive, however slowly it comes.",
    )
    max_concurrency: int = setting(2, values.integer(1), "Slots: renderers at a time, per worker process.")
    queue_timeout_seconds: float = setting(
        0.0, values.seconds(zero_allowed=True), "Seconds a job waits for a slot; 0 answers 429 at once."
    )
    mp_start: str = setting(
        "spawn",
        values.choice("spawn", "forkserver", "fork"),
        "How a renderer process starts: spawn, forkserver or fork.",
    )
    standby: int = setting(
        1,
        values.integer(0),
        "Renderers kept ready for jobs to come, per worker process; 0 starts each with its job.",
    )
    renderer_memory_bytes: int = setting(1024 * MIB, _size, "Most bytes of memory a renderer may use.")
    sandbox: str = setting(
        "auto",
        values.choice(*SandboxMode),
        "auto: a renderer gives up what the system lets it; require: all of it, or no start; off: nothing.",
    )
    max_zip_entries: int = setting(1000, values.integer(1), "Most entries in a template's ZIP.")
    max_unpacked_bytes: int = setting(200 * MIB, _size, "Most bytes all entries of a template unfold to.")
    max_xml_bytes: int = setting(50 * MIB, _size, "Most bytes of XML in a template, all parts together.")
    max_xml_part_bytes: int = setting(25 * MIB, _size, "Most bytes of XML in one part of a template.")
    max_table_cells: int = setting(100_000, values.integer(1), "Most table cells in a template.")
    max_output_bytes: int = setting(128 * MIB, _size, "Most bytes of a job's artefacts, unpacked.")
    debug_artifacts: bool = setting(False, values.switch, "Adds trace.json to the ZIP.")
    commit_sha: str = setting("unknown", values.text, "The commit that api_result.json names.")
    skills_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "A folder with skills of your own, one TOML file each.", default_text="unset"
    )
    policies_dir: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None, values.folder, "A folder with policies of your own, one YAML file each.", default_text="unset"
    )
    enable_meta: bool = setting(True, values.switch, "Serves /v1/meta and the starter templates.")
    enable_metrics: bool = setting(False, values.switch, "Serves /metrics (Prometheus).")
    enable_web_console: bool = setting(False, values.switch, "Serves /web, the console for people.")
    web_basic_auth: tuple[str, str] | None = setting(
        None,
        values.credentials,
        "user:password asked for by /v1/meta, /metrics and the console; never printed.",
        default_text="unset",
        secret=True,
    )
    web_connect_src: tuple[str, ...] = setting(
        (),
        values.origins,
        "Origins the console's pages may call beside their own, comma-separated.",
        default_text="unset",
    )
    enable_cors: bool = setting(False, values.switch, "Answers browsers of other origins (CORS).")
    cors_allow_origins: tuple[str, ...] = setting(
        (),
        values.origins_or_any,
        "The origins that are answered, comma-separated, or * for any.",
        default_text="* when CORS is on",
    )
    cors_allow_credentials: bool = setting(
        False, values.switch, "Lets those origins send credentials; not together with *."
    )
    cors_max_age: int = setting(600, values.integer(0), "Seconds a browser may remember a preflight.")
    trusted_proxies: int = setting(
        0, values.integer(0), "Proxies in front whose X-Forwarded-* headers are believed; 0 believes none."
    )
    drain_file: Path | None = setting(  # noqa: RUF009 -- it makes a dataclass field
        None,
        values.file_path,
        "While this file exists, /readyz answers 503 and all else works as before.",
        default_text="unset",
    )
    workers: int = setting(2, values.integer(1), "gunicorn's worker processes.")
    threads: int = setting(
        0, values.integer(1), "Threads of a worker process.", default_text="DOCOPS_MAX_CONCURRENCY + 16"
    )
    keepalive_seconds: int = setting(
        75,
        values.integer(1),
        "Seconds a connection stays open for a next request; more than a proxy in front keeps it.",
    )
    bind: str = setting("127.0.0.1:8000", values.address, "Where gunicorn listens.")

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

    @property
    def max_waiting(self) -> int:
        """Return how many jobs of a process may wait for a slot at a time."""
        return max(0, self.threads - self.max_concurrency - _SPARE_THREADS)

    @property
    def max_receiving(self) -> int:
        """Return how many requests of a process may have a thread that waits for their bodies, at least one.

        The others wait without a thread. Where no job waits for a slot, the threads for that serve here.
        """
        queue = self.max_waiting if self.queue_timeout_seconds > 0 else 0
        return max(1, self.threads - self.max_concurrency - queue - _SPARE_THREADS_WHILE_RECEIVING)

    @property
    def max_task_file_bytes(self) -> int:
        """Return the limit of a task's file: the smaller of the two that hold for it."""
        return min(self.max_task_bytes, self.max_upload_bytes)

    @property
    def max_body_bytes(self) -> int:
        """Return the most bytes a request body may have: both files and what surrounds them."""
        return self.max_upload_bytes + self.max_task_file_bytes + _FORM_BYTES

    @property
    def worker_timeout_seconds(self) -> int:
        """Return how long a worker may be silent, or stopping: always longer than a job can take."""
        rest = max(_WORKER_MARGIN_SECONDS, ceil(self.body_timeout_seconds))
        return ceil(self.request_timeout_seconds + self.queue_timeout_seconds) + rest

    @property
    def folder_bytes(self) -> int:
        """Return the most bytes the folder of a job may hold.

        What a request may bring counts twice: the job made of it lies there beside the uploads.
        """
        return 2 * self.max_body_bytes + self.process_limits().file_bytes

    def process_limits(self) -> ProcessLimits:
        """Return what a renderer process may use."""
        return ProcessLimits(
            memory_bytes=self.renderer_memory_bytes,
            # The deadline is what ends a job; this ends one that its server cannot.
            cpu_seconds=ceil(self.request_timeout_seconds) + _CPU_MARGIN_SECONDS,
            file_bytes=self.max_output_bytes + _RESULT_BYTES,
            sandbox=SandboxMode(self.sandbox),
        )

    def limits(self) -> Limits:
        """Return what a template may unfold to."""
        return Limits(
            zip_entries=self.max_zip_entries,
            unpacked_bytes=self.max_unpacked_bytes,
            xml_bytes=self.max_xml_bytes,
            xml_part_bytes=self.max_xml_part_bytes,
            table_cells=self.max_table_cells,
            output_bytes=self.max_output_bytes,
        )


def all_settings() -> Iterator[tuple[str, Field[Any], Setting]]:
    """Yield the variable, the dataclass field and the description of every setting."""
    for each in fields(Settings):
        yield PREFIX + each.name.upper(), each, each.metadata["setting"]


def from_env(environ: Mapping[str, str]) -> Settings:
    """Return the settings of ``environ``; a variable that is absent or empty keeps its default.

    Raises ``SettingsError`` naming the first variable that cannot be used, the problem and what is accepted.
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
