"""Mutated tasks, policies and forms sent into the whole app: each answer is one that the contract knows."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import event, given
from hypothesis import strategies as st

from docops_flask.app import create_app
from docops_flask.logs.events import LOGGER
from docops_flask.settings.settings import Settings
from tests.fuzz.mutated_requests import Body, forms_of, mutated_forms, mutated_policies, mutated_tasks
from tests.fuzz.profile import profile
from tests.web.conftest import Client
from tests.web.forms import members

REFUSALS = {
    (400, "INVALID_ARGUMENT"),
    (400, "INVALID_ARGUMENT_CONFLICT"),
    (400, "INVALID_JSON"),
    (400, "INVALID_TEMPLATE"),
    (413, "UPLOAD_TOO_LARGE"),
    (415, "INVALID_MEDIA_TYPE"),
}
# Most of what is well formed is prechecked, which is quick; a share is filled.
PATHS = st.sampled_from(["/v1/precheck", "/v1/precheck", "/v1/precheck", "/v1/run"])
SECONDS_NOBODY_NEEDS = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[FlaskClient]:
    """The whole app with its renderers; each of its answers is checked against /v1/openapi.json."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setattr(logging.getLogger(LOGGER), "disabled", True)
        app = create_app(Settings(mp_start="fork", request_timeout_seconds=SECONDS_NOBODY_NEEDS))
        app.testing = False
        app.test_client_class = Client
        yield app.test_client()


def assert_an_answer(client: FlaskClient, folder: Path, path: str, body: Body) -> None:
    """Send ``body``; the answer is a job's or a refusal, and nothing stays behind."""
    response = client.post(path, data=body.content, content_type=body.content_type)
    assert len(response.headers["X-Docops-Request-Id"]) == 32
    assert [entry for entry in folder.iterdir() if entry.suffix != ".lock"] == []
    if response.status_code == 200:
        event("done")
        if path == "/v1/run":
            assert "out.docx" in members(response.data)
        return
    error = response.get_json()
    event(f"refused: {error['error_code']}")
    assert (response.status_code, error["error_code"]) in REFUSALS
    assert error["message"].isprintable()
    assert error["detail"]["request_id"] == response.headers["X-Docops-Request-Id"]


@profile(150)
@given(path=PATHS, body=mutated_tasks().flatmap(lambda task: forms_of(task=task)))
def test_a_mutated_task_is_filled_or_refused(
    client: FlaskClient, folder: Path, path: str, body: Body
) -> None:
    assert_an_answer(client, folder, path, body)


@profile(100)
@given(path=PATHS, body=mutated_policies().flatmap(lambda policy: forms_of(policy=policy)))
def test_a_mutated_policy_is_used_or_refused(
    client: FlaskClient, folder: Path, path: str, body: Body
) -> None:
    assert_an_answer(client, folder, path, body)


@profile(150)
@given(path=st.one_of(PATHS, st.just("/v1/inspect")), body=mutated_forms())
def test_a_mutated_form_is_read_or_refused(client: FlaskClient, folder: Path, path: str, body: Body) -> None:
    assert_an_answer(client, folder, path, body)
