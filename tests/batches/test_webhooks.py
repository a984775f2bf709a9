"""Webhooks: signed as Standard Webhooks says, to named hosts alone, tried six times."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.status import status_of
from docops_flask.batches.webhooks import (
    PAUSES,
    Webhooks,
    check_url,
    read_secret,
    secret_of_server,
    signature,
)
from docops_flask.engine.errors import InvalidArgument
from tests.batches.conftest import Office, rows_of

SECRET = b"0" * 32


class Receiver(HTTPServer):
    """Answers with the statuses that it is given, in their order, and keeps what it got."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: list[int] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers.items()), body))
        self.send_response(self.server.statuses.pop(0))
        self.send_header("Location", f"{self.server.origin}/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def ended_batch(office: Office, url: str) -> BatchFolder:
    batch = office.begin(rows_of({}, 1), webhook_url=url)
    (batch.path / "cancelled").touch()
    office.finish(batch)
    return batch


def test_the_signature_is_that_of_the_published_example(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    told = signature(read_secret(file), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!", base64.b64encode(b"short").decode(), "é"])
def test_a_secret_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret").write_text(text)
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        read_secret(tmp_path / "secret")


def test_a_secret_that_renderers_could_get_at_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_" + base64.b64encode(SECRET).decode())
    assert secret_of_server(file, "spawn") == SECRET
    assert secret_of_server(None, "fork") == b""
    with pytest.raises(ValueError, match="share the server's memory"):
        secret_of_server(file, "fork")
    with pytest.raises(ValueError, match="renderers may read"):
        secret_of_server(Path(base64.__file__), "spawn")


@pytest.mark.parametrize(
    "url",
    [
        "https://office.example.evil.example/",
        "http://office.example/",
        "https://office.example:444/",
        "https://user@office.example/",
        "https://office.example@evil.example/",
        "https://evil.example\\@office.example/",
        "https://office.example/#x",
        "https://office.example/\r\nX: y",
        "https://office.example:x/",
        "https://[office.example/",
        "ftp://office.example/",
        "//office.example/",
        "https://office.example/" + "x" * 2000,
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidArgument):
        check_url(url, ["https://office.example"])
    with pytest.raises(InvalidArgument):
        check_url("https://office.example/", [])


def test_named_hosts_are_accepted() -> None:
    origins = ["https://office.example", "http://10.0.0.5:8080"]
    for url in ("https://office.example", "https://OFFICE.example:443/a?b=c", "http://10.0.0.5:8080/x"):
        assert check_url(url, origins) == url


def test_a_message_is_sent_again_with_the_same_id_until_it_is_taken(
    office: Office, receiver: Receiver
) -> None:
    batch = ended_batch(office, f"{receiver.origin}/a?b=c")
    receiver.statuses = [500, 204]
    states: list[str] = []
    webhooks = Webhooks(office.store, [receiver.origin], SECRET, states.append, (0.0, 0.0, 0.0))
    for _ in range(4):
        webhooks.deliver_due()
    assert states == ["delivered"]
    assert status_of(batch)["webhook"] == {
        "state": "delivered",
        "attempts": 2,
        "status": 204,
        "problem": None,
    }
    (first, headers, body), (_, again, _) = receiver.got
    assert first == "/a?b=c"
    assert headers["webhook-id"] == again["webhook-id"]
    told = signature(SECRET, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == told
    assert json.loads(body)["data"]["id"] == batch.id
    assert json.loads(body)["type"] == "batch.cancelled"


def test_a_redirect_is_not_followed_and_the_last_refusal_ends_it(office: Office, receiver: Receiver) -> None:
    batch = ended_batch(office, receiver.origin)
    receiver.statuses = [302] * 6
    states: list[str] = []
    webhooks = Webhooks(office.store, [receiver.origin], SECRET, states.append, (0.0,) * 6)
    for _ in range(8):
        webhooks.deliver_due()
    assert [path for path, _, _ in receiver.got] == ["/"] * 6
    assert states == ["failed"]
    assert status_of(batch)["webhook"]["status"] == 302


def test_tries_are_spread_over_an_hour(office: Office, receiver: Receiver) -> None:
    assert (len(PAUSES), sum(PAUSES)) == (6, 3600)
    ended_batch(office, receiver.origin)
    receiver.statuses = [500, 500]
    webhooks = Webhooks(office.store, [receiver.origin], SECRET)
    webhooks.deliver_due()
    webhooks.deliver_due()
    assert len(receiver.got) == 1


def test_a_host_that_does_not_answer_is_told_in_the_status(office: Office) -> None:
    batch = ended_batch(office, "http://127.0.0.1:9")
    Webhooks(office.store, ["http://127.0.0.1:9"], SECRET).deliver_due()
    told: Any = status_of(batch)["webhook"]
    assert (told["state"], told["attempts"], told["problem"]) == ("pending", 1, "ConnectionRefusedError")


def test_a_host_that_is_named_no_longer_is_not_called(office: Office, receiver: Receiver) -> None:
    ended_batch(office, receiver.origin)
    Webhooks(office.store, ["https://other.example"], SECRET).deliver_due()
    assert receiver.got == []
