"""All batches, in one place (``files``): ``<id>/`` (``folder``) and ``keys/``.

A batch is written under its id and is there with its last file, ``job.json``, which it loses first. Several
servers may use the place: of one machine, or of several (``leases``).

An ``Idempotency-Key`` has files ``keys/<hash>-1``, ``-2`` and so on, each created once with the id of a
batch; a later one counts only after the batches of those before are gone. The batch is whole before its key
is created, and becomes visible afterwards: by its server, or by the next request with that key when the
server was killed between.
"""

import json
import pickle
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from docops_flask.batches.errors import IdempotencyConflict, StoreFull, TooManyBatches
from docops_flask.batches.files import Files, write
from docops_flask.batches.folder import JOB, BatchFolder, BatchRecord, as_json
from docops_flask.batches.folder_files import GONE, FolderFiles
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job
from docops_flask.jobs.errors import storage_errors

_ID = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"([0-9a-f]{64})-([0-9]+)")
_ID_BYTES = 16
_DRAFT = "job.draft"
_KEYS = "keys"
# A batch is written within a request, and so is its key.
_DRAFT_SECONDS = 3600.0


class Key(NamedTuple):
    """An ``Idempotency-Key``, as its hash, and the digest of the request that it came with."""

    hash: str
    request: str


class Store:
    """The batches in ``root``, a folder of this machine or other files."""

    def __init__(self, root: Path | Files, max_batches: int, max_bytes: int) -> None:
        """Take the most batches that have not ended, and the most bytes of all of them (0: no limit)."""
        self._root: Files = FolderFiles(root) if isinstance(root, Path) else root
        self._max_batches = max_batches
        self._max_bytes = max_bytes
        # What has completed stays so until it is erased.
        self._completed: set[str] = set()

    def open(self) -> None:
        """Make what a store needs; raises ``OSError`` where a folder takes no files."""
        if isinstance(self._root, FolderFiles):
            self._root.path.chmod(0o700)
        with suppress(FileExistsError):
            self._root.below(_KEYS).make()
        with self._root.locked():
            self._probe()

    def get(self, batch_id: str) -> BatchFolder | None:
        """Return a batch; ``None`` where there is none, or it has expired."""
        if _ID.fullmatch(batch_id) is None:
            return None
        batch = BatchFolder(self._root.below(batch_id))
        try:
            is_current = batch.record().expires_at > time.time()
        except FileNotFoundError:
            return None
        return batch if is_current else None

    def all(self) -> list[BatchFolder]:
        """Return all batches, drafts of some among them."""
        return [BatchFolder(self._root.below(name)) for name in self._root.places() if _ID.fullmatch(name)]

    def live(self) -> Iterator[BatchFolder]:
        """Yield the batches that have not ended."""
        found = self.all()
        self._completed &= {each.id for each in found}
        for batch in found:
            if batch.id in self._completed:
                continue
            done = batch.done()
            if done is not None and done.state == "completed":
                self._completed.add(batch.id)
            elif done is None and batch.is_there:
                yield batch

    def has_completed(self, batch: BatchFolder) -> bool:
        """Say whether a batch is known to have completed, without a look at its files."""
        return batch.id in self._completed

    def create(
        self, record: BatchRecord, job: Job, files: Mapping[str, Path], key: Key | None = None
    ) -> BatchFolder:
        """Make a batch of ``files``, names in its folder to what they are copies of; return it.

        With a ``key`` that came with the same request before, the first batch is returned. Raises
        ``IdempotencyConflict``, ``TooManyBatches``, ``StoreFull`` and ``InsufficientStorage``.
        """
        batch = BatchFolder(self._root.below(secrets.token_hex(_ID_BYTES)))
        is_kept = False
        try:
            with storage_errors():
                batch.files.make()
                for name, source in files.items():
                    with batch.files.writing(name) as file, source.open("rb") as content:
                        shutil.copyfileobj(content, file)
                write(batch.files, "job.pickle", pickle.dumps(job))
                write(batch.files, _DRAFT, as_json(record._asdict()))
                with self._root.locked():
                    known = self._keep(batch, key)
                    if known is not None:
                        return known
                    # What has a key is begun by the next request with it where this one fails.
                    is_kept = key is not None
                    _begin(batch)
                    is_kept = True
                return batch
        finally:
            if not is_kept:
                with suppress(OSError, DocopsError):
                    batch.files.erase()

    def _keep(self, batch: BatchFolder, key: Key | None) -> BatchFolder | None:
        """Return the batch that the key has already; otherwise give it ``batch``, if there is room."""
        known = None if key is None else self._of_key(key)
        if known is not None:
            return known
        if sum(1 for _ in self.live()) >= self._max_batches:
            raise TooManyBatches(self._max_batches)
        self.refuse_when_full()
        return None if key is None else self._of_key(key, batch.id)

    def _of_key(self, key: Key, new_id: str | None = None) -> BatchFolder | None:
        """Return the batch of a key; where it has none, give it the batch ``new_id`` and return ``None``."""
        for number in count(1):
            name = f"{_KEYS}/{key.hash}-{number}"
            if new_id is not None:
                content = as_json({"id": new_id, "request": key.request})
                if self._root.create(name, content):
                    return None
            try:
                read = json.loads(self._root.read(name))
            except FileNotFoundError:
                if new_id is None:
                    return None
                continue
            batch = BatchFolder(self._root.below(read["id"]))
            if not batch.is_there:
                _begin(batch)
            found = self.get(batch.id)
            if found is not None and read["request"] != key.request:
                raise IdempotencyConflict
            if found is not None:
                return found
        raise AssertionError

    def used_bytes(self) -> int:
        """Return how much all batches take."""
        return self._root.used_bytes()

    def is_full(self) -> bool:
        """Say whether the batches take as much as they may."""
        return self._max_bytes > 0 and self.used_bytes() >= self._max_bytes

    def state(self) -> str:
        """Return ``ready``, ``full`` (of what the setting allows) or ``unavailable`` (it takes no files)."""
        try:
            self._probe()
            return "full" if self.is_full() else "ready"
        except (OSError, DocopsError):
            return "unavailable"

    def _probe(self) -> None:
        name = f"probe-{secrets.token_hex(_ID_BYTES)}"
        write(self._root, name, b"\0" * 4096)
        self._root.remove(name)

    def refuse_when_full(self) -> None:
        """Raise ``StoreFull`` when the batches take as much as they may."""
        if self.is_full():
            raise StoreFull(self._max_bytes)

    def delete(self, batch: BatchFolder) -> None:
        """Erase a batch; work on it stops by itself, and its key counts for nothing more."""
        batch.files.erase()

    def sweep(self) -> int:
        """Erase batches that have expired, and what ended servers left; return how many batches expired."""
        now = time.time()
        expired = 0
        for batch in self.all():
            with suppress(FileNotFoundError):
                if batch.is_there:
                    if batch.record().expires_at <= now:
                        batch.files.erase()
                        expired += 1
                elif now - batch.files.changed_at() > _DRAFT_SECONDS:
                    batch.files.erase()
        for name in self._root.places():
            if name.startswith(GONE):
                self._root.below(name).erase()
        self._sweep_keys(now)
        return expired

    def _sweep_keys(self, now: float) -> None:
        """Remove the files of keys whose batches are gone, and that no request may be about to use."""
        of_keys: dict[str, list[tuple[int, float]]] = {}
        for name, written_at in self._root.entries(_KEYS).items():
            match = _KEY.fullmatch(name)
            if match is not None:
                of_keys.setdefault(match[1], []).append((int(match[2]), written_at))
        for key, files in of_keys.items():
            if all(now - written_at > _DRAFT_SECONDS for _, written_at in files):
                names = [f"{_KEYS}/{key}-{number}" for number, _ in sorted(files, reverse=True)]
                if not any(self._has_batch(name) for name in names):
                    for name in names:
                        self._root.remove(name)

    def _has_batch(self, key_file: str) -> bool:
        try:
            return self.get(json.loads(self._root.read(key_file))["id"]) is not None
        except FileNotFoundError:
            return False


def _begin(batch: BatchFolder) -> None:
    """Make a batch visible that was written whole, if it was not erased."""
    with suppress(FileNotFoundError):
        batch.files.create(JOB, batch.files.read(_DRAFT))
        batch.files.remove(_DRAFT)
