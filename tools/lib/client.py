"""A client of the service's HTTP interface, from the standard library alone."""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import SplitResult, unquote, urlsplit

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the server: status, headers (names in lower case) and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body parsed as JSON; raises ``ValueError`` when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to be sent: name and content."""

    filename: str
    content: bytes

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the file at ``path``; raises ``OSError``."""
        return cls(path.name, path.read_bytes())


@dataclass(frozen=True, slots=True)
class Form:
    """The body of a multipart/form-data request, and the content type that names its boundary."""

    body: bytes
    content_type: str

    @classmethod
    def of(cls, files: Mapping[str, Path | FilePart], fields: Mapping[str, str]) -> Self:
        """Return the form of ``files`` (by part name) and ``fields``."""
        boundary = uuid.uuid4().hex
        return cls(multipart_body(boundary, files, fields), f"multipart/form-data; boundary={boundary}")


class Client:
    """Sends requests to the service at ``base_url``; ``timeout_seconds`` limits each step of one.

    ``http://user:password@host`` sends the credentials with every request (HTTP Basic, RFC 7617);
    ``shown_url`` is the base URL without them.
    """

    def __init__(self, base_url: str, timeout_seconds: float = 90) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not a base URL: {base_url!r}; use http://host:port")
        self._connection_class = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._headers = _authorization(parts)
        self.shown_url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{self._prefix}"

    def get(self, path: str) -> Answer:
        """Return the answer to ``GET path``; raises ``OSError`` when there is none."""
        return self._request("GET", path, None, {})

    def post_files(
        self, path: str, files: Mapping[str, Path | FilePart], fields: Mapping[str, str] | None = None
    ) -> Answer:
        """Post ``files`` (part name to file) and form ``fields`` as multipart/form-data (RFC 7578)."""
        return self.post_form(path, Form.of(files, fields or {}))

    def post_form(self, path: str, form: Form) -> Answer:
        """Post ``form``, which may be reused; raises ``OSError`` when there is no answer."""
        return self._request("POST", path, form.body, {"Content-Type": form.content_type})

    def delete(self, path: str) -> Answer:
        """Return the answer to ``DELETE path``; raises ``OSError`` when there is none."""
        return self._request("DELETE", path, None, {})

    def save(self, path: str, file: BinaryIO) -> Answer:
        """Write the body of the answer to ``GET path`` to ``file``; return the answer without it.

        Raises ``OSError`` when there is no answer, or less of it than its ``Content-Length`` says.
        """
        return self._request("GET", path, None, {}, file)

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        file: BinaryIO | None = None,
    ) -> Answer:
        connection = self._connection_class(self._host, self._port, timeout=self._timeout_seconds)
        try:
            connection.request(method, self._prefix + path, body, {**self._headers, **headers})
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            if file is None:
                return Answer(response.status, names, response.read())
            while block := response.read(_BLOCK_BYTES):
                file.write(block)
            if response.length:
                raise ConnectionError(f"the last {response.length} bytes of the answer lack")
            return Answer(response.status, names, b"")
        except RemoteDisconnected:
            raise
        except HTTPException as error:
            raise ConnectionError(f"the answer is not a complete HTTP response: {error!r}") from error
        finally:
            connection.close()


def _authorization(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def multipart_body(boundary: str, files: Mapping[str, Path | FilePart], fields: Mapping[str, str]) -> bytes:
    """Return the body that holds ``fields`` and then ``files``."""
    parts = []
    for name, value in fields.items():
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        )
    for name, given in files.items():
        file = FilePart.of(given) if isinstance(given, Path) else given
        filename = file.filename.replace("\\", "%5C").replace('"', "%22")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        parts.append(head.encode() + file.content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
