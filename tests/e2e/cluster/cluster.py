"""Servers and workers that share a store and a broker, as on several machines."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually, is_renderer, written_lines


class WorkerProcess:
    """``docops worker`` with ``settings`` as DOCOPS_ variables, ``variables`` as they are."""

    def __init__(
        self,
        folder: Path,
        variables: Mapping[str, str] | None = None,
        inside: tuple[str, ...] = (),
        arguments: tuple[str, ...] = (),
        **settings: Any,
    ) -> None:
        self.work_folder = folder / "work"
        self.work_folder.mkdir(parents=True)
        self._out, self._err = folder / "stdout", folder / "stderr"
        environ = {key: value for key, value in os.environ.items() if not key.startswith("DOCOPS_")}
        environ |= {"TMPDIR": str(self.work_folder), "HOME": str(folder)}
        environ |= {f"DOCOPS_{name.upper()}": str(value) for name, value in settings.items()}
        environ |= variables or {}
        command = (*inside, sys.executable, "-m", "docops_flask", "worker", *arguments)
        with self._out.open("ab") as out, self._err.open("ab") as err:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=err)

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return written_lines(self._out)

    @property
    def errors(self) -> str:
        """Standard error so far."""
        return self._err.read_text()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The lines of its log about an event."""
        return [line for line in self.log if line["event"] == name]

    def ready(self) -> "WorkerProcess":
        """Wait until it has begun."""

        def has_begun() -> bool:
            assert self.process.poll() is None, self.errors
            return bool(self.events("worker"))

        eventually(has_begun, 60)
        return self

    def renderers(self) -> list[psutil.Process]:
        """Its renderers."""
        try:
            return [each for each in psutil.Process(self.process.pid).children() if is_renderer(each)]
        except psutil.NoSuchProcess:
            return []

    def leftovers(self) -> list[str]:
        """What lies in its work folder beside locks."""
        return sorted(path.name for path in self.work_folder.iterdir() if path.suffix != ".lock")

    def kill(self) -> None:
        """Kill it as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Stop it as a service manager does; return the exit code."""
        if self.process.poll() is None:
            for renderer in self.renderers():
                with suppress(psutil.NoSuchProcess):
                    renderer.resume()
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
                self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Cluster:
    """Servers and workers of one store."""

    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None, **settings: Any) -> None:
        """``settings`` and ``variables`` are those of each."""
        self._folder = folder
        self._variables = variables
        self._settings = settings
        self.servers: list[GunicornServer] = []
        self.workers: list[WorkerProcess] = []
        self._count = 0

    def add_server(self, **settings: Any) -> GunicornServer:
        """Start a server."""
        self._count += 1
        server = GunicornServer(
            self._folder / f"server{self._count}",
            variables=self._variables,
            workers=1,
            **{**self._settings, **settings},
        )
        self.servers.append(server)
        return server

    def add_worker(self, **given: Any) -> WorkerProcess:
        """Start a worker."""
        self._count += 1
        place = self._folder / f"worker{self._count}"
        worker = WorkerProcess(place, **{"variables": self._variables, **self._settings, **given})
        self.workers.append(worker)
        return worker

    def stopped_renderer(self) -> tuple[WorkerProcess, psutil.Process]:
        """Stop a renderer at work (SIGSTOP); return its worker and it."""

        def found() -> tuple[WorkerProcess, psutil.Process] | None:
            for worker in self.workers:
                for renderer in worker.renderers():
                    with suppress(psutil.NoSuchProcess):
                        renderer.suspend()
                        return worker, renderer
            return None

        stopped: tuple[WorkerProcess, psutil.Process] = eventually(found, 60)
        return stopped

    def bury(self) -> None:
        """Forget those that have ended."""
        for server in self.servers:
            if server.process.poll() is not None:
                server.stop()
        self.servers = [each for each in self.servers if each.process.poll() is None]
        self.workers = [each for each in self.workers if each.process.poll() is None]

    def stop(self) -> None:
        """End all."""
        for worker in self.workers:
            worker.stop()
        for server in self.servers:
            server.stop()
