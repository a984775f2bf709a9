"""The one way from a checked upload to a renderer's result, for every address that needs a renderer."""

from collections.abc import Callable
from dataclasses import dataclass

from docops_flask.engine.job import Job
from docops_flask.jobs.renderer import Rendered
from docops_flask.web.job_folder import JobFolder
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import services
from docops_flask.web.uploads import Upload


@dataclass(frozen=True, slots=True)
class DoneJob:
    """What the renderer made, and how long its slot was waited for, in milliseconds."""

    rendered: Rendered
    waited_ms: int


def render(
    request: ApiRequest,
    folder: JobFolder,
    upload: Upload,
    job: Job,
    on_start: Callable[[int], None] = lambda _waited_ms: None,
) -> DoneJob:
    """Wait for a slot, store ``upload`` in ``folder`` and do ``job`` there, for as long as the caller waits.

    ``on_start`` is told the wait for the slot, in milliseconds, when the renderer is about to begin. Raises
    what ``Slots.take``, ``Upload.store`` and ``Renderer.run`` raise: ``CallerLeft``, for one, as soon as the
    connection is closed, in the queue as well as at work.
    """
    service = services()
    request.enter("queue")
    with service.slots.take(request.caller) as waited_ms:
        request.enter("receive")
        upload.store()
        on_start(waited_ms)
        request.enter("render")
        rendered = service.renderer.run(job, folder.workspace.path, request.caller)
    return DoneJob(rendered, waited_ms)
