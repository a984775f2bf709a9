"""``/metrics``: the figures of the whole server, as Prometheus reads them."""

from typing import cast

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST

from docops_flask.web.auth import protect
from docops_flask.web.prometheus_recorder import PrometheusRecorder
from docops_flask.web.services import services

bp = Blueprint("metrics", __name__)
protect(bp)


@bp.get("/metrics")
def metrics() -> Response:
    """Tell the figures of all workers."""
    recorder = cast(PrometheusRecorder, services().recorder)
    response = Response(recorder.exposition(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
