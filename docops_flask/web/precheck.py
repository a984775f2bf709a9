"""``POST /v1/precheck``: what ``/v1/run`` would come to, without a document."""

from typing import Any

from flask import Blueprint

from docops_flask.engine.job import JobKind
from docops_flask.web.job_folder import job_folder
from docops_flask.web.job_request import make_job
from docops_flask.web.rendering import render
from docops_flask.web.request import api_request
from docops_flask.web.results import PRECHECK, answer_of
from docops_flask.web.services import services
from docops_flask.web.uploads import receive_job

bp = Blueprint("precheck", __name__)


@bp.post("/v1/precheck")
def precheck() -> dict[str, Any]:
    """Hold a template against a task and answer with the verdict."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_job(request, folder, service.settings)
        job = make_job(JobKind.PRECHECK, upload, service, request.enter)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, PRECHECK), "request_id": request.request_id}
