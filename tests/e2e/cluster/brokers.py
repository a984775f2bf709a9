"""Real brokers on loopback: Debian's Redis and RabbitMQ, with their files in a folder of the test."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import require
from tests.e2e.gunicorn_server import eventually


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def is_answering(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections at ``port``."""
    with socket.socket() as trying:
        trying.settimeout(0.5)
        return trying.connect_ex((host, port)) == 0


class Redis:
    """A redis-server that appends what it is told to a file, as Debian's with ``appendonly yes``."""

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        inside: tuple[str, ...] = (),
        bind: str | None = None,
    ) -> None:
        """Start it; ``inside`` is a command that runs it elsewhere (a network namespace)."""
        require(
            shutil.which("redis-server") is not None, "redis-server is not installed (Debian: redis-server)"
        )
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._host = host
        self._bind = bind or host
        self._inside = inside
        self._port = free_port()
        self.url = f"redis://{host}:{self._port}/0"
        self.process = self._begin()

    def _begin(self) -> "subprocess.Popen[bytes]":
        where = ("--bind", self._bind, "--port", str(self._port), "--dir", str(self.folder))
        lasting = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
        command = (*self._inside, "redis-server", *where, *lasting, "--protected-mode", "no")
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        eventually(lambda: self.ask("ping") == "PONG", 60)
        return process

    def ask(self, *words: str) -> str:
        """The answer to a command."""
        host = "127.0.0.1" if self._bind == "0.0.0.0" else self._host
        command = (*self._inside, "redis-cli", "-h", host, "-p", str(self._port), *words)
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def kill(self) -> None:
        """Kill it as a crash would."""
        self.process.kill()
        self.process.wait()

    def begin_again(self) -> None:
        """Start it with the files it has."""
        self.process = self._begin()

    def pause(self) -> None:
        """Have it answer nobody (SIGSTOP)."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Have it answer again."""
        self.process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Remove all that it holds."""
        assert self.ask("flushall") == "OK"

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)


class RabbitMQ:
    """A rabbitmq-server as its own user, which alone can read its cookie."""

    def __init__(self, folder: Path) -> None:
        require(shutil.which("rabbitmq-server") is not None, "rabbitmq-server is not installed")
        require(os.geteuid() == 0, "RabbitMQ runs as a user of its own, which root alone can become")
        account = pwd.getpwnam("rabbitmq")
        self.folder = folder
        folder.mkdir(parents=True)
        # Folders above those of a test are private to its user.
        for name in ("data", "log"):
            (folder / name).mkdir()
            os.chown(folder / name, account.pw_uid, account.pw_gid)
        self._port, self._distribution = free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"
        self._account = account
        self._environ = self._variables()
        # Erlang would start this itself, as a process that stays.
        self._mapper = self._run("epmd", "-address", "127.0.0.1", "-port", self._environ["ERL_EPMD_PORT"])
        self.process = self._begin()

    def _variables(self) -> Mapping[str, str]:
        config = self.folder / "rabbitmq.conf"
        config.write_text(f"listeners.tcp.1 = 127.0.0.1:{self._port}\n")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "data"),
            "RABBITMQ_NODENAME": f"docops{self._port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _begin(self) -> "subprocess.Popen[bytes]":
        process = self._run("/usr/lib/rabbitmq/bin/rabbitmq-server")
        eventually(lambda: process.poll() is None and is_answering(self._port), 60)
        return process

    def _run(self, *words: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "output").open("ab") as log:
            return subprocess.Popen(
                words,
                env=dict(self._environ),
                cwd=self.folder / "data",
                stdout=log,
                stderr=log,
                user=self._account.pw_uid,
                group=self._account.pw_gid,
                extra_groups=[],
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it as a crash would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        eventually(lambda: not is_answering(self._port))

    def begin_again(self) -> None:
        """Start it with the files it has."""
        self.process = self._begin()

    def stop(self) -> None:
        """End it."""
        self.kill()
        self._mapper.kill()
        self._mapper.wait()
