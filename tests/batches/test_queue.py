"""The queue that wakes workers: which messages go where, and what becomes of them.

Real brokers are in ``tests/e2e/cluster``.
"""

from typing import cast

import pytest
from celery.exceptions import Reject

from docops_flask.batches.errors import BrokerUnavailable, WorkLeft
from docops_flask.batches.queue import (
    BATCH_TASK,
    CHUNK_TASK,
    LARGE,
    SMALL,
    Consuming,
    Queue,
    make_celery,
)

BATCH = "a" * 32


def waiting(queue: Queue) -> dict[str, int]:
    """How many messages wait in each of the two queues."""
    with queue.app.connection_for_write() as connection:
        channel = connection.default_channel
        return {
            each.name: each.bind(channel).queue_declare().message_count for each in queue.app.conf.task_queues
        }


def test_chunks_of_small_batches_do_not_wait_behind_those_of_large_ones() -> None:
    queue = Queue("memory://", 60)
    queue.send_batch(BATCH)
    queue.send_chunks(BATCH, range(10), 10)
    assert waiting(queue) == {SMALL: 11, LARGE: 0}
    queue.send_chunks(BATCH, (3, 5), 11)
    assert waiting(queue) == {SMALL: 11, LARGE: 2}
    assert (queue.waiting(), queue.state()) == (13, "ready")


def test_a_broker_that_is_away_is_told_as_such() -> None:
    queue = Queue("redis://127.0.0.1:1/0", 60)
    with pytest.raises(BrokerUnavailable):
        queue.send_batch(BATCH)
    with pytest.raises(BrokerUnavailable):
        queue.check()
    assert queue.state() == "unavailable"


def test_redis_waits_longer_for_a_message_than_a_renderer_may_take() -> None:
    options = make_celery("redis://broker/0", 60.5).conf.broker_transport_options
    assert options["visibility_timeout"] == 61 + 60
    assert Queue("redis://broker/0", 60.5).lost_after_seconds > options["visibility_timeout"]


class Told:
    """Notes what messages ask for; ``is_left`` makes it a worker that stops."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.is_left = False

    def batch(self, batch_id: str) -> None:
        self._note(batch_id)

    def chunk(self, batch_id: str, number: int) -> None:
        self._note(batch_id, number)

    def _note(self, *call: object) -> None:
        if self.is_left:
            raise WorkLeft
        self.calls.append(call)


def test_messages_of_another_form_are_dropped_and_work_that_is_left_goes_back() -> None:
    app, told = make_celery("memory://", 60), Told()
    Consuming(app, told)
    for task, arguments in [
        (BATCH_TASK, (BATCH,)),
        (CHUNK_TASK, (BATCH, 0)),
        (BATCH_TASK, (7,)),
        (CHUNK_TASK, (BATCH, -1)),
        (CHUNK_TASK, (BATCH, "0")),
        (CHUNK_TASK, ([BATCH], 0)),
    ]:
        app.tasks[task](*arguments)
    assert told.calls == [(BATCH,), (BATCH, 0)]
    told.is_left = True
    with pytest.raises(Reject) as caught:
        app.tasks[CHUNK_TASK](BATCH, 1)
    assert caught.value.requeue


class Waiting:
    """A queue in which ``count`` messages wait; ``None``: its broker is away."""

    def __init__(self, count: int | None) -> None:
        self.count = count

    def waiting(self) -> int:
        if self.count is None:
            raise BrokerUnavailable(inner="gone")
        return self.count


def test_a_worker_that_takes_none_of_the_messages_that_wait_notices_it() -> None:
    app = make_celery("memory://", 60)
    consuming = Consuming(app, Told())
    queue = Waiting(5)

    def looks(count: int) -> list[bool]:
        return [consuming.has_stopped(cast(Queue, queue)) for _ in range(count)]

    # The first look knows nothing of the time before.
    assert looks(4) == [False, False, False, True]
    app.tasks[CHUNK_TASK](BATCH, 0)
    assert looks(4) == [False, False, False, True]
    for queue.count in (0, None):
        assert looks(5) == [False] * 5
