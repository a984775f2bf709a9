"""Whether there is time to start a renderer ahead of need."""

import os
from collections.abc import Callable

from docops_flask.jobs.slots import Slots


def spare_core(slots: Slots, workers: int) -> Callable[[], bool]:
    """Return what says whether a core has nothing to do: this process's share is as large as each worker's.

    A job that waits for one of ``slots`` starts its own renderer as soon as it has it, and one that runs
    would share its core with a renderer that loads.
    """
    share = max(1, len(os.sched_getaffinity(0)) // workers)
    return lambda: slots.waiting == 0 and slots.busy < share
