"""The batches of a server: where they lie, who works on them and who tells of their end."""

from typing import NamedTuple, Protocol

from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.store import Store
from docops_flask.batches.webhooks import Webhooks


class Work(Protocol):
    """Has the work on batches done: by threads of the server (``runner``) or by others (``watch``)."""

    def open(self) -> None:
        """Begin."""

    def stop_beginning(self) -> None:
        """Begin no more work, because the server stops. Safe inside a signal handler."""

    def close(self) -> None:
        """Stop."""

    def refuse_when_away(self) -> None:
        """Raise ``BrokerUnavailable`` when nobody can be told of a new batch."""

    def begun(self, batch: BatchFolder) -> None:
        """Have a batch that is new, or changed, be looked at soon."""

    def broker_state(self) -> str | None:
        """Return ``ready`` or ``unavailable``; ``None`` where there is no broker."""


class Batches(NamedTuple):
    """What the views and the server's hooks use."""

    store: Store
    work: Work
    webhooks: Webhooks

    def open(self) -> None:
        """Begin to work."""
        self.work.open()
        self.webhooks.open()

    def close(self) -> None:
        """Stop working; what is not done is done by another server, or after the next start."""
        self.webhooks.close()
        self.work.close()
