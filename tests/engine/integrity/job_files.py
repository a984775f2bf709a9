"""The files of a finished open task, which may be changed before they are verified from the disk."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from docops_flask.engine.integrity.task_values import TaskValues
from docops_flask.engine.integrity.verification import Evidence, verify
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.engine.open_jobs import run_open

MAIN, RELATIONSHIPS = "word/document.xml", "word/_rels/document.xml.rels"
_NO_ASSETS: Mapping[str, bytes] = MappingProxyType({})


class JobFiles:
    """The members of the document, the log and the files that were sent: change them, then ask for a verdict.

    ``assets`` are the files sent with the task, by name.
    """

    def __init__(
        self,
        folder: Path,
        template: bytes,
        payload: Mapping[str, Any],
        assets: Mapping[str, bytes] = _NO_ASSETS,
    ) -> None:
        (folder / "job").mkdir()
        done = run_open(folder / "job", template, payload, assets=assets)
        self._folder = folder
        self._template = template
        self._report = done.files["out.format_report.json"]
        self.log: Any = done.json("out.replace_log.json")
        self.assets = dict(assets)
        with zipfile.ZipFile(io.BytesIO(done.files["out.docx"])) as archive:
            self.infos = archive.infolist()
            self.members: dict[str, bytes] = {each.filename: archive.read(each) for each in self.infos}

    def verdict(self, payload: dict[str, Any] | None = None) -> tuple[str, str]:
        """The verdict on the files as they are now and its exactness; with ``payload`` on the values too."""
        document = io.BytesIO()
        infos = {each.filename: each for each in self.infos}
        with zipfile.ZipFile(document, "w") as archive:
            for name, content in self.members.items():
                info = infos.get(name) or zipfile.ZipInfo(name)
                archive.writestr(info, content, info.compress_type)
        return verdict_of(
            self._folder, self._template, document.getvalue(), self.log, self._report, payload, self.assets
        )


def verdict_of(
    folder: Path,
    template: bytes,
    document: bytes,
    log: Any,
    report: bytes,
    payload: dict[str, Any] | None = None,
    assets: Mapping[str, bytes] = _NO_ASSETS,
) -> tuple[str, str]:
    """The verdict on files, which are written to ``folder``, and its exactness."""
    files = [folder / name for name in ("d.docx", "log.json", "report.json", "t.docx")]
    contents = (document, json.dumps(log).encode(), report, template)
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    sent = {}
    for name, content in assets.items():
        (folder / name).write_bytes(content)
        sent[name] = str(folder / name)
    package = Package(files[3], Limits())
    task = None if payload is None else TaskValues(payload)
    try:
        found = verify(package, Evidence(*files[:3]), Limits(), task, sent)
    finally:
        package.close()
    return found.verdict, found.exactness


Change = Callable[[JobFiles], object]


def written(name: str, old: str, new: str) -> Change:
    """Return the change of ``old``, which must occur, to ``new`` in a member of the document."""

    def change(job: JobFiles) -> None:
        assert old.encode() in job.members[name], job.members[name].decode()
        job.members[name] = job.members[name].replace(old.encode(), new.encode(), 1)

    return change


def logged(change: Callable[[Any], object]) -> Change:
    """Return a change of the replace log."""
    return lambda job: change(job.log)
