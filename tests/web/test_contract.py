"""Each table of docs/contract.md is compared with the code."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient

from docops_flask.engine.errors import ExitCode
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import CHOICES, FIELD_ORDER, PRESETS, SWITCH_VALUES, SWITCHES
from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.settings.settings import all_settings
from docops_flask.web.job_log import OUTCOMES
from tests.optional import not_none
from tests.receipts import signing_settings
from tests.web.conftest import LogLines
from tests.web.error_classes import all_errors
from tests.web.forms import form

PAGE = Path(__file__).parents[2] / "docs" / "contract.md"


def section(number: int) -> str:
    return re.split(r"^## \d+\. ", PAGE.read_text(), flags=re.MULTILINE)[number]


def rows(number: int, *, after: str = "") -> list[list[str]]:
    """The rows of a section's first table (behind ``after``) without its head, as lists of cells."""
    text = section(number)
    lines = text[text.index(after) :].splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("|---"))
    table = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return table


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_endpoints(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    app = make_app(
        enable_web_console=True,
        enable_mcp=True,
        batch_dir=folder,
        templates_dir=tmp_path,
        **signing_settings(tmp_path),
    )
    served = {
        (method, re.sub(r"<(?:path:)?\w+>", "{name}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in not_none(rule.methods) - {"HEAD", "OPTIONS"}
    }
    told = {(method, names(path)[0]) for method, path, *_ in rows(1)}
    told = {(method, re.sub(r"\{\w+\}", "{name}", path)) for method, path in told}
    # Served with DOCOPS_ENABLE_METRICS alone, which needs gunicorn's folder of figures.
    assert told - {("GET", "/metrics")} == served


def test_the_form_fields_and_their_values() -> None:
    table = rows(2)
    assert [names(field)[0] for field, *_ in table] == list(FIELD_ORDER)
    for field, values, _ in table:
        name = names(field)[0]
        if name in CHOICES:
            assert names(values) == list(CHOICES[name])
        assert (name in SWITCHES) == values.startswith("true or false")


def test_the_values_for_on_and_off() -> None:
    on, off = not_none(re.search(r"A switch takes (.+?) and (.+?), in any case", section(2))).groups()
    assert (names(on), names(off)) == (
        [word for word, switch in SWITCH_VALUES.items() if switch],
        [word for word, switch in SWITCH_VALUES.items() if not switch],
    )


def test_the_presets() -> None:
    told = re.findall(r"`(\w+)` = (\w+), (\w+), (\w+)", section(2))
    assert told == [
        (name, preset.format_mode, preset.format_baseline, preset.format_fix_mode)
        for name, preset in PRESETS.items()
    ]


def test_the_exit_codes() -> None:
    assert [int(code) for code, _ in rows(2, after="| exit code")] == sorted(int(code) for code in ExitCode)


def test_the_members_of_the_zip(make_client: Callable[..., FlaskClient], tmp_path: Path) -> None:
    told = {names(member)[0]: what for member, _, what in rows(2, after="| member of the ZIP")}
    client = make_client(debug_artifacts=True, **signing_settings(tmp_path))
    response = client.post(
        "/v1/run",
        data=form(format_report="both,sarif,junit", review="comments", export_suggested_policy="true"),
    )
    with ZipFile(io.BytesIO(response.data)) as archive:
        # Made by LibreOffice: tests/web/views/test_pdf.py.
        assert sorted([*archive.namelist(), "out.pdf", "out.pdf_report.json"]) == sorted(told)
        assert archive.namelist()[-1] == list(told)[-1] == "api_result.json"
        for member in ("out.replace_log.json", "out.missing_fields.json", "api_result.json", "trace.json"):
            content = json.loads(archive.read(member))
            assert set(content) <= set(names(told[member])), member
            for inner in content.values():
                if isinstance(inner, dict) and member.startswith("out."):
                    assert set(inner) <= set(names(told[member])), member


def test_the_errors() -> None:
    told = {(int(status), code) for status, codes in rows(3) for code in names(codes)}
    assert told == {(error.status, error.code) for error in all_errors()}


def test_the_settings_and_their_defaults() -> None:
    documented = Path(PAGE.with_name("settings.md")).read_text()
    defaults = dict(re.findall(r"^\| `(DOCOPS_\w+)` \| (.*?) \|", documented, re.MULTILINE))
    told = {names(variable)[0]: default for variable, default in rows(4)}
    assert list(told) == [variable for variable, _, _ in all_settings()]
    assert told == {variable: defaults[variable] for variable in told}


def test_the_names_of_the_limits() -> None:
    told = re.findall(r"`DOCOPS_MAX_(\w+)`\s+\(`(\w+)`\)", section(4))
    assert all(variable.lower() == word for variable, word in told)
    assert sorted(word for _, word in told) == sorted(Limits._fields)


def test_the_members_of_meta(client: FlaskClient) -> None:
    told = set(names(section(6).split("`required` means")[0]))
    assert set(client.get("/v1/meta").get_json()) <= told


def test_the_built_in_skills() -> None:
    told = {names(skill)[0]: (names(required), names(optional)) for skill, required, optional in rows(6)}
    assert told == {
        skill.name: (
            [field.key for field in skill.fields if field.required],
            [field.key for field in skill.fields if not field.required],
        )
        for skill in load_skills()
    }


def test_the_members_of_precheck_inspect_and_suggest(client: FlaskClient) -> None:
    told = set(names(section(7)))
    precheck = client.post("/v1/precheck", data=form()).get_json()
    inspection = client.post("/v1/inspect", data={"template": form()["template"]}).get_json()
    learnt = client.post("/v1/policies/suggest", data={"document": form()["template"]}).get_json()
    assert set(precheck) | set(precheck["summary"]) | set(inspection) | set(learnt) <= told


def test_the_members_of_the_log(make_client: Callable[..., FlaskClient], log: LogLines) -> None:
    told = {names(event)[0]: set(names(members)) for event, members in rows(9)}
    client = make_client()
    client.post("/v1/run", data=form())
    client.post("/v1/run", data=form(preset="fast"))
    for line in log.lines:
        assert set(line) - {"event", "time", "level", "logger", "pid"} <= told[line["event"]]


def test_the_outcomes_and_stages_of_the_log() -> None:
    text = section(9)
    told = names(not_none(re.search(r"Outcomes of `done`: (.*?)`failure_stage`", text, re.DOTALL))[1])
    assert [name for name in told if name not in ("error",)] == list(OUTCOMES)
    stages = names(not_none(re.search(r"`failure_stage`: (.*?)No line holds", text, re.DOTALL))[1])
    package = Path(PAGE.parents[1] / "docops_flask")
    source = "".join(path.read_text() for path in package.rglob("*.py"))
    used = set(re.findall(r'\benter\("(\w+)"\)|\bself\._?stage = "(\w+)"|failure_stage="(\w+)"', source))
    assert {name for groups in used for name in groups if name} == set(stages)


def test_the_headers_of_the_console(make_client: Callable[..., FlaskClient]) -> None:
    response = make_client(enable_web_console=True).get("/web")
    for header, value in rows(10):
        assert response.headers[names(header)[0]] == names(value)[0]
    policy = response.headers["Content-Security-Policy"]
    for directive in re.findall(r"`((?:\w+-src|frame-ancestors) '[^`]+)`", section(10)):
        assert directive in policy


def test_the_sections_cited_by_the_code_exist() -> None:
    package = PAGE.parents[1] / "docops_flask"
    cited = {
        int(number)
        for path in package.rglob("*.py")
        for number in re.findall(r"contract section (\d+)", path.read_text())
    }
    there = {int(number) for number in re.findall(r"^## (\d+)\. ", PAGE.read_text(), re.MULTILINE)}
    assert cited <= there
    assert cited
