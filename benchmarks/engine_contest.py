"""``python -m benchmarks.engine_contest``: compares the engine, its lower bound and other libraries.

Prints one JSON object: for each document its target and the time of each implementation in every round.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contestants import contestants
from benchmarks.documents import BenchDocument, contest_documents
from benchmarks.timing import timed
from tools.benchmark.load import interleaved


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="bench-engine-") as scratch:
        found = [contest(document, given.rounds, Path(scratch)) for document in contest_documents()]
    json.dump({"documents": found}, sys.stdout, ensure_ascii=False)
    return 0


def contest(document: BenchDocument, rounds: int, scratch: Path) -> dict[str, Any]:
    """Return the timings of all implementations on ``document``, measured in turns in this process."""
    tasks: dict[str, Callable[[], dict[str, float]]] = {}
    for number, (name, (spell, fill)) in enumerate(contestants().items()):
        template = scratch / f"template{number}.docx"
        template.write_bytes(document.spelled(spell))
        tasks[name] = partial(timed, partial(fill, template), scratch)
    return {
        "name": document.name,
        "fields": document.fields,
        "most_times_the_limit": document.most_times_the_limit,
        "rounds": interleaved(tasks, rounds),
    }


if __name__ == "__main__":
    raise SystemExit(main())
