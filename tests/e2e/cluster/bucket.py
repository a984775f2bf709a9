"""A server that speaks S3 on loopback: moto's, in a process of its own, one request after the other."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import ROOT, require_package
from tests.e2e.cluster.brokers import free_port, is_answering
from tests.e2e.gunicorn_server import eventually

# Two conditional puts at once both succeed in moto, which keeps no lock; in a bucket one of them does.
_SERVE = """
import sys, threading
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

moto, lock = DomainDispatcherApplication(create_backend_app), threading.Lock()

def one_at_a_time(environ, start_response):
    with lock:
        return list(moto(environ, start_response))

run_simple("127.0.0.1", int(sys.argv[1]), one_at_a_time, threaded=True)
"""
_MAKE = "import boto3; boto3.client('s3').create_bucket(Bucket='office')"


class Bucket:
    """The bucket ``office``; what it holds is gone with its server."""

    address = "s3://office/batches"

    def __init__(self, folder: Path) -> None:
        require_package("moto")
        require_package("obstore")
        self._port = free_port()
        self._log = (folder / "s3.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, str(self._port)],
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
        )
        eventually(lambda: is_answering(self._port), 60)
        subprocess.run([sys.executable, "-c", _MAKE], env={**self.variables}, check=True)

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables by which clients find it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "docops-secret",
        }

    def suspend(self) -> None:
        """Have it answer nobody."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._log.close()
