"""What became of the message about the end of a batch: ``webhook.json`` in its folder."""

import json
from typing import Any, NamedTuple

from docops_flask.batches import durable
from docops_flask.batches.folder import BatchFolder, as_json


class Delivery(NamedTuple):
    """The attempts to tell of an end: ``number`` is that of the end, ``next_at`` the time of the next.

    ``state`` is ``pending``, ``delivered`` or ``failed``; ``status`` is the receiver's last answer,
    ``problem`` why there was none.
    """

    number: int
    attempts: int = 0
    next_at: float = 0.0
    state: str = "pending"
    status: int | None = None
    problem: str | None = None


def delivery_of(batch: BatchFolder, number: int) -> Delivery:
    """Return the attempts to tell of the end ``number``."""
    try:
        read = Delivery(**json.loads((batch.path / "webhook.json").read_bytes()))
    except FileNotFoundError:
        return Delivery(number)
    return read if read.number == number else Delivery(number)


def keep_delivery(batch: BatchFolder, delivery: Delivery) -> None:
    """Write the attempts down; raises ``OSError``."""
    durable.write(batch.path / "webhook.json", [as_json(delivery._asdict())])


def webhook_status(batch: BatchFolder) -> dict[str, Any]:
    """Return what the status says of the message."""
    done = batch.done()
    delivery = Delivery(0) if done is None else delivery_of(batch, done.number)
    return {
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "problem": delivery.problem,
    }
