"""The benchmark's frame: turns, medians, tables, and where the result is written."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.benchmark import bench
from tools.benchmark.bench import describe_machine
from tools.benchmark.load import interleaved, ratio_of_medians
from tools.benchmark.report import BenchReport, Table, publish, write_report
from tools.lib.process_tree import ProcessTree

REPORT = BenchReport(
    "service",
    {"p50": 1.5},
    [Table("Rates", ["variant", "jobs/s"], [["spawn", 20.25], ["fork", 1234.5], ["none", None]])],
)


def test_each_round_begins_with_another_variant() -> None:
    order: list[str] = []

    def measure(name: str) -> int:
        order.append(name)
        return len(order)

    variants = {name: functools.partial(measure, name) for name in "abc"}
    measured = interleaved(variants, rounds=3, warmup_rounds=0)
    assert "".join(order) == "abcbcacab"
    assert measured == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_a_warm_up_does_not_count() -> None:
    calls = iter([100.0, 1.0, 2.0])
    assert interleaved({"a": lambda: next(calls)}, rounds=2) == {"a": [1.0, 2.0]}


def test_a_ratio_is_computed_from_medians() -> None:
    assert ratio_of_medians([2.0, 4.0, 100.0], [1.0, 2.0, 3.0]) == 2.0


def test_a_report_is_written_as_json_and_markdown(tmp_path: Path) -> None:
    written = write_report(REPORT, {"cores": "2"}, "bench", tmp_path / "out")
    assert sorted(path.name for path in written) == ["service.json", "service.md"]
    assert json.loads((tmp_path / "out/service.json").read_text()) == {
        "command": "bench",
        "machine": {"cores": "2"},
        "p50": 1.5,
    }
    page = (tmp_path / "out/service.md").read_text()
    assert "| spawn | 20.2 |\n| fork | 1,234 |\n| none | – |" in page


def test_a_report_is_published_between_the_comments_that_name_it(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- bench service -->\nold\n<!-- end of bench service -->\nafter\n")
    publish(REPORT, {}, "bench", page)
    text = page.read_text()
    assert text.startswith("before\n<!-- bench service -->\n")
    assert text.endswith("<!-- end of bench service -->\nafter\n")
    assert "old" not in text


def test_a_page_without_the_comments_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match=r"performance\.md has no <!-- bench service -->"):
        publish(REPORT, {}, "bench", page)
    assert page.read_text() == "nothing\n"


def test_the_cpu_time_of_a_child_that_has_ended_counts() -> None:
    tree = ProcessTree(os.getpid())
    before = tree.cpu_seconds()
    subprocess.run([sys.executable, "-c", "while __import__('time').process_time() < 0.3: pass"], check=True)
    assert tree.cpu_seconds() - before >= 0.25


def test_the_machine_is_described() -> None:
    assert {"processor", "system", "commit", "time"} <= set(describe_machine())


def test_an_unknown_variant_is_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert bench.main(["service", "--only", "magic", "--out", str(tmp_path)]) == 2
    assert "use in process, spawn" in capsys.readouterr().err


def test_the_service_is_measured_from_end_to_end(tmp_path: Path) -> None:
    arguments = ["--rounds", "1", "--jobs", "4", "--pause", "0.01", "--out", str(tmp_path)]
    command = [sys.executable, "tools/bench.py", "service", "--only", "in process", "fork", *arguments]
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "DOCOPS_WORKERS": "1"}
    )
    loads = json.loads((tmp_path / "service.json").read_text())["loads"]
    assert list(loads) == ["paced", "1 at a time", "2 at a time", "4 at a time", "8 at a time"]
    for of_load in loads.values():
        assert of_load["in process"]["p50_ratio"] == 1
        assert of_load["fork"]["cpu_ms_per_job"] > 0
        assert of_load["fork"]["renderer_mib"] > 1
