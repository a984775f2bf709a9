"""Whether this worker still takes jobs."""

from docops_flask.jobs.errors import NotReady


class Lifecycle:
    """Set to stopping once, by the server's signal hook; read by every request."""

    def __init__(self) -> None:
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Return whether the server is being stopped."""
        return self._stopping

    def stop(self) -> None:
        """Refuse new jobs from now on; running ones finish. Safe inside a signal handler."""
        self._stopping = True

    def refuse_when_stopping(self) -> None:
        """Raise ``NotReady`` once ``stop`` was called."""
        if self._stopping:
            raise NotReady("The server is stopping.")
