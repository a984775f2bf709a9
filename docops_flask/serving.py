"""How gunicorn serves the app: its settings as a function of ours, and the hooks that stopping needs.

gunicorn.conf.py runs in gunicorn's master, which never loads the app; so this module imports neither
Flask nor the views.
"""

import mmap
import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

from docops_flask import logs
from docops_flask.engine.skills.registry import SkillSpecError, load_skills
from docops_flask.settings import Settings, SettingsError, from_env

EXTENSION = "docops"
# What gunicorn's own exit codes say of an app that cannot be loaded: it then stops instead of trying
# again for ever.
APP_LOAD_ERROR = 4
_KEEPALIVE_SECONDS = 5

# Counts the reloads (SIGHUP). Shared with the workers, who could not tell from SIGTERM alone whether
# the server stops, and jobs on open connections are to be refused, or others take over.
_reloads = mmap.mmap(-1, 1)


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
        # gunicorn turns sync workers with threads into its threaded ones. One thread works alike when
        # that is said outright: a plain sync worker would be killed for a job that outlasts its timeout.
        "worker_class": "sync" if settings.threads > 1 else "gthread",
        "threads": settings.threads,
        "timeout": settings.worker_timeout_seconds,
        "graceful_timeout": settings.worker_timeout_seconds,
        "keepalive": _KEEPALIVE_SECONDS,
        # gunicorn 27 would open a socket in the home folder, for a tool that is not used here.
        "control_socket_disable": True,
        "accesslog": None,
        "logconfig_dict": logs.dict_config(),
    }


def on_starting(_server: Any) -> None:
    """Check the skills before the first worker does, so that a fault stops the start with one line."""
    try:
        load_skills(read_settings().skills_dir)
    except SkillSpecError as error:
        raise SystemExit(f"DOCOPS_SKILLS_DIR: {error}") from None


def on_reload(_server: Any) -> None:
    """Count a reload, before its new workers start and the old ones are told to leave."""
    _reloads[0] = (_reloads[0] + 1) % 256


def pre_fork(_server: Any, worker: Any) -> None:
    """Note which reload ``worker`` belongs to."""
    worker.docops_reload = _reloads[0]


def post_worker_init(worker: Any) -> None:
    """Remove what killed workers left; let SIGTERM refuse new jobs at once, while running ones finish."""
    services = worker.wsgi.extensions[EXTENSION]
    services.workspaces.sweep()
    lifecycle = services.lifecycle

    def handle_term(number: int, frame: FrameType | None) -> None:
        worker.handle_exit(number, frame)
        if worker.docops_reload == _reloads[0]:
            lifecycle.stop()
            worker.method_queue.defer(_stop_listening, worker)

    signal.signal(signal.SIGTERM, handle_term)
    # gunicorn sets this for its own handler: a signal is no reason to interrupt a running request.
    signal.siginterrupt(signal.SIGTERM, False)


def worker_exit(_server: Any, worker: Any) -> None:
    """Leave no lock file and no folder behind; a worker that failed to start has none."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions[EXTENSION].workspaces.close()


def stop_with(error: SettingsError) -> SystemExit:
    """Return what ends a server whose app cannot be made; prints the one line that says why."""
    sys.stderr.write(f"{error}\n")
    return SystemExit(APP_LOAD_ERROR)


def _stop_listening(worker: Any) -> None:
    """Answer the connections that wait already, then close the listeners: later ones are refused.

    gunicorn would keep them open until the last job is done, and their connections waiting.
    """
    worker.set_accept_enabled(False)
    for listener in worker.sockets:
        for _ in range(worker.cfg.backlog):
            before = worker.nr_conns
            worker.accept(listener)
            if worker.nr_conns == before:
                break
        listener.close()
