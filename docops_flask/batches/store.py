"""All batches of a server, in one folder: ``<id>/`` (``folder``), ``keys/`` and ``lock``.

A batch is made in a draft folder and gets its name when it is whole; it is renamed before it is removed. So
a folder with an id is always a whole batch. Several servers of one machine may share the folder; not over a
network, where flock(2) is not to be trusted.
"""

import json
import os
import pickle
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from docops_flask.batches import durable
from docops_flask.batches.errors import IdempotencyConflict, StoreFull, TooManyBatches
from docops_flask.batches.folder import BatchFolder, BatchRecord, as_json
from docops_flask.engine.job import Job
from docops_flask.jobs.errors import storage_errors
from docops_flask.jobs.removal import remove_folder

_ID = re.compile(r"[0-9a-f]{32}")
_DRAFT, _GONE = "draft-", "gone-"
_FOLDERS = ("claim", "seg")
_ID_BYTES = 16
# A draft is written within a request.
_DRAFT_SECONDS = 3600.0


class Key(NamedTuple):
    """An ``Idempotency-Key``, as its hash, and the digest of the request that it came with."""

    hash: str
    request: str


class Store:
    """The batches in the folder ``root``, which is made private to this user."""

    def __init__(self, root: Path, max_batches: int, max_bytes: int) -> None:
        """Take the most batches that have not ended, and the most bytes of all of them (0: no limit)."""
        self._root = root
        self._max_batches = max_batches
        self._max_bytes = max_bytes

    def open(self) -> None:
        """Make what a store needs; raises ``OSError`` where the folder takes no files."""
        os.chmod(self._root, 0o700)
        (self._root / "keys").mkdir(mode=0o700, exist_ok=True)
        with durable.claimed(self._root / "lock"):
            durable.sync_folder(self._root)

    def get(self, batch_id: str) -> BatchFolder | None:
        """Return a batch; ``None`` where there is none, or it has expired."""
        if _ID.fullmatch(batch_id) is None:
            return None
        batch = BatchFolder(self._root / batch_id)
        try:
            is_current = batch.record().expires_at > time.time()
        except FileNotFoundError:
            return None
        return batch if is_current else None

    def all(self) -> list[BatchFolder]:
        """Return all batches."""
        return [BatchFolder(self._root / name) for name in os.listdir(self._root) if _ID.fullmatch(name)]

    def live(self) -> Iterator[BatchFolder]:
        """Yield the batches that have not ended."""
        return (each for each in self.all() if not (each.path / "done.json").exists() and each.is_there)

    def create(
        self, record: BatchRecord, job: Job, files: Mapping[str, Path], key: Key | None = None
    ) -> BatchFolder:
        """Make a batch of ``files``, names in its folder to what they are copies of; return it.

        With a ``key`` that came with the same request before, the first batch is returned. Raises
        ``IdempotencyConflict``, ``TooManyBatches``, ``StoreFull`` and ``InsufficientStorage``.
        """
        draft = self._root / f"{_DRAFT}{secrets.token_hex(_ID_BYTES)}"
        try:
            with storage_errors():
                draft.mkdir(mode=0o700)
                for name in _FOLDERS:
                    (draft / name).mkdir(mode=0o700)
                for name, source in files.items():
                    with durable.drafted(draft / name) as file, source.open("rb") as content:
                        shutil.copyfileobj(content, file)
                durable.write(draft / "job.pickle", [pickle.dumps(job)])
                durable.write(draft / "job.json", [as_json(record._asdict())])
                with durable.claimed(self._root / "lock", wait=True):
                    return self._keep(draft, key)
        finally:
            remove_folder(os.fspath(draft), lambda: True)

    def _keep(self, draft: Path, key: Key | None) -> BatchFolder:
        """Give ``draft`` the name of a batch, unless its key has one already."""
        known = None if key is None else self._of_key(key)
        if known is not None:
            return known
        if sum(1 for _ in self.live()) >= self._max_batches:
            raise TooManyBatches(self._max_batches)
        self.refuse_when_full()
        batch_id = secrets.token_hex(_ID_BYTES)
        if key is not None:
            # Before the batch: a key without its batch counts for nothing, a batch without its key would be
            # done twice.
            content = as_json({"id": batch_id, "request": key.request})
            durable.write(self._key_file(key.hash), [content])
        path = self._root / batch_id
        draft.rename(path)
        durable.sync_folder(self._root)
        return BatchFolder(path)

    def _of_key(self, key: Key) -> BatchFolder | None:
        try:
            read = json.loads(self._key_file(key.hash).read_bytes())
        except FileNotFoundError:
            return None
        batch = self.get(read["id"])
        if batch is not None and read["request"] != key.request:
            raise IdempotencyConflict
        return batch

    def _key_file(self, key_hash: str) -> Path:
        return self._root / "keys" / key_hash

    def used_bytes(self) -> int:
        """Return how much all batches take."""
        return sum(
            entry.stat(follow_symlinks=False).st_size
            for folder, _, names in os.walk(self._root)
            for entry in map(Path(folder).joinpath, names)
            if entry.exists()
        )

    def is_full(self) -> bool:
        """Say whether the batches take as much as they may."""
        return self._max_bytes > 0 and self.used_bytes() >= self._max_bytes

    def state(self) -> str:
        """Return ``ready``, ``full`` (of what the setting allows) or ``unavailable`` (it takes no files)."""
        try:
            probe = self._root / f"{_DRAFT}{secrets.token_hex(_ID_BYTES)}"
            durable.write(probe, [b"\0" * 4096])
            probe.unlink()
            return "full" if self.is_full() else "ready"
        except OSError:
            return "unavailable"

    def refuse_when_full(self) -> None:
        """Raise ``StoreFull`` when the batches take as much as they may."""
        if self.is_full():
            raise StoreFull(self._max_bytes)

    def delete(self, batch: BatchFolder) -> None:
        """Erase a batch and its key; work on it stops by itself."""
        try:
            key = batch.record().key
            gone = self._root / f"{_GONE}{secrets.token_hex(_ID_BYTES)}"
            batch.path.rename(gone)
        except FileNotFoundError:
            return
        if key is not None:
            with durable.claimed(self._root / "lock", wait=True):
                self._forget(key, batch.id)
        remove_folder(os.fspath(gone), lambda: True)

    def _forget(self, key: str, batch_id: str) -> None:
        try:
            if json.loads(self._key_file(key).read_bytes())["id"] == batch_id:
                self._key_file(key).unlink()
        except FileNotFoundError:
            pass

    def sweep(self) -> int:
        """Erase batches that have expired, and what ended servers left; return how many batches expired."""
        now = time.time()
        expired = 0
        for batch in self.all():
            try:
                is_expired = batch.record().expires_at <= now
            except FileNotFoundError:
                continue
            if is_expired:
                self.delete(batch)
                expired += 1
        for name in os.listdir(self._root):
            path = self._root / name
            if name.startswith(_GONE) or (name.startswith(_DRAFT) and _age(path, now) > _DRAFT_SECONDS):
                remove_folder(os.fspath(path), lambda: True)
        return expired


def _age(path: Path, now: float) -> float:
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
