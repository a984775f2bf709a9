"""The one place where the golden net touches the product: the command ``docops`` and the served API.

Both are public and stay when modules are moved. Each answers a case step by step; a step is what was asked,
and what came of it by member: the unpacked bytes, with what differs from run to run left out.
"""

import contextlib
import io
import json
import logging
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tests.golden.case import Case

# Steps of a case: (what was asked, member by member what came of it).
Steps = Iterator[tuple[str, dict[str, bytes]]]

# Ids, times and processes, and what was built from which commit.
_VOLATILE = {"request_id", "timing", "subprocess_pid", "subprocess_create_time", "pid", "build"}
_NAMED = {"template": "template.docx", "task": "task.json"}


def shell_steps(case: Case, folder: Path) -> Steps:
    """Run, precheck, inspect and verify in the shell, with files in the empty ``folder``."""
    shell = _Shell(folder)
    template, task = folder / _NAMED["template"], folder / _NAMED["task"]
    template.write_bytes(case.template)
    task.write_bytes(case.task)
    options = _as_arguments(case.options, folder)
    results = folder / "out"
    printed = shell("run", template, task, "--out-dir", results, *options)
    files = sorted(results.iterdir()) if results.is_dir() else []
    yield "docops run", {**printed, **_members((file.name, file.read_bytes()) for file in files)}
    yield "docops precheck", shell("precheck", template, task, *options)
    yield "docops inspect", shell("inspect", template)
    if files:
        yield "docops verify", shell("verify", template, results / "out.docx")


def new_template(skill: str, language: str, folder: Path) -> bytes:
    """The starter template that the shell makes."""
    file = folder / f"{skill}-{language}.docx"
    _Shell(folder)("new-template", skill, "--language", language, "--out", file)
    return file.read_bytes()


def catalogue(kind: str) -> bytes:
    """All built-in ``skills`` or ``policies`` as the shell prints them."""
    with tempfile.TemporaryDirectory() as folder:
        return _Shell(Path(folder))(kind)["printed"]


def examples() -> dict[str, dict[str, str]]:
    """Every built-in document type, and its fields with their examples."""
    payloads = {
        name: schema["properties"]["payload"]["properties"]
        for name, schema in json.loads(catalogue("skills"))["skills"].items()
    }
    return {
        name: {key: field["examples"][0] for key, field in fields.items()}
        for name, fields in payloads.items()
    }


class Service:
    """The served API, in this process; its jobs are done by renderers as ever."""

    def __init__(self, folder: Path) -> None:
        os.environ |= {
            "DOCOPS_MP_START": "fork",
            "DOCOPS_STANDBY": "0",
            "DOCOPS_DEBUG_ARTIFACTS": "1",
            "TMPDIR": str(folder),
        }
        from docops_flask.app import create_app

        logging.disable()
        self._client = create_app().test_client()

    def steps(self, case: Case) -> Steps:
        """Run, precheck, inspect and verify over HTTP."""
        template, task = (_NAMED["template"], case.template), (_NAMED["task"], case.task)
        form: dict[str, str | tuple[str, bytes]] = {**case.options, "template": template, "task": task}
        ran, archive = self._post("/v1/run", form)
        yield "POST /v1/run", ran
        yield "POST /v1/precheck", self._post("/v1/precheck", form)[0]
        yield "POST /v1/inspect", self._post("/v1/inspect", {"template": template})[0]
        if archive:
            evidence = {name: (f"out.{name}.json", archive[f"out.{name}.json"]) for name in _EVIDENCE}
            proof = {"template": template, "document": ("out.docx", archive["out.docx"]), **evidence}
            yield "POST /v1/verify", self._post("/v1/verify", proof)[0]

    def _post(
        self, path: str, form: Mapping[str, str | tuple[str, bytes]]
    ) -> tuple[dict[str, bytes], dict[str, bytes]]:
        data = {
            name: value if isinstance(value, str) else (io.BytesIO(value[1]), value[0])
            for name, value in form.items()
        }
        answer = self._client.post(path, data=data, buffered=True)
        exit_code = answer.headers.get("X-Docops-Exit-Code", "none")
        told = {"status": f"{answer.status_code}, exit code {exit_code}".encode()}
        if answer.mimetype != "application/zip":
            return {**told, "answer": _steady(answer.data)}, {}
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        return {**told, **_members(members.items())}, members


_EVIDENCE = ("replace_log", "format_report")


class _Shell:
    """The command ``docops``, called as its console script calls it, with ``--json``."""

    def __init__(self, folder: Path) -> None:
        (script,) = entry_points(group="console_scripts", name="docops")
        self._main = script.load()
        self._folder = folder

    def __call__(self, *arguments: str | Path) -> dict[str, bytes]:
        """Its exit code, and what it prints."""
        given = [str(argument) for argument in arguments]
        is_json = given[0] != "new-template"
        printed = io.BytesIO()
        with contextlib.redirect_stdout(io.TextIOWrapper(printed, encoding="utf-8", write_through=True)):
            exit_code = self._main([*given, "--json"] if is_json else given)
        said = printed.getvalue().replace(str(self._folder).encode(), b"FOLDER")
        return {"exit code": str(exit_code).encode(), "printed": _steady(said) if is_json else said}


def _as_arguments(options: Mapping[str, str], folder: Path) -> Sequence[str]:
    arguments = []
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if name == "policy_yaml":
            file = folder / "policy.yaml"
            file.write_text(value, "utf-8")
            arguments += [flag, str(file)]
        else:
            arguments += [flag] if value == "true" else [flag, value]
    return arguments


def _members(files: Any) -> dict[str, bytes]:
    """The files, a document's parts in their order, and JSON without what differs from run to run."""
    members: dict[str, bytes] = {}
    for name, content in files:
        if name.endswith(".docx"):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                members |= {f"{name}/{part}": package.read(part) for part in package.namelist()}
        else:
            members[name] = _steady_file(name, content)
    return members


def _steady_file(name: str, content: bytes) -> bytes:
    if name.endswith(".html"):
        # The day of the run.
        return re.sub(b"<time .*?</time>", b"<time/>", content)
    return _steady(content) if name in ("api_result.json", "trace.json") else content


def _steady(content: bytes) -> bytes:
    """JSON with its volatile members blanked, in its order, one member a line."""
    return json.dumps(_blanked(json.loads(content)), ensure_ascii=False, indent=1).encode()


def _blanked(value: Any, *, varies: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _blanked(member, varies=varies or name in _VOLATILE) for name, member in value.items()}
    if isinstance(value, list):
        return [_blanked(member, varies=varies) for member in value]
    return "(varies)" if varies else value
