"""gunicorn's settings, made from ours, and its hooks: start, fork, reload, stop.

gunicorn.conf.py runs in gunicorn's master, which never loads the app; so this module imports neither
Flask nor the views.
"""

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
from docops_flask.jobs.receipts.keys import signer_of_server
from docops_flask.jobs.workspace import Workspaces
from docops_flask.logs import events
from docops_flask.serving.accepting import patient_accept
from docops_flask.serving.library_copies import LibraryCopies
from docops_flask.serving.office import look_for_office, report_pdf
from docops_flask.settings.settings import Settings, SettingsError, from_env
from docops_flask.settings.work_folder import check_work_folder, work_folder

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
# gunicorn's exit code for an app that cannot be loaded: the master stops then, instead of starting workers
# again and again.
APP_LOAD_ERROR = 4
_NOT_FOR_RENDERERS = ("DOCOPS_WEB_BASIC_AUTH", "DOCOPS_SIGNING_KEY_FILE", "DOCOPS_BATCH_BROKER")
# Beside those of DocOps: credentials for DOCOPS_BATCH_STORE.
_PREFIXES_NOT_FOR_RENDERERS = ("AWS_",)
_MOST_CONNECTIONS = 1000
_OWN_DESCRIPTORS = 32
# Its uploaded files, its renderer's channel and pipes, its place in the queue.
_DESCRIPTORS_OF_A_REQUEST = 12
_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGQUIT, signal.SIGINT})

# Counts the reloads (SIGHUP), in memory shared with the workers. A worker gets SIGTERM at a reload, when new
# workers take over, and at a stop, when jobs on open connections are refused; by this count it tells which.
_reloads = mmap.mmap(-1, 1)
# What gunicorn's master uses of ``time`` while it stops, with the monotonic clock as ``time.time``.
_STEADY_TIME = SimpleNamespace(time=time.monotonic, monotonic=time.monotonic, sleep=time.sleep)


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of ``environ``; one that cannot be used ends this process with a line on stderr."""
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
        # By default gunicorn trusts X-Forwarded-Proto, SCRIPT_NAME and PATH_INFO from any client on this
        # machine or at a Unix socket; here DOCOPS_TRUSTED_PROXIES alone says whose headers are trusted.
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        # gunicorn 27 would open a socket in the home folder for its control tool, which is not used here.
        "control_socket_disable": True,
        "accesslog": None,
        "logconfig_dict": events.dict_config(),
    }


def _worker_class() -> str:
    """Return our worker class, or gunicorn's own threaded one if a method that ours relies on is missing.

    With gunicorn's own, slow clients can hold all threads; ``post_worker_init`` logs a warning then.
    """
    from gunicorn.workers import gthread  # type: ignore[import-untyped]

    is_known = hasattr(gthread, "TConn") and all(hasattr(gthread.ThreadWorker, seam) for seam in _SEAMS)
    return _OUR_WORKER if is_known else "gthread"


def _most_connections(threads: int) -> int:
    """Return how many connections a worker accepts; the limit leaves descriptors for its requests."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = limit - _OWN_DESCRIPTORS - threads * _DESCRIPTORS_OF_A_REQUEST
    most = _MOST_CONNECTIONS if limit == resource.RLIM_INFINITY else min(room, _MOST_CONNECTIONS)
    return max(most, threads + 1)


def on_starting(server: Any) -> None:
    """Check TMPDIR, skills, policies and the signing key, so that a fault ends the start with one line.

    Stops are prepared too.
    The folder for the workers' metrics is made in this process, because it lives longer than any worker.
    """
    # gunicorn's first line is written before one that says why the server does not start.
    for handler in logging.getLogger("gunicorn.error").handlers:
        handler.flush()
    settings = read_settings()
    try:
        check_work_folder(os.environ)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    server.stop = with_prepared_stop(server, server.stop)
    os.register_at_fork(after_in_parent=_unblock_stop_signals)
    try:
        read_office(settings)
        signer_of_server(settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    server.docops_metrics = _make_metrics_folder(server) if settings.enable_metrics else None
    server.docops_office = look_for_office(settings)
    server.docops_library = None
    if settings.templates_dir is not None:
        server.docops_library = LibraryCopies(
            work_folder(os.environ),
            settings.library_seconds + settings.worker_timeout_seconds,
            secrets=_NOT_FOR_RENDERERS,
        )
        try:
            server.docops_library.renew()
        except (SettingsError, DocopsError) as error:
            raise SystemExit(str(error)) from None


def on_exit(server: Any) -> None:
    """Remove the folders of metrics and library, and the job folders of workers that were killed."""
    for name in ("docops_metrics", "docops_library", "docops_office"):
        folders = getattr(server, name, None)
        if folders is not None:
            folders.close()
    folders = Workspaces(work_folder(os.environ))
    folders.sweep()
    folders.close()


def on_reload(server: Any) -> None:
    """Count a reload; gunicorn calls this before it starts new workers and stops the old ones.

    The new workers get the template library as it is now. Where that cannot be read they get the one before,
    and the log says so.
    """
    _reloads[0] = (_reloads[0] + 1) % 256
    if server.docops_library is not None:
        try:
            server.docops_library.renew()
        except (SettingsError, DocopsError) as error:
            events.log_event("library_not_renewed", fault=str(error))


def pre_fork(server: Any, worker: Any) -> None:
    """Note which reload ``worker`` belongs to, give it a number, and block signals until it can handle them.

    The number is the lowest that no other worker has; the files of its metrics are named by it.

    Right after the fork a worker has the master's signal handlers; a SIGTERM would be lost then, and the
    server would wait ``graceful_timeout`` for the worker. The master unblocks its signals after the fork.
    """
    worker.docops_reload = _reloads[0]
    worker.docops_office = server.docops_office
    worker.docops_copy = None if server.docops_library is None else server.docops_library.current
    taken = {other.docops_number for other in server.WORKERS.values()}
    worker.docops_number = next(number for number in itertools.count() if number not in taken)
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)


def post_fork(_server: Any, worker: Any) -> None:
    """Tell the app in ``worker`` its number (``web/views/metrics.py``)."""
    os.environ["DOCOPS_WORKER_NUMBER"] = str(worker.docops_number)


def child_exit(server: Any, worker: Any) -> None:
    """Remove the gauges of a worker that has ended, such as its busy slots, and library copies of none.

    ``prometheus_client.multiprocess.mark_process_dead`` does the same, but needs the client library loaded.
    """
    if server.docops_metrics is not None:
        for file in server.docops_metrics_folder.glob(f"gauge_live*_{worker.docops_number}.db"):
            file.unlink(missing_ok=True)
    if server.docops_library is not None:
        server.docops_library.remove_unused({other.docops_copy for other in server.WORKERS.values()})


def post_worker_init(worker: Any) -> None:
    """Set up the worker: its limits, its handler for SIGTERM, its first renderer; remove old job folders.

    After SIGTERM running jobs finish; at a stop, but not at a reload, new ones are refused.
    """
    services = worker.wsgi.extensions[EXTENSION]
    lifecycle = services.lifecycle
    # The settings have them; renderers must not. The master keeps them for workers it starts later.
    hide_secrets()

    def handle_term(number: int, frame: FrameType | None) -> None:
        worker.handle_exit(number, frame)
        services.renderer.standby.stop_refilling()
        if services.batches is not None:
            services.batches.work.stop_beginning()
        if worker.docops_reload == _reloads[0]:
            lifecycle.stop()
            worker.method_queue.defer(_stop_listening, worker)

    if hasattr(worker, "limit_receiving"):
        worker.limit_receiving(services.settings.max_receiving, services.settings.body_timeout_seconds)
    else:
        worker.log.warning("gunicorn's own worker is used: slow clients can hold all its threads.")
    start_warning = services.renderer.start_warning()
    if start_warning is not None:
        worker.log.warning(start_warning)
    worker.accept = patient_accept(worker)
    signal.signal(signal.SIGTERM, handle_term)
    # As gunicorn does for its own handler: the signal does not interrupt system calls of running requests.
    signal.siginterrupt(signal.SIGTERM, False)
    _unblock_stop_signals()
    services.workspaces.sweep()
    report_sandbox(services.sandbox)
    services.pdf_renderers.find_by(worker.docops_office.find, worker.docops_office.is_known)
    report_pdf(worker)
    services.renderer.standby.open()
    if services.batches is not None:
        services.batches.open()


def _unblock_stop_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


def hide_secrets() -> None:
    """Remove from the environment what renderers, which inherit it, must not have."""
    for name in list(os.environ):
        if name in _NOT_FOR_RENDERERS or name.startswith(_PREFIXES_NOT_FOR_RENDERERS):
            del os.environ[name]


def report_sandbox(sandbox: Any) -> None:
    """Log how renderers are confined; stop the server when that is less than DOCOPS_SANDBOX requires."""
    try:
        report = sandbox.report()
    except SandboxRefused as error:
        raise stop_with(SettingsError(error.message)) from None
    except DocopsError:
        # The check could not run, for example on a full disk; /readyz reports it and tries again.
        return
    told = report.as_json()
    # A log line's own ``level`` is its severity.
    events.log_event("sandbox", sandbox_level=told.pop("level"), **told)


def worker_exit(_server: Any, worker: Any) -> None:
    """End the renderers that stand by and remove lock files and folders; a worker without an app has none."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        if app.extensions[EXTENSION].batches is not None:
            app.extensions[EXTENSION].batches.close()
        app.extensions[EXTENSION].renderer.standby.close()
        app.extensions[EXTENSION].workspaces.close()


def _make_metrics_folder(server: Any) -> Workspaces:
    """Make the folder of the metrics, under a name that no sweep removes, and tell the workers its path."""
    folders = Workspaces(work_folder(os.environ))
    try:
        folder = folders.create_lasting(".db")
    except (OSError, DocopsError) as error:
        raise SystemExit(f"DOCOPS_ENABLE_METRICS: TMPDIR has no room for the metrics ({error})") from None
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder.path)
    server.docops_metrics_folder = folder.path
    return folders


def stop_with(error: SettingsError) -> SystemExit:
    """Print why the app cannot be made and return the exception that ends the server."""
    sys.stderr.write(f"{error}\n")
    return SystemExit(APP_LOAD_ERROR)


def with_prepared_stop(server: Any, stop: Callable[..., None]) -> Callable[..., None]:
    """Return ``stop``, gunicorn's own ``server.stop``, with two things done before it.

    gunicorn measures ``graceful_timeout`` by the wall clock, and would kill workers with running jobs when
    that is set forward; here it gets a monotonic clock.

    The listeners get a backlog of 0 (listen(2)): about one connection at a time is made while the workers
    accept those that wait and close. Other clients try again after a second (RFC 6298) and are refused. Where
    another server goes on with the same listeners the backlog stays: after an upgrade (SIGUSR2), or where
    systemd opened them.
    """

    def stop_server(graceful: bool = True) -> None:
        sys.modules[type(server).__module__].__dict__["time"] = _STEADY_TIME
        if server.reexec_pid == server.master_pid == 0 and not server.systemd:
            for listener in server.LISTENERS:
                listener.sock.listen(0)
        stop(graceful)

    return stop_server


def _stop_listening(worker: Any) -> None:
    """Accept the connections that wait already, then close the listeners, so that later ones are refused.

    gunicorn would keep the listeners open, and new connections waiting, until the last job is done.
    """
    worker.set_accept_enabled(False)
    for listener in worker.sockets:
        for _ in range(worker.cfg.backlog):
            before = worker.nr_conns
            worker.accept(listener)
            if worker.nr_conns == before:
                break
        listener.close()
