"""How gunicorn serves the app: its settings as a function of ours, and the hooks that stopping needs.

gunicorn.conf.py runs in gunicorn's master, which never loads the app; so this module imports neither
Flask nor the views.

``limit_heaps``: glibc makes up to eight heaps a core, and each keeps the room of the largest request that
passed through it.
A worker has two dozen threads that take turns at one interpreter: there two heaps do as well.

Room that gets free at a heap's end goes back to the system, but for twice the size of a large block. The
buffers of an upload of a megabyte take more: each such upload would have its pages made and zeroed anew.
"""

import contextlib
import ctypes
import itertools
import logging
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Mapping
from types import FrameType, SimpleNamespace
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.intake.catalogue.office import read_office
from docops_flask.jobs.errors import SandboxRefused
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.serving.accepting import patient_accept, refuse_connections
from docops_flask.settings.settings import Settings, SettingsError, from_env
from docops_flask.settings.work_folder import check_work_folder, work_folder

# Parameters of glibc's malloc.h (mallopt(3)).
_TRIM_THRESHOLD = -1
_MMAP_THRESHOLD = -3
_ARENA_MAX = -8
_HEAPS = 2
# What a heap keeps at its end, and from what size on a block gets a mapping of its own where its heap has no
# room. Both are left to themselves until one is set; large blocks would drive them to 64 and 32 MiB.
_KEPT_BYTES = 4 * 1024 * 1024
_MAPPED_BYTES = 1024 * 1024


def limit_heaps() -> None:
    """Have this process and those forked from it use two heaps; without effect where malloc is another."""
    with contextlib.suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, _HEAPS)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_MMAP_THRESHOLD, _MAPPED_BYTES)


EXTENSION = "docops"
_OUR_WORKER = "docops_flask.serving.worker.Worker"
# Methods of gunicorn's threaded worker that ours overrides or calls (docs/decisions/private-parts.md).
_SEAMS = (
    "accept",
    "finish_request",
    "murder_pending",
    "on_client_socket_readable",
    "wait_for_and_dispatch_events",
    "_cap_keepalive",
)
# What gunicorn's own exit codes say of an app that cannot be loaded: it then stops instead of trying
# again for ever.
APP_LOAD_ERROR = 4
_SECRET = "DOCOPS_WEB_BASIC_AUTH"
_MOST_CONNECTIONS = 1000
_OWN_DESCRIPTORS = 32
# Its files, its renderer's channel and pipes, its place in the queue.
_DESCRIPTORS_OF_A_REQUEST = 12
_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGQUIT, signal.SIGINT})

# Counts the reloads (SIGHUP). Shared with the workers, who could not tell from SIGTERM alone whether
# the server stops, and jobs on open connections are to be refused, or others take over.
_reloads = mmap.mmap(-1, 1)
# 1 once this server stops for good: not one worker of it, nor one of two servers with the same listeners.
_stop = mmap.mmap(-1, 1)
# What gunicorn's master wants of ``time`` while it stops, by a clock that nobody sets.
_STEADY_TIME = SimpleNamespace(time=time.monotonic, monotonic=time.monotonic, sleep=time.sleep)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of ``environ``; a bad one stops this process with one line on stderr."""
    try:
        return from_env(environ)
    except SettingsError as error:
        raise SystemExit(str(error)) from None


def gunicorn_settings(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's settings for ``settings``."""
    return {
        "wsgi_app": "wsgi:app",
        "bind": settings.bind,
        "workers": settings.workers,
        "worker_class": _worker_class(),
        "threads": settings.threads,
        "worker_connections": _most_connections(settings.threads),
        "timeout": settings.worker_timeout_seconds,
        "graceful_timeout": settings.worker_timeout_seconds,
        "keepalive": settings.keepalive_seconds,
        # gunicorn would believe X-Forwarded-Proto, SCRIPT_NAME and PATH_INFO of any client on this machine or
        # at a Unix socket; DOCOPS_TRUSTED_PROXIES alone says who is believed.
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        # gunicorn 27 would open a socket in the home folder, for a tool that is not used here.
        "control_socket_disable": True,
        "accesslog": None,
        "logconfig_dict": events.dict_config(),
    }


def _worker_class() -> str:
    """Return our worker, or gunicorn's own threaded one where that is not what ours is made for.

    gunicorn's own serves as well, but slow clients can hold all of its threads; ``post_worker_init`` says so.
    """
    from gunicorn.workers import gthread  # type: ignore[import-untyped]

    is_known = hasattr(gthread, "TConn") and all(hasattr(gthread.ThreadWorker, seam) for seam in _SEAMS)
    return _OUR_WORKER if is_known else "gthread"


def _most_connections(threads: int) -> int:
    """Return how many connections a worker takes, so that its requests find descriptors; others wait."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = limit - _OWN_DESCRIPTORS - threads * _DESCRIPTORS_OF_A_REQUEST
    most = _MOST_CONNECTIONS if limit == resource.RLIM_INFINITY else min(room, _MOST_CONNECTIONS)
    return max(most, threads + 1)


def on_starting(server: Any) -> None:
    """Check skills and policies before the first worker does, so that a fault stops the start with one line.

    The folder of the workers' figures is this process's, which outlives each of them.
    """
    # gunicorn's first line goes out before the one that may say why there is no start.
    for handler in logging.getLogger("gunicorn.error").handlers:
        handler.flush()
    settings = read_settings()
    try:
        check_work_folder(os.environ)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    limit_heaps()
    server.stop = _noted_stop(server, server.stop)
    os.register_at_fork(after_in_parent=_hear_stop_signals)
    try:
        read_office(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    server.docops_metrics = _make_metrics_folder(server) if settings.enable_metrics else None


def on_exit(server: Any) -> None:
    """Remove the figures of the workers that were, and what those left that were killed last of all."""
    metrics = getattr(server, "docops_metrics", None)
    if metrics is not None:
        metrics.close()
    folders = Workspaces(work_folder(os.environ))
    folders.sweep()
    folders.close()


def on_reload(_server: Any) -> None:
    """Count a reload, before its new workers start and the old ones are told to leave."""
    _reloads[0] = (_reloads[0] + 1) % 256


def pre_fork(server: Any, worker: Any) -> None:
    """Note which reload ``worker`` belongs to, and keep a stop back from it until it can hear one.

    It gets the lowest number that no other worker has, for the files of its figures.

    For its first moments a worker has the master's own handlers; a SIGTERM then would be lost, and the
    server would wait ``graceful_timeout`` for it. The master hears signals again after the fork.
    """
    worker.docops_reload = _reloads[0]
    taken = {other.docops_number for other in server.WORKERS.values()}
    worker.docops_number = next(number for number in itertools.count() if number not in taken)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)


def post_fork(_server: Any, worker: Any) -> None:
    """Tell the app in ``worker`` its number (``web/views/metrics.py``)."""
    os.environ["DOCOPS_WORKER_NUMBER"] = str(worker.docops_number)


def child_exit(server: Any, worker: Any) -> None:
    """Forget what a worker that has ended said of living things, taken slots for example.

    As ``prometheus_client.multiprocess.mark_process_dead`` does, without loading the client library.
    """
    if server.docops_metrics is not None:
        for file in server.docops_metrics_folder.glob(f"gauge_live*_{worker.docops_number}.db"):
            file.unlink(missing_ok=True)


def post_worker_init(worker: Any) -> None:
    """Remove what killed workers left; let SIGTERM refuse new jobs at once, while running ones finish."""
    services = worker.wsgi.extensions[EXTENSION]
    lifecycle = services.lifecycle
    # It has been read, and renderers have no use for it. The master keeps it for the workers to come.
    os.environ.pop(_SECRET, None)

    def handle_term(number: int, frame: FrameType | None) -> None:
        worker.handle_exit(number, frame)
        services.renderer.standby.stop_refilling()
        if worker.docops_reload == _reloads[0]:
            lifecycle.stop()
            worker.method_queue.defer(_stop_listening, worker)

    if hasattr(worker, "limit_receiving"):
        worker.limit_receiving(services.settings.max_receiving, services.settings.body_timeout_seconds)
    else:
        worker.log.warning("gunicorn's own worker serves: slow clients can hold its threads.")
    start_warning = services.renderer.start_warning()
    if start_warning is not None:
        worker.log.warning(start_warning)
    worker.accept = patient_accept(worker)
    signal.signal(signal.SIGTERM, handle_term)
    # gunicorn sets this for its own handler: a signal is no reason to interrupt a running request.
    signal.siginterrupt(signal.SIGTERM, False)
    _hear_stop_signals()
    services.workspaces.sweep()
    _report_sandbox(services.sandbox)
    services.renderer.standby.open()


def _hear_stop_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


def _report_sandbox(sandbox: Any) -> None:
    """Log what renderers are kept from; stop the server when that is less than is required."""
    try:
        report = sandbox.report()
    except SandboxRefused as error:
        raise stop_with(SettingsError(error.message)) from None
    except DocopsError:
        # The disk is full, for instance: /readyz says so, and tries again.
        return
    told = report.as_json()
    # A line's own ``level`` is how grave it is.
    events.log_event("sandbox", sandbox_level=told.pop("level"), **told)


def worker_exit(_server: Any, worker: Any) -> None:
    """Leave no renderer, no lock file and no folder behind; a worker that failed to start has none."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions[EXTENSION].renderer.standby.close()
        app.extensions[EXTENSION].workspaces.close()


def _make_metrics_folder(server: Any) -> Workspaces:
    """Make the folder, named as one that may live as long as the server, and name it to the workers."""
    folders = Workspaces(work_folder(os.environ))
    try:
        folder = folders.create_lasting(".db")
    except (OSError, DocopsError) as error:
        raise SystemExit(f"DOCOPS_ENABLE_METRICS: no room for the figures in TMPDIR ({error})") from None
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.path)
    server.docops_metrics_folder = folder.path
    return folders


def stop_with(error: SettingsError) -> SystemExit:
    """Return what ends a server whose app cannot be made; prints the one line that says why."""
    sys.stderr.write(f"{error}\n")
    return SystemExit(APP_LOAD_ERROR)


def _noted_stop(server: Any, stop: Callable[..., None]) -> Callable[..., None]:
    """Return ``server.stop`` that tells the workers first, unless another server goes on with the listeners.

    It does after an upgrade (SIGUSR2), or where systemd keeps them.
    """

    def noted_stop(graceful: bool = True) -> None:
        # By the wall clock, a clock that jumps ahead would have it kill workers with running jobs.
        sys.modules[type(server).__module__].__dict__["time"] = _STEADY_TIME
        _stop[0] = server.reexec_pid == server.master_pid == 0 and not server.systemd
        stop(graceful)

    return noted_stop


def _stop_listening(worker: Any) -> None:
    """Answer the connections that wait already, then close the listeners: later ones are refused.

    gunicorn would keep them open until the last job is done, and their connections waiting.
    """
    worker.set_accept_enabled(False)
    for listener in worker.sockets:
        if _stop[0]:
            refuse_connections(listener.sock)
        for _ in range(worker.cfg.backlog):
            before = worker.nr_conns
            worker.accept(listener)
            if worker.nr_conns == before:
                break
        listener.close()
