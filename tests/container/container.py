"""A running image, as compose.yaml has it: read-only, its tmpfs, no capability (namespace.py)."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.container.image import Image
from tests.container.namespace import Root, first_process
from tests.e2e.gunicorn_server import eventually, written_lines
from tools.lib.client import Client

_SERVICE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["docops"]
_TMPFS = dict(each.split(":", 1) for each in _SERVICE["tmpfs"])


class Container:
    """An image that serves on a free port of 127.0.0.1; stopped at the end of ``with``."""

    def __init__(self, image: Image, folder: Path, **settings: str) -> None:
        self.image = image
        self._root = Root(image.folder, image.user, read_only=True, tmpfs=_TMPFS)
        self._out, self._err = folder / "stdout", folder / "stderr"
        # The machine's ports are shared with other servers; an operator would publish one instead.
        self._address = f"127.0.0.1:{_free_port()}"
        self._environ = {**image.environ, "DOCOPS_BIND": self._address, **settings}
        command = self._root.command(image.command, self._environ, image.work_folder)
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self._process = subprocess.Popen(
                command, env={"PATH": os.environ["PATH"]}, stdout=out, stderr=err
            )
        self.pid = first_process(self._process.pid)
        self.client = Client(f"http://{self._address}")

    def __enter__(self) -> "Container":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
        self._process.wait(30)

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return self._err.read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of the server's log."""
        return written_lines(self._out)

    @property
    def work_folder(self) -> Path:
        """Its tmpfs, seen from here."""
        return Path(f"/proc/{self.pid}/root/tmp")

    def is_well(self) -> bool:
        """The result of its health check."""
        return self.run(self.image.health_command).returncode == 0

    def wait_until_well(self) -> None:
        """Wait as an orchestrator does; a container that ended is an error."""

        def well() -> bool:
            assert self._process.poll() is None, self.errors
            return self.is_well()

        eventually(well)

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run ``words`` inside, as ``docker exec`` does."""
        return subprocess.run(self._beside(words), capture_output=True, text=True, check=False)

    @contextmanager
    def running(self, words: Sequence[str]) -> Iterator[None]:
        """Run ``words`` inside for as long as ``with`` lasts; what they leave ends with the container."""
        process = subprocess.Popen(self._beside(words))
        try:
            yield
        finally:
            process.kill()
            process.wait(30)

    def stop(self) -> int:
        """Send the image's stop signal and return the exit code."""
        os.kill(self.pid, signal.Signals[self.image.said["STOPSIGNAL"].text])
        return self._process.wait(60)

    def _beside(self, words: Sequence[str]) -> list[str]:
        return self._root.command_beside(self.pid, words, self._environ, self.image.work_folder)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
