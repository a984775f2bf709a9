"""``/v1/keys``: the public key of the server's receipts."""

from typing import Any

from flask import Blueprint

from docops_flask.web.auth import protect
from docops_flask.web.services import services

bp = Blueprint("keys", __name__)
protect(bp)


@bp.get("/v1/keys")
def keys() -> dict[str, Any]:
    """Return the public key, as PEM and as JWK, in a list: a later version may have several."""
    signer = services().signer
    return {"keys": [] if signer is None else [signer.public.as_dict()]}
