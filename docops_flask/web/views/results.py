"""From a checked upload to a renderer's result, read as the typed result of its kind of job.

A renderer that an attacker controls can write any result. The server reads it as JSON of a bounded size and
accepts it only with the members and types that results of this kind of job have.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from docops_flask.engine.bilingual import Language
from docops_flask.engine.errors import ExitCode, InvalidArgument
from docops_flask.engine.integrity.verification import Verification
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.preview_result import Image, Preview
from docops_flask.engine.reports.inspection import Inspection
from docops_flask.engine.reports.precheck import Precheck
from docops_flask.engine.run_result import Counts, Made, Review
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.errors import RendererCrashed, RequestTimeout
from docops_flask.jobs.renderer import Rendered
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import services
from docops_flask.web.upload.contents import JobFolder
from docops_flask.web.upload.form import Upload


@dataclass(frozen=True, slots=True)
class DoneJob:
    """What the renderer made, and how long the job waited for its slot, in milliseconds."""

    rendered: Rendered
    waited_ms: int


def render(
    request: ApiRequest,
    folder: JobFolder,
    upload: Upload,
    job: Job,
    on_start: Callable[[int], None] = lambda _waited_ms: None,
) -> DoneJob:
    """Wait for a slot, store ``upload`` in ``folder`` and do ``job`` there while the caller is connected.

    ``on_start`` is called with the wait for the slot, in milliseconds, just before the renderer begins.
    Raises what ``Slots.take``, ``Upload.store`` and ``Renderer.run`` raise, among them ``CallerLeft`` as soon
    as the connection is closed, whether the job is queued or running.
    """
    service = services()
    request.enter("queue")
    slots = service.pdf_slots if job.office is not None else service.slots
    run = service.renderer.run if job.office is None else service.pdf_renderers.run
    with slots.take(request.caller) as waited_ms:
        request.enter("receive")
        upload.store()
        on_start(waited_ms)
        request.enter("render")
        try:
            rendered = run(job, folder.workspace.path, request.caller)
        except RequestTimeout as error:
            if job.kind is JobKind.MERGE:
                error.message += " A merge that takes longer is one for /v1/batches."
            raise
        except InvalidArgument as error:
            if error.detail.get("field") in _OF_THE_FORM:
                request.enter("validate_form")
            elif job.grammar == 2 and job.kind is not JobKind.VERIFY:
                # The renderer alone sees the template, which says what the payload has to hold.
                request.enter("validate_task")
            raise
    return DoneJob(rendered, waited_ms)


# Form fields that the renderer refuses.
_OF_THE_FORM = ("name", "review")
# Each code is that of a check; there are about fifty.
_MAX_ISSUE_CODES = 200

T = TypeVar("T")
Answer = Precheck | Inspection | Verification
A = TypeVar("A", bound=Answer)


class RunResult(NamedTuple):
    """What a renderer says of a run; ``zip_ms`` is how long it assembled the ZIP, in whole milliseconds.

    ``language`` is the one of the texts for people, ``file_name`` what the file's name is made of,
    ``made`` what a receipt says, where one is asked for, ``review`` what became of the reviewer's copy.
    """

    exit_code: ExitCode
    summary: dict[str, int | bool]
    counts: Counts
    format_issue_codes: dict[str, int]
    zip_ms: int
    language: Language
    file_name: str | None = None
    made: Made | None = None
    review: Review | None = None


def run_result(result: dict[str, Any]) -> RunResult:
    """Return what ``result`` says of a run; raises ``RendererCrashed`` when it is not a run's result."""
    read = _read(RunResult, result)
    if len(read.format_issue_codes) > _MAX_ISSUE_CODES:
        raise _other_result()
    return read


def preview_result(result: dict[str, Any]) -> Preview:
    """Return ``result`` as that of a preview; raises ``RendererCrashed`` when it is something else."""
    return _read(Preview, result)


def image_result(result: dict[str, Any]) -> Image:
    """Return ``result`` as that of one picture; raises ``RendererCrashed`` when it is something else."""
    return _read(Image, result)


def answer_of(wanted: type[A], result: dict[str, Any]) -> A:
    """Return ``result`` as the answer ``wanted``; raises ``RendererCrashed`` when it is something else."""
    answer = _read(wanted, result)
    if isinstance(answer, Precheck) and answer.expected_exit_code is ExitCode.FORMAT_CHECK_FAILED:
        raise _other_result()
    return answer


def _read(wanted: type[T], result: dict[str, Any]) -> T:
    try:
        return read_as(wanted, result)
    except ValueError as error:
        raise _other_result() from error


def _other_result() -> RendererCrashed:
    return RendererCrashed(inner="its result is not one of such a job")
