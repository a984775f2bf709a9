"""What a server has when nothing is wrong; after each fault it has to be so again within five seconds."""

import io
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
from docx import Document

from tests.e2e.gunicorn_server import Answer, GunicornServer, eventually
from tests.factories import docx, p
from tests.web.forms import members, task

SECONDS = 5.0
TEMPLATE = docx(p("Subject: 【MEETING_TITLE】"))
GOOD_JOB: dict[str, Any] = {"template": TEMPLATE, "task_json": task({"meeting_title": "Quarterly review"})}


def is_good(answer: Answer) -> bool:
    """Say whether ``answer`` is 200; it is then a whole ZIP with the filled document of ``GOOD_JOB``."""
    if answer.status != 200:
        return False
    document = Document(io.BytesIO(members(answer.body)["out.docx"]))
    assert [paragraph.text for paragraph in document.paragraphs] == ["Subject: Quarterly review"]
    return True


@dataclass(frozen=True)
class Figures:
    """Descriptors and processes of the worker that has most, and what should not be there at all."""

    descriptors: int = 0
    children: int = 0
    leftovers: list[str] = field(default_factory=list)
    zombies: list[int] = field(default_factory=list)
    workers: int = 0


class Tidy:
    """The state of ``server`` after a good job, with which later states are compared.

    The server has one slot, so that a good job proves it free.
    """

    def __init__(self, server: GunicornServer) -> None:
        self.server = server
        assert is_good(server.job(**GOOD_JOB))
        self._at_rest = self._settled()

    def again(self, seconds: float = SECONDS) -> None:
        """Fail unless all is as it was within ``seconds``, and the next job is done well."""
        deadline = time.monotonic() + seconds
        while differences := self._differences():
            assert time.monotonic() < deadline, differences
            time.sleep(0.01)
        answer = self.server.job(**GOOD_JOB)
        assert is_good(answer), answer.body

    def expect_nothing_left(self) -> None:
        """Fail unless what a job left is removed: by itself, or with the folder that the next request makes.

        A file may be removed, and that may fail, after the answer's last byte.
        """

        def is_clean() -> bool:
            assert self.server.ask("GET", "/readyz").status == 200
            return not self.server.leftovers()

        eventually(is_clean)

    def _settled(self) -> Figures:
        """Return the figures once they rest: a renderer may be on its way for the next job."""
        seen, since = self._figures(), time.monotonic()
        while time.monotonic() - since < 0.3:
            time.sleep(0.02)
            if (now := self._figures()) != seen:
                seen, since = now, time.monotonic()
        return seen

    def _differences(self) -> dict[str, Any]:
        now, then = self._figures(), self._at_rest
        return {
            name: (value, was)
            for name, value, was, differs in (
                ("descriptors", now.descriptors, then.descriptors, now.descriptors > then.descriptors),
                ("children", now.children, then.children, now.children > then.children),
                ("leftovers", now.leftovers, [], now.leftovers != []),
                ("zombies", now.zombies, [], now.zombies != []),
                ("workers", now.workers, then.workers, now.workers != then.workers),
            )
            if differs
        }

    def _figures(self) -> Figures:
        try:
            workers = self.server.workers()
            below = psutil.Process(self.server.process.pid).children(recursive=True)
            return Figures(
                descriptors=max((worker.num_fds() for worker in workers), default=0),
                children=max((len(worker.children(recursive=True)) for worker in workers), default=0),
                leftovers=self.server.leftovers(),
                zombies=[each.pid for each in below if each.status() == psutil.STATUS_ZOMBIE],
                workers=len(workers),
            )
        except (psutil.NoSuchProcess, FileNotFoundError):
            # Something went while it was looked at.
            return Figures()
