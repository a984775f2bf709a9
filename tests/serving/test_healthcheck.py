"""The health check asks the server of its environment, wherever that listens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from docops_flask.serving import healthcheck

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def answering(
    family: socket.AddressFamily, address: str | tuple[str, int], answer: bytes
) -> Iterator[tuple[Any, list[str]]]:
    """A server that gives one ``answer``; the value is what it was asked, line by line."""
    with socket.socket(family) as listener:
        listener.bind(address)
        listener.listen()
        asked: list[str] = []

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                asked.extend(connection.recv(4096).decode().splitlines())
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname(), asked
        finally:
            thread.join(30)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_server_that_answers_is_well(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    # A container may have these for others; a health check goes nowhere but to its own server.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with answering(socket.AF_INET, ("127.0.0.1", 0), OK) as ((_, port), asked):
        monkeypatch.setenv("DOCOPS_BIND", f"{host}:{port}")
        healthcheck.main()
    assert asked[0] == "GET /healthz HTTP/1.1"


def test_ipv6_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(socket.AF_INET6, ("::1", 0), OK) as ((_, port, *_rest), _asked):
        monkeypatch.setenv("DOCOPS_BIND", f"[::]:{port}")
        healthcheck.main()


def test_so_is_a_socket_in_the_file_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "docops.sock")
    with answering(socket.AF_UNIX, path, OK):
        monkeypatch.setenv("DOCOPS_BIND", f"unix:{path}")
        healthcheck.main()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (BROKEN, "it answered 500"),
        (b"", "Remote end closed connection without response"),
        (b"SSH-2.0-OpenSSH\r\n", "SSH-2.0-OpenSSH"),
    ],
)
def test_any_other_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch, answer: bytes, said: str) -> None:
    with answering(socket.AF_INET, ("127.0.0.1", 0), answer) as ((_, port), _asked):
        bind = f"127.0.0.1:{port}"
        monkeypatch.setenv("DOCOPS_BIND", bind)
        with pytest.raises(SystemExit) as end:
            healthcheck.main()
    assert str(end.value.code).strip() == f"/healthz at {bind}: {said}"


@pytest.mark.parametrize("bind", ["127.0.0.1:1", "unix:/nowhere/docops.sock"])
def test_so_is_none(monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("DOCOPS_BIND", bind)
    with pytest.raises(SystemExit, match=r"\A/healthz at .*\[Errno "):
        healthcheck.main()


def test_a_setting_the_server_would_not_start_with_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCOPS_BIND", "8000")
    with pytest.raises(SystemExit, match=r"\ADOCOPS_BIND: "):
        healthcheck.main()
