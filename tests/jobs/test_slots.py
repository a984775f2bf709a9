import threading

import pytest

from docops_flask.jobs.errors import TooManyRequests
from docops_flask.jobs.slots import Slots
from tests.jobs.observing import eventually


def test_a_free_slot_is_taken_without_waiting_and_given_back() -> None:
    slots = Slots(count=2, queue_timeout_seconds=0, max_waiting=0)
    with slots.take() as first_waited_ms, slots.take() as second_waited_ms:
        assert (first_waited_ms, second_waited_ms) == (0, 0)
        assert (slots.count, slots.busy, slots.waiting) == (2, 2, 0)
    assert slots.busy == 0


@pytest.mark.parametrize(("queue_timeout_seconds", "max_waiting"), [(0, 10), (30, 0)])
def test_a_job_that_may_not_wait_is_refused_at_once(queue_timeout_seconds: float, max_waiting: int) -> None:
    slots = Slots(1, queue_timeout_seconds, max_waiting)
    with slots.take(), pytest.raises(TooManyRequests) as caught, slots.take():
        pytest.fail("there was no second slot")
    refusal = caught.value
    assert (refusal.status, refusal.code, refusal.waited_ms) == (429, "TOO_MANY_REQUESTS", 0)
    assert refusal.detail == {"max_concurrency": 1, "queue_timeout_seconds": queue_timeout_seconds}
    assert refusal.retry_after_seconds is not None
    assert refusal.retry_after_seconds >= 1


def test_a_job_waits_for_a_slot_as_long_as_it_may_and_no_longer() -> None:
    slots = Slots(1, queue_timeout_seconds=0.2, max_waiting=1)
    with slots.take(), pytest.raises(TooManyRequests) as caught, slots.take():
        pytest.fail("there was no second slot")
    assert caught.value.waited_ms >= 200
    assert (slots.busy, slots.waiting) == (0, 0)


def test_a_waiting_job_gets_the_slot_that_becomes_free_and_says_how_long_it_waited() -> None:
    slots = Slots(1, queue_timeout_seconds=30, max_waiting=1)
    waited: list[int] = []

    def wait_for_a_slot() -> None:
        with slots.take() as waited_ms:
            waited.append(waited_ms)

    second = threading.Thread(target=wait_for_a_slot)
    with slots.take():
        second.start()
        assert eventually(lambda: slots.waiting == 1)
        assert waited == []
    second.join(10)
    assert len(waited) == 1
    assert waited[0] >= 0
    assert (slots.busy, slots.waiting) == (0, 0)


def test_one_more_than_may_wait_is_refused_while_the_others_go_on_waiting() -> None:
    slots = Slots(1, queue_timeout_seconds=30, max_waiting=2)
    served: list[int] = []

    def wait_for_a_slot() -> None:
        with slots.take() as waited_ms:
            served.append(waited_ms)

    threads = [threading.Thread(target=wait_for_a_slot) for _ in range(2)]
    with slots.take():
        for thread in threads:
            thread.start()
        assert eventually(lambda: slots.waiting == 2)
        with pytest.raises(TooManyRequests), slots.take():
            pytest.fail("the queue was full")
        assert slots.waiting == 2
    for thread in threads:
        thread.join(10)
    assert len(served) == 2


def test_a_slot_is_free_again_however_the_job_ended() -> None:
    slots = Slots(1, 0, 0)
    for error in (ValueError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), slots.take():
            raise error
    with slots.take() as waited_ms:
        assert waited_ms == 0


def test_no_more_jobs_run_at_a_time_than_there_are_slots() -> None:
    slots = Slots(3, queue_timeout_seconds=30, max_waiting=20)
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with slots.take():
            with lock:
                running += 1
                most = max(most, running)
            threading.Event().wait(0.01)
            with lock:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 3
    assert (slots.busy, slots.waiting) == (0, 0)
