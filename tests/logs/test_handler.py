"""The log's lines are written by one thread that never blocks others; lost lines are counted."""

import json
import logging
import logging.config
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docops_flask.logs import events
from docops_flask.logs import handler as log_lines
from docops_flask.logs.handler import LineHandler
from tests.optional import not_none

LINE = "x" * 999


@pytest.fixture(autouse=True)
def small_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_lines, "_MAX_LINES", 20)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def make_logger() -> Iterator[Callable[..., tuple[logging.Logger, LineHandler]]]:
    """Return the function that makes a logger whose lines go to a descriptor."""
    handlers = []

    def make(descriptor: int) -> tuple[logging.Logger, LineHandler]:
        handler = log_lines.LineHandler(os.fdopen(descriptor, "w", closefd=False))
        handlers.append(handler)
        logger = logging.Logger("of this test")
        logger.addHandler(handler)
        return logger, handler

    yield make
    for handler in handlers:
        handler.close()


class Reader(threading.Thread):
    """Reads a pipe up to the line ``last``."""

    def __init__(self, descriptor: int, last: bytes = b"end") -> None:
        super().__init__(daemon=True)
        self._descriptor = descriptor
        self._last = last
        self.lines: list[bytes] = []
        self.start()

    def run(self) -> None:
        text = b""
        while self._last not in self.lines:
            text += os.read(self._descriptor, 1 << 16)
            self.lines = text.splitlines()


def test_logged_lines_are_written_after_a_flush(
    pipe: tuple[int, int], make_logger: Callable[..., tuple[logging.Logger, LineHandler]]
) -> None:
    logger, handler = make_logger(pipe[1])
    for number in range(5):
        logger.error("%d", number)
    handler.flush()
    assert os.read(pipe[0], 100) == b"0\n1\n2\n3\n4\n"


def test_lines_of_many_threads_are_not_mixed(
    pipe: tuple[int, int],
    make_logger: Callable[..., tuple[logging.Logger, LineHandler]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_lines, "_MAX_LINES", 1000)
    logger, _ = make_logger(pipe[1])
    reader = Reader(pipe[0])

    def log_many() -> None:
        for _ in range(50):
            logger.error("a" * 5000)

    threads = [threading.Thread(target=log_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logger.error("end")
    reader.join(30)
    assert reader.lines == 200 * [b"a" * 5000] + [b"end"]


def test_a_blocked_log_does_not_block_threads_and_lost_lines_are_counted(
    pipe: tuple[int, int], make_logger: Callable[..., tuple[logging.Logger, LineHandler]]
) -> None:
    logger, handler = make_logger(pipe[1])

    class ShortLines(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            fields = getattr(record, "docops_fields", None)
            return super().format(record) if fields is None else f"lost {fields['count']}"

    handler.setFormatter(ShortLines())
    for _ in range(500):
        logger.error(LINE)
    reader = Reader(pipe[0])
    handler.flush()
    logger.error("more")
    logger.error("end")
    reader.join(30)
    told = [int(line.split()[1]) for line in reader.lines if line.startswith(b"lost ")]
    assert sum(told) > 300
    assert reader.lines.count(LINE.encode()) + sum(told) == 500
    assert reader.lines[-2:] == [b"more", b"end"]


def test_a_full_disk_loses_lines_and_raises_no_error(
    make_logger: Callable[..., tuple[logging.Logger, LineHandler]],
) -> None:
    with open("/dev/full", "wb", buffering=0) as full:
        logger, handler = make_logger(full.fileno())
        for _ in range(5):
            logger.error(LINE)
        handler.flush()
        # None is lost twice, and the line that was to tell of losses counts for what it would have told.
        assert handler._lost == 5


def test_a_line_cut_by_a_full_disk_is_followed_by_a_new_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_logger: Callable[..., tuple[logging.Logger, LineHandler]],
) -> None:
    real, path = os.write, tmp_path / "log"
    room = [5]

    def write(descriptor: int, text: memoryview) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = real(descriptor, bytes(text)[: room[0]])
        room[0] -= written
        return written

    with path.open("wb", buffering=0) as file:
        logger, handler = make_logger(file.fileno())
        monkeypatch.setattr(os, "write", write)
        logger.error("0123456789")
        handler.flush()
        room[0] = 1000
        logger.error("next")
        handler.flush()
    first, lost, last = path.read_text().splitlines()
    assert (first, last) == ("01234", "next")
    assert "log lines lost" in lost


def test_a_non_blocking_descriptor_is_waited_for(
    pipe: tuple[int, int],
    make_logger: Callable[..., tuple[logging.Logger, LineHandler]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_lines, "_MAX_LINES", 1000)
    logger, _ = make_logger(pipe[1])
    os.set_blocking(pipe[1], False)
    for _ in range(80):
        logger.error(LINE)
    reader = Reader(pipe[0])
    logger.error("end")
    reader.join(30)
    assert len(reader.lines) == 81


def test_a_forked_child_writes_only_its_own_lines(
    pipe: tuple[int, int],
    make_logger: Callable[..., tuple[logging.Logger, LineHandler]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_lines, "_MAX_LINES", 1000)
    logger, handler = make_logger(pipe[1])
    for _ in range(70):
        logger.error(LINE)
    pid = os.fork()
    if pid == 0:
        logger.error("of the child")
        while not handler.queue.empty():
            time.sleep(0.01)
        handler.flush()
        os._exit(0)
    reader = Reader(pipe[0])
    assert os.waitpid(pid, 0)[1] == 0
    logger.error("end")
    reader.join(30)
    assert sorted(set(reader.lines)) == sorted({LINE.encode(), b"of the child", b"end"})
    assert reader.lines.count(LINE.encode()) == 70


def test_no_thread_is_started_before_the_first_line(
    pipe: tuple[int, int], make_logger: Callable[..., tuple[logging.Logger, LineHandler]]
) -> None:
    before = threading.active_count()
    make_logger(pipe[1])
    assert threading.active_count() == before


def test_lost_lines_are_logged_as_json_in_the_servers_configuration() -> None:
    record = events.lost_lines_record(7)
    line = json.loads(events.JsonFormatter().format(record))
    assert (line["event"], line["count"], line["level"]) == ("log_lines_lost", 7, "warning")


BLOCKED = """
import logging.config, os, sys, time
from docops_flask.logs import events as logs
logging.config.dictConfig(logs.dict_config())
for number in range(3000):
    logs.log_event("start", number=number, filler="x" * 1000)
sys.stderr.write("done")
"""


def test_a_process_ends_although_its_log_is_blocked() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert not_none(process.stderr).read() == b"done"
    assert process.wait(30) == 0
    not_none(process.stdout).close()
    not_none(process.stderr).close()


def test_all_lines_are_written_when_a_process_ends() -> None:
    code = BLOCKED.replace('"x" * 1000', '""')
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == list(range(3000))


def test_filters_of_the_logger_apply_to_records(
    pipe: tuple[int, int], make_logger: Callable[..., tuple[logging.Logger, LineHandler]]
) -> None:
    logger, handler = make_logger(pipe[1])
    handler.addFilter(lambda record: record.msg != "not this")
    for text in ("one", "not this", "two"):
        logger.error(text)
    handler.flush()
    assert os.read(pipe[0], 1 << 16) == b"one\ntwo\n"
