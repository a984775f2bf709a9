"""The content of the server's log: one JSON object per line, made with the standard library alone.

gunicorn's configuration imports this module in the master process, whose memory use must stay small.
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
# The events that an operator has to act on, or a client was refused by.
_ERRORS = frozenset({"error", "template_stopped", "library_not_renewed"})


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: time, level, logger, process id, then the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without a newline; it is ASCII, so it is valid in any encoding."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
        }
        fields = getattr(record, _FIELDS, None)
        if fields is None:
            fields = {"message": record.getMessage()}
        # A field with the name of a standard member gets an underscore appended instead of replacing it.
        line |= {f"{name}_" if name in line else name: value for name, value in fields.items()}
        if record.exc_info and record.exc_info[0] is not None:
            # Never the message of an exception: it may contain client data.
            line["inner"] = place_of(record.exc_info[0], record.exc_info[2])
        return _compact(line)


class NotOurs(logging.Filter):
    """Keeps records of the service's logger away from the root's handlers; it has its own handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether ``record`` is from another logger than the service's."""
        return record.name != LOGGER


def _compact(members: dict[str, Any]) -> str:
    return json.dumps(members, separators=(",", ":"))


def log_event(event: str, **fields: Any) -> None:
    """Log an event with the logger ``docops.api``.

    ``fields`` must be JSON-serializable and must not contain document content, task values or policies.
    """
    level = logging.ERROR if event in _ERRORS else logging.INFO
    members = {"event": event, **fields}
    # The message is JSON as well, for handlers with another formatter.
    logging.getLogger(LOGGER).log(level, "%s", _compact(members), extra={_FIELDS: members})


def lost_lines_record(count: int) -> logging.LogRecord:
    """Return a record that reports ``count`` lost log lines."""
    record = logging.LogRecord(LOGGER, logging.WARNING, __file__, 0, "log lines lost", None, None)
    record.__dict__[_FIELDS] = {"event": "log_lines_lost", "count": count}
    return record


def place_of(kind: type[BaseException], trace: TracebackType | None) -> str:
    """Return "Type at file:line" for an exception: the last place in this package, else the last of all."""
    # Not ``extract_tb``, which accesses each source file; only names and line numbers are needed.
    places = [(*_source(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    if not places:
        return kind.__name__
    _, name, line = next((place for place in reversed(places) if place[0]), places[-1])
    return f"{kind.__name__} at {name}:{line}"


@lru_cache(maxsize=256)
def _source(path: str) -> tuple[bool, str]:
    """Return whether the source file ``path`` belongs to this package, and its name in the log."""
    file = Path(path)
    is_ours = file.is_relative_to(_PACKAGE_ROOT / "docops_flask")
    return is_ours, str(file.relative_to(_PACKAGE_ROOT)) if is_ours else file.name


def dict_config() -> dict[str, Any]:
    """Return the server's logging configuration: the service's log to stdout, gunicorn's log to stderr."""
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
            # With a logconfig, gunicorn writes its access log unconditionally; the service's log has more.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }


def ensure_configured() -> None:
    """Send the service's log to stdout unless it is already configured."""
    logger = logging.getLogger(LOGGER)
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
