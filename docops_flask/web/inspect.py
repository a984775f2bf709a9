"""``POST /v1/inspect``: what a template holds."""

from typing import Any

from flask import Blueprint

from docops_flask.web.job_folder import job_folder
from docops_flask.web.job_request import make_inspection
from docops_flask.web.rendering import render
from docops_flask.web.request import api_request
from docops_flask.web.results import INSPECTION, answer_of
from docops_flask.web.services import services
from docops_flask.web.uploads import receive_template

bp = Blueprint("inspect", __name__)


@bp.post("/v1/inspect")
def inspect() -> dict[str, Any]:
    """Look at a template and answer with its fields and problems."""
    request, service = api_request(), services()
    request.enter("receive")
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_template(request, folder, service.settings)
        job = make_inspection(service)
        done = render(request, folder, upload, job)
    return {**answer_of(done.rendered.result, INSPECTION), "request_id": request.request_id}
