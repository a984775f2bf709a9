"""tools/benchmark/merge.py: what its figures come to, and that all make a document of each row."""

from pathlib import Path

import pytest

from benchmarks.merge_contest import contest, rows_of
from tests.conftest import require_package
from tools.benchmark.merge import report


def _rounds(**cpu_ms: float) -> dict[str, list[dict[str, float]]]:
    return {name: [{"cpu_ms": value, "wall_ms": 2 * value}] * 3 for name, value in cpu_ms.items()}


@pytest.mark.parametrize(
    ("engine_ms", "cells"),
    [(200.0, ["≤ 8 met", "≥ 3 (b) met"]), (900.0, ["≤ 8 **missed**", "≥ 3 (b) **missed**"])],
)
def test_the_engine_is_held_against_its_targets(engine_ms: float, cells: list[str]) -> None:
    found = report(100, _rounds(engine=engine_ms, a=900.0, b=600.0), ["npm libraries left out"])
    row = found.tables[0].rows[0]
    assert row[1:4] == [engine_ms / 100, 100_000 / engine_ms, engine_ms / 50]
    assert [row[4], row[6]] == cells
    assert found.notes == ["npm libraries left out"]


def test_the_engine_makes_a_document_of_each_row(tmp_path: Path) -> None:
    for name in ("docxtpl", "mailmerge"):
        require_package(name)
    found = contest(rows_of(3), 1, tmp_path, {})
    assert set(found) == {"engine", "engine, all artefacts", "docxtpl", "docx-mailmerge2"}
    assert all(each[0]["cpu_ms"] > 0 for each in found.values())


def test_too_few_documents_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import merge_contest

    def nothing(*_: object) -> None:
        pass

    monkeypatch.setattr(
        merge_contest, "implementations", lambda: {"nothing": (merge_contest.braced, nothing)}
    )
    with pytest.raises(ValueError, match="nothing made 0 documents of 2 rows"):
        contest(rows_of(2), 1, tmp_path, {})
