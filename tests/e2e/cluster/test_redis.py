"""Two servers and two workers on Redis and a shared folder: whatever dies, each row is done once."""

import json
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import require_package
from tests.e2e.cluster.brokers import Redis
from tests.e2e.cluster.cluster import Cluster
from tests.e2e.gunicorn_server import eventually
from tests.e2e.test_batches_under_gunicorn import begin, begun, ended, numbers, result, rows, status, until

ROWS, POISONED = 600, 6


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    broker = Redis(tmp_path_factory.mktemp("redis"))
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("batches")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, redis: Redis, folder: Path) -> Iterator[Cluster]:
    require_package("celery")
    made = Cluster(tmp_path_factory.mktemp("cluster"), batch_dir=folder, batch_broker=redis.url)
    yield made
    made.stop()


@pytest.fixture(autouse=True)
def both(cluster: Cluster) -> None:
    """Two servers and two workers live when a test begins, whatever the one before has killed."""
    cluster.bury()
    while len(cluster.servers) < 2:
        cluster.add_server(enable_metrics=1)
    while len(cluster.workers) < 2:
        cluster.add_worker()
    # Each server tries its cell with a renderer when it starts.
    eventually(lambda: all(each.sandbox_log for each in cluster.servers), 60)


@pytest.fixture
def clean(cluster: Cluster, results: list[bytes]) -> bytes:
    """The result of a batch without a fault, made by the first test that asks for it."""
    if not results:
        path = begun(cluster.servers[0], rows(ROWS, POISONED))
        assert ended(cluster.servers[0], path)["rows"]["failed"] == POISONED
        results.append(result(cluster.servers[0], path))
    return results[0]


@pytest.fixture(scope="module")
def results() -> list[bytes]:
    return []


def test_workers_do_what_any_server_takes(cluster: Cluster, clean: bytes) -> None:
    first, second = cluster.servers
    assert numbers(clean) == list(range(1, ROWS + 1))
    path = begun(first, rows(250))
    assert ended(second, path)["rows"]["ok"] == 250
    assert first.renderers() == second.renderers() == []
    told = second.ask("GET", "/readyz").json
    assert (told["batches"], told["broker"]) == ("ready", "ready")
    eventually(lambda: _has_no_work(second.ask("GET", "/metrics").body), 60)
    lines = [[*each.log, *each.batch_log] for each in cluster.servers]
    logs = json.dumps([*lines, *(each.log for each in cluster.workers)], ensure_ascii=False)
    assert "公司" not in logs
    assert path.rpartition("/")[2] not in logs


def _has_no_work(metrics: bytes) -> bool:
    """Whether metrics, which are some seconds old, tell of batches that have all ended."""
    completed = re.search(rb'docops_batches\{state="completed"\} [1-9]', metrics)
    return completed is not None and b"docops_batch_missing_seconds 0.0" in metrics


def test_one_key_from_clients_of_two_servers_is_one_batch(cluster: Cluster, folder: Path) -> None:
    content = rows(3)
    before = len(list(folder.glob("*/job.json")))
    with ThreadPoolExecutor(8) as clients:
        servers = cluster.servers * 4
        answers = list(clients.map(lambda each: begin(each, content, key="order 7"), servers))
    assert {each.status for each in answers} == {202}
    (path,) = {str(each.headers["Location"]) for each in answers}
    assert len(list(folder.glob("*/job.json"))) == before + 1
    assert begin(cluster.servers[1], rows(4), key="order 7").told == (409, "IDEMPOTENCY_CONFLICT")
    ended(cluster.servers[0], path)
    assert cluster.servers[1].ask("DELETE", path).status == 204
    assert cluster.servers[0].ask("GET", path).told == (404, "NOT_FOUND")
    again = begin(cluster.servers[0], content, key="order 7")
    assert (again.status, again.headers["Location"] == path) == (202, False)
    ended(cluster.servers[1], str(again.headers["Location"]))


def test_a_batch_is_cancelled_in_each_state(cluster: Cluster, clean: bytes) -> None:
    first, second = cluster.servers
    for worker in cluster.workers:
        worker.process.send_signal(signal.SIGSTOP)
    path = begun(first, rows(ROWS, POISONED))
    assert status(second, path)["state"] == "planning"
    assert second.ask("POST", f"{path}/cancel").status == 202
    assert ended(first, path)["state"] == "cancelled"
    assert first.ask("POST", f"{path}/resume").json["state"] == "planning"
    for worker in cluster.workers:
        worker.process.send_signal(signal.SIGCONT)
    until(first, path, lambda told: told["rows"]["done"] > 0)
    _, renderer = cluster.stopped_renderer()
    assert second.ask("POST", f"{path}/cancel").status == 202
    eventually(lambda: not renderer.is_running(), 60)
    told = ended(first, path)
    assert (told["state"], 0 < told["rows"]["done"] < ROWS) == ("cancelled", True)
    assert len(numbers(result(second, path))) == told["rows"]["done"]
    assert second.ask("POST", f"{path}/resume").status == 202
    assert ended(first, path)["state"] == "completed"
    assert result(second, path) == clean
    for action in ("cancel", "resume"):
        assert first.ask("POST", f"{path}/{action}").json["state"] == "completed"
    failed = begun(first, "甲方,电话\nA,1\n".encode())
    assert ended(second, failed)["error"]["code"] == "ROWS_INVALID"


def test_workers_that_are_stopped_or_begin_anew_leave_nothing_undone(cluster: Cluster, clean: bytes) -> None:
    server = cluster.servers[0]
    path = begun(server, rows(ROWS, POISONED))
    until(server, path, lambda told: told["rows"]["done"] > 0)
    anew, renderer = cluster.stopped_renderer()
    anew.process.send_signal(signal.SIGHUP)
    (other,) = (each for each in cluster.workers if each is not anew)
    other.process.send_signal(signal.SIGTERM)
    # A chunk at work is done to its end.
    renderer.resume()
    assert other.process.wait(60) == 0
    assert other.leftovers() == []
    cluster.workers.remove(other)
    cluster.add_worker()
    assert ended(server, path)["rows"]["done"] == ROWS
    assert result(server, path) == clean
    eventually(lambda: len(anew.events("worker")) == 2, 60)
    assert anew.process.poll() is None


def test_whatever_dies_each_row_is_done_once(
    cluster: Cluster, redis: Redis, clean: bytes, folder: Path
) -> None:
    first, second = cluster.servers
    path = begun(first, rows(ROWS, POISONED))
    until(first, path, lambda told: told["rows"]["done"] > 0)
    cluster.stopped_renderer()[1].kill()
    worker, _ = cluster.stopped_renderer()
    worker.kill()
    cluster.workers.remove(worker)
    server_workers = first.workers()
    first.process.kill()
    for process in server_workers:
        process.kill()
    assert status(second, path)["state"] == "running"
    _, renderer = cluster.stopped_renderer()
    redis.kill()
    assert begin(second, rows(1)).told == (503, "BROKER_UNAVAILABLE")
    assert len(list(folder.glob("*/job.draft"))) == 0
    eventually(lambda: second.ask("GET", "/readyz").json["broker"] == "unavailable", 60)
    redis.begin_again()
    redis.empty()
    renderer.resume()
    cluster.add_worker()
    assert ended(second, path)["rows"]["done"] == ROWS
    assert result(second, path) == clean
    assert numbers(result(second, path)) == list(range(1, ROWS + 1))
    assert any(line["event"] == "batch_sent_again" for line in second.batch_log)
    for each in cluster.workers:
        assert each.stop() == 0
        eventually(lambda each=each: each.leftovers() == [])  # type: ignore[misc]
