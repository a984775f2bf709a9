"""``/healthz`` (also ``/health``) and ``/readyz``."""

from typing import Any

from flask import Blueprint

from docops_flask.web.services import services

HEALTH_ENDPOINTS = frozenset({"health.healthz", "health.health"})
READY_ENDPOINT = "health.readyz"
bp = Blueprint("health", __name__)


@bp.get("/health", endpoint="health")
@bp.get("/healthz", endpoint="healthz")
def healthz() -> dict[str, Any]:
    """Answer at once, whatever the renderers are doing."""
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> dict[str, Any]:
    """Answer 200 when a job can be done now, otherwise 503 with the reason (``NotReady``)."""
    services().pdf_renderers.refuse_while_unknown()
    services().readiness.check()
    found = services()
    told = {"status": "ready", "sandbox": found.sandbox.report().as_json(), "pdf": found.pdf.as_json()}
    # A folder that takes no files delays batches and refuses new ones; jobs do not need it.
    return told if found.batches is None else {**told, "batches": found.batches.store.state()}
