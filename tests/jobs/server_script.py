"""A server process for tests that kill one: ``python server_script.py ROLE ...``.

It runs from any working directory, and leaves a mark when it is imported a second time.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).absolute().parents[2]))
if "DOCOPS_TEST_IMPORT_LOG" in os.environ:
    with open(os.environ["DOCOPS_TEST_IMPORT_LOG"], "a") as log:
        log.write(f"{__name__}\n")

from docops_flask.engine.job import Job, JobKind
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces
from tests.jobs import targets
from tests.jobs.limits import LIMITS


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def wait_for_ever() -> None:
    while True:
        os.read(os.pipe()[0], 1)


def make_workspace(workspaces: Workspaces) -> Workspace:
    workspace = workspaces.create()
    workspace.file("template.docx").write_text("a template")
    return workspace


def hold_workspace(root: str) -> None:
    workspaces = Workspaces(Path(root))
    make_workspace(workspaces)
    say("made")
    wait_for_ever()


def hold_forked_workspace(root: str) -> None:
    workspaces = Workspaces(Path(root))
    make_workspace(workspaces)
    pid = os.fork()
    if pid == 0:
        make_workspace(workspaces)
        say(os.getpid())
    wait_for_ever()


def run_job(start_method: str, task_name: str, root: str) -> None:
    """Run one job; print what it came to."""
    renderer = Renderer(start_method, 60.0, LIMITS, task=getattr(targets, task_name))
    workspace = make_workspace(Workspaces(Path(root)))
    say(renderer.run(Job(JobKind.RUN, skills=()), workspace.path).result)


def run_jobs(start_method: str, count: str, root: str) -> None:
    for _ in range(int(count)):
        run_job(start_method, "echo", root)


def run_before_and_after_fork(start_method: str, root: str) -> None:
    """Run a job, fork a worker that runs one, run one more; print the worker's exit status."""
    run_job(start_method, "echo", root)
    pid = os.fork()
    if pid == 0:
        run_job(start_method, "echo", root)
        sys.stdout.flush()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    run_job(start_method, "echo", root)
    say(f"worker ended with {os.waitstatus_to_exitcode(status)}")


ROLES: dict[str, Callable[..., None]] = {
    "workspace": hold_workspace,
    "forked-workspace": hold_forked_workspace,
    "job": run_job,
    "jobs": run_jobs,
    "fork": run_before_and_after_fork,
}

if __name__ == "__main__":
    # A shell has what it starts in the background ignore SIGINT, and so everything below it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ROLES[sys.argv[1]](*sys.argv[2:])
