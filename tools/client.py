"""A client of the service's HTTP interface, from the standard library alone."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; raises ``ValueError`` when it is none."""
        return json.loads(self.body)


class Client:
    """Sends requests to the service at ``base_url``; ``timeout_seconds`` holds for each step of one."""

    def __init__(self, base_url: str, timeout_seconds: float = 90) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a base URL: {base_url!r}; use http://host:port")
        self._connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._timeout_seconds = timeout_seconds

    def get(self, path: str) -> Answer:
        """Return the answer to ``GET path``; raises ``OSError`` when there is none."""
        return self._request("GET", path, None, {})

    def post_files(
        self, path: str, files: Mapping[str, Path], fields: Mapping[str, str] | None = None
    ) -> Answer:
        """Post ``files`` (part name to file) and form ``fields`` as multipart/form-data (RFC 7578)."""
        boundary = uuid.uuid4().hex
        body = multipart_body(boundary, files, fields or {})
        return self._request(
            "POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        )

    def _request(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = self._connection_class(self._host, self._port, timeout=self._timeout_seconds)
        try:
            connection.request(method, self._prefix + path, body, dict(headers))
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, names, response.read())
        finally:
            connection.close()


def multipart_body(boundary: str, files: Mapping[str, Path], fields: Mapping[str, str]) -> bytes:
    """Return the body that holds ``fields`` and then ``files``."""
    parts = []
    for name, value in fields.items():
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        )
    for name, path in files.items():
        filename = path.name.replace("\\", "%5C").replace('"', "%22")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + path.read_bytes() + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
