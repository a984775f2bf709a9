"""From a checked upload to a renderer's result, checked against what was agreed before anything goes by it.

A renderer that was taken over can say what it likes. What it says is read as JSON of a bounded size; here it
has to have the members that its kind of job has, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.job import Job
from docops_flask.jobs.answer import Shape, fits
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.renderer import Rendered
from docops_flask.web.request import ApiRequest
from docops_flask.web.services import services
from docops_flask.web.upload.contents import JobFolder
from docops_flask.web.upload.form import Upload


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


# Each code is one of a check's; there are fewer of those, and some to come.
_MOST_ISSUE_CODES = 200
_EXIT_CODES = frozenset(map(int, ExitCode))
_RUN = {
    "exit_code": _EXIT_CODES,
    "summary": {str: (int, bool)},
    "format_issue_codes": {str: int},
    "zip_ms": int,
}
_TEXT_OR_NOTHING = (str, None)
_UNSUPPORTED = [
    {
        "kind": str,
        "text": str,
        "paragraph_path": str,
        "suggestion": _TEXT_OR_NOTHING,
        "reason": str,
    }
]
_DEFECT = {"part": str, "code": str, "subject": str, "message": str}
PRECHECK: Shape = {
    "ok": bool,
    "expected_exit_code": _EXIT_CODES - {ExitCode.FORMAT_CHECK_FAILED},
    "summary": {
        "template_field_count": int,
        "unsupported_count": int,
        "missing_required_count": int,
        "missing_optional_count": int,
    },
    "template_fields": [str],
    "missing_required": [str],
    "missing_optional": [str],
    "unsupported": _UNSUPPORTED,
}
INSPECTION: Shape = {
    "fields": [{"name": str, "count": int, "places": [str], "known_in": [str]}],
    "unsupported": _UNSUPPORTED,
    "problems": [{"code": str, "message": str, "place": str, "text": str}],
    "suggested_skill": _TEXT_OR_NOTHING,
}
VERIFICATION: Shape = {
    "verdict": frozenset({"intact", "violated"}),
    "unaccounted_count": int,
    "unaccounted": [
        {
            "part": str,
            "place": str,
            "what": str,
            "message": str,
            "expected": _TEXT_OR_NOTHING,
            "actual": _TEXT_OR_NOTHING,
        }
    ],
    "template_defect_count": int,
    "template_defects": [_DEFECT],
}


class RunResult(NamedTuple):
    """What a renderer says of a run; ``zip_ms`` is how long it assembled the ZIP, in whole milliseconds."""

    exit_code: ExitCode
    zip_ms: int
    format_issue_codes: dict[str, int]


def run_result(result: dict[str, Any]) -> RunResult:
    """Return what ``result`` says of a run; raises ``RendererCrashed`` when it is no run's."""
    if not fits(result, _RUN) or len(result["format_issue_codes"]) > _MOST_ISSUE_CODES:
        raise _other_result()
    return RunResult(ExitCode(result["exit_code"]), result["zip_ms"], result["format_issue_codes"])


def answer_of(result: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """Return ``result`` when it has ``shape``; raises ``RendererCrashed`` otherwise."""
    if not fits(result, shape):
        raise _other_result()
    return result


def _other_result() -> RendererCrashed:
    return RendererCrashed(inner="its result is not one of such a job")
