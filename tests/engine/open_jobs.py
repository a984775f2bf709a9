"""Open tasks on small templates, done as the renderer does them."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.job import Asset, Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_to_folder
from docops_flask.engine.run_result import RunResult
from docops_flask.engine.skills.skill import Skill
from tests.factories import docx, p

_DEFAULT = Options()


class OpenRun(NamedTuple):
    """What came of an open task: the result, the files by name."""

    result: RunResult
    files: Mapping[str, bytes]

    def paragraphs(self, part: str = "word/document.xml") -> list[str]:
        """Return the texts of the paragraphs of a part of the document."""
        with zipfile.ZipFile(io.BytesIO(self.files["out.docx"])) as archive:
            content = archive.read(part).decode()
        return [
            "".join(re.findall("<w:t[^>]*>([^<]*)</w:t>", each))
            for each in re.findall("<w:p>.*?</w:p>", content, re.DOTALL)
        ]

    def part(self, name: str) -> bytes:
        """Return a part of the document."""
        with zipfile.ZipFile(io.BytesIO(self.files["out.docx"])) as archive:
            return archive.read(name)

    def parts(self) -> list[str]:
        """Return the names of the document's members."""
        with zipfile.ZipFile(io.BytesIO(self.files["out.docx"])) as archive:
            return archive.namelist()

    def json(self, name: str) -> Any:
        """Return a report."""
        return json.loads(self.files[name])

    def entries(self) -> list[tuple[str, str | None, str, str | None]]:
        """Return status, field, text and value of each entry of the log."""
        return [
            (each["status"], each["field_name"], each["original_text"], each["new_text"])
            for each in self.json("out.replace_log.json")["entries"]
        ]

    def kinds(self) -> list[tuple[str, str]]:
        """Return text and kind of what cannot be filled."""
        return [(each.original_text, each.kind or "") for each in self.result.log.unsupported]


def run_open(
    folder: Path,
    template: str | bytes,
    payload: Mapping[str, Any],
    options: Options = _DEFAULT,
    skill: Skill | None = None,
    assets: Mapping[str, bytes] | None = None,
) -> OpenRun:
    """Fill a template, given as the text of its paragraphs or as a file, with ``payload`` and ``assets``."""
    if isinstance(template, str):
        template = docx("".join(map(p, template.split("\n"))))
    folder.mkdir(exist_ok=True)
    file = folder / "template.docx"
    file.write_bytes(template)
    out = folder / "out"
    out.mkdir()
    sent = []
    for name, content in (assets or {}).items():
        (folder / f"asset {name}").write_bytes(content)
        sent.append(Asset(name, str(folder / f"asset {name}")))
    job = Job(JobKind.RUN, (), skill, payload, options, assets=tuple(sent))
    result = run_to_folder(job, file, out)
    return OpenRun(result, {each.name: each.read_bytes() for each in out.iterdir()})
