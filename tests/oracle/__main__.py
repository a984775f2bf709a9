"""Prints the table over the whole corpus: ``python -m tests.oracle [FILE...]`` (make oracle)."""

import os
import sys
import tempfile
from pathlib import Path

from tests.oracle.libreoffice_reading import can_read
from tests.oracle.oracle import compare_files, table_of

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    """Compare the files named, or the corpus; return 1 where a property agrees less than 99 %."""
    folder = Path(os.environ.get("DOCOPS_CORPUS") or ROOT.parent / "shared" / "corpus")
    files = [Path(each).resolve() for each in arguments] or sorted(folder.glob("*/*.docx"))
    if not files or not can_read():
        print(
            "The oracle needs Word files (DOCOPS_CORPUS), LibreOffice and /usr/bin/python3 with python3-uno."
        )
        return 2
    with tempfile.TemporaryDirectory(prefix="docops_oracle") as work:
        outcome = compare_files(files, Path(work))
    print(table_of(outcome))
    return int(any(outcome.agreement(name) < 0.99 for name in outcome.compared))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
