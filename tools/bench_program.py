"""Runs a program of ``benchmarks/``: these import what is measured, which the tools themselves never do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.bench_report import BenchFailed

_ROOT = Path(__file__).resolve().parent.parent


def run_program(module: str, *arguments: str) -> dict[str, Any]:
    """Run ``module`` of ``benchmarks`` in a process of its own; return the JSON object that it prints.

    Raises ``BenchFailed`` when it fails: it needs requirements-bench.txt.
    """
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise BenchFailed(f"benchmarks.{module} ended with {done.returncode}: {last}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
