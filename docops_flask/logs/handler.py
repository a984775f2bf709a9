"""Log lines go through a bounded queue to one thread that writes them, so that no request waits for a reader.

A pipe whose reader has stopped reading takes 64 KiB and then blocks every thread that writes to it: a log
collector that hangs would hang the server. Lines that find no room in the queue, or cannot be written, are
lost and counted; the next line that is written is preceded by one that tells how many.
"""

import logging
import os
import select
import threading
from contextlib import suppress
from logging.handlers import QueueHandler
from queue import Full, Queue
from typing import IO

from docops_flask.logs.events import lost_lines_record

# Some hundred bytes each.
_MAX_LINES = 4096
_FLUSH_SECONDS = 1.0


class LineHandler(QueueHandler):
    """Formats each record and hands the line to the thread, which starts with the first of them."""

    queue: "Queue[bytes | threading.Event]"
    _thread: threading.Thread | None

    def __init__(self, stream: IO[str]) -> None:
        """Write to the descriptor of ``stream``, which stays the caller's."""
        super().__init__(Queue(_MAX_LINES))
        self._descriptor = stream.fileno()
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line of ``record``; count it as lost when there is no room."""
        try:
            line = self._as_line(record)
        except Exception:  # what logging does with any error of a handler
            self.handleError(record)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._write_lines, name="docops-log", daemon=True)
            self._thread.start()
        try:
            self.queue.put_nowait(line)
        except Full:
            self._count_lost(1)

    def flush(self) -> None:
        """Wait until all that was logged is written, for a second at most."""
        if self._thread is None:
            return
        written = threading.Event()
        with suppress(Full):
            self.queue.put(written, timeout=_FLUSH_SECONDS)
            written.wait(_FLUSH_SECONDS)

    def _begin(self) -> None:
        # In a forked child: what its parent has not written yet is for the parent to write.
        self.queue = Queue(_MAX_LINES)
        self._thread = None
        self._lost = 0
        self._lost_mutex = threading.Lock()
        self._is_mid_line = False

    def _write_lines(self) -> None:
        while True:
            item = self.queue.get()
            if isinstance(item, threading.Event):
                # Losses are told at a flush too: no further line may come.
                self._write_with_losses(b"")
                item.set()
            else:
                self._write_with_losses(item)

    def _write_with_losses(self, line: bytes) -> None:
        """Write ``line``, preceded by one that tells how many were lost before it."""
        lost = self._count_lost(-self._lost)
        text = self._as_line(lost_lines_record(lost)) + line if lost else line
        try:
            self._write(b"\n" + text if text and self._is_mid_line else text)
        except OSError:
            # A full disk, a reader that is gone: there is nowhere to tell it.
            self._count_lost(lost + bool(line))

    def _count_lost(self, change: int) -> int:
        """Add ``change`` to the number of lost lines; return how far it went down."""
        with self._lost_mutex:
            self._lost += change
        return -change

    def _write(self, text: bytes) -> None:
        rest = memoryview(text)
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        finally:
            self._is_mid_line = 0 < len(rest) < len(text) or (self._is_mid_line and bool(rest))

    def _write_some(self, text: memoryview) -> int:
        while True:
            try:
                return os.write(self._descriptor, text)
            except BlockingIOError:
                # Somebody who shares the descriptor made it non-blocking.
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()

    def _as_line(self, record: logging.LogRecord) -> bytes:
        return (self.format(record) + "\n").encode("utf-8", "backslashreplace")
