"""``/v1/openapi.json``: the API of this server as an OpenAPI 3.1 document."""

from typing import Any

from flask import Blueprint, current_app

from docops_flask.web.auth import protect
from docops_flask.web.request import api_request
from docops_flask.web.services import services

_EXTENSION = "docops_openapi"

bp = Blueprint("openapi", __name__)
protect(bp)


@bp.get("/v1/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe every address of this server, its forms, answers and errors."""
    # Behind a proxy that is trusted to say so, the addresses begin with its prefix.
    return {**_document(), "servers": [{"url": api_request().script_root or "/"}]}


def _document() -> dict[str, Any]:
    """Return the document; it is made when it is asked for first, and is the same from then on."""
    document: dict[str, Any] | None = current_app.extensions.get(_EXTENSION)
    if document is None:
        # apispec and the schemas of all answers take time and memory that most workers never need.
        from docops_flask.web.api.document import build_document

        service = services()
        served = {rule.rule for rule in current_app.url_map.iter_rules()}
        document = build_document(service.settings, service.skills, service.policies, served)
        current_app.extensions[_EXTENSION] = document
    return document
