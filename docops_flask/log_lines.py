"""Writes log lines without ever making a request wait for whoever reads them.

A pipe whose reader has stopped reading takes 64 KiB, and then holds every thread that writes to it: a log
collector that hangs would hang the server. What a pipe takes at once is written at once; the rest is the work
of one thread of each process. As long as that gets on, whoever logs waits for it: a line is out when its call
returns, and is not lost with a killed process. When it does not, nobody waits, and lines that find no room
are counted and forgotten.
"""

import logging
import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Any
from weakref import WeakSet

from docops_flask.logs import lost_lines_record

_PATIENCE_SECONDS = 0.5
_FLUSH_SECONDS = 1.0
_PENDING_BYTES = 1024 * 1024

_writers: "WeakSet[LineWriter]" = WeakSet()


def _forget_in_child() -> None:
    for writer in _writers:
        writer.forget()


os.register_at_fork(after_in_child=_forget_in_child)


class LineWriter:
    """Writes lines to a descriptor, from a thread that starts with the first of them."""

    def __init__(self, descriptor: int, lost_line: Callable[[int], bytes]) -> None:
        """Write to ``descriptor``, which stays the caller's.

        ``lost_line`` makes the line that tells how many were lost, once lines pass again.
        """
        self._descriptor = descriptor
        mode = os.fstat(descriptor).st_mode
        self._is_file, self._is_pipe = stat.S_ISREG(mode), stat.S_ISFIFO(mode)
        self._lost_line = lost_line
        self._is_mid_line = False
        self.forget()
        _writers.add(self)

    def forget(self) -> None:
        """Begin anew, in a forked child: what its parent has not written yet is for the parent to write."""
        self._mutex = threading.Lock()
        self._wanted = threading.Condition(self._mutex)
        self._emptied = threading.Condition(self._mutex)
        self._thread: threading.Thread | None = None
        # Each line with a lock that whoever logs it waits for: that wakes nobody else, as a condition would.
        self._pending: deque[tuple[bytes, threading.Lock]] = deque()
        self._pending_bytes = 0
        self._lost = 0
        self._is_stuck = False
        self._is_closed = False

    def write(self, line: bytes) -> None:
        """Have ``line`` written; return when it is, or soon when it cannot be."""
        with self._mutex:
            is_next = not (self._pending or self._lost or self._is_mid_line)
            if is_next and self._is_out_at_once(line):
                return
            if self._pending_bytes + len(line) > _PENDING_BYTES:
                self._lost += 1
                return
            written = threading.Lock()
            written.acquire()
            self._pending.append((line, written))
            self._pending_bytes += len(line)
            self._ensure_thread()
            self._wanted.notify()
            if self._is_stuck:
                return
        if not written.acquire(timeout=_PATIENCE_SECONDS):
            with self._mutex:
                self._is_stuck = self._is_stuck or written.locked()

    def flush(self) -> None:
        """Wait until all is written, for a second at most."""
        with self._mutex:
            self._emptied.wait_for(lambda: not self._pending, _FLUSH_SECONDS)

    def close(self) -> None:
        """End the thread when all is written."""
        with self._mutex:
            self._is_closed = True
            self._wanted.notify()

    def _is_out_at_once(self, line: bytes) -> bool:
        """Write ``line`` where that waits for no reader: into a file, or a pipe with room for all of it.

        A pipe takes up to PIPE_BUF bytes whole or, told not to wait, not at all (pipe(7), pwritev2(2)).
        """
        try:
            if self._is_file:
                written = os.write(self._descriptor, line)
            elif self._is_pipe and len(line) <= select.PIPE_BUF:
                written = os.pwritev(self._descriptor, [line], -1, os.RWF_NOWAIT)
            else:
                return False
        except (OSError, AttributeError):
            # It would wait, or cannot be told not to: by this kernel, or by a Python built for an older one.
            return False
        if written < len(line):
            # A disk that is full now.
            self._is_mid_line = True
            self._lost += 1
        return True

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="docops-log", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while batch := self._next_batch():
            lines, lost = batch
            parts = [self._lost_line(lost), *lines] if lost else lines
            unwritten = self._write_all(b"".join(parts)).count(b"\n")
            if lost and unwritten == len(parts):
                # The line that was to tell is among those that are lost.
                unwritten += lost - 1
            with self._mutex:
                for line in lines:
                    self._pending.popleft()[1].release()
                    self._pending_bytes -= len(line)
                self._lost += unwritten
                self._is_stuck = False
                self._emptied.notify_all()

    def _next_batch(self) -> tuple[list[bytes], int] | None:
        with self._mutex:
            self._wanted.wait_for(lambda: self._pending or self._is_closed)
            lost, self._lost = self._lost, 0
            return ([line for line, _ in self._pending], lost) if self._pending else None

    def _write_all(self, text: bytes) -> bytes:
        """Write ``text``; return what could not be written."""
        rest = memoryview(b"\n" + text if self._is_mid_line else text)
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        except OSError:
            # A full disk, a reader that is gone: there is nowhere to tell it.
            self._is_mid_line = self._is_mid_line or 0 < len(rest) < len(text)
            return bytes(rest)
        self._is_mid_line = False
        return b""

    def _write_some(self, text: memoryview) -> int:
        while True:
            try:
                return os.write(self._descriptor, text)
            except BlockingIOError:
                # Somebody who shares the descriptor made it non-blocking.
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()


class LineHandler(logging.Handler):
    """Hands each record, as a line, to a ``LineWriter``."""

    def __init__(self, stream: IO[str]) -> None:
        """Write to the descriptor of ``stream``."""
        super().__init__()
        self._writer = LineWriter(stream.fileno(), self._lost_line)

    def handle(self, record: logging.LogRecord) -> bool:
        """Write ``record`` if no filter is against it; return whether.

        Without the handler's lock: a thread that waits for the writer must not keep the others from finding
        it stuck.
        """
        # Since Python 3.12 a filter may give another record in its place.
        passed: Any = self.filter(record)
        if passed:
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return bool(passed)

    def emit(self, record: logging.LogRecord) -> None:
        """Write ``record`` as a line."""
        try:
            self._writer.write(self._as_line(record))
        except Exception:  # what logging does with any error of a handler
            self.handleError(record)

    def flush(self) -> None:
        """Wait a moment until what was logged is written."""
        self._writer.flush()

    def close(self) -> None:
        """End the writer's thread once it has nothing to write."""
        self._writer.close()
        super().close()

    def _lost_line(self, count: int) -> bytes:
        return self._as_line(lost_lines_record(count))

    def _as_line(self, record: logging.LogRecord) -> bytes:
        return (self.format(record) + "\n").encode("utf-8", "backslashreplace")
