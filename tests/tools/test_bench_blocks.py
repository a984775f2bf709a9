"""tools/benchmark/blocks.py and its documents: what the figures come to, and that the engine fills them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks import npm_peers
from benchmarks.block_contest import contest, engine
from benchmarks.block_documents import BRACKETED, block_documents
from tools.benchmark import blocks


def _contest(most_ms: float | None = 25, **cpu_ms: float) -> dict[str, Any]:
    rounds = {name: [{"cpu_ms": value, "wall_ms": 2 * value}] * 3 for name, value in cpu_ms.items()}
    return {"name": "rows", "most_ms": most_ms, "rounds": rounds}


@pytest.mark.parametrize(
    ("engine_ms", "cells"),
    [(20.0, ["≤ 25 met", "> 1 (b) met"]), (50.0, ["≤ 25 **missed**", "> 1 (b) **missed**"])],
)
def test_the_engine_is_held_against_its_target_and_the_fastest_library(
    engine_ms: float, cells: list[str]
) -> None:
    document = _contest(**{"engine quick": engine_ms, "engine strict": 60.0, "a": 90.0, "b": 40.0})
    row = blocks.report([document]).tables[-1].rows[0]
    assert [row[2], row[4]] == cells


def test_without_libraries_and_target_the_cells_are_empty_and_the_report_says_what_was_left_out() -> None:
    document = _contest(None, **{"engine quick": 20.0, "engine strict": 60.0})
    found = blocks.report([document], ["npm libraries left out: there is no command node."])
    assert list(found.tables[-1].rows[0][2:]) == [None, None, None]
    assert found.notes == ["npm libraries left out: there is no command node."]


@pytest.mark.parametrize("document", [each for each in block_documents() if "10,000" not in each.name])
def test_the_engine_fills_and_proves_each_document(document: Any, tmp_path: Path) -> None:
    template = tmp_path / "template.docx"
    template.write_bytes(document.spelled(BRACKETED))
    with zipfile.ZipFile(engine("quick")(template, document.payload, tmp_path)) as archive:
        assert json.loads(archive.read("out.integrity.json"))["verdict"] == "intact"


def test_a_result_without_its_items_is_refused(tmp_path: Path) -> None:
    document = block_documents()[2]

    def nothing(template: Path, _payload: object, _folder: Path) -> Path:
        return template

    with pytest.raises(ValueError, match="nothing did not fill paragraph block"):
        contest(document, 1, tmp_path, {"nothing": (BRACKETED, nothing)}, {})


def test_npm_libraries_without_folder_or_node_are_left_out_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert npm_peers.started(None) == ({}, ["npm libraries left out: no folder was given (--npm FOLDER)."])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert npm_peers.started(tmp_path) == ({}, ["npm libraries left out: there is no command node."])
