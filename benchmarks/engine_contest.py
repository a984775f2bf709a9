"""``python -m benchmarks.engine_contest``: compares the engine, its lower bound and other libraries.

Prints one JSON object: for each document its target and the time of each implementation in every round, and
which libraries were left out.
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contestants import contestants
from benchmarks.documents import VALUES, BenchDocument, bracketed, contest_documents
from benchmarks.npm_peers import NpmPeer, started
from benchmarks.timing import timed
from tools.benchmark.load import interleaved

# What stands before the names of fields in the templates of a library.
_PREFIXES = {"carbone": "d."}


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--npm", type=Path, help="a folder with node_modules, outside the project")
    given = parser.parse_args(arguments)
    peers, left_out = started(given.npm)
    try:
        with TemporaryDirectory(prefix="bench-engine-") as scratch:
            found = [
                contest(document, given.rounds, Path(scratch), peers) for document in contest_documents()
            ]
    finally:
        for peer in peers.values():
            peer.close()
    json.dump({"documents": found, "left_out": left_out}, sys.stdout, ensure_ascii=False)
    return 0


def contest(
    document: BenchDocument, rounds: int, scratch: Path, peers: Mapping[str, NpmPeer]
) -> dict[str, Any]:
    """Return the timings of all implementations on ``document``, measured in turns.

    Those in Python run in this process. Raises ``ValueError`` for a library that leaves fields unfilled.
    """
    tasks: dict[str, Callable[[], dict[str, float]]] = {}
    for number, (name, (spell, fill)) in enumerate(contestants().items()):
        template = scratch / f"template{number}.docx"
        template.write_bytes(document.spelled(spell))
        tasks[name] = partial(timed, partial(fill, template), scratch)
    payload = scratch / "payload.json"
    payload.write_text(json.dumps(VALUES, ensure_ascii=False), encoding="utf-8")
    for name, peer in peers.items():
        template, result = scratch / f"{name}.docx", scratch / f"{name}.out.docx"
        template.write_bytes(document.spelled(partial(_in_braces, prefix=_PREFIXES.get(name, ""))))
        peer.fill(template, payload, result)
        _refuse_unfilled(result, name)
        tasks[name] = partial(peer.fill, template, payload, result)
    return {
        "name": document.name,
        "fields": document.fields,
        "most_times_the_limit": document.most_times_the_limit,
        "rounds": interleaved(tasks, rounds),
    }


def _in_braces(field: str, prefix: str) -> str:
    return bracketed(f"{prefix}{field}").replace("【", "{").replace("】", "}")


def _refuse_unfilled(result: Path, name: str) -> None:
    with zipfile.ZipFile(result) as archive:
        text = archive.read("word/document.xml").decode()
    if "{" in text or VALUES["INSPECTOR"] not in text:
        raise ValueError(f"{name} left fields unfilled")


if __name__ == "__main__":
    raise SystemExit(main())
