"""Workers on RabbitMQ: as on Redis (``test_redis``), but what a killed worker had comes back at once."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require_package
from tests.e2e.cluster.brokers import RabbitMQ
from tests.e2e.cluster.cluster import Cluster
from tests.e2e.test_batches_under_gunicorn import begin, begun, ended, numbers, result, rows, until


@pytest.fixture
def rabbitmq() -> Iterator[RabbitMQ]:
    require_package("celery")
    # Its user may not enter the folders of tests.
    with tempfile.TemporaryDirectory(prefix="docops-rabbitmq-") as folder:
        Path(folder).chmod(0o755)
        broker = RabbitMQ(Path(folder) / "broker")
        yield broker
        broker.stop()


def test_a_killed_worker_and_a_killed_broker_change_nothing(tmp_path: Path, rabbitmq: RabbitMQ) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    cluster = Cluster(tmp_path, batch_dir=folder, batch_broker=rabbitmq.url)
    try:
        server = cluster.add_server()
        for _ in range(2):
            cluster.add_worker()
        clean = begun(server, rows(400, 4))
        ended(server, clean)
        path = begun(server, rows(400, 4))
        until(server, path, lambda told: told["rows"]["done"] > 0)
        worker, _ = cluster.stopped_renderer()
        worker.kill()
        cluster.workers.remove(worker)
        _, renderer = cluster.stopped_renderer()
        rabbitmq.kill()
        assert begin(server, rows(1)).told == (503, "BROKER_UNAVAILABLE")
        rabbitmq.begin_again()
        renderer.resume()
        assert ended(server, path)["rows"]["done"] == 400
        assert numbers(result(server, path)) == list(range(1, 401))
        assert result(server, path) == result(server, clean)
        # The server's old connection is noticed.
        assert ended(server, begun(server, rows(3)))["rows"]["ok"] == 3
    finally:
        cluster.stop()
