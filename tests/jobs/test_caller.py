"""Who waits for a job is watched: what counts as leaving, while it waits and while it runs."""

import functools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from docops_flask.engine.job import Job
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.errors import CallerLeft, TooManyRequests
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.slots import Slots
from docops_flask.jobs.workspace import Workspace
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import descriptors, eventually, is_gone, read_pid
from tests.optional import not_none

RESET = b"\1\0\0\0\0\0\0\0"


def connected(kind: str) -> tuple[socket.socket, socket.socket]:
    """The two ends of a connection: the server's and the client's."""
    if kind == "unix":
        return socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return listener.accept()[0], client


@pytest.fixture(params=["tcp", "unix"])
def ends(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    server, client = connected(request.param)
    with server, client:
        yield server, client


def close(client: socket.socket) -> None:
    client.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    client.close()


def stop_sending(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)


def send_the_next_request_and_close(client: socket.socket) -> None:
    client.sendall(b"GET / HTTP/1.1\r\n")
    client.close()


@pytest.mark.parametrize("leave", [close, reset, stop_sending, send_the_next_request_and_close])
def test_a_closed_connection_is_a_departure(
    ends: tuple[socket.socket, socket.socket], leave: Callable[..., Any]
) -> None:
    server, client = ends
    caller = Caller(server.fileno())
    caller.refuse_if_left()
    leave(client)
    with pytest.raises(CallerLeft):
        caller.wait([], 10)
    with pytest.raises(CallerLeft):
        caller.refuse_if_left()


def test_bytes_of_a_next_request_are_none_and_stay_to_be_read(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    server, client = ends
    client.sendall(b"GET /")
    began = time.monotonic()
    assert Caller(server.fileno()).wait([], 0.2) is False
    assert time.monotonic() - began >= 0.2
    assert server.recv(100) == b"GET /"


def test_what_is_ready_counts_before_a_departure(ends: tuple[socket.socket, socket.socket]) -> None:
    server, client = ends
    read_end, write_end = os.pipe()
    os.write(write_end, b"x")
    client.close()
    assert Caller(server.fileno()).wait([read_end], 10) is True
    for descriptor in (read_end, write_end):
        os.close(descriptor)


def test_nobody_in_particular_stays() -> None:
    STAYING.refuse_if_left()
    assert STAYING.wait([], 0.01) is False


def test_a_job_of_a_caller_who_has_gone_is_not_even_started(
    ends: tuple[socket.socket, socket.socket], job: Job, workspace: Workspace
) -> None:
    server, client = ends
    client.close()
    with pytest.raises(CallerLeft):
        Renderer("fork", 60.0, LIMITS, task=targets.echo).run(job, workspace.path, Caller(server.fileno()))
    assert not workspace.file("job.pickle").exists()


@pytest.mark.parametrize("task", [targets.hang, targets.ignore_sigterm, targets.hang_without_letting_go])
def test_a_renderer_is_ended_within_a_second_when_its_caller_goes(
    start_method: str, task: Callable[..., dict[str, Any]], job: Job, workspace: Workspace
) -> None:
    server, client = connected("tcp")
    left_at, pids = [], []

    def leave() -> None:
        pids.append(read_pid(workspace.file("hanging")))
        left_at.append(time.monotonic())
        client.close()

    leaving = threading.Thread(target=leave)
    leaving.start()
    before = descriptors()
    with server, pytest.raises(CallerLeft):
        Renderer(start_method, 60.0, LIMITS, task=task).run(job, workspace.path, Caller(server.fileno()))
    ended_at = time.monotonic()
    leaving.join()
    assert is_gone(pids[0])
    assert ended_at - left_at[0] < 1
    # A fork server is started once.
    assert descriptors() <= before + (2 if start_method == "forkserver" else 0)


class Queue:
    """One slot that is taken, and those who wait for it."""

    def __init__(self) -> None:
        self.slots = Slots(1, queue_timeout_seconds=30, max_waiting=10)
        self.ends: list[tuple[socket.socket, socket.socket]] = []
        self.outcomes: dict[object, Any] = {}
        self.threads: list[threading.Thread] = []

    def join(self, name: object, ends: tuple[socket.socket, socket.socket]) -> None:
        def wait() -> None:
            try:
                with self.slots.take(Caller(ends[0].fileno())):
                    self.outcomes[name] = "had a slot"
            except (CallerLeft, TooManyRequests) as error:
                self.outcomes[name] = error

        waiting = self.slots.waiting
        thread = threading.Thread(target=wait)
        self.threads.append(thread)
        thread.start()
        assert eventually(lambda: self.slots.waiting == waiting + 1)


def test_a_caller_who_leaves_the_queue_takes_no_slot_and_disturbs_nobody() -> None:
    queue, before = Queue(), descriptors()
    pairs = {name: connected("tcp") for name in ("first", "second", "third")}
    with queue.slots.take():
        for name, ends in pairs.items():
            queue.join(name, ends)
        pairs["second"][1].close()
        assert eventually(lambda: "second" in queue.outcomes)
        assert isinstance(queue.outcomes["second"], CallerLeft)
        assert not_none(queue.outcomes["second"].waited_ms) >= 0
        assert (queue.slots.waiting, queue.slots.busy) == (2, 1)
    for thread in queue.threads:
        thread.join(10)
    assert list(queue.outcomes.items())[1:] == [("first", "had a slot"), ("third", "had a slot")]
    assert (queue.slots.waiting, queue.slots.busy) == (0, 0)
    for server, client in pairs.values():
        server.close()
        client.close()
    assert descriptors() == before
    with queue.slots.take() as waited_ms:
        assert waited_ms == 0


def test_slots_go_round_in_the_order_of_the_queue() -> None:
    queue = Queue()
    pairs = [connected("unix") for _ in range(8)]
    with queue.slots.take():
        for number, ends in enumerate(pairs):
            queue.join(number, ends)
    for thread in queue.threads:
        thread.join(10)
    assert list(queue.outcomes.items()) == [(number, "had a slot") for number in range(8)]
    for server, client in pairs:
        server.close()
        client.close()


def is_waiting(slots: Slots) -> bool:
    return slots.waiting == 1


def test_callers_who_leave_just_when_a_slot_comes_lose_none() -> None:
    for _ in range(30):
        slots = Slots(1, queue_timeout_seconds=30, max_waiting=1)
        server, client = connected("unix")

        def wait(slots: Slots = slots, server: socket.socket = server) -> None:
            try:
                with slots.take(Caller(server.fileno())):
                    pass
            except CallerLeft:
                pass

        thread = threading.Thread(target=wait)
        with slots.take():
            thread.start()
            assert eventually(functools.partial(is_waiting, slots))
            leaving = threading.Thread(target=client.close)
            leaving.start()
        thread.join(10)
        leaving.join(10)
        server.close()
        with slots.take() as waited_ms:
            assert waited_ms == 0
