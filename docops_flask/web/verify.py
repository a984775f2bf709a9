"""``POST /v1/verify``: whether a document is its template with the logged changes and nothing else."""

from typing import Any

from flask import Blueprint

from docops_flask.web.job_folder import job_folder
from docops_flask.web.job_request import make_verification
from docops_flask.web.rendering import render
from docops_flask.web.request import api_request
from docops_flask.web.results import VERIFICATION, answer_of
from docops_flask.web.services import services
from docops_flask.web.uploads import receive_verification

bp = Blueprint("verify", __name__)


@bp.post("/v1/verify")
def verify() -> dict[str, Any]:
    """Prove a job's document again and answer with the verdict."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_verification(request, folder, service.settings)
        job = make_verification(service)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, VERIFICATION), "request_id": request.request_id}
