"""How many threads may wait for bodies."""

import threading

from docops_flask.serving.worker import ReceivingPlaces


def test_there_are_so_many_and_each_that_is_left_can_be_taken_again() -> None:
    freed = []
    places = ReceivingPlaces(2, lambda: freed.append(True))
    assert [places.take() for _ in range(3)] == [True, True, False]
    places.leave()
    assert freed == [True]
    assert [places.take(), places.take()] == [True, False]


def test_threads_lose_none_and_make_none() -> None:
    places = ReceivingPlaces(3, lambda: None)

    def come_and_go() -> None:
        for _ in range(2000):
            if places.take():
                places.leave()

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [places.take() for _ in range(4)] == [True, True, True, False]
