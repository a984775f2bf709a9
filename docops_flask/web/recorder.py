"""What is counted while requests are answered, whoever counts it."""

from collections.abc import Mapping
from typing import Protocol

from docops_flask.engine.errors import DocopsError


class Recorder(Protocol):
    """Takes figures from all threads of a worker; never raises and never waits."""

    def request_ended(self, route: str | None, method: str, status: int) -> None:
        """Count an answer; ``route`` is the rule of its view, ``None`` where no view was found."""

    def failed(self, error: DocopsError) -> None:
        """Count what ``error`` says of slots and renderers."""

    def job_ended(self, outcome: str, seconds: float, queue_wait_seconds: float) -> None:
        """Count a ``/v1/run``: its outcome as the log has it, and how long it and its wait took."""

    def format_issues(self, counts: Mapping[str, int]) -> None:
        """Count the issues that a job's format report holds, by their codes."""

    def slots_busy(self, count: int) -> None:
        """Note how many slots of this worker are taken now."""

    def standby_ready(self, count: int) -> None:
        """Note how many renderers of this worker stand ready now."""

    def folders_left(self, count: int) -> None:
        """Note how many folders of ended jobs this worker has still to remove."""

    def folder_not_removed(self) -> None:
        """Count a folder that could not be removed when it was tried first."""


class NoRecorder:
    """Counts nothing: the recorder of a server whose metrics are off."""

    def request_ended(self, route: str | None, method: str, status: int) -> None:
        """Do nothing."""

    def failed(self, error: DocopsError) -> None:
        """Do nothing."""

    def job_ended(self, outcome: str, seconds: float, queue_wait_seconds: float) -> None:
        """Do nothing."""

    def format_issues(self, counts: Mapping[str, int]) -> None:
        """Do nothing."""

    def slots_busy(self, count: int) -> None:
        """Do nothing."""

    def standby_ready(self, count: int) -> None:
        """Do nothing."""

    def folders_left(self, count: int) -> None:
        """Do nothing."""

    def folder_not_removed(self) -> None:
        """Do nothing."""
