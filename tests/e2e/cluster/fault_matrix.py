"""``make cluster``: each fault by itself, on workers whose hosts are network namespaces.

Each test begins a batch, does its harm in the middle, and compares the result with that of a batch without a
fault: the same bytes, so each row once.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cluster.brokers import Redis
from tests.e2e.cluster.bucket import Bucket
from tests.e2e.cluster.cluster import Cluster, WorkerProcess
from tests.e2e.cluster.hosts import Hosts
from tests.e2e.faults.volume import Volume
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.e2e.test_batches_under_gunicorn import begin, begun, ended, numbers, result, rows, status, until

ROWS = int(os.environ.get("DOCOPS_TEST_CLUSTER_ROWS", "1000"))
CONTENT = rows(ROWS, ROWS // 100)
# Longer than a claim waits, and than a batch may be quiet.
LONG_SECONDS = 15.0


class Scene(Cluster):
    """A server here, two workers on hosts of their own, Redis on a third."""

    def __init__(self, folder: Path) -> None:
        self.hosts = Hosts(("one", "two"))
        self.folder = folder / "batches"
        self.folder.mkdir()
        self.redis = Redis(folder / "redis", self.hosts.broker_address(), self.hosts.inside_broker, "0.0.0.0")
        super().__init__(folder, batch_dir=self.folder)
        self.server = self.add_server(batch_broker=self.redis.url)
        self.host_of: dict[int, str] = {}
        for host in ("one", "two"):
            self.add_worker_at(host)

    def add_worker_at(self, host: str) -> WorkerProcess:
        """Start a worker on a host."""
        url = self.redis.url.replace(self.hosts.broker_address(), self.hosts.broker_address(host))
        worker = self.add_worker(inside=self.hosts.inside(host), batch_broker=url)
        self.host_of[worker.process.pid] = host
        return worker

    def replace(self, worker: WorkerProcess) -> None:
        """Start a worker where another was, as a supervisor does."""
        self.workers.remove(worker)
        self.add_worker_at(self.host_of[worker.process.pid])

    def middle(self) -> str:
        """Begin a batch and wait until some of it is done."""
        path = begun(self.server, CONTENT)
        until(self.server, path, lambda told: told["rows"]["done"] > 0)
        assert status(self.server, path)["state"] == "running"
        return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("scene"))
    yield made
    made.stop()
    made.redis.stop()
    made.hosts.remove()


@pytest.fixture(scope="module")
def clean(scene: Scene) -> bytes:
    path = begun(scene.server, CONTENT)
    ended(scene.server, path)
    return result(scene.server, path)


def same(server: GunicornServer, path: str, clean: bytes) -> None:
    """The batch ends with the bytes of one without a fault."""
    told = ended(server, path)
    assert told["rows"]["done"] == ROWS
    content = result(server, path)
    assert numbers(content) == list(range(1, ROWS + 1))
    assert content == clean


def test_renderers_are_killed(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    for _ in range(3):
        scene.stopped_renderer()[1].kill()
    same(scene.server, path, clean)


def test_a_worker_is_killed(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    worker, _ = scene.stopped_renderer()
    worker.kill()
    same(scene.server, path, clean)
    scene.replace(worker)


def test_all_workers_are_killed(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    for worker in list(scene.workers):
        worker.kill()
        scene.replace(worker)
    same(scene.server, path, clean)


def test_a_worker_stands_still_and_goes_on(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    worker, renderer = scene.stopped_renderer()
    worker.process.send_signal(signal.SIGSTOP)
    time.sleep(LONG_SECONDS)
    worker.process.send_signal(signal.SIGCONT)
    renderer.resume()
    same(scene.server, path, clean)


def test_a_host_is_unplugged_for_good(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.hosts.cut("one")
    same(scene.server, path, clean)
    scene.hosts.join("one")


def test_all_hosts_are_unplugged_for_a_while(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    for host in ("one", "two"):
        scene.hosts.cut(host)
    time.sleep(LONG_SECONDS)
    for host in ("one", "two"):
        scene.hosts.join(host)
    same(scene.server, path, clean)


def test_the_server_is_unplugged_for_a_while(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.hosts.cut("")
    assert begin(scene.server, rows(1)).told == (503, "BROKER_UNAVAILABLE")
    time.sleep(3)
    scene.hosts.join("")
    same(scene.server, path, clean)
    eventually(lambda: scene.server.ask("GET", "/readyz").json["broker"] == "ready", 60)
    ended(scene.server, begun(scene.server, rows(1)))


def test_the_broker_is_killed_and_has_its_file(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.redis.kill()
    time.sleep(2)
    scene.redis.begin_again()
    same(scene.server, path, clean)


def test_the_broker_is_killed_and_has_lost_all(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.redis.kill()
    time.sleep(2)
    scene.redis.begin_again()
    scene.redis.empty()
    same(scene.server, path, clean)


def test_the_queue_is_emptied(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.redis.empty()
    same(scene.server, path, clean)


def test_the_broker_stands_still_for_a_while(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.redis.pause()
    time.sleep(LONG_SECONDS)
    scene.redis.go_on()
    same(scene.server, path, clean)


def test_the_server_is_killed(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    workers = scene.server.workers()
    scene.server.process.kill()
    for process in workers:
        process.kill()
    scene.server = scene.add_server(batch_broker=scene.redis.url)
    same(scene.server, path, clean)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_each_worker_gets_a_signal(scene: Scene, clean: bytes, number: signal.Signals) -> None:
    path = scene.middle()
    for worker in list(scene.workers):
        worker.process.send_signal(number)
        if number == signal.SIGTERM:
            assert worker.process.wait(60) == 0
            scene.replace(worker)
    same(scene.server, path, clean)


def test_the_server_gets_signals(scene: Scene, clean: bytes) -> None:
    path = scene.middle()
    scene.server.process.send_signal(signal.SIGHUP)
    time.sleep(1)
    scene.server.process.send_signal(signal.SIGTERM)
    assert scene.server.process.wait(60) == 0
    scene.server = scene.add_server(batch_broker=scene.redis.url)
    same(scene.server, path, clean)


def test_the_volume_is_full_for_a_while(scene: Scene, clean: bytes, tmp_path: Path) -> None:
    volume = Volume(tmp_path / "volume", f"size={max(ROWS // 125, 4)}m,nr_inodes=4000")
    other = Cluster(tmp_path, batch_dir=volume.folder, batch_broker=scene.redis.url.replace("/0", "/1"))
    try:
        server, worker = other.add_server(), other.add_worker().ready()
        path = begun(server, CONTENT)
        until(server, path, lambda told: told["rows"]["done"] > 0)
        volume.leave_pages(4)
        eventually(lambda: worker.events("batch_delayed"), 60)
        assert begin(server, CONTENT).told == (503, "INSUFFICIENT_STORAGE")
        assert status(server, path)["state"] == "running"
        volume.empty()
        same(server, path, clean)
    finally:
        other.stop()
        volume.unmount()


def test_a_bucket_does_not_answer_for_a_while(scene: Scene, clean: bytes, tmp_path: Path) -> None:
    bucket = Bucket(tmp_path)
    url = scene.redis.url.replace("/0", "/2")
    other = Cluster(tmp_path, variables=bucket.variables, batch_store=bucket.address, batch_broker=url)
    try:
        server = other.add_server()
        for _ in range(2):
            other.add_worker()
        path = begun(server, CONTENT)
        until(server, path, lambda told: told["rows"]["done"] > 0)
        bucket.suspend()
        time.sleep(LONG_SECONDS)
        bucket.resume()
        same(server, path, clean)
    finally:
        other.stop()
        bucket.stop()
