"""The store: whole batches or none, one batch for a key, nothing left of what is erased."""

import errno
import os
import time
from pathlib import Path

import pytest

from docops_flask.batches import store
from docops_flask.batches.errors import IdempotencyConflict, StoreFull, TooManyBatches
from docops_flask.batches.folder import BatchFolder
from docops_flask.batches.store import Key, Store
from docops_flask.jobs.errors import InsufficientStorage
from tests.batches.conftest import Office, rows_of

ROWS = rows_of({}, 1)


def fails(_batch: BatchFolder) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_all_of_a_batch_is_private_to_its_user(office: Office) -> None:
    batch = office.begin(ROWS)
    office.finish(batch)
    path = office.folder / batch.id
    for folder in (office.folder, path, *(path / name for name in ("claim", "seg", "shard", "result"))):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert office.store.get(batch.id) is not None
    for other in ("../batches", "x", batch.id.upper() + "0", "0" * 32):
        assert office.store.get(other) is None


def test_a_key_is_that_of_one_request_as_long_as_its_batch(office: Office) -> None:
    key = Key("a" * 64, "request")
    batch = office.begin(ROWS, key)
    assert office.begin(ROWS, key).id == batch.id
    with pytest.raises(IdempotencyConflict):
        office.begin(ROWS, key._replace(request="another"))
    office.store.delete(batch)
    second = office.begin(ROWS, key)
    assert second.id != batch.id
    assert office.begin(ROWS, key).id == second.id


def test_files_of_keys_go_when_no_request_can_be_about_to_use_them(office: Office) -> None:
    gone, current = (office.begin(ROWS, Key(letter * 64, "request")) for letter in "ab")
    office.store.delete(gone)
    office.store.sweep()
    files = sorted((office.folder / "keys").iterdir())
    assert len(files) == 2
    for file in files:
        os.utime(file, (0, time.time() - 7200))
    office.store.sweep()
    assert list((office.folder / "keys").iterdir()) == [files[1]]
    assert office.begin(ROWS, Key("b" * 64, "request")).id == current.id


def test_a_key_whose_batch_was_never_made_counts_for_nothing(office: Office) -> None:
    (office.folder / "keys" / f"{'a' * 64}-1").write_text('{"id": "' + "0" * 32 + '", "request": "another"}')
    assert office.begin(ROWS, Key("a" * 64, "request")).is_there


def test_a_batch_whose_server_was_killed_before_it_was_there_is_begun_by_the_next_request(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Key("a" * 64, "request")
    with monkeypatch.context() as killed:
        killed.setattr(store, "_begin", fails)
        with pytest.raises(InsufficientStorage):
            office.begin(ROWS, key)
    (left,) = office.store.all()
    assert office.store.get(left.id) is None
    assert office.begin(ROWS, key).id == left.id
    office.finish(left)


def test_a_batch_that_is_refused_leaves_nothing(office: Office, tmp_path: Path) -> None:
    office.begin(ROWS)
    office.store = Store(office.folder, 1, 0)
    with pytest.raises(TooManyBatches):
        office.begin(ROWS)
    office.store = Store(office.folder, 10, 1)
    with pytest.raises(StoreFull):
        office.begin(ROWS)
    office.store = Store(tmp_path / "nowhere", 10, 0)
    with pytest.raises(InsufficientStorage):
        office.begin(ROWS)
    assert len(list(office.folder.glob("*/job.*"))) == 2


def test_expired_batches_and_what_killed_servers_left_are_swept(office: Office) -> None:
    expired, current = office.begin(ROWS, expires=-1), office.begin(ROWS)
    assert office.store.get(expired.id) is None
    old, new = "0" * 32, "1" * 32
    for name in ("gone-1", old, new):
        (office.folder / name).mkdir()
        (office.folder / name / "rows").write_text("甲方")
    os.utime(office.folder / old, (0, time.time() - 7200))
    assert office.store.sweep() == 1
    assert sorted(each.name for each in office.folder.iterdir()) == sorted([current.id, new, "keys", "lock"])


def test_a_batch_that_is_removed_while_it_is_worked_on_is_forgotten(office: Office) -> None:
    batch, other = office.begin(rows_of({}, 150)), office.begin(ROWS)
    runner = office.runner()
    runner.open()
    while batch.plan() is None:
        time.sleep(0.01)
    office.store.delete(batch)
    while other.done() is None:
        time.sleep(0.01)
    runner.close()
    assert sorted(each.id for each in office.store.all()) == [other.id]
