"""Tells a client's server that a batch has ended: one signed POST, tried again for an hour.

Source: Standard Webhooks 1.0.0 (headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``; the
signature ``v1`` is HMAC-SHA256 of id, timestamp and body with dots between, in base64; a secret is ``whsec_``
and 24 to 64 bytes in base64). Only hosts that the operator names are called, and redirects are not followed,
so that no client has this server call another inside its network.
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from docops_flask import __version__
from docops_flask.batches import durable
from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.status import status_of
from docops_flask.batches.store import Store
from docops_flask.batches.webhook_state import Delivery, delivery_of, keep_delivery
from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.sandbox.sandbox import readable_paths
from docops_flask.logs.events import log_event, place_of

FIELD = "webhook_url"
MAX_URL = 2000
# Pauses before the six tries, in seconds; an hour in all.
PAUSES = (0.0, 10.0, 60.0, 300.0, 900.0, 2330.0)
_ANSWER_SECONDS = 15.0
_ANSWER_BYTES = 4096
_LOOK_SECONDS = 1.0
_SECRET_PREFIX = "whsec_"
_URL = re.compile(r"https?://[!-~]+")


def secret_of_server(file: Path | None, start_method: str) -> bytes:
    """Return the secret of ``DOCOPS_WEBHOOK_SECRET_FILE``, which no renderer can get at; b"" without one.

    ``start_method`` is that of renderers. Raises ``ValueError`` with what is accepted, ``OSError``.
    """
    if file is None:
        return b""
    if start_method == "fork":
        raise ValueError(
            "cannot be used with DOCOPS_MP_START=fork, where renderers share the server's memory"
        )
    if any(file.resolve().is_relative_to(path) for path in readable_paths()):
        raise ValueError("lies in a folder that renderers may read; move it elsewhere")
    return read_secret(file)


def read_secret(path: Path) -> bytes:
    """Return the secret of a file; raises ``ValueError`` with what is accepted, ``OSError``."""
    text = path.read_text("ascii", errors="replace").strip().removeprefix(_SECRET_PREFIX)
    try:
        secret = base64.b64decode(text, validate=True)
    except ValueError:
        secret = b""
    if not 24 <= len(secret) <= 64:
        raise ValueError("the file has to hold whsec_ and 24 to 64 bytes in base64")
    return secret


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header ``webhook-signature`` of a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


def check_url(url: str, origins: Sequence[str]) -> str:
    """Return ``url`` where one of ``origins`` may be called; raises ``InvalidArgument``."""
    if not origins:
        raise InvalidArgument(f"{FIELD}: this server sends none (DOCOPS_WEBHOOK_HOSTS).", field=FIELD)
    if len(url) > MAX_URL or _URL.fullmatch(url) is None or _origin(url) not in origins:
        raise InvalidArgument(
            f"{FIELD}: {echo(url)} cannot be called; use an address of a host that DOCOPS_WEBHOOK_HOSTS "
            "names, without user, password and fragment.",
            field=FIELD,
            value=echo(url),
        )
    return url


def _origin(url: str) -> str | None:
    """Return the origin of a URL without user and fragment, its default port left out."""
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return None
    if split.username is not None or split.password is not None or "#" in url or "\\" in url:
        return None
    host = split.hostname or ""
    host = f"[{host}]" if ":" in host else host
    default = {"http": 80, "https": 443}[split.scheme]
    return f"{split.scheme}://{host}" + ("" if port in (None, default) else f":{port}")


class Webhooks:
    """Sends the messages of ended batches, in a thread of its own from ``open`` to ``close``."""

    def __init__(
        self,
        store: Store,
        origins: Sequence[str],
        secret: bytes,
        on_end: Callable[[str], None] = lambda _state: None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """``on_end`` is given the state of each delivery that has ended: ``delivered`` or ``failed``."""
        self._store = store
        self._origins = origins
        self._secret = secret
        self._on_end = on_end
        self._pauses = pauses
        self._closing = threading.Event()

    def open(self) -> None:
        """Start the thread, where there are hosts."""
        self._closing.clear()
        if self._origins:
            threading.Thread(target=self._run, name="docops-webhooks", daemon=True).start()

    def close(self) -> None:
        """Have the thread end after its present attempt; one that is cut off is made again."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            try:
                self.deliver_due()
            except Exception as error:
                log_event("webhook_delayed", inner=place_of(type(error), error.__traceback__))

    def deliver_due(self) -> None:
        """Make the attempts that are due."""
        for batch in self._store.all():
            try:
                self._deliver(batch)
            except FileNotFoundError:
                # It was removed meanwhile.
                continue

    def _deliver(self, batch: BatchFolder) -> None:
        if not (batch.path / "done.json").exists():
            return
        url = batch.record().webhook_url
        if url is None or _origin(url) not in self._origins:
            return
        with durable.claimed(batch.claim("webhook")) as is_ours:
            done = batch.done()
            if not is_ours or done is None:
                return
            delivery = delivery_of(batch, done.number)
            if delivery.state != "pending" or time.time() < delivery.next_at:
                return
            message_id = f"msg_{hashlib.sha256(f'{batch.id}.{done.number}'.encode()).hexdigest()[:32]}"
            delivery = self._attempt(delivery, url, message_id, _body(batch, done.state, done.ended_at))
            keep_delivery(batch, delivery)
        if delivery.state != "pending":
            self._on_end(delivery.state)
            log_event("webhook", batch=batch.short_id, state=delivery.state, attempts=delivery.attempts)

    def _attempt(self, delivery: Delivery, url: str, message_id: str, body: bytes) -> Delivery:
        status, problem = None, None
        try:
            status = self._post(url, message_id, body)
        except (OSError, http.client.HTTPException) as error:
            problem = type(error).__name__
        attempts = delivery.attempts + 1
        if status is not None and 200 <= status < 300:
            return Delivery(delivery.number, attempts, 0.0, "delivered", status)
        if attempts >= len(self._pauses):
            return Delivery(delivery.number, attempts, 0.0, "failed", status, problem)
        next_at = time.time() + self._pauses[attempts]
        return Delivery(delivery.number, attempts, next_at, "pending", status, problem)

    def _post(self, url: str, message_id: str, body: bytes) -> int:
        """Send a message once; return the status of the answer. Raises ``OSError``, ``HTTPException``."""
        split = urlsplit(url)
        kind = http.client.HTTPSConnection if split.scheme == "https" else http.client.HTTPConnection
        connection = kind(split.hostname or "", split.port, timeout=_ANSWER_SECONDS)
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"docops/{__version__}",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, message_id, timestamp, body),
        }
        try:
            path = (split.path or "/") + (f"?{split.query}" if split.query else "")
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(_ANSWER_BYTES)
            return answer.status
        finally:
            connection.close()


def _body(batch: BatchFolder, state: str, ended_at: float) -> bytes:
    """Return the message: type, time and the status of the batch, the same at each attempt."""
    status = status_of(batch)
    status.pop("webhook", None)
    told = {
        "type": f"batch.{state}",
        "timestamp": datetime.fromtimestamp(ended_at, UTC).isoformat(timespec="milliseconds"),
        "data": status,
    }
    return json.dumps(told, ensure_ascii=False).encode()
