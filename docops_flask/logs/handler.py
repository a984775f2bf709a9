"""A log handler with a bounded queue and one writer thread, so that no request blocks on writing the log.

If the reader of a pipe stops reading, the pipe accepts 64 KiB and then blocks every writer; without the queue
a hanging log collector would block the server. Lines for which the queue has no room, and lines that cannot
be written, are lost and counted. The next line written is preceded by a line with the count.
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

# Lines have a few hundred bytes each.
_MAX_LINES = 4096
_FLUSH_SECONDS = 1.0


class LineHandler(QueueHandler):
    """Formats each record and queues the line for the writer thread, which starts with the first record."""

    queue: "Queue[bytes | threading.Event]"
    _thread: threading.Thread | None

    def __init__(self, stream: IO[str]) -> None:
        """Write to the file descriptor of ``stream``, which remains owned by the caller."""
        super().__init__(Queue(_MAX_LINES))
        self._descriptor = stream.fileno()
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line of ``record``, or count it as lost if the queue is full."""
        try:
            line = self._as_line(record)
        except Exception:  # as all handlers of logging do
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
        """Wait until all queued lines are written, for at most one second."""
        if self._thread is None:
            return
        written = threading.Event()
        with suppress(Full):
            self.queue.put(written, timeout=_FLUSH_SECONDS)
            written.wait(_FLUSH_SECONDS)

    def _begin(self) -> None:
        # After a fork: the parent writes the lines that were queued before it.
        self.queue = Queue(_MAX_LINES)
        self._thread = None
        self._lost = 0
        self._lost_mutex = threading.Lock()
        self._is_mid_line = False

    def _write_lines(self) -> None:
        while True:
            item = self.queue.get()
            if isinstance(item, threading.Event):
                # Report losses at a flush too, because no further line may follow.
                self._write_with_losses(b"")
                item.set()
            else:
                self._write_with_losses(item)

    def _write_with_losses(self, line: bytes) -> None:
        """Write ``line``, preceded by a line with the number of lines lost before it, if any."""
        lost = self._count_lost(-self._lost)
        text = self._as_line(lost_lines_record(lost)) + line if lost else line
        try:
            self._write(b"\n" + text if text and self._is_mid_line else text)
        except OSError:
            # A full disk or a closed pipe: there is no place to report it.
            self._count_lost(lost + bool(line))

    def _count_lost(self, change: int) -> int:
        """Add ``change`` to the number of lost lines (0 or more); return by how much it decreased."""
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
                # Another process that shares the descriptor made it non-blocking.
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()

    def _as_line(self, record: logging.LogRecord) -> bytes:
        return (self.format(record) + "\n").encode("utf-8", "backslashreplace")
