"""How much memory a large document takes: the most that a process has while it fills and proves one."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# Fills the template named first into the folder named second as a renderer does; prints VmHWM in MiB.
_PROGRAM = """
import re, sys
from pathlib import Path
from benchmarks.contestants import engine
from benchmarks.documents import bracketed, package, table

template = Path(sys.argv[1]) / "template.docx"
if sys.argv[2] == "make":
    template.write_bytes(package(table(10_000, bracketed)))
else:
    engine(sys.argv[2])(template, template.parent)
    print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/status is Linux's")
@pytest.mark.parametrize("preset", ["quick", "strict"])
def test_ten_thousand_rows_of_five_fields_take_less_than_200_mib(
    tmp_path_factory: pytest.TempPathFactory, preset: str
) -> None:
    folder = str(tmp_path_factory.mktemp("rows"))
    # In another process: making the document takes memory as well.
    for what in ("make", preset):
        ran = subprocess.run(
            [sys.executable, "-c", _PROGRAM, folder, what],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert float(ran.stdout) < 200
