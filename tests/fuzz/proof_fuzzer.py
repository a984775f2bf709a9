"""Coverage-guided fuzzing of the proof: results with changed parts, logs and reports with changed members.

``python -m tests.fuzz.proof_fuzzer -max_total_time=300`` (libFuzzer's options) ends with status 0 when each
was answered, none was called exact, and none intact but what is canonically the same. Needs
requirements-robustness.txt.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["docops_flask.engine"]):
    from tests.fuzz.forged_results import finished_jobs, forge

from tests.fuzz.chance import ChanceOfBytes

_JOBS = finished_jobs(Path(tempfile.mkdtemp()))


def prove_forged(content: bytes) -> None:
    """Prove the result that the choices in ``content`` forge."""
    forge(ChanceOfBytes(content), _JOBS)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-max_len=64", "-rss_limit_mb=1500"], prove_forged)
    atheris.Fuzz()
