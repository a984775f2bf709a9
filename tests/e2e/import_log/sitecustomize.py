"""On PYTHONPATH of a server under test: notes every module that any of its processes loads.

Each line is a process id and a module name. Python runs this file at the start of each interpreter.
"""

import os
import sys
from contextlib import suppress

_LOG = os.environ.get("IMPORT_LOG_FOR_TESTS", "")


def _note(event: str, arguments: tuple[object, ...]) -> None:
    # Opened each time: a forked renderer closes the descriptors it inherits.
    if event == "import":
        with suppress(OSError), open(_LOG, "a") as log:
            log.write(f"{os.getpid()} {arguments[0]}\n")


if _LOG:
    sys.addaudithook(_note)
