"""The command lines of the tools, under every path that people and other programs type."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Operators of the earlier system type these under scripts/.
OF_THE_EARLIER_SYSTEM = ("load_test", "check_tmp_watermark", "summarize_logs", "ci_smoke", "ci_thresholds")
TEXTS = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md", ROOT / "nginx" / "README.md", ROOT / "Makefile"]
COMMAND = re.compile(r"python3? tools/([a-z_]+)\.py")
NAMED = sorted({name for text in TEXTS for name in COMMAND.findall(text.read_text())})


def usage(*command: str | Path, cwd: Path) -> str:
    line = [sys.executable, *command, "--help"]
    done = subprocess.run(line, cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_lines_in_the_documentation_exist() -> None:
    assert {"load_test", "ci_smoke", "endurance", "bench", "render_nginx"} <= set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_a_tool_runs_as_a_file_from_anywhere_and_as_a_module(name: str, tmp_path: Path) -> None:
    assert usage(str(ROOT / "tools" / f"{name}.py"), cwd=tmp_path).startswith(f"usage: {name}.py")
    assert usage("-m", f"tools.{name}", cwd=ROOT).startswith(f"usage: {name}.py")


@pytest.mark.parametrize("name", OF_THE_EARLIER_SYSTEM)
def test_a_tool_of_the_earlier_system_runs_under_its_path(name: str, tmp_path: Path) -> None:
    of_scripts = usage(str(ROOT / "scripts" / f"{name}.py"), cwd=tmp_path)
    assert of_scripts == usage(str(ROOT / "tools" / f"{name}.py"), cwd=tmp_path)
