"""Work on batches that messages ask for: each piece once, whatever becomes of the messages."""

import io
import json
import pickle
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from docops_flask.batches import watch
from docops_flask.batches.answers import Answers
from docops_flask.batches.ending import end
from docops_flask.batches.errors import BrokerUnavailable, WorkLeft
from docops_flask.batches.folder_files import FolderFiles
from docops_flask.batches.job_pickle import read_job
from docops_flask.batches.leases import Leases
from docops_flask.batches.pieces import Pieces
from docops_flask.batches.store import Key, Store
from docops_flask.batches.watch import BatchWatch
from docops_flask.batches.work import BatchWork
from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.policy.policy import Policy
from docops_flask.intake.catalogue.office import office_of
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import NoRecorder
from tests.batches.conftest import LIMITS, RELEASE, Office, rows_of
from tests.batches.poisoned import slow
from tests.batches.test_work import result_bytes, wait_for

ROWS = rows_of({}, 250)


class Messages:
    """A queue in this process; ``is_away`` makes it one whose broker is gone."""

    lost_after_seconds = 100.0

    def __init__(self) -> None:
        self.sent: list[tuple[Any, ...]] = []
        self.is_away = False

    def send_batch(self, batch_id: str) -> None:
        self.check()
        self.sent.append((batch_id,))

    def send_chunks(self, batch_id: str, numbers: Iterable[int], of_batch: int) -> None:
        self.check()
        self.sent += [(batch_id, number) for number in numbers]

    def waiting(self) -> int:
        self.check()
        return len(self.sent)

    def check(self) -> None:
        if self.is_away:
            raise BrokerUnavailable(inner="gone")


class Cluster:
    """An office whose folder several machines share."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.store = Store(FolderFiles(office.folder, Leases(0.1, 0.5)), 10, 0)
        self.messages = Messages()

    def answers(self, task: Any = run_job) -> Answers:
        """What another machine does."""
        return Answers(self.store(), self._pieces(task), cast(Any, self.messages))

    def watch(self) -> BatchWatch:
        """What another server does."""
        return BatchWatch(self.store(), self._pieces(run_job), cast(Any, self.messages))

    def store(self) -> Store:
        return Store(FolderFiles(self.office.folder, Leases(0.1, 0.5)), 10, 0)

    def _pieces(self, task: Any) -> Pieces:
        renderer = Renderer("spawn", 60, LIMITS, task)
        work = BatchWork(renderer, renderer, self.office.workspaces, 128 * 1024 * 1024)
        return Pieces(work, RELEASE, NoRecorder())

    def answer(self, answers: Answers, message: tuple[Any, ...]) -> None:
        answers.batch(*message) if len(message) == 1 else answers.chunk(*message)


@pytest.fixture
def cluster(office: Office) -> Cluster:
    return Cluster(office)


def test_messages_that_come_twice_or_at_once_do_each_chunk_once(cluster: Cluster, office: Office) -> None:
    batch = office.begin(ROWS)
    first, second = cluster.answers(), cluster.answers()
    first.batch(batch.id)
    assert cluster.messages.sent == [(batch.id, number) for number in range(3)]
    both = [(each, message) for message in cluster.messages.sent for each in (first, second)]
    with ThreadPoolExecutor(2) as machines:
        list(machines.map(lambda given: cluster.answer(*given), both))
    second.batch(batch.id)
    wait_for(lambda: batch.done() is not None)
    done = batch.done()
    assert done is not None
    assert (done.state, done.rows.ok) == ("completed", 250)
    assert len(list((office.folder / batch.id / "seg").glob("*.zip"))) == 3
    clean = office.begin(ROWS)
    office.finish(clean)
    assert result_bytes(batch) == result_bytes(clean)


def test_a_message_that_is_about_nothing_is_answered_by_nothing(cluster: Cluster, office: Office) -> None:
    batch, answers = office.begin(ROWS), cluster.answers()
    for message in (("0" * 32,), ("../..",), ("0" * 32, 1), (batch.id, 0), (batch.id, 10**9)):
        cluster.answer(answers, message)
    answers.batch(batch.id)
    cluster.answer(answers, (batch.id, 3))
    office.store.delete(batch)
    cluster.answer(answers, (batch.id, 0))
    assert not (office.folder / batch.id).exists()


def test_a_worker_that_stops_leaves_what_it_has_not_begun(cluster: Cluster, office: Office) -> None:
    batch, answers = office.begin(ROWS), cluster.answers()
    answers.batch(batch.id)
    answers.stop_beginning()
    with pytest.raises(WorkLeft):
        answers.chunk(batch.id, 0)
    assert batch.segments() == []


def test_a_cancelled_batch_stops_its_renderer_and_is_ended(cluster: Cluster, office: Office) -> None:
    batch, answers = office.begin(ROWS), cluster.answers(slow)
    answers.batch(batch.id)
    with ThreadPoolExecutor(1) as machine:
        began = time.monotonic()
        working = machine.submit(answers.chunk, batch.id, 0)
        time.sleep(0.3)
        batch.cancel()
        working.result()
    assert time.monotonic() - began < 10
    answers.chunk(batch.id, 1)
    assert batch.state() == "cancelled"
    assert batch.done() is not None


def test_who_ends_an_earlier_run_late_does_not_end_the_new_one(office: Office) -> None:
    batch = office.begin(ROWS)
    batch.cancel()
    batch.resume()
    assert (batch.state(), batch.number(), end(batch)) == ("planning", 2, False)
    batch.cancel()
    assert end(batch)
    late = batch.done()
    assert late is not None
    batch.resume()
    assert not batch.end(late)
    assert batch.state() == "planning"
    office.finish(batch)
    done = batch.done()
    assert done is not None
    assert (done.state, done.number) == ("completed", 3)
    batch.resume()
    assert batch.number() == 3


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_QUIET_SECONDS", 0.4)
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
def test_messages_that_were_lost_are_sent_again_once_by_all_servers(cluster: Cluster, office: Office) -> None:
    batch, answers, messages = office.begin(ROWS), cluster.answers(), cluster.messages
    servers = [cluster.watch(), cluster.watch()]
    for each in servers:
        each.open()
    try:
        # Of a server that was killed right after it took the batch.
        wait_for(lambda: messages.sent == [(batch.id,)])
        # While messages wait, none is lost.
        answers.batch(batch.id)
        answers.chunk(batch.id, 1)
        time.sleep(1)
        assert messages.sent == [(batch.id,), *((batch.id, number) for number in range(3))]
        messages.is_away = True
        messages.sent.clear()
        time.sleep(0.6)
        messages.is_away = False
        wait_for(lambda: messages.sent)
        assert messages.sent == [(batch.id, 0), (batch.id, 2)]
        answers.chunk(batch.id, 0)
        answers.chunk(batch.id, 2)
        wait_for(lambda: batch.done() is not None)
    finally:
        for each in servers:
            each.close()


@pytest.mark.usefixtures("impatient")
def test_a_server_ends_a_cancelled_batch_without_a_broker(cluster: Cluster, office: Office) -> None:
    batch = office.begin(ROWS)
    cluster.messages.is_away = True
    server = cluster.watch()
    server.open()
    batch.cancel()
    server.begun(batch)
    wait_for(lambda: batch.done() is not None)
    with pytest.raises(BrokerUnavailable):
        server.refuse_when_away()
    server.close()


def test_one_key_sent_to_several_servers_at_once_is_one_batch(office: Office, cluster: Cluster) -> None:
    start = threading.Barrier(4)

    def begin(_: int) -> str:
        machine = Office.__new__(Office)
        machine.__dict__ |= {**office.__dict__, "store": cluster.store()}
        start.wait()
        return machine.begin(ROWS, Key("a" * 64, "request")).id

    with ThreadPoolExecutor(4) as servers:
        ids = set(servers.map(begin, range(4)))
    assert len(ids) == 1
    assert [each.id for each in office.store.all()] == list(ids)


def test_a_job_that_is_none_is_not_read(tmp_path: Path) -> None:
    known = office_of({})
    job = Job(
        JobKind.MERGE,
        (),
        known.skills.get(known.skills.names()[0]),
        policy=known.policies.get("gbt9704-2012") or Policy(),
        rows=RowsAsked("rows", "rows.csv", {"甲方": None}, 10),
    )
    assert read_job(pickle.dumps(job)) == job

    class Harm:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return Path.touch, (tmp_path / "harm",)

    stream = io.BytesIO()
    pickle.Pickler(stream).dump(json.loads("{}"))
    for content in (pickle.dumps(Harm(), protocol=2), pickle.dumps(run_job), stream.getvalue()):
        with pytest.raises(pickle.UnpicklingError):
            read_job(content)
    assert not (tmp_path / "harm").exists()
