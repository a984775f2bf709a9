"""A document type with grammar = 2: the template's own names, with keys, labels and what is required."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode, InvalidArgument
from docops_flask.engine.skills.skill import Skill
from docops_flask.intake.catalogue.catalogue import CatalogueError
from docops_flask.intake.catalogue.skill_file import parse_spec
from tests.engine.open_jobs import OpenRun, run_open

_SPEC = """
name = "contract"
grammar = 2
title = { en = "Contract", zh = "合同" }
description = { en = "A contract.", zh = "合同。" }
[[fields]]
key = "甲方"
label = { en = "Party A", zh = "甲方" }
example = "A"
required = true
[[fields]]
key = "total"
label = { en = "Total", zh = "合计" }
example = "1"
"""


def _skill() -> Skill:
    return parse_spec("contract.toml", _SPEC.encode())


def _run(folder: Path, template: str, payload: dict[str, Any]) -> OpenRun:
    return run_open(folder, template, payload, skill=_skill())


def test_names_are_declared_by_the_type_and_filled_by_its_keys(tmp_path: Path) -> None:
    done = _run(tmp_path, "【甲方】【TOTAL|大写】【乙方】", {"甲方": "A", "total": "2"})
    assert done.paragraphs() == ["A贰元整【乙方】"]
    entry = done.json("out.replace_log.json")["entries"][1]
    assert (entry["field_name"], entry["payload_path"]) == ("TOTAL", "$.total")
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_what_is_required_is_said_by_the_type(tmp_path: Path) -> None:
    done = _run(tmp_path, "【甲方】【TOTAL】【X】", {})
    missing = done.json("out.missing_fields.json")
    assert (missing["missing_required"], missing["missing_optional"]) == (["X", "甲方"], ["TOTAL"])
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED


def test_a_key_of_the_type_that_the_template_does_not_use_is_legal(tmp_path: Path) -> None:
    done = _run(tmp_path, "【甲方】", {"甲方": "A", "total": 1})
    assert done.json("out.missing_fields.json")["unused"] == [{"key": "total", "suggestion": None}]


@pytest.mark.parametrize(
    ("payload", "path", "suggestion"),
    [
        ({"totel": 1}, "$.payload.totel", "Did you mean total?"),
        ({"TOTAL": 1}, "$.payload.TOTAL", "Did you mean total?"),
        ({"total": "x"}, "$.payload.total", None),
        ({"total": []}, "$.payload.total", None),
    ],
)
def test_faults_are_told_by_the_types_keys(
    tmp_path: Path, payload: dict[str, Any], path: str, suggestion: str | None
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        _run(tmp_path, "【甲方】【TOTAL|大写】", payload)
    [error] = refused.value.detail["errors"]
    assert (error["path"], error["suggestion"]) == (path, suggestion)


@pytest.mark.parametrize("grammar", ["3", "'2'", "true"])
def test_grammar_is_1_or_2(grammar: str) -> None:
    with pytest.raises(CatalogueError, match="grammar"):
        parse_spec("contract.toml", _SPEC.replace("grammar = 2", f"grammar = {grammar}").encode())


def test_names_in_other_scripts_need_language_2() -> None:
    with pytest.raises(CatalogueError, match="key"):
        parse_spec("contract.toml", _SPEC.replace("grammar = 2", "grammar = 1").encode())
