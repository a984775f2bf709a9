"""The log's lines: each out when its call returns, none waited for that cannot be written, losses told."""

import json
import logging
import logging.config
import os
import select
import subprocess
import sys
import threading
import time

import pytest

from docops_flask import log_lines, logs
from docops_flask.log_lines import LineWriter

LINE = b"x" * 999 + b"\n"
TOO_LONG_AT_ONCE = "x" * select.PIPE_BUF


@pytest.fixture(autouse=True)
def little_patience(monkeypatch):
    monkeypatch.setattr(log_lines, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(log_lines, "_PENDING_BYTES", 20_000)


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def writer(pipe):
    made = LineWriter(pipe[1], lambda count: b"lost %d\n" % count)
    yield made
    made.close()


class Reader(threading.Thread):
    """Reads a pipe up to the line ``last``."""

    def __init__(self, descriptor, last=b"end"):
        super().__init__(daemon=True)
        self._descriptor = descriptor
        self._last = last
        self.lines = []
        self.start()

    def run(self):
        text = b""
        while self._last not in self.lines:
            text += os.read(self._descriptor, 1 << 16)
            self.lines = text.splitlines()


def test_a_line_is_out_when_its_call_returns(pipe, writer):
    for number in range(100):
        line = b"%d\n" % number
        writer.write(line)
        os.set_blocking(pipe[0], False)
        assert os.read(pipe[0], 100) == line


@pytest.mark.parametrize("length", [6, select.PIPE_BUF + 1], ids=["written at once", "handed on"])
def test_lines_of_many_threads_come_whole(pipe, writer, length):
    reader = Reader(pipe[0])
    line = b"a" * length + b"\n"
    threads = [threading.Thread(target=lambda: [writer.write(line) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.write(b"end\n")
    reader.join(10)
    assert reader.lines == 200 * [line.strip()] + [b"end"]


@pytest.mark.parametrize("opened", ["pipe", "file"])
def test_what_waits_for_no_reader_needs_no_thread(opened, pipe, tmp_path):
    before = threading.active_count()
    with (tmp_path / "log").open("wb", buffering=0) as file:
        writer = LineWriter(pipe[1] if opened == "pipe" else file.fileno(), lambda _count: b"")
        writer.write(LINE)
    assert threading.active_count() == before
    assert (os.read(pipe[0], 2000) if opened == "pipe" else (tmp_path / "log").read_bytes()) == LINE


def test_a_python_that_cannot_say_not_to_wait_hands_lines_on(pipe, writer, monkeypatch):
    monkeypatch.delattr(log_lines.os, "RWF_NOWAIT")
    writer.write(LINE)
    assert os.read(pipe[0], 2000) == LINE


def test_lines_keep_their_order_when_a_pipe_has_room_for_a_short_one_alone(pipe, writer):
    for _ in range(70):
        writer.write(LINE)
    reader = Reader(pipe[0])
    writer.write(b"end\n")
    reader.join(10)
    assert reader.lines == 70 * [LINE.strip()] + [b"end"]


def test_a_reader_that_does_not_read_holds_nobody_up_and_learns_how_much_it_missed(pipe, writer):
    began = time.monotonic()
    for _ in range(500):
        writer.write(LINE)
    # One wait of a tenth of a second, and none after it.
    assert time.monotonic() - began < 5
    reader = Reader(pipe[0])
    writer.flush()
    writer.write(b"more\n")
    writer.write(b"end\n")
    reader.join(10)
    (lost,) = [int(line.split()[1]) for line in reader.lines if line.startswith(b"lost ")]
    assert lost > 300
    assert reader.lines.count(LINE.strip()) + lost == 500
    assert reader.lines[-2:] == [b"more", b"end"]


def test_a_full_disk_loses_lines_and_breaks_nothing():
    told = []
    with open("/dev/full", "wb", buffering=0) as full:

        def lost_line(count):
            told.append(count)
            return b"lost\n"

        writer = LineWriter(full.fileno(), lost_line)
        for _ in range(5):
            writer.write(LINE)
        writer.close()
    # Each line is lost with the one that was to tell of those before it.
    assert told == [1, 2, 3, 4]


def test_a_line_cut_by_a_full_disk_is_followed_by_a_new_line(tmp_path, monkeypatch):
    real, path = os.write, tmp_path / "log"
    room = [5]

    def write(descriptor, text):
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = real(descriptor, bytes(text)[: room[0]])
        room[0] -= written
        return written

    with path.open("wb", buffering=0) as file:
        writer = LineWriter(file.fileno(), lambda count: b"lost %d\n" % count)
        monkeypatch.setattr(log_lines.os, "write", write)
        writer.write(b"0123456789\n")
        room[0] = 1000
        writer.write(b"next\n")
        writer.close()
    assert path.read_bytes() == b"01234\nlost 1\nnext\n"


def test_a_descriptor_that_somebody_made_non_blocking_is_waited_for(pipe, writer):
    os.set_blocking(pipe[1], False)
    for _ in range(80):
        writer.write(LINE)
    reader = Reader(pipe[0])
    writer.write(b"end\n")
    reader.join(10)
    assert len(reader.lines) == 81


def test_a_forked_child_writes_its_own_lines_and_none_of_its_parents(pipe, writer):
    for _ in range(70):
        writer.write(LINE)
    pid = os.fork()
    if pid == 0:
        writer.write(b"of the child\n")
        while writer._pending:
            time.sleep(0.01)
        os._exit(0)
    reader = Reader(pipe[0])
    assert os.waitpid(pid, 0)[1] == 0
    writer.write(b"end\n")
    reader.join(10)
    assert sorted(set(reader.lines)) == sorted({LINE.strip(), b"of the child", b"end"})
    assert reader.lines.count(LINE.strip()) == 70


def test_the_servers_configuration_tells_of_lost_lines_as_json(monkeypatch):
    record = logs.lost_lines_record(7)
    line = json.loads(logs.JsonFormatter().format(record))
    assert (line["event"], line["count"], line["level"]) == ("log_lines_lost", 7, "warning")


BLOCKED = """
import logging.config, os, sys, time
from docops_flask import logs
logging.config.dictConfig(logs.dict_config())
for number in range(3000):
    logs.log_event("start", number=number, filler="x" * 1000)
sys.stderr.write("done")
"""


def test_a_process_whose_log_nobody_reads_still_ends(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", BLOCKED], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stderr.read() == b"done"
    assert process.wait(30) == 0
    process.stdout.close()
    process.stderr.close()


def test_all_lines_are_out_when_a_process_ends():
    code = BLOCKED.replace('"x" * 1000', '""')
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == list(range(3000))


def test_handlers_that_are_replaced_end_their_threads(pipe):
    before = set(threading.enumerate())
    handler = log_lines.LineHandler(os.fdopen(pipe[1], "w", closefd=False))
    handler.emit(logging.makeLogRecord({"msg": TOO_LONG_AT_ONCE}))
    (thread,) = set(threading.enumerate()) - before
    handler.close()
    thread.join(10)
    assert not thread.is_alive()


def test_a_record_comes_through_its_logger_unless_a_filter_is_against_it(pipe):
    handler = log_lines.LineHandler(os.fdopen(pipe[1], "w", closefd=False))
    handler.addFilter(lambda record: record.msg != "not this")
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    try:
        for text in ("one", "not this", "two"):
            logger.error(text)
    finally:
        handler.close()
    assert os.read(pipe[0], 1 << 16) == b"one\ntwo\n"


def test_a_thread_that_waits_for_the_writer_keeps_no_other_from_logging(pipe, monkeypatch):
    monkeypatch.setattr(log_lines, "_PATIENCE_SECONDS", 30.0)
    monkeypatch.setattr(log_lines, "_PENDING_BYTES", 1_000_000)
    handler = log_lines.LineHandler(os.fdopen(pipe[1], "w", closefd=False))
    entered = [threading.Event(), threading.Event()]
    emit = handler.emit
    handler.emit = lambda record: (entered[int(record.msg[0])].set(), emit(record))
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    threads = [
        threading.Thread(target=logger.error, args=(f"{number}{'x' * 2**17}",), daemon=True)
        for number in range(2)
    ]
    for thread, event in zip(threads, entered, strict=True):
        thread.start()
        assert event.wait(10)
    reader = Reader(pipe[0], last=b"1" + b"x" * 2**17)
    for thread in (*threads, reader):
        thread.join(10)
        assert not thread.is_alive()
    handler.close()
