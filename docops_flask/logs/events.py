"""The server's log: one JSON object a line, from the standard library alone.

gunicorn's configuration imports this module in its master process, which must stay small.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

LOGGER = "docops.api"
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_FIELDS = "docops_fields"
_HANDLER = "docops_flask.logs.handler.LineHandler"


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: the time, level, logger and process, then its own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end; it is ASCII, so that any terminal or file takes it."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
        }
        fields = getattr(record, _FIELDS, None)
        if fields is None:
            fields = {"message": record.getMessage()}
        # What every line has stays what it is: a field of the same name stands beside it.
        line |= {f"{name}_" if name in line else name: value for name, value in fields.items()}
        if record.exc_info and record.exc_info[0] is not None:
            # Never the message of an exception: it may hold what a client sent.
            line["inner"] = place_of(record.exc_info[0], record.exc_info[2])
        return _compact(line)


class NotOurs(logging.Filter):
    """Keeps our own lines from the root's handlers: they have a handler of their own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether ``record`` is somebody else's."""
        return record.name != LOGGER


def _compact(members: dict[str, Any]) -> str:
    return json.dumps(members, separators=(",", ":"))


def log_event(event: str, **fields: Any) -> None:
    """Write one line of the logger ``docops.api``; ``fields`` are JSON-able and hold no contents."""
    level = logging.ERROR if event == "error" else logging.INFO
    members = {"event": event, **fields}
    # The message is JSON too, for whoever listens with a handler and a format of their own.
    logging.getLogger(LOGGER).log(level, "%s", _compact(members), extra={_FIELDS: members})


def lost_lines_record(count: int) -> logging.LogRecord:
    """Return the record that tells of ``count`` lines the log could not take."""
    record = logging.LogRecord(LOGGER, logging.WARNING, __file__, 0, "log lines lost", None, None)
    record.__dict__[_FIELDS] = {"event": "log_lines_lost", "count": count}
    return record


def place_of(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return "Type at file:line": where an exception was raised, in this package if it passed there."""
    # Only names and numbers are wanted: ``extract_tb`` would look at each source file on the disk.
    places = [(*_source(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    if not places:
        return kind.__name__
    _, name, line = next((place for place in reversed(places) if place[0]), places[-1])
    return f"{kind.__name__} at {name}:{line}"


@lru_cache(maxsize=256)
def _source(path: str) -> tuple[bool, str]:
    """Return whether the source file ``path`` is ours, and how it is named in the log."""
    file = Path(path)
    is_ours = file.is_relative_to(_PACKAGE_ROOT / "docops_flask")
    return is_ours, str(file.relative_to(_PACKAGE_ROOT)) if is_ours else file.name


def dict_config() -> dict[str, Any]:
    """Return the logging configuration of a server: our log to stdout, gunicorn's own words to stderr."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"others": {"()": "docops_flask.logs.events.NotOurs"}},
        "formatters": {"json": {"()": "docops_flask.logs.events.JsonFormatter"}},
        "handlers": {
            "stdout": {"()": _HANDLER, "formatter": "json", "stream": "ext://sys.stdout"},
            "stderr": {
                "()": _HANDLER,
                "formatter": "json",
                "stream": "ext://sys.stderr",
                "filters": ["others"],
            },
        },
        "loggers": {
            LOGGER: {"level": "INFO", "handlers": ["stdout"], "propagate": True},
            "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
            # A configured gunicorn writes an access log whether it is wanted or not; ours says more.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }


def ensure_configured() -> None:
    """Send our log to stdout unless somebody has configured it already."""
    logger = logging.getLogger(LOGGER)
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
