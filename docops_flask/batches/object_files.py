"""Files in a bucket of an object store that speaks S3 (``files``), by obstore.

Addresses, region and credentials come from the usual variables (``AWS_ENDPOINT_URL``, ``AWS_REGION``,
``AWS_ACCESS_KEY_ID`` …), read once. An object is there, whole, when its upload has ended, and
``If-None-Match`` lets one of several create it (RFC 9110, 13.1.2). This module alone imports obstore.
"""

import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from docops_flask.batches.leases import Leases
from docops_flask.jobs.errors import InsufficientStorage

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1024
_HEADS_KEPT = 5000
_USED_SECONDS = 30.0
_CLAIMS = "claim"
_RETRIES = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
_CLIENT = {"timeout": timedelta(seconds=60), "connect_timeout": timedelta(seconds=5), "allow_http": True}


def open_bucket(address: str, leases: Leases) -> "ObjectFiles":
    """Return the files of ``s3://bucket/folder``; nothing is asked of the store yet."""
    bucket, _, folder = address.removeprefix("s3://").partition("/")
    store = S3Store(bucket, client_options=_CLIENT, retry_config=_RETRIES)  # type: ignore[arg-type]
    return ObjectFiles(_Bucket(store), folder, leases)


class _Bucket:
    """A store and what is remembered of it: first lines of objects that do not change, its size."""

    def __init__(self, store: S3Store) -> None:
        self.store = store
        self._mutex = threading.Lock()
        self._heads: OrderedDict[str, bytes] = OrderedDict()
        self.used: tuple[float, int] = (float("-inf"), 0)

    def head(self, key: str) -> bytes | None:
        """Return the first line of an object that was read before."""
        with self._mutex:
            return self._heads.get(key)

    def keep_head(self, key: str, line: bytes) -> None:
        """Remember a first line."""
        with self._mutex:
            self._heads[key] = line
            if len(self._heads) > _HEADS_KEPT:
                self._heads.popitem(last=False)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn an error of the store into ``InsufficientStorage``; one without a file stays as it is."""
    try:
        yield
    except BaseError as error:
        raise InsufficientStorage(inner=f"object store: {type(error).__name__}") from error


class ObjectFiles:
    """The objects below ``folder``; claims are ``leases``."""

    def __init__(self, bucket: _Bucket, folder: str, leases: Leases) -> None:
        self._bucket = bucket
        self._folder = folder
        self._leases = leases

    @property
    def name(self) -> str:
        """The last name of the folder."""
        return self._folder.rpartition("/")[2]

    def below(self, name: str) -> "ObjectFiles":
        """Return the folder ``name`` inside this one."""
        return ObjectFiles(self._bucket, self._key(name), self._leases)

    def make(self) -> None:
        """Do nothing: a folder of objects is there with the first."""

    def places(self) -> list[str]:
        """Return the names of the folders inside."""
        with _errors():
            found = obstore.list_with_delimiter(self._bucket.store, self._folder or None)
        return [each.rstrip("/").rpartition("/")[2] for each in found["common_prefixes"]]

    def read(self, name: str) -> bytes:
        """Return the content of an object."""
        with _errors():
            return obstore.get(self._bucket.store, self._key(name)).bytes().to_bytes()

    def first_line(self, name: str) -> bytes:
        """Return the first line of an object that does not change."""
        key = self._key(name)
        line = self._bucket.head(key)
        if line is None:
            with _errors():
                head = obstore.get_range(self._bucket.store, key, start=0, length=_HEAD_BYTES).to_bytes()
            line, end, _ = head.partition(b"\n")
            if not end:
                line = self.read(name).partition(b"\n")[0]
            self._bucket.keep_head(key, line)
        return line

    def blocks(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of an object from ``start`` to before ``end``."""
        for at in range(start, end, _BLOCK_BYTES):
            behind = min(at + _BLOCK_BYTES, end)
            with _errors():
                found = obstore.get_range(self._bucket.store, self._key(name), start=at, end=behind)
            yield found.to_bytes()

    def size(self, name: str) -> int:
        """Return the size of an object in bytes."""
        with _errors():
            return obstore.head(self._bucket.store, self._key(name))["size"]

    def fetch(self, name: str, path: Path) -> None:
        """Copy an object to ``path``."""
        with _errors():
            found = obstore.get(self._bucket.store, self._key(name))
            with path.open("wb") as file:
                for block in found.stream(min_chunk_size=_BLOCK_BYTES):
                    file.write(block)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Provide a file in TMPDIR; at the end of ``with`` it is uploaded as ``name``."""
        with tempfile.TemporaryFile() as file:
            yield cast(BinaryIO, file)
            file.seek(0)
            with _errors():
                obstore.put(self._bucket.store, self._key(name), file)

    def create(self, name: str, content: bytes) -> bool:
        """Upload an object unless it is there; return whether this call has made it."""
        try:
            obstore.put(self._bucket.store, self._key(name), content, mode="create")
        except AlreadyExistsError:
            return False
        except BaseError as error:
            raise InsufficientStorage(inner=f"object store: {type(error).__name__}") from error
        return True

    def exists(self, name: str) -> bool:
        """Say whether an object is there."""
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def entries(self, folder: str) -> dict[str, float]:
        """Return the objects in ``folder`` with the times when they were uploaded."""
        with _errors():
            found = obstore.list_with_delimiter(self._bucket.store, self._key(folder))
        return {
            each["path"].rpartition("/")[2]: each["last_modified"].timestamp() for each in found["objects"]
        }

    def written_at(self, name: str) -> float:
        """Return when an object was uploaded."""
        with _errors():
            return obstore.head(self._bucket.store, self._key(name))["last_modified"].timestamp()

    def changed_at(self) -> float:
        """Return when an object was last put directly into the folder."""
        with _errors():
            found = obstore.list_with_delimiter(self._bucket.store, self._folder)
        return max((each["last_modified"].timestamp() for each in found["objects"]), default=0.0)

    def remove(self, name: str) -> None:
        """Remove an object if it is there."""
        with _errors():
            try:
                obstore.delete(self._bucket.store, self._key(name))
            except FileNotFoundError:
                return

    def erase(self) -> None:
        """Remove all objects of the folder; those directly in it go first, so that it is not there then."""
        with _errors():
            for pages in (True, False):
                for keys in self._keys(directly=pages):
                    obstore.delete(self._bucket.store, keys)

    def _keys(self, *, directly: bool) -> Iterator[list[str]]:
        if directly:
            found = obstore.list_with_delimiter(self._bucket.store, self._folder)
            keys = [each["path"] for each in found["objects"]]
            if keys:
                yield keys
            return
        for page in obstore.list(self._bucket.store, f"{self._folder}/"):
            yield [each["path"] for each in page]

    def used_bytes(self) -> int:
        """Return how much all objects take, as it was within the last half minute."""
        asked_at, used = self._bucket.used
        if time.monotonic() - asked_at > _USED_SECONDS:
            with _errors():
                pages = obstore.list(self._bucket.store, self._folder or None)
                used = sum(each["size"] for page in pages for each in page)
            self._bucket.used = (time.monotonic(), used)
        return used

    def claimed(self, name: str) -> AbstractContextManager[bool]:
        """Claim a piece of work inside ``with``; yield whether it is claimed."""
        return self._leases.claimed(self, f"{_CLAIMS}/{name}")

    def locked(self) -> AbstractContextManager[object]:
        """Do nothing: there is no lock over several machines."""
        return nullcontext()

    def _key(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name
