"""Batches in a bucket (S3): no folder is shared, and the bytes are those of a folder."""

import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import require_package
from tests.e2e.cluster.brokers import Redis, free_port
from tests.e2e.cluster.bucket import Bucket
from tests.e2e.cluster.cluster import Cluster
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.e2e.test_batches_under_gunicorn import begin, begun, ended, numbers, result, rows, until

ROWS = 400


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    made = Bucket(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    require_package("celery")
    broker = Redis(tmp_path / "redis")
    yield broker
    broker.stop()


def rows_done(port: int) -> float:
    """How many rows a worker has done, by the metrics that it serves at ``port``."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("docops_batch_rows_total{"))


def environ_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def test_a_bucket_in_place_of_a_folder(tmp_path: Path, bucket: Bucket, redis: Redis) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    plain = GunicornServer(tmp_path / "plain", batch_dir=folder)
    cluster = Cluster(
        tmp_path, variables=bucket.variables, batch_store=bucket.address, batch_broker=redis.url
    )
    try:
        servers = [cluster.add_server() for _ in range(2)]
        ports = [free_port() for _ in range(2)]
        for port in ports:
            cluster.add_worker(arguments=("--bind", f"127.0.0.1:{port}"))
        content = rows(ROWS, 4)
        of_folder = begun(plain, content)
        with ThreadPoolExecutor(6) as clients:
            answers = list(clients.map(lambda each: begin(each, content, key="order 7"), servers * 3))
        assert {each.status for each in answers} == {202}
        (path,) = {str(each.headers["Location"]) for each in answers}
        ended(plain, of_folder)
        assert ended(servers[0], path)["rows"]["failed"] == 4
        assert sum(map(rows_done, ports)) >= ROWS
        assert result(servers[1], path) == result(plain, of_folder)
        whole = result(servers[1], path)
        some = servers[0].ask("GET", f"{path}/result.zip", Range="bytes=1000-")
        assert (some.status, some.body) == (206, whole[1000:])
        # Killed in the middle, cancelled, resumed, erased.
        other = begun(servers[0], content)
        until(servers[0], other, lambda told: told["rows"]["done"] > 0)
        worker, renderer = cluster.stopped_renderer()
        of_worker, of_renderer = map(environ_of, (worker.process.pid, renderer.pid))
        for secret in (redis.url.encode(), b"docops-secret"):
            assert secret in of_worker
            assert secret not in of_renderer
        worker.kill()
        cluster.workers.remove(worker)
        assert servers[1].ask("POST", f"{other}/cancel").status == 202
        ended(servers[0], other)
        assert servers[1].ask("POST", f"{other}/resume").status == 202
        assert ended(servers[0], other)["state"] == "completed"
        assert numbers(result(servers[1], other)) == list(range(1, ROWS + 1))
        assert result(servers[1], other) == whole
        assert servers[0].ask("DELETE", other).status == 204
        assert servers[1].ask("GET", other).told == (404, "NOT_FOUND")
        bucket.stop()
        assert begin(servers[0], rows(1)).told == (503, "INSUFFICIENT_STORAGE")
        eventually(lambda: servers[0].ask("GET", "/readyz").json["batches"] == "unavailable", 60)
    finally:
        cluster.stop()
        plain.stop()
