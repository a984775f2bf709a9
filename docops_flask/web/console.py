"""``/web``: the console, one page for people; everything else of it are static files of our own."""

from pathlib import Path

from flask import Blueprint, Response, make_response, render_template

from docops_flask import __version__
from docops_flask.web.auth import protect
from docops_flask.web.errors import NotFound
from docops_flask.web.request import api_request
from docops_flask.web.static_files import StaticFiles

# In a clone links to the folders at the top level, in a wheel the files themselves.
_PACKAGE = Path(__file__).resolve().parent.parent
_files = StaticFiles(_PACKAGE / "static")

bp = Blueprint("console", __name__, url_prefix="/web", template_folder=str(_PACKAGE / "templates"))
protect(bp)


@bp.get("")
@bp.get("/")
def page() -> Response:
    """Give the page; what it shows it asks the API for."""
    request = api_request()
    return make_response(
        render_template(
            "console.html",
            version=__version__,
            # Behind a proxy that serves us under a prefix, the API is under it too.
            api_base=request.script_root,
            # So that the copied curl command has a -u where this page needed one, whoever asked for it.
            has_credentials="Authorization" in request.headers,
        )
    )


@bp.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Give one of the page's own files, compressed where the browser takes it."""
    file = _files.find(name)
    if file is None:
        raise NotFound
    takes_gzip = api_request().accept_encodings["gzip"] > 0
    response = Response(file.gzipped if takes_gzip else file.content, content_type=file.content_type)
    response.vary.add("Accept-Encoding")
    if takes_gzip:
        response.content_encoding = "gzip"
    return response
