"""``/v1/templates``: the template library, to look at; nothing of it changes over HTTP."""

from typing import Any

from flask import Blueprint, Response, json

from docops_flask.engine.file_name import storable_name
from docops_flask.intake.library.entry import LibraryTemplate
from docops_flask.web.attachment import disposition
from docops_flask.web.auth import protect
from docops_flask.web.conditional import conditional_file
from docops_flask.web.errors import NotFound
from docops_flask.web.services import services
from docops_flask.web.views.meta import DOCX
from docops_flask.web.views.template_picture import picture_of_template

bp = Blueprint("templates", __name__)
protect(bp)


@bp.get("/v1/templates")
def templates() -> Response:
    """List the templates that can be used, and those that are stopped, with the reason."""
    library = services().library
    return _answer(
        {
            "templates": [each.described() for each in library.templates],
            "stopped": [{"name": name, "reason": reason} for name, reason in library.stopped.items()],
        }
    )


# A name with a slash or dots is an unknown one and no other address.
@bp.get("/v1/templates/<path:name>")
def template(name: str) -> Response:
    """Return what a job with the template ``name`` has to send, and what holds where it sends nothing."""
    library = services().library
    found = library.find(name)
    return _answer({**found.described(), **_settings_of(found), **library.details(found)})


@bp.get("/v1/templates/<path:name>/template.docx")
def template_file(name: str) -> Response:
    """Return the bytes of the template ``name``."""
    library = services().library
    found = library.find(name)
    named = disposition(storable_name(found.name) or "template", ".docx")
    return conditional_file(library.content(found), DOCX, named)


@bp.get("/v1/templates/<path:name>/page.png")
def first_page(name: str) -> Response:
    """Return the first page of the template ``name`` as a picture, which is made when it is first wanted."""
    service = services()
    found = service.library.find(name)
    if not service.pdf.available:
        raise NotFound
    content = service.library.picture(found)
    if content is None:
        content = picture_of_template(found)
        service.library.keep_picture(found, content)
    return conditional_file(content, "image/png", "inline")


def _settings_of(found: LibraryTemplate) -> dict[str, Any]:
    return {
        "document_type": found.document_type,
        "policy": found.policy,
        "options": found.options,
        "name_pattern": found.name_pattern,
    }


def _answer(document: dict[str, Any]) -> Response:
    return conditional_file(f"{json.dumps(document)}\n".encode(), "application/json", "inline")
