"""Coverage-guided fuzzing of language 2: random tags in random places, filled with random payloads.

``python -m tests.fuzz.tag_fuzzer -max_total_time=300`` (libFuzzer's options) ends with status 0 when every
job was refused for its payload or a limit, or made a proved document whose exit code says what is left.
Needs requirements-robustness.txt.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["docops_flask.engine"]):
    from tests.fuzz.tagged_templates import fill_tagged

from tests.fuzz.chance import ChanceOfBytes

_FOLDER = Path(tempfile.mkdtemp())


def fill(content: bytes) -> None:
    """Fill the template that the choices in ``content`` make."""
    fill_tagged(ChanceOfBytes(content), _FOLDER)


if __name__ == "__main__":
    # Two bytes for each choice.
    atheris.Setup([*sys.argv, "-max_len=600", "-len_control=10", "-rss_limit_mb=1500"], fill)
    atheris.Fuzz()
