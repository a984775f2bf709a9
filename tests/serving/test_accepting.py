"""What a worker does with a connection at moments that would end it."""

import errno
import time
from types import SimpleNamespace

import pytest

from docops_flask.serving.accepting import patient_accept

OPEN = SimpleNamespace(sock="open")


class Worker:
    """Notes what it accepted and said; ``error`` is what the system says."""

    def __init__(self, error: int | None = None) -> None:
        self.accepted: list[object] = []
        self.said: list[tuple[object, ...]] = []
        self.error = error
        self.log = SimpleNamespace(warning=lambda *words: self.said.append(words))

    def accept(self, listener: SimpleNamespace) -> None:
        if self.error is not None:
            raise OSError(self.error, "no")
        self.accepted.append(listener.sock)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def test_an_accept_that_was_due_when_its_listener_closed_does_nothing() -> None:
    """gunicorn's own would raise there, and the worker would end with its running jobs."""
    worker = Worker()
    accept = patient_accept(worker)
    accept(OPEN)
    accept(SimpleNamespace(sock=None))
    assert worker.accepted == ["open"]


@pytest.mark.parametrize("error", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_when_descriptors_have_run_out_it_pauses_and_says_so_once(error: int, pauses: list[float]) -> None:
    worker = Worker(error)
    accept = patient_accept(worker)
    for _ in range(3):
        accept(OPEN)
    assert len(pauses) == 3
    assert [words[1] for words in worker.said] == [errno.errorcode[error]]


def test_a_connection_that_failed_before_it_was_taken_is_nobodys_fault(pauses: list[float]) -> None:
    worker = Worker(errno.EPROTO)
    patient_accept(worker)(OPEN)
    assert (pauses, worker.said) == ([], [])


def test_a_mistake_stays_one() -> None:
    with pytest.raises(OSError, match="no"):
        patient_accept(Worker(errno.EBADF))(OPEN)
