"""The app with all its real parts, its work folder and its log."""

import dataclasses
import io
import json
import logging
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.app import create_app
from docops_flask.jobs.renderer import Renderer
from docops_flask.logs.events import LOGGER, JsonFormatter
from docops_flask.settings.settings import Settings
from docops_flask.web.services import EXTENSION
from tests.jobs.limits import LIMITS
from tests.web.openapi_document import documented


class LogLines:
    """What the server logged, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@pytest.fixture(autouse=True)
def log() -> Iterator[LogLines]:
    """The lines of docops.api, written by the real formatter."""
    lines = LogLines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger(LOGGER)
    before = (list(logger.handlers), logger.level, logger.propagate)
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    yield lines
    logger.handlers, logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


@pytest.fixture(autouse=True)
def work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where jobs have their files."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


class Client(FlaskClient):
    """A client that takes every answer to its end and closes it, as a server does.

    It holds each answer of a known address to what /v1/openapi.json says of it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        response = super().open(*args, **kwargs)
        path = documented().path_of(response.request.path)
        is_served = self.application.url_map.bind("").allowed_methods(response.request.path)
        is_preflight = response.status_code == 204
        if path is not None and is_served and not is_preflight and kwargs["buffered"]:
            documented().refuse_others(
                path, response.request.method, response.status_code, response.headers, response.data
            )
        return response


@pytest.fixture
def make_app(work_folder: Path) -> Callable[..., Flask]:
    """Make an app; ``fork`` starts renderers fastest, the other methods are the e2e tests' matter."""

    def make(**settings: Any) -> Flask:
        app = create_app(Settings(**{"mp_start": "fork", "pdf": "off", **settings}))
        app.test_client_class = Client
        return app

    return make


@pytest.fixture
def make_client(make_app: Callable[..., Flask]) -> Callable[..., FlaskClient]:
    """Make an app and return its client."""
    return lambda **settings: make_app(**settings).test_client()


@pytest.fixture
def client(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    """The client of an app with default settings."""
    return make_client()


def die(*_args: Any) -> dict[str, Any]:
    """A job that kills its renderer."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


def crash_renderers(app: Flask) -> None:
    """Have every renderer of ``app`` killed in the middle of its job."""
    renderer = Renderer("fork", timeout_seconds=60, limits=LIMITS, task=die)
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], renderer=renderer)


@pytest.fixture
def crashing_client(make_app: Callable[..., Flask]) -> FlaskClient:
    """The client of an app whose renderers are killed in the middle of every job."""
    app = make_app()
    crash_renderers(app)
    return app.test_client()
