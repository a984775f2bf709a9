"""Small C libraries preloaded between a server and the C library (ld.so(8), LD_PRELOAD)."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import require

_SOURCES = Path(__file__).parent


class Preloaded:
    """A library of this folder, and a few numbers that it shares with the test."""

    def __init__(self, name: str, folder: Path, control: str, numbers: str) -> None:
        """Build the library ``name`` in ``folder``; the test is skipped where there is no C compiler.

        The variable ``control`` names the file of the ``numbers`` (a format of ``struct``), all 0 at first.
        """
        compiler = shutil.which("cc")
        require(compiler is not None, "no C compiler is installed (Debian: gcc, libc6-dev)")
        library, shared = folder / f"{name}.so", folder / control
        source = str(_SOURCES / f"{name}.c")
        command = [str(compiler), "-shared", "-fPIC", "-Wall", "-Werror", "-o", str(library), source, "-ldl"]
        subprocess.run(command, check=True)
        shared.write_bytes(bytes(struct.calcsize(numbers)))
        with shared.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        self._format = numbers
        self.variables = {"LD_PRELOAD": str(library), control: str(shared)}

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The numbers as they are now."""
        return struct.unpack(self._format, self._shared[:])

    @numbers.setter
    def numbers(self, values: tuple[Any, ...]) -> None:
        self._shared[:] = struct.pack(self._format, *values)
