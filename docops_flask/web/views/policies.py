"""``POST /v1/policies/suggest``: one policy from several documents, and where they differ."""

from functools import partial
from typing import Any

from flask import Blueprint

from docops_flask.engine.learning.learnt import Learnt
from docops_flask.jobs.answer import read_as
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.web.upload.documents import make_learning, receive_documents
from docops_flask.web.views.jobs import Finished, Kind, serve

bp = Blueprint("policies", __name__)


def _answer(finished: Finished) -> dict[str, Any]:
    try:
        learnt = read_as(Learnt, finished.done.rendered.result)
    except ValueError as error:
        raise RendererCrashed(inner="its result is not one of such a job") from error
    return {**learnt.as_dict(), "request_id": finished.request.request_id}


SUGGEST = Kind(receive_documents, make_learning, _answer)
bp.add_url_rule("/v1/policies/suggest", "suggest", partial(serve, SUGGEST), methods=["POST"])
