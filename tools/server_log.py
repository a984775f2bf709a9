"""A server's log while it grows: what was added, what went wrong, how it ends."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

_STEP_SECONDS = 0.05


class GrowingLog:
    """The log of a running server, read piece by piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def take_added(self, patience_seconds: float) -> bytes:
        """Return the lines that were added since the last call.

        A job's end line is written just after its answer went out, so this waits up to
        ``patience_seconds`` until every job that these lines start has its end among them.
        """
        deadline = time.monotonic() + patience_seconds
        while True:
            added = self._added()
            if not _unfinished_jobs(added) or time.monotonic() >= deadline:
                self._offset += len(added)
                return added
            time.sleep(_STEP_SECONDS)

    def _added(self) -> bytes:
        with self._path.open("rb") as log:
            log.seek(self._offset)
            added = log.read()
        # A line may be half written.
        return added[: added.rfind(b"\n") + 1]


def error_lines(log: Path, most: int) -> list[str]:
    """Return what the jobs of ``log`` failed with, the most frequent first, ``most`` lines at most."""
    counts: Counter[str] = Counter()
    request_ids: dict[str, str] = {}
    for event in _events(log.read_bytes()):
        if event.get("event") != "error":
            continue
        what = f"{event.get('status_code')} {event.get('error_code')} at stage {event.get('failure_stage')}"
        if event.get("inner"):
            what += f": {event['inner']}"
        counts[what] += 1
        request_ids.setdefault(what, str(event.get("request_id")))
    return [
        f"{count} × {what} (first: request {request_ids[what]})" for what, count in counts.most_common(most)
    ]


def tail(log: Path, lines: int = 10) -> str:
    """Return the last ``lines`` lines of ``log``."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])


def _unfinished_jobs(lines: bytes) -> set[str]:
    started, ended = set(), set()
    for event in _events(lines):
        if event.get("event") == "start":
            started.add(event.get("request_id", ""))
        elif event.get("event") in ("done", "error"):
            ended.add(event.get("request_id", ""))
    return started - ended


def _events(lines: bytes) -> list[dict[str, Any]]:
    """Return the lines that are JSON objects; a crash may put other things between them."""
    events = []
    for line in lines.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events
