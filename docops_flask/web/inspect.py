"""``POST /v1/inspect``: what a template holds."""

from typing import Any

from flask import Blueprint

from docops_flask.web.job_folder import job_folder
from docops_flask.web.job_request import make_inspection
from docops_flask.web.request import api_request
from docops_flask.web.results import INSPECTION, answer_of
from docops_flask.web.services import services
from docops_flask.web.uploads import receive_template

bp = Blueprint("inspect", __name__)


@bp.post("/v1/inspect")
def inspect() -> dict[str, Any]:
    """Look at a template and answer with its fields and problems."""
    request, service = api_request(), services()
    service.lifecycle.refuse_when_stopping()
    with job_folder(service.workspaces) as folder:
        upload = receive_template(request, folder, service.settings)
        with service.slots.take(request.caller):
            upload.store()
            rendered = service.renderer.run(make_inspection(service), folder.workspace.path, request.caller)
    return {**answer_of(rendered.result, INSPECTION), "request_id": request.request_id}
