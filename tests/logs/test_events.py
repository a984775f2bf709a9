"""The log's format: one JSON object a line, whatever is in it."""

import json
import logging
import logging.config
import subprocess
import sys
from types import TracebackType
from typing import Any

import pytest

from docops_flask.logs import events

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def formatted(
    message: str = "hello",
    exc_info: ExcInfo | None = None,
    **extra: Any,
) -> str:
    record = logging.LogRecord("docops.api", logging.INFO, __file__, 1, message, (), exc_info)
    record.__dict__.update(extra)
    return events.JsonFormatter().format(record)


def raise_secret() -> None:
    raise KeyError("SECRET")


def caught() -> ExcInfo:
    try:
        raise_secret()
    except KeyError as error:
        return KeyError, error, error.__traceback__
    raise AssertionError


def test_a_record_becomes_one_ascii_line_of_json() -> None:
    line = formatted("两\n行")
    assert line.isascii()
    assert "\n" not in line
    content = json.loads(line)
    assert content["message"] == "两\n行"
    assert (content["level"], content["logger"]) == ("info", "docops.api")
    assert content["time"].endswith("+00:00")
    assert content["pid"] > 0


def test_an_exception_is_logged_with_type_and_place_without_its_message() -> None:
    content = json.loads(formatted(exc_info=caught()))
    assert content["inner"].startswith("KeyError at test_events.py:")
    assert "SECRET" not in json.dumps(content)


def test_an_event_has_its_fields_at_the_top_level(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(events.LOGGER), "propagate", True)
    with caplog.at_level(logging.INFO, events.LOGGER):
        events.log_event("start", request_id="abc", queue_wait_ms=0)
    content = json.loads(events.JsonFormatter().format(caplog.records[0]))
    assert (content["event"], content["request_id"], content["queue_wait_ms"]) == ("start", "abc", 0)
    assert "message" not in content


def test_a_field_never_takes_the_place_of_what_every_line_has() -> None:
    fields = {"event": "sandbox", "level": "full", "time": "noon", "pid": 1, "logger": "mine"}
    content = json.loads(formatted(docops_fields=fields))
    assert (content["level"], content["logger"], content["event"]) == ("info", "docops.api", "sandbox")
    assert (content["level_"], content["logger_"], content["time_"], content["pid_"]) == (
        "full", "mine", "noon", 1,
    )  # fmt: skip
    assert content["pid"] > 1


def test_a_line_is_compact_so_that_it_can_be_searched_for_a_member() -> None:
    line = formatted(docops_fields={"event": "start", "timing": {"total_ms": 1}})
    assert '"event":"start"' in line
    assert '"timing":{"total_ms":1}' in line


def test_the_logging_configuration_is_valid() -> None:
    program = (
        "import logging, logging.config; from docops_flask.logs import events as logs\n"
        "logging.config.dictConfig(logs.dict_config())\n"
        "logs.log_event('start', request_id='x'); logging.getLogger('gunicorn.error').info('hello')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["event"] == "start"
    assert json.loads(done.stderr)["message"] == "hello"


def test_the_log_imports_only_the_standard_library() -> None:
    program = (
        "import sys; from docops_flask.logs import events as logs\n"
        "print([name for name in ('flask', 'werkzeug', 'gunicorn', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
