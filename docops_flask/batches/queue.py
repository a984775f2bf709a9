"""The queue that wakes workers, in Redis or RabbitMQ by Celery: an id and a number, nothing of a batch.

What there is to do, the batch's folder says. A message that comes twice finds its work done, one that was
lost is sent again (``watch``). This module alone imports Celery.
"""

import threading
import time
from collections.abc import Callable, Iterable
from math import ceil
from typing import Protocol

import celery
import kombu
from celery.exceptions import Reject
from kombu.exceptions import OperationalError

from docops_flask.batches.errors import BrokerUnavailable, WorkLeft

# The rows of small batches do not wait behind those of large ones: workers take from both in turn.
SMALL, LARGE = "docops.small", "docops.large"
MOST_CHUNKS_OF_SMALL = 10
BATCH_TASK, CHUNK_TASK = "docops.batch", "docops.chunk"
# Redis gives a message to another worker when it was not acknowledged for this much longer than a renderer
# may take; a chunk that takes several renderers is protected by its claim.
_MARGIN_SECONDS = 60
_CONNECT_SECONDS = 2.0
_STATE_SECONDS = 5.0
_LOOKS = 3
# A connection that the broker has closed meanwhile is found out at the first try.
_RETRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
_ERRORS = (OperationalError, OSError)


def make_celery(url: str, deadline_seconds: float) -> celery.Celery:
    """Return the Celery application of servers and workers; renderers have ``deadline_seconds``."""
    app = celery.Celery("docops", broker=url, set_as_current=False)
    # RabbitMQ confirms messages: one that was written to a dead connection would be lost.
    options = {"confirm_publish": True} if url.startswith("amqp") else _redis_options(deadline_seconds)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_default_queue=SMALL,
        task_queues=[kombu.Queue(name, routing_key=name) for name in (SMALL, LARGE)],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_timeout=_CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # Of workers; those who only send, and have no loop that answers, connect anew.
        broker_heartbeat=10,
        broker_transport_options=options,
    )
    return app


def _redis_options(deadline_seconds: float) -> dict[str, float | bool]:
    return {
        "visibility_timeout": ceil(deadline_seconds) + _MARGIN_SECONDS,
        # Otherwise what a killed worker had is looked for every 100 seconds.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_keepalive": True,
        # Finds a link that was cut without a word.
        "health_check_interval": 5,
    }


class Queue:
    """Sends the messages; methods may be called by several threads."""

    def __init__(self, url: str, deadline_seconds: float) -> None:
        self.app = make_celery(url, deadline_seconds)
        self.lost_after_seconds = ceil(deadline_seconds) * 2 + _MARGIN_SECONDS
        self._mutex = threading.Lock()
        self._state: tuple[float, str] | None = None

    def send_batch(self, batch_id: str) -> None:
        """Have a worker look at a batch; raises ``BrokerUnavailable``."""
        self._send(BATCH_TASK, [(batch_id,)], SMALL)

    def send_chunks(self, batch_id: str, numbers: Iterable[int], of_batch: int) -> None:
        """Have workers do chunks of a batch that has ``of_batch``; raises ``BrokerUnavailable``."""
        queue = SMALL if of_batch <= MOST_CHUNKS_OF_SMALL else LARGE
        self._send(CHUNK_TASK, ((batch_id, number) for number in numbers), queue)

    def _send(self, task: str, messages: Iterable[tuple[object, ...]], queue: str) -> None:
        try:
            with self.app.producer_pool.acquire(block=True, timeout=_CONNECT_SECONDS) as producer:
                for each in messages:
                    self.app.send_task(
                        task, each, queue=queue, producer=producer, retry=True, retry_policy=_RETRIES
                    )
        except _ERRORS as error:
            raise BrokerUnavailable(inner=type(error).__name__) from error

    def waiting(self) -> int:
        """Return how many messages no worker has taken yet; raises ``BrokerUnavailable``."""
        try:
            with self.app.connection_for_write(connect_timeout=_CONNECT_SECONDS) as connection:
                connection.ensure_connection(max_retries=0, timeout=_CONNECT_SECONDS)
                channel = connection.default_channel
                return sum(
                    each.bind(channel).queue_declare().message_count for each in self.app.conf.task_queues
                )
        except _ERRORS as error:
            raise BrokerUnavailable(inner=type(error).__name__) from error

    def check(self) -> None:
        """Raise ``BrokerUnavailable`` when no message can be sent now."""
        self.waiting()

    def state(self) -> str:
        """Return ``ready`` or ``unavailable``, as it was a few seconds ago."""
        with self._mutex:
            now = time.monotonic()
            if self._state is None or now - self._state[0] > _STATE_SECONDS:
                try:
                    self.check()
                    found = "ready"
                except BrokerUnavailable:
                    found = "unavailable"
                self._state = (now, found)
            return self._state[1]


class Answerer(Protocol):
    """Does what messages ask for; raises ``WorkLeft`` for what has to be done again."""

    def batch(self, batch_id: str) -> None:
        """Look at a batch."""

    def chunk(self, batch_id: str, number: int) -> None:
        """Do a chunk."""


class Consuming:
    """What this worker has taken from the queue, and whether it still takes anything."""

    def __init__(self, app: celery.Celery, answers: Answerer) -> None:
        """Have ``answers`` do what messages of ``app`` ask for."""
        self._mutex = threading.Lock()
        self._running = self._begun = 0
        self._seen, self._looks = -1, 0

        def batch(batch_id: object) -> None:
            if isinstance(batch_id, str):
                self._answer(lambda: answers.batch(batch_id))

        def chunk(batch_id: object, number: object) -> None:
            if isinstance(batch_id, str) and isinstance(number, int) and number >= 0:
                self._answer(lambda: answers.chunk(batch_id, number))

        app.task(name=BATCH_TASK, shared=False)(batch)
        app.task(name=CHUNK_TASK, shared=False)(chunk)

    def _answer(self, work: Callable[[], None]) -> None:
        with self._mutex:
            self._running, self._begun = self._running + 1, self._begun + 1
        try:
            work()
        except WorkLeft:
            # Back to its queue: this worker may stop, or lack what another has.
            raise Reject(requeue=True) from None
        finally:
            with self._mutex:
                self._running -= 1

    def has_stopped(self, queue: Queue) -> bool:
        """Say whether messages wait and none is taken, by several looks with some seconds between them.

        kombu 5.7 counts a message whose acknowledgement failed, because Redis had ended meanwhile, as one
        that is still worked on, and takes no further one (celery/celery#8091 is alike).
        """
        with self._mutex:
            is_idle = not self._running and self._begun == self._seen
            self._seen = self._begun
        try:
            self._looks = self._looks + 1 if is_idle and queue.waiting() else 0
        except BrokerUnavailable:
            self._looks = 0
        return self._looks >= _LOOKS
