"""What is told of a batch: its state, its rows by what came of them, times, links."""

from datetime import UTC, datetime
from typing import Any

from docops_flask.batches.folder import BatchFolder, counted
from docops_flask.batches.webhook_state import webhook_status


def status_of(batch: BatchFolder, prefix: str = "") -> dict[str, Any]:
    """Return the status; links begin with ``prefix``. Raises ``FileNotFoundError`` where the batch is gone.

    ``rows.total`` is ``None`` before the rows were read, ``exit_code`` before the end.
    """
    record, plan, done = batch.record(), batch.plan(), batch.done()
    counts = done.rows if done is not None else counted(map(batch.summary, batch.segments()))
    of_rows = counts._asdict()
    there = of_rows.pop("total")
    path = f"{prefix}/v1/batches/{batch.id}"
    state = batch.state() if done is None else done.state
    told = {
        "id": batch.id,
        "state": state,
        "rows": {"total": None if plan is None else plan.total, "done": there, **of_rows},
        "exit_code": None if done is None else done.exit_code,
        "parts": 0 if done is None else max(len(done.files) - 1, min(len(done.files), 1)),
        "created_at": _time(record.created_at),
        "last_progress_at": _time(batch.progressed_at()),
        "expires_at": _time(record.expires_at),
        "links": {
            "self": path,
            "rows": f"{path}/rows",
            "result": f"{path}/result.zip",
            "cancel": f"{path}/cancel",
            "resume": f"{path}/resume",
        },
    }
    if done is not None and done.error is not None:
        told["error"] = done.error
    if record.webhook_url is not None:
        told["webhook"] = webhook_status(batch)
    return told


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
