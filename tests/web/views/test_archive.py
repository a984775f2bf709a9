"""The streamed body: it cleans up however it ends, and knows whether it went out whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.web.views.archive import UnlinkedFile


@pytest.fixture
def body(tmp_path: Path) -> Iterator[UnlinkedFile]:
    path = tmp_path / "outputs.zip"
    path.write_bytes(b"x" * 150_000)
    body = UnlinkedFile(path.open("rb"))
    path.unlink()
    yield body
    body.close()


def test_a_body_is_sent_in_blocks_and_complete_after_the_last(body: UnlinkedFile) -> None:
    assert body.size == 150_000
    sent = 0
    for block in body:
        assert len(block) <= 65_536
        assert not body.whole
        sent += len(block)
    assert (sent, body.whole) == (150_000, True)


def test_a_partly_sent_body_is_not_complete(body: UnlinkedFile) -> None:
    next(body)
    body.close()
    assert not body.whole
    assert body._file.closed


def test_a_body_that_was_never_started_is_closed(body: UnlinkedFile) -> None:
    body.close()
    body.close()
    assert not body.whole
    assert body._file.closed
