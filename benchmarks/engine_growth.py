"""``python -m benchmarks.engine_growth``: how the engine's time grows with the size of the document.

Prints one JSON object: for each kind of document, the milliseconds of every round by size.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contestants import Fill, engine
from benchmarks.documents import Spelling, bracketed, merged_table, package, paragraphs, table
from benchmarks.timing import timed
from tools.benchmark.load import interleaved

SIZES = (10, 100, 1_000, 10_000)
MERGED_SIZES = (5, 50, 500, 5_000)
_KINDS: dict[str, tuple[Callable[[int, Spelling], str], tuple[int, ...]]] = {
    "paragraphs": (paragraphs, SIZES),
    "rows × 5": (table, SIZES),
    "rows × 5, merged vertically": (merged_table, MERGED_SIZES),
}


def main(arguments: list[str] | None = None) -> int:
    """Run the measurement and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="bench-growth-") as scratch:
        found = {
            f"{kind}, {preset}": growth(kind, engine(preset), given.rounds, Path(scratch))
            for preset in ("quick", "strict")
            for kind in _KINDS
        }
    json.dump({"kinds": found}, sys.stdout, ensure_ascii=False)
    return 0


def growth(kind: str, fill: Fill, rounds: int, scratch: Path) -> dict[int, list[dict[str, float]]]:
    """Return the timings of ``fill`` on documents of ``kind`` by size, measured in turns."""
    make, sizes = _KINDS[kind]
    tasks: dict[str, Callable[[], dict[str, float]]] = {}
    for size in sizes:
        template = scratch / f"{size}.docx"
        template.write_bytes(package(make(size, bracketed)))
        tasks[str(size)] = partial(timed, partial(fill, template), scratch)
    return {int(size): timings for size, timings in interleaved(tasks, rounds).items()}


if __name__ == "__main__":
    raise SystemExit(main())
