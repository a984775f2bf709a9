"""Files of a server's work folder that cannot be changed any more, from the n-th system call on."""

import mmap
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import require

_SOURCE = Path(__file__).with_suffix(".c")
_FORMAT = "4i"
_ALL = 2**30


class FailingCalls:
    """Makes the calls fail that change files below a folder, in all processes that have the ``variables``."""

    def __init__(self, folder: Path, work_folder: Path) -> None:
        """Build the library in ``folder``; the test is skipped where there is no C compiler."""
        compiler = shutil.which("cc")
        require(compiler is not None, "no C compiler is installed (Debian: gcc, libc6-dev)")
        library, control = folder / "failing_calls.so", folder / "control"
        command = [str(compiler), "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        control.write_bytes(bytes(struct.calcsize(_FORMAT)))
        with control.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        self.folder = folder
        self.variables = {
            "LD_PRELOAD": str(library),
            "FAULT_CONTROL": str(control),
            "FAULT_FOLDER": str(work_folder),
        }

    @contextmanager
    def failing(self, error: int, first: int, *, once: bool = False) -> Iterator[None]:
        """Let the call number ``first`` (from 1) and, unless ``once``, all later ones fail with ``error``."""
        self._shared[:] = struct.pack(_FORMAT, first, 1 if once else _ALL, error, 0)
        yield
        self._shared[:] = struct.pack(_FORMAT, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        """How many such calls there were since ``failing`` began."""
        return int(struct.unpack(_FORMAT, self._shared[:])[3])
