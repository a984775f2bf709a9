"""``/web``: the page of the console and its static files, which are read from one folder alone."""

import gzip
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template

from docops_flask import __version__
from docops_flask.web.auth import protect
from docops_flask.web.errors import NotFound
from docops_flask.web.request import api_request
from docops_flask.web.services import services

# The system's table of media types differs from machine to machine.
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file and its media type; ``gzipped`` is ``content`` compressed (RFC 1952)."""

    content: bytes
    gzipped: bytes
    content_type: str


class StaticFiles:
    """The files of ``folder`` by their path below it."""

    def __init__(self, folder: Path) -> None:
        """List the files of ``folder`` that can be sent; no other file is ever read."""
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in _CONTENT_TYPES
        }

    def find(self, name: str) -> StaticFile | None:
        """Return the current contents of the file ``name``, ``None`` when there is none."""
        path = self._paths.get(name)
        return None if path is None else _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _load(path: Path, _modified_ns: int) -> StaticFile:
    content = path.read_bytes()
    # With a fixed time the same file gives the same bytes.
    return StaticFile(content, gzip.compress(content, mtime=0), _CONTENT_TYPES[path.suffix])


# In a clone these are links to folders at the top level, in a wheel the folders themselves.
_PACKAGE = Path(__file__).resolve().parents[2]
_files = StaticFiles(_PACKAGE / "static")

bp = Blueprint("console", __name__, url_prefix="/web", template_folder=str(_PACKAGE / "templates"))
protect(bp)


@bp.get("")
@bp.get("/")
def page() -> Response:
    """Return the page; its scripts get what it shows from the API."""
    request = api_request()
    settings = services().settings
    return make_response(
        render_template(
            "console.html",
            version=__version__,
            # Behind a proxy that serves the service under a prefix, the API has it too.
            api_base=request.script_root,
            # The curl command that the page offers needs -u where the page needed credentials.
            has_credentials="Authorization" in request.headers,
            keeps_drafts=settings.console_drafts,
            takes_own_templates=settings.console_own_templates,
        )
    )


@bp.get("/static/<path:name>")
def static_file(name: str) -> Response:
    """Return one of the page's own files, compressed where the browser accepts it."""
    file = _files.find(name)
    if file is None:
        raise NotFound
    takes_gzip = api_request().accept_encodings["gzip"] > 0
    response = Response(file.gzipped if takes_gzip else file.content, content_type=file.content_type)
    response.vary.add("Accept-Encoding")
    if takes_gzip:
        response.content_encoding = "gzip"
    return response
