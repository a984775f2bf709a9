"""``docops worker``: a process that works on batches, woken by a broker (Celery, in threads).

Celery's default, processes, is not for this: those may not start others, and renderers are processes. The
module imports what it needs when it runs, because renderers import the main module of their parent.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from docops_flask.logs.events import log_event

if TYPE_CHECKING:
    from docops_flask.batches.answers import Answers
    from docops_flask.batches.queue import Queue

_MODULE = "docops_flask.serving.batch_worker"
_LOOK_SECONDS = 3.0


def command(bind: str | None) -> list[str]:
    """Return the command line of a worker; ``bind`` is where its metrics are served."""
    return [sys.executable, "-m", _MODULE, *([] if bind is None else [bind])]


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Work until SIGTERM, which ends it after the renderers at work; return the exit code.

    SIGHUP ends it in the same way and begins it anew, with ``environ`` as it was.
    """
    import logging.config

    from docops_flask.batches.answers import Answers
    from docops_flask.batches.assembly import Makers, make_parts, make_queue
    from docops_flask.batches.worker_metrics import WorkerRecorder
    from docops_flask.engine.sandbox.sandbox import SandboxParts
    from docops_flask.jobs.office_check import office_of
    from docops_flask.jobs.receipts.keys import signer_of_server
    from docops_flask.jobs.sandbox_check import SandboxCheck
    from docops_flask.jobs.workspace import Workspaces
    from docops_flask.logs import events
    from docops_flask.serving.gunicorn import hide_secrets, read_settings, report_sandbox
    from docops_flask.settings.settings import SettingsError
    from docops_flask.settings.work_folder import check_work_folder, work_folder

    kept_environ = dict(environ)
    logging.config.dictConfig(events.dict_config())
    recorder = WorkerRecorder()
    try:
        settings = read_settings(environ)
        check_work_folder(environ)
        queue = make_queue(settings)
        if queue is None:
            raise SettingsError("DOCOPS_BATCH_BROKER: needed by docops worker")
        workspaces = Workspaces(work_folder(environ))
        workspaces.sweep()
        makers = Makers(lambda: office_of(settings, workspaces), signer_of_server(settings))
        store, pieces, renderers = make_parts(settings, workspaces, recorder, makers)
        if arguments:
            recorder.serve(arguments[0])
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    hide_secrets()

    def demand(parts: SandboxParts) -> None:
        for each in renderers:
            each.demand(parts)

    report_sandbox(SandboxCheck(settings.mp_start, settings.process_limits(), workspaces, demand))
    answers = Answers(store, pieces, queue)
    log_event("worker", concurrency=settings.batch_concurrency)
    try:
        code, is_restarted = _consume(queue, answers, settings.batch_concurrency)
    finally:
        workspaces.close()
    log_event("worker_ended", restarts=is_restarted)
    if is_restarted:
        logging.shutdown()
        os.execve(sys.executable, command(arguments[0] if arguments else None), kept_environ)
    return code


def _consume(queue: "Queue", answers: "Answers", concurrency: int) -> tuple[int, bool]:
    """Answer messages until a signal; return the exit code, and whether to begin anew."""
    from celery import signals
    from celery.worker import state

    from docops_flask.batches.queue import LARGE, SMALL, Consuming

    consuming = Consuming(queue.app, answers)
    is_restarted = False
    ended = threading.Event()

    def stop(*, restart: bool) -> None:
        nonlocal is_restarted
        is_restarted = restart
        answers.stop_beginning()
        state.should_stop = 0

    def handler(*, restart: bool) -> Callable[[int, FrameType | None], None]:
        return lambda _number, _frame: stop(restart=restart)

    def begin_anew_when_stuck() -> None:
        while not ended.wait(_LOOK_SECONDS):
            if consuming.has_stopped(queue):
                log_event("worker_stuck")
                stop(restart=True)
                return

    base: Any = queue.app.Worker

    class Worker(base):  # type: ignore[misc]
        """Celery's worker with our signals: its own would lose what ``hide_secrets`` has hidden."""

        def install_platform_tweaks(self, _worker: Any) -> None:
            """Set the handlers; Celery calls this when it begins."""
            signal.signal(signal.SIGTERM, handler(restart=False))
            signal.signal(signal.SIGINT, handler(restart=False))
            signal.signal(signal.SIGHUP, handler(restart=True))

    # Without this Celery would set up the log by its own rules.
    signals.setup_logging.connect(lambda **_: None, weak=False)
    worker = Worker(
        pool="threads",
        concurrency=concurrency,
        queues=[SMALL, LARGE],
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    threading.Thread(target=begin_anew_when_stuck, name="docops-consuming", daemon=True).start()
    worker.start()
    ended.set()
    return int(worker.exitcode or 0), is_restarted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
