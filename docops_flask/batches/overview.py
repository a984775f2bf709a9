"""What the metrics tell of all batches together."""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from docops_flask.batches.folder import STATES
from docops_flask.batches.store import Store


class Overview(NamedTuple):
    """Batches by state, and two times in seconds.

    ``idle_seconds`` have passed since the last progress of the batch that has waited longest for progress,
    ``missing_seconds`` since the oldest chunk that is missing could have been done.
    """

    states: Mapping[str, int]
    idle_seconds: float
    missing_seconds: float


def overview(store: Store) -> Overview:
    """Return the overview; raises what ``Files`` raise."""
    states = dict.fromkeys(STATES, 0)
    idle = missing = 0.0
    now = time.time()
    for batch in store.all():
        with suppress(FileNotFoundError):
            if store.has_completed(batch):
                states["completed"] += 1
            elif batch.is_there:
                state = batch.state()
                states[state] += 1
                if state in ("planning", "running"):
                    idle = max(idle, now - batch.progressed_at())
                    missing = max(missing, now - batch.waits_since())
    return Overview(states, idle, missing)
