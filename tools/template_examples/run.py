"""Fills the template of an example with its task by ``docops run`` and tells what came of it."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tools.lib.png import seal
from tools.template_examples import documents
from tools.template_examples.page import Example

# Runs docops with arguments; returns its exit status and its standard output.
Docops = Callable[[Sequence[str]], tuple[int, str]]
# The pictures that tasks refer to by file name, and the documents as lines.
ASSETS = {"seal.png": seal}
DOCUMENTS = {
    "annex.docx": ["№ Scope", "№ Prices", "Paper ¦ 12.00", "All prices include tax."],
    "附件.docx": ["№ 范围", "№ 价格", "纸张 ¦ 12.00", "价格均含税。"],
}
_REFUSED = 1


class Outcome(NamedTuple):
    """The exit code, the lines of the document (``None``: the task was refused), and what reports tell."""

    exit_code: int
    result: list[str] | None
    told: list[str]
    template: Path
    document: Path


def run_example(example: Example, folder: Path, docops: Docops) -> Outcome:
    """Fill the template of ``example`` in ``folder``."""
    template, task, out = folder / "template.docx", folder / "task.json", folder / "out"
    documents.write(example.template, template)
    task.write_text(example.task, encoding="utf-8")
    command = ["run", str(template), str(task), "--out-dir", str(out), "--json", "--force"]
    for name, draw in ASSETS.items():
        if f'"{name}"' in example.task:
            (folder / name).write_bytes(draw())
            command += ["--asset", f"{name}={folder / name}"]
    for name, lines in DOCUMENTS.items():
        if f'"{name}"' in example.task:
            documents.write(lines, folder / name)
            command += ["--asset", f"{name}={folder / name}"]
    status, said = docops(command)
    answer = json.loads(said)
    document = out / "out.docx"
    if status == _REFUSED:
        return Outcome(status, None, list(_refusals(answer)), template, document)
    log = json.loads((out / "out.replace_log.json").read_text(encoding="utf-8"))
    return Outcome(status, documents.read(document), list(_told(answer, log)), template, document)


def _refusals(answer: Any) -> Iterator[str]:
    """Yield path, message and suggestion of each fault of the payload."""
    for each in answer["detail"].get("errors", ()) or [{"path": answer["error_code"], **answer}]:
        yield " ".join(filter(None, (each["path"], each["message"], each.get("suggestion"))))


def _told(answer: Any, log: Any) -> Iterator[str]:
    for each in answer["missing"]:
        yield " ".join(filter(None, ("missing", each["field"], each["suggestion"])))
    for each in log["entries"]:
        if each["status"] == "unsupported":
            yield f"{each['kind']} {each['original_text']}"
    for text in answer["undeclared"]:
        yield f"undeclared {text}"
    for each in answer["unused"]:
        yield f"unused {each['key']}"
