"""A real gunicorn on a free port, its log, its processes and its work folder."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.conftest import ROOT
from tests.factories import docx, p
from tests.web.forms import BOUNDARY, TEMPLATE, part, task

Begun = TypeVar("Begun")
# Slow enough to be caught at work.
BIG_TEMPLATE = docx("".join(p(f"{number} 【MEETING_TITLE】") for number in range(20_000)))
# What the command line of a spawned renderer names: its entry point, or that of plain multiprocessing.
_ENTRIES = ("docops_flask.engine.worker.spawned", "multiprocessing.spawn")
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form_body(template: bytes = TEMPLATE, task_json: bytes | None = None, **fields: str) -> bytes:
    """The multipart body of a job."""
    parts = [
        part("template", template, "notice.docx"),
        part("task", task() if task_json is None else task_json, "task.json"),
        *(part(name, value.encode()) for name, value in fields.items()),
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def written_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a log of JSON lines; one that is just being written is left out."""
    whole = path.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]


def eventually(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait until ``condition`` returns something true and return that."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.002)
    return found


class Answer:
    """A response, read to its end."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def told(self) -> tuple[int, str]:
        """Status and error code."""
        return self.status, self.json["error_code"]


class GunicornServer:
    """gunicorn in the project's folder: ``settings`` as DOCOPS_ variables, ``variables`` as they are."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] = (sys.executable, "-m", "gunicorn"),
        variables: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> None:
        self.work_folder = folder / "work"
        self.work_folder.mkdir(parents=True)
        self._out = folder / "stdout"
        self._err = folder / "stderr"
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCOPS_")}
        environ |= {"DOCOPS_BIND": "127.0.0.1:0", "DOCOPS_WORKERS": "1", "TMPDIR": str(self.work_folder)}
        # So that every renderer is one of a job; what stands by has tests of its own.
        environ["DOCOPS_STANDBY"] = "0"
        # A start with LibreOffice takes a second of CPU time; PDFs have tests of their own.
        environ["DOCOPS_PDF"] = "off"
        environ |= {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        environ |= {f"DOCOPS_{name.upper()}": str(value) for name, value in settings.items()}
        environ |= variables or {}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=err)
        self._threads = ThreadPoolExecutor(32)
        self._connections: list[http.client.HTTPConnection] = []

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return self._err.read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines that the server's log has of requests."""
        return [line for line in self._log_lines() if "request_id" in line]

    @property
    def sandbox_log(self) -> list[dict[str, Any]]:
        """The log lines about the sandbox, one for each worker's start."""
        return [line for line in self._log_lines() if line["event"] == "sandbox"]

    @property
    def pdf_log(self) -> list[dict[str, Any]]:
        """The log lines about LibreOffice, one for each start."""
        return [line for line in self._log_lines() if line["event"] == "pdf"]

    @property
    def library_log(self) -> list[dict[str, Any]]:
        """The log lines about the template library."""
        return [line for line in self._log_lines() if line["event"].startswith(("library", "template_"))]

    @property
    def batch_log(self) -> list[dict[str, Any]]:
        """The log lines about batches."""
        return [line for line in self._log_lines() if line["event"].startswith("batch")]

    def _log_lines(self) -> list[dict[str, Any]]:
        return written_lines(self._out)

    @property
    def port(self) -> int:
        """The port gunicorn says it listens at."""

        def listening() -> str:
            assert self.process.poll() is None, self.errors
            _, _, rest = self.errors.partition("Listening at: http://127.0.0.1:")
            return rest.partition(" ")[0]

        return int(eventually(listening))

    def connect(self, timeout_seconds: float = 60) -> http.client.HTTPConnection:
        """A new connection; it is closed when the server is stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)
        self._connections.append(connection)
        return connection

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request on a connection of its own and return the answer."""
        connection = self.connect()
        try:
            return send(connection, method, path, body, **headers)
        finally:
            connection.close()

    def job(self, path: str = "/v1/run", **form: Any) -> Answer:
        """Send a job."""
        return self.ask("POST", path, form_body(**form), Content_Type=FORM_TYPE)

    def job_later(self, path: str = "/v1/run", **form: Any) -> Future[Answer]:
        """Send a job from another thread."""
        return self._threads.submit(self.job, path, **form)

    def workers(self) -> list[psutil.Process]:
        """gunicorn's worker processes."""
        return psutil.Process(self.process.pid).children()

    def renderers(self) -> list[psutil.Process]:
        """The renderer processes (start method ``spawn``)."""
        return [child for worker in self.workers() for child in _children(worker) if is_renderer(child)]

    def frozen_job(self) -> tuple[Future[Answer], psutil.Process]:
        """A job that takes as long as a test wants: its renderer is stopped until it is resumed or killed."""
        return self.frozen(lambda: self.job_later(template=BIG_TEMPLATE))

    def frozen(self, begin: Callable[[], Begun]) -> tuple[Begun, psutil.Process]:
        """Have ``begin`` start a slow job, and stop its renderer; return what ``begin`` returned and that."""
        # Each worker tries its cell with a renderer when it starts.
        eventually(lambda: len(self.sandbox_log) >= len(self.workers()) > 0)
        before = {process.pid for process in self.renderers()}
        begun = begin()

        def at_work() -> list[psutil.Process]:
            new = [process for process in self.renderers() if process.pid not in before]
            # A renderer that is held by its filter has been tied to its server, and is ready for its job.
            return [process for process in new if _is_in_its_cell(process.pid)]

        (renderer,) = eventually(at_work)
        renderer.suspend()
        return begun, renderer

    def leftovers(self) -> list[str]:
        """What lies in the work folder and is neither a lock nor a live fork server's own folder."""
        return sorted(
            path.name
            for path in self.work_folder.iterdir()
            if path.suffix != ".lock" and not _has_fork_server(path)
        )

    def stop(self) -> int:
        """Stop as a service manager does and return the exit code."""
        if self.process.poll() is None:
            for process in self.renderers():
                with suppress(psutil.NoSuchProcess):
                    process.resume()
            self.process.send_signal(signal.SIGTERM)
        self._threads.shutdown()
        for connection in self._connections:
            connection.close()
        return self.process.wait(30)


def _has_fork_server(folder: Path) -> bool:
    try:
        return any(folder.glob("*/listener-*"))
    except FileNotFoundError:
        # It is being removed.
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def is_renderer(process: psutil.Process) -> bool:
    try:
        return any(entry in word for entry in _ENTRIES for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def _is_in_its_cell(pid: int) -> bool:
    try:
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False


def send(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str
) -> Answer:
    """Send a request on ``connection`` and read the answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, names)
    return Answer(connection.getresponse())
