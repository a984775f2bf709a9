"""The renderer process seen from its channel: messages, result file, exit status."""

import json
import os
import resource
import socket
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NoReturn

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.worker import child, worker
from docops_flask.engine.worker.isolation import ProcessLimits
from tests.jobs import targets
from tests.jobs.limits import LIMITS


class Conversation:
    """A forked renderer and the server's end of its channel."""

    def __init__(
        self, task: Callable[..., Any], limits: ProcessLimits = LIMITS, *, hears_ready: bool = True
    ) -> None:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(30)
        with theirs:
            self.process = get_context("fork").Process(target=child.main, args=(theirs, limits, task))
            self.process.start()
        assert not hears_ready or self.channel.recv(100) == worker.READY

    def serve(self, folder: Path) -> bytes:
        """Send ``folder`` and return the one message that answers."""
        self.channel.send(os.fsencode(folder))
        answer = self.channel.recv(100)
        assert self.channel.recv(100) == b""
        return answer

    def close(self) -> int:
        """Return the exit status."""
        self.channel.close()
        self.process.join()
        status = self.process.exitcode
        self.process.close()
        assert status is not None
        return status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / worker.JOB_FILE).write_bytes(targets.pickled(Job(JobKind.INSPECT, skills=())))
    (tmp_path / worker.TEMPLATE_FILE).write_text("a template")
    return tmp_path


def test_the_result_file_is_written_before_it_is_announced(folder: Path) -> None:
    conversation = Conversation(targets.echo)
    pid = conversation.process.pid
    assert conversation.serve(folder) == worker.DONE
    assert conversation.close() == 0
    result = {"kind": "inspect", "payload": None, "template": "a template", "pid": pid}
    assert json.loads((folder / worker.RESULT_FILE).read_bytes()) == {"result": result}
    assert sorted(path.name for path in folder.iterdir()) == ["job.pickle", "result.json", "template.docx"]


@pytest.mark.parametrize(
    ("task", "record"),
    [
        (
            targets.refuse_template,
            {
                "error": {
                    "code": "INVALID_TEMPLATE",
                    "message": "template: the ZIP is damaged.",
                    "detail": {"reason": "zip"},
                    "inner": "zip at targets.py",
                }
            },
        ),
        (targets.refuse_with_an_odd_detail, {"bug": "TypeError at encoder.py"}),
        (targets.have_a_bug, {"bug": "KeyError at targets.py"}),
        (targets.call_exit, {"bug": "SystemExit at targets.py"}),
        (targets.have_a_bug_in_the_engine, {"bug": "TypeError at docops_flask/engine/errors.py"}),
    ],
)
def test_a_job_without_result_exits_with_1_and_a_reason(
    folder: Path, task: Callable[..., NoReturn], record: dict[str, Any]
) -> None:
    conversation = Conversation(task)
    assert conversation.serve(folder) == worker.DONE
    assert conversation.close() == 1
    told = json.loads((folder / worker.RESULT_FILE).read_bytes())
    if "bug" in told:
        told["bug"] = told["bug"].split(":")[0]
    else:
        told["error"]["inner"] = told["error"]["inner"].split(":")[0]
    assert told == record


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (targets.use_all_memory, worker.NO_MEMORY),
        (targets.map_more_than_allowed, worker.NO_MEMORY),
        (targets.fill_the_volume, worker.NO_STORAGE),
    ],
)
def test_if_no_result_file_can_be_written_the_error_is_sent_on_the_channel(
    folder: Path, task: Callable[..., dict[str, Any]], message: bytes
) -> None:
    conversation = Conversation(task)
    assert conversation.serve(folder) == message
    assert conversation.close() == 1
    assert not (folder / worker.RESULT_FILE).exists()


def test_a_damaged_job_file_is_reported_as_an_internal_error(folder: Path) -> None:
    (folder / worker.JOB_FILE).write_bytes(b"no pickle")
    conversation = Conversation(targets.echo)
    assert conversation.serve(folder) == worker.DONE
    assert conversation.close() == 1
    assert "bug" in json.loads((folder / worker.RESULT_FILE).read_bytes())


def test_a_renderer_without_a_job_leaves_with_0_when_its_channel_closes(folder: Path) -> None:
    assert Conversation(targets.echo).close() == 0


def test_a_closed_channel_ends_the_renderer_silently(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The server's end closes before the renderer's first message, or before its answer."""
    unheard = Conversation(targets.echo, hears_ready=False)
    assert unheard.close() == 0
    unanswered = Conversation(targets.wait_for_go)
    unanswered.channel.send(os.fsencode(folder))
    unanswered.channel.close()
    (folder / "go").write_text("")
    assert unanswered.close() == 0
    assert capfd.readouterr().err == ""


def test_it_does_not_run_outside_a_renderer_process() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, pytest.raises(RuntimeError, match="started by its server"):
        child.main(theirs, LIMITS, targets.echo)


def test_memory_limits_are_added_to_what_a_new_process_maps(folder: Path) -> None:
    conversation = Conversation(targets.tell_memory_limit, LIMITS._replace(memory_bytes=300_000_000))
    assert conversation.serve(folder) == worker.DONE
    conversation.close()
    told = json.loads((folder / worker.RESULT_FILE).read_bytes())["result"]
    soft, hard = told["limit"]
    assert soft == hard
    assert 300_000_000 < soft <= 300_000_000 + told["mapped"]


def test_a_lower_limit_of_the_system_is_kept(folder: Path) -> None:
    conversation = Conversation(targets.lower_the_limit_and_isolate, LIMITS)
    assert conversation.serve(folder) == worker.DONE
    conversation.close()
    told = json.loads((folder / worker.RESULT_FILE).read_bytes())["result"]
    assert told["after"] == told["before"]
    assert told["before"] != [resource.RLIM_INFINITY] * 2
