"""The checks themselves: each must be able to fail."""

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, form_body
from tests.hostile.answer_checks import HostileServer, Refusal, Send, ask

BAD_JSON = Refusal(400, "INVALID_JSON", {"field": "task"}, inner="intake/task.py")


def bad_task(text: bytes = b"{") -> Send:
    return ask("POST", "/v1/run", form_body(task_json=text), Content_Type=FORM_TYPE)


def test_a_correct_refusal_passes(hostile_server: HostileServer) -> None:
    hostile_server.refuses(bad_task(), BAD_JSON, [b"{"])


@pytest.mark.parametrize(
    "expected",
    [
        Refusal(415, "INVALID_JSON"),
        Refusal(400, "INVALID_ARGUMENT"),
        Refusal(400, "INVALID_JSON", {"field": "template"}),
        Refusal(400, "INVALID_JSON", inner="elsewhere"),
    ],
)
def test_another_answer_fails(hostile_server: HostileServer, expected: Refusal) -> None:
    with pytest.raises(AssertionError):
        hostile_server.refuses(bad_task(), expected)


def test_an_answer_that_repeats_its_request_fails(hostile_server: HostileServer) -> None:
    answer = bad_task()(hostile_server.server)
    with pytest.raises(AssertionError, match="repeats"):
        hostile_server.check_answer(answer, BAD_JSON, [answer.json["message"] * 2, answer.body])


@pytest.mark.parametrize("said", ["/tmp/x/template.docx", "in KeyError", "docops_flask.web", "zip_reader.py"])
def test_an_answer_that_reveals_the_server_fails(hostile_server: HostileServer, said: str) -> None:
    answer = bad_task()(hostile_server.server)
    answer.body = answer.body.replace(b"not valid JSON", said.encode())
    with pytest.raises(AssertionError):
        hostile_server.check_answer(answer, BAD_JSON, [])


def test_a_remaining_job_folder_fails(hostile_server: HostileServer) -> None:
    folder = hostile_server.server.work_folder / "docops-x.job"
    folder.mkdir()
    with pytest.raises(AssertionError, match=r"left behind.*docops-x\.job"):
        hostile_server.check_rest()
    folder.rmdir()


def test_a_slot_that_stays_busy_fails(hostile_server: HostileServer) -> None:
    running, renderer = hostile_server.server.frozen_job()
    with pytest.raises(AssertionError, match="left behind"):
        hostile_server.check_rest()
    renderer.resume()
    assert running.result().status == 200
    hostile_server.check_rest()
