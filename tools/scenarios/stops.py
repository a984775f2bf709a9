"""Stops under load: counts requests whose connection was made and that got no answer."""

import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from tools.lib.client import Form
from tools.lib.server import Server, compile_bytecode
from tools.scenarios.clients import Verdict, job_form

# Clients of each kind: some ask for /healthz, some send jobs. The more connections they open in a second, the
# more of them fall into the moment in which the listeners close.
_CLIENTS = 4
_SETTINGS = {"DOCOPS_WORKERS": "2", "DOCOPS_MAX_CONCURRENCY": "1", "DOCOPS_STANDBY": "0"}
_LOAD_SECONDS = 0.2
_LOST = "no answer"


def stops(count: int) -> Verdict:
    """Stop ``count`` servers under load: each ends with 0, and every answer is one of the contract's."""
    verdict, told = Verdict(), Counter[str]()
    compile_bytecode("docops_flask")
    with tempfile.TemporaryDirectory(prefix="docops-endurance-") as folder:
        for _ in range(count):
            status = _stop_under_load(Path(folder), told)
            verdict.demand(status == 0, f"a server that was told to stop ended with status {status}")
    lost = {name: told[f"{name}: {_LOST}"] for name in ("health", "job")}
    verdict.figures |= {"stops": count, "told": dict(sorted(told.items())), "lost": lost}
    # A job is answered 503 on a connection that was open before the stop.
    allowed = {"health: 200", "job: 200", "job: 429", "job: 503", *(f"{name}: {_LOST}" for name in lost)}
    verdict.demand(set(told) <= allowed, f"other answers than expected: {sorted(set(told) - allowed)}")
    return verdict


def _stop_under_load(folder: Path, told: Counter[str]) -> int:
    work_folder = folder / "work"
    work_folder.mkdir(exist_ok=True)
    server = Server(folder / "log", {**_SETTINGS, "TMPDIR": str(work_folder)})
    server.wait_until_healthy()
    address = urlsplit(server.base_url).netloc
    form = job_form(0)
    lock, is_over = threading.Lock(), threading.Event()

    def client(name: str, ask: Callable[[HTTPConnection], str]) -> None:
        while not is_over.is_set():
            answer = outcome(address, ask)
            if answer is None:
                return
            with lock:
                told[f"{name}: {answer}"] += 1

    asks: dict[str, Callable[[HTTPConnection], str]] = {
        "health": _ask_health,
        "job": lambda connection: _send_job(connection, form),
    }
    clients = [threading.Thread(target=client, args=each) for each in asks.items() for _ in range(_CLIENTS)]
    for each in clients:
        each.start()
    time.sleep(_LOAD_SECONDS)
    try:
        return server.stop()
    finally:
        is_over.set()
        for each in clients:
            each.join()


def outcome(address: str, ask: Callable[[HTTPConnection], str]) -> str | None:
    """Return the status of one request or ``no answer``; ``None`` when no connection was made."""
    connection = HTTPConnection(address, timeout=60)
    try:
        connection.connect()
    except OSError:
        # Not lost: a proxy asks the next server.
        return None
    try:
        return ask(connection)
    except (OSError, HTTPException):
        return _LOST
    finally:
        connection.close()


def _ask_health(connection: HTTPConnection) -> str:
    connection.request("GET", "/healthz")
    return _status(connection)


def _send_job(connection: HTTPConnection, form: Form) -> str:
    connection.request("POST", "/v1/run", form.body, {"Content-Type": form.content_type})
    return _status(connection)


def _status(connection: HTTPConnection) -> str:
    response = connection.getresponse()
    response.read()
    return str(response.status)
