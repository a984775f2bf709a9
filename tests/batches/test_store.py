"""The store: whole batches or none, one batch for a key, nothing left of what is erased."""

import os
import time
from pathlib import Path

import pytest

from docops_flask.batches.errors import IdempotencyConflict, StoreFull, TooManyBatches
from docops_flask.batches.store import Key, Store
from docops_flask.jobs.errors import InsufficientStorage
from tests.batches.conftest import Office, rows_of

ROWS = rows_of({}, 1)


def test_all_of_a_batch_is_private_to_its_user(office: Office) -> None:
    batch = office.begin(ROWS)
    for folder in (office.folder, batch.path, batch.path / "claim", batch.path / "seg"):
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
    assert list((office.folder / "keys").iterdir()) == []
    assert office.begin(ROWS, key).id != batch.id


def test_a_key_whose_batch_was_never_made_counts_for_nothing(office: Office) -> None:
    (office.folder / "keys" / ("a" * 64)).write_text('{"id": "' + "0" * 32 + '", "request": "another"}')
    assert office.begin(ROWS, Key("a" * 64, "request")).is_there


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
    assert not list(office.folder.glob("draft-*"))


def test_expired_batches_and_what_killed_servers_left_are_swept(office: Office) -> None:
    expired, current = office.begin(ROWS, expires=-1), office.begin(ROWS)
    assert office.store.get(expired.id) is None
    for name in ("gone-1", "draft-old", "draft-new"):
        (office.folder / name).mkdir()
        (office.folder / name / "rows").write_text("甲方")
    os.utime(office.folder / "draft-old", (0, time.time() - 7200))
    assert office.store.sweep() == 1
    assert sorted(each.name for each in office.folder.iterdir()) == sorted(
        [current.id, "draft-new", "keys", "lock"]
    )


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
