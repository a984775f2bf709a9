"""A template and a task for any skill: from samples/, or made from the server's description of the skill."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools.lib.client import Answer, Client, FilePart

_SAMPLES = Path(__file__).resolve().parents[2] / "samples"


class NoSample(Exception):
    """No sample can be had for a skill; the message says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The two files of a job."""

    template: FilePart
    task: FilePart

    def files(self) -> dict[str, FilePart]:
        """Return the files by the names of their form parts."""
        return {"template": self.template, "task": self.task}


def sample_for(skill: str, client: Client, folder: Path = _SAMPLES) -> Sample:
    """Return the sample of ``skill`` in ``folder`` or, if there is none, one made from the server's answers.

    The latter needs ``/v1/meta``: the skill's starter template, filled with the examples of its fields.
    Raises ``NoSample`` when the server does not know the skill or does not answer.
    """
    template, task = folder / f"{skill}.docx", folder / f"{skill}.task.json"
    if template.parent == folder and template.is_file() and task.is_file():
        return Sample(FilePart.of(template), FilePart.of(task))
    examples = _examples(skill, _ask(client, "/v1/meta"))
    starter = _ask(client, f"/v1/skills/{quote(skill, safe='')}/template.docx").body
    task_json = json.dumps({"task_type": skill, "payload": examples}, ensure_ascii=False).encode()
    return Sample(FilePart(template.name, starter), FilePart(task.name, task_json))


def _examples(skill: str, meta: Answer) -> dict[str, Any]:
    """Return the example of each payload key of ``skill``."""
    try:
        fields = {name: schema["fields"] for name, schema in meta.json()["task_payload_schemas"].items()}
        if skill not in fields:
            raise NoSample(f"the server has no skill {skill!r}; it has: {', '.join(sorted(fields))}")
        return {name: field["example"] for name, field in fields[skill].items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NoSample("/v1/meta does not answer as DocOps does; check the base URL") from error


def _ask(client: Client, path: str) -> Answer:
    answer = client.get(path)
    if answer.status != 200:
        raise NoSample(f"{path} answered {answer.status}; a skill without a file in samples/ needs it")
    return answer
