"""Clients that send jobs with unique values and check the documents, and the verdict of a scenario."""

import io
import json
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.lib.client import Answer, Client, FilePart, Form


@dataclass
class Verdict:
    """Figures by name, and a sentence for each requirement that was not met."""

    figures: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether every requirement was met."""
        return not self.complaints

    def demand(self, met: bool, complaint: str) -> None:
        """Add ``complaint`` unless the requirement was ``met``."""
        if not met:
            self.complaints.append(complaint)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as a JSON object."""
        return {"held": self.held, "figures": self.figures, "complaints": self.complaints}


_SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "meeting_notice.docx"
TEMPLATE = FilePart(_SAMPLE.name, _SAMPLE.read_bytes())


@dataclass(frozen=True, slots=True)
class Sent:
    """A request and its outcome; times in seconds of the monotonic clock.

    ``outcome`` is an HTTP status, ``wrong document`` or ``no answer``; ``detail`` says more of a failure.
    """

    outcome: str
    began: float
    ended: float
    detail: str = ""

    @property
    def ms(self) -> float:
        """The request's duration in milliseconds."""
        return (self.ended - self.began) * 1000


def job_form(number: int, template: FilePart = TEMPLATE) -> Form:
    """Return the form of job ``number``, whose title is unique."""
    payload = {
        "meeting_title": title_of(number),
        "meeting_date": "2026-11-23",
        "meeting_time": "09:00",
        "meeting_location": "Room 1",
        "organizer": "Office",
    }
    task = json.dumps({"task_type": "meeting_notice", "payload": payload}).encode()
    return Form.of({"template": template, "task": FilePart("task.json", task)}, {})


def title_of(number: int) -> str:
    """Return the title that identifies a job's document."""
    return f"Endurance-{number:07d}-title"


def send_job(client: Client, number: int, form: Form | None = None) -> Sent:
    """Send job ``number`` and check that its document holds the job's title."""
    began = time.monotonic()
    try:
        answer = client.post_form("/v1/run", form or job_form(number))
    except OSError as error:
        return Sent("no answer", began, time.monotonic(), repr(error))
    ended = time.monotonic()
    if answer.status == 200 and not _holds(answer, title_of(number)):
        return Sent("wrong document", began, ended)
    return Sent(str(answer.status), began, ended, "" if answer.status == 200 else answer.body[:200].decode())


def at_a_time(concurrency: int, send: Callable[[int], Sent], numbers: Iterable[int]) -> Iterator[Sent]:
    """Send the jobs of ``numbers``, ``concurrency`` at a time; yield each outcome."""
    with ThreadPoolExecutor(concurrency) as pool:
        yield from pool.map(send, numbers)


def count_outcomes(outcomes: Iterable[Sent]) -> dict[str, int]:
    """Return how often each outcome occurred."""
    return dict(sorted(Counter(each.outcome for each in outcomes).items()))


def _holds(answer: Answer, title: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(answer.body)) as results:
            document = zipfile.ZipFile(io.BytesIO(results.read("out.docx")))
            return title.encode() in document.read("word/document.xml")
    except (zipfile.BadZipFile, KeyError):
        return False
