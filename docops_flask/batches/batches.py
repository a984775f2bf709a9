"""The batches of a server: where they lie, who works on them and who tells of their end."""

from typing import NamedTuple

from docops_flask.batches.runner import BatchRunner
from docops_flask.batches.store import Store
from docops_flask.batches.webhooks import Webhooks


class Batches(NamedTuple):
    """What the views and the server's hooks use."""

    store: Store
    runner: BatchRunner
    webhooks: Webhooks

    def open(self) -> None:
        """Begin to work."""
        self.runner.open()
        self.webhooks.open()

    def close(self) -> None:
        """Stop working; what is not done is done by another server, or after the next start."""
        self.webhooks.close()
        self.runner.close()
