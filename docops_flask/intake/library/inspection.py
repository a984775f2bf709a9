"""Has the templates of the library inspected by a caged renderer, as a rule all of them by one.

A template that crashes its renderer, or takes too long, is named; another renderer goes on after it.
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Batch, Job, JobKind
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.worker.worker import RESULT_LIMIT_BYTES
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.library import entry
from docops_flask.intake.library.entry import Fault
from docops_flask.intake.library.folder import MAX_LIBRARY_BYTES, MAX_TEMPLATES, Candidate
from docops_flask.jobs.answer import read_answer, read_as
from docops_flask.jobs.errors import InsufficientStorage, NotReady, RequestTimeout
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspace, Workspaces

# What remains of a job's time limit when a renderer leaves the rest of its batch to another.
_SHARE_OF_TIME = 0.5
_ALL_RESULTS_BYTES = 8 * RESULT_LIMIT_BYTES
# The job, the result and the files of the sandbox.
_OTHER_ENTRIES = 16


def inspect_candidates(
    candidates: Sequence[Candidate], office: Office, workspaces: Workspaces
) -> dict[str, Inspection | Fault]:
    """Return what is found in each of ``candidates``, by name: its inspection, or why it is stopped.

    Raises ``InsufficientStorage`` for a volume that takes no more, ``NotReady`` when no renderer starts.
    """
    settings = office.settings
    limits = settings.process_limits()
    renderer = Renderer(
        # A fork server would be started for one renderer.
        "fork" if settings.mp_start == "fork" else "spawn",
        settings.request_timeout_seconds,
        limits,
        folder_bytes=MAX_LIBRARY_BYTES + _ALL_RESULTS_BYTES + 2 * RESULT_LIMIT_BYTES,
        folder_entries=2 * MAX_TEMPLATES + _OTHER_ENTRIES,
    )
    ends_at = time.monotonic() + settings.library_seconds
    found: dict[str, Inspection | Fault] = {}
    rest = list(candidates)
    while rest:
        if time.monotonic() > ends_at:
            message = "not inspected, because the templates before it took too long"
            found |= {each.name: _fault(each, entry.NOT_CHECKED, message) for each in rest}
            break
        done = _inspect_batch(rest, office, renderer, workspaces)
        found |= dict(zip((each.name for each in rest), done, strict=False))
        rest = rest[len(done) :]
    return found


def _inspect_batch(
    candidates: Sequence[Candidate], office: Office, renderer: Renderer, workspaces: Workspaces
) -> list[Inspection | Fault]:
    """Return the results of the first of ``candidates``, at least one."""
    files = tuple(f"t{number}.docx" for number in range(len(candidates)))
    batch = Batch(
        files,
        _SHARE_OF_TIME * office.settings.request_timeout_seconds,
        RESULT_LIMIT_BYTES,
        _ALL_RESULTS_BYTES,
    )
    job = Job(
        kind=JobKind.INSPECT_MANY,
        skills=tuple(office.skills),
        limits=office.settings.limits(),
        batch=batch,
    )
    workspace = workspaces.create()
    try:
        for candidate, file in zip(candidates, files, strict=True):
            shutil.copyfile(candidate.copy, workspace.file(file))
        failure = _do(job, renderer, workspace)
        if failure is not None and not workspace.file(batch.result_of(files[0])).exists():
            # Either this template crashes its renderer, or none can be started.
            renderer.probe()
        return _results(candidates, batch, workspace.path, failure)
    finally:
        workspace.remove()


def _do(job: Job, renderer: Renderer, workspace: Workspace) -> DocopsError | None:
    """Do ``job``; return the error that ended it before its end, if one did."""
    try:
        renderer.run(job, workspace.path)
    except (InsufficientStorage, NotReady):
        raise
    except DocopsError as error:
        return error
    return None


def _results(
    candidates: Sequence[Candidate], batch: Batch, folder: Path, failure: DocopsError | None
) -> list[Inspection | Fault]:
    """Return the results that the renderer left, in their order; its ``failure`` is about the next one."""
    results: list[Inspection | Fault] = []
    for candidate, file in zip(candidates, batch.files, strict=True):
        if not (folder / batch.result_of(file)).exists():
            break
        try:
            results.append(read_as(Inspection, read_answer(folder, batch.result_of(file))))
        except ValueError:
            results.append(_fault(candidate, entry.CRASHED, "its renderer left a result of another form"))
        except DocopsError as error:
            if error.status >= 500:
                # A file that was cut off when its renderer was killed: that template is the one.
                failure = failure or error
                break
            results.append(_fault(candidate, entry.UNUSABLE, error.message))
    if len(results) < len(candidates) and (failure is not None or not results):
        results.append(_fault(candidates[len(results)], *_told(failure)))
    return results


def _told(failure: DocopsError | None) -> tuple[str, str]:
    if isinstance(failure, RequestTimeout):
        return entry.TOO_SLOW, f"not inspected within {failure.detail['timeout_seconds']:g} s"
    inner = "it gave no result" if failure is None else failure.inner or failure.message
    return entry.CRASHED, f"its renderer failed: {inner}"


def _fault(candidate: Candidate, reason: str, message: str) -> Fault:
    return Fault(candidate.name, reason, f"{candidate.name}.docx: {message.removesuffix('.')}")
