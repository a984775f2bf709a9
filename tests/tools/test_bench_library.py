"""tools/benchmark/library.py: what it measures, and what its figures come to."""

from pathlib import Path

import pytest

from tools.benchmark.library import Timing, make_library, measure, report
from tools.benchmark.report import BenchFailed


def test_a_library_is_read_as_the_servers_master_has_it_read(tmp_path: Path) -> None:
    folder = make_library(tmp_path / "lib", 8)
    assert len({file.read_bytes() for file in folder.glob("*.docx")}) == 8
    timing = measure(folder, 8, tmp_path)
    assert timing.cpu > 0
    assert [path for path in tmp_path.iterdir() if path.suffix != ".lock"] == [folder]
    (folder / "template0003.docx").write_bytes(b"junk")
    with pytest.raises(BenchFailed):
        measure(folder, 8, tmp_path)


@pytest.mark.parametrize(("cpu", "verdict"), [(2.0, "met"), (2.1, "**missed**")])
def test_the_figure_for_200_is_held_against_its_target(cpu: float, verdict: str) -> None:
    found = report({50: [Timing(0.5, 1.0)], 200: [Timing(cpu, 3.0)] * 3})
    assert [row[-1] for row in found.tables[0].rows] == ["", verdict]
    assert found.tables[0].rows[1][1:4] == [cpu, cpu * 5, 3.0]
