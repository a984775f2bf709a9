"""Coverage-guided fuzzing of compiling: parts with changed markup, read from bytes and by parsers.

``python -m tests.fuzz.compile_fuzzer -max_total_time=300`` (libFuzzer's options) ends with status 0 when
every part was refused by the contract's errors, or read as parsers read it, filled and proved. Needs
requirements-robustness.txt.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["docops_flask.engine"]):
    from tests.fuzz.compiled_parts import compile_mutated

from tests.fuzz.chance import ChanceOfBytes

_FOLDER = Path(tempfile.mkdtemp())


def compile_part(content: bytes) -> None:
    """Compile the part that the choices in ``content`` make."""
    compile_mutated(ChanceOfBytes(content), _FOLDER)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-max_len=64", "-rss_limit_mb=1500"], compile_part)
    atheris.Fuzz()
