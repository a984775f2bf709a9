"""One golden case: a template, a task and the options of a job, under a descriptive name."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.factories import package

# Every field of the built-in meeting_notice that it requires, and one that it does not.
NOTICE = {
    "meeting_title": "年度工作会议",
    "meeting_date": "2026年3月18日",
    "meeting_time": "14:30",
    "meeting_location": "第一会议室",
    "organizer": "办公室",
    "attendees": ["各科室负责人", "派驻组"],
}


@dataclass(frozen=True)
class Case:
    """What is sent: ``options`` are form fields of /v1/run by name, ``payload`` the task's fields.

    ``served`` cases are sent to the service too, which takes longer than the shell. ``is_refused`` says that
    an error is what is wanted.
    """

    name: str
    template: bytes
    payload: Mapping[str, object] = field(default_factory=lambda: NOTICE)
    options: Mapping[str, str] = field(default_factory=dict)
    task_type: str = "meeting_notice"
    served: bool = False
    is_refused: bool = False

    @property
    def task(self) -> bytes:
        """The task's JSON."""
        task = {"task_type": self.task_type, "payload": self.payload}
        return json.dumps(task, ensure_ascii=False).encode()


def stored(content: bytes) -> bytes:
    """The package with its members stored, so that no zlib's way to deflate is in any hash."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    return package(members, compression=zipfile.ZIP_STORED)
